package qcc

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"errors"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

const (
	// maxBody limits the body of an answer, in bytes. Thousands of modules fit, and three are known.
	maxBody = 1 << 20
	// maxShortText limits a body that is shown, in bytes.
	maxShortText = 1000
)

// reply holds the facts of what came back for one request. A quota or an error is made from them.
type reply struct {
	answer // Zero unless the response has a body that was read.

	response Response // Zero if no response came. It has only the StatusCode if the reply states the quota.
	failure  *TransportError
	// redirectHost is the host of a redirect; zero if the response does not redirect.
	redirectHost SafeText
	// retryAfter is how long the service asks to wait; 0 if it does not ask.
	retryAfter time.Duration
	// skew is how far the service's clock is ahead; nil unless a signature was refused, and the response has a date.
	skew *time.Duration
}

// receive reads a response. It describes the response only if there is no quota in it.
func (c *Client) receive(response *http.Response, p *progress) reply {
	came := c.config.Now()
	redactor := c.redactor.with(c.tokens.held())
	received, length := c.readAnswer(response, p, redactor)
	received.response.StatusCode = response.StatusCode

	if received.hasQuota() {
		return received
	}

	received.response.Host = c.endpoint.Host
	received.response.FromGateway = response.Header.Get("Qcc-Gateway") == "refused"
	received.response.ContentType = redactor.safe(response.Header.Get("Content-Type"))
	received.response.Length = redactor.safeLength(length)
	received.retryAfter = parseRetryAfter(response.Header, came)

	if target, err := response.Location(); err == nil && isRedirect(response.StatusCode) {
		received.redirectHost = redactor.safe(target.Host)
	}

	if received.refusesSignature() {
		received.skew = skewOf(response.Header, came)
	}

	return received
}

// readAnswer reads the answer in a response, and returns the length of the body; -1 if it is not known.
func (c *Client) readAnswer(response *http.Response, p *progress, redactor *redactor) (reply, int64) {
	if response.StatusCode != http.StatusOK {
		message := shortText(response.Header, response.Body, response.ContentLength, redactor)

		return reply{response: Response{Message: message}}, response.ContentLength
	}

	if isCached(response.Header) {
		return reply{answer: answer{defect: &defect{problem: ProblemCached}}}, response.ContentLength
	}

	body, err := io.ReadAll(io.LimitReader(response.Body, maxBody+1))

	switch {
	case isCorrupt(err):
		return reply{answer: answer{defect: &defect{problem: ProblemCompression}}}, response.ContentLength
	case err != nil:
		return reply{failure: newTransportError(err, c.endpoint.Host, p)}, response.ContentLength
	case len(body) > maxBody:
		return reply{answer: answer{defect: &defect{problem: ProblemTooLong}}}, response.ContentLength
	default:
		received := reply{answer: decode(body, redactor)}
		if received.defect != nil && received.defect.problem == ProblemNoJSON {
			received.response.Message = shortText(response.Header, bytes.NewReader(body), int64(len(body)), redactor)
		}

		return received, int64(len(body))
	}
}

// shortText returns a body of the given length if it is a short plain text in UTF-8, such as a gateway sends. It reads no other body.
func shortText(header http.Header, body io.Reader, length int64, redactor *redactor) SafeText {
	if mediaType, _, _ := mime.ParseMediaType(header.Get("Content-Type")); mediaType != "text/plain" || length < 0 || length > maxShortText {
		return SafeText{}
	}

	text, err := io.ReadAll(body)
	if err != nil || !utf8.Valid(text) {
		return SafeText{}
	}

	return redactor.safe(string(text))
}

// hasQuota reports whether the reply states the quota.
func (r *reply) hasQuota() bool {
	return r.failure == nil && r.response.StatusCode == http.StatusOK && r.defect == nil && r.status.hasQuota()
}

// refusesSignature reports whether the service refused the signature.
func (r *reply) refusesSignature() bool { return r.defect == nil && r.status.DependsOnClock() }

// result returns the quota of a reply, or its error.
func (r *reply) result() (Quota, error) {
	switch {
	case r.hasQuota():
		return r.quota, nil
	case r.failure != nil:
		return Quota{}, r.failure
	case r.response.StatusCode != http.StatusOK:
		return Quota{}, &HTTPError{Response: r.response, RedirectHost: r.redirectHost, RetryAfter: r.retryAfter}
	case r.defect != nil:
		return Quota{}, &AnswerError{
			Response: r.response, Problem: r.defect.problem, Module: r.defect.module, Value: r.defect.value,
		}
	default:
		return Quota{}, &StatusError{Status: r.status, Message: r.message, Skew: r.skew, RetryAfter: r.retryAfter}
	}
}

// skewOf returns how far the clock of the Date header is ahead of this machine's; nil if there is no valid Date header.
func skewOf(header http.Header, received time.Time) *time.Duration {
	date, err := http.ParseTime(header.Get("Date"))
	if err != nil {
		return nil
	}

	return new(date.Sub(received).Round(time.Second))
}

// isCached reports whether the Age header is more than zero. Then a cache has stored the answer for a second or more.
func isCached(header http.Header) bool {
	return strings.Trim(strings.Join(header.Values("Age"), ","), "0, ") != ""
}

func isRedirect(statusCode int) bool {
	return statusCode >= http.StatusMultipleChoices && statusCode < http.StatusBadRequest
}

// isCorrupt reports whether a body could not be decompressed.
func isCorrupt(err error) bool {
	var corrupt flate.CorruptInputError

	return errors.Is(err, gzip.ErrHeader) || errors.Is(err, gzip.ErrChecksum) || errors.As(err, &corrupt)
}

// longestRetryAfter limits the pause that a service can ask for, so that sums of times cannot overflow.
const longestRetryAfter = 365 * 24 * time.Hour

// parseRetryAfter reads the Retry-After header, which is a number of seconds or a date. The result is 0 if the header is neither, or if
// the date has passed. A date is compared with the Date header if there is one, because the service's clock wrote both. Without a Date
// header, it is compared with this machine's time.
func parseRetryAfter(header http.Header, received time.Time) time.Duration {
	said := header.Get("Retry-After")
	if strings.Trim(said, "0123456789") == "" {
		seconds, _ := strconv.ParseUint(said, 10, 64) // ParseUint returns the largest number if 64 bits are too few, and 0 for no digits.

		return time.Duration(min(seconds, uint64(longestRetryAfter/time.Second))) * time.Second
	}

	date, _ := http.ParseTime(said) // If said is no date, date is the zero time, which has passed.

	if theirs, err := http.ParseTime(header.Get("Date")); err == nil {
		received = theirs
	}

	return max(0, min(date.Sub(received.Truncate(time.Second)), longestRetryAfter))
}

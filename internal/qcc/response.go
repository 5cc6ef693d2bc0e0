package qcc

import (
	"compress/flate"
	"compress/gzip"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// maxBody limits the body of an answer, in bytes. Thousands of modules fit, and three are known.
const maxBody = 1 << 20

// reply is the response to a request, with the facts that errors about it state.
type reply struct {
	response *http.Response
	// received is when the headers of the response were read, by this machine's clock.
	received time.Time
	// host is the host of the base URL.
	host     string
	progress *progress
	redactor *redactor
}

// parse reads the quota from the reply. The Status is zero if the reply does not hold one.
func (r *reply) parse() (Quota, Status, error) {
	if r.response.StatusCode != http.StatusOK {
		failure := &HTTPError{Response: r.facts(r.response.ContentLength), RetryAfter: r.retryAfter()}
		if target, err := r.response.Location(); err == nil && isRedirect(r.response.StatusCode) {
			failure.RedirectHost = r.redactor.words(target.Host)
		}

		return Quota{}, Status{}, failure
	}

	if isCached(r.response.Header) {
		return Quota{}, Status{}, &AnswerError{Response: r.facts(r.response.ContentLength), Problem: ProblemCached}
	}

	body, err := io.ReadAll(io.LimitReader(r.response.Body, maxBody+1))

	switch {
	case isCorrupt(err):
		return Quota{}, Status{}, &AnswerError{Response: r.facts(r.response.ContentLength), Problem: ProblemCompression}
	case err != nil:
		return Quota{}, Status{}, newTransportError(err, r.host, r.progress)
	case len(body) > maxBody:
		return Quota{}, Status{}, &AnswerError{Response: r.facts(r.response.ContentLength), Problem: ProblemTooLong}
	}

	quota, status, err := decodeQuota(body, r.redactor)

	var (
		stated *StatusError
		wrong  *AnswerError
	)

	switch {
	case errors.As(err, &stated):
		stated.RetryAfter = r.retryAfter()

		if status.DependsOnClock() {
			stated.Skew = skewOf(r.response.Header, r.received)
		}
	case errors.As(err, &wrong):
		wrong.Response = r.facts(int64(len(body)))
	}

	return quota, status, err
}

// facts describes the response. The length is that of the body in bytes; -1 if it is not known.
func (r *reply) facts(length int64) Response {
	if r.redactor.hides(strconv.FormatInt(length, 10)) { // The service chooses the length, so its digits may be a secret.
		length = -1
	}

	return Response{
		Host:        r.host,
		StatusCode:  r.response.StatusCode,
		ContentType: r.redactor.words(r.response.Header.Get("Content-Type")),
		Length:      length,
	}
}

func (r *reply) retryAfter() time.Duration { return parseRetryAfter(r.response.Header, r.received) }

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

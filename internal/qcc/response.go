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

// maxBody is how many bytes an answer may have: room for thousands of modules, where three are known.
const maxBody = 1 << 20

// answer is the response to a request, and what is needed to tell of it.
type answer struct {
	response *http.Response
	// came is when it began to come, by this machine's clock.
	came time.Time
	// host is the host of the base URL.
	host     string
	progress *progress
	redactor *redactor
}

// parse reads the answer. The Status is zero if the answer does not hold one.
func (a *answer) parse() (Quota, Status, error) {
	if a.response.StatusCode != http.StatusOK {
		failure := &HTTPError{Response: a.facts(a.response.ContentLength), Wait: a.wait()}
		if target, err := a.response.Location(); err == nil {
			failure.RedirectHost = a.redactor.words(target.Host)
		}

		return Quota{}, Status{}, failure
	}

	body, err := io.ReadAll(io.LimitReader(a.response.Body, maxBody+1))

	switch {
	case isCorrupt(err):
		return Quota{}, Status{}, &AnswerError{Response: a.facts(a.response.ContentLength), Problem: ProblemCompression}
	case err != nil:
		return Quota{}, Status{}, newTransportError(err, a.host, a.progress)
	case len(body) > maxBody:
		return Quota{}, Status{}, &AnswerError{Response: a.facts(a.response.ContentLength), Problem: ProblemTooLong}
	}

	quota, status, err := decodeQuota(body, a.redactor)

	var (
		stated *StatusError
		wrong  *AnswerError
	)

	switch {
	case errors.As(err, &stated):
		stated.Wait = a.wait()

		if status.DependsOnClock() {
			stated.Skew = skewOf(a.response.Header, a.came)
		}
	case errors.As(err, &wrong):
		wrong.Response = a.facts(int64(len(body)))
	}

	return quota, status, err
}

// facts returns what can be told of the response, whose body has so many bytes.
func (a *answer) facts(length int64) Response {
	return Response{
		Host:        a.host,
		StatusCode:  a.response.StatusCode,
		ContentType: a.redactor.words(a.response.Header.Get("Content-Type")),
		Length:      length,
	}
}

func (a *answer) wait() Wait { return Wait{RetryAfter: parseRetryAfter(a.response.Header, a.came)} }

// skewOf returns how far the clock that wrote the Date of an answer is ahead of the one that says when it came; nil without a date.
func skewOf(header http.Header, came time.Time) *time.Duration {
	date, err := http.ParseTime(header.Get("Date"))
	if err != nil {
		return nil
	}

	return new(date.Sub(came).Round(time.Second))
}

// isCorrupt tells whether a body could not be decompressed.
func isCorrupt(err error) bool {
	var corrupt flate.CorruptInputError

	return errors.Is(err, gzip.ErrHeader) || errors.Is(err, gzip.ErrChecksum) || errors.As(err, &corrupt)
}

// longestRetryAfter is more than any read could wait, and little enough to reckon with. What is beyond it is not told apart.
const longestRetryAfter = 365 * 24 * time.Hour

// parseRetryAfter reads the header of that name, a number of seconds or a date; 0 if it says neither, or a time that has passed. A date
// is taken by the clock that wrote it, if the answer has its time, else by the clock that says when the answer came.
func parseRetryAfter(header http.Header, came time.Time) time.Duration {
	said := header.Get("Retry-After")
	if strings.Trim(said, "0123456789") == "" {
		seconds, _ := strconv.ParseUint(said, 10, 64) // Of a number beyond 64 bits, it is the largest one; of none, 0.

		return time.Duration(min(seconds, uint64(longestRetryAfter/time.Second))) * time.Second
	}

	date, _ := http.ParseTime(said) // The zero time, of what is no date, has passed.

	if theirs, err := http.ParseTime(header.Get("Date")); err == nil {
		came = theirs
	}

	return max(0, min(date.Sub(came.Truncate(time.Second)), longestRetryAfter))
}

package qcc

import (
	"io"
	"net/http"
	"testing"
	"time"
)

// TestOnlyATransientFailureAsksToWait has failures with and without a Retry-After.
func TestOnlyATransientFailureAsksToWait(t *testing.T) {
	t.Parallel()

	const hour = time.Hour

	for name, test := range map[string]struct {
		err       error
		transient bool
		want      time.Duration
	}{
		"busy":                         {&StatusError{Status: Lookup(199)}, true, 0},
		"busy for an hour":             {&StatusError{Status: Lookup(199), RetryAfter: hour}, true, time.Hour},
		"refused, with a Retry-After":  {&StatusError{Status: Lookup(106), RetryAfter: hour}, false, 0},
		"rejected, with a Retry-After": {&StatusError{Status: Lookup(202), RetryAfter: hour}, false, 0},
		"HTTP 503 for an hour":         {&HTTPError{Response: Response{StatusCode: http.StatusServiceUnavailable}, RetryAfter: hour}, true, time.Hour},
		"HTTP 499, with a Retry-After": {&HTTPError{Response: Response{StatusCode: 499}, RetryAfter: hour}, false, 0},
		"an unusable answer":           {&AnswerError{Problem: ProblemNoJSON}, false, 0},
		"a broken connection":          {&TransportError{Failure: FailureBroken, Transient: true}, true, 0},
		"an unknown host":              {&TransportError{Failure: FailureName}, false, 0},
		"another error":                {io.EOF, false, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			if got := isTransient(test.err); got != test.transient {
				t.Errorf("the failure is transient: %t, want %t", got, test.transient)
			}

			if got := retryAfter(test.err); got != test.want {
				t.Errorf("the service asks to wait %s, want %s", got, test.want)
			}
		})
	}
}

func TestTransientHTTP(t *testing.T) {
	t.Parallel()

	for status := range 600 {
		want := status == 408 || status == 425 || status == 429 || status >= 500
		if got := TransientHTTP(status); got != want {
			t.Errorf("HTTP %d is transient: %t, want %t", status, got, want)
		}
	}
}

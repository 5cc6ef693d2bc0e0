package qcc

import (
	"io"
	"net/http"
	"testing"
	"testing/synctest"
	"time"
)

// TestARetryAfterCountsOnlyWithATransientFailure has failures with and without a Retry-After.
func TestARetryAfterCountsOnlyWithATransientFailure(t *testing.T) {
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

// TestAPauseOnlyMakesAWaitLonger averages the first wait of many, which lie between nothing and a second. The longer one of two has a
// greater average than each of them.
func TestAPauseOnlyMakesAWaitLonger(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct {
		pause, ago      time.Duration
		atLeast, atMost time.Duration // Of the average.
	}{
		"no pause":                 {0, 0, 450 * time.Millisecond, 550 * time.Millisecond},
		"a pause that ends now":    {time.Second, time.Second, 450 * time.Millisecond, 550 * time.Millisecond},
		"a pause that ended":       {time.Second, time.Second + 100*time.Millisecond, 450 * time.Millisecond, 550 * time.Millisecond},
		"a pause of a moment":      {time.Nanosecond, 0, 620 * time.Millisecond, 710 * time.Millisecond},
		"a pause of ten seconds":   {10 * time.Second, 0, 10450 * time.Millisecond, 10550 * time.Millisecond},
		"a pause that leaves 20ms": {time.Minute - 20*time.Millisecond, 0, time.Minute - 12*time.Millisecond, time.Minute - 8*time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				const tries = 5000

				client := newBoundedClient(t, nil, nil)

				client.memory.pauseFor(test.pause, io.EOF)
				time.Sleep(test.ago)

				var sum time.Duration

				for range tries {
					wait, end := client.next(&StatusError{Status: Lookup(199)}, time.Now().Add(time.Minute), 0)
					if wait <= 0 || wait >= time.Minute {
						t.Fatalf("the wait is %s, and the end %d", wait, end)
					}

					sum += wait / tries
				}

				if sum < test.atLeast || sum > test.atMost {
					t.Errorf("the average wait is %s, want %s to %s", sum, test.atLeast, test.atMost)
				}
			})
		})
	}
}

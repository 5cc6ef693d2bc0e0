package qcc

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// roundTrip is a function that implements RoundTripper.
type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(request *http.Request) (*http.Response, error) { return f(request) }

// busy returns an answer with HTTP 503.
func busy(retryAfter string) *http.Response {
	return &http.Response{
		StatusCode: http.StatusServiceUnavailable, Header: http.Header{"Retry-After": {retryAfter}}, Body: io.NopCloser(strings.NewReader("")),
	}
}

func newBoundedClient(t *testing.T, transport http.RoundTripper, onAttempt func(context.Context, Attempt)) *Client {
	t.Helper()

	client, err := New(Config{
		Key: "test_key", SecretKey: "test_secret", BaseURL: DefaultBaseURL, Timeout: time.Minute, MaxRetries: 10, Transport: transport, OnAttempt: onAttempt,
	})
	if err != nil {
		t.Fatal(err)
	}

	return client
}

// TestAReadThatHasWaitedEndsWithinItsTimeout has reads that began before their request was made, or whose process was suspended.
func TestAReadThatHasWaitedEndsWithinItsTimeout(t *testing.T) {
	t.Parallel()

	hangs := func(request *http.Request) (*http.Response, error) {
		<-request.Context().Done()

		return nil, request.Context().Err()
	}

	late := func(retryAfter string) roundTrip {
		return func(*http.Request) (*http.Response, error) {
			time.Sleep(time.Second) // The transport ignores its context.

			return busy(retryAfter), nil
		}
	}

	for name, test := range map[string]struct {
		transport roundTrip
		waited    time.Duration // How long before the request the read began.
		ends      time.Duration // How long after the request the read must end.
		attempts  int
		end       End
	}{
		"hangs with ten seconds left":           {hangs, 50 * time.Second, 10 * time.Second, 1, EndTimeout},
		"begins when its time has passed":       {hangs, 61 * time.Second, 0, 1, EndTimeout},
		"asks for more time than is left":       {func(*http.Request) (*http.Response, error) { return busy("20"), nil }, 50 * time.Second, 0, 1, EndNoRoom},
		"answers when the time has passed":      {late(""), 59500 * time.Millisecond, time.Second, 1, EndTimeout},
		"answers so, and asks for a pause":      {late("3600"), 59500 * time.Millisecond, time.Second, 1, EndTimeout},
		"answers at the moment the time passes": {late("1"), 59 * time.Second, time.Second, 1, EndTimeout},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var (
					reports      int
					wait         time.Duration
					contextError func() error // Of the request.
				)

				client := newBoundedClient(t, roundTrip(func(request *http.Request) (*http.Response, error) {
					contextError = request.Context().Err

					return test.transport(request)
				}), func(_ context.Context, attempt Attempt) { reports, wait = reports+1, attempt.Wait })
				asked := time.Now()

				_, err := client.read(t.Context(), asked.Add(-test.waited))

				failed, ok := errors.AsType[*ReadError](err)
				if !ok || failed.Attempts != test.attempts || reports != test.attempts || failed.End != test.end || failed.Timeout != time.Minute {
					t.Errorf("the read ended with %d reports and %+v, want %d attempts and end %d", reports, err, test.attempts, test.end)
				}

				if wait != 0 || contextError() == nil {
					t.Errorf("a wait of %s is reported, and the context of the request ended with %v", wait, contextError())
				}

				if took := time.Since(asked); took > test.ends {
					t.Errorf("the read ended after %s, want %s", took, test.ends)
				}
			})
		})
	}
}

// TestAReadWaitsForAPause lets many reads begin during a pause that the service asked for. Their requests are spread over a second.
func TestAReadWaitsForAPause(t *testing.T) {
	t.Parallel()

	failure := &StatusError{Status: Lookup(199)}

	for name, test := range map[string]struct {
		pause, ago time.Duration // How long the pause is, and how long ago it began.
		spread     time.Duration // How far apart the requests are, nearly. They are sent after the pause.
		refused    bool          // The pause is as long as the timeout.
	}{
		"no pause":                      {0, 0, 0, false},
		"a pause of a moment":           {time.Nanosecond, 0, time.Second, false},
		"a pause of twenty seconds":     {20 * time.Second, 0, time.Second, false},
		"a pause that has just ended":   {time.Second, time.Second, 0, false},
		"a pause of the whole timeout":  {time.Minute, 0, 0, true},
		"a pause of nearly the timeout": {time.Minute - time.Nanosecond, 0, 0, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				shortest, longest := time.Hour, -time.Hour // How long after the pause each read ends.

				for range 1000 {
					requests := 0
					client := newBoundedClient(t, roundTrip(func(*http.Request) (*http.Response, error) {
						requests++

						return &http.Response{StatusCode: http.StatusNotFound, Body: http.NoBody}, nil
					}), nil)

					client.memory.pauseFor(test.pause, failure)
					time.Sleep(test.ago)

					began := time.Now()
					_, err := client.read(t.Context(), began)
					took := time.Since(began)

					if test.refused {
						failed, ok := errors.AsType[*ReadError](err)
						if !ok || !errors.Is(failed.Err, failure) || requests+failed.Attempts != 0 || failed.End != EndNoRoom || took != 0 || !failed.NotBefore.Equal(began.Add(time.Minute)) {
							t.Fatalf("the read ends after %s and %d requests with %+v", took, requests, err)
						}

						continue
					}

					if _, ok := errors.AsType[*HTTPError](err); !ok || requests != 1 {
						t.Fatalf("the read ends after %d requests with %v", requests, err)
					}

					after := took - test.pause + test.ago
					shortest, longest = min(shortest, after), max(longest, after)
				}

				if near := test.spread / 10; !test.refused && (shortest < 0 || shortest > near || longest < test.spread-near || longest > test.spread) {
					t.Errorf("after the pause, reads wait %s to %s, want up to %s", shortest, longest, test.spread)
				}
			})
		})
	}
}

// TestRandomWaits draws so many waits that some nearly reach each bound.
func TestRandomWaits(t *testing.T) {
	t.Parallel()

	type bounds struct {
		draw        func() time.Duration
		least, most time.Duration
	}

	tests := map[string]bounds{}

	for retries, milliseconds := range []int{500, 1000, 2000, 4000, 5000, 5000, 5000, 5000, 5000, 5000} {
		most := 2 * time.Duration(milliseconds) * time.Millisecond
		tests[fmt.Sprintf("before retry %d", retries+1)] = bounds{func() time.Duration { return randomWait(retries) }, 1, most + 1}
	}

	// A wait after a pause uses the time that is left.
	for left, most := range map[time.Duration]time.Duration{
		time.Hour: 2 * time.Second, 1500 * time.Millisecond: 1500 * time.Millisecond,
		time.Second + 1: time.Second + 1, time.Second: time.Second + 1, time.Millisecond: time.Second + 1,
	} {
		tests["after a pause of a second with "+left.String()+" left"] = bounds{func() time.Duration { return afterPause(time.Second, left) }, time.Second, most}
	}

	for name, test := range tests {
		shortest, longest, near := time.Hour, time.Duration(0), max(time.Millisecond, test.most/1000)

		for range 20_000 {
			wait := test.draw()
			shortest, longest = min(shortest, wait), max(longest, wait)
		}

		if shortest < test.least || shortest > test.least+near || longest >= test.most || longest < test.most-near {
			t.Errorf("%s, waits are %s to %s, want %s to less than %s", name, shortest, longest, test.least, test.most)
		}
	}
}

// TestWhyAReadEnds tests the limits of the remaining time, of the retries and of the wait.
func TestWhyAReadEnds(t *testing.T) {
	t.Parallel()

	const moment = time.Nanosecond

	transient, final := &StatusError{Status: Lookup(199)}, &StatusError{Status: Lookup(202)}

	for name, test := range map[string]struct {
		err         error
		left, pause time.Duration
		retries     int
		end         End
		ends        bool
	}{
		"everything fits":                    {transient, time.Second, time.Second - moment, 0, 0, false},
		"the pause takes the whole rest":     {transient, time.Second, time.Second, 9, EndNoRoom, true},
		"half of the rest is no time":        {transient, moment, 0, 9, EndNoRoom, true},
		"half of the rest is a moment":       {transient, 2 * moment, 0, 9, 0, false},
		"the random wait takes half":         {transient, 10 * moment, 0, 9, 0, false},
		"the last retry":                     {transient, time.Second, moment, 10, EndRetries, true},
		"the last retry at the last moment":  {transient, moment, time.Second, 10, EndRetries, true},
		"the time is over":                   {transient, 0, moment, 10, EndTimeout, true},
		"the time has been over for long":    {transient, -time.Second, moment, 0, EndTimeout, true},
		"the failure is final":               {final, time.Second, moment, 0, EndFinal, true},
		"the failure is final, time is over": {final, -time.Second, moment, 10, EndFinal, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				client := newBoundedClient(t, nil, nil) // The client has ten retries.
				client.memory.pauseFor(test.pause, io.EOF)

				for range 100 {
					wait, end := client.next(test.err, time.Now().Add(test.left), test.retries)
					if (wait == 0) != test.ends || end != test.end {
						t.Errorf("the wait is %s, and the end %d, want %d, %t", wait, end, test.end, test.ends)
					}

					if wait > 0 && test.pause == 0 && wait != test.left/2 {
						t.Errorf("the wait is %s, want half of %s", wait, test.left)
					}

					if wait > 0 && (wait < test.pause || wait >= test.left) {
						t.Errorf("the wait is %s, want at least %s and less than %s", wait, test.pause, test.left)
					}
				}
			})
		})
	}
}

// TestAnAttemptThatIsNotTheLastLeavesTime has a timeout of a minute and ten retries.
func TestAnAttemptThatIsNotTheLastLeavesTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		client := newBoundedClient(t, nil, nil)

		for _, test := range []struct {
			left    time.Duration
			retries int
			want    time.Duration
		}{
			{time.Minute, 0, 15 * time.Second},
			{time.Minute, 9, 15 * time.Second},
			{time.Minute, 10, time.Minute},
			{15 * time.Second, 0, 15 * time.Second},
			{time.Second, 0, time.Second},
			{-time.Second, 0, -time.Second},
		} {
			if got := time.Until(client.exchangeDeadline(time.Now().Add(test.left), test.retries)); got != test.want {
				t.Errorf("with %s left and after %d retries, an attempt has %s, want %s", test.left, test.retries, got, test.want)
			}
		}
	})
}

// TestOnlyATransientFailureHasANotBefore lets a read fail during a pause that the service asked for.
func TestOnlyATransientFailureHasANotBefore(t *testing.T) {
	t.Parallel()

	transient, final := &StatusError{Status: Lookup(199)}, &StatusError{Status: Lookup(202)}

	for name, test := range map[string]struct {
		err   error
		pause time.Duration
		named bool
	}{
		"transient, a pause":       {transient, time.Hour, true},
		"transient, a moment":      {transient, time.Nanosecond, true},
		"transient, a pause ended": {transient, -time.Hour, false}, // The pause ends at this moment.
		"transient, no pause":      {transient, 0, false},
		"final, a pause":           {final, time.Hour, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				client := newBoundedClient(t, nil, nil)
				client.memory.pauseFor(max(test.pause, -test.pause), io.EOF)
				time.Sleep(-test.pause)

				failed := client.fail(test.err, 0, EndFinal, time.Time{})
				if !errors.Is(failed, test.err) || failed.Timeout != time.Minute {
					t.Errorf("the error is %+v", failed)
				}

				var want time.Time
				if test.named {
					want = time.Now().Add(test.pause)
				}

				if !failed.NotBefore.Equal(want) {
					t.Errorf("NotBefore is %s, want %s", failed.NotBefore, want)
				}
			})
		})
	}
}

// TestSleep also has waits of no time. After these, too, sleep must report that the context has ended.
func TestSleep(t *testing.T) {
	t.Parallel()

	ended, cancel := context.WithCancel(t.Context())
	cancel()

	for range 100 {
		for _, wait := range []time.Duration{0, -time.Second, time.Hour} {
			if sleep(ended, wait) {
				t.Fatalf("a wait of %s continues after its context has ended", wait)
			}
		}
	}

	synctest.Test(t, func(t *testing.T) {
		for _, wait := range []time.Duration{-time.Second, 0, time.Nanosecond, time.Second} {
			began := time.Now()

			if !sleep(t.Context(), wait) || time.Since(began) != max(0, wait) {
				t.Errorf("a wait of %s took %s", wait, time.Since(began))
			}
		}
	})
}

// TestARetryIsCancelled has a read that waits for its retry. Meanwhile, its context ends, or the service asks another read for a long pause.
func TestARetryIsCancelled(t *testing.T) {
	t.Parallel()

	pause := &StatusError{Status: Lookup(199)}

	for name, test := range map[string]struct {
		meanwhile func(*Client, context.CancelFunc)
		want      error
	}{
		"no read waits any more": {func(_ *Client, cancel context.CancelFunc) { cancel() }, context.Canceled},
		"a pause of an hour":     {func(client *Client, _ context.CancelFunc) { client.memory.pauseFor(time.Hour, pause) }, pause},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()

				var (
					requests, reports int
					client            *Client
				)

				client = newBoundedClient(t, roundTrip(func(*http.Request) (*http.Response, error) {
					requests++

					return busy(""), nil
				}), func(context.Context, Attempt) {
					reports++

					test.meanwhile(client, cancel)
				})

				_, err := client.read(ctx, time.Now())
				if !errors.Is(err, test.want) || requests != 1 || reports != 1 {
					t.Errorf("after %d requests and %d reports the read ends with %v", requests, reports, err)
				}

				if failed, ok := errors.AsType[*ReadError](err); ok && (failed.Attempts != 1 || failed.End != EndNoRoom) {
					t.Errorf("the read ends with %+v", failed)
				}
			})
		})
	}
}

// TestARetryAfterCountsOnlyWithATransientFailure has failures with and without a Retry-After.
func TestARetryAfterCountsOnlyWithATransientFailure(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct {
		err       error
		transient bool
		want      time.Duration
	}{
		"busy":                         {&StatusError{Status: Lookup(199)}, true, 0},
		"busy for an hour":             {&StatusError{Status: Lookup(199), RetryAfter: time.Hour}, true, time.Hour},
		"refused, with a Retry-After":  {&StatusError{Status: Lookup(106), RetryAfter: time.Hour}, false, 0},
		"rejected, with a Retry-After": {&StatusError{Status: Lookup(202), RetryAfter: time.Hour}, false, 0},
		"HTTP 503 for an hour":         {&HTTPError{Response: Response{StatusCode: http.StatusServiceUnavailable}, RetryAfter: time.Hour}, true, time.Hour},
		"HTTP 499, with a Retry-After": {&HTTPError{Response: Response{StatusCode: 499}, RetryAfter: time.Hour}, false, 0},
		"an unusable answer":           {&AnswerError{Problem: ProblemNoJSON}, false, 0},
		"a broken connection":          {&TransportError{Failure: FailureBroken, Transient: true}, true, 0},
		"an unknown host":              {&TransportError{Failure: FailureName}, false, 0},
		"another error":                {io.EOF, false, 0},
	} {
		if got := isTransient(test.err); got != test.transient {
			t.Errorf("%s: the failure is transient: %t, want %t", name, got, test.transient)
		}

		if got := retryAfter(test.err); got != test.want {
			t.Errorf("%s: the service asks to wait %s, want %s", name, got, test.want)
		}
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
		retries         int
		pause, ago      time.Duration
		atLeast, atMost time.Duration // Of the average.
	}{
		"no pause":                      {0, 0, 0, 450 * time.Millisecond, 550 * time.Millisecond},
		"no pause, before fourth retry": {3, 0, 0, 3600 * time.Millisecond, 4400 * time.Millisecond},
		"a pause that ends now":         {0, time.Second, time.Second, 450 * time.Millisecond, 550 * time.Millisecond},
		"a pause that ended":            {0, time.Second, time.Second + 100*time.Millisecond, 450 * time.Millisecond, 550 * time.Millisecond},
		"a pause of a moment":           {0, time.Nanosecond, 0, 620 * time.Millisecond, 710 * time.Millisecond},
		"a pause of ten seconds":        {0, 10 * time.Second, 0, 10450 * time.Millisecond, 10550 * time.Millisecond},
		"a pause that leaves 20ms":      {0, time.Minute - 20*time.Millisecond, 0, time.Minute - 12*time.Millisecond, time.Minute - 8*time.Millisecond},
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
					wait, end := client.next(&StatusError{Status: Lookup(199)}, time.Now().Add(time.Minute), test.retries)
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

package qcc

import (
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
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
					reports int
					wait    time.Duration
				)

				client := newBoundedClient(t, test.transport, func(_ context.Context, attempt Attempt) { reports, wait = reports+1, attempt.Wait })
				asked := time.Now()

				_, err := client.read(t.Context(), asked.Add(-test.waited))

				failed, ok := errors.AsType[*ReadError](err)
				if !ok || failed.Attempts != test.attempts || reports != test.attempts || failed.End != test.end || failed.Timeout != time.Minute {
					t.Errorf("the read ended with %d reports and %+v, want %d attempts and end %d", reports, err, test.attempts, test.end)
				}

				if wait != 0 {
					t.Errorf("a wait of %s is reported, and there was none", wait)
				}

				if took := time.Since(asked); took > test.ends {
					t.Errorf("the read ended after %s, want %s", took, test.ends)
				}
			})
		})
	}
}

// TestAnAttemptIsReportedOnce cancels a read while it waits, after it has reported its attempt and the wait.
func TestAnAttemptIsReportedOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()

		reports := 0
		client := newBoundedClient(t, roundTrip(func(*http.Request) (*http.Response, error) { return busy("20"), nil }),
			func(context.Context, Attempt) { reports++ })

		if _, err := client.read(ctx, time.Now()); err == nil || reports != 1 {
			t.Errorf("one attempt is reported %d times, error %v", reports, err)
		}
	})
}

// TestAReadAfterAFailureSendsNoRequest lets another read fail while a batch waits for more reads.
func TestAReadAfterAFailureSendsNoRequest(t *testing.T) {
	t.Parallel()

	for name, refused := range map[string]bool{"refusal": true, "failure": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			client := newBoundedClient(t, roundTrip(func(*http.Request) (*http.Response, error) {
				t.Error("a request was made")

				return busy(""), nil
			}), nil)
			failed := &ReadError{Err: &StatusError{Status: Lookup(101)}}

			client.memory.remember(failed, refused)

			if _, err := client.read(t.Context(), time.Now()); !errors.Is(err, failed) {
				t.Errorf("the error is %v, want that of the other read", err)
			}
		})
	}
}

// TestRequestsAfterAPauseAreSpread lets reads begin during a pause that the service asked for.
func TestRequestsAfterAPauseAreSpread(t *testing.T) {
	t.Parallel()

	for _, pause := range []time.Duration{0, time.Nanosecond, 20 * time.Second} {
		t.Run(pause.String(), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				after := make([]time.Duration, 0, 1000) // How long after the pause each wait ends.

				for range cap(after) {
					client := newBoundedClient(t, roundTrip(func(*http.Request) (*http.Response, error) {
						return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(strings.NewReader(`{"status":"200","result":[]}`))}, nil
					}), nil)
					began := time.Now()

					client.memory.pauseFor(pause, io.EOF)

					if _, err := client.read(t.Context(), began); err != nil {
						t.Error(err)
					}

					after = append(after, time.Since(began)-pause)
				}

				shortest, longest := slices.Min(after), slices.Max(after)

				if pause == 0 {
					if longest != 0 {
						t.Errorf("without a pause, a read waits up to %s", longest)
					}

					return
				}

				if shortest < 0 || shortest > 100*time.Millisecond || longest < 900*time.Millisecond || longest > time.Second {
					t.Errorf("after the pause, reads wait %s to %s, want up to a second", shortest, longest)
				}
			})
		})
	}
}

// TestAPauseAsLongAsTheTimeoutIsNotWaitedFor lets a read begin during a pause that is as long as its timeout.
func TestAPauseAsLongAsTheTimeoutIsNotWaitedFor(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		client := newBoundedClient(t, roundTrip(func(*http.Request) (*http.Response, error) {
			t.Error("a request was made")

			return busy(""), nil
		}), nil)
		pause := &StatusError{Status: Lookup(199)}
		began := time.Now()

		client.memory.pauseFor(time.Minute, pause)

		_, err := client.read(t.Context(), began)

		failed, ok := errors.AsType[*ReadError](err)
		if !ok || !errors.Is(failed.Err, pause) || failed.Attempts != 0 || failed.End != EndNoRoom || !failed.NotBefore.Equal(began.Add(time.Minute)) {
			t.Errorf("the read ends with %+v", err)
		}

		if took := time.Since(began); took != 0 {
			t.Errorf("the read took %s", took)
		}
	})
}

// TestRandomWaits draws so many waits that some nearly reach each bound.
func TestRandomWaits(t *testing.T) {
	t.Parallel()

	for retries, milliseconds := range []int{500, 1000, 2000, 4000, 5000, 5000, 5000, 5000, 5000, 5000} {
		most := 2 * time.Duration(milliseconds) * time.Millisecond
		shortest, longest := most, time.Duration(0)

		for range 20_000 {
			wait := randomWait(retries)
			shortest, longest = min(shortest, wait), max(longest, wait)
		}

		if shortest <= 0 || shortest > most/1000 || longest > most || longest < most-most/1000 {
			t.Errorf("before retry %d the waits are %s to %s, want up to %s", retries+1, shortest, longest, most)
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

// TestAWaitAfterAPauseUsesTheTimeThatIsLeft draws so many waits that some nearly reach each bound.
func TestAWaitAfterAPauseUsesTheTimeThatIsLeft(t *testing.T) {
	t.Parallel()

	for _, test := range []struct{ pause, left, most time.Duration }{
		{time.Second, time.Hour, 2 * time.Second},
		{time.Second, 1500 * time.Millisecond, 1500 * time.Millisecond},
		{time.Second, time.Second + 1, time.Second + 1},
		{time.Second, time.Second, time.Second + 1},
		{time.Second, time.Millisecond, time.Second + 1},
	} {
		shortest, longest := time.Hour, time.Duration(0)

		for range 20_000 {
			wait := afterPause(test.pause, test.left)
			shortest, longest = min(shortest, wait), max(longest, wait)
		}

		if near := time.Millisecond; shortest < test.pause || shortest > test.pause+near || longest >= test.most || longest < test.most-near {
			t.Errorf("after a pause of %s with %s left, waits are %s to %s, want less than %s", test.pause, test.left, shortest, longest, test.most)
		}
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

func TestTheContextOfAnAttemptEndsWithIt(t *testing.T) {
	t.Parallel()

	var contextError func() error

	client := newBoundedClient(t, roundTrip(func(request *http.Request) (*http.Response, error) {
		contextError = request.Context().Err

		return &http.Response{StatusCode: http.StatusNotFound, Body: io.NopCloser(strings.NewReader(""))}, nil
	}), nil)

	if _, err := client.read(t.Context(), time.Now()); err == nil || contextError() == nil {
		t.Errorf("the read ends with %v, and the context of its attempt with %v", err, contextError())
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

// TestAPauseThatHasJustEndedIsNotWaitedFor lets a read begin at the moment at which the pause ends.
func TestAPauseThatHasJustEndedIsNotWaitedFor(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		client := newBoundedClient(t, roundTrip(func(*http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: http.StatusNotFound, Body: io.NopCloser(strings.NewReader(""))}, nil
		}), nil)

		client.memory.pauseFor(time.Second, io.EOF)
		time.Sleep(time.Second)

		began := time.Now()

		if _, err := client.read(t.Context(), began); err == nil || time.Since(began) != 0 {
			t.Errorf("the read ends after %s with %v", time.Since(began), err)
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

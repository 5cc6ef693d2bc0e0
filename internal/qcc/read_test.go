package qcc_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/qccpro/terraform-provider-qcc/internal/emulator"
	"github.com/qccpro/terraform-provider-qcc/internal/qcc"
)

// TestRetries runs with synctest, where time passes only while all goroutines wait.
func TestRetries(t *testing.T) {
	t.Parallel()

	var (
		good      = func(*http.Request) (*http.Response, error) { return ok(`{"status":"200","result":[]}`), nil }
		busy      = func(*http.Request) (*http.Response, error) { return ok(`{"status":"199"}`), nil }
		refused   = func(*http.Request) (*http.Response, error) { return ok(`{"status":"101"}`), nil }
		http500   = func(*http.Request) (*http.Response, error) { return status(http.StatusInternalServerError, ""), nil }
		http503   = func(*http.Request) (*http.Response, error) { return status(http.StatusServiceUnavailable, ""), nil }
		http408   = func(*http.Request) (*http.Response, error) { return status(http.StatusRequestTimeout, ""), nil }
		http425   = func(*http.Request) (*http.Response, error) { return status(http.StatusTooEarly, ""), nil }
		after20s  = func(*http.Request) (*http.Response, error) { return status(http.StatusTooManyRequests, "20"), nil }
		afterPast = func(*http.Request) (*http.Response, error) {
			return status(http.StatusTooManyRequests, time.Now().Add(-time.Hour).UTC().Format(http.TimeFormat)), nil
		}
		afterDate = func(*http.Request) (*http.Response, error) {
			return status(http.StatusTooManyRequests, time.Now().Add(20*time.Second).UTC().Format(http.TimeFormat)), nil
		}
		after61s  = func(*http.Request) (*http.Response, error) { return status(http.StatusTooManyRequests, "61"), nil }
		afterAges = func(*http.Request) (*http.Response, error) {
			return status(http.StatusTooManyRequests, strings.Repeat("9", 30)), nil
		}
		busy20s = func(*http.Request) (*http.Response, error) {
			response := ok(`{"status":"122"}`)
			response.Header.Set("Retry-After", "20")

			return response, nil
		}
		refused20s = func(*http.Request) (*http.Response, error) {
			response := ok(`{"status":"106"}`)
			response.Header.Set("Retry-After", "20")

			return response, nil
		}
		slowly = func(retryAfter string) answer {
			return func(*http.Request) (*http.Response, error) {
				time.Sleep(time.Second)

				return status(http.StatusServiceUnavailable, retryAfter), nil
			}
		}
		ahead = func(*http.Request) (*http.Response, error) {
			theirs := time.Now().Add(time.Hour).UTC()
			response := status(http.StatusServiceUnavailable, theirs.Add(20*time.Second).Format(http.TimeFormat))
			response.Header.Set("Date", theirs.Format(http.TimeFormat))

			return response, nil
		}
		afterHour = func(*http.Request) (*http.Response, error) { return status(http.StatusTooManyRequests, "3600"), nil }
		broken    = func(*http.Request) (*http.Response, error) { return nil, io.ErrUnexpectedEOF }
		unknown   = func(*http.Request) (*http.Response, error) { return nil, &net.DNSError{IsNotFound: true} }
		noDNS     = func(*http.Request) (*http.Response, error) { return nil, &net.DNSError{IsTemporary: true} }
	)

	for name, test := range map[string]struct {
		answers         []answer // The last one is repeated.
		attempts        int
		atLeast, atMost time.Duration
		fails           bool
		ends            qcc.End
	}{
		"success":                         {answers: []answer{good}, attempts: 1},
		"busy, then success":              {answers: []answer{busy, busy, good}, attempts: 3, atMost: 3 * time.Second},
		"every transient HTTP status":     {answers: []answer{http500, http408, http425, good}, attempts: 4, atMost: 7 * time.Second},
		"broken connection, then success": {answers: []answer{broken, good}, attempts: 2, atMost: time.Second},
		"name server away, then success":  {answers: []answer{noDNS, good}, attempts: 2, atMost: time.Second},
		"unavailable, then success":       {answers: []answer{http503, good}, attempts: 2, atMost: time.Second},
		"a wait with a status code":       {answers: []answer{busy20s, good}, attempts: 2, atLeast: 20 * time.Second, atMost: 21 * time.Second},
		"a wait with a refusal":           {answers: []answer{refused20s}, attempts: 1, fails: true},
		"just over the timeout":           {answers: []answer{after61s}, attempts: 1, fails: true, ends: qcc.EndNoRoom},
		"a wait beyond all numbers":       {answers: []answer{afterAges}, attempts: 1, fails: true, ends: qcc.EndNoRoom},
		"a wait after a slow answer":      {answers: []answer{slowly("99999999999999")}, attempts: 1, atLeast: time.Second, atMost: time.Second, fails: true, ends: qcc.EndNoRoom},
		"a wait beyond the calendar":      {answers: []answer{slowly("Fri, 31 Dec 9999 23:59:59 GMT")}, attempts: 1, atLeast: time.Second, atMost: time.Second, fails: true, ends: qcc.EndNoRoom},
		"a date by a clock that is ahead": {answers: []answer{ahead, good}, attempts: 2, atLeast: 20 * time.Second, atMost: 21 * time.Second},
		"busy all the time":               {answers: []answer{busy}, attempts: 4, atMost: 7 * time.Second, fails: true, ends: qcc.EndRetries},
		"refused":                         {answers: []answer{refused}, attempts: 1, fails: true},
		"busy, then refused":              {answers: []answer{busy, refused}, attempts: 2, atMost: time.Second, fails: true},
		"unknown host":                    {answers: []answer{unknown}, attempts: 1, fails: true},
		"Retry-After in seconds":          {answers: []answer{after20s, good}, attempts: 2, atLeast: 20 * time.Second, atMost: 21 * time.Second},
		"Retry-After as a date":           {answers: []answer{afterDate, good}, attempts: 2, atLeast: 19 * time.Second, atMost: 21 * time.Second},
		"Retry-After in the past":         {answers: []answer{afterPast, good}, attempts: 2, atMost: time.Second},
		"Retry-After beyond the timeout":  {answers: []answer{afterHour}, attempts: 1, fails: true, ends: qcc.EndNoRoom},
		"one hung connection":             {answers: []answer{hang, good}, attempts: 2, atLeast: 15 * time.Second, atMost: 16 * time.Second},
		"everything hangs":                {answers: []answer{hang}, attempts: 4, atLeast: 60 * time.Second, atMost: 60 * time.Second, fails: true, ends: qcc.EndTimeout},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var (
					asked    atomic.Int32
					attempts []qcc.Attempt
					stamps   = map[string]bool{}
				)

				cfg := config(qcc.DefaultBaseURL)
				cfg.MaxRetries = qcc.DefaultMaxRetries
				cfg.OnAttempt = func(_ context.Context, attempt qcc.Attempt) { attempts = append(attempts, attempt) }
				cfg.Transport = answer(func(r *http.Request) (*http.Response, error) {
					stamps[r.Header.Get("Timespan")] = true

					return test.answers[min(int(asked.Add(1)), len(test.answers))-1](r)
				})

				started := time.Now()
				_, err := read(t, cfg)
				took := time.Since(started)

				if (err != nil) != test.fails {
					t.Fatalf("error is %v, want one: %t", err, test.fails)
				}

				if int(asked.Load()) != test.attempts || len(attempts) != test.attempts {
					t.Errorf("%d requests, %d of them reported, want %d", asked.Load(), len(attempts), test.attempts)
				}

				if took < test.atLeast || took > test.atMost+gathering {
					t.Errorf("the read took %s, want %s to %s", took, test.atLeast, test.atMost)
				}

				if took >= 15*time.Second && test.attempts > 1 && len(stamps) < 2 {
					t.Error("the requests were not signed afresh")
				}

				for i, attempt := range attempts {
					if last := i == len(attempts)-1; attempt.Number != i+1 || (attempt.Wait == 0) != last {
						t.Errorf("attempt %d was reported as %+v", i+1, attempt)
					}
				}

				if test.fails {
					failed := as[*qcc.ReadError](t, err)
					if failed.Attempts != test.attempts || failed.End != test.ends || failed.Timeout != cfg.Timeout {
						t.Errorf("error is %+v, want %d attempts and end %d", failed, test.attempts, test.ends)
					}
				}
			})
		})
	}
}

// TestWaitsGrowAndAreRandom checks the waits of many reads. Each is between 0 and twice an average that doubles from half a second to five
// seconds, and the waits fill the whole range.
func TestWaitsGrowAndAreRandom(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const reads = 100

		waits := make([][]time.Duration, qcc.LimitMaxRetries)

		cfg := config(qcc.DefaultBaseURL)
		cfg.Timeout = qcc.MaxTimeout
		cfg.MaxRetries = qcc.LimitMaxRetries
		cfg.Transport = answer(func(*http.Request) (*http.Response, error) { return ok(`{"status":"199"}`), nil })
		cfg.OnAttempt = func(_ context.Context, attempt qcc.Attempt) {
			if attempt.Number <= qcc.LimitMaxRetries {
				waits[attempt.Number-1] = append(waits[attempt.Number-1], attempt.Wait)
			}
		}

		for range reads {
			if _, err := read(t, cfg); err == nil {
				t.Fatal("no error")
			}
		}

		for i, milliseconds := range []int{500, 1000, 2000, 4000, 5000, 5000, 5000, 5000, 5000, 5000} {
			average := time.Duration(milliseconds) * time.Millisecond

			if shortest := slices.Min(waits[i]); shortest < 0 || shortest > average/2 {
				t.Errorf("of %d waits before retry %d, the shortest is %s", len(waits[i]), i+1, shortest)
			}

			if longest := slices.Max(waits[i]); longest > 2*average || longest < average*3/2 {
				t.Errorf("of %d waits before retry %d, the longest is %s", len(waits[i]), i+1, longest)
			}
		}
	})
}

func TestAReadWithoutRetriesMayUseItsWholeTimeout(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		cfg := config(qcc.DefaultBaseURL)
		cfg.Transport = answer(hang)

		started := time.Now()
		_, err := read(t, cfg)

		if took := time.Since(started); took != cfg.Timeout {
			t.Errorf("the read took %s, want %s", took, cfg.Timeout)
		}

		if got := as[*qcc.ReadError](t, err); got.End != qcc.EndTimeout || got.Attempts != 1 {
			t.Errorf("error is %+v, want one attempt that used the timeout", got)
		}
	})
}

func TestCancelEndsAReadAtOnce(t *testing.T) {
	t.Parallel()

	for name, answers := range map[string]answer{
		"during a request": hang,
		"during a wait":    func(*http.Request) (*http.Response, error) { return status(http.StatusTooManyRequests, "30"), nil },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				cfg := config(qcc.DefaultBaseURL)
				cfg.MaxRetries = qcc.DefaultMaxRetries
				cfg.Transport = answers

				ctx, cancel := context.WithCancel(t.Context())
				started := time.Now()

				time.AfterFunc(3*time.Second, cancel)

				_, err := newClient(t, cfg).Quota(ctx)
				if took := time.Since(started); took != 3*time.Second || !errors.Is(err, context.Canceled) {
					t.Errorf("the read ended after %s with %v, want 3s and context.Canceled", took, err)
				}

				if failed := as[*qcc.ReadError](t, err); failed.Attempts != 0 || failed.End != qcc.EndFinal {
					t.Errorf("error is %+v, want one without attempts", failed)
				}
			})
		})
	}
}

// TestACancelledAttemptIsReportedOnce cancels a read whose request hangs. No wait follows, so none is reported.
func TestACancelledAttemptIsReportedOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var reported []qcc.Attempt

		cfg := config(qcc.DefaultBaseURL)
		cfg.MaxRetries = qcc.DefaultMaxRetries
		cfg.Transport = answer(hang)
		cfg.OnAttempt = func(_ context.Context, attempt qcc.Attempt) { reported = append(reported, attempt) }

		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()

		if _, err := newClient(t, cfg).Quota(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("error is %v", err)
		}

		synctest.Wait()

		if len(reported) != 1 || reported[0].Number != 1 || reported[0].Wait != 0 {
			t.Errorf("the attempts are reported as %+v", reported)
		}
	})
}

func TestAttemptsAreReported(t *testing.T) {
	t.Parallel()

	var got qcc.Attempt

	cfg := config(serve(t, emulator.New(emulator.WithBehavior(emulator.Behavior{Code: 107}))))
	cfg.OnAttempt = func(_ context.Context, attempt qcc.Attempt) { got = attempt }

	_, err := read(t, cfg)
	if err == nil || !strings.Contains(err.Error(), "107") {
		t.Errorf("error is %v, want one that names the code", err)
	}

	if got.Elapsed <= 0 {
		t.Errorf("the attempt took %s", got.Elapsed)
	}

	got.Elapsed = 0
	if want := (qcc.Attempt{Number: 1, HTTPStatus: http.StatusOK, Code: 107}); got != want {
		t.Errorf("attempt is %+v, want %+v", got, want)
	}
}

package qcc_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/qccpro/terraform-provider-qcc/internal/emulator"
	"github.com/qccpro/terraform-provider-qcc/internal/qcc"
)

// TestLaterReadsGetTheErrorOfAFailedRead reads twice at once, and again after failures are forgotten. A refusal is never forgotten.
func TestLaterReadsGetTheErrorOfAFailedRead(t *testing.T) {
	t.Parallel()

	for _, status := range qcc.Statuses() {
		synctest.Test(t, func(t *testing.T) {
			service := emulator.New(emulator.WithBehavior(emulator.Behavior{Code: status.Code}))
			cfg := config(qcc.DefaultBaseURL)
			cfg.Transport = through(service)
			client := newClient(t, cfg)

			want := []int{1, 1, 2} // How many requests the first reads take.

			switch status.Class {
			case qcc.ClassOK, qcc.ClassEmpty:
				want = []int{1, 2, 3}
			case qcc.ClassRefused:
				want = []int{1, 1, 1}
			case qcc.ClassTransient, qcc.ClassRejected:
			}

			for number, later := range []time.Duration{0, 4900 * time.Millisecond, 100 * time.Millisecond} {
				time.Sleep(later)

				before, asked := service.Requests(), time.Now()

				_, err := client.Quota(t.Context())
				if took := time.Since(asked); service.Requests() == before && took > 0 {
					t.Errorf("code %d: a read without a request takes %s", status.Code, took)
				}

				if failed := new(qcc.StatusError); (err != nil) != errors.As(err, &failed) || err != nil && failed.Status != status {
					t.Errorf("code %d: the error is %v", status.Code, err)
				}

				if service.Requests() != want[number] {
					t.Errorf("code %d: %d reads take %d requests, want %d", status.Code, number+1, service.Requests(), want[number])
				}
			}
		})
	}
}

// TestLaterWavesOfReadsGetTheErrorOfTheFirst reads 200 data sources from services that fail, ten at a time, as Terraform does.
func TestLaterWavesOfReadsGetTheErrorOfTheFirst(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct {
		answer   answer
		requests int32
		atMost   time.Duration
	}{
		"busy":        {withStatus(http.StatusServiceUnavailable, ""), 4, 7 * time.Second},
		"hangs":       {hang, 4, time.Minute},
		"Retry-After": {withStatus(http.StatusTooManyRequests, "3600"), 1, 0},
		"a page":      {says("<html></html>"), 1, 0},
		"refused":     {withCode(101, ""), 1, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var left atomic.Int32

				service := &service{answers: []answer{test.answer}}
				cfg := config(qcc.DefaultBaseURL)
				cfg.MaxRetries = qcc.DefaultMaxRetries
				cfg.Transport = service
				client := newClient(t, cfg)

				var workers sync.WaitGroup

				left.Store(200)

				began := time.Now()

				for range 10 {
					workers.Go(func() {
						for left.Add(-1) >= 0 {
							if _, err := client.Quota(t.Context()); err == nil {
								t.Error("a read succeeds")
							}
						}
					})
				}

				workers.Wait()

				if took := time.Since(began); took > test.atMost+gathering || service.requests.Load() != test.requests {
					t.Errorf("200 reads took %s and %d requests, want %s and %d", took, service.requests.Load(), test.atMost, test.requests)
				}
			})
		})
	}
}

// ending names the result of a read.
func ending(err error) string {
	var (
		refused *qcc.StatusError
		failed  *qcc.HTTPError
	)

	switch {
	case err == nil:
		return "quota"
	case errors.As(err, &refused):
		return fmt.Sprintf("code %d", refused.Status.Code)
	case errors.As(err, &failed):
		return fmt.Sprintf("HTTP %d", failed.StatusCode)
	case errors.Is(err, context.Canceled):
		return "cancelled"
	default:
		return "no answer"
	}
}

// TestReadsOneAfterTheOther has reads that begin at given times. A wait before a retry, and a wait after a pause that the service asked for,
// are up to a second longer than the table says. In no case is a request sent during a pause, or an attempt not reported.
func TestReadsOneAfterTheOther(t *testing.T) {
	t.Parallel()

	const unknown = -1

	type read struct {
		at      time.Duration // When the read begins.
		cancels time.Duration // When its context ends; 0 for never.
		ending  string
		ends    time.Duration
	}

	var (
		good    = withCode(200, "")
		busy    = withStatus(http.StatusServiceUnavailable, "")
		busy20s = withStatus(http.StatusServiceUnavailable, "20")
	)

	for name, test := range map[string]struct {
		answers  []answer
		retries  int
		reads    []read
		requests int32
		waits    int // How many attempts are reported with a wait.
	}{
		"a read is cancelled during its request": {
			[]answer{hang}, 3, []read{{0, 3 * time.Second, "cancelled", 3 * time.Second}}, 1, 0,
		},
		"a read is cancelled during its wait": {
			[]answer{withStatus(http.StatusTooManyRequests, "30")}, 3, []read{{0, 3 * time.Second, "cancelled", 3 * time.Second}}, 1, 1,
		},
		"a cancelled read is not remembered": {
			[]answer{hang, good}, 0, []read{{0, time.Second, "cancelled", time.Second}, {2 * time.Second, 0, "quota", 2 * time.Second}}, 2, 0,
		},
		"a refusal reaches a read that waits": {
			[]answer{busy20s, withCode(106, "")}, 1, []read{{0, 0, "code 106", 20 * time.Second}, {time.Second, 0, "code 106", 20 * time.Second}}, 2, 1,
		},
		"a late failure does not overrule newer successes": {
			[]answer{hang, good},
			0,
			[]read{{0, 0, "no answer", time.Minute}, {30 * time.Second, 0, "quota", 30 * time.Second}, {61 * time.Second, 0, "quota", 61 * time.Second}},
			3, 0,
		},
		"a failure after a success is remembered": {
			[]answer{good, busy},
			0,
			[]read{{0, 0, "quota", 0}, {time.Second, 0, "HTTP 503", time.Second}, {2 * time.Second, 0, "HTTP 503", 2 * time.Second}},
			2, 0,
		},
		"a read fails while the next one waits to begin": {
			[]answer{later(time.Second, withStatus(http.StatusNotFound, ""))},
			0,
			[]read{{0, 0, "HTTP 404", time.Second}, {900 * time.Millisecond, 0, "HTTP 404", time.Second}},
			1, 0,
		},
		"a Retry-After of an hour": {
			[]answer{withStatus(http.StatusTooManyRequests, "3600"), good},
			1,
			[]read{{0, 0, "HTTP 429", 0}, {10 * time.Second, 0, "HTTP 429", 10 * time.Second}, {time.Hour + time.Second, 0, "quota", time.Hour + time.Second}},
			2, 0,
		},
		"a Retry-After of twenty seconds": {
			[]answer{withStatus(http.StatusTooManyRequests, "20"), good},
			1,
			[]read{{0, 0, "quota", 20 * time.Second}, {10 * time.Second, 0, "quota", 20 * time.Second}},
			3, 1,
		},
		"a read is cancelled during the pause of another one": {
			[]answer{busy20s, hang}, 1, []read{{0, 0, "no answer", time.Minute}, {time.Second, 10 * time.Second, "cancelled", 10 * time.Second}}, 2, 1,
		},
		"reads begin during a pause": {
			[]answer{withStatus(http.StatusServiceUnavailable, "15")},
			3,
			[]read{{0, 0, "HTTP 503", unknown}, {time.Second, 0, "HTTP 503", unknown}, {2 * time.Second, 0, "HTTP 503", unknown}, {3 * time.Second, 0, "HTTP 503", unknown}},
			unknown, unknown,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var (
					service        = &service{answers: test.answers}
					reports, waits atomic.Int32
					mu             sync.Mutex
					pausedTo       time.Time
				)

				cfg := config(qcc.DefaultBaseURL)
				cfg.MaxRetries = test.retries
				cfg.OnAttempt = func(_ context.Context, attempt qcc.Attempt) {
					reports.Add(1)

					if attempt.Wait > 0 {
						waits.Add(1)
					}
				}
				cfg.Transport = answer(func(r *http.Request) (*http.Response, error) {
					mu.Lock()

					if time.Now().Before(pausedTo) {
						t.Errorf("a request is sent %s before the end of a pause", time.Until(pausedTo))
					}

					mu.Unlock()

					response, err := service.RoundTrip(r)
					if err == nil {
						seconds, _ := strconv.Atoi(response.Header.Get("Retry-After"))

						mu.Lock()
						defer mu.Unlock()

						pausedTo = time.Now().Add(time.Duration(seconds) * time.Second)
					}

					return response, err
				})
				client := newClient(t, cfg)
				began := time.Now()

				for number, read := range test.reads {
					time.Sleep(time.Until(began.Add(read.at)))

					go func() {
						ctx, cancel := context.WithCancel(t.Context())
						defer cancel()

						if read.cancels > 0 {
							time.AfterFunc(read.cancels-read.at, cancel)
						}

						_, err := client.Quota(ctx)
						ends := time.Since(began)

						if got := ending(err); got != read.ending || read.ends != unknown && (ends < read.ends || ends > read.ends+time.Second+gathering) {
							t.Errorf("read %d ends after %s with %s (%v), want %s with %s", number+1, ends, got, err, read.ends, read.ending)
						}

						mu.Lock()
						defer mu.Unlock()

						if failed := new(qcc.ReadError); errors.As(err, &failed) {
							checkEnding(t, failed, began.Add(ends), pausedTo)
						} else if err != nil {
							t.Errorf("read %d ends with a %T, want a *ReadError", number+1, err)
						}
					}()
				}

				time.Sleep(2 * time.Hour)

				if requests := service.requests.Load(); test.requests != unknown && requests != test.requests || requests != reports.Load() {
					t.Errorf("there were %d requests, %d of them reported, want %d", requests, reports.Load(), test.requests)
				}

				if test.waits != unknown && int(waits.Load()) != test.waits {
					t.Errorf("%d waits are reported, want %d", waits.Load(), test.waits)
				}
			})
		})
	}
}

// checkEnding compares a failed read with the pause that the service asked for.
func checkEnding(t *testing.T, failed *qcc.ReadError, ended, pausedTo time.Time) {
	t.Helper()

	switch {
	case errors.Is(failed, context.Canceled):
		if failed.Attempts != 0 || failed.End != qcc.EndFinal {
			t.Errorf("a cancelled read ends with %+v, want no attempts", failed)
		}
	case failed.End == qcc.EndNoRoom && !failed.NotBefore.After(ended), !failed.NotBefore.IsZero() && !failed.NotBefore.Equal(pausedTo):
		t.Errorf("a read ends with %+v, and the pause ends %s", failed, pausedTo)
	}
}

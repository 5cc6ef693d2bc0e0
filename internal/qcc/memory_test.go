package qcc_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
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
		t.Run(fmt.Sprint(status.Code), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				requests := make([]int, 0, 3)

				service := emulator.New(emulator.WithBehavior(emulator.Behavior{Code: status.Code}))
				cfg := config(qcc.DefaultBaseURL)
				cfg.Transport = through(service)
				client := newClient(t, cfg)

				for _, later := range []time.Duration{0, 4900 * time.Millisecond, 100 * time.Millisecond} {
					time.Sleep(later)

					before, asked := service.Requests(), time.Now()

					_, err := client.Quota(t.Context())
					if took := time.Since(asked); service.Requests() == before && took > 0 {
						t.Errorf("a read without a request takes %s", took)
					}

					if failed := new(qcc.StatusError); (err != nil) != errors.As(err, &failed) || err != nil && failed.Status != status {
						t.Errorf("the error is %v", err)
					}

					requests = append(requests, service.Requests())
				}

				want := []int{1, 1, 2}

				switch status.Class {
				case qcc.ClassOK, qcc.ClassEmpty:
					want = []int{1, 2, 3}
				case qcc.ClassRefused:
					want = []int{1, 1, 1}
				case qcc.ClassTransient, qcc.ClassRejected:
				}

				if !slices.Equal(requests, want) {
					t.Errorf("reads of class %s took %v requests so far, want %v", status.Class, requests, want)
				}
			})
		})
	}
}

// TestLaterWavesOfReadsGetTheErrorOfTheFirst reads 200 data sources from services that fail, ten at a time, as Terraform does.
func TestLaterWavesOfReadsGetTheErrorOfTheFirst(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct {
		service  answer
		requests int32
		atMost   time.Duration
	}{
		"busy":        {func(*http.Request) (*http.Response, error) { return status(http.StatusServiceUnavailable, ""), nil }, 4, 7 * time.Second},
		"hangs":       {hang, 4, time.Minute},
		"Retry-After": {func(*http.Request) (*http.Response, error) { return status(http.StatusTooManyRequests, "3600"), nil }, 1, 0},
		"a page":      {func(*http.Request) (*http.Response, error) { return ok("<html></html>"), nil }, 1, 0},
		"refused":     {func(*http.Request) (*http.Response, error) { return ok(`{"status":"101"}`), nil }, 1, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var requests, left atomic.Int32

				cfg := config(qcc.DefaultBaseURL)
				cfg.MaxRetries = qcc.DefaultMaxRetries
				cfg.Transport = answer(func(r *http.Request) (*http.Response, error) {
					requests.Add(1)

					return test.service(r)
				})
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

				if requests.Load() != test.requests {
					t.Errorf("200 reads took %d requests, want %d", requests.Load(), test.requests)
				}

				if took := time.Since(began); took > test.atMost+gathering {
					t.Errorf("200 reads took %s, want at most %s", took, test.atMost)
				}
			})
		})
	}
}

// TestARetryAfterHoldsForEveryRead has a Retry-After of an hour, and one that is shorter than the timeout.
func TestARetryAfterHoldsForEveryRead(t *testing.T) {
	t.Parallel()

	const firstWait = 500 * time.Millisecond // On average, the second read waits this much longer.

	for name, test := range map[string]struct {
		retryAfter string
		// requests of two reads.
		requests int32
		// waits is how long the second read takes.
		waits time.Duration
	}{
		"an hour":        {"3600", 1, 0},
		"twenty seconds": {"20", 3, 10 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var (
					requests atomic.Int32
					began    = time.Now()
				)

				cfg := config(qcc.DefaultBaseURL)
				cfg.MaxRetries = 1
				cfg.Transport = answer(func(*http.Request) (*http.Response, error) {
					if requests.Add(1); time.Since(began) < time.Second {
						return status(http.StatusTooManyRequests, test.retryAfter), nil
					}

					return ok(`{"status":"200","result":[]}`), nil
				})
				client := newClient(t, cfg)

				var reads sync.WaitGroup

				failed := func(err error) bool {
					var read *qcc.ReadError

					return errors.As(err, &read) && read.NotBefore.Sub(began).Round(time.Second) == time.Hour && read.End == qcc.EndNoRoom
				}

				reads.Go(func() {
					if _, err := client.Quota(t.Context()); err != nil && !failed(err) {
						t.Errorf("the first read fails with %v", err)
					}
				})

				time.Sleep(10 * time.Second)

				second := time.Now()

				if _, err := client.Quota(t.Context()); err != nil && !failed(err) {
					t.Errorf("the second read fails with %v", err)
				}

				if waited := time.Since(second); (waited - test.waits).Abs() > 2*firstWait+gathering {
					t.Errorf("the second read took %s, want %s", waited, test.waits)
				}

				reads.Wait()

				if requests.Load() != test.requests {
					t.Errorf("two reads took %d requests, want %d", requests.Load(), test.requests)
				}

				time.Sleep(time.Hour)

				before := requests.Load()

				if _, err := client.Quota(t.Context()); err != nil || requests.Load() != before+1 {
					t.Errorf("an hour later, a read took %d requests, %v", requests.Load()-before, err)
				}
			})
		})
	}
}

// TestNoRequestIsSentDuringAPause has a service that asks for a pause in each answer. Reads begin while others wait.
func TestNoRequestIsSentDuringAPause(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const pause = 15 * time.Second

		var (
			mu   sync.Mutex
			last time.Time
		)

		cfg := config(qcc.DefaultBaseURL)
		cfg.MaxRetries = qcc.DefaultMaxRetries
		cfg.Transport = answer(func(*http.Request) (*http.Response, error) {
			mu.Lock()
			defer mu.Unlock()

			if since := time.Since(last); since < pause {
				t.Errorf("a request is sent %s after the service has asked for a pause of %s", since, pause)
			}

			last = time.Now()

			return status(http.StatusServiceUnavailable, "15"), nil
		})
		client := newClient(t, cfg)

		var reads sync.WaitGroup

		for range 5 {
			reads.Go(func() {
				_, err := client.Quota(t.Context())
				if failed := as[*qcc.ReadError](t, err); failed.End == qcc.EndFinal || failed.NotBefore.Before(time.Now()) {
					t.Errorf("the read ends with %+v", failed)
				}
			})

			time.Sleep(time.Second)
		}

		reads.Wait()
	})
}

// TestAReadDoesNotWaitForALongerPauseOfAnotherRead has a read begin during a pause that is longer than its timeout.
func TestAReadDoesNotWaitForALongerPauseOfAnotherRead(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var requests atomic.Int32

		cfg := config(qcc.DefaultBaseURL)
		cfg.Timeout = qcc.MaxTimeout
		cfg.MaxRetries = 1
		cfg.Transport = answer(func(*http.Request) (*http.Response, error) {
			requests.Add(1)

			return status(http.StatusServiceUnavailable, "500"), nil
		})
		client := newClient(t, cfg)

		go func() { _, _ = client.Quota(t.Context()) }()

		time.Sleep(time.Second)

		ctx, cancel := context.WithCancel(t.Context())
		began := time.Now()

		time.AfterFunc(time.Minute, cancel)

		if _, err := client.Quota(ctx); !errors.Is(err, context.Canceled) || time.Since(began) != time.Minute || requests.Load() != 1 {
			t.Errorf("a read that waits for another one's Retry-After ends after %s and %d requests with %v", time.Since(began), requests.Load(), err)
		}

		time.Sleep(9 * time.Minute)
		synctest.Wait()

		if requests.Load() != 2 {
			t.Errorf("the first read took %d requests, want 2", requests.Load())
		}
	})
}

// TestACancelledReadIsNotRemembered cancels a read. The next read sends a request.
func TestACancelledReadIsNotRemembered(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		hangs := true
		cfg := config(qcc.DefaultBaseURL)
		cfg.Transport = answer(func(r *http.Request) (*http.Response, error) {
			if hangs {
				return hang(r)
			}

			return ok(`{"status":"200","result":[]}`), nil
		})
		client := newClient(t, cfg)

		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()

		if _, err := client.Quota(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("the error is %v", err)
		}

		hangs = false

		if _, err := client.Quota(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

// TestARefusalReachesReadsThatWait lets a read wait for a busy service while another read is refused.
func TestARefusalReachesReadsThatWait(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var requests atomic.Int32

		cfg := config(qcc.DefaultBaseURL)
		cfg.MaxRetries = 1
		cfg.Transport = answer(func(*http.Request) (*http.Response, error) {
			if requests.Add(1) == 1 {
				return status(http.StatusServiceUnavailable, "20"), nil
			}

			return ok(`{"status":"106"}`), nil
		})
		client := newClient(t, cfg)

		var reads sync.WaitGroup

		for range 2 {
			reads.Go(func() {
				_, err := client.Quota(t.Context())
				if refused := as[*qcc.StatusError](t, err); refused.Status.Code != 106 {
					t.Errorf("error is %v", err)
				}
			})

			time.Sleep(time.Second)
		}

		reads.Wait()

		if requests.Load() != 2 {
			t.Errorf("there were %d requests, want 2", requests.Load())
		}
	})
}

// TestALateFailureDoesNotOverruleNewerSuccesses lets a read wait without an answer while later reads succeed.
func TestALateFailureDoesNotOverruleNewerSuccesses(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var requests atomic.Int32

		cfg := config(qcc.DefaultBaseURL)
		cfg.Transport = answer(func(r *http.Request) (*http.Response, error) {
			if requests.Add(1) == 1 {
				return hang(r)
			}

			return ok(`{"status":"200","result":[]}`), nil
		})
		client := newClient(t, cfg)

		var reads sync.WaitGroup

		reads.Go(func() {
			if _, err := client.Quota(t.Context()); err == nil {
				t.Error("the read without an answer succeeds")
			}
		})

		for range 70 {
			time.Sleep(time.Second)

			if _, err := client.Quota(t.Context()); err != nil {
				t.Error(err)
			}
		}

		reads.Wait()
	})
}

// TestAFailureAfterASuccessIsRemembered has a service that fails after its first answer.
func TestAFailureAfterASuccessIsRemembered(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var requests atomic.Int32

		cfg := config(qcc.DefaultBaseURL)
		cfg.Transport = answer(func(*http.Request) (*http.Response, error) {
			if requests.Add(1) == 1 {
				return ok(`{"status":"200","result":[]}`), nil
			}

			return status(http.StatusServiceUnavailable, ""), nil
		})
		client := newClient(t, cfg)

		for number := range 4 {
			if _, err := client.Quota(t.Context()); (err == nil) != (number == 0) {
				t.Errorf("read %d ends with %v", number+1, err)
			}
		}

		if requests.Load() != 2 {
			t.Errorf("four reads took %d requests, want 2", requests.Load())
		}
	})
}

package qcc

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// call is one call of a model.
type call struct {
	began     time.Time
	cancelled bool
}

// model is a model of the service. It answers each call with the number of the call.
type model struct {
	mu    sync.Mutex
	calls []*call
	// takes returns how long the call with a number takes.
	takes func(number int) time.Duration
}

func (m *model) read(ctx context.Context, _ time.Time) (int, error) {
	m.mu.Lock()

	number := len(m.calls)
	c := &call{began: time.Now()}
	m.calls = append(m.calls, c)

	m.mu.Unlock()

	takes := m.takes(number)
	if takes == 0 {
		return number, nil // A timer of 0 may crash the race detector of Go 1.26 in a synctest bubble.
	}

	select {
	case <-time.After(takes):
		return number, nil
	case <-ctx.Done():
		m.mu.Lock()
		defer m.mu.Unlock()

		c.cancelled = true

		return number, ctx.Err()
	}
}

func (m *model) count() int {
	m.mu.Lock()
	defer m.mu.Unlock()

	return len(m.calls)
}

// TestSharingInRandomOrder lets reads begin, wait and end in thousands of random orders. The service is quick, slow or never answers.
func TestSharingInRandomOrder(t *testing.T) {
	t.Parallel()

	const (
		rounds = 3000
		hang   = time.Hour
		// longestDelay limits how long a call under way may delay a read.
		longestDelay = 250 * time.Millisecond
	)

	for seed := range uint64(rounds) {
		synctest.Test(t, func(t *testing.T) {
			random := rand.New(rand.NewPCG(seed, 0))
			service := &model{}
			latencies := make([]time.Duration, 64)

			for i := range latencies {
				switch random.IntN(4) {
				case 0:
					latencies[i] = hang
				case 1:
					latencies[i] = 0
				default:
					latencies[i] = time.Duration(random.IntN(600)) * time.Millisecond
				}
			}

			service.takes = func(number int) time.Duration { return latencies[number%len(latencies)] }

			var (
				shared = &coalescer[int]{read: service.read}
				reads  sync.WaitGroup
			)

			for range 1 + random.IntN(30) {
				var (
					arrival  = time.Duration(random.IntN(1000)) * time.Millisecond
					patience = time.Duration(1+random.IntN(2000)) * time.Millisecond
					// age is how old the answer may be. For half of the reads it is 0.
					age = time.Duration(max(0, random.IntN(1000)-500)) * time.Millisecond
				)

				reads.Go(func() {
					time.Sleep(arrival)

					ctx, cancel := context.WithTimeout(t.Context(), patience)
					defer cancel()

					began := time.Now()
					number, left, err := shared.do(ctx, began.Add(-age))
					took := time.Since(began)

					if err != nil {
						if !errors.Is(err, context.DeadlineExceeded) || took != patience {
							t.Errorf("seed %d: a read that waits %s ended after %s with %v", seed, patience, took, err)
						}

						return
					}

					service.mu.Lock()
					defer service.mu.Unlock()

					answered := service.calls[number]
					if answered.began.Before(began.Add(-age)) || !answered.began.Equal(left) || answered.cancelled {
						t.Errorf("seed %d: a read was answered by a call that began %s before it, want %s at most; cancelled: %t",
							seed, began.Sub(answered.began), age, answered.cancelled)
					}

					if delay := answered.began.Sub(began); delay > longestDelay {
						t.Errorf("seed %d: a read was delayed by %s", seed, delay)
					}
				})
			}

			reads.Wait()
			synctest.Wait()

			// Every read has ended, so every call was answered, or cancelled when its last read ended.
			if shared.inFlight != 0 || shared.pending != nil {
				t.Errorf("seed %d: %d calls are left, and the batch %v", seed, shared.inFlight, shared.pending)
			}
		})
	}
}

func TestReadsThatBeginTogetherShareACall(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct {
		reads, atOnce, calls int
		latency              time.Duration
	}{
		"one":                         {1, 1, 1, 100 * time.Millisecond},
		"ten":                         {10, 10, 1, 100 * time.Millisecond},
		"fifty, ten at once, slow":    {50, 10, 5, 100 * time.Millisecond},
		"fifty, ten at once, at once": {50, 10, 5, 0},
		"two hundred, ten at once":    {200, 10, 20, 20 * time.Millisecond},
		"two hundred at once":         {200, 200, 1, 20 * time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				service := &model{takes: func(int) time.Duration { return test.latency }}
				shared := &coalescer[int]{read: service.read}

				var (
					left    atomic.Int32
					workers sync.WaitGroup
				)

				left.Store(int32(test.reads))

				began := time.Now()

				for range test.atOnce {
					workers.Go(func() {
						for left.Add(-1) >= 0 {
							if _, _, err := shared.do(t.Context(), time.Now()); err != nil {
								t.Error(err)
							}
						}
					})
				}

				workers.Wait()

				// Without sharing, each wave of reads would take as long as a call.
				unshared := time.Duration((test.reads+test.atOnce-1)/test.atOnce) * test.latency
				if took := time.Since(began); test.latency >= 100*time.Millisecond && took > unshared*3/2 {
					t.Errorf("%d reads took %s, unshared %s", test.reads, took, unshared)
				}

				if service.count() != test.calls {
					t.Errorf("%d reads took %d calls, want %d", test.reads, service.count(), test.calls)
				}
			})
		})
	}
}

func TestABatchLeavesWhenNoMoreReadsAreExpected(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct {
		reads int
		waits time.Duration
	}{
		"one read":                      {1, 4 * time.Millisecond},
		"two reads":                     {2, 10 * time.Millisecond},
		"one less than the parallelism": {9, 10 * time.Millisecond},
		"as many as the parallelism":    {10, time.Nanosecond},
		"more than the parallelism":     {11, time.Nanosecond},
		"far more than the parallelism": {200, time.Nanosecond},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				service := &model{takes: func(int) time.Duration { return 0 }}
				shared := &coalescer[int]{read: service.read}
				began := time.Now()

				var reads sync.WaitGroup

				for range test.reads {
					reads.Go(func() {
						if _, _, err := shared.do(t.Context(), time.Now()); err != nil {
							t.Error(err)
						}
					})
				}

				reads.Wait()

				if waited := time.Since(began); waited != test.waits || service.count() != 1 {
					t.Errorf("%d reads waited %s for %d calls, want %s for 1", test.reads, waited, service.count(), test.waits)
				}

				// A later read waits longer, because a process with two reads may have many.
				began = time.Now()

				if _, _, err := shared.do(t.Context(), time.Now()); err != nil || time.Since(began) != 10*time.Millisecond {
					t.Errorf("the next read waited %s, %v, want 10ms", time.Since(began), err)
				}
			})
		})
	}
}

// TestReadsThatStartSlowlyShareACall starts reads with gaps between them, as Terraform does on a busy machine.
func TestReadsThatStartSlowlyShareACall(t *testing.T) {
	t.Parallel()

	for _, gap := range []time.Duration{time.Millisecond, 3 * time.Millisecond, 9 * time.Millisecond} {
		for _, latency := range []time.Duration{time.Millisecond, 200 * time.Millisecond} {
			t.Run(gap.String()+" apart, at "+latency.String(), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					service := &model{takes: func(int) time.Duration { return latency }}
					shared := &coalescer[int]{read: service.read}

					var (
						starting = make(chan struct{}, 1) // This is no mutex, because a bubble's time stops while a goroutine waits for a mutex.
						left     atomic.Int32
						workers  sync.WaitGroup
					)

					left.Store(50)

					for range usualReads {
						workers.Go(func() {
							for left.Add(-1) >= 0 {
								starting <- struct{}{}

								time.Sleep(gap)
								<-starting

								if _, _, err := shared.do(t.Context(), time.Now()); err != nil {
									t.Error(err)
								}
							}
						})
					}

					workers.Wait()

					if service.count() > 10 {
						t.Errorf("50 reads took %d calls, want at most 10", service.count())
					}
				})
			})
		}
	}
}

func TestAReadNeverJoinsACallUnderWay(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		service := &model{takes: func(int) time.Duration { return 100 * time.Millisecond }}
		shared := &coalescer[int]{read: service.read}

		var reads sync.WaitGroup

		for number := range 3 {
			time.Sleep(30 * time.Millisecond)

			reads.Go(func() {
				// The first read has its own call. The two reads that begin while it is under way share the next call, which leaves when
				// the first has returned.
				if got, _, err := shared.do(t.Context(), time.Now()); got != min(number, 1) || err != nil {
					t.Errorf("read %d is answered by call %d, %v", number, got, err)
				}
			})
		}

		reads.Wait()

		if waited := service.calls[1].began.Sub(service.calls[0].began); waited > 100*time.Millisecond+gatherTime {
			t.Errorf("the second call began %s after the first, which took 100ms", waited)
		}
	})
}

func TestACallWithoutAnAnswerDoesNotDelayLaterReads(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		service := &model{takes: func(number int) time.Duration {
			if number == 0 {
				return time.Hour
			}

			return 10 * time.Millisecond
		}}
		shared := &coalescer[int]{read: service.read}
		ctx, cancel := context.WithCancel(t.Context())

		go func() { _, _, _ = shared.do(ctx, time.Now()) }()

		time.Sleep(time.Second)

		began := time.Now()

		if _, _, err := shared.do(t.Context(), time.Now()); err != nil {
			t.Error(err)
		}

		if took := time.Since(began); took != 260*time.Millisecond {
			t.Errorf("the read took %s", took)
		}

		cancel()
		synctest.Wait()

		if !service.calls[0].cancelled {
			t.Error("a call that no read waits for continues")
		}
	})
}

func TestACancelledReadDoesNotEndOthers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		service := &model{takes: func(int) time.Duration { return time.Second }}
		shared := &coalescer[int]{read: service.read}

		var reads sync.WaitGroup

		// The context of the call has the values of the first read's context.
		for _, patience := range []time.Duration{100 * time.Millisecond, 500 * time.Millisecond, time.Minute} {
			reads.Go(func() {
				ctx, cancel := context.WithTimeout(t.Context(), patience)
				defer cancel()

				if _, _, err := shared.do(ctx, time.Now()); (err == nil) != (patience == time.Minute) {
					t.Errorf("a read that waits %s ended with %v", patience, err)
				}
			})
		}

		reads.Wait()

		if service.count() != 1 || service.calls[0].cancelled {
			t.Errorf("there were %d calls, the first cancelled: %t", service.count(), service.calls[0].cancelled)
		}
	})
}

func TestABatchWithoutReadsIsCancelled(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		service := &model{takes: func(int) time.Duration { return 0 }}
		shared := &coalescer[int]{read: service.read}

		ctx, cancel := context.WithTimeout(t.Context(), loneTime/2)
		defer cancel()

		if _, _, err := shared.do(ctx, time.Now()); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("error is %v", err)
		}

		time.Sleep(time.Second)

		if service.count() != 0 {
			t.Errorf("there were %d calls although no read waits", service.count())
		}
	})
}

// TestTheContextOfABatchEndsWithIt checks the context of a batch after its answer.
func TestTheContextOfABatchEndsWithIt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var contextError func() error

		shared := &coalescer[int]{read: func(ctx context.Context, _ time.Time) (int, error) {
			contextError = ctx.Err

			return 1, ctx.Err()
		}}

		if got, _, err := shared.do(t.Context(), time.Now()); got != 1 || err != nil {
			t.Errorf("the answer is %d, %v", got, err)
		}

		synctest.Wait()

		if contextError() == nil {
			t.Error("the context of a batch that has its answer has not ended")
		}
	})
}

// TestACancelledBatchNeverLeaves cancels a read, and begins another one before the batch of the first would have left.
func TestACancelledBatchNeverLeaves(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		service := &model{takes: func(int) time.Duration { return 0 }}
		shared := &coalescer[int]{read: service.read}

		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Millisecond)
		defer cancel()

		if _, _, err := shared.do(ctx, time.Now()); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("error is %v", err)
		}

		began := time.Now()

		if got, _, err := shared.do(t.Context(), time.Now()); got != 0 || err != nil || time.Since(began) != 4*time.Millisecond {
			t.Errorf("the read after it is answered by call %d after %s, %v", got, time.Since(began), err)
		}

		time.Sleep(time.Second)

		if service.count() != 1 {
			t.Errorf("there were %d calls", service.count())
		}
	})
}

// TestAReadMayTakeAnEarlierAnswer has a call that begins at 0 ms and ends at 100 ms. At 0 ms, the first read's batch leaves.
func TestAReadMayTakeAnEarlierAnswer(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct {
		begins, age time.Duration // When the second read begins, and how old its answer may be.
		calls       int
	}{
		"under way":                {50 * time.Millisecond, time.Second, 1},
		"under way, too old":       {50 * time.Millisecond, 50 * time.Millisecond, 2},
		"under way, just young":    {50 * time.Millisecond, 50*time.Millisecond + time.Nanosecond, 1},
		"answered":                 {time.Second, time.Second + time.Nanosecond, 1},
		"answered, too old":        {time.Second, time.Second, 2},
		"answered, no age allowed": {time.Second, 0, 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				service := &model{takes: func(int) time.Duration { return 100 * time.Millisecond }}
				shared := &coalescer[int]{read: service.read}

				go func() { _, _, _ = shared.do(t.Context(), time.Now()) }()

				time.Sleep(loneTime + test.begins)

				number, left, err := shared.do(t.Context(), time.Now().Add(-test.age))
				if err != nil || number != test.calls-1 || service.count() != test.calls || !left.Equal(service.calls[number].began) {
					t.Errorf("the answer of call %d of %d, which began at %s, %v", number, service.count(), left, err)
				}
			})
		})
	}
}

// TestAReadMayTakeAnEarlierFailure lets a second read take the failure of the first one.
func TestAReadMayTakeAnEarlierFailure(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		calls, failure := 0, errors.New("failure")
		shared := &coalescer[int]{read: func(context.Context, time.Time) (int, error) {
			calls++

			return 0, failure
		}}

		for range 2 {
			if _, _, err := shared.do(t.Context(), time.Now().Add(-time.Second)); !errors.Is(err, failure) || calls != 1 {
				t.Errorf("error is %v after %d calls", err, calls)
			}
		}
	})
}

// TestACancelledCallAnswersNoLaterRead cancels the only read of a call. Then it begins another read that could have joined the call.
func TestACancelledCallAnswersNoLaterRead(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		service := &model{takes: func(int) time.Duration { return 100 * time.Millisecond }}
		shared := &coalescer[int]{read: service.read}

		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer cancel()

		if _, _, err := shared.do(ctx, time.Now()); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("error is %v", err)
		}

		if got, _, err := shared.do(t.Context(), time.Now().Add(-time.Second)); got != 1 || err != nil {
			t.Errorf("the answer of call %d, %v", got, err)
		}
	})
}

// TestACallContinuesForAReadThatJoined cancels the first read of a call that a second read has joined.
func TestACallContinuesForAReadThatJoined(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		service := &model{takes: func(int) time.Duration { return 100 * time.Millisecond }}
		shared := &coalescer[int]{read: service.read}

		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer cancel()

		go func() { _, _, _ = shared.do(ctx, time.Now()) }()

		time.Sleep(30 * time.Millisecond)

		if got, _, err := shared.do(t.Context(), time.Now().Add(-time.Second)); got != 0 || err != nil {
			t.Errorf("the answer of call %d, %v", got, err)
		}
	})
}

// TestACancelledCallLeavesALaterAnswer cancels a call without an answer, after a later call was answered.
func TestACancelledCallLeavesALaterAnswer(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		service := &model{takes: func(number int) time.Duration { return []time.Duration{time.Hour, 0, 0}[number] }}
		shared := &coalescer[int]{read: service.read}

		ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
		defer cancel()

		go func() { _, _, _ = shared.do(ctx, time.Now()) }()

		time.Sleep(10 * time.Millisecond)

		if got, _, err := shared.do(t.Context(), time.Now()); got != 1 || err != nil {
			t.Errorf("the answer of call %d, %v", got, err)
		}

		time.Sleep(500 * time.Millisecond)

		if got, _, err := shared.do(t.Context(), time.Now().Add(-time.Second)); got != 1 || err != nil {
			t.Errorf("the answer of call %d, %v", got, err)
		}
	})
}

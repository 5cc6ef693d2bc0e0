package qcc

import (
	"cmp"
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
	ctx       context.Context //nolint:containedctx // A test looks whether it has ended.
	began     time.Time
	cancelled bool
}

// model is a model of the service. It answers each call with the number of the call.
type model struct {
	mu    sync.Mutex
	calls []*call
	// takes returns how long the call with a number takes.
	takes func(number int) time.Duration
	err   error // The error of every answer.
}

func (m *model) read(ctx context.Context, _ time.Time) (int, error) {
	m.mu.Lock()

	number := len(m.calls)
	c := &call{ctx: ctx, began: time.Now()}
	m.calls = append(m.calls, c)

	m.mu.Unlock()

	takes := m.takes(number)
	if takes == 0 {
		return number, m.err // A timer of 0 may crash the race detector of Go 1.26 in a synctest bubble.
	}

	select {
	case <-time.After(takes):
		return number, m.err
	case <-ctx.Done():
		m.mu.Lock()
		defer m.mu.Unlock()

		c.cancelled = true

		return number, ctx.Err()
	}
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

// TestSharing lets reads begin at given times. The batch of a lone first read leaves after 4 ms, and a later one after 10 ms.
func TestSharing(t *testing.T) {
	t.Parallel()

	const (
		none   = -1 // No call answers the read, because its context ends before.
		ms     = time.Millisecond
		moment = time.Nanosecond
	)

	type read struct {
		at, age  time.Duration // When the read begins, and how old its answer may be.
		patience time.Duration // When its context ends, counted from at; 0 for never.
		call     int           // The number of the call that answers the read.
		ends     time.Duration // When the read ends.
		copies   int           // How many more reads are the same.
	}

	for name, test := range map[string]struct {
		takes     []time.Duration // How long each call takes. The last one is repeated.
		reads     []read
		calls     int
		cancelled int // How many of the calls are cancelled.
		err       error
	}{
		// A process with two reads may have many, so a later read waits longer than the first.
		"one read":                      {[]time.Duration{0}, []read{{ends: 4 * ms}, {at: time.Second, call: 1, ends: 1010 * ms}}, 2, 0, nil},
		"two reads":                     {[]time.Duration{0}, []read{{ends: 10 * ms, copies: 1}}, 1, 0, nil},
		"one less than the parallelism": {[]time.Duration{0}, []read{{ends: 10 * ms, copies: 8}}, 1, 0, nil},
		"as many as the parallelism":    {[]time.Duration{0}, []read{{ends: moment, copies: 9}, {at: ms, call: 1, ends: 11 * ms}}, 2, 0, nil},
		"far more than the parallelism": {[]time.Duration{0}, []read{{ends: moment, copies: 199}}, 1, 0, nil},

		"a read joins no call under way": {
			[]time.Duration{100 * ms},
			[]read{{ends: 104 * ms}, {at: 30 * ms, call: 1, ends: 214 * ms}, {at: 60 * ms, call: 1, ends: 214 * ms}},
			2, 0, nil,
		},
		"a call without an answer delays no later read": {
			[]time.Duration{time.Hour, 10 * ms},
			[]read{{patience: 2 * time.Second, call: none, ends: 2 * time.Second}, {at: time.Second, call: 1, ends: 1260 * ms}},
			2, 1, nil,
		},
		// The context of the call has the values of the first read's context.
		"a cancelled read does not end others": {
			[]time.Duration{time.Second},
			[]read{{patience: 100 * ms, call: none, ends: 100 * ms}, {patience: 500 * ms, call: none, ends: 500 * ms}, {ends: 1010 * ms}},
			1, 0, nil,
		},
		"a batch without reads is cancelled": {[]time.Duration{0}, []read{{patience: 2 * ms, call: none, ends: 2 * ms}}, 0, 0, nil},
		"a cancelled batch never leaves": {
			[]time.Duration{0}, []read{{patience: 2 * ms, call: none, ends: 2 * ms}, {at: 3 * ms, ends: 7 * ms}}, 1, 0, nil,
		},

		"an answer under way":             {[]time.Duration{100 * ms}, []read{{ends: 104 * ms}, {at: 54 * ms, age: time.Second, ends: 104 * ms}}, 1, 0, nil},
		"an answer under way, too old":    {[]time.Duration{100 * ms}, []read{{ends: 104 * ms}, {at: 54 * ms, age: 50 * ms, call: 1, ends: 214 * ms}}, 2, 0, nil},
		"an answer under way, just young": {[]time.Duration{100 * ms}, []read{{ends: 104 * ms}, {at: 54 * ms, age: 50*ms + moment, ends: 104 * ms}}, 1, 0, nil},
		"an earlier answer":               {[]time.Duration{100 * ms}, []read{{ends: 104 * ms}, {at: 1004 * ms, age: time.Second + moment, ends: 1004 * ms}}, 1, 0, nil},
		"an earlier answer, too old":      {[]time.Duration{100 * ms}, []read{{ends: 104 * ms}, {at: 1004 * ms, age: time.Second, call: 1, ends: 1114 * ms}}, 2, 0, nil},
		"an earlier failure":              {[]time.Duration{0}, []read{{ends: 4 * ms}, {at: 5 * ms, age: time.Second, ends: 5 * ms}}, 1, 0, errors.New("failure")},
		"a cancelled call answers no later read": {
			[]time.Duration{100 * ms},
			[]read{{patience: 50 * ms, call: none, ends: 50 * ms}, {at: 51 * ms, age: time.Second, call: 1, ends: 161 * ms}},
			2, 1, nil,
		},
		"a call continues for a read that joined": {
			[]time.Duration{100 * ms}, []read{{patience: 50 * ms, call: none, ends: 50 * ms}, {at: 34 * ms, age: time.Second, ends: 104 * ms}}, 1, 0, nil,
		},
		"a cancelled call leaves a later answer": {
			[]time.Duration{time.Hour, 0},
			[]read{
				{patience: 500 * ms, call: none, ends: 500 * ms},
				{at: 10 * ms, call: 1, ends: 260 * ms},
				{at: 520 * ms, age: time.Second, call: 1, ends: 520 * ms},
			},
			2, 1, nil,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				service := &model{takes: func(number int) time.Duration { return test.takes[min(number, len(test.takes)-1)] }, err: test.err}
				shared := &coalescer[int]{read: service.read}
				began := time.Now()

				for number, read := range test.reads {
					time.Sleep(time.Until(began.Add(read.at)))

					for range 1 + read.copies {
						go func() {
							ctx, cancel := context.WithTimeout(t.Context(), cmp.Or(read.patience, 24*time.Hour))
							defer cancel()

							call, left, err := shared.do(ctx, time.Now().Add(-read.age))
							ends := time.Since(began)

							service.mu.Lock()
							defer service.mu.Unlock()

							switch {
							case ends != read.ends:
								t.Errorf("read %d ends at %s, want %s", number, ends, read.ends)
							case read.call == none && !errors.Is(err, context.DeadlineExceeded):
								t.Errorf("read %d is answered by call %d, %v", number, call, err)
							case read.call != none && (call != read.call || !errors.Is(err, test.err) || !left.Equal(service.calls[call].began)):
								t.Errorf("read %d is answered by call %d, which began at %s, %v", number, call, left, err)
							}
						}()
					}
				}

				time.Sleep(2 * time.Hour)

				service.mu.Lock()
				defer service.mu.Unlock()

				cancelled := 0

				for _, call := range service.calls {
					if call.cancelled {
						cancelled++
					}

					if call.ctx.Err() == nil {
						t.Error("the context of a call that has ended has not")
					}
				}

				if len(service.calls) != test.calls || cancelled != test.cancelled {
					t.Errorf("there were %d calls, %d of them cancelled, want %d and %d", len(service.calls), cancelled, test.calls, test.cancelled)
				}
			})
		})
	}
}

// TestReadsOfAPlanShareCalls has many reads that begin as others end, as Terraform's do. On a busy machine there are gaps between them.
func TestReadsOfAPlanShareCalls(t *testing.T) {
	t.Parallel()

	const ms = time.Millisecond

	for name, test := range map[string]struct {
		reads, atOnce, calls int // With gaps, there may be fewer calls.
		latency, gap         time.Duration
	}{
		"one":                         {1, 1, 1, 100 * ms, 0},
		"ten":                         {10, 10, 1, 100 * ms, 0},
		"fifty, ten at once, slow":    {50, 10, 5, 100 * ms, 0},
		"fifty, ten at once, at once": {50, 10, 5, 0, 0},
		"two hundred, ten at once":    {200, 10, 20, 20 * ms, 0},
		"two hundred at once":         {200, 200, 1, 20 * ms, 0},
		"small gaps, quick service":   {50, usualReads, 10, ms, ms},
		"small gaps, slow service":    {50, usualReads, 10, 200 * ms, ms},
		"large gaps, quick service":   {50, usualReads, 10, ms, 9 * ms},
		"large gaps, slow service":    {50, usualReads, 10, 200 * ms, 9 * ms},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				service := &model{takes: func(int) time.Duration { return test.latency }}
				shared := &coalescer[int]{read: service.read}

				var (
					starting = make(chan struct{}, 1) // This is no mutex, because a bubble's time stops while a goroutine waits for a mutex.
					left     atomic.Int32
					workers  sync.WaitGroup
				)

				left.Store(int32(test.reads))

				began := time.Now()

				for range test.atOnce {
					workers.Go(func() {
						for left.Add(-1) >= 0 {
							if test.gap > 0 {
								starting <- struct{}{}

								time.Sleep(test.gap)
								<-starting
							}

							if _, _, err := shared.do(t.Context(), time.Now()); err != nil {
								t.Error(err)
							}
						}
					})
				}

				workers.Wait()

				// Without sharing, each wave of reads would take as long as a call.
				unshared := time.Duration((test.reads+test.atOnce-1)/test.atOnce) * test.latency
				if took := time.Since(began); test.gap == 0 && test.latency >= 100*ms && took > unshared*3/2 {
					t.Errorf("%d reads took %s, unshared %s", test.reads, took, unshared)
				}

				if calls := len(service.calls); calls > test.calls || test.gap == 0 && calls < test.calls {
					t.Errorf("%d reads took %d calls, want %d", test.reads, calls, test.calls)
				}
			})
		})
	}
}

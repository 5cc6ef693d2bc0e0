//go:build soak

package qcc_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/qccpro/terraform-provider-qcc/internal/emulator"
	"github.com/qccpro/terraform-provider-qcc/internal/qcc"
)

// moving is an emulator whose count changes with every query, and that fails at random. It records when each count was true.
type moving struct {
	service *emulator.Emulator
	// silencing reports whether the service has faults that change later requests. After these, a client sends no more requests, or signs
	// them with another time.
	silencing bool

	// arriving is locked from before a query's behavior is set until the emulator has received the query.
	arriving sync.Mutex
	random   *rand.Rand
	truth    []time.Time
	faults   map[string]int
}

func newMoving(seed uint64) *moving {
	m := &moving{silencing: seed%5 == 0, random: rand.New(rand.NewPCG(seed, 1)), faults: map[string]int{}}
	m.service = emulator.New(emulator.WithLog(func(string) { m.arriving.Unlock() }))

	return m
}

// fault returns how the next query is answered: without a fault in most cases. Only some services refuse, because a refused client sends
// no more requests. Only these have a wrong clock, because a client corrects its clock once.
func (m *moving) fault() (string, emulator.Behavior) {
	delay := emulator.Duration(m.random.IntN(20)) * emulator.Duration(time.Millisecond)

	type fault struct {
		name     string
		behavior emulator.Behavior
	}

	faults := []fault{
		{"busy code", emulator.Behavior{Code: 199}},
		{"busy code with a wait", emulator.Behavior{Code: 122, RetryAfter: "1"}},
		{"rejection", emulator.Behavior{Code: 202}},
		{"HTTP 429", emulator.Behavior{HTTPStatus: http.StatusTooManyRequests}},
		{"HTTP 503", emulator.Behavior{HTTPStatus: http.StatusServiceUnavailable, RetryAfter: "60"}},
		{"HTTP 405", emulator.Behavior{HTTPStatus: http.StatusMethodNotAllowed, Body: "<html></html>"}},
		{"redirect", emulator.Behavior{Redirect: "http://127.0.0.1:1/"}},
		{"dropped", emulator.Behavior{Drop: emulator.DropAnswer}},
		{"half a body", emulator.Behavior{Drop: emulator.DropHalf}},
		{"hangs", emulator.Behavior{Delay: emulator.Duration(time.Hour)}},
		{"page", emulator.Behavior{Body: "<html></html>"}},
		{"too long", emulator.Behavior{Size: 2 << 20}},
	}
	if m.silencing {
		faults = append(faults,
			fault{"refusal", emulator.Behavior{Code: 106}},
			fault{"clock", emulator.Behavior{Clock: emulator.Duration(10 * time.Minute)}})
	}

	if m.random.IntN(3) > 0 {
		return "none", emulator.Behavior{Delay: delay}
	}

	chosen := faults[m.random.IntN(len(faults))]

	return chosen.name, chosen.behavior
}

func (m *moving) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	m.arriving.Lock() // The emulator's log unlocks it.

	name, behavior := m.fault()
	m.faults[name]++
	m.service.Behave(behavior)
	m.service.SetModules(emulator.Module{ID: "radar_id", Total: 1 << 40, Consumed: int64(len(m.truth))})
	m.truth = append(m.truth, time.Now())

	m.service.ServeHTTP(w, r)
}

// wasTrueWithin reports whether a count was true at some moment after began.
func (m *moving) wasTrueWithin(count int64, began time.Time) bool {
	m.arriving.Lock()
	defer m.arriving.Unlock()

	return count >= 0 && count < int64(len(m.truth)) && !m.truth[count].Before(began)
}

// TestSoak runs many short plans for the duration SOAK. Each plan has its own client, and 200 readers that begin and end.
func TestSoak(t *testing.T) {
	// Many clients run at once, like the pipelines of a CI system.
	const (
		clients = 20
		readers = 200
	)

	length := time.Minute
	if given, err := time.ParseDuration(os.Getenv("SOAK")); err == nil {
		length = given
	}

	var (
		reads, answers, failures, cancelled, wrong, late atomic.Int64
		plans                                            int
		requests                                         int
		faults                                           = map[string]int{}
		started                                          = time.Now()
		before                                           = resources(t)
	)

	for seed := uint64(0); time.Since(started) < length; seed++ {
		service := newMoving(seed)
		server := httptest.NewServer(service)
		transport := &http.Transport{}

		cfg := config(server.URL)
		cfg.Timeout = 2 * time.Second
		cfg.MaxRetries = qcc.DefaultMaxRetries
		cfg.Transport = transport
		plan := make([]*qcc.Client, 0, clients)

		for range clients {
			plan = append(plan, newClient(t, cfg))
		}

		var round sync.WaitGroup

		for reader := range uint64(readers) {
			client := plan[reader%clients]

			round.Go(func() {
				random := rand.New(rand.NewPCG(seed, reader))

				for range 10 {
					time.Sleep(time.Duration(random.IntN(200)) * time.Millisecond)

					ctx, cancel := context.WithCancel(t.Context())
					if random.IntN(5) == 0 {
						time.AfterFunc(time.Duration(random.IntN(100))*time.Millisecond, cancel)
					}

					began := time.Now()
					quota, err := client.Quota(ctx)

					reads.Add(1)

					if time.Since(began) > cfg.Timeout+time.Second {
						late.Add(1)
					}

					switch {
					case errors.Is(err, context.Canceled):
						cancelled.Add(1)
					case err != nil:
						failures.Add(1)
					default:
						answers.Add(1)

						if !service.wasTrueWithin(*quota.Modules["radar_id"].Consumed, began) {
							wrong.Add(1)
						}
					}

					cancel()
				}
			})
		}

		round.Wait()
		transport.CloseIdleConnections()
		server.CloseClientConnections()
		server.Close()

		plans += clients
		requests += service.service.Requests()

		for name, count := range service.faults {
			faults[name] += count
		}
	}

	after := resources(t)

	t.Logf("%d plans, %d reads by %d readers at once in %s: %d answers, %d errors, %d cancelled, %d requests",
		plans, reads.Load(), readers, time.Since(started).Round(time.Second), answers.Load(), failures.Load(), cancelled.Load(), requests)
	t.Logf("faults by kind: %v", faults)
	t.Logf("wrong answers: %d, reads beyond their timeout: %d", wrong.Load(), late.Load())
	t.Logf("before: %s; after: %s", before, after)

	if wrong.Load() > 0 || late.Load() > 0 {
		t.Error("there were wrong answers, or reads beyond their timeout")
	}

	const kinds = 15 // There are 14 kinds of faults, and queries without a fault.
	if answers.Load() == 0 || failures.Load() == 0 || cancelled.Load() == 0 || len(faults) != kinds && length >= time.Minute {
		t.Errorf("the soak did not see answers, errors, cancelled reads and faults of all %d kinds", kinds)
	}

	if after.goroutines > before.goroutines+2 || after.descriptors > before.descriptors+2 || after.heap > before.heap+8<<20 {
		t.Error("goroutines, descriptors or memory leak")
	}
}

// usage holds the figures that a leak increases.
type usage struct {
	goroutines, descriptors int
	heap                    uint64
}

func (u usage) String() string {
	return fmt.Sprintf("%d goroutines, %d descriptors, %d KiB of heap", u.goroutines, u.descriptors, u.heap>>10)
}

// resources returns the usage after goroutines and connections have ended. It counts descriptors where the system has /proc.
func resources(t *testing.T) usage {
	t.Helper()

	var (
		now    usage
		memory runtime.MemStats
	)

	for range 20 {
		runtime.GC()
		runtime.ReadMemStats(&memory)

		now = usage{goroutines: runtime.NumGoroutine(), heap: memory.HeapAlloc}
		if open, err := os.ReadDir("/proc/self/fd"); err == nil {
			now.descriptors = len(open)
		}

		time.Sleep(100 * time.Millisecond)
	}

	return now
}

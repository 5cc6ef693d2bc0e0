package emulator_test

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/qccpro/terraform-provider-qcc/internal/emulator"
)

// answered holds a status code, and how long its answer took.
type answered struct {
	code  string
	after time.Duration
}

// askAtOnce sends a number of queries at the same moment, and counts the equal answers.
func askAtOnce(t *testing.T, service *emulator.Emulator, queries int) map[answered]int {
	t.Helper()

	var (
		all     sync.WaitGroup
		mu      sync.Mutex
		answers = map[answered]int{}
		started = time.Now()
	)

	for range queries {
		all.Go(func() {
			got, _ := ask(t, service, query(t))

			mu.Lock()
			defer mu.Unlock()

			answers[answered{got.Status, time.Since(started)}]++
		})
	}

	all.Wait()

	return answers
}

// TestQueriesAtOnceAreLimited sends more queries at once than the behavior allows. Those beyond the limit must be refused immediately.
func TestQueriesAtOnceAreLimited(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct {
		behavior emulator.Behavior
		want     map[answered]int
	}{
		"default code":     {emulator.Behavior{Code: 200, Concurrent: 3}, map[answered]int{{"200", time.Second}: 3, {"122", 0}: 7}},
		"another code":     {emulator.Behavior{Code: 200, Concurrent: 3, ConcurrentCode: 120}, map[answered]int{{"200", time.Second}: 3, {"120", 0}: 7}},
		"no limit":         {emulator.Behavior{Code: 200}, map[answered]int{{"200", time.Second}: 10}},
		"any query counts": {emulator.Behavior{Code: 101, Concurrent: 3}, map[answered]int{{"101", time.Second}: 3, {"122", 0}: 7}},
		"locked":           {emulator.Behavior{Code: 200, Concurrent: 2, LockAfter: 5}, map[answered]int{{"200", time.Second}: 2, {"122", 0}: 5, {"106", 0}: 3}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				test.behavior.Delay = emulator.Duration(time.Second)
				service := emulator.New(emulator.WithBehavior(test.behavior))

				for range 2 { // The second time shows that answered queries no longer count.
					if got := askAtOnce(t, service, 10); !maps.Equal(got, test.want) {
						t.Errorf("the answers are %v, want %v", got, test.want)
					}

					if service.Locked() != (test.behavior.LockAfter > 0) {
						t.Errorf("the account is locked: %t", service.Locked())
					}

					service.Behave(test.behavior)
				}
			})
		})
	}
}

// TestAQueryEndsWithItsClient allows one query at once. A query must no longer count when its client has left before the answer.
func TestAQueryEndsWithItsClient(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		service := emulator.New(emulator.WithBehavior(emulator.Behavior{Code: 200, Concurrent: 1, Delay: emulator.Duration(time.Minute)}))

		ctx, leave := context.WithTimeout(t.Context(), time.Second)
		defer leave()

		request := query(t).WithContext(ctx)

		go func() {
			defer func() {
				if aborted, _ := recover().(error); !errors.Is(aborted, http.ErrAbortHandler) {
					t.Errorf("after the client has left, the handler ends with %v", aborted)
				}
			}()

			serve(service, request)
		}()

		synctest.Wait()

		if got := askAtOnce(t, service, 1); got[answered{"122", 0}] != 1 {
			t.Errorf("beside a query under way, the answer is %v, want 122", got)
		}

		time.Sleep(time.Second + time.Nanosecond) // The clock of synctest does not wait.

		if got := askAtOnce(t, service, 1); got[answered{"200", time.Minute}] != 1 {
			t.Errorf("after the client has left, the answer is %v, want 200 after a minute", got)
		}
	})
}

func TestRefusedQueriesLockTheAccount(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		refuse := emulator.Behavior{Code: 101, LockAfter: 3}
		service := emulator.New(emulator.WithBehavior(refuse))

		expect := func(code string, locked bool) {
			t.Helper()

			if got, _ := ask(t, service, query(t)); got.Status != code || service.Locked() != locked {
				t.Errorf("the code is %s, and the account is locked: %t; want %s, %t", got.Status, service.Locked(), code, locked)
			}
		}

		expect("101", false)
		expect("101", false)
		time.Sleep(time.Minute + time.Nanosecond) // The first two no longer count.
		expect("101", false)
		expect("101", false)
		expect("101", true)
		time.Sleep(time.Hour)
		expect("106", true)

		service.Behave(refuse) // A new behavior unlocks the account.
		expect("101", false)
		expect("101", false)

		service.Behave(emulator.Behavior{Code: 201, LockAfter: 1}) // The request is valid, by section 7.1 of the document.
		expect("201", false)

		service.Behave(emulator.Behavior{Code: 199, LockAfter: 1, LockCode: 108})
		expect("199", true)
		expect("108", true)

		service.Behave(emulator.Behavior{Code: 199, LockAfter: 1, Next: 2})
		expect("199", true)
		expect("106", false) // This was the last query of this behavior.
	})
}

package emulator_test

import (
	"context"
	"net/http/httptest"
	"slices"
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

// askAtOnce sends a number of queries at the same moment, and returns their answers, sorted by time.
func askAtOnce(t *testing.T, service *emulator.Emulator, queries int) []answered {
	t.Helper()

	var (
		all     sync.WaitGroup
		mu      sync.Mutex
		answers []answered
	)

	started := time.Now()

	for range queries {
		all.Go(func() {
			got, _ := ask(t, service, query(t))

			mu.Lock()
			defer mu.Unlock()

			answers = append(answers, answered{got.Status, time.Since(started)})
		})
	}

	all.Wait()

	return answers
}

// TestConcurrentQueriesAreLimited sends more queries than may be under way. Those beyond the limit must be refused at once.
func TestConcurrentQueriesAreLimited(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct {
		change  func(*emulator.Behavior)
		refused answered
	}{
		"default code":     {func(*emulator.Behavior) {}, answered{"122", 0}},
		"another code":     {func(b *emulator.Behavior) { b.ConcurrentCode = 120 }, answered{"120", 0}},
		"no limit":         {func(b *emulator.Behavior) { b.Concurrent = 0 }, answered{"200", time.Second}},
		"any query counts": {func(b *emulator.Behavior) { b.Code = 101 }, answered{"122", 0}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				behavior := emulator.Behavior{Code: 200, Concurrent: 3, Delay: emulator.Duration(time.Second)}
				test.change(&behavior)

				service := emulator.New(emulator.WithBehavior(behavior))

				for range 2 { // The second time shows that answered queries no longer count.
					answers := askAtOnce(t, service, 5)

					late := slices.DeleteFunc(slices.Clone(answers), func(a answered) bool { return a == test.refused })
					if want := 3; test.refused.after == 0 && len(late) != want || len(answers) != 5 {
						t.Errorf("the answers are %v, want %d after 1s and the others %v", answers, want, test.refused)
					}

					for _, a := range late {
						if a.code == test.refused.code || a.after != time.Second {
							t.Errorf("the answers are %v", answers)
						}
					}
				}
			})
		})
	}
}

// TestQueryOfAClientThatLeftNoLongerCounts allows one query at once, and sends one whose client leaves before the answer.
func TestQueryOfAClientThatLeftNoLongerCounts(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		service := emulator.New(emulator.WithBehavior(emulator.Behavior{Code: 200, Concurrent: 1, Delay: emulator.Duration(time.Minute)}))

		ctx, leave := context.WithCancel(t.Context())

		request := query(t).WithContext(ctx)

		go func() {
			defer func() { _ = recover() }() // The handler aborts the connection.

			service.ServeHTTP(httptest.NewRecorder(), request)
		}()

		synctest.Wait()

		if got, _ := ask(t, service, query(t)); got.Status != "122" {
			t.Errorf("beside a query under way, the code is %s, want 122", got.Status)
		}

		leave()
		synctest.Wait()

		if got, _ := ask(t, service, query(t)); got.Status != "200" {
			t.Errorf("after the client has left, the code is %s, want 200", got.Status)
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
		expect("106", true)
		time.Sleep(time.Hour)
		expect("106", true)

		service.Behave(refuse)

		if service.Locked() {
			t.Error("a new behavior has not unlocked the account")
		}

		expect("101", false)
		expect("101", false)

		service.Behave(emulator.Behavior{Code: 201, LockAfter: 1}) // The request is valid, by section 7.1 of the document.
		expect("201", false)
		expect("201", false)

		service.Behave(emulator.Behavior{Code: 199, LockAfter: 1, LockCode: 108})
		expect("199", true)
		expect("108", true)

		service.Behave(emulator.Behavior{Code: 199, LockAfter: 1, Next: 2})
		expect("199", true)
		expect("106", false) // This was the last query of this behavior.
	})
}

// TestTooManyAtOnceLockTheAccount tests both limits together, with many clients at the same moment.
func TestTooManyAtOnceLockTheAccount(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		service := emulator.New(emulator.WithBehavior(
			emulator.Behavior{Code: 200, Concurrent: 2, LockAfter: 5, Delay: emulator.Duration(time.Second)},
		))

		counts := map[answered]int{}
		for _, a := range askAtOnce(t, service, 10) {
			counts[a]++
		}

		if counts[answered{"200", time.Second}] != 2 || counts[answered{"122", 0}] != 5 || counts[answered{"106", 0}] != 3 || !service.Locked() {
			t.Errorf("the answers are %v, and the account is locked: %t", counts, service.Locked())
		}
	})
}

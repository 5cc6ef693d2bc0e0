package reservation

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"
)

// twoRuns runs a test with two runs that share a store and a service. 48 of 50 units of radar_id are left.
func twoRuns(t *testing.T, test func(one, other run, store *memory)) {
	t.Helper()

	synctest.Test(t, func(t *testing.T) {
		m := &meter{lock: make(chan struct{}, 1)}
		m.has("radar_id", 50, 2)

		store := newMemory(time.Hour)
		test(run{t, NewAccount(store), m}, run{t, NewAccount(store), m}, store)
	})
}

func TestGatesOfTwoRunsAddUp(t *testing.T) {
	t.Parallel()

	twoRuns(t, func(one, other run, _ *memory) {
		one.grants(stagePlan, 40)
		other.grants(stagePlan, 40) // A plan reserves nothing.
		one.grants(stageApply, 40)
		other.refuses(stageApply, 40, 0, 32)
		other.grants(stageApply, 8)
		one.refuses(stageApply, 1, 40, 1)

		one.meter.has("radar_id", 50, 50) // All orders are counted.
		time.Sleep(time.Hour)
		one.meter.has("radar_id", 60, 50)
		other.grants(stageApply, 10)
	})
}

// TestAPlanCountsReservations plans two gates while another run holds 20 units, half of which QCC has counted.
func TestAPlanCountsReservations(t *testing.T) {
	t.Parallel()

	twoRuns(t, func(one, other run, _ *memory) {
		one.grants(stageApply, 20)
		one.meter.has("radar_id", 50, 12)
		time.Sleep(time.Minute)

		other.grants(stagePlan, 18)

		v, err := other.at(stagePlan, adds("radar_id", 11))
		if err != nil || saysOf(v.Short) != "radar_id: 11 after 18 is short by 1" {
			t.Fatalf("%+v, %v", v, err)
		}

		if short := v.Short[0]; short.Reserved != 10 || len(short.Holders) != 1 || short.Holders[0].Name != "a holder" || short.Holders[0].Units != 20 {
			t.Errorf("%+v", short)
		}

		other.grants(stagePlan, 10)
	})
}

// TestARefusalAtApplySaysWhoHolds also counts the gates that the run was granted before.
func TestARefusalAtApplySaysWhoHolds(t *testing.T) {
	t.Parallel()

	twoRuns(t, func(one, other run, store *memory) {
		one.grants(stageApply, 20)
		other.grants(stageApply, 10)
		other.grants(stageApply, 10)

		v, err := other.at(stageApply, adds("radar_id", 9))
		if err != nil || len(v.Short) != 1 || v.Gates != 2 || !v.FirstRefusal {
			t.Fatalf("%+v, %v", v, err)
		}

		if short := v.Short[0]; short.Granted != 20 || short.Reserved != 20 || len(short.Holders) != 1 || short.Holders[0].Units != 20 {
			t.Errorf("%+v", short)
		}

		store.mute = true // A refusal does not depend on the names of the holders.

		if v, err := other.at(stageApply, adds("radar_id", 9)); err != nil || len(v.Short) != 1 || v.Short[0].Holders != nil {
			t.Errorf("%+v, %v", v, err)
		}
	})
}

// TestOrdersThatAreCountedAtOnce grants one unit at a time, each to a run of its own. All 48 are granted, because the sum of grants is known.
func TestOrdersThatAreCountedAtOnce(t *testing.T) {
	t.Parallel()

	twoRuns(t, func(one, _ run, store *memory) {
		for consumed := int64(3); consumed <= 50; consumed++ {
			run{t, NewAccount(store), one.meter}.grants(stageApply, 1)
			one.meter.has("radar_id", 50, consumed)
			time.Sleep(time.Second)
		}

		run{t, NewAccount(store), one.meter}.refuses(stageApply, 1, 0, 1)
	})
}

// TestConsumptionBesideTheGatesIsReportedOnce consumes more than what was granted.
func TestConsumptionBesideTheGatesIsReportedOnce(t *testing.T) {
	t.Parallel()

	twoRuns(t, func(one, other run, store *memory) {
		one.grants(stageApply, 10)
		one.meter.has("radar_id", 50, 20)
		time.Sleep(time.Minute)

		if v, err := other.at(stageApply, adds("radar_id", 49)); err != nil || v.Beside != nil || store.levels["radar_id"].Beside {
			t.Errorf("a refusal reports %v, %v", v.Beside, err) // It stores nothing, so the next grant reports it.
		}

		for i, want := range []string{"[radar_id]", "[]"} {
			v, err := other.at(stageApply, adds("radar_id", 1))
			if got := fmt.Sprint(v.Beside); err != nil || got != want || !store.levels["radar_id"].Beside {
				t.Errorf("grant %d reports %s, want %s; %+v, %v", i, got, want, store.levels, err)
			}
		}

		v, err := one.at(stageApply, adds("radar_id", 40)) // 20 consumed, 10 of its own and 2 of the other run.
		if err != nil || saysOf(v.Short) != "radar_id: 40 after 10 is short by 22" || v.Beside != nil || !v.Short[0].Beside {
			t.Errorf("%+v, %v", v, err)
		}
	})
}

// TestAReadingIsNotOlderThanItsStamp shares a reading that began before the run asked the store for its time.
func TestAReadingIsNotOlderThanItsStamp(t *testing.T) {
	t.Parallel()

	twoRuns(t, func(one, _ run, store *memory) {
		one.grants(stageApply, 10)

		late := run{t, NewAccount(store), one.meter}
		if _, err := late.meter.read(t.Context(), time.Now().Add(-time.Hour)); err != nil {
			t.Fatal(err)
		}

		requests := late.meter.requests

		time.Sleep(time.Second / 2)
		late.grants(stageApply, 1) // The reading is young enough, but has no stamp.
		late.costs(requests + 1)
		late.grants(stageApply, 1)
		late.costs(requests + 1)

		if clocks := store.clocks; clocks != 2 {
			t.Errorf("the time was asked for %d times, want once by each run", clocks)
		}
	})
}

// TestAReservationThatEndsAfterTheReadingCounts lets a reservation end between the reading and the verdict.
func TestAReservationThatEndsAfterTheReadingCounts(t *testing.T) {
	t.Parallel()

	twoRuns(t, func(one, other run, _ *memory) {
		one.grants(stageApply, 40)

		time.Sleep(time.Hour - 30*time.Second)

		slow := func(ctx context.Context, after time.Time) (Reading, error) {
			reading, err := one.meter.read(ctx, after)
			one.meter.has("radar_id", 50, 42) // The order is counted after the reading began.
			time.Sleep(40 * time.Second)

			return reading, err
		}

		v, err := other.Apply(t.Context(), adds("radar_id", 20), slow)
		if err != nil || saysOf(v.Short) != "radar_id: 20 after 0 is short by 12" {
			t.Errorf("%+v, %v", v, err)
		}
	})
}

// TestAStaleReadingIsReadAgain takes more than a minute for one reading, and for all of them.
func TestAStaleReadingIsReadAgain(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct {
		slow, reads int
		asleep      bool // Whether this machine sleeps meanwhile, so that its clock stands still.
		failure     Failure
	}{
		"one slow reading":         {1, 2, false, ""},
		"three slow readings":      {3, 4, false, ""},
		"only slow readings":       {99, 4, false, FailureStale},
		"a machine that is asleep": {1, 2, true, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			twoRuns(t, func(one, _ run, store *memory) {
				var (
					reads int
					slept time.Duration
				)

				store.now = func() time.Time { return time.Now().Add(slept) }

				_, err := one.Apply(t.Context(), adds("radar_id", 1), func(ctx context.Context, after time.Time) (Reading, error) {
					reading, err := one.meter.read(ctx, after)

					if reads++; reads <= test.slow && test.asleep {
						slept += time.Hour
					} else if reads <= test.slow {
						time.Sleep(time.Minute + time.Second)
					}

					return reading, err
				})

				failed, _ := errors.AsType[*Error](err)
				if reads != test.reads || (failed == nil) != (test.failure == "") || failed != nil && failed.Failure != test.failure {
					t.Errorf("%d reads, %v", reads, err)
				}
			})
		})
	}
}

func TestAnAccountFailsClosedWithItsStore(t *testing.T) {
	t.Parallel()

	for _, at := range []stage{stagePlan, stageApply} {
		twoRuns(t, func(one, _ run, store *memory) {
			one.grants(at, 40)

			store.failure = &Error{Failure: FailureUnreachable}

			if _, err := one.at(at, adds("radar_id", 8)); !errors.Is(err, store.failure) {
				t.Errorf("%v", err)
			}

			if v, err := one.at(at, nil); v.Judged || err != nil { // A gate that adds nothing does not ask the store.
				t.Errorf("%+v, %v", v, err)
			}

			store.failure = nil

			one.grants(at, 8)
			one.refuses(at, 1, 48, 1)
		})
	}
}

// TestOneRunAloneNeedsNoStore has random histories of one run, with a store and without. The verdicts are the same as long as nothing consumes
// beside its gates. Otherwise, a store never lets a gate pass that is refused without.
func TestOneRunAloneNeedsNoStore(t *testing.T) {
	t.Parallel()

	for seed := range uint64(300) {
		synctest.Test(t, func(t *testing.T) {
			var (
				random  = rand.New(rand.NewPCG(seed, 0))
				m       = &meter{lock: make(chan struct{}, 1)}
				alone   = run{t, NewAccount(nil), m}
				shared  = run{t, NewAccount(newMemory(time.Hour)), m}
				beside  = seed%2 == 1
				total   = int64(20)
				used    = random.Int64N(5)
				pending int64
			)

			m.has("radar_id", total, used)

			for step := range 30 {
				at, count := stageApply, 1+random.Int64N(4)
				if step < 3 {
					at = stagePlan
				}

				one, err := alone.at(at, adds("radar_id", count))
				other, errShared := shared.at(at, adds("radar_id", count))

				if err != nil || errShared != nil || one.Judged != other.Judged {
					t.Fatalf("seed %d: %v, %v", seed, err, errShared)
				}

				if len(one.Short) > len(other.Short) || !beside && saysOf(one.Short) != saysOf(other.Short) {
					t.Fatalf("seed %d, step %d: %q with a store, %q without", seed, step, saysOf(other.Short), saysOf(one.Short))
				}

				if len(one.Short) > len(other.Short) || len(one.Short) < len(other.Short) {
					return // The histories differ from here on.
				}

				if at == stageApply && len(one.Short) == 0 {
					pending += count
				}

				if counted := min(pending, random.Int64N(4)); counted > 0 {
					pending -= counted
					used += counted
				}

				if beside && random.IntN(4) == 0 {
					used += random.Int64N(6) - 2
				}

				m.has("radar_id", total, max(used, 0))
				time.Sleep(time.Duration(random.IntN(5000)) * time.Millisecond)
			}
		})
	}
}

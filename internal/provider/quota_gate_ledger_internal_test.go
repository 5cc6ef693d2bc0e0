package provider

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/big"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/qccpro/terraform-provider-qcc/internal/message"
	"github.com/qccpro/terraform-provider-qcc/internal/qcc"
)

// meter is a service whose quota a test can change. It shares readings as qcc.Client.QuotaSince does. Its lock is a channel, because the
// clock of a synctest bubble stops while a goroutine waits for a mutex.
type meter struct {
	lock     chan struct{}
	modules  map[string]qcc.Module
	failure  error
	skew     time.Duration
	requests int
	began    time.Time
	reading  qcc.Quota
	failed   error
}

const requestTime = time.Millisecond

func (m *meter) read(ctx context.Context, after time.Time) (qcc.Quota, time.Time, error) {
	m.lock <- struct{}{}
	defer func() { <-m.lock }()

	if ctx.Err() != nil {
		return qcc.Quota{}, time.Time{}, ctx.Err()
	}

	if !m.began.After(after) {
		time.Sleep(requestTime)

		m.requests++
		m.began, m.reading, m.failed = time.Now(), qcc.Quota{Modules: m.modules, Skew: m.skew}, m.failure
	}

	return m.reading, m.began, m.failed
}

// has sets the quota of a module.
func (m *meter) has(id string, total, consumed int64) {
	m.lock <- struct{}{}
	defer func() { <-m.lock }()

	remaining := total - consumed
	modules := map[string]qcc.Module{id: {Name: id, Total: &total, Consumed: &consumed, Remaining: &remaining}}

	for other, module := range m.modules {
		if other != id {
			modules[other] = module
		}
	}

	m.modules = modules
}

// adds returns a claim of one module.
func adds(id string, count int64) claim { return claim{id: big.NewFloat(float64(count))} }

// account is a ledger with its meter, in a synctest bubble.
type account struct {
	*testing.T
	*ledger

	meter *meter
}

// inBubble runs a test with a ledger. 48 of 50 units of radar_id are left.
func inBubble(t *testing.T, test func(a account)) {
	t.Helper()

	synctest.Test(t, func(t *testing.T) {
		m := &meter{lock: make(chan struct{}, 1)}
		m.has("radar_id", 50, 2)
		test(account{t, &ledger{read: m.read}, m})
	})
}

// grants fails unless a claim of radar_id is granted.
func (a account) grants(at stage, count int64) {
	a.Helper()

	if short := a.judges(at, adds("radar_id", count)); short != "" {
		a.Errorf("%d are refused: %s", count, short)
	}
}

// refuses fails unless a claim of radar_id is short by a count, after others were granted.
func (a account) refuses(at stage, count, granted, by int64) {
	a.Helper()

	want := fmt.Sprintf("radar_id: %d after %d is short by %d", count, granted, by)
	if short := a.judges(at, adds("radar_id", count)); short != want {
		a.Errorf("%d: %q, want %q", count, short, want)
	}
}

func (a account) judges(at stage, c claim) string {
	a.Helper()

	v, err := a.judge(a.Context(), at, c)
	if err != nil {
		a.Fatal(err)
	}

	if granted := len(v.short) == 0 && v.quota.Modules != nil && at == stagePlan; granted != (v.handle != "") {
		a.Errorf("the handle of %v at stage %d is %q", c, at, v.handle)
	}

	return saysOf(v.short)
}

// saysOf formats shortages as a text.
func saysOf(short []shortage) string {
	lines := make([]string, 0, len(short))

	for _, s := range short {
		lines = append(lines, fmt.Sprintf("%s: %s after %s is short by %s", s.id, countText(s.adds), countText(s.granted), countText(s.by)))
	}

	return strings.Join(lines, "; ")
}

// costs fails unless the ledger has sent this many requests so far.
func (a account) costs(requests int) {
	a.Helper()

	if a.meter.requests != requests {
		a.Errorf("%d requests, want %d", a.meter.requests, requests)
	}
}

func TestLedgerSumsUpWhatAPlanAdds(t *testing.T) {
	t.Parallel()

	inBubble(t, func(a account) {
		a.grants(stagePlan, 20)
		a.grants(stagePlan, 20)
		a.costs(1)
		a.refuses(stagePlan, 20, 40, 12)
		a.costs(2) // The ledger read once more, because the reading was shared.
		a.grants(stagePlan, 8)
		a.refuses(stagePlan, 1, 48, 1)
		a.costs(2) // This reading has refused a gate before.
	})
}

func TestLedgerRefusesByAReadingOfItsOwn(t *testing.T) {
	t.Parallel()

	inBubble(t, func(a account) {
		a.refuses(stagePlan, 49, 0, 1)
		a.costs(1)
		a.grants(stagePlan, 48)
		a.costs(1)
	})
}

func TestLedgerSharesAReadingForASecond(t *testing.T) {
	t.Parallel()

	inBubble(t, func(a account) {
		a.grants(stagePlan, 1)
		time.Sleep(time.Second - time.Nanosecond)
		a.grants(stagePlan, 1)
		a.costs(1)
		time.Sleep(time.Nanosecond)
		a.grants(stagePlan, 1)
		a.costs(2)
	})
}

// TestLedgerSeesAPurchase buys quota after the reading that would refuse.
func TestLedgerSeesAPurchase(t *testing.T) {
	t.Parallel()

	for _, at := range []stage{stagePlan, stageApply} {
		t.Run(fmt.Sprint(at), func(t *testing.T) {
			t.Parallel()
			inBubble(t, func(a account) {
				a.grants(at, 40)
				a.meter.has("radar_id", 100, 2)
				a.grants(at, 20)
				a.costs(2)
			})
		})
	}
}

// TestLedgerDoesNotRefuseByTheReadingThatWasShort refuses by one reading and grants by a newer one. Later gates must be judged by the newer
// one.
func TestLedgerDoesNotRefuseByTheReadingThatWasShort(t *testing.T) {
	t.Parallel()

	inBubble(t, func(a account) {
		a.grants(stagePlan, 40)
		a.refuses(stagePlan, 20, 40, 12)
		time.Sleep(time.Second)
		a.grants(stagePlan, 1)
		a.costs(3)
		a.meter.has("radar_id", 100, 2)
		a.grants(stagePlan, 20)
		a.costs(4)
	})
}

// TestLedgerDoesNotCountTheRunsOwnOrdersTwice lets the orders of an apply consume what was granted to them.
func TestLedgerDoesNotCountTheRunsOwnOrdersTwice(t *testing.T) {
	t.Parallel()

	inBubble(t, func(a account) {
		a.grants(stageApply, 20)

		for consumed := int64(12); consumed <= 22; consumed += 10 { // The first order consumes its 20 units.
			a.meter.has("radar_id", 50, consumed)
			time.Sleep(time.Minute)
		}

		a.grants(stageApply, 28)
		a.meter.has("radar_id", 50, 50)
		time.Sleep(time.Minute)
		a.refuses(stageApply, 1, 48, 1)
	})
}

func TestLedgerAtApply(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct {
		total, consumed int64 // After 20 were granted with 48 of 50 left.
		adds, by        int64
	}{
		"nothing has changed":                    {50, 2, 28, 0},
		"one too many":                           {50, 2, 29, 1},
		"the order has consumed":                 {50, 22, 28, 0},
		"the order has consumed, one too many":   {50, 22, 29, 1},
		"others have consumed too":               {50, 32, 18, 0},
		"others have consumed too, one too many": {50, 32, 19, 1},
		"nothing is left":                        {50, 50, 5, 5},
		"more is used than bought":               {50, 55, 5, 10},
		"more was bought":                        {60, 22, 38, 0},
		"more was bought, one too many":          {60, 22, 39, 1},
		"some was taken away":                    {40, 2, 18, 0},
		"some was taken away, one too many":      {40, 2, 19, 1},
		"far too many":                           {50, 2, 60, 32},
		"others have consumed, far too many":     {50, 45, 40, 35},
		"consumption was given back":             {50, 0, 30, 0},
		"given back, one too many":               {50, 0, 31, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inBubble(t, func(a account) {
				a.grants(stageApply, 20)
				a.meter.has("radar_id", test.total, test.consumed)
				time.Sleep(time.Minute)

				if test.by == 0 {
					a.grants(stageApply, test.adds)
				} else {
					a.refuses(stageApply, test.adds, 20, test.by)
				}
			})
		})
	}
}

// TestLedgerMeasuresFromTheFirstGate judges the first gate in the planning step that precedes its judgement at apply.
func TestLedgerMeasuresFromTheFirstGate(t *testing.T) {
	t.Parallel()

	inBubble(t, func(a account) {
		a.grants(stagePlan, 20)
		a.meter.has("radar_id", 50, 12)
		time.Sleep(time.Minute)
		a.grants(stageApply, 20)
		a.meter.has("radar_id", 50, 22)
		time.Sleep(time.Minute)
		a.grants(stageApply, 28)
		a.refuses(stageApply, 1, 48, 1)
	})
}

func TestLedgerDoesNotCountARefusedClaim(t *testing.T) {
	t.Parallel()

	for _, at := range []stage{stagePlan, stageApply} {
		t.Run(fmt.Sprint(at), func(t *testing.T) {
			t.Parallel()
			inBubble(t, func(a account) {
				a.meter.has("bene_id", 10, 0)

				if got := a.judges(at, adds("radar_id", 40).plus(adds("bene_id", 11))); got != "bene_id: 11 after 0 is short by 1" {
					t.Error(got)
				}

				a.grants(at, 48)
			})
		})
	}
}

// TestLedgerCountsAReplacedClaimOnce claims a growth of 4 units, and then all 20 units of the same gate.
func TestLedgerCountsAReplacedClaimOnce(t *testing.T) {
	t.Parallel()

	inBubble(t, func(a account) {
		a.takeBack("that of another run")
		a.grants(stagePlan, 10)

		growth, err := a.judge(t.Context(), stagePlan, adds("radar_id", 4))
		if err != nil {
			t.Fatal(err)
		}

		a.grants(stagePlan, 10)

		a.takeBack("")
		a.takeBack("that of another run")
		a.refuses(stagePlan, 25, 24, 1)

		a.takeBack(growth.handle)
		a.takeBack(growth.handle) // The second call has no effect.
		a.grants(stagePlan, 28)
		a.refuses(stagePlan, 1, 48, 1)
	})
}

func TestLedgerSkipsPlanningStepsDuringAnApply(t *testing.T) {
	t.Parallel()

	inBubble(t, func(a account) {
		a.grants(stagePlan, 40)
		a.refuses(stagePlan, 40, 40, 32)
		a.grants(stageApply, 40)
		time.Sleep(time.Minute)
		a.grants(stagePlan, 40)
		a.costs(2)
		a.refuses(stageApply, 40, 40, 32)
		a.costs(3)
	})
}

// TestLedgerSkipsAPlanningStepThatAnApplyOvertakes begins an apply while a planning step waits for the reading that would refuse it.
func TestLedgerSkipsAPlanningStepThatAnApplyOvertakes(t *testing.T) {
	t.Parallel()

	inBubble(t, func(a account) {
		a.meter.lock <- struct{}{} // The reading waits until the test releases the lock.

		refused := make(chan string)

		go func() { refused <- a.judges(stagePlan, adds("radar_id", 49)) }()

		synctest.Wait()
		a.enter(stageApply)
		<-a.meter.lock

		if short := <-refused; short != "" {
			t.Error(short)
		}
	})
}

func TestLedgerWithUnknownCapacity(t *testing.T) {
	t.Parallel()

	total := int64(50)

	for _, at := range []stage{stagePlan, stageApply} {
		t.Run(fmt.Sprint(at), func(t *testing.T) {
			t.Parallel()
			inBubble(t, func(a account) {
				a.meter.modules["bene_id"] = qcc.Module{Name: "股权穿透", Total: &total}

				v, err := a.judge(t.Context(), at, adds("bene_id", 3).plus(adds("no_id", 4)).plus(adds("radar_id", 1)))
				if got := saysOf(v.short); err != nil || got != "bene_id: 3 after 0 is short by 3; no_id: 4 after 0 is short by 4" {
					t.Fatalf("%q, %v", got, err)
				}

				if v.short[0].module == nil || v.short[1].module != nil || len(v.short[1].quota.Modules) != 2 {
					t.Errorf("%+v", v.short)
				}
			})
		})
	}
}

// TestLedgerWithoutAFirstCount judges a module whose count the first reading did not state.
func TestLedgerWithoutAFirstCount(t *testing.T) {
	t.Parallel()

	inBubble(t, func(a account) {
		a.meter.modules["bene_id"] = qcc.Module{Name: "股权穿透"}
		a.grants(stageApply, 1)
		a.meter.has("bene_id", 10, 3)
		a.meter.has("new_id", 10, 3)
		time.Sleep(time.Minute)

		if got := a.judges(stageApply, adds("bene_id", 8).plus(adds("new_id", 7))); got != "bene_id: 8 after 0 is short by 1" {
			t.Error(got)
		}
	})
}

// TestLedgerWithLargeCounts has sums that 64 bits cannot hold.
func TestLedgerWithLargeCounts(t *testing.T) {
	t.Parallel()

	inBubble(t, func(a account) {
		a.meter.has("radar_id", math.MaxInt64, 0)

		for range 9223 {
			a.grants(stageApply, message.MostRequired)
		}

		a.refuses(stageApply, message.MostRequired, 9_223_000_000_000_000_000, message.MostRequired-372036854775807)
		a.meter.has("radar_id", 0, math.MaxInt64)
		time.Sleep(time.Minute)

		if got, want := a.judges(stageApply, adds("radar_id", 1)), "radar_id: 1 after 9223000000000000000 is short by 9223372036854775808"; got != want {
			t.Errorf("%q, want %q", got, want)
		}
	})
}

func TestLedgerFailsClosed(t *testing.T) {
	t.Parallel()

	down := errors.New("down")

	for _, at := range []stage{stagePlan, stageApply} {
		t.Run(fmt.Sprint(at), func(t *testing.T) {
			t.Parallel()
			inBubble(t, func(a account) {
				a.meter.failure = down

				if _, err := a.judge(t.Context(), at, adds("radar_id", 1)); !errors.Is(err, down) {
					t.Error(err)
				}

				a.costs(1)

				a.meter.failure = nil

				time.Sleep(time.Minute)
				a.grants(at, 40)

				a.meter.failure = down // The read before a refusal fails.

				if _, err := a.judge(t.Context(), at, adds("radar_id", 9)); !errors.Is(err, down) {
					t.Error(err)
				}

				a.meter.failure = nil

				time.Sleep(time.Minute)
				a.grants(at, 8) // The claim whose read failed does not count.
			})
		})
	}
}

// TestLedgerOfAThousandGates judges gates with Terraform's default parallelism. 500 gates are refused.
func TestLedgerOfAThousandGates(t *testing.T) {
	t.Parallel()

	for _, at := range []stage{stagePlan, stageApply} {
		t.Run(fmt.Sprint(at), func(t *testing.T) {
			t.Parallel()
			inBubble(t, func(a account) {
				a.meter.has("radar_id", 500, 0)

				var (
					gates    sync.WaitGroup
					mu       sync.Mutex
					refused  int
					next     = make(chan struct{})
					began    = time.Now()
					interval = 10 * time.Millisecond
				)

				for range 10 {
					gates.Go(func() {
						for range next {
							if a.judges(at, adds("radar_id", 1)) != "" {
								mu.Lock()
								refused++
								mu.Unlock()
							}
						}
					})
				}

				for range 1000 {
					next <- struct{}{}

					time.Sleep(interval)
				}

				close(next)
				gates.Wait()

				if refused != 500 {
					t.Errorf("%d were refused, want 500", refused)
				}

				if most := int(time.Since(began)/time.Second) + 2; a.meter.requests > most {
					t.Errorf("%d requests, want at most %d", a.meter.requests, most)
				}
			})
		})
	}
}

func TestLedgerReportsTheClockOnce(t *testing.T) {
	t.Parallel()
	inBubble(t, func(a account) {
		for _, step := range []struct{ skew, reported time.Duration }{{0, 0}, {time.Minute, time.Minute}, {time.Minute, 0}, {0, 0}, {time.Minute, 0}} {
			a.meter.skew = step.skew

			time.Sleep(time.Minute)

			v, err := a.judge(t.Context(), stagePlan, adds("radar_id", 1))
			if err != nil || v.firstSkew != step.reported {
				t.Errorf("%s is reported as %s, %v", step.skew, v.firstSkew, err)
			}
		}
	})
}

// TestLedgerAtPlanCountsConsumption consumes quota between two gates of a plan. No order runs in a plan, so others have consumed it.
func TestLedgerAtPlanCountsConsumption(t *testing.T) {
	t.Parallel()
	inBubble(t, func(a account) {
		a.grants(stagePlan, 20)
		a.meter.has("radar_id", 50, 12)
		time.Sleep(time.Minute)
		a.grants(stagePlan, 18)
		a.refuses(stagePlan, 1, 38, 1)
	})
}

// TestLedgerWhenACountIsNotStatedAnyMore judges a module whose counts only the first reading stated.
func TestLedgerWhenACountIsNotStatedAnyMore(t *testing.T) {
	t.Parallel()
	inBubble(t, func(a account) {
		a.grants(stageApply, 1)

		a.meter.modules = map[string]qcc.Module{"radar_id": {Name: "radar_id"}}

		time.Sleep(time.Minute)
		a.refuses(stageApply, 1, 1, 2)
	})
}

// TestLedgerReadsOnceMore returns readings that began at given times. It checks which readings the ledger requests before it refuses.
func TestLedgerReadsOnceMore(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct {
		began    time.Duration // When the first reading began, from the call of judge.
		judged   bool          // Whether the first reading has judged another gate.
		requests int
		after    time.Duration // The second reading must begin after this time, from the call of judge.
	}{
		"a reading of its own":          {time.Millisecond, false, 1, 0},
		"one that has judged another":   {time.Millisecond, true, 2, time.Millisecond},
		"one that began before it came": {-time.Millisecond, false, 2, 0},
		"an earlier one that has":       {-time.Millisecond, true, 2, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var (
					came    = time.Now()
					asked   []time.Duration
					m       = &meter{lock: make(chan struct{}, 1)}
					l       *ledger
					judging = func(began time.Time) {
						l.mu.Lock()
						defer l.mu.Unlock()

						l.judgedBy = began
					}
				)

				m.has("radar_id", 50, 2)

				l = &ledger{read: func(_ context.Context, after time.Time) (qcc.Quota, time.Time, error) {
					asked = append(asked, after.Sub(came))
					began := came.Add(test.began)

					if len(asked) > 1 {
						began = came.Add(time.Minute)
					}

					if len(asked) > 1 || test.judged { // The second reading also judges another gate.
						judging(began)
					}

					return qcc.Quota{Modules: m.modules}, began, nil
				}}

				v, err := l.judge(t.Context(), stagePlan, adds("radar_id", 49))
				if err != nil || saysOf(v.short) != "radar_id: 49 after 0 is short by 1" {
					t.Errorf("%q, %v", saysOf(v.short), err)
				}

				if want := []time.Duration{-time.Second, test.after}[:test.requests]; !slices.Equal(asked, want) {
					t.Errorf("it asked for readings after %s, want %s", asked, want)
				}
			})
		})
	}
}

func TestLedgerKnowsTheFirstRefusal(t *testing.T) {
	t.Parallel()
	inBubble(t, func(a account) {
		for _, first := range []bool{true, false} {
			v, err := a.judge(t.Context(), stagePlan, adds("radar_id", 49))
			if err != nil || v.firstRefusal != first {
				t.Errorf("first: %t, %v", v.firstRefusal, err)
			}
		}

		if v, err := a.judge(t.Context(), stagePlan, adds("radar_id", 1)); err != nil || v.firstRefusal {
			t.Errorf("a claim that is granted is the first refusal, %v", err)
		}
	})
}

// TestLedgerOfGatesThatPassAndAreRefused grants and refuses gates alternately, which requires a second reading in each second.
func TestLedgerOfGatesThatPassAndAreRefused(t *testing.T) {
	t.Parallel()
	inBubble(t, func(a account) {
		a.meter.has("bene_id", 1000, 0)

		began := time.Now()

		for range 200 {
			a.judges(stageApply, adds("bene_id", 1))
			a.judges(stageApply, adds("radar_id", 49))
			time.Sleep(50 * time.Millisecond)
		}

		if most := 2 * (int(time.Since(began)/time.Second) + 1); a.meter.requests > most {
			t.Errorf("%d requests, want at most %d", a.meter.requests, most)
		}
	})
}

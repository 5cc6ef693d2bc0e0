package reservation

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// meter is a service whose quota a test can change. It shares readings as qcc.Client.QuotaSince does. Its lock is a channel, because the
// clock of a synctest bubble stops while a goroutine waits for a mutex.
type meter struct {
	lock     chan struct{}
	quota    map[string]Quota
	failure  error
	requests int
	reading  Reading
	failed   error
}

const requestTime = time.Millisecond

func (m *meter) read(ctx context.Context, after time.Time) (Reading, error) {
	m.lock <- struct{}{}
	defer func() { <-m.lock }()

	if ctx.Err() != nil {
		return Reading{}, ctx.Err()
	}

	if !m.reading.Began.After(after) {
		time.Sleep(requestTime)

		m.requests++
		m.reading, m.failed = Reading{Quota: m.quota, Began: time.Now()}, m.failure
	}

	return m.reading, m.failed
}

// has sets the quota of a module.
func (m *meter) has(id string, total, consumed int64) {
	m.lock <- struct{}{}
	defer func() { <-m.lock }()

	quota := map[string]Quota{}
	maps.Copy(quota, m.quota)
	quota[id] = Quota{Total: total, Consumed: consumed}
	m.quota = quota
}

// mostRequired is the most that one gate may require.
const mostRequired = 1_000_000_000_000_000

// adds returns a claim of one module.
func adds(id string, count int64) map[string]int64 { return map[string]int64{id: count} }

// run is an account of a run with its meter, in a synctest bubble.
type run struct {
	*testing.T
	*Account

	meter *meter
}

// inBubble runs a test with an account. 48 of 50 units of radar_id are left.
func inBubble(t *testing.T, test func(r run)) {
	t.Helper()

	synctest.Test(t, func(t *testing.T) {
		m := &meter{lock: make(chan struct{}, 1)}
		m.has("radar_id", 50, 2)
		test(run{t, NewAccount(nil), m})
	})
}

// atBothStages runs a test twice, each time with a new account: at plan and at apply.
func atBothStages(t *testing.T, test func(r run, at stage)) {
	t.Helper()

	for _, at := range []stage{stagePlan, stageApply} {
		t.Run(fmt.Sprint(at), func(t *testing.T) {
			t.Parallel()
			inBubble(t, func(r run) { test(r, at) })
		})
	}
}

// at judges a claim at a stage.
func (r run) at(at stage, claim map[string]int64) (Verdict, error) {
	if at == stagePlan {
		return r.Plan(r.Context(), "", claim, r.meter.read)
	}

	return r.Apply(r.Context(), claim, r.meter.read)
}

// grants fails unless a claim of radar_id is granted.
func (r run) grants(at stage, count int64) {
	r.Helper()

	if short := r.judges(at, adds("radar_id", count)); short != "" {
		r.Errorf("%d are refused: %s", count, short)
	}
}

// refuses fails unless a claim of radar_id is short by a count, after others were granted.
func (r run) refuses(at stage, count, granted, by int64) {
	r.Helper()

	want := fmt.Sprintf("radar_id: %d after %d is short by %d", count, granted, by)
	if short := r.judges(at, adds("radar_id", count)); short != want {
		r.Errorf("%d: %q, want %q", count, short, want)
	}
}

func (r run) judges(at stage, claim map[string]int64) string {
	r.Helper()

	v, err := r.at(at, claim)
	if err != nil {
		r.Fatal(err)
	}

	return saysOf(v.Short)
}

// saysOf formats shortages as a text.
func saysOf(short []Shortage) string {
	lines := make([]string, 0, len(short))

	for _, s := range short {
		lines = append(lines, fmt.Sprintf("%s: %d after %d is short by %d", s.Module, s.Adds, s.Granted, s.Short))
	}

	return strings.Join(lines, "; ")
}

// costs fails unless the account has sent this many requests so far.
func (r run) costs(requests int) {
	r.Helper()

	if r.meter.requests != requests {
		r.Errorf("%d requests, want %d", r.meter.requests, requests)
	}
}

func TestAccountSumsUpWhatAPlanAdds(t *testing.T) {
	t.Parallel()

	inBubble(t, func(r run) {
		r.grants(stagePlan, 20)
		r.grants(stagePlan, 20)
		r.costs(1)
		r.refuses(stagePlan, 20, 40, 12)
		r.costs(2) // The ledger read once more, because the reading was shared.
		r.grants(stagePlan, 8)
		r.refuses(stagePlan, 1, 48, 1)
		r.costs(2) // This reading has refused a gate before.
	})
}

func TestAccountRefusesByAReadingOfItsOwn(t *testing.T) {
	t.Parallel()

	inBubble(t, func(r run) {
		r.refuses(stagePlan, 49, 0, 1)
		r.costs(1)
		r.grants(stagePlan, 48)
		r.costs(1)
	})
}

func TestAccountSharesAReadingForASecond(t *testing.T) {
	t.Parallel()

	inBubble(t, func(r run) {
		r.grants(stagePlan, 1)
		time.Sleep(time.Second - time.Nanosecond)
		r.grants(stagePlan, 1)
		r.costs(1)
		time.Sleep(time.Nanosecond)
		r.grants(stagePlan, 1)
		r.costs(2)
	})
}

// TestAccountSeesAPurchase buys quota after the reading that would refuse.
func TestAccountSeesAPurchase(t *testing.T) {
	t.Parallel()

	atBothStages(t, func(r run, at stage) {
		r.grants(at, 40)
		r.meter.has("radar_id", 100, 2)
		r.grants(at, 20)
		r.costs(2)
	})
}

// TestAccountDoesNotRefuseByTheReadingThatWasShort refuses by one reading and grants by a newer one. Later gates must be judged by the newer
// one.
func TestAccountDoesNotRefuseByTheReadingThatWasShort(t *testing.T) {
	t.Parallel()

	inBubble(t, func(r run) {
		r.grants(stagePlan, 40)
		r.refuses(stagePlan, 20, 40, 12)
		time.Sleep(time.Second)
		r.grants(stagePlan, 1)
		r.costs(3)
		r.meter.has("radar_id", 100, 2)
		r.grants(stagePlan, 20)
		r.costs(4)
	})
}

// TestAccountDoesNotCountTheRunsOwnOrdersTwice lets the orders of an apply consume what was granted to them.
func TestAccountDoesNotCountTheRunsOwnOrdersTwice(t *testing.T) {
	t.Parallel()

	inBubble(t, func(r run) {
		r.grants(stageApply, 20)

		for consumed := int64(12); consumed <= 22; consumed += 10 { // The first order consumes its 20 units.
			r.meter.has("radar_id", 50, consumed)
			time.Sleep(time.Minute)
		}

		r.grants(stageApply, 28)
		r.meter.has("radar_id", 50, 50)
		time.Sleep(time.Minute)
		r.refuses(stageApply, 1, 48, 1)
	})
}

func TestAccountAtApply(t *testing.T) {
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
			inBubble(t, func(r run) {
				r.grants(stageApply, 20)
				r.meter.has("radar_id", test.total, test.consumed)
				time.Sleep(time.Minute)

				if test.by == 0 {
					r.grants(stageApply, test.adds)
				} else {
					r.refuses(stageApply, test.adds, 20, test.by)
				}
			})
		})
	}
}

// TestAccountMeasuresFromTheFirstGate judges the first gate in the planning step that precedes its judgement at apply.
func TestAccountMeasuresFromTheFirstGate(t *testing.T) {
	t.Parallel()

	inBubble(t, func(r run) {
		r.grants(stagePlan, 20)
		r.meter.has("radar_id", 50, 12)
		time.Sleep(time.Minute)
		r.grants(stageApply, 20)
		r.meter.has("radar_id", 50, 22)
		time.Sleep(time.Minute)
		r.grants(stageApply, 28)
		r.refuses(stageApply, 1, 48, 1)
	})
}

func TestAccountDoesNotCountARefusedClaim(t *testing.T) {
	t.Parallel()

	atBothStages(t, func(r run, at stage) {
		r.meter.has("bene_id", 10, 0)

		if got := r.judges(at, map[string]int64{"radar_id": 40, "bene_id": 11}); got != "bene_id: 11 after 0 is short by 1" {
			r.Error(got)
		}

		r.grants(at, 48)
	})
}

// TestAccountCountsAGateOnce plans the growth of a gate, and then the gate as a new one, as Terraform does to replace it.
func TestAccountCountsAGateOnce(t *testing.T) {
	t.Parallel()

	inBubble(t, func(r run) {
		plan := func(gate string, count int64) string {
			v, err := r.Plan(t.Context(), gate, adds("radar_id", count), r.meter.read)
			if err != nil {
				t.Fatal(err)
			}

			return saysOf(v.Short)
		}

		r.Withdraw("a gate that has claimed nothing")
		r.grants(stagePlan, 20)

		for _, step := range []struct {
			count int64
			short string
		}{
			{4, ""},
			{20, ""},
			{28, ""},
			{29, "radar_id: 29 after 20 is short by 1"}, // The claim of 28 is gone.
			{28, ""},
		} {
			if short := plan("x", step.count); short != step.short {
				t.Errorf("%d: %q, want %q", step.count, short, step.short)
			}
		}

		r.refuses(stagePlan, 1, 48, 1)
		r.Withdraw("x")
		r.Withdraw("x")
		r.grants(stagePlan, 28)
		r.refuses(stagePlan, 1, 48, 1)
	})
}

func TestAccountSkipsPlanningStepsDuringAnApply(t *testing.T) {
	t.Parallel()

	inBubble(t, func(r run) {
		r.grants(stagePlan, 40)
		r.refuses(stagePlan, 40, 40, 32)
		r.grants(stageApply, 40)
		time.Sleep(time.Minute)
		r.grants(stagePlan, 40)
		r.costs(2)
		r.refuses(stageApply, 40, 40, 32)
		r.costs(3)
	})
}

// TestAccountSkipsAPlanningStepThatAnApplyOvertakes begins an apply while a planning step waits for the reading that would refuse it.
func TestAccountSkipsAPlanningStepThatAnApplyOvertakes(t *testing.T) {
	t.Parallel()

	inBubble(t, func(r run) {
		r.meter.lock <- struct{}{} // The reading waits until the test releases the lock.

		refused := make(chan string)

		go func() { refused <- r.judges(stagePlan, adds("radar_id", 49)) }()

		synctest.Wait()
		r.enter(stageApply)
		<-r.meter.lock

		if short := <-refused; short != "" {
			t.Error(short)
		}
	})
}

func TestAccountWithUnknownCapacity(t *testing.T) {
	t.Parallel()

	atBothStages(t, func(r run, at stage) {
		if got := r.judges(at, map[string]int64{"no_id": 4, "radar_id": 1}); got != "no_id: 4 after 0 is short by 4" {
			r.Error(got)
		}
	})
}

// TestAccountWithoutAFirstCount judges a module whose count the first reading did not state.
func TestAccountWithoutAFirstCount(t *testing.T) {
	t.Parallel()

	inBubble(t, func(r run) {
		r.grants(stageApply, 1)
		r.meter.has("bene_id", 10, 3)
		r.meter.has("new_id", 10, 3)
		time.Sleep(time.Minute)

		if got := r.judges(stageApply, map[string]int64{"bene_id": 8, "new_id": 7}); got != "bene_id: 8 after 0 is short by 1" {
			t.Error(got)
		}
	})
}

// TestAccountWithLargeCounts has sums that 64 bits cannot hold.
func TestAccountWithLargeCounts(t *testing.T) {
	t.Parallel()

	inBubble(t, func(r run) {
		r.meter.has("radar_id", math.MaxInt64, 0)

		for range 9223 {
			r.grants(stageApply, mostRequired)
		}

		r.refuses(stageApply, mostRequired, 9_223_000_000_000_000_000, mostRequired-372036854775807)
		r.meter.has("radar_id", 0, math.MaxInt64)
		time.Sleep(time.Minute)

		if got, want := r.judges(stageApply, adds("radar_id", 1)), "radar_id: 1 after 9223000000000000000 is short by 9223372036854775807"; got != want {
			t.Errorf("%q, want %q", got, want)
		}
	})
}

func TestAccountFailsClosed(t *testing.T) {
	t.Parallel()

	down := errors.New("down")

	atBothStages(t, func(r run, at stage) {
		r.meter.failure = down

		if _, err := r.at(at, adds("radar_id", 1)); !errors.Is(err, down) {
			r.Error(err)
		}

		r.costs(1)

		r.meter.failure = nil

		time.Sleep(time.Minute)
		r.grants(at, 40)

		r.meter.failure = down // The read before a refusal fails.

		if _, err := r.at(at, adds("radar_id", 9)); !errors.Is(err, down) {
			r.Error(err)
		}

		r.meter.failure = nil

		time.Sleep(time.Minute)
		r.grants(at, 8) // The claim whose read failed does not count.
	})
}

// TestAccountOfAThousandGates judges gates with Terraform's default parallelism. 500 gates are refused.
func TestAccountOfAThousandGates(t *testing.T) {
	t.Parallel()

	atBothStages(t, func(r run, at stage) {
		r.meter.has("radar_id", 500, 0)

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
					if r.judges(at, adds("radar_id", 1)) != "" {
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
			r.Errorf("%d were refused, want 500", refused)
		}

		if most := int(time.Since(began)/time.Second) + 2; r.meter.requests > most {
			r.Errorf("%d requests, want at most %d", r.meter.requests, most)
		}
	})
}

// TestAccountAtPlanCountsConsumption consumes quota between two gates of a plan. No order runs in a plan, so others have consumed it.
func TestAccountAtPlanCountsConsumption(t *testing.T) {
	t.Parallel()
	inBubble(t, func(r run) {
		r.grants(stagePlan, 20)
		r.meter.has("radar_id", 50, 12)
		time.Sleep(time.Minute)
		r.grants(stagePlan, 18)
		r.refuses(stagePlan, 1, 38, 1)
	})
}

// TestAccountWhenACountIsNotStatedAnyMore judges a module whose counts only the first reading stated.
func TestAccountWhenACountIsNotStatedAnyMore(t *testing.T) {
	t.Parallel()
	inBubble(t, func(r run) {
		r.grants(stageApply, 1)

		r.meter.quota = nil

		time.Sleep(time.Minute)
		r.refuses(stageApply, 1, 1, 1)
	})
}

// TestAccountReadsOnceMore returns readings that began at given times. It checks which readings the ledger requests before it refuses.
func TestAccountReadsOnceMore(t *testing.T) {
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
					account = NewAccount(nil)
					judging = func(began time.Time) {
						account.mu.Lock()
						defer account.mu.Unlock()

						account.judgedBy = began
					}
				)

				m.has("radar_id", 50, 2)

				read := func(_ context.Context, after time.Time) (Reading, error) {
					asked = append(asked, after.Sub(came))
					began := came.Add(test.began)

					if len(asked) > 1 {
						began = came.Add(time.Minute)
					}

					if len(asked) > 1 || test.judged { // The second reading also judges another gate.
						judging(began)
					}

					return Reading{Quota: m.quota, Began: began}, nil
				}

				v, err := account.Plan(t.Context(), "", adds("radar_id", 49), read)
				if err != nil || saysOf(v.Short) != "radar_id: 49 after 0 is short by 1" {
					t.Errorf("%q, %v", saysOf(v.Short), err)
				}

				if want := []time.Duration{-time.Second, test.after}[:test.requests]; !slices.Equal(asked, want) {
					t.Errorf("it asked for readings after %s, want %s", asked, want)
				}
			})
		})
	}
}

func TestAccountKnowsTheFirstRefusal(t *testing.T) {
	t.Parallel()
	inBubble(t, func(r run) {
		for _, first := range []bool{true, false} {
			v, err := r.at(stagePlan, adds("radar_id", 49))
			if err != nil || v.FirstRefusal != first {
				t.Errorf("first: %t, %v", v.FirstRefusal, err)
			}
		}

		if v, err := r.at(stagePlan, adds("radar_id", 1)); err != nil || v.FirstRefusal {
			t.Errorf("a claim that is granted is the first refusal, %v", err)
		}
	})
}

// TestAccountOfGatesThatPassAndAreRefused grants and refuses gates alternately, which requires a second reading in each second.
func TestAccountOfGatesThatPassAndAreRefused(t *testing.T) {
	t.Parallel()
	inBubble(t, func(r run) {
		r.meter.has("bene_id", 1000, 0)

		began := time.Now()

		for range 200 {
			r.judges(stageApply, adds("bene_id", 1))
			r.judges(stageApply, adds("radar_id", 49))
			time.Sleep(50 * time.Millisecond)
		}

		if most := 2 * (int(time.Since(began)/time.Second) + 1); r.meter.requests > most {
			t.Errorf("%d requests, want at most %d", r.meter.requests, most)
		}
	})
}

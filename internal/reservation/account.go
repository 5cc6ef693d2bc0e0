// Package reservation decides what the gates of one run may be granted, and with a database what the gates of all runs may be granted. It
// knows neither Terraform nor HTTP.
package reservation

import (
	"context"
	"crypto/rand"
	"errors"
	"sync"
	"time"
)

const (
	// sharedReadingAge limits the age of a reading that judges a gate: the time from the start of the reading to the arrival of the gate.
	sharedReadingAge = time.Second
	// mostStaleReadings is how many readings of one gate may be too old when the database gives the lock.
	mostStaleReadings = 3
)

// Account records what the gates of one run were granted, and judges what each gate adds. It is safe for concurrent use.
//
// A run is one plan or one apply. Terraform repeats the planning step of a gate at apply, so one account may judge at both stages.
type Account struct {
	// store has the grants of all runs; nil if only the gates of one run add up.
	store Store
	// run identifies the run in the store.
	run string
	// stamps has the times of the store.
	stamps stamps

	mu sync.Mutex
	// planned is what was granted at plan by gate, and plannedSum the sum of all gates by module id.
	planned    map[string]map[string]int64
	plannedSum map[string]int64
	// granted is what was granted at apply by module id, to this number of gates.
	granted map[string]int64
	gates   int
	// applying reports whether a gate was judged at apply.
	applying bool
	// first is the quota by which the first gate was judged; nil if none was judged.
	first map[string]Quota
	// judgedBy is the start time of the reading that judged the last gate.
	judgedBy time.Time
	// refusedBy is the start time of the last reading that refused a gate; zero if no gate was refused.
	refusedBy time.Time
}

// NewAccount returns the account of one run. If the store is nil, only the gates of this run add up.
func NewAccount(store Store) *Account {
	return &Account{
		store: store, run: rand.Text(), stamps: stamps{store: store},
		planned: map[string]map[string]int64{}, plannedSum: map[string]int64{}, granted: map[string]int64{},
	}
}

// Reading is the quota of an account at one time.
type Reading struct {
	// Quota is the quota by module id. It lacks a module of which a count is not stated.
	Quota map[string]Quota
	// Began is when the reading began, by this machine's clock.
	Began time.Time
}

// Read returns the quota from a reading that began after a time. It may share the reading with other callers.
type Read func(ctx context.Context, after time.Time) (Reading, error)

// Verdict is the result of judging what a gate adds.
type Verdict struct {
	// Judged is false if the gate is not judged, because it adds nothing, or because it is judged in a later step.
	Judged bool
	// Short lists the modules whose quota is too low, in the order of their ids. It is empty if the gate passes.
	Short []Shortage
	// FirstRefusal reports whether this is the first refusal of the run.
	FirstRefusal bool
	// Gates is how many gates of this run were granted at apply before.
	Gates int
	// Beside lists the modules whose quota something else consumes, if this was not known before.
	Beside []string
}

// Shortage is a module whose quota is too low for a gate. All counts are units.
type Shortage struct {
	// Module is the module's id, as the gate has it.
	Module string
	// Adds is what the gate adds, and Short the shortfall: Adds if the module's quota is not stated.
	Adds, Short int64
	// Granted is what other gates of this run were granted before.
	Granted int64
	// Reserved is what other runs have reserved and QCC has not counted yet, as far as it is known.
	Reserved int64
	// Beside reports whether something consumes the module's quota beside the gates. Then Reserved is all that other runs have reserved.
	Beside bool
	// Holders has at most three holders of what other runs have reserved.
	Holders []Holder
}

// Plan judges at plan what a gate adds, by module id. It replaces the claim that a gate with the same id made before, because Terraform may
// plan a gate twice. A gate without an id ("") is new, and planned once.
//
// After a gate was judged by Apply, Plan judges nothing. At apply, Terraform repeats the planning step of a gate directly before the gate is
// judged by Apply, and quota that the run's own orders have consumed would count twice.
//
// An error is that of read, of ctx, or an *Error.
func (a *Account) Plan(ctx context.Context, gate string, adds map[string]int64, read Read) (Verdict, error) {
	a.Withdraw(gate)

	if gate == "" {
		gate = rand.Text()
	}

	return a.judge(ctx, &pending{at: stagePlan, gate: gate, adds: adds, arrived: time.Now()}, read)
}

// Apply judges what a gate adds again, and reserves it in the store if it passes. The errors are those of Plan.
func (a *Account) Apply(ctx context.Context, adds map[string]int64, read Read) (Verdict, error) {
	return a.judge(ctx, &pending{at: stageApply, adds: adds, arrived: time.Now()}, read)
}

// pending is a claim that is not granted yet.
type pending struct {
	at stage
	// gate is the id of the gate at plan.
	gate string
	adds map[string]int64
	// arrived is when the gate asked to be judged.
	arrived time.Time
	// again reports whether a reading of this gate's own was requested.
	again bool
}

// judge grants or refuses a claim. The account does not record a refused claim.
//
// A reading that began within the last second may grant a claim. It may refuse a claim only if it began after the claim arrived and judges
// its first gate, or if it was the last one to refuse a gate. Otherwise, judge reads the quota once more. So quota that was bought within
// that second counts, and many gates that are refused together send few requests.
func (a *Account) judge(ctx context.Context, p *pending, read Read) (Verdict, error) {
	if len(p.adds) == 0 || !a.enter(p.at) {
		return Verdict{}, nil
	}

	after, stale := p.arrived.Add(-sharedReadingAge), 0

	for {
		reading, since, err := a.stamps.read(ctx, after, read)
		if err != nil {
			return Verdict{}, err
		}

		v, settled, err := a.settle(ctx, p, reading, since)

		if failed, ok := errors.AsType[*Error](err); ok && failed.Failure == FailureStale && stale < mostStaleReadings {
			stale++
			after = time.Now()

			a.stamps.forget()

			continue
		}

		if err != nil || settled {
			return v, err
		}

		p.again = true

		if after = p.arrived; reading.Began.After(after) {
			after = reading.Began
		}
	}
}

// Withdraw removes the claim that a gate made at plan, if it made one.
func (a *Account) Withdraw(gate string) {
	a.mu.Lock()
	defer a.mu.Unlock()

	for id, count := range a.planned[gate] {
		a.plannedSum[id] -= count
	}

	delete(a.planned, gate)
}

// enter records the stage of a gate. It returns false if gates are no longer judged at that stage.
func (a *Account) enter(at stage) bool {
	a.mu.Lock()
	defer a.mu.Unlock()

	a.applying = a.applying || at == stageApply

	return at == stageApply || !a.applying
}

// settle grants or refuses a claim by a reading. It returns false if the quota is too low, but the reading may not refuse; see judge.
func (a *Account) settle(ctx context.Context, p *pending, reading Reading, since Instant) (v Verdict, settled bool, err error) {
	var levels map[string]Level

	switch {
	case a.store == nil:
		v, settled, _ = a.decide(p, reading, nil)

		return v, settled, nil
	case p.at == stagePlan:
		levels, err = a.store.Live(ctx, a.run, since, modulesOf(p.adds))
		if err == nil {
			v, settled, _ = a.decide(p, reading, levels)
		}
	default:
		err = a.store.Reserve(ctx, Claim{Run: a.run, Adds: p.adds, Stamp: since}, func(levels map[string]Level) (after map[string]Level) {
			v, settled, after = a.decide(p, reading, levels)

			return after
		}, func() { a.record(p) })
	}

	if err != nil {
		return Verdict{}, false, err
	}

	if settled && len(v.Short) > 0 {
		if levels == nil {
			levels, _ = a.store.Live(ctx, a.run, since, modulesOf(p.adds)) // Without an answer, the refusal names no holders.
		}

		for i, short := range v.Short {
			v.Short[i].Holders = levels[short.Module].Holders
		}
	}

	return v, settled, nil
}

// record records a claim as granted at apply, after the store has stored it.
func (a *Account) record(p *pending) {
	a.mu.Lock()
	defer a.mu.Unlock()

	a.grant(p)
}

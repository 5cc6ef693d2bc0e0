package provider

import (
	"context"
	"crypto/rand"
	"maps"
	"math/big"
	"slices"
	"sync"
	"time"

	"github.com/qccpro/terraform-provider-qcc/internal/qcc"
)

// sharedReadingAge limits the age of a reading that judges a gate: the time from the start of the reading to the call of judge.
const sharedReadingAge = time.Second

// stage is when a gate is judged.
type stage int

const (
	stagePlan stage = iota
	stageApply
)

// claim is what one or several gates add, by module id. The counts are whole numbers; those of a single gate are above 0.
type claim map[string]*big.Float

// plus returns the sum of two claims.
func (c claim) plus(other claim) claim {
	sum := claim{}
	maps.Copy(sum, c)

	for id, count := range other {
		sum[id] = new(big.Float).Add(sum.of(id), count)
	}

	return sum
}

// minus subtracts a claim that is a part of this one.
func (c claim) minus(part claim) claim {
	rest := claim{}.plus(c)
	for id, count := range part {
		rest[id] = new(big.Float).Sub(rest.of(id), count)
	}

	return rest
}

// of returns the count of a module; 0 if the claim does not have the module.
func (c claim) of(id string) *big.Float {
	if count, ok := c[id]; ok {
		return count
	}

	return new(big.Float)
}

// verdict is the result of judging a claim.
type verdict struct {
	// short lists the modules whose quota is too low. It is empty if the claim is granted.
	short []shortage
	// quota is the result of the reading that judged the claim; zero if nothing was judged.
	quota qcc.Quota
	// handle identifies the claim for takeBack. It is empty unless the claim was granted at plan.
	handle string
	// firstRefusal reports whether this is the first refusal of the run.
	firstRefusal bool
	// firstSkew is how far the service's clock is ahead, if this is the first verdict of the run that had to correct it; else 0.
	firstSkew time.Duration
}

// shortage is a module whose quota is too low for a claim.
type shortage struct {
	// id is the module's id, as the gate has it.
	id string
	// adds is what the gate adds.
	adds *big.Float
	// granted is what other gates of the run were granted before.
	granted *big.Float
	// by is the shortfall.
	by *big.Float
	// module is the module's quota; nil if the account does not have the module. quota is the quota of the whole account.
	module *qcc.Module
	quota  qcc.Quota
}

// ledger records what the gates of one run were granted, and judges what each gate adds. It is safe for concurrent use.
//
// A run is one plan or one apply. Terraform repeats the planning step of a gate at apply, so one ledger may judge at both stages.
type ledger struct {
	// read returns the quota from a read that began after a time, and when it began; see qcc.Client.QuotaSince.
	read func(ctx context.Context, after time.Time) (qcc.Quota, time.Time, error)

	mu sync.Mutex
	// granted is what was granted at each stage.
	granted [stageApply + 1]claim
	// handles has the claims that takeBack can remove, by handle.
	handles map[string]claim
	// applying reports whether a gate was judged at apply.
	applying bool
	// first has the modules of the reading that judged the first gate; nil if none was judged.
	first map[string]qcc.Module
	// judgedBy is the start time of the reading that judged the last gate.
	judgedBy time.Time
	// refusedBy is the start time of the last reading that refused a gate; zero if no gate was refused.
	refusedBy time.Time
	// skewed reports whether a verdict had to correct the clock.
	skewed bool
}

// takeBack removes a claim that was granted at plan. It ignores an empty handle, and a handle of another run.
func (l *ledger) takeBack(handle string) {
	l.mu.Lock()
	defer l.mu.Unlock()

	l.granted[stagePlan] = l.granted[stagePlan].minus(l.handles[handle])
	delete(l.handles, handle)
}

// judge grants or refuses a claim. The ledger does not record a refused claim. An error means that the quota cannot be read.
//
// A reading that began within the last second may grant a claim. It may refuse a claim only if it began after the call and judges its first
// gate, or if it was the last one to refuse a gate. Otherwise, judge reads the quota once more. So quota that was bought within that second
// counts, and many gates that are refused together send few requests.
//
// After a gate was judged at stageApply, the ledger judges nothing at stagePlan. Terraform repeats the planning step of a gate at apply,
// directly before Create or Update judges the same gate. In the planning step, the quota that the run's own orders have consumed would
// count twice.
func (l *ledger) judge(ctx context.Context, at stage, claimed claim) (verdict, error) {
	arrived := time.Now()
	after := arrived.Add(-sharedReadingAge)

	if !l.enter(at) {
		return verdict{}, nil
	}

	for again := false; ; again = true {
		quota, began, err := l.read(ctx, after)
		if err != nil {
			return verdict{}, err
		}

		if v, settled := l.settle(at, claimed, quota, began, arrived, again); settled {
			return v, nil
		}

		after = arrived
		if began.After(after) {
			after = began
		}
	}
}

// enter records the stage of a gate. It returns false if gates are no longer judged at that stage.
func (l *ledger) enter(at stage) bool {
	l.mu.Lock()
	defer l.mu.Unlock()

	l.applying = l.applying || at == stageApply

	return at == stageApply || !l.applying
}

// settle grants or refuses a claim by a reading. It returns false if the quota is too low, but the reading may not refuse; see judge.
func (l *ledger) settle(at stage, claimed claim, quota qcc.Quota, began, arrived time.Time, again bool) (verdict, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()

	if l.applying && at == stagePlan { // Another gate was judged at stageApply after the call of enter.
		return verdict{}, true
	}

	if l.judgedBy.IsZero() {
		l.first = quota.Modules
	}

	own := began.After(arrived) && !began.Equal(l.judgedBy)
	l.judgedBy = began

	v := verdict{quota: quota, short: l.shortages(at, claimed, quota)}

	switch {
	case len(v.short) == 0:
		v.handle = l.grant(at, claimed)
	case own, again, began.Equal(l.refusedBy):
		v.firstRefusal = l.refusedBy.IsZero()
		l.refusedBy = began
	default:
		return verdict{}, false
	}

	if !l.skewed {
		v.firstSkew = quota.Skew
	}

	l.skewed = l.skewed || quota.Skew != 0

	return v, true
}

// grant records a claim as granted. At stagePlan, it returns a handle for takeBack; otherwise "".
func (l *ledger) grant(at stage, claimed claim) string {
	l.granted[at] = l.granted[at].plus(claimed)

	if at == stageApply {
		return ""
	}

	if l.handles == nil {
		l.handles = map[string]claim{}
	}

	handle := rand.Text()
	l.handles[handle] = claimed

	return handle
}

// shortages returns the modules whose quota is too low for a claim, in the order of their ids.
func (l *ledger) shortages(at stage, claimed claim, quota qcc.Quota) []shortage {
	var all []shortage

	for _, id := range slices.Sorted(maps.Keys(claimed)) {
		granted := l.granted[at].of(id)

		module, listed := quota.Modules[id]
		left, leftForRun := number(module.Remaining), number(module.Remaining)

		// The run's own orders may have consumed what was granted. So the sum of all claims of the run is compared with what was left when the
		// run began.
		if first := l.first[id].Consumed; at == stageApply && left != nil && first != nil {
			leftForRun = new(big.Float).Sub(number(module.Total), number(new(min(*first, *module.Consumed))))
		}

		by := larger(shortfall(claimed[id], left), shortfall(new(big.Float).Add(granted, claimed[id]), leftForRun))
		if by == nil {
			continue
		}

		s := shortage{id: id, adds: claimed[id], granted: granted, by: by, quota: quota}
		if listed {
			s.module = &module
		}

		all = append(all, s)
	}

	return all
}

// number converts a count of the service; nil if the service did not state it.
func number(count *int64) *big.Float {
	if count == nil {
		return nil
	}

	return new(big.Float).SetInt64(*count)
}

// larger returns the larger of two shortfalls, either of which may be nil.
func larger(a, b *big.Float) *big.Float {
	if a == nil || b != nil && b.Cmp(a) > 0 {
		return b
	}

	return a
}

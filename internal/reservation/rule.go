package reservation

import (
	"maps"
	"math"
	"slices"
)

// stage is when a gate is judged.
type stage int

const (
	stagePlan stage = iota
	stageApply
)

// Quota is the quota of a module as a reading states it, in units. Both counts are 0 or more.
type Quota struct {
	Total, Consumed int64
}

// standing is all that is known of a module when a gate is judged.
type standing struct {
	// now is the quota of the reading, and first the consumption that the run's first reading stated; nil if it stated none.
	now   Quota
	first *int64
	// own is what other gates of this run were granted at the same stage.
	own int64
	// level is what the store knows; nil without a store.
	level *Level
}

// committed returns how many units of the module are consumed, or can be by orders of granted gates: by those of this run, and by those of
// all runs. The second is not below the first.
func (s *standing) committed(at stage) (byRun, byAll int64) {
	byRun = plus(s.now.Consumed, s.own)

	// The orders of this run may have consumed what their gates were granted. So at apply, grants count from the run's first reading.
	if at == stageApply && s.first != nil {
		byRun = max(s.now.Consumed, plus(min(*s.first, s.now.Consumed), s.own))
	}

	if s.level == nil {
		return byRun, byRun
	}

	byAll = plus(plus(s.now.Consumed, s.level.Reserved), s.own)

	// QCC may have counted orders whose reservations have not ended, and they would count twice. What the grants add up to limits the sum, as
	// long as nothing else consumes.
	if s.level.Committed != nil && !s.beside() {
		known := *s.level.Committed
		if at == stagePlan {
			known = plus(known, s.own) // Nothing of a plan is stored.
		}

		byAll = min(byAll, known)
	}

	return byRun, max(byRun, byAll)
}

// beside reports whether something consumes the module's quota beside the gates: QCC has counted more than the gates were granted.
func (s *standing) beside() bool {
	return s.level.Beside || s.level.Committed != nil && s.now.Consumed > *s.level.Committed
}

// decide returns the verdict on a claim. It is not settled if the quota is too low, but the reading may not refuse; see judge. If the claim
// passes, decide returns the levels after the grant; otherwise nil. It also records the grant, unless the store has to store it first.
func (a *Account) decide(p *pending, reading Reading, levels map[string]Level) (v Verdict, settled bool, after map[string]Level) {
	a.mu.Lock()
	defer a.mu.Unlock()

	if a.applying && p.at == stagePlan { // Another gate was judged at apply meanwhile.
		return Verdict{}, true, nil
	}

	if a.judgedBy.IsZero() {
		a.first = reading.Quota
	}

	exclusive := reading.Began.After(p.arrived) && !reading.Began.Equal(a.judgedBy)
	a.judgedBy = reading.Began

	v = Verdict{Judged: true, Gates: a.gates}
	after = map[string]Level{}

	for _, id := range modulesOf(p.adds) {
		short, level := a.judgeModule(p, id, reading, levels)
		if short != nil {
			v.Short = append(v.Short, *short)
		}

		if level.Beside && !levels[id].Beside {
			v.Beside = append(v.Beside, id)
		}

		after[id] = level
	}

	switch {
	case len(v.Short) == 0:
		if a.store == nil || p.at == stagePlan {
			a.grant(p)
		}

		return v, true, after
	case exclusive, p.again, reading.Began.Equal(a.refusedBy):
		v.FirstRefusal, v.Beside = a.refusedBy.IsZero(), nil
		a.refusedBy = reading.Began

		return v, true, nil
	default:
		return v, false, nil
	}
}

// judgeModule returns the shortage of a module, or nil and the level after the grant. The caller holds a.mu.
func (a *Account) judgeModule(p *pending, id string, reading Reading, levels map[string]Level) (*Shortage, Level) {
	adds := p.adds[id]
	s := standing{own: a.granted[id]}

	if p.at == stagePlan {
		s.own = a.plannedSum[id]
	}

	var stated bool
	if s.now, stated = reading.Quota[id]; !stated {
		return &Shortage{Module: id, Adds: adds, Short: adds, Granted: s.own}, Level{}
	}

	if first, known := a.first[id]; known {
		s.first = &first.Consumed
	}

	if levels != nil {
		s.level = new(levels[id])
	}

	byRun, byAll := s.committed(p.at)
	if left := s.now.Total - byAll; adds > left {
		return &Shortage{
			Module: id, Adds: adds, Short: plus(adds, -left), Granted: s.own, Reserved: byAll - byRun, Beside: s.level != nil && s.beside(),
		}, Level{}
	}

	return nil, Level{Committed: new(byAll + adds), Beside: s.level != nil && s.beside()}
}

// grant records a claim as granted. The caller holds a.mu.
func (a *Account) grant(p *pending) {
	sum := a.granted
	if p.at == stagePlan {
		sum = a.plannedSum
		a.planned[p.gate] = p.adds
	} else {
		a.gates++
	}

	for id, count := range p.adds {
		sum[id] += count // This does not overflow, because all that is granted fits into the total.
	}
}

// modulesOf returns the module ids of a claim in their order.
func modulesOf(adds map[string]int64) []string { return slices.Sorted(maps.Keys(adds)) }

// plus returns the sum of two counts, the first of which is 0 or more; the largest number if the sum is larger than 64 bits can hold.
func plus(a, b int64) int64 {
	if b > math.MaxInt64-a {
		return math.MaxInt64
	}

	return a + b
}

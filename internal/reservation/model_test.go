package reservation

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// model searches the rule exhaustively: two runs that reserve, readings that are old, orders that fail or are counted late, and consumption
// beside the gates. The rule is safe if no grant makes the orders consume more than the total.
type model struct {
	total, ttl, horizon, grants int64
	// beside is how many units something consumes beside the gates at most.
	beside int64
	// depth limits the length of a history.
	depth int
	// release lets a run delete a reservation before it ends.
	release bool
	// liveNow counts the reservations that are live when the gate is judged, instead of those that end after the reading's stamp.
	liveNow bool
	// deleteEnded deletes a reservation when it ends.
	deleteEnded bool
	// forget lets a run forget what it was granted itself when that ends.
	forget bool
	// late is how long orders of one run are made after their reservation has ended.
	late int64
}

// world is a state of the model. It has no pointers, so that two equal states have the same text.
type world struct {
	now, counted, beside, granted int64
	orders                        []order
	rows                          []row
	// known has the level after the last grant, if knows.
	known  int64
	knows  bool
	marked bool
	// old is the reading that a run still has, if hasOld.
	old    reading
	hasOld bool
}

// order is an order that QCC has not counted. It is counted or fails at last at until.
type order struct{ until, units int64 }

// row is a reservation of a run.
type row struct{ ends, units, run int64 }

// reading is the consumption at a time.
type reading struct{ at, consumed int64 }

// history is how a world was reached.
type history struct {
	step   string
	before *history
	depth  int
}

func (h *history) String() string {
	if h == nil {
		return ""
	}

	return h.before.String() + "\n  " + h.step
}

// search returns the steps to a grant that is one too many; nil if there are none.
func (m *model) search() *history {
	type visit struct {
		world   world
		history *history
	}

	queue, seen := []visit{{}}, map[string]bool{}

	for len(queue) > 0 {
		next := queue[0]
		queue = queue[1:]

		depth := 0
		if next.history != nil {
			depth = next.history.depth
		}

		if depth == m.depth {
			continue
		}

		for step, w := range m.steps(next.world) {
			h := &history{step, next.history, depth + 1}
			if w == nil {
				return h
			}

			if key := fmt.Sprint(*w); !seen[key] {
				seen[key] = true

				queue = append(queue, visit{*w, h})
			}
		}
	}

	return nil
}

// steps yields all that can happen next. The world is nil if a grant is one too many.
func (m *model) steps(w world) func(yield func(string, *world) bool) {
	return func(yield func(string, *world) bool) {
		late := slices.ContainsFunc(w.orders, func(o order) bool { return o.until <= w.now })
		if w.now < m.horizon && !late && !yield(fmt.Sprintf("time %d", w.now+1), m.tick(w)) {
			return
		}

		for i, o := range w.orders {
			counted := w
			counted.orders = slices.Delete(slices.Clone(w.orders), i, i+1)
			failed := counted
			counted.counted += o.units

			if !yield(fmt.Sprintf("an order of %d is counted", o.units), &counted) || !yield(fmt.Sprintf("an order of %d fails", o.units), &failed) {
				return
			}
		}

		for i, r := range w.rows {
			released := w
			released.rows = slices.Delete(slices.Clone(w.rows), i, i+1)

			if m.release && !yield(fmt.Sprintf("the reservation of %d is released", r.units), &released) {
				return
			}
		}

		if !w.hasOld {
			read := w
			read.hasOld, read.old = true, reading{w.now, w.counted}

			if !yield(fmt.Sprintf("a run reads that %d are consumed", w.counted), &read) {
				return
			}
		}

		if w.beside < m.beside && w.counted < m.total {
			used := w
			used.beside++
			used.counted++

			if !yield("a unit is consumed beside the gates", &used) {
				return
			}
		}

		m.gates(w, yield)
	}
}

func (m *model) tick(w world) *world {
	w.now++
	if m.deleteEnded {
		w.rows = slices.DeleteFunc(slices.Clone(w.rows), func(r row) bool { return r.ends <= w.now })
	}

	return &w
}

// gates yields what happens if a gate is judged: of each run, by each reading, for one and for two units.
func (m *model) gates(w world, yield func(string, *world) bool) {
	readings := []reading{{w.now, w.counted}}
	if w.hasOld && w.now-w.old.at <= 2 {
		readings = append(readings, w.old)
	}

	for _, by := range readings {
		for run := range int64(2) {
			for units := int64(1); units <= 2 && w.granted < m.grants; units++ {
				s := m.standing(&w, by, run)

				_, committed := s.committed(stageApply)
				if committed+units > m.total {
					continue
				}

				step := fmt.Sprintf("run %d is granted %d by a reading of %d at %d", run, units, by.consumed, by.at)
				if !yield(step, m.grant(w, s, by, run, committed, units)) {
					return
				}
			}
		}
	}
}

func (m *model) standing(w *world, by reading, run int64) *standing {
	s := &standing{now: Quota{m.total, by.consumed}, first: new(int64), level: &Level{Beside: w.marked}}
	if w.knows {
		s.level.Committed = &w.known
	}

	since := by.at
	if m.liveNow {
		since = w.now
	}

	for _, r := range w.rows {
		switch {
		case r.run == run && (r.ends > since || !m.forget):
			s.own += r.units
		case r.run != run && r.ends > since:
			s.level.Reserved += r.units
		}
	}

	return s
}

// grant returns the world after a grant. It returns nil if the orders can consume more than the total then. Nobody can know that if the
// reading is old and something else has consumed since, so such grants are left out.
func (m *model) grant(w world, s *standing, by reading, run, committed, units int64) *world {
	after := w
	after.orders = append(slices.Clone(w.orders), order{w.now + m.ttl - 1 + m.late*(1-run), units})
	after.rows = append(slices.Clone(w.rows), row{w.now + m.ttl, units, run})
	after.marked = w.marked || s.beside()
	after.knows, after.known = true, committed+units
	after.granted++

	if by == (reading{w.now, w.counted}) {
		after.hasOld, after.old = false, reading{}
	}

	sum := w.counted
	for _, o := range after.orders {
		sum += o.units
	}

	if sum > m.total && (by.consumed == w.counted || m.beside == 0) {
		return nil
	}

	return &after
}

// TestTheRuleIsSafe searches the rule as it is, and with each of its clauses left out, which must find a counterexample.
func TestTheRuleIsSafe(t *testing.T) {
	t.Parallel()

	rule := func(change func(*model)) *model {
		m := &model{total: 3, ttl: 2, horizon: 6, grants: 4, depth: 12}
		change(m)

		if testing.Short() {
			m.depth = 7
		}

		return m
	}

	for name, test := range map[string]struct {
		*model

		safe bool
	}{
		"the rule":                       {rule(func(*model) {}), true},
		"the rule, with a smaller total": {rule(func(m *model) { m.total, m.horizon, m.depth = 2, 8, 18 }), true},
		// The first unit is seen late, because QCC may have counted the order of the grant. The documents say so.
		"consumption beside the gates":             {rule(func(m *model) { m.beside = 1 }), false},
		"a release":                                {rule(func(m *model) { m.release = true }), false},
		"live now instead of the stamp":            {rule(func(m *model) { m.liveNow = true }), false},
		"rows that are deleted when they end":      {rule(func(m *model) { m.deleteEnded = true }), false},
		"a run that forgets its own":               {rule(func(m *model) { m.forget, m.late = true, 3 }), false},
		"a reservation that ends before the order": {rule(func(m *model) { m.late = 1 }), false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			found := test.search()
			if (found == nil) != test.safe {
				t.Errorf("safe: %t; the steps are:%s", found == nil, found)
			}

			t.Log(strings.TrimSpace(found.String()))
		})
	}
}

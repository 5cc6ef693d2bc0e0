package reservation

import "testing"

// TestCommitted has the numbers of DESIGN.md.
func TestCommitted(t *testing.T) {
	t.Parallel()

	const unknown = -1

	for name, test := range map[string]struct {
		consumed, first, own, reserved, committed int64
		beside                                    bool
		plan, apply                               int64
	}{
		"first gate of all":                      {consumed: 2, first: 2, committed: unknown, plan: 2, apply: 2},
		"others have reserved":                   {consumed: 2, first: 2, reserved: 40, committed: 42, plan: 42, apply: 42},
		"others have reserved, nothing is known": {consumed: 2, first: 2, reserved: 40, committed: unknown, plan: 42, apply: 42},
		"QCC has counted the orders of others":   {consumed: 42, first: 42, reserved: 40, committed: 42, plan: 42, apply: 42},
		"QCC has counted half of them":           {consumed: 22, first: 22, reserved: 40, committed: 42, plan: 42, apply: 42},
		"orders of others have failed":           {consumed: 2, first: 2, committed: 42, plan: 2, apply: 2},
		"QCC has counted more than was granted":  {consumed: 80, first: 80, reserved: 40, committed: 40, plan: 120, apply: 120},
		"the module is used beside the gates":    {consumed: 42, first: 42, reserved: 40, committed: 42, beside: true, plan: 82, apply: 82},
		"this run has claimed":                   {consumed: 2, first: 2, own: 20, committed: 2, plan: 22, apply: 22},
		"QCC has counted this run's order":       {consumed: 22, first: 2, own: 20, committed: 22, plan: 42, apply: 22},
		"QCC has counted more than this run's":   {consumed: 25, first: 2, own: 20, committed: unknown, plan: 45, apply: 45},
		"this run and others":                    {consumed: 2, first: 2, own: 20, reserved: 10, committed: 32, plan: 32, apply: 32},
		"reads that go backwards":                {consumed: 5, first: 5, own: 10, committed: 13, plan: 15, apply: 15},
		"sums that 64 bits cannot hold":          {consumed: 1 << 62, first: 1 << 62, own: 1 << 62, reserved: 1 << 62, committed: unknown, plan: 1<<63 - 1, apply: 1<<63 - 1},
	} {
		s := standing{now: Quota{Consumed: test.consumed}, first: &test.first, own: test.own, level: &Level{Reserved: test.reserved, Beside: test.beside}}
		if test.committed != unknown {
			s.level.Committed = &test.committed
		}

		for at, want := range map[stage]int64{stagePlan: test.plan, stageApply: test.apply} {
			byRun, byAll := s.committed(at)
			if byAll != want || byRun > byAll {
				t.Errorf("%s, stage %d: committed are %d by the run and %d by all, want %d", name, at, byRun, byAll, want)
			}

			s := s
			s.level = nil

			if alone, sum := s.committed(at); alone != byRun || sum != byRun {
				t.Errorf("%s, stage %d: without a store, committed are %d and %d, want %d", name, at, alone, sum, byRun)
			}
		}
	}
}

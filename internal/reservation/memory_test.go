package reservation

import (
	"context"
	"maps"
	"slices"
	"time"
)

// memory is a Store that several runs of one test share. The tests of PostgreSQL also run with it, so that its verdicts are the same.
type memory struct {
	// lock holds a value while a call runs. A mutex would stop the clock of a synctest bubble.
	lock chan struct{}
	// now returns the time of the store's clock.
	now func() time.Time
	// ttl is how long a reservation counts, and holder is who reserves.
	ttl    time.Duration
	holder string
	// failure is what the next calls return; nil if they succeed.
	failure error
	// mute makes Live fail, as long as it is true.
	mute bool

	rows   []reserved
	levels map[string]Level
	// clocks is how often the time was asked for.
	clocks int
}

// reserved is a claim of one module.
type reserved struct {
	run, module, holder string
	units               int64
	ends                Instant
}

func newMemory(ttl time.Duration) *memory {
	return &memory{lock: make(chan struct{}, 1), now: time.Now, ttl: ttl, holder: "a holder", levels: map[string]Level{}}
}

// NewMemory returns such a store to the tests outside of the package.
func NewMemory(ttl time.Duration) Store { return newMemory(ttl) }

func (m *memory) Clock(context.Context) (Instant, error) {
	m.lock <- struct{}{}
	defer func() { <-m.lock }()

	m.clocks++

	return m.instant(), m.failure
}

func (m *memory) instant() Instant { return Instant(m.now().UnixMilli()) }

func (m *memory) Live(_ context.Context, run string, since Instant, modules []string) (map[string]Level, error) {
	m.lock <- struct{}{}
	defer func() { <-m.lock }()

	if m.mute {
		return nil, &Error{Failure: FailureSlow}
	}

	return m.live(run, since, modules), m.failure
}

func (m *memory) live(run string, since Instant, modules []string) map[string]Level {
	found := map[string]Level{}

	for _, id := range modules {
		level := m.levels[id]

		for _, row := range m.rows {
			if row.module == id && row.run != run && row.ends > since {
				level.Reserved += row.units
				level.Holders = append(level.Holders, Holder{Name: row.holder, Units: row.units, Until: row.ends})
			}
		}

		found[id] = level
	}

	return found
}

func (m *memory) Reserve(_ context.Context, claim Claim, judge func(map[string]Level) map[string]Level, granted func()) error {
	m.lock <- struct{}{}
	defer func() { <-m.lock }()

	if m.failure != nil {
		return m.failure
	}

	if m.instant()-claim.Stamp > Instant(time.Minute.Milliseconds()) {
		return &Error{Failure: FailureStale}
	}

	after := judge(m.live(claim.Run, claim.Stamp, slices.Collect(maps.Keys(claim.Adds))))
	if after == nil {
		return nil
	}

	maps.Copy(m.levels, after)

	for id, units := range claim.Adds {
		m.rows = append(m.rows, reserved{claim.Run, id, m.holder, units, m.instant() + Instant(m.ttl.Milliseconds())})
	}

	granted()

	return nil
}

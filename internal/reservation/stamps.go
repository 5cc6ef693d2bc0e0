package reservation

import (
	"context"
	"slices"
	"sync"
	"time"
)

const (
	// stampAge is how long a stamp is used. An older stamp is safe too, but counts reservations that have ended since.
	stampAge = time.Second
	// stampLife is how long a stamp is kept. No reading takes longer.
	stampLife = 15 * time.Minute
)

// stamps finds for each reading a time of the store's clock before the reading began. QCC can have counted an order only in readings that
// began later, so a reservation that ended before such a time has had its time to be counted.
type stamps struct {
	store Store

	mu  sync.Mutex
	all []stamp
}

// stamp is a time of the store's clock, and when this machine received it.
type stamp struct {
	instant  Instant
	received time.Time
}

// read returns a reading, and a time of the store before it began; 0 without a store.
func (s *stamps) read(ctx context.Context, after time.Time, read Read) (Reading, Instant, error) {
	for {
		if s.store != nil {
			if err := s.refresh(ctx); err != nil {
				return Reading{}, 0, err
			}
		}

		reading, err := read(ctx, after)
		if err != nil || s.store == nil {
			return reading, 0, err
		}

		if stamp, found := s.before(reading.Began); found {
			return reading, stamp.instant, nil
		}

		after = time.Now() // The reading is shared, and began before the first stamp.
	}
}

// refresh asks the store for its time, unless a stamp is new enough.
func (s *stamps) refresh(ctx context.Context) error {
	if newest, found := s.before(time.Now()); found && time.Since(newest.received) < stampAge {
		return nil
	}

	instant, err := s.store.Clock(ctx)
	if err != nil {
		return err
	}

	s.mu.Lock()
	defer s.mu.Unlock()

	s.all = slices.DeleteFunc(s.all, func(old stamp) bool { return time.Since(old.received) > stampLife })
	s.all = append(s.all, stamp{instant: instant, received: time.Now()})

	return nil
}

// before returns the newest stamp that was received before a time, or at it.
func (s *stamps) before(began time.Time) (newest stamp, found bool) {
	s.mu.Lock()
	defer s.mu.Unlock()

	for _, stamp := range slices.Backward(s.all) {
		if !stamp.received.After(began) {
			return stamp, true
		}
	}

	return stamp{}, false
}

// forget removes all stamps, because they are too old for the store.
func (s *stamps) forget() {
	s.mu.Lock()
	defer s.mu.Unlock()

	s.all = nil
}

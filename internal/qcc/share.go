package qcc

import (
	"context"
	"sync"
	"time"
)

const (
	// gatherTime is how long a batch waits for one more read while no other batch is under way. Terraform starts its reads one after the
	// other. The first read of a process waits for loneTime only, because most plans have no other.
	gatherTime = 10 * time.Millisecond
	loneTime   = 4 * time.Millisecond
	// usualReads is Terraform's default parallelism. When so many reads wait, Terraform starts no more.
	usualReads = 10
	// longestGather is how long a batch waits at the most, for more reads or for a batch under way to return. A request that hangs must
	// not hold up later reads.
	longestGather = 250 * time.Millisecond
)

// sharer lets reads that wait together share one answer. Each read says how old its answer may be. It joins the batch that left last only
// if that batch left after the named time, and else a batch that has not left yet.
type sharer[T any] struct {
	// read gets the answer for a batch whose oldest read began at the given time. Its context ends when no read waits any more.
	read func(ctx context.Context, began time.Time) (T, error)

	mu sync.Mutex
	// gathering is the batch that new reads join; nil if there is none.
	gathering *batch[T]
	// latest is the batch that left last; nil if none has left, or if it was given up.
	latest *batch[T]
	// underWay counts the batches that have left and have no answer yet.
	underWay int
	// hasLeft reports whether any batch has left so far.
	hasLeft bool
}

// batch is a number of reads that get the same answer.
type batch[T any] struct {
	// began is when the oldest of the reads began.
	began time.Time
	// waiting counts the reads that still wait.
	waiting int

	// departure starts the batch on its way.
	departure *time.Timer
	// left is when the batch left; zero if it has not.
	left time.Time
	// cancel ends the way of the batch; nil as long as it has not left.
	cancel context.CancelFunc

	// done is closed when answer and err are there.
	done   chan struct{}
	answer T
	err    error
}

// do returns the answer of a batch that leaves after a time, and when that batch left. It returns the context's error as soon as the
// context ends. The batch has the values of the context of one of its reads, and the cancellation of none.
func (s *sharer[T]) do(ctx context.Context, after time.Time) (T, time.Time, error) {
	b := s.join(ctx, after)

	select {
	case <-b.done:
		return b.answer, b.left, b.err
	case <-ctx.Done():
		s.leave(b)

		var none T

		return none, time.Time{}, ctx.Err()
	}
}

func (s *sharer[T]) join(ctx context.Context, after time.Time) *batch[T] {
	s.mu.Lock()
	defer s.mu.Unlock()

	if s.latest != nil && s.latest.left.After(after) {
		s.latest.waiting++

		return s.latest
	}

	if s.gathering == nil {
		b := &batch[T]{began: time.Now(), done: make(chan struct{})}
		b.departure = time.AfterFunc(longestGather, func() { s.depart(context.WithoutCancel(ctx), b) })
		s.gathering = b
	}

	s.gathering.waiting++

	if s.underWay == 0 {
		s.departSoon()
	}

	return s.gathering
}

// departSoon lets the gathering batch leave as soon as no more reads are expected.
func (s *sharer[T]) departSoon() {
	b, wait := s.gathering, gatherTime

	switch {
	case b.waiting >= usualReads:
		wait = time.Nanosecond
	case b.waiting == 1 && !s.hasLeft:
		wait = loneTime
	}

	b.departure.Reset(min(wait, longestGather-time.Since(b.began)))
}

// leave takes a read out of its batch. A batch without reads is given up: its request is cancelled if it has left.
func (s *sharer[T]) leave(b *batch[T]) {
	s.mu.Lock()
	defer s.mu.Unlock()

	b.waiting--

	switch {
	case b.waiting > 0:
	case b.cancel != nil:
		b.cancel()

		if s.latest == b {
			s.latest = nil // Its answer would be that it was cancelled.
		}
	default:
		s.gathering = nil // And depart, which then finds another batch or none, does nothing.
	}
}

// depart sends a batch on its way, unless it was given up, and lets the next one leave soon after it has returned.
func (s *sharer[T]) depart(ctx context.Context, b *batch[T]) {
	s.mu.Lock()

	if s.gathering != b {
		s.mu.Unlock()

		return
	}

	ctx, cancel := context.WithCancel(ctx)
	defer cancel()

	s.gathering = nil
	s.latest = b
	s.hasLeft = true
	s.underWay++
	b.left = time.Now()
	b.cancel = cancel

	s.mu.Unlock()

	b.answer, b.err = s.read(ctx, b.began)
	close(b.done)

	s.mu.Lock()
	defer s.mu.Unlock()

	s.underWay--

	if s.gathering != nil {
		s.departSoon()
	}
}

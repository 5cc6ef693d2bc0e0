package qcc

import (
	"context"
	"sync"
	"time"
)

const (
	// gatherTime is how long a batch waits for one more read if no other batch is under way. It waits because Terraform starts its
	// reads one after the other. The first read of a process waits only for loneTime, because most plans have no other read.
	gatherTime = 10 * time.Millisecond
	loneTime   = 4 * time.Millisecond
	// usualReads is Terraform's default parallelism. When that many reads wait, Terraform starts no more.
	usualReads = 10
	// longestGather limits how long a batch waits for more reads or for another batch. A request without an answer must not delay later
	// reads.
	longestGather = 250 * time.Millisecond
)

// sharer lets reads that wait together share one answer. Each read states a time. If the latest batch left after that time, the read joins
// this batch. Otherwise, the read joins the next batch, which has not left yet. A batch leaves when its request starts.
type sharer[T any] struct {
	// read gets the answer for a batch whose oldest read began at the given time. Its context ends when no read of the batch waits any
	// more.
	read func(ctx context.Context, began time.Time) (T, error)

	mu sync.Mutex
	// gathering is the batch that new reads join; nil if there is none.
	gathering *batch[T]
	// latest is the batch that left last; nil if none has left, or if it was cancelled.
	latest *batch[T]
	// underWay counts the batches that have left and have no answer yet.
	underWay int
	// hasLeft reports whether any batch has left so far.
	hasLeft bool
}

// batch is a group of reads that get the same answer.
type batch[T any] struct {
	// began is when the oldest of the reads began.
	began time.Time
	// waiting counts the reads that still wait.
	waiting int

	// departure is the timer that lets the batch leave.
	departure *time.Timer
	// left is when the batch left; zero if it has not.
	left time.Time
	// cancel cancels the request of the batch; nil as long as the batch has not left.
	cancel context.CancelFunc

	// done is closed when answer and err are set.
	done   chan struct{}
	answer T
	err    error
}

// do returns the answer of a batch that left after the given time, and when it left. It returns the context's error as soon as the context
// ends. The context of the batch has the values of the context of one of its reads, but no read's cancellation.
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

// departSoon sets the timer of the gathering batch. The batch leaves when no more reads are expected.
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

// leave removes a read from its batch. If no read is left, the batch is cancelled, and its request with it.
func (s *sharer[T]) leave(b *batch[T]) {
	s.mu.Lock()
	defer s.mu.Unlock()

	b.waiting--

	switch {
	case b.waiting > 0:
	case b.cancel != nil:
		b.cancel()

		if s.latest == b {
			s.latest = nil // A read that joins it would get the error of the cancelled request.
		}
	default:
		s.gathering = nil // When the timer calls depart, it finds another batch or none, and does nothing.
	}
}

// depart lets a batch leave, unless it was cancelled, and waits for its answer. Then it lets the next batch leave soon.
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

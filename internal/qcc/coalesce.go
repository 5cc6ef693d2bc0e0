package qcc

import (
	"context"
	"sync"
	"time"
)

const (
	// gatherTime is how long a batch waits for one more read if no other batch is in flight. It waits because Terraform starts its
	// reads one after the other. The first read of a process waits only for loneTime, because most plans have no other read.
	gatherTime = 10 * time.Millisecond
	loneTime   = 4 * time.Millisecond
	// usualReads is Terraform's default parallelism. When that many reads wait, Terraform starts no more.
	usualReads = 10
	// longestGather limits how long a batch waits for more reads or for another batch. A request without an answer must not delay later
	// reads.
	longestGather = 250 * time.Millisecond
)

// coalescer lets reads that wait together share one answer. Each read states a time. If the latest batch was sent after that time, the read
// joins this batch. Otherwise, the read joins the pending batch, which is still to be sent.
type coalescer[T any] struct {
	// read gets the answer for a batch whose oldest read began at the given time. Its context ends when no read of the batch waits any
	// more.
	read func(ctx context.Context, began time.Time) (T, error)

	mu sync.Mutex
	// pending is the batch that new reads join; nil if there is none.
	pending *batch[T]
	// latest is the batch that was sent last; nil if none was sent, or if it was cancelled.
	latest *batch[T]
	// inFlight counts the batches that were sent and have no answer yet.
	inFlight int
	// hasSent reports whether any batch was sent so far.
	hasSent bool
}

// batch is a group of reads that get the same answer.
type batch[T any] struct {
	// began is when the oldest of the reads began.
	began time.Time
	// waiting counts the reads that still wait.
	waiting int

	// timer sends the batch.
	timer *time.Timer
	// sent is when the batch was sent; zero if it is pending.
	sent time.Time
	// cancel cancels the request of the batch; nil as long as the batch is pending.
	cancel context.CancelFunc

	// done is closed when answer and err are set.
	done   chan struct{}
	answer T
	err    error
}

// do returns the answer of a batch that was sent after the given time, and when it was sent. It returns the context's error as soon as the
// context ends. The context of the batch has the values of the context of one of its reads, but no read's cancellation.
func (c *coalescer[T]) do(ctx context.Context, after time.Time) (T, time.Time, error) {
	b := c.join(ctx, after)

	select {
	case <-b.done:
		return b.answer, b.sent, b.err
	case <-ctx.Done():
		c.abandon(b)

		var none T

		return none, time.Time{}, ctx.Err()
	}
}

// join adds a read to a batch.
func (c *coalescer[T]) join(ctx context.Context, after time.Time) *batch[T] {
	c.mu.Lock()
	defer c.mu.Unlock()

	if c.latest != nil && c.latest.sent.After(after) {
		c.latest.waiting++

		return c.latest
	}

	if c.pending == nil {
		b := &batch[T]{began: time.Now(), done: make(chan struct{})}
		b.timer = time.AfterFunc(longestGather, func() { c.send(context.WithoutCancel(ctx), b) })
		c.pending = b
	}

	c.pending.waiting++

	if c.inFlight == 0 {
		c.sendSoon()
	}

	return c.pending
}

// sendSoon sets the timer of the pending batch to when no more reads are expected.
func (c *coalescer[T]) sendSoon() {
	b, wait := c.pending, gatherTime

	switch {
	case b.waiting >= usualReads:
		wait = time.Nanosecond
	case b.waiting == 1 && !c.hasSent:
		wait = loneTime
	}

	b.timer.Reset(min(wait, longestGather-time.Since(b.began)))
}

// abandon removes a read from its batch. If it was the last one, the batch is cancelled, and its request with it.
func (c *coalescer[T]) abandon(b *batch[T]) {
	c.mu.Lock()
	defer c.mu.Unlock()

	b.waiting--

	switch {
	case b.waiting > 0:
	case b.cancel != nil:
		b.cancel()

		if c.latest == b {
			c.latest = nil // A read that joins it would get the error of the cancelled request.
		}
	default:
		c.pending = nil // When the timer calls send, it finds another batch or none, and does nothing.
	}
}

// send sends a batch, unless it was cancelled, and waits for its answer. Then it sends the pending batch soon.
func (c *coalescer[T]) send(ctx context.Context, b *batch[T]) {
	c.mu.Lock()

	if c.pending != b {
		c.mu.Unlock()

		return
	}

	ctx, cancel := context.WithCancel(ctx)
	defer cancel()

	c.pending = nil
	c.latest = b
	c.hasSent = true
	c.inFlight++
	b.sent = time.Now()
	b.cancel = cancel

	c.mu.Unlock()

	b.answer, b.err = c.read(ctx, b.began)
	close(b.done)

	c.mu.Lock()
	defer c.mu.Unlock()

	c.inFlight--

	if c.pending != nil {
		c.sendSoon()
	}
}

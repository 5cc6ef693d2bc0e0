package qcc

import (
	"context"
	"errors"
	"time"
)

// Attempt describes one request. It holds no secret.
type Attempt struct {
	// Number counts the requests of one read, from 1.
	Number int
	// Elapsed is how long the request and its answer took.
	Elapsed time.Duration
	// HTTPStatus is 0 if there was no answer.
	HTTPStatus int
	// Code is the service's status code; 0 if the answer held none.
	Code int
	// Wait is how long the read waits before its next attempt; 0 if it does not wait, or if there is no next attempt.
	Wait time.Duration
}

// Quota reads the quota from the service. It never returns an answer to a request that began before the call. Calls that wait together
// share requests. Quota returns within Config.Timeout, and at once when ctx ends. An error is a *ReadError.
//
// After a failed read, later calls may return the same error without a request. After a refusal (ClassRefused) they always do. After
// another failure they do so for five seconds, or until ReadError.NotBefore if that is later. A call whose context has ended does not
// count as a failed read.
//
// Source: interface document, section 6.2.1.
func (c *Client) Quota(ctx context.Context) (Quota, error) {
	quota, _, err := c.QuotaSince(ctx, time.Now())

	return quota, err
}

// QuotaSince is like Quota, but may also return an earlier answer. The read of that answer must have begun after the given time. The
// result began is when the read of the answer began; it is the zero time if there is no answer. The given time must be from time.Now,
// because the comparison uses its monotonic clock.
func (c *Client) QuotaSince(ctx context.Context, after time.Time) (quota Quota, began time.Time, err error) {
	if failed := c.memory.failure(); failed != nil {
		return Quota{}, time.Time{}, failed
	}

	quota, began, err = c.reads.do(ctx, after)

	var failed *ReadError
	if err != nil && !errors.As(err, &failed) {
		err = &ReadError{Err: err} // The caller's context has ended.
	}

	return quota, began, err
}

// read reads the quota for a batch whose oldest read began at the given time. It retries if that may help, until MaxRetries or Timeout is
// used up. It does not begin a wait that would end after the timeout.
func (c *Client) read(ctx context.Context, began time.Time) (Quota, error) {
	if failed := c.memory.failure(); failed != nil { // Another read failed while this batch waited for more reads.
		return Quota{}, failed
	}

	deadline := began.Add(c.config.Timeout)
	attempt := Attempt{}

	for retries := 0; ; retries++ {
		if err := c.awaitTurn(ctx, attempt, deadline); err != nil {
			return Quota{}, err
		}

		sent := time.Now()
		exchanging, cancel := context.WithDeadline(ctx, c.exchangeDeadline(deadline, retries))
		quota, err := c.exchange(exchanging, &attempt)

		cancel()

		if err == nil {
			c.memory.succeed(sent)
			c.report(ctx, attempt)

			return quota, nil
		}

		if ctx.Err() != nil { // No read waits for the answer any more.
			c.report(ctx, attempt)

			return Quota{}, ctx.Err()
		}

		c.memory.pauseFor(reactionTo(err).pause, err)

		wait, end := c.next(err, deadline, retries)
		attempt.Wait = wait
		c.report(ctx, attempt)

		if wait == 0 {
			return Quota{}, c.fail(err, attempt.Number, end, sent)
		}

		if !sleep(ctx, wait) {
			return Quota{}, ctx.Err()
		}
	}
}

// awaitTurn waits until the service's pause ends. The pause applies to all reads, whichever read the service asked. An error ends the read.
func (c *Client) awaitTurn(ctx context.Context, attempt Attempt, deadline time.Time) error {
	for pause, failure := c.memory.pauseLeft(); pause > 0; pause, failure = c.memory.pauseLeft() {
		left := time.Until(deadline)

		wait := afterPause(pause, left)
		if wait >= left {
			return c.fail(failure, attempt.Number, EndNoRoom, time.Time{})
		}

		if !sleep(ctx, wait) {
			return ctx.Err()
		}
	}

	if refused := c.memory.refusal(); refused != nil { // The service refused another read while this one waited.
		return refused
	}

	return nil
}

// fail returns the error of a read whose last attempt failed, and stores it for later reads.
func (c *Client) fail(err error, attempts int, end End, sent time.Time) *ReadError {
	reaction := reactionTo(err)

	var notBefore time.Time
	if left, _ := c.memory.pauseLeft(); left > 0 && reaction.transient {
		notBefore = time.Now().Add(left)
	}

	failed := &ReadError{Err: err, Attempts: attempts, End: end, Timeout: c.config.Timeout, NotBefore: notBefore, sent: sent}
	c.memory.remember(failed, reaction.forGood)

	return failed
}

func (c *Client) report(ctx context.Context, attempt Attempt) {
	if c.config.OnAttempt != nil {
		c.config.OnAttempt(ctx, attempt)
	}
}

// sleep waits. It returns false as soon as the context ends.
func sleep(ctx context.Context, wait time.Duration) bool {
	if wait <= 0 {
		return ctx.Err() == nil
	}

	select {
	case <-time.After(wait):
		return true
	case <-ctx.Done():
		return false
	}
}

package qcc

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"
)

const (
	// attemptsPerBudget is how many attempts that hang fit into the budget of a read.
	attemptsPerBudget = 4
	// firstWait and longestWait bound the average wait before a retry. It doubles each time, and each single wait is anything between
	// nothing and twice the average.
	firstWait   = 500 * time.Millisecond
	longestWait = 5 * time.Second
)

// Attempt is what can be told of one request.
type Attempt struct {
	// Number counts the requests of one read, from 1.
	Number int
	// Elapsed is how long the request took, its answer included.
	Elapsed time.Duration
	// HTTPStatus is 0 if no answer came.
	HTTPStatus int
	// Code is the service's status code, 0 if the answer held none.
	Code int
	// Wait is how long the read waits before its next attempt; 0 if it does not wait, or makes none.
	Wait time.Duration
}

// read asks the service for a batch of reads, the oldest of which began at the given time. It retries as long as that may help, and as
// the retries and the time suffice. A wait that does not fit into the time is not begun.
func (c *Client) read(ctx context.Context, began time.Time) (Quota, error) {
	if failed := c.lesson.failure(); failed != nil { // Another read failed while this batch gathered.
		return Quota{}, failed
	}

	deadline := began.Add(c.config.Timeout)
	attempt := Attempt{}

	wait, err := c.lesson.wait()
	if wait > 0 { // Those that wait for the same moment do not all ask in it.
		wait += randomWait(0)
	}

	for retries := 0; ; retries++ {
		if wait > 0 && wait >= time.Until(deadline) {
			return Quota{}, c.fail(ctx, &ReadError{Err: err, Attempts: attempt.Number, End: EndNoRoom})
		}

		if !sleep(ctx, wait) {
			return Quota{}, ctx.Err()
		}

		if refused := c.lesson.refusal(); refused != nil { // Of another read, while this one waited.
			return Quota{}, refused
		}

		var quota Quota

		quota, err = c.try(ctx, &attempt, c.attemptDeadline(deadline, retries))
		if err == nil {
			c.report(ctx, attempt)

			return quota, nil
		}

		c.lesson.pauseFor(retryAfter(err), err)
		wait = c.waitBefore(retries)

		if end, ended := c.endAfter(err, deadline, retries, wait); ended {
			c.report(ctx, attempt)

			return Quota{}, c.fail(ctx, &ReadError{Err: err, Attempts: attempt.Number, End: end})
		}

		attempt.Wait = wait
		c.report(ctx, attempt)
	}
}

// attemptDeadline returns when an attempt must end. One that is not the last leaves time for another.
func (c *Client) attemptDeadline(deadline time.Time, retries int) time.Time {
	if early := time.Now().Add(c.config.Timeout / attemptsPerBudget); retries < c.config.MaxRetries && early.Before(deadline) {
		return early
	}

	return deadline
}

// waitBefore returns how long to wait before the retry that follows so many others: at random, or longer if the service asks for it.
func (c *Client) waitBefore(retries int) time.Duration {
	asked, _ := c.lesson.wait()

	return max(randomWait(retries), asked)
}

// randomWait returns a wait that on average doubles with each retry.
func randomWait(retries int) time.Duration {
	average := min(firstWait<<retries, longestWait)

	return rand.N(2*average) + 1 //nolint:gosec // Nobody gains from guessing it.
}

// endAfter tells whether a failure ends the read, and why.
func (c *Client) endAfter(err error, deadline time.Time, retries int, wait time.Duration) (End, bool) {
	left := time.Until(deadline)

	switch {
	case !isTransient(err):
		return EndFinal, true
	case left <= 0:
		return EndTimeout, true
	case retries == c.config.MaxRetries:
		return EndRetries, true
	case wait >= left:
		return EndNoRoom, true
	default:
		return 0, false
	}
}

// fail completes the error of a read. Reads that follow learn from it, unless this one only failed because nobody waits for it.
func (c *Client) fail(ctx context.Context, failed *ReadError) error {
	failed.Timeout = c.config.Timeout

	if wait, _ := c.lesson.wait(); wait > 0 && isTransient(failed.Err) {
		failed.NotBefore = time.Now().Add(wait)
	}

	status, ok := errors.AsType[*StatusError](failed.Err)
	if ctx.Err() == nil {
		c.lesson.learn(failed, ok && status.Status.Class == ClassRefused)
	}

	return failed
}

// try makes one attempt.
func (c *Client) try(ctx context.Context, attempt *Attempt, deadline time.Time) (Quota, error) {
	ctx, cancel := context.WithDeadline(ctx, deadline)
	defer cancel()

	return c.exchange(ctx, attempt)
}

func (c *Client) report(ctx context.Context, attempt Attempt) {
	if c.config.OnAttempt != nil {
		c.config.OnAttempt(ctx, attempt)
	}
}

// sleep waits, and tells whether the context still goes on.
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

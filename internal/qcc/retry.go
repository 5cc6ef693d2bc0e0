package qcc

import (
	"math/rand/v2"
	"time"
)

const (
	// ExchangesPerTimeout is how many exchanges without an answer fit into the timeout of a read.
	ExchangesPerTimeout = 4
	// firstWait and longestWait are the smallest and the largest average wait before a retry. The average doubles with each retry. A single
	// wait is random, between 0 and twice the average.
	firstWait   = 500 * time.Millisecond
	longestWait = 5 * time.Second
)

// exchangeDeadline returns when an exchange must end. The last exchange may use the rest of the timeout. Each earlier one may use a
// quarter of the timeout, or the rest if that is less.
func (c *Client) exchangeDeadline(deadline time.Time, retries int) time.Time {
	if early := time.Now().Add(c.config.Timeout / ExchangesPerTimeout); retries < c.config.MaxRetries && early.Before(deadline) {
		return early
	}

	return deadline
}

// next returns the wait between a failure and the next attempt. If there is no next attempt, it returns 0 and the reason.
func (c *Client) next(err error, deadline time.Time, retries int) (time.Duration, End) {
	left := time.Until(deadline)

	switch {
	case !reactionTo(err).transient:
		return 0, EndFinal
	case left <= 0:
		return 0, EndTimeout
	case retries == c.config.MaxRetries:
		return 0, EndRetries
	}

	wait := max(1, min(randomWait(retries), left/2)) // At most half of the rest, so that a random wait never uses up the timeout.
	if pause, _ := c.memory.pauseLeft(); pause > 0 {
		wait = max(wait, afterPause(pause, left))
	}

	if wait >= left {
		return 0, EndNoRoom
	}

	return wait, EndFinal
}

// afterPause returns a random wait that ends after the pause that the service asked for. It is random so that clients do not send their
// requests at the same moment. If the pause is less than the rest of the timeout (left), so is the wait.
func afterPause(pause, left time.Duration) time.Duration {
	spare := min(2*firstWait, left-pause)
	if spare <= 0 {
		return pause
	}

	return pause + rand.N(spare) //nolint:gosec // The wait need not be unpredictable.
}

// randomWait returns the wait before the next retry, after the given number of retries. It is never 0.
func randomWait(retries int) time.Duration {
	average := min(firstWait<<retries, longestWait)

	return rand.N(2*average) + 1 //nolint:gosec // The wait need not be unpredictable.
}

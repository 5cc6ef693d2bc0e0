package qcc

import (
	"errors"
	"math/rand/v2"
	"net/http"
	"time"
)

const (
	// ExchangesPerTimeout is how many exchanges that hang fit into the timeout of a read.
	ExchangesPerTimeout = 4
	// firstWait and longestWait bound the average wait before a retry. The average doubles with each retry. Each single wait is anything
	// between nothing and twice the average.
	firstWait   = 500 * time.Millisecond
	longestWait = 5 * time.Second
)

// exchangeDeadline returns when an exchange must end. One before the last gets a quarter of the timeout, or what is left of it.
func (c *Client) exchangeDeadline(deadline time.Time, retries int) time.Time {
	if early := time.Now().Add(c.config.Timeout / ExchangesPerTimeout); retries < c.config.MaxRetries && early.Before(deadline) {
		return early
	}

	return deadline
}

// next returns how long to wait after a failure before the next attempt; 0 with the reason if there is none.
func (c *Client) next(err error, deadline time.Time, retries int) (time.Duration, End) {
	left := time.Until(deadline)

	switch {
	case !isTransient(err):
		return 0, EndFinal
	case left <= 0:
		return 0, EndTimeout
	case retries == c.config.MaxRetries:
		return 0, EndRetries
	}

	wait := max(1, min(randomWait(retries), left/2)) // So that the wait itself never ends a read.
	if pause, _ := c.memory.pauseLeft(); pause > 0 {
		wait = max(wait, afterPause(pause, left))
	}

	if wait >= left {
		return 0, EndNoRoom
	}

	return wait, EndFinal
}

// afterPause returns a wait that ends at random after a pause for which the service asked, so that not all clients send their requests in the
// same moment. It is less than the time that is left, unless the pause is not.
func afterPause(pause, left time.Duration) time.Duration {
	spare := min(2*firstWait, left-pause)
	if spare <= 0 {
		return pause
	}

	return pause + rand.N(spare) //nolint:gosec // Nobody gains from guessing it.
}

// randomWait returns the wait before the retry that follows so many others. It is never 0.
func randomWait(retries int) time.Duration {
	average := min(firstWait<<retries, longestWait)

	return rand.N(2*average) + 1 //nolint:gosec // Nobody gains from guessing it.
}

// retryAfter returns how long the service asked to wait; 0 if it did not ask, or if a retry does not help.
func retryAfter(err error) time.Duration {
	if !isTransient(err) {
		return 0
	}

	if status, ok := errors.AsType[*StatusError](err); ok {
		return status.RetryAfter
	}

	if response, ok := errors.AsType[*HTTPError](err); ok {
		return response.RetryAfter
	}

	return 0
}

// isTransient reports whether a retry may help after the failure of an attempt.
func isTransient(err error) bool {
	if status, ok := errors.AsType[*StatusError](err); ok {
		return status.Status.Class == ClassTransient
	}

	if response, ok := errors.AsType[*HTTPError](err); ok {
		return response.Transient()
	}

	transport, ok := errors.AsType[*TransportError](err)

	return ok && transport.Transient
}

// TransientHTTP reports whether a retry may help after an HTTP status.
func TransientHTTP(statusCode int) bool {
	switch statusCode {
	case http.StatusRequestTimeout, http.StatusTooEarly, http.StatusTooManyRequests:
		return true
	default:
		return statusCode >= http.StatusInternalServerError
	}
}

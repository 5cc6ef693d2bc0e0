package qcc

import (
	"sync"
	"time"
)

// failureHolds is how long later reads return the error of a failed read without a request. Terraform starts its reads in waves, and each
// wave would otherwise send requests to a service that is down. A gate that is judged later in an apply sends a request again.
const failureHolds = 5 * time.Second

// memory holds the failures that a client remembers. The zero value holds none.
type memory struct {
	mu sync.Mutex
	// failed is the error that later reads return; nil if no read has failed.
	failed *ReadError
	// forGood reports whether all later reads return failed. If it is false, only reads before the time until do.
	forGood bool
	until   time.Time

	// succeeded is when the newest successful exchange began; zero if there was none.
	succeeded time.Time

	// pause is the error of the answer that asked for a pause; nil if no answer did. pausedTo is when the pause ends. Of several pauses, the
	// client stores the one that ends last.
	pause    error
	pausedTo time.Time
}

// failure returns the remembered error for a read that begins now; nil if the read must send a request.
func (m *memory) failure() *ReadError {
	m.mu.Lock()
	defer m.mu.Unlock()

	if m.forGood || time.Now().Before(m.until) {
		return m.failed
	}

	return nil
}

// refusal returns the error of a permanent refusal; nil if there was none. A refusal also ends reads that began before it.
func (m *memory) refusal() *ReadError {
	m.mu.Lock()
	defer m.mu.Unlock()

	if m.forGood {
		return m.failed
	}

	return nil
}

// pauseLeft returns how long the service's pause still lasts, and the error that asked for it. The time is 0 or negative if there is no
// pause.
func (m *memory) pauseLeft() (time.Duration, error) {
	m.mu.Lock()
	defer m.mu.Unlock()

	return time.Until(m.pausedTo), m.pause
}

// pauseFor stores a pause that the service asked for, and the error that asked for it. A pause that ends earlier than the stored one has
// no effect.
func (m *memory) pauseFor(wait time.Duration, failure error) {
	m.mu.Lock()
	defer m.mu.Unlock()

	if to := time.Now().Add(wait); wait > 0 && to.After(m.pausedTo) {
		m.pausedTo, m.pause = to, failure
	}
}

// succeed stores when a successful exchange began.
func (m *memory) succeed(sent time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()

	if sent.After(m.succeeded) {
		m.succeeded = sent
	}
}

// remember stores the error of a read, unless the stored error lasts longer. It does not store an error if a newer exchange succeeded.
func (m *memory) remember(failed *ReadError, forGood bool) {
	m.mu.Lock()
	defer m.mu.Unlock()

	if !forGood && failed.NotBefore.IsZero() && failed.sent.Before(m.succeeded) {
		return
	}

	until := time.Now().Add(failureHolds)
	if failed.NotBefore.After(until) {
		until = failed.NotBefore
	}

	if !m.forGood && (forGood || until.After(m.until)) {
		m.failed, m.forGood, m.until = failed, forGood, until
	}
}

package qcc

import (
	"sync"
	"time"
)

// failureHolds is how long a failed read answers those that begin after it. Terraform starts its reads in waves, each of which would
// otherwise send requests to a service that is down. A gate late in an apply sends its own.
const failureHolds = 5 * time.Second

// memory holds the failures that a client remembers. The zero value holds none.
type memory struct {
	mu sync.Mutex
	// failed is the error that answers later reads; nil if no read has failed.
	failed *ReadError
	// forGood reports whether failed answers reads for the life of the client. Otherwise it does so until a time.
	forGood bool
	until   time.Time

	// succeeded is when the newest exchange that brought the quota began; zero if there was none.
	succeeded time.Time

	// pause is the failure of the attempt after which the service asked for the longest pause; nil if it never asked for one.
	pause    error
	pausedTo time.Time
}

// failure returns the error that answers a read which begins now; nil if the read must send a request.
func (m *memory) failure() *ReadError {
	m.mu.Lock()
	defer m.mu.Unlock()

	if m.forGood || time.Now().Before(m.until) {
		return m.failed
	}

	return nil
}

// refusal returns the error of a permanent refusal; nil if there was none. It also ends reads that began before it.
func (m *memory) refusal() *ReadError {
	m.mu.Lock()
	defer m.mu.Unlock()

	if m.forGood {
		return m.failed
	}

	return nil
}

// pauseLeft returns how long the service still wants no request, and the failure with which it said so; 0 or less if it accepts one now.
func (m *memory) pauseLeft() (time.Duration, error) {
	m.mu.Lock()
	defer m.mu.Unlock()

	return time.Until(m.pausedTo), m.pause
}

// pauseFor remembers that the service wants no request for some time.
func (m *memory) pauseFor(wait time.Duration, failure error) {
	m.mu.Lock()
	defer m.mu.Unlock()

	if to := time.Now().Add(wait); wait > 0 && to.After(m.pausedTo) {
		m.pausedTo, m.pause = to, failure
	}
}

// succeed notes that an exchange which began at a time brought the quota.
func (m *memory) succeed(sent time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()

	if sent.After(m.succeeded) {
		m.succeeded = sent
	}
}

// remember keeps the error of a read, unless it keeps one that holds longer. It does not keep one that a newer success makes obsolete.
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

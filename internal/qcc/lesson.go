package qcc

import (
	"sync"
	"time"
)

// failureHolds is how long a failed read answers those that begin after it. Terraform starts its reads in waves, each of which would
// otherwise ask a service that is down. A gate late in an apply asks anew.
const failureHolds = 5 * time.Second

// lesson is what a client has learnt from failures. The zero value is nothing.
type lesson struct {
	mu sync.Mutex
	// failed is the error of a read that answers others; nil if none has failed.
	failed *ReadError
	// forGood tells whether it does so for the life of the client. Otherwise it does until a time.
	forGood bool
	until   time.Time

	// pause is the failure of an attempt after which the service wants no request for some time; nil if it never asked for that.
	pause    error
	pausedTo time.Time
}

// failure returns the error that answers a read which begins now; nil if the read must ask.
func (l *lesson) failure() *ReadError {
	l.mu.Lock()
	defer l.mu.Unlock()

	if l.forGood || time.Now().Before(l.until) {
		return l.failed
	}

	return nil
}

// refusal returns the error of a refusal; nil if there was none. It also ends reads that began before it.
func (l *lesson) refusal() *ReadError {
	l.mu.Lock()
	defer l.mu.Unlock()

	if l.forGood {
		return l.failed
	}

	return nil
}

// wait returns how long the service wants no request, and the failure that said so; 0 or less if it takes one now.
func (l *lesson) wait() (time.Duration, error) {
	l.mu.Lock()
	defer l.mu.Unlock()

	return time.Until(l.pausedTo), l.pause
}

// pauseFor notes that the service wants no request for some time.
func (l *lesson) pauseFor(wait time.Duration, failure error) {
	l.mu.Lock()
	defer l.mu.Unlock()

	if to := time.Now().Add(wait); to.After(l.pausedTo) {
		l.pausedTo, l.pause = to, failure
	}
}

// learn notes how a read failed. A refusal is not forgotten.
func (l *lesson) learn(failed *ReadError, refused bool) {
	l.mu.Lock()
	defer l.mu.Unlock()

	if l.forGood {
		return
	}

	until := time.Now().Add(failureHolds)
	if failed.NotBefore.After(until) {
		until = failed.NotBefore
	}

	if refused || until.After(l.until) {
		l.failed, l.forGood, l.until = failed, refused, until
	}
}

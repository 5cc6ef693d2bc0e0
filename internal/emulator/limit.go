package emulator

import (
	"cmp"
	"context"
	"time"
)

// limits holds what Behavior.Concurrent and Behavior.LockAfter count.
type limits struct {
	// underWay is the number of admitted queries without an answer.
	underWay int
	// refused holds the time of each query that was refused within the last minute. It is empty if LockAfter is 0.
	refused []time.Time
	locked  bool
}

// Locked reports whether the account is locked because of Behavior.LockAfter.
func (e *Emulator) Locked() bool {
	e.mu.Lock()
	defer e.mu.Unlock()

	return e.limits.locked
}

// admit returns the status code for a query, and whether the emulator admits it. Both depend on how many queries are under way, and on how
// many were refused. An admitted query is under way until work returns. The caller holds e.mu.
func (e *Emulator) admit(code int, behavior Behavior) (int, bool) {
	if e.limits.locked {
		return cmp.Or(behavior.LockCode, 106), false
	}

	admitted := behavior.Concurrent == 0 || e.limits.underWay < behavior.Concurrent
	if admitted {
		e.limits.underWay++
	} else {
		code = cmp.Or(behavior.ConcurrentCode, 122)
	}

	if _, valid := validRequests()[code]; behavior.LockAfter > 0 && !valid {
		e.refuse(behavior.LockAfter)
	}

	return code, admitted
}

// refuse counts a refused query, and locks the account if there were too many in a minute. The caller holds e.mu.
func (e *Emulator) refuse(lockAfter int) {
	now := time.Now()
	e.limits.refused = append(e.limits.refused, now)

	for now.Sub(e.limits.refused[0]) > time.Minute {
		e.limits.refused = e.limits.refused[1:]
	}

	e.limits.locked = len(e.limits.refused) >= lockAfter
}

// work waits for the delay of an answer to an admitted query. It returns false if the client has closed the connection before.
func (e *Emulator) work(ctx context.Context, delay time.Duration) bool {
	defer func() {
		e.mu.Lock()
		defer e.mu.Unlock()

		e.limits.underWay--
	}()

	if delay <= 0 {
		return true
	}

	select {
	case <-time.After(delay):
		return true
	case <-ctx.Done():
		return false
	}
}

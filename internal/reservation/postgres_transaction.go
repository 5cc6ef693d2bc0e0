package reservation

import (
	"context"
	"database/sql"
	"errors"
	"math/rand/v2"
	"time"
)

const (
	// firstWait and longestWait are the smallest and the largest average wait before a transaction is tried again. The average doubles each
	// time. A single wait is random, between 0 and twice the average, because the other runs wait for the same lock or connection.
	firstWait   = 25 * time.Millisecond
	longestWait = 2 * time.Second
	// firstWaitIfFull is firstWait for a server that is short of connections, because each attempt costs it a process.
	firstWaitIfFull = 500 * time.Millisecond
	// commitWait is how long COMMIT may take. Neither Ctrl-C nor the timeout ends it earlier, because its outcome would be unknown.
	commitWait = 5 * time.Second
)

// failureHolds is how long later calls return the error of a call that failed. Terraform judges gates in waves, and each wave would otherwise
// wait for the whole timeout.
const failureHolds = 5 * time.Second

// heldFailure is the error of calls that begin before a time.
type heldFailure struct {
	*Error

	until time.Time
}

// call runs once until it succeeds or fails for good, at most for the timeout. Calls of one store wait for each other.
func (p *Postgres) call(ctx context.Context, once func(context.Context) error) error {
	if held := p.held.Load(); held != nil && time.Now().Before(held.until) {
		return held.Error
	}

	err := p.try(ctx, once)
	if failed := new(Error); errors.As(err, &failed) {
		p.held.Store(&heldFailure{failed, time.Now().Add(failureHolds)})
	}

	return err
}

// try is call without what other calls have found.
func (p *Postgres) try(ctx context.Context, once func(context.Context) error) error {
	within, cancel := context.WithTimeout(ctx, p.config.Timeout)
	defer cancel()

	select {
	case p.turn <- struct{}{}:
	case <-within.Done():
		return p.ended(ctx, p.last.Load())
	}

	p.idle.Stop()

	defer func() {
		p.idle.Reset(keepIdle)
		<-p.turn
	}()

	var last *Error

	for retries := 0; ; retries++ {
		err := once(within)
		if err == nil || errors.Is(err, errStale) {
			p.last.Store(nil)

			return err
		}

		kind, code, again := p.failure(err)
		if within.Err() != nil {
			// The end of the time is seen as a lost connection. The failure before it says more, or else the server was slow.
			if kind == FailureLocked || kind == FailureTooManyConnections || last == nil && isDial(err) {
				last = &Error{Failure: kind, Host: p.host, Code: code}
			}

			return p.ended(ctx, last)
		}

		last = &Error{Failure: kind, Host: p.host, Code: code}
		p.last.Store(last)

		if p.full = p.full || kind == FailureTooManyConnections; !again || !pause(within, kind, retries) {
			return p.ended(ctx, last)
		}
	}
}

// ended returns the error of a call that ends without success: that of the caller's context, or the last failure.
func (p *Postgres) ended(ctx context.Context, last *Error) error {
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case last == nil:
		return &Error{Failure: FailureSlow, Host: p.host}
	}

	return last
}

// pause waits before the next try. It reports whether there is time for one.
func pause(ctx context.Context, kind Failure, retries int) bool {
	first := firstWait
	if kind == FailureTooManyConnections {
		first = firstWaitIfFull
	}

	average := min(first<<min(retries, 10), longestWait) //nolint:mnd // The limit prevents an overflow.
	timer := time.NewTimer(rand.N(2*average) + 1)        //nolint:gosec // The wait need not be unpredictable.

	defer timer.Stop()

	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// transact runs work in a transaction of its own. It commits the transaction if work returns true. An error has the step that failed.
//
// The isolation is always READ COMMITTED, because under another one a transaction would not see what was committed while it waited for the
// lock.
func (p *Postgres) transact(ctx context.Context, readOnly bool, work func(*sql.Tx) (bool, error)) error {
	stop := p.dialer.cutAfter(ctx)
	defer stop()

	conn, err := p.db.Conn(ctx)
	if err != nil {
		return in(stepConnect, err)
	}
	defer conn.Close() //nolint:errcheck // It only returns the connection to the pool.

	// The transaction's own context does not end, because COMMIT must not end with it. The statements end with ctx.
	tx, err := conn.BeginTx(context.WithoutCancel(ctx), &sql.TxOptions{Isolation: sql.LevelReadCommitted, ReadOnly: readOnly})
	if err != nil {
		return in(stepBegin, err)
	}
	defer tx.Rollback() //nolint:errcheck // After a COMMIT it does nothing.

	commit, err := work(tx)
	if err != nil || !commit {
		return err
	}

	stop()

	late := time.AfterFunc(commitWait, p.dialer.cut)
	defer late.Stop()

	return in(stepCommit, tx.Commit())
}

package reservation

import (
	"context"
	"database/sql"
)

// attempt reserves one claim, in one or several transactions.
type attempt struct {
	store *Postgres
	// id is random. A claim keeps it in all its transactions.
	id    string
	claim Claim
	judge func(map[string]Level) map[string]Level
	// stored reports whether the last transaction stored the claim, and unknown whether a COMMIT before it could have.
	stored  bool
	unknown bool
}

// once judges and stores the claim in one transaction.
func (a *attempt) once(ctx context.Context) error {
	err := a.store.transact(ctx, false, func(tx *sql.Tx) (bool, error) { return a.reserve(ctx, tx) })
	a.unknown = a.unknown || outcomeUnknown(err)

	return err
}

// reserve locks the account, and judges and stores the claim. It reports whether the transaction has something to commit.
func (a *attempt) reserve(ctx context.Context, tx *sql.Tx) (bool, error) {
	a.stored = false

	if err := a.store.lock(ctx, tx); err != nil {
		return false, err
	}

	if a.unknown { // Whoever has the lock sees the outcome, because the lost transaction had it until its end.
		if err := tx.QueryRowContext(ctx, claimSQL, a.id).Scan(&a.stored); err != nil || a.stored {
			return false, err
		}

		a.unknown = false
	}

	now, levels, err := a.store.levels(ctx, tx, a.claim.Run, a.claim.Stamp, modulesOf(a.claim.Adds))
	if err != nil {
		return false, err
	}

	if now-a.claim.Stamp > Instant(oldestStamp.Milliseconds()) {
		return false, errStale
	}

	after := a.judge(levels)
	if after == nil {
		return false, nil
	}

	a.stored = true

	return true, a.store.store(ctx, tx, a.id, a.claim, now, levels, after)
}

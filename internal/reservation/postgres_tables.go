package reservation

import (
	"context"
	"database/sql"
	"errors"
	"math"
	"math/big"

	"github.com/lib/pq"
)

// mostDeleted is how many old rows one grant deletes at most, so that it stays fast.
const mostDeleted = 1000

// errNoAccount means that the account has no row that could be locked.
var errNoAccount = errors.New("the account has no row")

// lock locks the account until the end of the transaction. It returns errNoAccount if the account has no row.
//
// The server ends the transaction if this process does not continue, because it would stop all runs. COMMIT waits until the claim is on the
// disk, whatever the server's default is. The driver sends commands without parameters as one, so the account is quoted.
func (p *Postgres) lock(ctx context.Context, tx *sql.Tx) error {
	result, err := tx.ExecContext(ctx, `set local idle_in_transaction_session_timeout = '5s'; set local synchronous_commit = on; `+
		`select from qcc_account where account = `+pq.QuoteLiteral(p.config.Account)+` for update`)
	if err != nil {
		return in(stepLock, err)
	}

	rows, err := result.RowsAffected()
	if err == nil && rows == 0 {
		return errNoAccount
	}

	return err
}

// addAccount adds the account's row in a transaction of its own. Another run may have done so meanwhile.
func (p *Postgres) addAccount(ctx context.Context) error {
	err := p.transact(ctx, false, func(tx *sql.Tx) (bool, error) {
		_, err := tx.ExecContext(ctx, `insert into qcc_account (account) values ($1)`, p.config.Account)

		return true, in(stepLock, err)
	})
	if pq.As(err, "23505") != nil {
		return nil //nolint:nilerr // unique_violation: the row is there.
	}

	return err
}

// levelsSQL reads the time and the levels of modules ($2) of an account ($1), with what other runs than $3 have reserved that ends after $4.
// Numbers are read as text, because a table that somebody changed may hold others than whole ones.
const levelsSQL = `with clock as materialized (select ` + nowSQL + ` as now)
select clock.now, wanted.module, level.module is not null, level.committed::text, level.beside_until::text,
  coalesce(live.rows, 0), live.rows = live.known, live.sum::text, live.least::text
from clock cross join unnest($2::text[]) as wanted (module)
left join qcc_level level on level.account = $1 and level.module = wanted.module
left join (
  select module, count(*) as rows, count(units) as known, sum(units) as sum, min(units) as least from qcc_reservation
  where account = $1 and module = any ($2) and run <> $3 and ends > $4 group by module
) live on live.module = wanted.module`

// levels returns the time of the database and the levels of modules.
func (p *Postgres) levels(ctx context.Context, tx *sql.Tx, run string, since Instant, modules []string) (Instant, map[string]Level, error) {
	rows, err := tx.QueryContext(ctx, levelsSQL, p.config.Account, pq.Array(modules), run, since)
	if err != nil {
		return 0, nil, err
	}
	defer rows.Close() //nolint:errcheck // rows.Err has the error.

	var now Instant

	levels := make(map[string]Level, len(modules))

	for rows.Next() {
		var (
			module                        string
			stored                        bool
			committed, beside, sum, least sql.NullString
			reservations                  int64
			complete                      sql.NullBool
		)

		if err := rows.Scan(&now, &module, &stored, &committed, &beside, &reservations, &complete, &sum, &least); err != nil {
			return 0, nil, err
		}

		var level Level

		if stored {
			number, err := parseCount(committed, 0)
			until, errUntil := parseCount(beside, 0)

			if err := errors.Join(err, errUntil); err != nil {
				return 0, nil, err
			}

			level.Committed, level.Beside = &number, Instant(until) > now
		}

		if reservations > 0 {
			_, errLeast := parseCount(least, 1)
			number, err := parseCount(sum, 1)

			if err := errors.Join(err, errLeast); err != nil || !complete.Bool {
				return 0, nil, errUnreadable
			}

			level.Reserved = number
		}

		levels[module] = level
	}

	return now, levels, rows.Err()
}

// holdersSQL reads the three largest holders of each module. Its parameters are those of levelsSQL.
const holdersSQL = `select module, holder, units::text, until::text from (
  select module, holder, sum(units) as units, max(ends) as until, row_number() over (partition by module order by sum(units) desc, holder) as place
  from qcc_reservation where account = $1 and module = any ($2) and run <> $3 and ends > $4 group by module, holder
) holders where place <= 3 order by module, place`

// addHolders adds the holders to levels with reservations.
func (p *Postgres) addHolders(ctx context.Context, tx *sql.Tx, run string, since Instant, levels map[string]Level) error {
	var held []string

	for module, level := range levels {
		if level.Reserved > 0 {
			held = append(held, module)
		}
	}

	if held == nil {
		return nil
	}

	rows, err := tx.QueryContext(ctx, holdersSQL, p.config.Account, pq.Array(held), run, since)
	if err != nil {
		return err
	}
	defer rows.Close() //nolint:errcheck // rows.Err has the error.

	for rows.Next() {
		var (
			module, holder string
			units, until   sql.NullString
		)

		if err := rows.Scan(&module, &holder, &units, &until); err != nil {
			return err
		}

		number, err := parseCount(units, 1)
		end, errEnd := parseCount(until, 1)

		if err := errors.Join(err, errEnd); err != nil {
			return err
		}

		level := levels[module]
		level.Holders = append(level.Holders, Holder{Name: holder, Units: number, Until: Instant(end)})
		levels[module] = level
	}

	return rows.Err()
}

// claimSQL reports whether a claim is stored.
const claimSQL = `select exists (select from qcc_reservation where claim = $1)`

// storeSQL stores a claim with its levels, and deletes old rows. The lock makes the test of whether a level exists safe.
const storeSQL = `with claimed as (
  select module, units, committed, beside_until
  from unnest($7::text[], $8::bigint[], $9::bigint[], $10::bigint[]) as claimed (module, units, committed, beside_until)
), reserved as (
  insert into qcc_reservation (claim, module, account, run, units, granted, ends, holder) select $1, module, $2, $3, units, $4, $5, $6 from claimed
), changed as (
  update qcc_level set committed = claimed.committed, beside_until = greatest(qcc_level.beside_until, claimed.beside_until)
  from claimed where qcc_level.account = $2 and qcc_level.module = claimed.module
), added as (
  insert into qcc_level (account, module, committed, beside_until) select $2, module, committed, beside_until
  from claimed where not exists (select from qcc_level old where old.account = $2 and old.module = claimed.module)
) delete from qcc_reservation where (claim, module) in (
  select claim, module from qcc_reservation where account = $2 and ends < $11 order by ends limit $12
)`

// store stores a claim and the levels after it. A module that is newly used beside the gates is marked for keepBeside.
func (p *Postgres) store(ctx context.Context, tx *sql.Tx, id string, claim Claim, now Instant, before, after map[string]Level) error {
	var (
		modules                 = modulesOf(claim.Adds)
		units, committed, until = make([]int64, len(modules)), make([]int64, len(modules)), make([]int64, len(modules))
	)

	for i, module := range modules {
		units[i], committed[i] = claim.Adds[module], *after[module].Committed

		if after[module].Beside && !before[module].Beside { // Otherwise, 0 keeps the stored mark.
			until[i] = int64(now) + keepBeside.Milliseconds()
		}
	}

	_, err := tx.ExecContext(ctx, storeSQL, id, p.config.Account, claim.Run, now, now+Instant(p.config.TTL.Milliseconds()), p.config.Holder,
		pq.Array(modules), pq.Array(units), pq.Array(committed), pq.Array(until), now-Instant(keepEnded.Milliseconds()), mostDeleted)

	return err
}

// parseCount reads a number of a table. A number above the largest int64 is read as that. It returns errUnreadable for what is not a whole
// number of at least least, such as NaN.
func parseCount(text sql.NullString, least int64) (int64, error) {
	number, whole := new(big.Int).SetString(text.String, 10)

	switch {
	case !text.Valid || !whole || number.Cmp(big.NewInt(least)) < 0:
		return 0, errUnreadable
	case !number.IsInt64():
		return math.MaxInt64, nil
	}

	return number.Int64(), nil
}

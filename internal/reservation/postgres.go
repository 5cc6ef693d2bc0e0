package reservation

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"sync/atomic"
	"time"

	"github.com/lib/pq"
)

// The default and the bounds of Config.TTL. The schema has the same upper bound.
const (
	DefaultTTL = time.Hour
	MinTTL     = 5 * time.Minute
	MaxTTL     = 24 * time.Hour
)

const (
	// oldestStamp is the greatest age of a reading that judges a claim.
	oldestStamp = time.Minute
	// keepEnded is how long ended rows are kept: an hour longer than any reading lives, so that each reading finds what ended after its stamp.
	keepEnded = time.Hour + 11*time.Minute
	// keepBeside is how long a module is marked as used beside the gates.
	keepBeside = 7 * 24 * time.Hour
	// keepIdle is how long an unused connection is kept for the next gate of the run. database/sql would keep it for a second at least.
	keepIdle = 250 * time.Millisecond
	// connectsPerTimeout is how many connection attempts without an answer fit into the timeout.
	connectsPerTimeout = 4
)

// errStale means that the reading is too old to judge a claim.
var errStale = errors.New("the reading is too old")

// Config is what a Postgres needs. All fields are required.
type Config struct {
	// URL is the postgres:// or postgresql:// URL of the database. It is secret.
	URL string
	// Account identifies the account whose quota the runs share. It is the result of AccountName.
	Account string
	// TTL is how long a reservation counts, between MinTTL and MaxTTL.
	TTL time.Duration
	// Holder is who reserves, for people. NewPostgres cleans it.
	Holder string
	// Timeout is how long a call may take, with all its tries.
	Timeout time.Duration
}

// Postgres is a Store in a PostgreSQL database with the tables of examples/reservations/schema.sql. It is safe for concurrent use.
type Postgres struct {
	config Config
	// host is the host and port of the server, for errors, and attributes what the server must be.
	host       string
	attributes pq.TargetSessionAttrs
	dialer     *dialer
	db         *sql.DB
	// idle calls release after keepIdle.
	idle *time.Timer
	// turn holds one value while a call runs. The call may use full, which reports whether the server was short of connections.
	turn chan struct{}
	full bool
	// last is the failure of the call that runs, or of the last one; nil if it succeeded.
	last atomic.Pointer[Error]
	// held is the failure of a call that later calls return, too; nil if there was none.
	held atomic.Pointer[heldFailure]
}

// AccountName returns the name of an account in the database: a hash, because the key itself must not be stored.
func AccountName(key string) string {
	sum := sha256.Sum256([]byte("terraform-provider-qcc reservations\x00" + key))

	return hex.EncodeToString(sum[:])
}

// NewPostgres returns a store. It makes no connection. An error is a *URLError.
func NewPostgres(config Config) (*Postgres, error) {
	settings, err := driverConfig(config.URL, config.Timeout/connectsPerTimeout)
	if err != nil {
		return nil, err
	}

	connector, err := pq.NewConnectorConfig(settings)
	if err != nil {
		return nil, &URLError{Problem: URLNone}
	}

	config.Holder = CleanHolder(config.Holder)
	store := &Postgres{
		config: config, host: hostsOf(&settings), attributes: settings.TargetSessionAttrs,
		dialer: &dialer{open: map[*connection]struct{}{}}, db: sql.OpenDB(connector), turn: make(chan struct{}, 1),
	}

	connector.Dialer(store.dialer)
	store.db.SetMaxOpenConns(1)
	store.db.SetMaxIdleConns(1)
	store.idle = time.AfterFunc(keepIdle, store.release)

	return store, nil
}

// Close closes the connection. A store that is not closed closes it after keepIdle.
func (p *Postgres) Close() error { return p.db.Close() }

// release closes the connection if no call uses it.
func (p *Postgres) release() {
	p.db.SetMaxIdleConns(-1)
	p.db.SetMaxIdleConns(1)
}

// nowSQL is the time of the database in milliseconds. It is that of the statement, not of the transaction, which may have waited for a lock.
const nowSQL = `floor(extract(epoch from clock_timestamp()) * 1000)::bigint`

// Clock implements Store. Its one command has no parameters, because a pooler need not keep the connection for a second one.
func (p *Postgres) Clock(ctx context.Context) (Instant, error) {
	var now Instant

	err := p.call(ctx, func(ctx context.Context) error {
		defer p.dialer.cutAfter(ctx)()

		conn, err := p.db.Conn(ctx)
		if err != nil {
			return in(stepConnect, err)
		}
		defer conn.Close() //nolint:errcheck // It only returns the connection to the pool.

		return conn.QueryRowContext(ctx, `select `+nowSQL).Scan(&now)
	})

	return now, err
}

// Live implements Store. It takes four commands, or five if other runs have reserved something.
func (p *Postgres) Live(ctx context.Context, run string, since Instant, modules []string) (map[string]Level, error) {
	var levels map[string]Level

	err := p.call(ctx, func(ctx context.Context) error {
		return p.transact(ctx, true, func(tx *sql.Tx) (bool, error) {
			var err error
			if _, levels, err = p.levels(ctx, tx, run, since, modules); err != nil {
				return false, err
			}

			return false, p.addHolders(ctx, tx, run, since, levels)
		})
	})
	if err != nil {
		return nil, err
	}

	return levels, nil
}

// Reserve implements Store. It takes five commands: BEGIN; the settings and the lock; the levels; the rows, the levels and the deletion of old
// rows; COMMIT. The lock and the levels are two, because one statement would not see what was committed while it waited. The driver sends
// BEGIN and COMMIT alone, and COMMIT must be alone, because only its own failure leaves the outcome open.
func (p *Postgres) Reserve(ctx context.Context, claim Claim, judge func(map[string]Level) map[string]Level, granted func()) error {
	attempt := &attempt{store: p, id: rand.Text(), claim: claim, judge: judge}

	err := p.call(ctx, func(ctx context.Context) error {
		err := attempt.once(ctx)
		for errors.Is(err, errNoAccount) {
			if err = p.addAccount(ctx); err == nil {
				err = attempt.once(ctx)
			}
		}

		if err == nil && attempt.stored {
			granted()
		}

		if p.full { // Other runs wait for the connection, and this one perhaps needs no other.
			p.release()
		}

		return err
	})
	if errors.Is(err, errStale) {
		return &Error{Failure: FailureStale, Host: p.host}
	}

	if failed := new(Error); attempt.unknown && errors.As(err, &failed) {
		return &Error{Failure: FailureUnknownOutcome, Host: failed.Host, Code: failed.Code}
	}

	return err
}

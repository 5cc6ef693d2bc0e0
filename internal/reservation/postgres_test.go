package reservation_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/qccpro/terraform-provider-qcc/internal/reservation"
	"github.com/qccpro/terraform-provider-qcc/internal/testkit"
)

const (
	module  = "10"
	another = "20"
	timeout = 60 * time.Second
)

var account = reservation.AccountName("dummy-key")

// open returns a store of its own at a URL, as one run has it.
func open(tb testing.TB, url string, timeout time.Duration) *reservation.Postgres {
	tb.Helper()

	store, err := reservation.NewPostgres(reservation.Config{
		URL: url, Account: account, TTL: time.Hour, Holder: "https://user:dummy@ci.example.com/job/7?token=dummy", Timeout: timeout,
	})
	if err != nil {
		tb.Fatal(err)
	}

	tb.Cleanup(func() { store.Close() })

	return store
}

// allow returns a judge that grants one unit up to a level, and counts what is reserved alone.
func allow(total int64) func(map[string]reservation.Level) map[string]reservation.Level {
	return func(levels map[string]reservation.Level) map[string]reservation.Level {
		var after int64 = 1
		if committed := levels[module].Committed; committed != nil {
			after += *committed
		}

		if after > total {
			return nil
		}

		return map[string]reservation.Level{module: {Committed: &after}}
	}
}

// reserve reserves a unit of the module for a run, and reports whether they were granted.
func reserve(tb testing.TB, store *reservation.Postgres, run string, judge func(map[string]reservation.Level) map[string]reservation.Level) bool {
	tb.Helper()

	granted, err := tryReserve(tb.Context(), store, run, judge)
	if err != nil {
		tb.Fatal(err)
	}

	return granted
}

func tryReserve(
	ctx context.Context, store *reservation.Postgres, run string, judge func(map[string]reservation.Level) map[string]reservation.Level,
) (granted bool, err error) {
	stamp, err := store.Clock(ctx)
	if err != nil {
		return false, err
	}

	err = store.Reserve(ctx, reservation.Claim{Run: run, Adds: map[string]int64{module: 1}, Stamp: stamp}, judge, func() { granted = true })

	return granted, err
}

// count returns the result of a query for one number.
func count(tb testing.TB, db *sql.DB, query string) (number int64) {
	tb.Helper()

	if err := db.QueryRowContext(tb.Context(), query).Scan(&number); err != nil {
		tb.Fatal(err)
	}

	return number
}

// fails checks the failure of an error.
func fails(tb testing.TB, err error, want reservation.Failure) {
	tb.Helper()

	if failed := new(reservation.Error); !errors.As(err, &failed) || failed.Failure != want {
		tb.Errorf("error %v, want %s", err, want)
	}
}

func TestTwoStoresSeeEachOthersReservations(t *testing.T) {
	t.Parallel()

	database := testkit.Postgres(t)
	one, two := open(t, database.URL(), timeout), open(t, database.URL(), timeout)

	stamp, err := one.Clock(t.Context())
	if err != nil {
		t.Fatal(err)
	}

	committed := int64(40)
	seen := []map[string]reservation.Level{}
	judge := func(levels map[string]reservation.Level) map[string]reservation.Level {
		seen = append(seen, levels)

		return map[string]reservation.Level{module: {Committed: &committed, Beside: true}, another: {Committed: &committed}}
	}
	claim := reservation.Claim{Run: "one", Adds: map[string]int64{module: 30, another: 1}, Stamp: stamp}

	for range 2 {
		if err := one.Reserve(t.Context(), claim, judge, func() {}); err != nil {
			t.Fatal(err)
		}
	}

	levels, err := two.Live(t.Context(), "two", stamp, []string{module, another, "30"})
	if err != nil {
		t.Fatal(err)
	}

	until := levels[module].Holders[0].Until
	holders := func(units int64) []reservation.Holder {
		return []reservation.Holder{{Name: "https://ci.example.com/job/7", Units: units, Until: until}}
	}
	want := map[string]reservation.Level{
		module:  {Reserved: 60, Holders: holders(60), Committed: &committed, Beside: true},
		another: {Reserved: 2, Holders: holders(2), Committed: &committed},
		"30":    {},
	}

	if diff := cmp.Diff(want, levels); diff != "" {
		t.Error(diff)
	}

	if end := int64(until - stamp); end < time.Hour.Milliseconds() || end > time.Hour.Milliseconds()+60_000 {
		t.Errorf("the reservation ends %d ms after its stamp", end)
	}

	own := map[string]reservation.Level{module: {Committed: &committed, Beside: true}, another: {Committed: &committed}}
	if diff := cmp.Diff([]map[string]reservation.Level{{module: {}, another: {}}, own}, seen); diff != "" {
		t.Errorf("what the judge saw: %s", diff)
	}

	db := database.Open(t)
	if left := count(t, db, `select sum(beside_until) from qcc_level`) - int64(stamp); left < (7*24*time.Hour).Milliseconds() ||
		left > (7*24*time.Hour).Milliseconds()+60_000 {
		t.Errorf("the mark ends after %d ms", left)
	}

	for name, secret := range map[string]string{"key": "dummy", "password": testkit.PostgresPassword} {
		if count(t, db, `select count(*) from qcc_reservation r, qcc_account a where (r::text || a::text) like '%`+secret+`%'`) != 0 {
			t.Errorf("the tables hold the %s", name)
		}
	}
}

func TestAMarkIsNotProlonged(t *testing.T) {
	t.Parallel()

	database := testkit.Postgres(t)
	store := open(t, database.URL(), timeout)
	db := database.Open(t)

	for name, test := range map[string]struct{ seconds, days int64 }{"marked": {1000, 0}, "marked long ago": {-1, 7}} {
		database.Exec(t, `delete from qcc_level; insert into qcc_account select '`+account+`' where not exists (select from qcc_account);
			insert into qcc_level select account, '10', 1, (extract(epoch from now()) * 1000)::bigint + `+fmt.Sprint(test.seconds*1000)+` from qcc_account`)
		reserve(t, store, "one", func(map[string]reservation.Level) map[string]reservation.Level {
			return map[string]reservation.Level{module: {Committed: new(int64), Beside: true}}
		})

		if days := count(t, db, `select ((beside_until / 1000 - extract(epoch from now())) / 86400)::bigint from qcc_level`); days != test.days {
			t.Errorf("%s: %d days", name, days)
		}
	}
}

func TestARefusedClaimStoresNothing(t *testing.T) {
	t.Parallel()

	database := testkit.Postgres(t)
	if reserve(t, open(t, database.URL(), timeout), "one", allow(0)) {
		t.Error("granted")
	}

	if rows := count(t, database.Open(t), `select (select count(*) from qcc_reservation) + (select count(*) from qcc_level)`); rows != 0 {
		t.Errorf("%d rows", rows)
	}
}

func TestAnOldReadingIsNotJudged(t *testing.T) {
	t.Parallel()

	store := open(t, testkit.Postgres(t).URL(), timeout)

	now, err := store.Clock(t.Context())
	if err != nil {
		t.Fatal(err)
	}

	judged := false
	claim := reservation.Claim{Run: "one", Adds: map[string]int64{module: 1}, Stamp: now - 60_001}
	err = store.Reserve(t.Context(), claim, func(map[string]reservation.Level) map[string]reservation.Level {
		judged = true

		return nil
	}, func() {})

	if failed, _ := errors.AsType[*reservation.Error](err); failed == nil || failed.Failure != reservation.FailureStale || judged {
		t.Errorf("error %v, judged %t", err, judged)
	}
}

func TestEndedRowsAreKeptAndThenDeleted(t *testing.T) {
	t.Parallel()

	database := testkit.Postgres(t)
	store := open(t, database.URL(), timeout)
	reserve(t, store, "one", allow(48))

	row := `insert into qcc_reservation select '%s' || i, '10', account, 'two', 5, now - 60000, now - %d, 'h'
		from qcc_account, generate_series(1, %d) i, (select floor(extract(epoch from clock_timestamp()) * 1000)::bigint now) n`
	database.Exec(t, fmt.Sprintf(row, "kept", 1000, 1)) // It ended a second ago.
	database.Exec(t, strings.ReplaceAll(fmt.Sprintf(row, "old", 71*60_000+1000, 1500), "now - 60000", "now - 80 * 60000"))

	db := database.Open(t)

	for _, left := range []int64{500, 0} {
		if !reserve(t, store, "one", allow(48)) {
			t.Fatal("refused")
		}

		if old, kept := count(t, db, `select count(*) from qcc_reservation where claim like 'old%'`),
			count(t, db, `select count(*) from qcc_reservation where claim like 'kept%'`); old != left || kept != 1 {
			t.Errorf("%d old rows, want %d, and %d that ended just now", old, left, kept)
		}
	}

	now, err := store.Clock(t.Context())
	if err != nil {
		t.Fatal(err)
	}

	for since, want := range map[reservation.Instant]int64{now: 0, now - 30_000: 5} { // A reading from before the end counts it.
		if levels, err := store.Live(t.Context(), "one", since, []string{module}); err != nil || levels[module].Reserved != want {
			t.Errorf("%+v, want %d (error %v)", levels[module], want, err)
		}
	}
}

func TestRunsAtOnceAreGrantedWhatIsLeft(t *testing.T) {
	t.Parallel()

	for name, setting := range map[string]string{
		"default":                 "default_transaction_isolation = 'read committed'",
		"serializable by default": "default_transaction_isolation = serializable",
		"read-only by default":    "default_transaction_read_only = on",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			testkit.OnlyLong(t, !strings.HasPrefix(name, "serializable"), "serializable as the default")

			database := testkit.Postgres(t)
			database.Exec(t, "alter database "+database.Name+" set "+setting)

			if granted := race(t, database.URLOf(testkit.PostgresFleet), 60, timeout); granted != 48 {
				t.Errorf("%d of 48 granted", granted)
			}
		})
	}
}

// race lets clients, each with a store of its own, reserve a unit at once of 48. It returns how many were granted. All must be decided.
func race(t *testing.T, url string, clients int, timeout time.Duration) int64 {
	t.Helper()

	var (
		granted atomic.Int64
		judged  atomic.Int64
		all     sync.WaitGroup
		start   = make(chan struct{})
	)

	for i := range clients {
		store := open(t, url, timeout)

		all.Go(func() {
			<-start

			ok, err := tryReserve(t.Context(), store, fmt.Sprint(i), func(levels map[string]reservation.Level) map[string]reservation.Level {
				judged.Add(1)

				return allow(48)(levels)
			})
			if err != nil {
				t.Errorf("client %d: %v", i, err)
			}

			if ok {
				granted.Add(1)
			}
		})
	}

	close(start)
	all.Wait()

	if judged.Load() != int64(clients) { // Only under another isolation is a claim judged again.
		t.Errorf("%d judgements", judged.Load())
	}

	return granted.Load()
}

func TestGatesOfOneRunShareAConnection(t *testing.T) {
	t.Parallel()

	database := testkit.Postgres(t)
	store := open(t, database.URL(), timeout)

	var all sync.WaitGroup
	for range 10 {
		all.Go(func() { reserve(t, store, "one", allow(48)) })
	}

	all.Wait()

	if connections := count(t, database.Open(t),
		`select count(*) from pg_stat_activity where datname = current_database() and usename = 'pipelines'`); connections != 1 {
		t.Errorf("%d connections", connections)
	}
}

func BenchmarkReserve(b *testing.B) {
	store := open(b, testkit.Postgres(b).URL(), timeout)

	for b.Loop() {
		reserve(b, store, "one", allow(1<<40))
	}
}

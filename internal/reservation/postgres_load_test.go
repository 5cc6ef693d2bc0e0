package reservation_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/qccpro/terraform-provider-qcc/internal/reservation"
	"github.com/qccpro/terraform-provider-qcc/internal/testkit"
)

func TestClientsThatComeAtOnce(t *testing.T) {
	testkit.OnlyLong(t, true, "60 runs at once")

	database := testkit.NewPostgresServer(t, "max_connections=100").Database(t)
	start := time.Now()

	if granted := race(t, database.URLOf(testkit.PostgresFleet), 1000, timeout); granted != 48 {
		t.Errorf("%d of 48 granted", granted)
	}

	t.Logf("1,000 clients are decided in %.1f s", time.Since(start).Seconds())
}

func TestManyLiveRows(t *testing.T) {
	t.Parallel()
	testkit.OnlyLong(t, true, "rows that are deleted")

	database := testkit.Postgres(t)
	store := open(t, database.URL(), timeout)
	reserve(t, store, "one", allow(48))
	database.Exec(t, `insert into qcc_reservation select 'c' || i, '10', account, 'run' || i % 600, 1 + i % 3, now - 60000, now + 60000, 'holder ' || i % 600
		from qcc_account, generate_series(0, 59999) i, (select floor(extract(epoch from clock_timestamp()) * 1000)::bigint now) n`)

	start := time.Now()

	reserve(t, store, "one", func(levels map[string]reservation.Level) map[string]reservation.Level {
		if levels[module].Reserved != 120_000 {
			t.Errorf("%d units are reserved", levels[module].Reserved)
		}

		return allow(48)(levels)
	})
	t.Logf("a reservation beside 60,000 takes %s", time.Since(start))

	if levels, err := store.Live(t.Context(), "one", 1, []string{module}); err != nil || len(levels[module].Holders) != 3 || levels[module].Reserved != 120_000 {
		t.Errorf("%+v, error %v", levels[module], err)
	}
}

func TestPgbouncerInTransactionMode(t *testing.T) {
	t.Parallel()
	testkit.OnlyLong(t, true, "the store without a pooler")

	database := testkit.Postgres(t)
	url := pgbouncer(t, database)
	store := open(t, url, timeout)

	if granted := race(t, url, 60, timeout); granted != 48 {
		t.Errorf("%d of 48 granted", granted)
	}

	if levels, err := store.Live(t.Context(), "none", 1, []string{module}); err != nil || levels[module].Reserved != 48 {
		t.Errorf("%+v, error %v", levels[module], err)
	}
}

// pgbouncer starts a pooler with three connections to a database until the test ends, and returns the URL of the database through it.
func pgbouncer(t *testing.T, database *testkit.PostgresDatabase) string {
	t.Helper()

	program, err := exec.LookPath("pgbouncer")
	if err != nil {
		program, err = exec.LookPath("/usr/sbin/pgbouncer")
	}

	if err != nil {
		testkit.SkipProgram(t, "pgbouncer is not installed (Debian, Ubuntu: apt-get install pgbouncer)")
	}

	port := closedPort(t)
	config := filepath.Join(database.Dir, "pgbouncer.ini")
	text := fmt.Sprintf(`[databases]
%s = host=127.0.0.1 port=%d user=%s
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = %s
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = 3
`, database.Name, database.Port, testkit.PostgresFleet, port)

	if err := os.WriteFile(config, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}

	database.Run(t, "process up", program, config)

	return strings.Replace(database.URL(), fmt.Sprintf(":%d/", database.Port), ":"+port+"/", 1)
}

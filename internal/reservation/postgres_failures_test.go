package reservation_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"database/sql"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/qccpro/terraform-provider-qcc/internal/reservation"
	"github.com/qccpro/terraform-provider-qcc/internal/testkit"
)

// checkFailure checks a failure of Reserve, and that its text holds nothing of the URL but the host.
func checkFailure(t *testing.T, url string, timeout time.Duration, want reservation.Failure, code string) {
	t.Helper()

	_, err := tryReserve(t.Context(), open(t, url, timeout), "one", allow(48))

	failed := new(reservation.Error)
	if !errors.As(err, &failed) || failed.Failure != want || failed.Code != code {
		t.Fatalf("error %v, want %s %s", err, want, code)
	}

	for _, secret := range []string{testkit.PostgresPassword, "wrong", testkit.PostgresGates, testkit.PostgresFleet, "qcc_", "dummy", account} {
		if strings.Contains(err.Error(), secret) {
			t.Errorf("the error holds %q: %v", secret, err)
		}
	}
}

func TestFailuresOfTheDatabase(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct {
		prepare string
		url     func(database *testkit.PostgresDatabase) string
		want    reservation.Failure
		code    string
	}{
		"the port is closed": {
			url: func(d *testkit.PostgresDatabase) string {
				return strings.ReplaceAll(d.URL(), fmt.Sprint(d.Port), closedPort(t))
			},
			want: reservation.FailureUnreachable,
		},
		"the host has no address": {
			url: func(*testkit.PostgresDatabase) string { return "postgres://pipelines@db.invalid/qcc" }, want: reservation.FailureUnreachable,
		},
		"the password is wrong": {
			url: func(d *testkit.PostgresDatabase) string {
				return strings.ReplaceAll(d.URL(), testkit.PostgresPassword, "wrong")
			},
			want: reservation.FailureLogin, code: "28P01",
		},
		"there is no such database": {
			url:  func(d *testkit.PostgresDatabase) string { return d.URLOf(testkit.PostgresFleet) + "x" },
			want: reservation.FailureNoDatabase, code: "3D000",
		},
		"the server has no TLS": {
			url:  func(d *testkit.PostgresDatabase) string { return d.URL() + "?sslmode=verify-full" },
			want: reservation.FailureTLS,
		},
		"the root certificate is missing": {
			url:  func(d *testkit.PostgresDatabase) string { return d.URL() + "?sslmode=verify-ca&sslrootcert=/none.pem" },
			want: reservation.FailureTLS,
		},
		"there are no tables":       {prepare: `drop schema qcc cascade`, want: reservation.FailureNoTables, code: "42P01"},
		"the user may not read":     {prepare: `revoke all on qcc_account from qcc_gates`, want: reservation.FailureNoRights, code: "42501"},
		"the user may not insert":   {prepare: `revoke insert on qcc_reservation from qcc_gates`, want: reservation.FailureNoRights, code: "42501"},
		"the role has too many":     {prepare: `alter database %s connection limit 0`, want: reservation.FailureTooManyConnections, code: "53300"},
		"the server has a limit":    {prepare: `alter database %s set statement_timeout = '500ms'; ` + slow, want: reservation.FailureSlow, code: "57014"},
		"a level is negative":       {prepare: `alter table qcc_level drop constraint qcc_level_committed_check; ` + level("-1"), want: reservation.FailureUnreadable},
		"a mark is not a number":    {prepare: `` + level("1") + `; alter table qcc_level drop constraint qcc_level_beside_until_check, alter beside_until type text; update qcc_level set beside_until = 'soon'`, want: reservation.FailureUnreadable},
		"a reservation is NaN":      {prepare: reserved("numeric", "'NaN'"), want: reservation.FailureUnreadable},
		"a reservation is negative": {prepare: reserved("bigint", "-1"), want: reservation.FailureUnreadable},
		"a reservation is a part":   {prepare: reserved("numeric", "1.5"), want: reservation.FailureUnreadable},
		"a reservation is null":     {prepare: reserved("bigint", "null"), want: reservation.FailureUnreadable},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			database := testkit.Postgres(t)
			if test.prepare != "" {
				database.Exec(t, strings.ReplaceAll(test.prepare, "%s", database.Name))
			}

			url := database.URL()
			if test.url != nil {
				url = test.url(database)
			}

			checkFailure(t, url, 3*time.Second, test.want, test.code)
		})
	}
}

// slow makes each grant take a second, and no other statement slower.
const slow = `create function slow() returns trigger language plpgsql as $$ begin perform pg_sleep(1); return new; end $$;
	create trigger slow before insert on qcc_level for each row execute function slow()`

// level stores a level of the module.
func level(committed string) string {
	return `insert into qcc_account values ('` + account + `'); insert into qcc_level values ('` + account + `', '10', ` + committed + `, 0)`
}

// reserved stores two reservations of another run, one of them without its check.
func reserved(kind, units string) string {
	return `alter table qcc_reservation drop constraint qcc_reservation_units_check, alter units type ` + kind + `, alter units drop not null;
		insert into qcc_account values ('` + account + `');
		insert into qcc_reservation select 'c' || coalesce(units, 0), '10', '` + account + `', 'two', units, now, now + 60000, 'h'
		from (values (` + units + `::` + kind + `), (1000)) u (units), (select floor(extract(epoch from clock_timestamp()) * 1000)::bigint now) n`
}

// closedPort returns a port at which nothing listens.
func closedPort(t *testing.T) string {
	t.Helper()

	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}

	listener.Close()

	_, port, err := net.SplitHostPort(listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}

	return port
}

func TestASumAboveTheLargestNumberIsTheLargest(t *testing.T) {
	t.Parallel()

	database := testkit.Postgres(t)
	database.Exec(t, reserved("bigint", "9223372036854775807"))

	store := open(t, database.URL(), timeout)
	if levels, err := store.Live(t.Context(), "one", 1, []string{module}); err != nil || levels[module].Reserved != 1<<63-1 || len(levels[module].Holders) != 1 {
		t.Errorf("%+v, error %v", levels, err)
	}
}

func TestAStandbyIsReadOnly(t *testing.T) {
	t.Parallel()
	testkit.OnlyLong(t, true, "the table of failures")

	database := testkit.NewPostgresServer(t).Database(t)
	database.Restart(t, func() {
		if err := os.WriteFile(filepath.Join(database.Dir, "data", "standby.signal"), nil, 0o644); err != nil {
			t.Fatal(err)
		}
	})

	checkFailure(t, database.URL(), timeout, reservation.FailureReadOnly, "0A000")
	checkFailure(t, database.URL()+"?target_session_attrs=primary", timeout, reservation.FailureReadOnly, "")

	if _, err := open(t, database.URL(), timeout).Live(t.Context(), "one", 1, []string{module}); err != nil {
		t.Errorf("a plan: %v", err)
	}
}

func TestTheCertificateIsVerified(t *testing.T) {
	t.Parallel()
	testkit.OnlyLong(t, true, "the table of failures")

	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}

	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
	}

	certificate, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}

	der, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}

	database := testkit.NewPostgresServer(t, "ssl_ca_file=").Database(t)
	root := filepath.Join(t.TempDir(), "root.pem")

	database.Restart(t, func() {
		for name, block := range map[string]*pem.Block{"server.crt": {Type: "CERTIFICATE", Bytes: certificate}, "server.key": {Type: "EC PRIVATE KEY", Bytes: der}} {
			database.WriteFile(t, name, string(pem.EncodeToMemory(block)))
		}

		database.WriteFile(t, "postgresql.auto.conf", "ssl = on\n")

		if err := os.WriteFile(root, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificate}), 0o600); err != nil {
			t.Fatal(err)
		}
	})

	for _, mode := range []string{"?sslmode=verify-full", "?sslmode=verify-ca"} {
		if !reserve(t, open(t, database.URL()+mode+"&sslrootcert="+root, timeout), "one", allow(48)) {
			t.Error("refused")
		}
	}

	byName := strings.ReplaceAll(database.URL(), "127.0.0.1", "localhost")
	checkFailure(t, database.URL()+"?sslmode=verify-full", timeout, reservation.FailureTLS, "")
	checkFailure(t, byName+"?sslmode=verify-full&sslrootcert="+root, timeout, reservation.FailureTLS, "")
}

func TestAllConnectionsAreUsed(t *testing.T) {
	t.Parallel()
	testkit.OnlyLong(t, true, "a limit of the database has the same code")

	database := testkit.NewPostgresServer(t, "max_connections=5", "superuser_reserved_connections=0").Database(t)

	held := make([]*sql.Conn, 5)
	for i := range held {
		conn, err := database.Open(t).Conn(t.Context())
		if err != nil {
			t.Fatal(err)
		}

		held[i] = conn
	}

	checkFailure(t, database.URL(), time.Second, reservation.FailureTooManyConnections, "53300")
	held[0].Raw(func(any) error { return errors.New("close it") })
	held[0].Close()
}

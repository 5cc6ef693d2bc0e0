package reservation_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/qccpro/terraform-provider-qcc/internal/reservation"
	"github.com/qccpro/terraform-provider-qcc/internal/testkit"
)

// fault is what a proxy does to one COMMIT.
type fault int32

const (
	faultNone fault = iota
	// faultBefore closes the connection instead of sending the COMMIT, and faultAfter when the server has answered it.
	faultBefore
	faultAfter
)

// proxy is a TCP proxy in front of PostgreSQL.
type proxy struct {
	address string
	fault   atomic.Int32
	// stalled is closed when the proxy passes nothing on any more.
	stalled chan struct{}
	// requests counts what the clients sent.
	requests atomic.Int64
}

// newProxy starts a proxy until the test ends.
func newProxy(t *testing.T, database *testkit.PostgresDatabase) *proxy {
	t.Helper()

	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}

	p := &proxy{address: listener.Addr().String(), stalled: make(chan struct{})}

	var all sync.WaitGroup

	t.Cleanup(func() {
		listener.Close()
		all.Wait()
	})

	all.Go(func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}

			server, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", fmt.Sprintf("127.0.0.1:%d", database.Port))
			if err != nil {
				client.Close()

				continue
			}

			closeBoth := func() {
				client.Close()
				server.Close()
			}
			stop := context.AfterFunc(t.Context(), closeBoth)

			var lose atomic.Bool // whether the server's next answer is lost

			all.Go(func() {
				defer stop()
				defer closeBoth()

				p.copy(server, client, func(message []byte) bool {
					p.requests.Add(1)

					if !bytes.Contains(message, []byte("\x0bCOMMIT\x00")) {
						return true
					}

					switch fault(p.fault.Swap(int32(faultNone))) {
					case faultBefore:
						return false
					case faultAfter:
						lose.Store(true)
					case faultNone:
					}

					return true
				})
			})
			all.Go(func() {
				defer closeBoth()

				p.copy(client, server, func([]byte) bool { return !lose.Load() })
			})
		}
	})

	return p
}

// copy passes on what pass lets through, until it does not.
func (p *proxy) copy(to io.Writer, from io.Reader, pass func([]byte) bool) {
	buffer := make([]byte, 1<<16)

	for {
		n, err := from.Read(buffer)
		if err != nil {
			return
		}

		select {
		case <-p.stalled:
			io.Copy(io.Discard, from)

			return
		default:
		}

		if !pass(buffer[:n]) {
			return
		}

		if _, err := to.Write(buffer[:n]); err != nil {
			return
		}
	}
}

// url returns the URL of a database through the proxy.
func (p *proxy) url(database *testkit.PostgresDatabase) string {
	return strings.Replace(database.URL(), fmt.Sprintf("127.0.0.1:%d", database.Port), p.address, 1)
}

func TestACommitWhoseConnectionIsCut(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct {
		fault  fault
		judged int
	}{
		"before the server has it":       {faultBefore, 2},
		"after the server has stored it": {faultAfter, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			database := testkit.Postgres(t)
			proxy := newProxy(t, database)
			store := open(t, proxy.url(database), timeout)
			reserve(t, store, "one", allow(48))

			judged := 0

			proxy.fault.Store(int32(test.fault))

			granted := reserve(t, store, "one", func(levels map[string]reservation.Level) map[string]reservation.Level {
				judged++

				return allow(48)(levels)
			})
			if !granted || judged != test.judged {
				t.Errorf("granted %t, judged %d times, want %d", granted, judged, test.judged)
			}

			if units := count(t, database.Open(t), `select sum(units) from qcc_reservation`); units != 2 {
				t.Errorf("%d units are reserved, want 2", units)
			}
		})
	}
}

func TestACommitWhoseOutcomeStaysUnknown(t *testing.T) {
	t.Parallel()

	database := testkit.Postgres(t)
	proxy := newProxy(t, database)
	store := open(t, proxy.url(database), time.Second)
	reserve(t, store, "one", allow(48))

	proxy.fault.Store(int32(faultAfter))

	_, err := tryReserve(t.Context(), store, "one", func(levels map[string]reservation.Level) map[string]reservation.Level {
		database.Exec(t, "alter database "+database.Name+" connection limit 0")

		return allow(48)(levels)
	})
	fails(t, err, reservation.FailureUnknownOutcome)
}

func TestAReservationTakesFiveRoundTrips(t *testing.T) {
	t.Parallel()

	database := testkit.Postgres(t)
	proxy := newProxy(t, database)
	store := open(t, proxy.url(database), timeout)
	reserve(t, store, "one", allow(48))

	before := proxy.requests.Load()

	reserve(t, store, "one", allow(48))

	if requests := proxy.requests.Load() - before; requests != 1+5 { // Clock takes one.
		t.Errorf("%d requests", requests)
	}
}

func TestALockThatIsNotGiven(t *testing.T) {
	t.Parallel()

	database := testkit.Postgres(t)
	reserve(t, open(t, database.URL(), timeout), "one", allow(48))

	tx, err := database.Open(t).BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback()

	if _, err := tx.ExecContext(t.Context(), "select from qcc_account for update"); err != nil {
		t.Fatal(err)
	}

	checkFailure(t, database.URL(), 500*time.Millisecond, reservation.FailureLocked, "57014")

	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(300*time.Millisecond, cancel)
	endsAtOnce(ctx, t, database.URL())
}

// endsAtOnce checks that a call ends soon after its context.
func endsAtOnce(ctx context.Context, t *testing.T, url string) {
	t.Helper()

	ended := make(chan time.Time, 1)

	context.AfterFunc(ctx, func() { ended <- time.Now() })

	_, err := tryReserve(ctx, open(t, url, timeout), "one", allow(48))
	if late := time.Since(<-ended); !errors.Is(err, context.Canceled) || late > 2*time.Second {
		t.Errorf("error %v, %s after Ctrl-C", err, late)
	}
}

// TestAServerThatIsDownIsNotAskedByEachGate counts the connections to a server that closes them.
func TestAServerThatIsDownIsNotAskedByEachGate(t *testing.T) {
	t.Parallel()

	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}

	var connections atomic.Int64

	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}

			connections.Add(1)
			conn.Close()
		}
	}()

	t.Cleanup(func() { listener.Close() })

	store := open(t, "postgres://u@"+listener.Addr().String()+"/qcc", 300*time.Millisecond)

	var asked int64

	for gate := range 20 {
		_, err := tryReserve(t.Context(), store, "one", allow(48))
		fails(t, err, reservation.FailureUnreachable)

		if gate == 0 {
			asked = connections.Load()
		}
	}

	if got := connections.Load(); got != asked || asked == 0 {
		t.Errorf("the first gate has made %d connections, and all gates %d", asked, got)
	}
}

func TestAServerThatDoesNotAnswer(t *testing.T) {
	t.Parallel()

	database := testkit.Postgres(t)
	proxy := newProxy(t, database)
	connected := open(t, proxy.url(database), 500*time.Millisecond)
	reserve(t, connected, "one", allow(48))
	close(proxy.stalled)

	_, err := tryReserve(t.Context(), connected, "one", allow(48))
	fails(t, err, reservation.FailureSlow)

	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(300*time.Millisecond, cancel)
	endsAtOnce(ctx, t, proxy.url(database))
}

func TestCtrlCDuringCommitDoesNotLoseTheGrant(t *testing.T) {
	t.Parallel()

	database := testkit.Postgres(t)
	store := open(t, database.URL(), timeout)
	ctx, cancel := context.WithCancel(t.Context())

	database.Exec(t, `create function slow() returns trigger language plpgsql as $$ begin perform pg_sleep(0.5); return new; end $$;
		create constraint trigger slow after insert on qcc_reservation deferrable initially deferred for each row execute function slow()`)

	granted, err := tryReserve(ctx, store, "one", func(levels map[string]reservation.Level) map[string]reservation.Level {
		time.AfterFunc(250*time.Millisecond, cancel)

		return allow(48)(levels)
	})
	if !granted || err != nil {
		t.Errorf("granted %t, error %v", granted, err)
	}
}

func TestAHolderThatStandsStillLosesTheLock(t *testing.T) {
	t.Parallel()
	testkit.OnlyLong(t, true, "the lock that is not given")

	database := testkit.Postgres(t)
	still, other := open(t, database.URL(), timeout), open(t, database.URL(), timeout)
	judged := 0

	granted := reserve(t, still, "one", func(levels map[string]reservation.Level) map[string]reservation.Level {
		if judged++; judged == 1 && !reserve(t, other, "two", allow(48)) {
			t.Error("the other run is refused")
		}

		if want := int64(judged - 1); levels[module].Reserved != want {
			t.Errorf("judgement %d sees %d units", judged, levels[module].Reserved)
		}

		return allow(48)(levels)
	})
	if !granted || judged != 2 {
		t.Errorf("granted %t, judged %d times", granted, judged)
	}
}

func TestAServerThatRestarts(t *testing.T) {
	t.Parallel()
	testkit.OnlyLong(t, true, "the COMMIT whose connection is cut")

	database := testkit.NewPostgresServer(t).Database(t)
	store := open(t, database.URL(), timeout)

	judged := 0
	granted := reserve(t, store, "one", func(levels map[string]reservation.Level) map[string]reservation.Level {
		if judged++; judged == 1 {
			database.Restart(t, func() {})
		}

		return allow(48)(levels)
	})

	if units := count(t, database.Open(t), `select sum(units) from qcc_reservation`); !granted || judged != 2 || units != 1 {
		t.Errorf("granted %t, judged %d times, %d units reserved", granted, judged, units)
	}
}

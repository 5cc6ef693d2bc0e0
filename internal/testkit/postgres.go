package testkit

import (
	"bufio"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/lib/pq"
)

// The users of a server. PostgresGates is a member of the role qcc_gates and logs in with PostgresPassword. PostgresFleet is another one, which
// needs no password, so that a thousand logins cost little.
const (
	PostgresGates    = "pipelines"
	PostgresFleet    = "fleet"
	PostgresPassword = "Passw0rd-of-the-database"
	// postgresOwner is the name of a server's superuser and of his database.
	postgresOwner = "postgres"
)

// postgresUsers is what a server has before any test: its users, and a database with the tables that the others are copies of.
const postgresUsers = `
create role ` + PostgresGates + ` login password '` + PostgresPassword + `' in role qcc_gates;
create role ` + PostgresFleet + ` login in role qcc_gates;
alter role ` + PostgresGates + ` set search_path = qcc;
alter role ` + PostgresFleet + ` set search_path = qcc;
alter role ` + postgresOwner + ` set search_path = qcc`

// PostgresServer is a real PostgreSQL on this machine.
type PostgresServer struct {
	// Port is the port on 127.0.0.1, and Dir the folder of the data.
	Port int
	Dir  string

	programs string
	settings []string
	// stop ends the server with a signal, and waits.
	stop func(os.Signal)
}

// PostgresDatabase is a database with the tables of examples/reservations/schema.sql.
type PostgresDatabase struct {
	*PostgresServer

	Name string
}

// errNoPostgres means that PostgreSQL is not installed.
var errNoPostgres = errors.New("PostgreSQL is not installed (Debian, Ubuntu: apt-get install postgresql)")

//nolint:gochecknoglobals // One server a process saves a second for each test.
var (
	sharedPostgres    = sync.OnceValues(func() (*PostgresServer, error) { return startPostgres([]string{"max_connections=300"}) })
	postgresStarted   atomic.Bool
	postgresDatabases atomic.Int64
)

// Postgres returns a new database of the server that all tests of the process share. It skips the test where PostgreSQL is not installed,
// and fails it where programs are required; see SkipProgram.
func Postgres(tb testing.TB) *PostgresDatabase {
	tb.Helper()

	postgresStarted.Store(true)

	server, err := sharedPostgres()
	checkPostgres(tb, err)

	return server.Database(tb)
}

// HasPostgres reports whether PostgreSQL is installed.
func HasPostgres() bool {
	_, err := postgresPrograms()

	return err == nil
}

// NewPostgresServer starts a server for one test, with settings such as max_connections=5.
func NewPostgresServer(tb testing.TB, settings ...string) *PostgresServer {
	tb.Helper()

	server, err := startPostgres(settings)
	checkPostgres(tb, err)
	tb.Cleanup(server.remove)

	return server
}

// stopPostgres ends the shared server, and removes its data. If the process dies, so does the server.
func stopPostgres() {
	if !postgresStarted.Load() {
		return
	}

	if server, err := sharedPostgres(); err == nil {
		server.remove()
	}
}

// checkPostgres skips or fails a test without a server.
func checkPostgres(tb testing.TB, err error) {
	tb.Helper()

	if errors.Is(err, errNoPostgres) {
		SkipProgram(tb, err.Error())
	} else if err != nil {
		tb.Fatal(err)
	}
}

// programsVariable is the environment variable that .ci/run sets to "required".
const programsVariable = "TEST_PROGRAMS"

// SkipProgram skips a test because a program is not installed. It fails the test if the environment variable TEST_PROGRAMS is "required".
func SkipProgram(tb testing.TB, reason string) {
	tb.Helper()

	if os.Getenv(programsVariable) == "required" {
		tb.Fatal(reason)
	}

	tb.Skip("skipped: " + reason)
}

// startPostgres makes and starts a server.
func startPostgres(settings []string) (*PostgresServer, error) {
	programs, err := postgresPrograms()
	if err != nil {
		return nil, err
	}

	dir, err := os.MkdirTemp("", "qcc-postgres-")
	if err != nil {
		return nil, err
	}

	server := &PostgresServer{Dir: dir, programs: programs, settings: settings}
	if err := server.create(); err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}

	return server, nil
}

// postgresPrograms returns the folder with initdb and postgres. Debian has one for each version, which is not on the PATH.
func postgresPrograms() (string, error) {
	if path, err := exec.LookPath("initdb"); err == nil {
		if path, err = filepath.EvalSymlinks(path); err == nil {
			return filepath.Dir(path), nil
		}
	}

	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if err != nil || found == nil {
		return "", errNoPostgres
	}

	return filepath.Dir(found[len(found)-1]), nil
}

// create makes the data of a server, starts it, and creates its users and the first database.
func (s *PostgresServer) create() error {
	data := filepath.Join(s.Dir, "data")
	initdb := exec.Command(filepath.Join(s.programs, "initdb"), "--no-sync", "--username=postgres", "--encoding=UTF8", "--locale=C", data) //nolint:gosec,noctx // It ends by itself.
	initdb.Dir = s.Dir

	if err := asPostgres(initdb, s.Dir); err != nil {
		return err
	}

	if output, err := initdb.CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w\n%s", err, output)
	}

	rules := "host all " + postgresOwner + "," + PostgresFleet + " 127.0.0.1/32 trust\n" + "host all " + PostgresGates + " 127.0.0.1/32 scram-sha-256\n"
	if err := os.WriteFile(filepath.Join(data, "pg_hba.conf"), []byte(rules), 0o600); err != nil {
		return err
	}

	if err := s.startAnywhere(); err != nil {
		return err
	}

	root, err := root()
	if err != nil {
		return err
	}

	schema, err := os.ReadFile(filepath.Join(root, "examples", "reservations", "schema.sql")) //nolint:gosec // It is a file of this repository.
	if err != nil {
		return err
	}

	for _, step := range [][2]string{{postgresOwner, "create database qcc"}, {"qcc", string(schema)}, {"qcc", postgresUsers}} {
		if err := s.exec(step[0], step[1]); err != nil {
			return fmt.Errorf("schema.sql: %w", err)
		}
	}

	return nil
}

// startAnywhere starts the server at a port that nothing else uses. The ports are below those that systems give to clients, so that the port
// is still free when the server starts again.
func (s *PostgresServer) startAnywhere() error {
	const first, ports, tries = 20_000, 12_000, 10

	var failed error

	for range tries {
		s.Port = first + rand.IntN(ports) //nolint:gosec // The port need not be unpredictable.
		if failed = s.start(); failed == nil {
			return nil
		}
	}

	return failed
}

// start starts the server at its port. It returns when the server accepts connections.
func (s *PostgresServer) start() error {
	settings := slices.Concat(s.settings, []string{
		"listen_addresses=127.0.0.1", "port=" + strconv.Itoa(s.Port), "unix_socket_directories=", "fsync=off", "full_page_writes=off",
		"autovacuum=off", "shared_buffers=16MB", "lc_messages=C",
	})
	args := make([]string, 0, 2*(1+len(settings)))
	args = append(args, "-D", filepath.Join(s.Dir, "data"))

	for _, setting := range settings {
		args = append(args, "-c", setting)
	}

	stop, err := s.run("ready to accept", filepath.Join(s.programs, "postgres"), args...)
	s.stop = stop

	return err
}

// run starts a program as the server's user, and returns when it prints that it is up. stop ends it with a signal.
func (s *PostgresServer) run(up, program string, args ...string) (stop func(os.Signal), err error) {
	command := exec.Command(program, args...) //nolint:gosec,noctx // A test provides the program, and stop ends it.
	command.Dir = s.Dir

	log, err := command.StderrPipe()
	if err != nil {
		return nil, err
	}

	if err := asPostgres(command, s.Dir); err != nil {
		return nil, err
	}

	started, ended := make(chan error), make(chan struct{})

	go func() {
		runtime.LockOSThread() // The program dies with the thread that started it.

		defer close(ended)

		started <- command.Start()

		command.Wait() //nolint:errcheck,gosec // It ends by a signal.
	}()

	if err := <-started; err != nil {
		return nil, err
	}

	var lines strings.Builder
	for reader := bufio.NewScanner(log); reader.Scan(); {
		if lines.WriteString(reader.Text() + "\n"); strings.Contains(reader.Text(), up) {
			go io.Copy(io.Discard, log) //nolint:errcheck // It ends with the program.

			return func(signal os.Signal) {
				command.Process.Signal(signal) //nolint:errcheck,gosec // It may have ended.
				<-ended
			}, nil
		}
	}

	return nil, fmt.Errorf("%s does not start:\n%s", program, lines.String())
}

// remove ends the server, and removes its data. After SIGQUIT, PostgreSQL leaves no shared memory behind.
func (s *PostgresServer) remove() {
	s.stop(syscall.SIGQUIT)
	os.RemoveAll(s.Dir) //nolint:errcheck,gosec // A leftover temporary folder does no harm.
}

// Restart ends the server with SIGINT, calls meanwhile, and starts the server again.
func (s *PostgresServer) Restart(tb testing.TB, meanwhile func()) {
	tb.Helper()

	s.stop(os.Interrupt)
	meanwhile()

	if err := s.start(); err != nil {
		tb.Fatal(err)
	}
}

// Database returns a new database with the tables.
func (s *PostgresServer) Database(tb testing.TB) *PostgresDatabase {
	tb.Helper()

	name := fmt.Sprintf("qcc_%d", postgresDatabases.Add(1))
	if err := s.exec(postgresOwner, "create database "+name+" template qcc"); err != nil {
		tb.Fatal(err)
	}

	return &PostgresDatabase{s, name}
}

// exec runs statements in a database as its owner.
func (s *PostgresServer) exec(database, statements string) error {
	connector, err := pq.NewConnectorConfig(pq.Config{
		Host: "127.0.0.1", Port: uint16(s.Port), Database: database, User: postgresOwner, SSLMode: pq.SSLModeDisable, //nolint:gosec // It is a port.
	})
	if err != nil {
		return err
	}

	db := sql.OpenDB(connector)
	defer db.Close() //nolint:errcheck // The statements are done.

	_, err = db.Exec(statements) //nolint:noctx // It ends with the server.

	return err
}

// Exec runs statements as the owner of the database.
func (d *PostgresDatabase) Exec(tb testing.TB, statements string) {
	tb.Helper()

	if err := d.exec(d.Name, statements); err != nil {
		tb.Fatalf("%s: %v", statements, err)
	}
}

// Open returns the database as its owner sees it, until the test ends.
func (d *PostgresDatabase) Open(tb testing.TB) *sql.DB {
	tb.Helper()

	db, err := sql.Open("postgres", d.URLOf(postgresOwner)+"?sslmode=disable")
	if err != nil {
		tb.Fatal(err)
	}

	tb.Cleanup(func() { db.Close() }) //nolint:errcheck,gosec // The test is over.

	return db
}

// URL returns the URL that users would set, with the user PostgresGates.
func (d *PostgresDatabase) URL() string { return d.URLOf(PostgresGates) }

// URLOf returns the URL of another user.
func (d *PostgresDatabase) URLOf(name string) string {
	location := url.URL{Scheme: "postgres", User: url.User(name), Host: fmt.Sprintf("127.0.0.1:%d", d.Port), Path: d.Name}
	if name == PostgresGates {
		location.User = url.UserPassword(name, PostgresPassword)
	}

	return location.String()
}

// WriteFile writes a file that only the server may read into the folder of its data.
func (s *PostgresServer) WriteFile(tb testing.TB, name, content string) {
	tb.Helper()

	path := filepath.Join(s.Dir, "data", name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		tb.Fatal(err)
	}

	if err := asPostgres(exec.Command("unused"), path); err != nil { //nolint:noctx // Only its owner is used.
		tb.Fatal(err)
	}
}

// Run starts a program as the server's user, waits until it prints that it is up, and ends it with the test.
func (s *PostgresServer) Run(tb testing.TB, up, program string, args ...string) {
	tb.Helper()

	process, err := s.run(up, program, args...)
	if err != nil {
		tb.Fatal(err)
	}

	tb.Cleanup(func() { process(os.Kill) })
}

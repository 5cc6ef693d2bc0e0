package testkit

import (
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// TrialDatabase starts a PostgreSQL with examples/reservations/trial-database.sh, as users do, until the test ends. It returns the environment
// variable that the script prints. It skips the test where PostgreSQL is not installed, and fails it if the environment variable CI is set.
func TrialDatabase(t *testing.T) string {
	t.Helper()

	installed, err := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if err != nil {
		t.Fatal(err)
	}

	if _, err := exec.LookPath("initdb"); err != nil && installed == nil {
		const reason = "PostgreSQL is not installed (Debian, Ubuntu: apt-get install postgresql)"
		if os.Getenv("CI") != "" {
			t.Fatal(reason)
		}

		t.Skip("skipped: " + reason)
	}

	listener, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // It is local.
	if err != nil {
		t.Fatal(err)
	}

	_, port, _ := net.SplitHostPort(listener.Addr().String())
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}

	shell := func(args ...string) string {
		var failure strings.Builder

		command := exec.Command("bash", args...) //nolint:gosec,noctx // The script ends by itself, and its last line stops the server after the test.
		command.Stderr = &failure
		command.WaitDelay = 10 * time.Second // The server must not keep the pipes of the script open.

		output, err := command.Output()
		if err != nil {
			t.Fatalf("bash %q: %v\n%s", args, err, failure.String())
		}

		return string(output)
	}

	output := shell(Path(t, "examples/reservations/trial-database.sh"), port)

	lines := regexp.MustCompile(`^export (QCC_RESERVATION_DATABASE=\S+)\n# To stop it and to remove its data: (.+)\n$`).FindStringSubmatch(output)
	if lines == nil {
		t.Fatalf("the script prints\n%s", output)
	}

	t.Cleanup(func() { shell("-c", "cd / && "+lines[2]) })

	return lines[1]
}

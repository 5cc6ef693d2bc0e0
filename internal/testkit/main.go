// Package testkit supports the tests of several packages. It provides the real Terraform in a folder, servers for the emulator, and the
// files of this repository. Only tests import it.
package testkit

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// dirVariable names the environment variable with the temporary folder of a test process. Main creates the folder.
const dirVariable = "QCCTEST_DIR"

// MainAtRoot is MainWithJQ for the rooms in internal/test. Their tests run in the root of the repository, so they name files as users do.
//
// Go must not cache their results. It would look for the files that they read in the folder of the room, and not see that a page has changed.
func MainAtRoot(m *testing.M) {
	runAsJQ() // A program that a test starts as jq keeps its folder.
	flag.Parse()

	root, err := root()
	if err == nil {
		err = flag.Set("test.testlogfile", "") // Without this log, Go caches nothing.
	}

	if err == nil {
		err = os.Chdir(root)
	}

	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}

	Main(m)
}

// Main runs the tests of a package, and exits. It removes the developer's own Terraform configuration and credentials first.
func Main(m *testing.M) {
	code, err := run(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
	}

	os.Exit(code)
}

func run(m *testing.M) (int, error) {
	dir, err := os.MkdirTemp("", "qcc-test-")
	if err != nil {
		return 1, err
	}
	defer os.RemoveAll(dir) //nolint:errcheck // A leftover temporary folder does no harm.

	for _, variable := range os.Environ() {
		name, _, _ := strings.Cut(variable, "=")
		if !strings.HasPrefix(name, "QCC_") && (!strings.HasPrefix(name, "TF_") || strings.HasPrefix(name, "TF_ACC")) {
			continue
		}

		if err := os.Unsetenv(name); err != nil {
			return 1, err
		}
	}

	empty := filepath.Join(dir, "empty.rc")
	if err := os.WriteFile(empty, nil, 0o600); err != nil {
		return 1, err
	}

	for name, value := range map[string]string{"TF_CLI_CONFIG_FILE": empty, dirVariable: dir} {
		if err := os.Setenv(name, value); err != nil {
			return 1, err
		}
	}

	defer stopPostgres()

	return m.Run(), nil
}

// OnlyLong skips a test or a row in the short lane. The reason says what the short lane has instead.
func OnlyLong(t *testing.T, only bool, reason string) {
	t.Helper()

	if only && testing.Short() {
		t.Skip("only in the long lane: " + reason)
	}
}

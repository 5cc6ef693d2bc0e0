package testkit

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/itchyny/gojq/cli"
)

const jqName = "jq"

// MainWithJQ is Main for packages whose tests call JQ. A test binary that runs under the name jq behaves as jq.
func MainWithJQ(m *testing.M) {
	runAsJQ()
	Main(m)
}

// runAsJQ behaves as jq, and exits, if the test binary runs under the name jq.
func runAsJQ() {
	if filepath.Base(os.Args[0]) == jqName {
		os.Exit(cli.Run())
	}
}

// JQ returns the path of a jq program, so that tests need no installed jq. Its folder holds nothing else, and can be added to a PATH.
func JQ(t *testing.T) string {
	t.Helper()

	binary, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}

	path := filepath.Join(t.TempDir(), jqName)
	if err := os.Symlink(binary, path); err != nil {
		t.Fatal(err)
	}

	return path
}

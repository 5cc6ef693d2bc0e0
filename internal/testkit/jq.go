package testkit

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/itchyny/gojq/cli"
)

const jqName = "jq"

// MainWithJQ is Main for a package whose tests call JQ: under the name of jq, the test binary is jq.
func MainWithJQ(m *testing.M) {
	if filepath.Base(os.Args[0]) == jqName {
		os.Exit(cli.Run())
	}

	Main(m)
}

// JQ returns the path of a program jq, for machines without one. It is alone in its folder, which can go onto a PATH.
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

// Package testkit has what the tests of several packages need: the real Terraform in a folder, a service that plays QCC, and the files of
// this repository. Only tests import it.
package testkit

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// dirVariable names the folder that Main has made, for what a test process builds once.
const dirVariable = "QCCTEST_DIR"

// Main runs the tests of a package, and exits. It keeps the developer's own Terraform configuration and credentials out of them.
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
	defer os.RemoveAll(dir) //nolint:errcheck // A temporary folder that stays does no harm.

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

	return m.Run(), nil
}

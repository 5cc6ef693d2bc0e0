package main_test

import (
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/qccpro/terraform-provider-qcc/internal/testkit"
)

// TestMain keeps the developer's own Terraform configuration and credentials out of the tests. The test binary is a jq, too.
func TestMain(m *testing.M) { testkit.MainWithJQ(m) }

// TestProviderImportsNoTestSupport looks at the packages that the provider's binary is built from.
func TestProviderImportsNoTestSupport(t *testing.T) {
	t.Parallel()

	output, err := exec.CommandContext(t.Context(), "go", "list", "-deps", ".").Output()
	if err != nil {
		t.Fatal(err)
	}

	const internal = "github.com/qccpro/terraform-provider-qcc/internal/"

	packages := strings.Fields(string(output))
	if !slices.Contains(packages, internal+"provider") {
		t.Fatalf("the provider's packages are %v", packages)
	}

	for _, name := range []string{"emulator", "testkit", "tfcli"} {
		if slices.Contains(packages, internal+name) {
			t.Errorf("the provider imports %s", name)
		}
	}
}

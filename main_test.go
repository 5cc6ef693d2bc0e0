package main_test

import (
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/qccpro/terraform-provider-qcc/internal/testkit"
)

// TestMain removes the developer's own Terraform configuration and credentials from the tests. The test binary also serves as jq.
func TestMain(m *testing.M) { testkit.MainWithJQ(m) }

// TestProviderImportsNoTestSupport checks the packages in the provider's binary.
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

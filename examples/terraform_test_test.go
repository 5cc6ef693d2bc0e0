package examples_test

import (
	"strings"
	"testing"

	"github.com/qccpro/terraform-provider-qcc/internal/emulator"
	"github.com/qccpro/terraform-provider-qcc/internal/testkit"
)

func testTerraformTestExample(t *testing.T, service *emulator.Emulator, f *testkit.Folder) {
	t.Helper()

	f.Set("QCC_KEY=", "QCC_SECRET_KEY=") // Mocks need no account.

	if output := f.Succeeds("test"); !strings.Contains(output, "Success! 5 passed, 0 failed.") {
		t.Errorf("the tests say:\n%s", output)
	}

	if service.Requests() != 0 {
		t.Errorf("%d queries came in, want none", service.Requests())
	}

	// The tests can fail: without the gate, the three runs that expect it to refuse do.
	f.Write("main.tf", strings.Replace(f.Read("main.tf"), "length(local.short) == 0", "length(local.short) >= 0", 1))
	f.Fails("Missing expected failure", "test")
}

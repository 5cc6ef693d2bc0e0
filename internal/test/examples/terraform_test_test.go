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
		t.Errorf("the tests print:\n%s", output)
	}

	if service.Requests() != 0 {
		t.Errorf("the service received %d queries, want 0", service.Requests())
	}

	// The tests can fail: without the gate, the three runs that expect a refusal fail.
	f.Write("main.tf", strings.Replace(f.Read("main.tf"), "length(local.short) == 0", "length(local.short) >= 0", 1))
	f.Fails("Missing expected failure", "test")
}

func testTerraformTestGateExample(t *testing.T, service *emulator.Emulator, f *testkit.Folder) {
	t.Helper()

	f.Set("QCC_KEY=", "QCC_SECRET_KEY=") // Mocks need no account.

	if output := f.Succeeds("test"); !strings.Contains(output, "Success! 2 passed, 0 failed.") {
		t.Errorf("the tests print:\n%s", output)
	}

	if service.Requests() != 0 {
		t.Errorf("the service received %d queries, want 0", service.Requests())
	}

	// The tests fail with another requirement, and with an order that has no gate.
	whole := f.Read("main.tf")

	f.Write("main.tf", strings.Replace(whole, "natural_person_id = each.value", "natural_person_id = 1", 1))
	f.Fails("A company needs 1 of radar_id, and 1 of natural_person_id for each person.", "test")
	f.Write("main.tf", strings.Replace(whole, "for_each = var.companies", `for_each = { second = var.companies["second"] }`, 1))
	f.Fails("Each order needs a gate with its key.", "test")
}

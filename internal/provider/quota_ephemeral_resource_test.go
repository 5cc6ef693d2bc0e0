package provider_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/qccpro/terraform-provider-qcc/internal/emulator"
	"github.com/qccpro/terraform-provider-qcc/internal/testkit"
)

// gate is a configuration whose condition reads the ephemeral resource, and names no module.
const gate = testkit.RequiredProvider + `
ephemeral "qcc_quota" "now" {}

resource "terraform_data" "order" {
  lifecycle {
    precondition {
      condition     = alltrue([for module in values(ephemeral.qcc_quota.now.modules) : module.remaining > 0])
      error_message = "Some module is used up."
    }
  }
}
`

// written returns the saved plan, its JSON and the state, after an apply.
func written(f *testkit.Folder) map[string]string {
	members := slices.Collect(maps.Values(f.SavedPlan("tfplan")))

	return map[string]string{"plan": strings.Join(members, "\n"), "plan JSON": f.Succeeds("show", "-json", "tfplan"), "state": f.State()}
}

// TestASavedPlanIsJudgedAgain checks that no file has the counts of the ephemeral resource, and that apply evaluates its condition again.
func TestASavedPlanIsJudgedAgain(t *testing.T) {
	t.Parallel()

	const secret = "module_that_stands_nowhere"

	service := emulator.New(emulator.WithModules(emulator.Module{ID: secret, Total: 10}))
	f := testkit.NewFolder(t, testkit.Serve(t, service), map[string]string{"main.tf": gate})
	f.KeepTLS()

	f.Succeeds("plan", "-out=tfplan")
	testkit.Consume(t, service, secret, 10)
	f.Fails("Error: Resource precondition failed", "apply", "tfplan")

	if left := f.Succeeds("state", "list"); left != "" {
		t.Errorf("the apply has created %s", left)
	}

	service.SetModules(emulator.Module{ID: secret, Total: 10})
	f.Succeeds("plan", "-out=tfplan")
	f.Succeeds("apply", "tfplan")

	for name, content := range written(f) {
		if strings.Contains(content, secret) || strings.Contains(content, "remaining\"") {
			t.Errorf("the %s holds what was read:\n%s", name, content)
		}
	}

	// The search finds the data source's counts in all three files. So it can also find those of the ephemeral resource.
	f.Write("main.tf", gate+`data "qcc_quota" "this" {}`)
	f.Succeeds("plan", "-out=tfplan")
	f.Succeeds("apply", "tfplan")

	for name, content := range written(f) {
		if !strings.Contains(content, secret) {
			t.Errorf("the %s does not hold what the data source has read:\n%s", name, content)
		}
	}
}

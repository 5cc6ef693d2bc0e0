package provider_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/echoprovider"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/qccpro/terraform-provider-qcc/internal/emulator"
	"github.com/qccpro/terraform-provider-qcc/internal/testkit"
)

// echoed is a configuration whose resource echo.NAME stores the result of the ephemeral resource.
func echoed(name string) string {
	return fmt.Sprintf(`
		ephemeral "qcc_quota" "now" {}

		provider "echo" {
		  data = ephemeral.qcc_quota.now
		}

		resource "echo" %q {}
	`, name)
}

func TestEphemeralQuota(t *testing.T) {
	t.Parallel()

	service := emulator.New()
	withEcho := factories(testkit.Credentials(testkit.Serve(t, service)))
	withEcho["echo"] = echoprovider.NewProviderServer()

	has := func(name string, modules map[string]knownvalue.Check) []statecheck.StateCheck {
		return []statecheck.StateCheck{statecheck.ExpectKnownValue("echo."+name, tfjsonpath.New("data"),
			knownvalue.ObjectExact(map[string]knownvalue.Check{"modules": knownvalue.MapExact(modules)}))}
	}

	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: withEcho,
		Steps: []resource.TestStep{
			{
				Config: echoed("sample"),
				ConfigStateChecks: has("sample", map[string]knownvalue.Check{
					"radar_id":          module("风险监控-企业", 50, 2, 50, 48),
					"bene_id":           module("股权穿透", 100, 2, 30, 98),
					"natural_person_id": module("自然人核验", 50, 0, 15, 50),
				}),
			},
			{
				PreConfig:   func() { service.Behave(emulator.Behavior{Code: 112}) },
				Config:      echoed("none"),
				ExpectError: testkit.Says("Error: Quota query refused by QCC"),
			},
			{
				PreConfig: func() {
					service.Behave(emulator.Behavior{Body: `{"status":"200","result":[{"id":"new_id","totalCount":1,"consumedCount":9},{"id":"bene_id"}]}`})
				},
				Config: echoed("others"),
				ConfigStateChecks: has("others", map[string]knownvalue.Check{
					"new_id": module("new_id", 1, 9, nil, -8), "bene_id": module("股权穿透", nil, nil, nil, nil),
				}),
			},
		},
	})
}

func TestEphemeralQuotaOfUnknownConfiguration(t *testing.T) {
	t.Parallel()

	unitTest(t, testkit.Credentials(testkit.Silent(t)), resource.TestStep{
		Config:      unknownIn("secret_key", "other") + `ephemeral "qcc_quota" "now" {}`,
		ExpectError: testkit.Says("Terraform does not know before apply: secret_key."),
	})
}

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

package provider_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/echoprovider"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/qccpro/terraform-provider-qcc/internal/emulator"
)

// echoed is a configuration whose resource echo.NAME has in its data what the ephemeral resource has read.
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
	withEcho := factories(credentials(serve(t, service)))
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
				ExpectError: says("Error: Quota query refused by QCC"),
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

	unitTest(t, credentials(silent(t)), resource.TestStep{
		Config:      unknownIn("secret_key", "other") + `ephemeral "qcc_quota" "now" {}`,
		ExpectError: says("Terraform does not know before apply: secret_key."),
	})
}

// gate is a configuration whose condition reads the ephemeral resource, and names no module.
const gate = requiredProvider + `
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

// TestASavedPlanIsJudgedAgain is the promise of the ephemeral resource: its numbers are in no file, and its condition holds at apply.
func TestASavedPlanIsJudgedAgain(t *testing.T) {
	t.Parallel()

	const secret = "module_that_stands_nowhere"

	service := emulator.New(emulator.WithModules(emulator.Module{ID: secret, Total: 10}))
	f := newFolder(t, serve(t, service), map[string]string{"main.tf": gate})

	f.succeeds(t, "plan", "-out=tfplan")

	if err := service.Consume(secret, 10); err != nil {
		t.Fatal(err)
	}

	f.fails(t, "Error: Resource precondition failed", "apply", "tfplan")

	if left := f.succeeds(t, "state", "list"); left != "" {
		t.Errorf("the apply has created %s", left)
	}

	service.SetModules(emulator.Module{ID: secret, Total: 10})
	f.succeeds(t, "plan", "-out=tfplan")
	f.succeeds(t, "apply", "tfplan")

	for name, content := range map[string]string{
		"plan": planFiles(t, filepath.Join(f.dir, "tfplan")), "plan JSON": f.succeeds(t, "show", "-json", "tfplan"), "state": f.state(t),
	} {
		if strings.Contains(content, secret) || strings.Contains(content, "remaining\"") {
			t.Errorf("the %s holds what was read:\n%s", name, content)
		}
	}

	// The data source's numbers are found in all three: the search can fail.
	f.write(t, "main.tf", gate+`data "qcc_quota" "this" {}`)
	f.succeeds(t, "plan", "-out=tfplan")
	f.succeeds(t, "apply", "tfplan")

	for name, content := range map[string]string{
		"plan": planFiles(t, filepath.Join(f.dir, "tfplan")), "plan JSON": f.succeeds(t, "show", "-json", "tfplan"), "state": f.state(t),
	} {
		if !strings.Contains(content, secret) {
			t.Errorf("the %s does not hold what the data source has read:\n%s", name, content)
		}
	}
}

// planFiles returns all that a plan file holds, uncompressed.
func planFiles(t *testing.T, path string) string {
	t.Helper()

	archive, err := zip.OpenReader(path)
	if err != nil {
		t.Fatal(err)
	}
	defer archive.Close()

	var all bytes.Buffer

	for _, entry := range archive.File {
		file, err := entry.Open()
		if err != nil {
			t.Fatal(err)
		}

		if _, err := io.Copy(&all, file); err != nil {
			t.Fatal(err)
		}

		file.Close()
	}

	return all.String()
}

// TestLowQuotaIsInNobodysWay is about the ephemeral gate; the examples have the same for the others.
func TestLowQuotaIsInNobodysWay(t *testing.T) {
	t.Parallel()

	service := emulator.New()
	f := newFolder(t, serve(t, service), map[string]string{"main.tf": gate})

	f.succeeds(t, "apply", "-auto-approve")
	service.SetModules(emulator.Module{ID: "radar_id", Total: 1, Consumed: 2})
	f.fails(t, "Some module is used up.", "plan")
	f.succeeds(t, "destroy", "-auto-approve")
}

func TestADestroyWithoutRefreshReadsNothing(t *testing.T) {
	t.Parallel()

	service := emulator.New()
	f := newFolder(t, serve(t, service), map[string]string{"main.tf": gate + `data "qcc_quota" "this" {}`})

	f.succeeds(t, "apply", "-auto-approve")

	before := service.Requests()

	service.Behave(emulator.Behavior{Code: 112})
	f.fails(t, "status code 112", "destroy", "-auto-approve")
	f.succeeds(t, "destroy", "-auto-approve", "-refresh=false")

	if asked := service.Requests() - before; asked != 1 {
		t.Errorf("%d queries came in, want 1, of the destroy that refreshes", asked)
	}
}

// TestBothSurfacesShareRequests is not parallel: whether reads come together depends on how busy the machine is.
func TestBothSurfacesShareRequests(t *testing.T) {
	service := emulator.New(emulator.WithBehavior(emulator.Behavior{Delay: emulator.Duration(100 * time.Millisecond)}))
	f := newFolder(t, serve(t, service), map[string]string{"main.tf": requiredProvider + `
data "qcc_quota" "this" {
  count = 10
}

ephemeral "qcc_quota" "now" {
  count = 10
}

resource "terraform_data" "order" {
  lifecycle {
    precondition {
      condition     = length(ephemeral.qcc_quota.now) == 10
      error_message = "Some are missing."
    }
  }
}
`})

	f.succeeds(t, "plan")

	if service.Requests() > 5 {
		t.Errorf("20 reads took %d requests, want at most 5", service.Requests())
	}
}

func TestTheEphemeralResourceWarnsToo(t *testing.T) {
	t.Parallel()

	service := emulator.New(emulator.WithBehavior(emulator.Behavior{Clock: emulator.Duration(10 * time.Minute)}))
	f := newFolder(t, serve(t, service), map[string]string{"main.tf": gate})

	f.succeeds(t, "plan", "-out=tfplan")

	if output := f.succeeds(t, "apply", "tfplan"); !says("Warning: Clock of this machine is off").MatchString(output) {
		t.Errorf("the apply does not warn:\n%s", output)
	}
}

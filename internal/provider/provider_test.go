package provider_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"

	"github.com/qccpro/terraform-provider-qcc/internal/provider"
	"github.com/qccpro/terraform-provider-qcc/internal/testkit"
)

// TestMain keeps the developer's own Terraform configuration and credentials out of the tests.
func TestMain(m *testing.M) { testkit.Main(m) }

// factories let Terraform use the provider inside of the test process.
func factories(env testkit.Environment) map[string]func() (tfprotov6.ProviderServer, error) {
	return map[string]func() (tfprotov6.ProviderServer, error){
		"qcc": providerserver.NewProtocol6WithError(provider.New("test", env.Getenv)()),
	}
}

// unitTest runs steps through the real Terraform CLI.
func unitTest(t *testing.T, env testkit.Environment, steps ...resource.TestStep) {
	t.Helper()

	resource.UnitTest(t, resource.TestCase{ProtoV6ProviderFactories: factories(env), Steps: steps})
}

// readOnce is a configuration that reads the quota without retries.
const readOnce = `
provider "qcc" {
  max_retries = 0
}

data "qcc_quota" "this" {}
`

// rootModule is the smallest root module that reads the quota.
const rootModule = testkit.RequiredProvider + `
data "qcc_quota" "this" {}

output "left" {
  value = data.qcc_quota.this.modules["radar_id"].remaining
}
`

// TestSchemaIsAContract compares the schema that Terraform receives with testdata/schema.golden.json. CONTRIBUTING.md lists breaking
// changes.
func TestSchemaIsAContract(t *testing.T) {
	t.Parallel()

	f := testkit.NewFolder(t, testkit.Silent(t), map[string]string{"main.tf": testkit.RequiredProvider})

	var schemas struct {
		Providers map[string]json.RawMessage `json:"provider_schemas"`
	}
	if err := json.Unmarshal([]byte(f.Succeeds("providers", "schema", "-json")), &schemas); err != nil {
		t.Fatal(err)
	}

	var got bytes.Buffer
	if err := json.Indent(&got, schemas.Providers["registry.terraform.io/qccpro/qcc"], "", "  "); err != nil {
		t.Fatal(err)
	}

	got.WriteString("\n")

	const golden = "testdata/schema.golden.json"

	if flag.Lookup("update").Value.String() == "true" { // Other tests of the package define the flag.
		if err := os.WriteFile(golden, got.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
	}

	if want := testkit.ReadFile(t, golden); got.String() != want {
		t.Errorf("the schema is\n%s\nand not what %s says; with -update it becomes that", got.String(), golden)
	}
}

func TestCredentialsAreSensitive(t *testing.T) {
	t.Parallel()

	f := testkit.NewFolder(t, testkit.Silent(t), map[string]string{"main.tf": rootModule})

	var schemas struct {
		Providers map[string]struct {
			Provider struct {
				Block struct {
					Attributes map[string]struct {
						Sensitive bool `json:"sensitive"`
					} `json:"attributes"`
				} `json:"block"`
			} `json:"provider"`
		} `json:"provider_schemas"`
	}
	if err := json.Unmarshal([]byte(f.Succeeds("providers", "schema", "-json")), &schemas); err != nil {
		t.Fatal(err)
	}

	want := map[string]bool{"key": true, "secret_key": true, "base_url": false, "timeout": false, "max_retries": false, "language": false}
	attributes := schemas.Providers["registry.terraform.io/qccpro/qcc"].Provider.Block.Attributes

	if len(attributes) != len(want) {
		t.Errorf("there are %d attributes, want %d: add new ones here", len(attributes), len(want))
	}

	for name, sensitive := range want {
		if got, found := attributes[name]; !found || got.Sensitive != sensitive {
			t.Errorf("%s is there: %t, and sensitive: %t, want %t", name, found, got.Sensitive, sensitive)
		}
	}
}

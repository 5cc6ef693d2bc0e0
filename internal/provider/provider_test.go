package provider_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"maps"
	"os"
	"testing"

	"github.com/qccpro/terraform-provider-qcc/internal/testkit"
)

// TestMain keeps the developer's own Terraform configuration and credentials out of the tests.
func TestMain(m *testing.M) { testkit.Main(m) }

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

	f := testkit.NewAttachedFolder(t, testkit.Silent(t), map[string]string{"main.tf": testkit.RequiredProvider})

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

// TestCredentialsAreSensitive has a list of its own, so that an updated golden file cannot hide that a credential is shown.
func TestCredentialsAreSensitive(t *testing.T) {
	t.Parallel()

	want := map[string]bool{
		"key": true, "secret_key": true, "base_url": false, "timeout": false, "max_retries": false, "language": false,
		"reservation_database": true, "reservation_ttl": false, "reservation_holder": false,
	}
	got := map[string]bool{}

	for _, attribute := range newSession(t, noEnvironment).schema.Provider.Block.Attributes {
		got[attribute.Name] = attribute.Sensitive
	}

	if !maps.Equal(got, want) {
		t.Errorf("the sensitive attributes are %v, want %v: add new attributes here", got, want)
	}
}

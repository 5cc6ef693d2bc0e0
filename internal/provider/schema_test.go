package provider_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"testing"
)

// TestSchemaIsAContract compares the schema as Terraform sees it with the one that is in review. See CONTRIBUTING.md for what breaks.
func TestSchemaIsAContract(t *testing.T) {
	t.Parallel()

	f := newFolder(t, silent(t), map[string]string{"main.tf": requiredProvider})

	var schemas struct {
		Providers map[string]json.RawMessage `json:"provider_schemas"`
	}
	if err := json.Unmarshal([]byte(f.succeeds(t, "providers", "schema", "-json")), &schemas); err != nil {
		t.Fatal(err)
	}

	var got bytes.Buffer
	if err := json.Indent(&got, schemas.Providers["registry.terraform.io/qccpro/qcc"], "", "  "); err != nil {
		t.Fatal(err)
	}

	got.WriteString("\n")

	const golden = "testdata/schema.golden.json"

	if flag.Lookup("update").Value.String() == "true" { // Which the package's other tests define.
		if err := os.WriteFile(golden, got.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
	}

	if want := read(t, golden); got.String() != want {
		t.Errorf("the schema is\n%s\nand not what %s says; with -update it becomes that", got.String(), golden)
	}
}

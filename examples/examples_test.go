package examples_test

import (
	"encoding/json"
	"errors"
	"flag"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/qccpro/terraform-provider-qcc/internal/emulator"
	"github.com/qccpro/terraform-provider-qcc/internal/testkit"
)

// TestMain keeps the developer's own Terraform configuration and credentials out of the tests. The test binary is a jq, too.
func TestMain(m *testing.M) { testkit.MainWithJQ(m) }

var update = flag.Bool("update", false, "write the golden files instead of comparing with them")

// exampleTests has a test for every example whose outputs do not say everything. The pipelines, which are no configurations, have tests
// of their own.
var exampleTests = map[string]func(*testing.T, *emulator.Emulator, *testkit.Folder){
	"provider":                      testProviderExample,
	"ephemeral-resources/qcc_quota": testEphemeralResourceExample,
	"gates/precondition":            testPreconditionExample,
	"gates/several-modules":         testSeveralModulesExample,
	"gates/check":                   testCheckExample,
	"gates/apply":                   testApplyExample,
	"gates/two-companies":           testTwoCompaniesExample,
	"gates/child-module":            testChildModuleExample,
	"gates/existing-work":           testExistingWorkExample,
	"terraform-test":                testTerraformTestExample,
}

func TestExamples(t *testing.T) {
	t.Parallel()

	found := testkit.Examples(t)
	for name := range exampleTests {
		if !slices.Contains(found, name) {
			t.Errorf("there is a test, and no example %s", name)
		}
	}

	goldens, err := filepath.Glob("testdata/*/*.golden.json")
	if err != nil {
		t.Fatal(err)
	}

	for _, golden := range goldens {
		name := strings.TrimSuffix(strings.TrimPrefix(filepath.ToSlash(golden), "testdata/"), ".golden.json")
		if !slices.Contains(found, name) {
			t.Errorf("there is %s, and no example %s", golden, name)
		}
	}

	for _, name := range found {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			test, tested := exampleTests[name]
			group, _, _ := strings.Cut(name, "/")

			switch {
			case tested:
			case group == "data-sources", group == "functions":
				test = compareOutputs("testdata/" + name + ".golden.json")
			default:
				t.Fatal("no test runs this example")
			}

			files := testkit.Example(t, name)

			// The examples of the reference leave to the provider's where the provider comes from.
			if _, whole := files["main.tf"]; !whole && path.Dir(name) != "." {
				files["terraform.tf"] = testkit.RequiredProvider
			}

			service := emulator.New()
			test(t, service, testkit.NewFolder(t, testkit.Serve(t, service), files))
		})
	}
}

// compareOutputs compares the planned outputs of an example with a golden file. To accept a change:
// go test ./examples -run TestExamples -update.
func compareOutputs(golden string) func(*testing.T, *emulator.Emulator, *testkit.Folder) {
	return func(t *testing.T, _ *emulator.Emulator, f *testkit.Folder) {
		t.Helper()
		f.Succeeds("plan", "-out=tfplan")

		var plan struct {
			Outputs map[string]struct {
				After any `json:"after"`
			} `json:"output_changes"`
		}
		if err := json.Unmarshal([]byte(f.Succeeds("show", "-json", "tfplan")), &plan); err != nil {
			t.Fatal(err)
		}

		values := map[string]any{}

		for name, output := range plan.Outputs {
			if values[name] = output.After; output.After == nil {
				t.Errorf("the plan does not know the output %s", name)
			}
		}

		if len(values) == 0 {
			t.Fatal("the example has no output that shows its result")
		}

		got, err := json.MarshalIndent(values, "", "  ")
		if err != nil {
			t.Fatal(err)
		}

		if *update {
			if err := errors.Join(os.MkdirAll(filepath.Dir(golden), 0o750), os.WriteFile(golden, append(got, '\n'), 0o600)); err != nil {
				t.Fatal(err)
			}
		}

		want, err := os.ReadFile(golden)
		if err != nil || strings.TrimSpace(string(want)) != string(got) {
			t.Errorf("the outputs are\n%s\nand not what %s says: %v; with -update it becomes that", got, golden, err)
		}
	}
}

func testProviderExample(t *testing.T, service *emulator.Emulator, f *testkit.Folder) {
	t.Helper()
	f.Succeeds("validate")
	f.Write("read.tf", `data "qcc_quota" "this" {}`)

	service.Behave(emulator.Behavior{Code: 199})
	f.Fails("Number of attempts: 3. This was the last failure.", "plan") // Of max_retries = 2.
}

func testEphemeralResourceExample(t *testing.T, service *emulator.Emulator, f *testkit.Folder) {
	t.Helper()
	f.Succeeds("plan", "-out=tfplan")
	testkit.Consume(t, service, "radar_id", 9)
	f.Fails("QCC quota of radar_id is short at this moment: 40 required.", "apply", "tfplan")
}

package examples_test

import (
	"encoding/json"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/qccpro/terraform-provider-qcc/internal/emulator"
	"github.com/qccpro/terraform-provider-qcc/internal/testkit"
)

var update = flag.Bool("update", false, "write the golden files instead of comparing with them")

// exampleTests has a test for every example that outputs alone do not test. Other files test the pipelines, which are no configurations.
var exampleTests = map[string]func(*testing.T, *emulator.Emulator, *testkit.Folder){
	"provider":                      testProviderExample,
	"ephemeral-resources/qcc_quota": testEphemeralResourceExample,
	"resources/qcc_quota_gate":      testQuotaGateExample,
	"gates/each-order":              testEachOrderExample,
	"gates/total":                   testTotalExample,
	"gates/several-modules":         testSeveralModulesExample,
	"gates/two-companies":           testTwoCompaniesExample,
	"gates/child-module":            testChildModuleExample,
	"gates/existing-work":           testExistingWorkExample,
	"gates/swap":                    testSwapExample,
	"gates/renamed-key":             testRenamedKeyExample,
	"gates/failed-order":            testFailedOrderExample,
	"gates/precondition":            testPreconditionExample,
	"gates/apply":                   testApplyExample,
	"gates/check":                   testCheckExample,
	"terraform-test":                testTerraformTestExample,
	"terraform-test-gate":           testTerraformTestGateExample,
}

func TestExamples(t *testing.T) {
	t.Parallel()

	found := testkit.Examples(t)
	for name := range exampleTests {
		if !slices.Contains(found, name) {
			t.Errorf("there is a test, but no example %s", name)
		}
	}

	goldens, err := filepath.Glob("internal/test/examples/testdata/*/*.golden.json")
	if err != nil {
		t.Fatal(err)
	}

	for _, golden := range goldens {
		name := strings.TrimSuffix(strings.TrimPrefix(filepath.ToSlash(golden), "internal/test/examples/testdata/"), ".golden.json")
		if !slices.Contains(found, name) {
			t.Errorf("there is %s, but no example %s", golden, name)
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
				test = compareOutputs("internal/test/examples/testdata/" + name + ".golden.json")
			default:
				t.Fatal("no test runs this example")
			}

			files := testkit.Example(t, name)

			// TestImportBlockOfTheReference runs the import block, which requires a newer Terraform than the resource.
			delete(files, importBlock)

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
			t.Errorf("the outputs are\n%s\nand differ from %s: %v; -update writes them to the file", got, golden, err)
		}
	}
}

func testProviderExample(t *testing.T, service *emulator.Emulator, f *testkit.Folder) {
	t.Helper()
	f.Succeeds("validate")
	f.Write("read.tf", `data "qcc_quota" "this" {}`)

	service.Behave(emulator.Behavior{Code: 199})
	f.Fails("Number of attempts: 3. This was the last failure.", "plan") // The example sets max_retries = 2.
}

func testEphemeralResourceExample(t *testing.T, service *emulator.Emulator, f *testkit.Folder) {
	t.Helper()
	f.Succeeds("plan", "-out=tfplan")
	testkit.Consume(t, service, "radar_id", 9)
	f.Fails("QCC quota of radar_id is short now: 40 required.", "apply", "tfplan")
}

const importBlock = "import-by-string-id.tf"

func testQuotaGateExample(t *testing.T, service *emulator.Emulator, f *testkit.Folder) {
	t.Helper()
	replaceTerraformData(t, f, "resource.tf")

	f.Succeeds("apply", "-auto-approve")
	testkit.Consume(t, service, "radar_id", 48)
	sendsNoRequest(t, service, func() { f.Succeeds("plan", "-detailed-exitcode") })
	f.Fails(radarShort, "plan", companies("companies", "first", "second", "third"))
	f.Fails("This gate adds: 1", "plan", `-replace=qcc_quota_gate.monitoring["first"]`)

	// import.sh imports the gate without judging it.
	command := regexp.MustCompile(`(?m)^terraform import '([^']+)' (\S+)$`).FindStringSubmatch(f.Read("import.sh"))
	if command == nil {
		t.Fatal("import.sh imports nothing")
	}

	f.Succeeds("state", "rm", command[1])
	sendsNoRequest(t, service, func() {
		f.Succeeds("import", command[1], command[2])
		f.Succeeds("plan", "-detailed-exitcode")
		f.Succeeds("destroy", "-auto-approve")
	})
}

// replaceTerraformData lets an example run with a Terraform older than 1.4, which has no terraform_data. It replaces each terraform_data by a
// gate that requires nothing.
func replaceTerraformData(t *testing.T, f *testkit.Folder, name string) {
	t.Helper()

	var version struct {
		Version string `json:"terraform_version"`
	}
	if err := json.Unmarshal([]byte(f.Succeeds("version", "-json")), &version); err != nil {
		t.Fatal(err)
	}

	if !regexp.MustCompile(`^1\.[0-3]\.`).MatchString(version.Version) {
		return
	}

	f.Write(name, strings.NewReplacer(`resource "terraform_data" "`, `resource "qcc_quota_gate" "order_of_`, "input      = each.key", "required   = {}").Replace(f.Read(name)))
}

// TestImportBlockOfTheReference imports the same gate as import.sh.
func TestImportBlockOfTheReference(t *testing.T) {
	t.Parallel()

	files := testkit.Example(t, "resources/qcc_quota_gate")

	service := emulator.New()
	f := testkit.NewFolder(t, testkit.Serve(t, service), files)

	f.Plans("Plan: 1 to import, 3 to add, 0 to change, 0 to destroy.") // One gate and two orders are new.
	testkit.Consume(t, service, "radar_id", 48)
	f.Fails("This gate adds: 1", "plan")
	sendsNoRequest(t, service, func() {
		f.Succeeds("apply", "-auto-approve", companies("companies", "first"))
		f.Succeeds("plan", "-detailed-exitcode", companies("companies", "first"))
	})
}

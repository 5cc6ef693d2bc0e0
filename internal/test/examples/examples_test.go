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

// exampleTests has a test for every example that outputs alone do not test. It returns further steps, which only the long lane runs. The
// room pipelines tests the pipelines, which are no configurations.
var exampleTests = map[string]func(example) func(){
	"provider":                      providerBlock,
	"ephemeral-resources/qcc_quota": ephemeralResource,
	"resources/qcc_quota_gate":      quotaGate,
	"gates/each-order":              eachOrder,
	"gates/total":                   total,
	"gates/several-modules":         severalModules,
	"gates/two-companies":           twoCompanies,
	"gates/child-module":            childModule,
	"gates/existing-work":           existingWork,
	"gates/swap":                    swap,
	"gates/renamed-key":             renamedKey,
	"gates/failed-order":            failedOrder,
	"gates/precondition":            precondition,
	"gates/apply":                   applyTwice,
	"gates/check":                   checkBlock,
	"terraform-test":                terraformTest,
	"terraform-test-gate":           terraformTestOfGates,
}

// goldens is the folder with the outputs of examples.
const goldens = "internal/test/examples/testdata/"

// importFile has the import block of the reference, which requires a newer Terraform than the resource.
const importFile = "import-by-string-id.tf"

func TestExamples(t *testing.T) {
	t.Parallel()

	found := testkit.Examples(t)
	for name := range exampleTests {
		if !slices.Contains(found, name) {
			t.Errorf("there is a test, but no example %s", name)
		}
	}

	files, err := filepath.Glob(goldens + "*/*.golden.json")
	if err != nil {
		t.Fatal(err)
	}

	for _, golden := range files {
		if name := strings.TrimSuffix(strings.TrimPrefix(filepath.ToSlash(golden), goldens), ".golden.json"); !slices.Contains(found, name) {
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
				test = compareOutputs(goldens + name + ".golden.json")
			default:
				t.Fatal("no test runs this example")
			}

			files := testkit.Example(t, name)
			delete(files, importFile) // TestImportBlockOfTheReference runs it.
			runExample(t, name, files, test)
		})
	}
}

func TestImportBlockOfTheReference(t *testing.T) {
	t.Parallel()

	const name = "resources/qcc_quota_gate"

	runExample(t, name, testkit.Example(t, name), importBlock)
}

// example is an example in a folder of its own, with the sample quota.
type example struct {
	*testkit.Folder

	t       *testing.T
	service *emulator.Emulator
}

// runExample runs the test of an example. In the short lane, the provider runs in this process, except for the example with two provider
// blocks. The long lane installs the provider, as users do, and runs the further steps.
func runExample(t *testing.T, name string, files map[string]string, test func(example) func()) {
	t.Helper()

	newFolder := testkit.NewFolder
	if testing.Short() && name != "gates/two-companies" {
		newFolder = testkit.NewAttachedFolder
	}

	service := emulator.New()
	if further := test(example{newFolder(t, testkit.Serve(t, service), files), t, service}); further != nil && !testing.Short() {
		further()
	}
}

// apply applies the example.
func (e example) apply(args ...string) string {
	return e.Succeeds(append([]string{"apply", "-auto-approve"}, args...)...)
}

// destroy destroys what the example has created.
func (e example) destroy(args ...string) {
	e.Succeeds(append([]string{"destroy", "-auto-approve"}, args...)...)
}

// changesNothing runs a plan that must have no changes.
func (e example) changesNothing(args ...string) {
	e.Succeeds(append([]string{"plan", "-detailed-exitcode"}, args...)...)
}

// refuses runs a plan that must fail and print text.
func (e example) refuses(text string, args ...string) {
	e.Fails(text, append([]string{"plan"}, args...)...)
}

// consume adds count to the consumed quota of a module.
func (e example) consume(id string, count int64) { testkit.Consume(e.t, e.service, id, count) }

// sendsNoRequest runs a step that must not send a request.
func (e example) sendsNoRequest(step func()) {
	before := e.service.Requests()

	step()

	if sent := e.service.Requests() - before; sent != 0 {
		e.t.Errorf("%d requests were sent, want none", sent)
	}
}

// replaceTerraformData lets an example run with a Terraform older than 1.4, which has no terraform_data. It replaces each terraform_data by a
// gate that requires nothing. Only the long lane runs with such a Terraform.
func (e example) replaceTerraformData(name string) {
	if testing.Short() {
		return
	}

	var version struct {
		Version string `json:"terraform_version"`
	}
	if err := json.Unmarshal([]byte(e.Succeeds("version", "-json")), &version); err != nil {
		e.t.Fatal(err)
	}

	if regexp.MustCompile(`^1\.[0-3]\.`).MatchString(version.Version) {
		e.Write(name, strings.NewReplacer(`resource "terraform_data" "`, `resource "qcc_quota_gate" "order_of_`, "input      = each.key", "required   = {}").Replace(e.Read(name)))
	}
}

// compareOutputs compares the planned outputs of an example with a golden file. To accept a change:
// go test ./internal/test/examples -run TestExamples -update.
func compareOutputs(golden string) func(example) func() {
	return func(e example) func() {
		e.Succeeds("plan", "-out=tfplan")

		var plan struct {
			Outputs map[string]struct {
				After any `json:"after"`
			} `json:"output_changes"`
		}
		if err := json.Unmarshal([]byte(e.Succeeds("show", "-json", "tfplan")), &plan); err != nil {
			e.t.Fatal(err)
		}

		values := map[string]any{}

		for name, output := range plan.Outputs {
			if values[name] = output.After; output.After == nil {
				e.t.Errorf("the plan does not know the output %s", name)
			}
		}

		if len(values) == 0 {
			e.t.Fatal("the example has no output that shows its result")
		}

		got, err := json.MarshalIndent(values, "", "  ")
		if err != nil {
			e.t.Fatal(err)
		}

		if *update {
			if err := errors.Join(os.MkdirAll(filepath.Dir(golden), 0o750), os.WriteFile(golden, append(got, '\n'), 0o600)); err != nil {
				e.t.Fatal(err)
			}
		}

		want, err := os.ReadFile(golden)
		if err != nil || strings.TrimSpace(string(want)) != string(got) {
			e.t.Errorf("the outputs are\n%s\nand differ from %s: %v; -update writes them to the file", got, golden, err)
		}

		return nil
	}
}

func providerBlock(e example) func() {
	e.Write("read.tf", `data "qcc_quota" "this" {}`)
	e.service.Behave(emulator.Behavior{Code: 199})
	e.refuses("Number of attempts: 3. This was the last failure.") // The example sets max_retries = 2.

	return nil
}

package examples_test

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/qccpro/terraform-provider-qcc/internal/emulator"
	"github.com/qccpro/terraform-provider-qcc/internal/testkit"
)

// exampleTests has a test for every example. In the short lane, a test may end after the first steps. The room pipelines tests the pipelines.
var exampleTests = map[string]func(example){
	"data-sources/qcc_quota":        dataSource,
	"functions/shortfalls":          outputs(`{"short":{"natural_person_id":10}}`),
	"provider":                      providerBlock,
	"ephemeral-resources/qcc_quota": ephemeralResource,
	"resources/qcc_quota_gate":      quotaGate,
	"gates/each-order":              eachOrder,
	"gates/total":                   total,
	"gates/several-modules":         severalModules,
	"gates/two-companies":           twoCompanies,
	"gates/child-module":            childModule,
	"gates/chained-module":          chainedModule,
	"gates/existing-work":           existingWork,
	"gates/swap":                    swap,
	"gates/renamed-key":             renamedKey,
	"gates/failed-order":            failedOrder,
	"gates/precondition":            precondition,
	"gates/apply":                   applyTwice,
	"gates/check":                   checkBlock,
	"pipelines/watch":               func(e example) { e.Succeeds("plan") },
	"reservations":                  reservations,
	"terraform-test":                terraformTest,
	"terraform-test-gate":           terraformTestOfGates,
}

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

	for _, name := range found {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			test, tested := exampleTests[name]
			if !tested {
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
// blocks. The long lane installs the provider, as users do.
func runExample(t *testing.T, name string, files map[string]string, test func(example)) {
	t.Helper()

	newFolder := testkit.NewFolder
	if testing.Short() && name != "gates/two-companies" {
		newFolder = testkit.NewAttachedFolder
	}

	service := emulator.New()
	test(example{newFolder(t, testkit.Serve(t, service), files), t, service})
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

// outputs returns a test that compares the outputs of an example's plan.
func outputs(want string) func(example) {
	return func(e example) {
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
			values[name] = output.After
		}

		if got, err := json.Marshal(values); err != nil || string(got) != want {
			e.t.Errorf("the outputs are %s, want %s", got, want)
		}
	}
}

// providerBlock reads the quota, with the lowest version that has data sources.
func providerBlock(e example) {
	e.Write("read.tf", `data "qcc_quota" "this" {}

output "radar_id" {
  value = data.qcc_quota.this.modules["radar_id"].remaining
}
`)
	outputs(`{"radar_id":48}`)(e)
}

package provider_test

import (
	"io/fs"
	"net/http"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/qccpro/terraform-provider-qcc/internal/emulator"
)

const examplesDir = "../../examples"

// exampleTests has a test for every example. The pipelines, which are no configurations, have tests of their own.
var exampleTests = map[string]func(*testing.T, *emulator.Emulator, *folder){
	"provider":                      testProviderExample,
	"data-sources/qcc_quota":        testDataSourceExample,
	"ephemeral-resources/qcc_quota": testEphemeralResourceExample,
	"functions/shortfalls":          testFunctionExample,
	"gates/precondition":            testPreconditionExample,
	"gates/several-modules":         testSeveralModulesExample,
	"gates/check":                   testCheckExample,
	"gates/apply":                   testApplyExample,
	"gates/two-companies":           testTwoCompaniesExample,
	"gates/child-module":            testChildModuleExample,
	"gates/existing-work":           testExistingWorkExample,
	"terraform-test":                testTerraformTestExample,
}

func testProviderExample(t *testing.T, service *emulator.Emulator, f *folder) {
	t.Helper()
	f.succeeds(t, "validate")
	f.write(t, "read.tf", `data "qcc_quota" "this" {}`)

	service.Behave(emulator.Behavior{Code: 199})
	f.fails(t, "Number of attempts: 3. This was the last failure.", "plan") // Of max_retries = 2.
}

func testDataSourceExample(t *testing.T, _ *emulator.Emulator, f *folder) {
	t.Helper()
	f.plans(t, "remaining = { + bene_id = 98 + natural_person_id = 50 + radar_id = 48 }")
}

func testEphemeralResourceExample(t *testing.T, service *emulator.Emulator, f *folder) {
	t.Helper()
	f.succeeds(t, "plan", "-out=tfplan")
	consume(t, service, "radar_id", 9)
	f.fails(t, "QCC quota of radar_id is short at this moment: 40 required.", "apply", "tfplan")
}

func testFunctionExample(t *testing.T, _ *emulator.Emulator, f *folder) {
	t.Helper()
	f.plans(t, "short = { + natural_person_id = 10 }")
}

func testPreconditionExample(t *testing.T, service *emulator.Emulator, f *folder) {
	t.Helper()
	f.ordersOnce(t, "-var=companies_to_add=48")
	consume(t, service, "radar_id", 48)
	f.fails(t, `QCC quota is short by {"radar_id":48}.`, "plan", "-var=companies_to_add=48")
	f.succeeds(t, "plan")

	service.SetModules()
	f.fails(t, `QCC quota is short by {"radar_id":1}.`, "plan", "-var=companies_to_add=1")
	f.fails(t, `the requirement of "radar_id" is negative`, "plan", "-var=companies_to_add=-1")
	f.succeeds(t, "destroy", "-auto-approve", "-var=companies_to_add=48")
}

func testSeveralModulesExample(t *testing.T, service *emulator.Emulator, f *folder) {
	t.Helper()

	const required = "-var=qcc_required={radar_id=48, bene_id=98}"

	f.ordersOnce(t, required)
	consume(t, service, "radar_id", 48)
	consume(t, service, "bene_id", 90)
	f.fails(t, "QCC quota is short by 90 for bene_id: 98 required. QCC quota is short by 48 for radar_id: 48 required.", "plan", required)
	f.fails(t, "The account has no module new_id: it has bene_id, natural_person_id, radar_id.", "plan", "-var=qcc_required={new_id=3}")
	f.fails(t, `the requirement of "radar_id" is not a whole number`, "plan", "-var=qcc_required={radar_id=0.5}")

	service.Behave(emulator.Behavior{Body: `{"status":"200","result":[{"id":"radar_id","totalCount":50}]}`})
	f.fails(t, "QCC quota is short by 1 for radar_id: 1 required.", "plan", "-var=qcc_required={radar_id=1}")

	// Little quota is in nobody's way: not without an order, and not at destroy.
	service.Behave(emulator.Behavior{})
	service.SetModules(emulator.Module{ID: "radar_id", Total: 1, Consumed: 9})
	f.fails(t, "short by 10 for radar_id: 2 required.", "plan", "-var=qcc_required={radar_id=2}")
	f.succeeds(t, "plan")
	f.succeeds(t, "plan", "-var=qcc_required=null")
	f.succeeds(t, "plan", "-var=qcc_required={radar_id=0}")
	f.succeeds(t, "destroy", "-auto-approve", required)
}

func testCheckExample(t *testing.T, service *emulator.Emulator, f *folder) {
	t.Helper()

	if output := f.succeeds(t, "apply", "-auto-approve"); strings.Contains(output, "Warning") {
		t.Errorf("the apply warns of enough quota:\n%s", output)
	}

	f.succeeds(t, "plan", "-detailed-exitcode") // 0, for a configuration without changes.
	consume(t, service, "radar_id", 40)

	const warning = "Warning: Check block assertion failed"
	f.plans(t, warning)
	f.plans(t, "QCC quota of radar_id is 2 below the reserve of 10.")
	f.succeeds(t, "plan", "-detailed-exitcode")
	service.SetModules()
	f.plans(t, "QCC quota of bene_id is 10 below the reserve of 10. QCC quota of natural_person_id is 10 below")
}

func testApplyExample(t *testing.T, service *emulator.Emulator, f *folder) {
	t.Helper()

	const required = "-var=qcc_required={radar_id=40}"

	f.succeeds(t, "plan", required, "-out=tfplan")
	consume(t, service, "radar_id", 20)
	f.fails(t, "QCC quota is short at this moment. A new plan says by how much.", "apply", "tfplan")

	if left := f.succeeds(t, "state", "list"); strings.Contains(left, "terraform_data.order") {
		t.Errorf("the apply has created %s", left)
	}

	f.fails(t, "QCC quota is short by 12 for radar_id: 40 required.", "plan", required)

	service.SetModules(emulator.Sample()...)
	f.succeeds(t, "plan", required, "-out=tfplan")
	f.succeeds(t, "apply", "tfplan")

	service.SetModules()
	f.succeeds(t, "plan", "-detailed-exitcode")
	f.succeeds(t, "destroy", "-auto-approve", required)
}

func testTwoCompaniesExample(t *testing.T, parent *emulator.Emulator, f *folder) {
	t.Helper()

	const key, secret = "other_company", "other_word"

	subsidiary := emulator.New(emulator.WithCredentials(key, secret), emulator.WithModules(emulator.Module{ID: "radar_id", Total: 5}))

	// Both companies are customers of one service.
	f.env = append(f.env, "TF_VAR_subsidiary_key="+key, "TF_VAR_subsidiary_secret_key="+secret,
		"QCC_BASE_URL="+serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Query().Get("key") == key {
				subsidiary.ServeHTTP(w, r)
			} else {
				parent.ServeHTTP(w, r)
			}
		})))

	f.succeeds(t, "plan", "-var=parent_required={radar_id=48}", "-var=subsidiary_required={radar_id=5}", "-out=tfplan")

	if plan := planFiles(t, filepath.Join(f.dir, "tfplan")); strings.Contains(plan, secret) || strings.Contains(plan, key) {
		t.Error("the plan holds a secret")
	}

	f.succeeds(t, "apply", "tfplan")
	f.succeeds(t, "plan", "-detailed-exitcode")
	f.fails(t, `The subsidiary's QCC quota is short by {"radar_id":1}.`, "plan", "-var=subsidiary_required={radar_id=6}")
	f.fails(t, `The parent company's QCC quota is short by {"radar_id":1}.`, "plan", "-var=parent_required={radar_id=49}")
	f.succeeds(t, "destroy", "-auto-approve")
}

func testChildModuleExample(t *testing.T, _ *emulator.Emulator, f *folder) {
	t.Helper()
	f.ordersOnce(t, "-var=qcc_required={radar_id=48}")
	f.fails(t, `QCC quota is short by {"radar_id":1}.`, "plan", "-var=qcc_required={radar_id=49}")
}

func testExistingWorkExample(t *testing.T, service *emulator.Emulator, f *folder) {
	t.Helper()

	const three = `-var=companies=["first","second","third"]`

	f.ordersOnce(t, "-var=qcc_required={radar_id=2}")
	consume(t, service, "radar_id", 48)
	f.plans(t, "No changes.")

	if graph := f.succeeds(t, "graph"); !regexp.MustCompile(`terraform_data\.monitored\b.* -> .*\bterraform_data\.gate\b`).MatchString(graph) {
		t.Errorf("the work does not wait for the gate:\n%s", graph)
	}

	f.fails(t, `QCC quota is short by {"radar_id":1}.`, "plan", three, "-var=qcc_required={radar_id=1}")
	f.succeeds(t, "apply", "-auto-approve", `-var=companies=["first"]`)
	f.succeeds(t, "destroy", "-auto-approve")
}

func testTerraformTestExample(t *testing.T, service *emulator.Emulator, f *folder) {
	t.Helper()

	f.env = append(f.env, "QCC_KEY=", "QCC_SECRET_KEY=") // Mocks need no account.

	if output := f.succeeds(t, "test"); !strings.Contains(output, "Success! 5 passed, 0 failed.") {
		t.Errorf("the tests say:\n%s", output)
	}

	if service.Requests() != 0 {
		t.Errorf("%d queries came in, want none", service.Requests())
	}

	// The tests can fail: without the gate, the three runs that expect it to refuse do.
	content, err := os.ReadFile(filepath.Join(f.dir, "main.tf"))
	if err != nil {
		t.Fatal(err)
	}

	f.write(t, "main.tf", strings.Replace(string(content), "length(local.short) == 0", "length(local.short) >= 0", 1))
	f.fails(t, "Missing expected failure", "test")
}

// ordersOnce applies an order that the quota pays for, and sees that the next plan, without a requirement, changes nothing.
func (f *folder) ordersOnce(t *testing.T, requirements ...string) {
	t.Helper()
	f.succeeds(t, append([]string{"apply", "-auto-approve"}, requirements...)...)
	f.succeeds(t, "plan", "-detailed-exitcode")
}

// plans makes a plan that succeeds and says the text.
func (f *folder) plans(t *testing.T, text string) {
	t.Helper()

	if output := f.succeeds(t, "plan"); !says(text).MatchString(output) {
		t.Errorf("the plan does not say %q:\n%s", text, output)
	}
}

func consume(t *testing.T, service *emulator.Emulator, id string, count int64) {
	t.Helper()

	if err := service.Consume(id, count); err != nil {
		t.Fatal(err)
	}
}

// exampleFiles returns the files of an example, child modules and tests included.
func exampleFiles(t *testing.T, name string) map[string]string {
	t.Helper()

	example := os.DirFS(filepath.Join(examplesDir, filepath.FromSlash(name)))
	files := map[string]string{}

	err := fs.WalkDir(example, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}

		content, err := fs.ReadFile(example, name)
		files[name] = string(content)

		return err
	})
	if err != nil {
		t.Fatal(err)
	}

	return files
}

// examples returns the root modules below examples: a folder below another one with a configuration is that one's.
func examples(t *testing.T) []string {
	t.Helper()

	var found []string

	err := fs.WalkDir(os.DirFS(examplesDir), ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.IsDir() {
			return err
		}

		configurations, err := filepath.Glob(filepath.Join(examplesDir, filepath.FromSlash(name), "*.tf"))
		if err != nil || len(configurations) == 0 {
			return err
		}

		found = append(found, name)

		return fs.SkipDir
	})
	if err != nil {
		t.Fatal(err)
	}

	return found
}

func TestExamples(t *testing.T) {
	t.Parallel()

	found := examples(t)
	for name := range exampleTests {
		if !slices.Contains(found, name) {
			t.Errorf("there is a test, and no example %s", name)
		}
	}

	for _, name := range found {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			test, tested := exampleTests[name]
			if !tested {
				t.Fatal("no test runs this example")
			}

			files := exampleFiles(t, name)

			// The examples of the reference leave to the provider's where the provider comes from.
			if _, whole := files["main.tf"]; !whole && path.Dir(name) != "." {
				files["terraform.tf"] = requiredProvider
			}

			service := emulator.New()
			test(t, service, newFolder(t, serve(t, service), files))
		})
	}
}

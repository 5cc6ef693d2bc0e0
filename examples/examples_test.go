package examples_test

import (
	"path"
	"slices"
	"testing"

	"github.com/qccpro/terraform-provider-qcc/internal/emulator"
	"github.com/qccpro/terraform-provider-qcc/internal/testkit"
)

// TestMain keeps the developer's own Terraform configuration and credentials out of the tests. The test binary is a jq, too.
func TestMain(m *testing.M) { testkit.MainWithJQ(m) }

// exampleTests has a test for every example. The pipelines, which are no configurations, have tests of their own.
var exampleTests = map[string]func(*testing.T, *emulator.Emulator, *testkit.Folder){
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

func TestExamples(t *testing.T) {
	t.Parallel()

	found := testkit.Examples(t)
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

func testProviderExample(t *testing.T, service *emulator.Emulator, f *testkit.Folder) {
	t.Helper()
	f.Succeeds("validate")
	f.Write("read.tf", `data "qcc_quota" "this" {}`)

	service.Behave(emulator.Behavior{Code: 199})
	f.Fails("Number of attempts: 3. This was the last failure.", "plan") // Of max_retries = 2.
}

func testDataSourceExample(t *testing.T, _ *emulator.Emulator, f *testkit.Folder) {
	t.Helper()
	f.Plans("remaining = { + bene_id = 98 + natural_person_id = 50 + radar_id = 48 }")
}

func testEphemeralResourceExample(t *testing.T, service *emulator.Emulator, f *testkit.Folder) {
	t.Helper()
	f.Succeeds("plan", "-out=tfplan")
	testkit.Consume(t, service, "radar_id", 9)
	f.Fails("QCC quota of radar_id is short at this moment: 40 required.", "apply", "tfplan")
}

func testFunctionExample(t *testing.T, _ *emulator.Emulator, f *testkit.Folder) {
	t.Helper()
	f.Plans("short = { + natural_person_id = 10 }")
}

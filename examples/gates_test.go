package examples_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/qccpro/terraform-provider-qcc/internal/emulator"
	"github.com/qccpro/terraform-provider-qcc/internal/testkit"
)

// ordersOnce applies an order that the quota pays for, and sees that the next plan, without a requirement, changes nothing.
func ordersOnce(t *testing.T, f *testkit.Folder, requirements ...string) {
	t.Helper()
	f.Succeeds(append([]string{"apply", "-auto-approve"}, requirements...)...)
	f.Succeeds("plan", "-detailed-exitcode")
}

func testPreconditionExample(t *testing.T, service *emulator.Emulator, f *testkit.Folder) {
	t.Helper()
	ordersOnce(t, f, "-var=companies_to_add=48")
	testkit.Consume(t, service, "radar_id", 48)
	f.Fails(`QCC quota is short by {"radar_id":48}.`, "plan", "-var=companies_to_add=48")
	f.Succeeds("plan")

	service.SetModules()
	f.Fails(`QCC quota is short by {"radar_id":1}.`, "plan", "-var=companies_to_add=1")
	f.Fails(`the requirement of "radar_id" is negative`, "plan", "-var=companies_to_add=-1")
	f.Succeeds("destroy", "-auto-approve", "-var=companies_to_add=48")
}

func testSeveralModulesExample(t *testing.T, service *emulator.Emulator, f *testkit.Folder) {
	t.Helper()

	const required = "-var=qcc_required={radar_id=48, bene_id=98}"

	ordersOnce(t, f, required)
	testkit.Consume(t, service, "radar_id", 48)
	testkit.Consume(t, service, "bene_id", 90)
	f.Fails("QCC quota is short by 90 for bene_id: 98 required. QCC quota is short by 48 for radar_id: 48 required.", "plan", required)
	f.Fails("The account has no module new_id: it has bene_id, natural_person_id, radar_id.", "plan", "-var=qcc_required={new_id=3}")
	f.Fails(`the requirement of "radar_id" is not a whole number`, "plan", "-var=qcc_required={radar_id=0.5}")

	service.Behave(emulator.Behavior{Body: `{"status":"200","result":[{"id":"radar_id","totalCount":50}]}`})
	f.Fails("QCC quota is short by 1 for radar_id: 1 required.", "plan", "-var=qcc_required={radar_id=1}")

	// Low quota blocks neither a plan that orders nothing nor a destroy.
	service.Behave(emulator.Behavior{})
	service.SetModules(emulator.Module{ID: "radar_id", Total: 1, Consumed: 9})
	f.Fails("short by 10 for radar_id: 2 required.", "plan", "-var=qcc_required={radar_id=2}")
	f.Succeeds("plan")
	f.Succeeds("plan", "-var=qcc_required=null")
	f.Succeeds("plan", "-var=qcc_required={radar_id=0}")
	f.Succeeds("destroy", "-auto-approve", required)
}

func testCheckExample(t *testing.T, service *emulator.Emulator, f *testkit.Folder) {
	t.Helper()

	if output := f.Succeeds("apply", "-auto-approve"); strings.Contains(output, "Warning") {
		t.Errorf("the apply warns of enough quota:\n%s", output)
	}

	f.Succeeds("plan", "-detailed-exitcode") // 0, for a configuration without changes.
	testkit.Consume(t, service, "radar_id", 40)

	const warning = "Warning: Check block assertion failed"
	f.Plans(warning)
	f.Plans("QCC quota of radar_id is 2 below the reserve of 10.")
	f.Succeeds("plan", "-detailed-exitcode")
	service.SetModules()
	f.Plans("QCC quota of bene_id is 10 below the reserve of 10. QCC quota of natural_person_id is 10 below")
}

func testApplyExample(t *testing.T, service *emulator.Emulator, f *testkit.Folder) {
	t.Helper()

	const required = "-var=qcc_required={radar_id=40}"

	f.Succeeds("plan", required, "-out=tfplan")
	testkit.Consume(t, service, "radar_id", 20)
	f.Fails("QCC quota is short at this moment. A new plan says by how much.", "apply", "tfplan")

	if left := f.Succeeds("state", "list"); strings.Contains(left, "terraform_data.order") {
		t.Errorf("the apply has created %s", left)
	}

	f.Fails("QCC quota is short by 12 for radar_id: 40 required.", "plan", required)

	service.SetModules(emulator.Sample()...)
	f.Succeeds("plan", required, "-out=tfplan")
	f.Succeeds("apply", "tfplan")

	service.SetModules()
	f.Succeeds("plan", "-detailed-exitcode")
	f.Succeeds("destroy", "-auto-approve", required)
}

func testTwoCompaniesExample(t *testing.T, parent *emulator.Emulator, f *testkit.Folder) {
	t.Helper()

	const key, secret = "other_company", "other_word"

	subsidiary := emulator.New(emulator.WithCredentials(key, secret), emulator.WithModules(emulator.Module{ID: "radar_id", Total: 5}))

	// Both companies are customers of one service.
	f.Set("TF_VAR_subsidiary_key="+key, "TF_VAR_subsidiary_secret_key="+secret,
		"QCC_BASE_URL="+testkit.Serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Query().Get("key") == key {
				subsidiary.ServeHTTP(w, r)
			} else {
				parent.ServeHTTP(w, r)
			}
		})))

	f.Succeeds("plan", "-var=parent_required={radar_id=48}", "-var=subsidiary_required={radar_id=5}", "-out=tfplan")

	for member, content := range f.SavedPlan("tfplan") {
		if strings.Contains(content, secret) || strings.Contains(content, key) {
			t.Errorf("the plan holds a secret in %s", member)
		}
	}

	f.Succeeds("apply", "tfplan")
	f.Succeeds("plan", "-detailed-exitcode")
	f.Fails(`The subsidiary's QCC quota is short by {"radar_id":1}.`, "plan", "-var=subsidiary_required={radar_id=6}")
	f.Fails(`The parent company's QCC quota is short by {"radar_id":1}.`, "plan", "-var=parent_required={radar_id=49}")
	f.Succeeds("destroy", "-auto-approve")
}

func testChildModuleExample(t *testing.T, _ *emulator.Emulator, f *testkit.Folder) {
	t.Helper()
	ordersOnce(t, f, "-var=qcc_required={radar_id=48}")
	f.Fails(`QCC quota is short by {"radar_id":1}.`, "plan", "-var=qcc_required={radar_id=49}")
}

func testExistingWorkExample(t *testing.T, service *emulator.Emulator, f *testkit.Folder) {
	t.Helper()

	const three = `-var=companies=["first","second","third"]`

	ordersOnce(t, f, "-var=qcc_required={radar_id=2}")
	testkit.Consume(t, service, "radar_id", 48)
	f.Plans("No changes.")

	if graph := f.Succeeds("graph"); !regexp.MustCompile(`terraform_data\.monitored\b.* -> .*\bterraform_data\.gate\b`).MatchString(graph) {
		t.Errorf("the work does not wait for the gate:\n%s", graph)
	}

	f.Fails(`QCC quota is short by {"radar_id":1}.`, "plan", three, "-var=qcc_required={radar_id=1}")
	f.Succeeds("apply", "-auto-approve", `-var=companies=["first"]`)
	f.Succeeds("destroy", "-auto-approve")
}

package examples_test

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/qccpro/terraform-provider-qcc/internal/emulator"
	"github.com/qccpro/terraform-provider-qcc/internal/testkit"
)

// sendsNoRequest runs a step that must not send a request.
func sendsNoRequest(t *testing.T, service *emulator.Emulator, step func()) {
	t.Helper()

	before := service.Requests()

	step()

	if sent := service.Requests() - before; sent != 0 {
		t.Errorf("%d requests were sent, want none", sent)
	}
}

// radarShort is the error of a gate whose quota of radar_id is short by 1.
const radarShort = "The quota of radar_id (风险监控-企业) is short by 1."

// resources returns the addresses in the state.
func resources(f *testkit.Folder) []string { return strings.Fields(f.Succeeds("state", "list")) }

// companies returns the argument that sets a variable to a set of companies.
func companies(variable string, names ...string) string {
	return fmt.Sprintf("-var=%s=[%s]", variable, `"`+strings.Join(names, `", "`)+`"`)
}

func testEachOrderExample(t *testing.T, service *emulator.Emulator, f *testkit.Folder) {
	t.Helper()
	f.Succeeds("apply", "-auto-approve")

	if graph := f.Succeeds("graph"); !regexp.MustCompile(`terraform_data\.monitoring\b.* -> .*\bqcc_quota_gate\.monitoring\b`).MatchString(graph) {
		t.Errorf("the orders do not wait for the gates:\n%s", graph)
	}

	// Orders that exist do not fail a plan after the quota is spent.
	testkit.Consume(t, service, "radar_id", 48)
	sendsNoRequest(t, service, func() { f.Succeeds("plan", "-detailed-exitcode") })
	f.Fails(radarShort, "plan", companies("companies", "first", "second", "third"))
	f.Fails(radarShort, "plan", companies("companies", "first", "third")) // This is a swap.
	sendsNoRequest(t, service, func() { f.Succeeds("apply", "-auto-approve", companies("companies", "first")) })

	// A saved plan is judged again before the first order.
	service.SetModules(emulator.Sample()...)
	f.Succeeds("plan", companies("companies", "first", "second", "third"), "-out=tfplan")
	service.SetModules(emulator.Module{ID: "radar_id", Total: 50, Consumed: 49})
	f.Fails("Available to this gate: 0 Left at QCC: 1 of 50 Granted to other gates in this run: 1", "apply", "tfplan")

	if got := resources(f); slices.Contains(got, `terraform_data.monitoring["second"]`) || slices.Contains(got, `terraform_data.monitoring["third"]`) {
		t.Errorf("the apply has ordered %v", got)
	}

	// A gate that a destroy would still add is judged before the destroy.
	service.SetModules()
	f.Fails("If this run is a destroy: run it with -refresh=false.", "destroy", "-auto-approve", companies("companies", "fourth"))
	sendsNoRequest(t, service, func() { f.Succeeds("destroy", "-auto-approve", "-refresh=false", companies("companies", "fourth")) })
}

func testTotalExample(t *testing.T, service *emulator.Emulator, f *testkit.Folder) {
	t.Helper()
	f.Succeeds("apply", "-auto-approve")
	testkit.Consume(t, service, "radar_id", 48)
	sendsNoRequest(t, service, func() { f.Succeeds("plan", "-detailed-exitcode") })
	f.Fails(radarShort+" This gate adds: 1 (from 2 to 3)", "plan", companies("companies", "first", "second", "third"))

	// A gate of the total does not notice a swap.
	sendsNoRequest(t, service, func() { f.Succeeds("plan", companies("companies", "first", "third")) })
	f.Succeeds("destroy", "-auto-approve")
}

func testSeveralModulesExample(t *testing.T, service *emulator.Emulator, f *testkit.Folder) {
	t.Helper()
	f.Succeeds("apply", "-auto-approve")
	f.Succeeds("plan", "-detailed-exitcode")

	testkit.Consume(t, service, "radar_id", 48)
	testkit.Consume(t, service, "bene_id", 98)
	sendsNoRequest(t, service, func() { f.Succeeds("plan", "-detailed-exitcode") })

	// The errors name each module whose quota is short.
	f.Fails("The quota of bene_id (股权穿透) is short by 1.", "plan", "-var=companies={first=2, second=5, third=1}")
	f.Fails(radarShort, "plan", "-var=companies={first=2, second=5, third=1}")

	// A growing gate needs no quota of the modules that do not grow.
	f.Succeeds("plan", "-var=companies={first=2, second=55}")
	f.Fails("The quota of natural_person_id (自然人核验) is short by 1. This gate adds: 51 (from 5 to 56)", "plan", "-var=companies={first=2, second=56}")
	f.Fails(`The requirement of "natural_person_id" is not a whole number.`, "plan", "-var=companies={first=0.5}")
	f.Succeeds("destroy", "-auto-approve")
}

func testSwapExample(t *testing.T, service *emulator.Emulator, f *testkit.Folder) {
	t.Helper()

	const swap = `-var=companies={contract_1="third", contract_2="second"}`

	f.Succeeds("apply", "-auto-approve")
	f.Succeeds("plan", swap, "-out=tfplan")
	testkit.Consume(t, service, "radar_id", 48)
	sendsNoRequest(t, service, func() { f.Succeeds("plan", "-detailed-exitcode") })
	f.Fails(radarShort+" This gate adds: 1 Left at QCC: 0 of 50", "plan", swap)

	// A refused apply orders nothing, and the next plan judges the swap again.
	f.Fails(radarShort, "apply", "tfplan")

	if state := f.Succeeds("state", "show", `terraform_data.monitoring["contract_1"]`); !strings.Contains(state, `"first"`) {
		t.Errorf("the order is\n%s", state)
	}

	f.Fails(radarShort, "plan", swap)

	service.SetModules(emulator.Sample()...)
	f.Succeeds("apply", "-auto-approve", swap)
	f.Succeeds("plan", "-detailed-exitcode", swap)
	f.Succeeds("destroy", "-auto-approve", swap)
}

func testRenamedKeyExample(t *testing.T, service *emulator.Emulator, f *testkit.Folder) {
	t.Helper()

	whole := f.Read("main.tf")

	unmoved, _, found := strings.Cut(whole, "moved {")
	if !found {
		t.Fatal("nothing is moved")
	}

	f.Write("main.tf", unmoved)
	f.Succeeds("apply", "-auto-approve", companies("companies", "first", "second"))
	testkit.Consume(t, service, "radar_id", 48)

	// Without the moved blocks, the gate with the new name is a new one.
	f.Fails(radarShort, "plan")

	f.Write("main.tf", whole)
	sendsNoRequest(t, service, func() {
		f.Plans(`qcc_quota_gate.monitoring["first"] has moved to qcc_quota_gate.monitoring["first_renamed"]`)
		f.Succeeds("apply", "-auto-approve")
		f.Succeeds("plan", "-detailed-exitcode")
	})
	f.Fails(radarShort, "plan", companies("companies", "first_renamed", "second", "third"))
}

func testFailedOrderExample(t *testing.T, service *emulator.Emulator, f *testkit.Folder) {
	t.Helper()

	const (
		failing = `-var=order=test "$COMPANY" != second`
		replace = `-replace=qcc_quota_gate.monitoring["second"]`
	)

	f.Fails("local-exec provisioner error", "apply", "-auto-approve", failing)
	testkit.Consume(t, service, "radar_id", 48)

	// The gate was granted, so the next plan sends no request and would order again.
	sendsNoRequest(t, service, func() { f.Plans(`terraform_data.monitoring["second"] is tainted, so`) })
	f.Fails(radarShort+" This gate adds: 1 Left at QCC: 0 of 50", "plan", replace)

	service.SetModules(emulator.Module{ID: "radar_id", Total: 51, Consumed: 50})
	f.Succeeds("plan", replace, "-out=tfplan")
	f.Succeeds("apply", "tfplan")
	f.Succeeds("plan", "-detailed-exitcode")
}

func testExistingWorkExample(t *testing.T, service *emulator.Emulator, f *testkit.Folder) {
	t.Helper()

	// These orders exist before the gate.
	whole := f.Read("main.tf")
	f.Write("main.tf", testkit.RequiredProvider+`
resource "terraform_data" "monitoring" {
  for_each = toset(["first", "second"])

  input = each.key
}
`)
	f.Succeeds("apply", "-auto-approve")
	testkit.Consume(t, service, "radar_id", 48)
	f.Write("main.tf", whole)

	sendsNoRequest(t, service, func() {
		f.Plans("Plan: 2 to import, 0 to add, 0 to change, 0 to destroy.")
		f.Succeeds("apply", "-auto-approve")
		f.Plans("No changes.")
		f.Succeeds("plan", "-detailed-exitcode")
	})
	f.Fails(radarShort, "plan", companies("companies", "first", "second", "third"))

	// Work that is not imported is judged as new.
	f.Succeeds("state", "rm", "qcc_quota_gate.monitoring")
	f.Fails(radarShort, "plan", companies("ordered_before", "first"))
	f.Succeeds("destroy", "-auto-approve", "-refresh=false")
}

func testChildModuleExample(t *testing.T, service *emulator.Emulator, f *testkit.Folder) {
	t.Helper()
	f.Succeeds("apply", "-auto-approve")
	f.Succeeds("plan", "-detailed-exitcode")

	// The gates of both regions are added up: 1 unit is left, and each gate adds 1.
	service.SetModules(emulator.Module{ID: "radar_id", Total: 50, Consumed: 49})
	f.Succeeds("plan", `-var=regions={north=["first", "fourth"], south=["second", "third"]}`)
	f.Fails(radarShort+" This gate adds: 1 Available to this gate: 0 Left at QCC: 1 of 50 Granted to other gates in this run: 1", "plan",
		`-var=regions={north=["first", "fourth"], south=["second", "third", "fifth"]}`)
	f.Succeeds("destroy", "-auto-approve")
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

	f.Succeeds("plan", "-out=tfplan")

	for member, content := range f.SavedPlan("tfplan") {
		if strings.Contains(content, secret) || strings.Contains(content, key) {
			t.Errorf("the plan holds a secret in %s", member)
		}
	}

	f.Succeeds("apply", "tfplan")
	f.Succeeds("plan", "-detailed-exitcode")

	// Each company uses its own quota: the parent has 48 left, and the subsidiary 5.
	f.Succeeds("plan", companies("parent_companies", names("p", 48)...), companies("subsidiary_companies", names("s", 5)...))
	f.Fails("with qcc_quota_gate.subsidiary[", "plan", companies("subsidiary_companies", names("s", 6)...))
	f.Fails("with qcc_quota_gate.parent[", "plan", companies("parent_companies", names("p", 49)...))
	f.Fails(radarShort+" This gate adds: 1 Available to this gate: 0 Left at QCC: 5 of 5 Granted to other gates in this run: 5", "plan",
		companies("subsidiary_companies", names("s", 6)...))
	f.Fails(radarShort+" This gate adds: 1 Available to this gate: 0 Left at QCC: 48 of 50 Granted to other gates in this run: 48", "plan",
		companies("parent_companies", names("p", 49)...))
	f.Succeeds("destroy", "-auto-approve")
}

// names returns names with a prefix and a number.
func names(prefix string, count int) []string {
	all := make([]string, count)
	for i := range all {
		all[i] = fmt.Sprint(prefix, i+1)
	}

	return all
}

func testPreconditionExample(t *testing.T, service *emulator.Emulator, f *testkit.Folder) {
	t.Helper()

	const required = "-var=qcc_required={radar_id=48, bene_id=98}"

	// The quota suffices for this order. The next plan has no requirement, and changes nothing.
	f.Succeeds("apply", "-auto-approve", required)
	f.Succeeds("plan", "-detailed-exitcode")
	testkit.Consume(t, service, "radar_id", 48)
	testkit.Consume(t, service, "bene_id", 90)
	f.Fails("QCC quota is short by 90 for bene_id: 98 required. QCC quota is short by 48 for radar_id: 48 required.", "plan", required)
	f.Fails("The account has no module new_id: it has bene_id, natural_person_id, radar_id.", "plan", "-var=qcc_required={new_id=3}")
	f.Fails(`the requirement of "radar_id" is not a whole number`, "plan", "-var=qcc_required={radar_id=0.5}")
	f.Fails(`the requirement of "radar_id" is negative`, "plan", "-var=qcc_required={radar_id=-1}")

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

	f.Succeeds("plan", "-detailed-exitcode") // The exit code is 0, because the configuration has no changes.
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
	f.Fails("QCC quota is short now.", "apply", "tfplan")

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

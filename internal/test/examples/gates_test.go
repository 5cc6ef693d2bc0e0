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

// radarShort is the error of a gate whose quota of radar_id is short by 1.
const radarShort = "The quota of radar_id (风险监控-企业) is short by 1."

// companies returns the argument that sets a variable to a set of companies.
func companies(variable string, names ...string) string {
	return fmt.Sprintf("-var=%s=[%s]", variable, `"`+strings.Join(names, `", "`)+`"`)
}

var threeCompanies = companies("companies", "first", "second", "third")

func quotaGate(e example) {
	e.replaceTerraformData("resource.tf")
	e.apply()
	e.consume("radar_id", 48)
	e.sendsNoRequest(func() { e.changesNothing() })
	e.refuses(radarShort, threeCompanies)

	if testing.Short() {
		return
	}

	e.refuses("This gate adds: 1", `-replace=qcc_quota_gate.monitoring["first"]`)

	// import.sh imports the gate without judging it.
	command := regexp.MustCompile(`(?m)^terraform import '([^']+)' (\S+)$`).FindStringSubmatch(e.Read("import.sh"))
	if command == nil {
		e.t.Fatal("import.sh imports nothing")
	}

	e.Succeeds("state", "rm", command[1])
	e.sendsNoRequest(func() {
		e.Succeeds("import", command[1], command[2])
		e.changesNothing()
		e.destroy()
	})
}

// importBlock imports the same gate as import.sh.
func importBlock(e example) {
	e.Plans("Plan: 1 to import, 3 to add, 0 to change, 0 to destroy.") // One gate and two orders are new.
	e.consume("radar_id", 48)
	e.refuses("This gate adds: 1")
	e.sendsNoRequest(func() {
		e.apply(companies("companies", "first"))
		e.changesNothing(companies("companies", "first"))
	})
}

func eachOrder(e example) {
	e.apply()

	// Orders that exist do not fail a plan after the quota is spent.
	e.consume("radar_id", 48)
	e.sendsNoRequest(func() { e.changesNothing() })
	e.refuses(radarShort, companies("companies", "first", "third")) // This is a swap.

	if testing.Short() {
		return
	}

	e.refuses(radarShort, threeCompanies)
	e.sendsNoRequest(func() { e.apply(companies("companies", "first")) })

	// A saved plan is judged again, and the orders wait for all gates.
	e.service.SetModules(emulator.Sample()...)
	e.Succeeds("plan", threeCompanies, "-out=tfplan")
	e.service.SetModules(emulator.Module{ID: "radar_id", Total: 50, Consumed: 49})
	e.Fails("Available to this gate: 0 Left at QCC: 1 of 50 Granted to other gates in this run: 1", "apply", "tfplan")

	got := strings.Fields(e.Succeeds("state", "list"))
	if slices.Contains(got, `terraform_data.monitoring["second"]`) || slices.Contains(got, `terraform_data.monitoring["third"]`) {
		e.t.Errorf("the apply has ordered %v", got)
	}

	e.destroy("-refresh=false")
}

func total(e example) {
	e.apply()
	e.consume("radar_id", 48)
	e.refuses(radarShort+" This gate adds: 1 (from 2 to 3)", threeCompanies)

	// A gate of the total does not notice a swap.
	e.sendsNoRequest(func() { e.Succeeds("plan", companies("companies", "first", "third")) })
	e.sendsNoRequest(func() { e.changesNothing() })
	e.destroy()
}

func severalModules(e example) {
	e.apply()
	e.consume("radar_id", 48)
	e.consume("bene_id", 98)
	e.refuses("The quota of bene_id (股权穿透) is short by 1.", "-var=companies={first=2, second=5, third=1}")

	// A growing gate needs no quota of the modules that do not grow.
	e.Succeeds("plan", "-var=companies={first=2, second=55}")

	if testing.Short() {
		return
	}

	e.sendsNoRequest(func() { e.changesNothing() })
	e.refuses(radarShort, "-var=companies={first=2, second=5, third=1}") // Each module whose quota is short has an error.
	e.refuses("The quota of natural_person_id (自然人核验) is short by 1. This gate adds: 51 (from 5 to 56)", "-var=companies={first=2, second=56}")
	e.destroy()
}

func swap(e example) {
	const swapped = `-var=companies={contract_1="third", contract_2="second"}`

	e.apply()
	e.Succeeds("plan", swapped, "-out=tfplan")
	e.consume("radar_id", 48)
	e.refuses(radarShort+" This gate adds: 1 Left at QCC: 0 of 50", swapped)

	if testing.Short() {
		return
	}

	e.sendsNoRequest(func() { e.changesNothing() })

	// A refused apply orders nothing, and the next plan judges the swap again.
	e.Fails(radarShort, "apply", "tfplan")

	if state := e.Succeeds("state", "show", `terraform_data.monitoring["contract_1"]`); !strings.Contains(state, `"first"`) {
		e.t.Errorf("the order is\n%s", state)
	}

	e.refuses(radarShort, swapped)

	e.service.SetModules(emulator.Sample()...)
	e.apply(swapped)
	e.changesNothing(swapped)
	e.destroy(swapped)
}

func renamedKey(e example) {
	whole := e.Read("main.tf")

	unmoved, _, found := strings.Cut(whole, "moved {")
	if !found {
		e.t.Fatal("nothing is moved")
	}

	e.Write("main.tf", unmoved)
	e.apply(companies("companies", "first", "second"))
	e.consume("radar_id", 48)

	// Without the moved blocks, the gate with the new name is a new one.
	e.refuses(radarShort)

	e.Write("main.tf", whole)
	e.sendsNoRequest(func() {
		e.Plans(`qcc_quota_gate.monitoring["first"] has moved to qcc_quota_gate.monitoring["first_renamed"]`)
	})
	e.sendsNoRequest(func() {
		e.apply()
		e.changesNothing()
	})
	e.refuses(radarShort, companies("companies", "first_renamed", "second", "third"))
}

func failedOrder(e example) {
	const replace = `-replace=qcc_quota_gate.monitoring["second"]`

	e.Fails("local-exec provisioner error", "apply", "-auto-approve", `-var=order=test "$COMPANY" != second`)
	e.consume("radar_id", 48)

	// The gate was granted, so the next plan sends no request and would order again.
	e.sendsNoRequest(func() { e.Plans(`terraform_data.monitoring["second"] is tainted, so`) })
	e.refuses(radarShort+" This gate adds: 1 Left at QCC: 0 of 50", replace)
	e.service.SetModules(emulator.Module{ID: "radar_id", Total: 51, Consumed: 50})
	e.Succeeds("plan", replace, "-out=tfplan")
	e.Succeeds("apply", "tfplan")
	e.changesNothing()
}

func existingWork(e example) {
	// These orders exist before the gate.
	whole := e.Read("main.tf")
	e.Write("main.tf", testkit.RequiredProvider+`
resource "terraform_data" "monitoring" {
  for_each = toset(["first", "second"])

  input = each.key
}
`)
	e.apply()
	e.consume("radar_id", 48)
	e.Write("main.tf", whole)
	e.sendsNoRequest(func() { e.Plans("Plan: 2 to import, 0 to add, 0 to change, 0 to destroy.") })

	if testing.Short() {
		return
	}

	e.sendsNoRequest(func() {
		e.apply()
		e.changesNothing()
	})
	e.refuses(radarShort, threeCompanies)

	// Work that is not imported is judged as new.
	e.Succeeds("state", "rm", "qcc_quota_gate.monitoring")
	e.refuses(radarShort, companies("ordered_before", "first"))
	e.destroy("-refresh=false")
}

func childModule(e example) {
	e.Succeeds("get")
	e.apply()

	// The gates of both regions are added up: 1 unit is left, and each gate adds 1.
	e.service.SetModules(emulator.Module{ID: "radar_id", Total: 50, Consumed: 49})
	e.refuses(radarShort+" This gate adds: 1 Available to this gate: 0 Left at QCC: 1 of 50 Granted to other gates in this run: 1",
		`-var=regions={north=["first", "fourth"], south=["second", "third", "fifth"]}`)
	e.Succeeds("plan", `-var=regions={north=["first", "fourth"], south=["second", "third"]}`)
	e.changesNothing()

	if testing.Short() {
		return
	}

	// The module had no gates when it ordered. The comment shows how its users import them.
	_, shown, found := strings.Cut(e.Read("main.tf"), "#   import {\n")
	shown, _, ended := strings.Cut(shown, "#   }\n")

	if !found || !ended {
		e.t.Fatal("the example does not show an import")
	}

	e.Succeeds("state", "rm", `module.order["north"].qcc_quota_gate.monitoring`)
	e.service.SetModules()
	e.refuses(`No such QCC quota module`)
	e.Write("import.tf", "import {\n"+strings.ReplaceAll(shown, "#", "")+"}\n")
	e.sendsNoRequest(func() { e.Plans("Plan: 1 to import, 0 to add, 0 to change, 0 to destroy.") })
	e.destroy("-refresh=false")
}

func chainedModule(e example) {
	e.Succeeds("get")
	e.Succeeds("plan", "-out=tfplan")
	e.consume("radar_id", 47)
	e.Fails(radarShort, "apply", "tfplan")

	if got := e.State(); strings.Contains(got, "module.monitoring") {
		e.t.Errorf("the apply has ordered\n%s", got)
	}

	if testing.Short() {
		return
	}

	e.service.SetModules(emulator.Sample()...)
	e.apply()
	e.consume("radar_id", 48)
	e.sendsNoRequest(func() { e.changesNothing() })
	e.refuses(radarShort, threeCompanies)
}

func twoCompanies(e example) {
	const key, secret = "other_company", "other_word"

	subsidiary := emulator.New(emulator.WithCredentials(key, secret), emulator.WithModules(emulator.Module{ID: "radar_id", Total: 5}))

	// Both companies are customers of one service.
	e.Set("TF_VAR_subsidiary_key="+key, "TF_VAR_subsidiary_secret_key="+secret,
		"QCC_BASE_URL="+testkit.Serve(e.t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Query().Get("key") == key {
				subsidiary.ServeHTTP(w, r)
			} else {
				e.service.ServeHTTP(w, r)
			}
		})))

	e.Succeeds("plan", "-out=tfplan")

	for member, content := range e.SavedPlan("tfplan") {
		if strings.Contains(content, secret) || strings.Contains(content, key) {
			e.t.Errorf("the plan holds a secret in %s", member)
		}
	}

	// Each company uses its own quota: the parent has 48 left, and the subsidiary 5.
	e.refuses(radarShort+" This gate adds: 1 Available to this gate: 0 Left at QCC: 5 of 5 Granted to other gates in this run: 5",
		companies("subsidiary_companies", names("s", 6)...))

	if testing.Short() {
		return
	}

	// A null would fall back to the credentials of the parent company.
	whole := e.Read("main.tf")
	e.Write("main.tf", strings.ReplaceAll(whole, "  nullable    = false\n", "  nullable    = false\n  default     = null\n"))
	e.refuses("Invalid default value for variable")
	e.Write("main.tf", whole)

	e.Succeeds("apply", "tfplan")
	e.changesNothing()
	e.Succeeds("plan", companies("parent_companies", names("p", 48)...), companies("subsidiary_companies", names("s", 5)...))
	e.refuses(radarShort+" This gate adds: 1 Available to this gate: 0 Left at QCC: 48 of 50 Granted to other gates in this run: 48",
		companies("parent_companies", names("p", 49)...))
	e.destroy()
}

// reservations runs without a database. TestReservationsAddUp has one.
func reservations(e example) {
	e.apply()
	e.consume("radar_id", 48)
	e.sendsNoRequest(func() { e.changesNothing() })
	e.refuses(radarShort, threeCompanies)
}

// TestReservationsAddUp runs the example in two folders that share the trial database. QCC counts no order meanwhile.
func TestReservationsAddUp(t *testing.T) {
	t.Parallel()
	testkit.OnlyLong(t, true, "the short lane runs the example without a database")

	database := "QCC_RESERVATION_DATABASE=" + testkit.Postgres(t).URL()

	runExample(t, "reservations", testkit.Example(t, "reservations"), func(e example) {
		other := e.Copy(t, testkit.Serve(t, e.service))

		e.Set(database, "QCC_RESERVATION_HOLDER=https://ci.example.com/jobs/7")
		other.Set(database)

		other.Succeeds("plan", "-out=tfplan", companies("companies", names("o", 8)...))
		e.apply(companies("companies", names("e", 41)...))

		const refused = "The quota of radar_id (风险监控-企业) is short by 1. This gate adds: 1 Available to this gate: 0 Left at QCC: 48 of 50 "

		other.Fails(refused+"Granted to other gates in this run: 7 Reserved by other runs: 41", "apply", "tfplan")
		other.Fails("Held by: https://ci.example.com/jobs/7", "plan", companies("companies", names("o", 9)...))

		// Runs that add nothing do not need the database.
		e.Set("QCC_RESERVATION_DATABASE=postgres://pipelines@127.0.0.1:1/qcc")
		e.sendsNoRequest(func() { e.changesNothing(companies("companies", names("e", 41)...)) })
		e.destroy(companies("companies", names("e", 41)...))
	})
}

// names returns names with a prefix and a number.
func names(prefix string, count int) []string {
	all := make([]string, count)
	for i := range all {
		all[i] = fmt.Sprint(prefix, i+1)
	}

	return all
}

package examples_test

import (
	"strings"
	"testing"

	"github.com/qccpro/terraform-provider-qcc/internal/emulator"
)

func dataSource(e example) {
	e.apply("-var=qcc_required={radar_id=48}")
	e.consume("radar_id", 20)
	e.changesNothing() // This plan has no requirement.
	e.refuses(`QCC quota is short by {"radar_id":20}.`, "-var=qcc_required={radar_id=48}")
}

func ephemeralResource(e example) {
	e.Succeeds("plan", "-out=tfplan", "-var=qcc_required={radar_id=40}")
	e.consume("radar_id", 9)
	e.Fails("QCC quota is short now.", "apply", "tfplan")
	e.apply()
	e.changesNothing()
}

func precondition(e example) {
	const required = "-var=qcc_required={radar_id=48, bene_id=98}"

	// The quota suffices for this order.
	e.apply(required)
	e.consume("radar_id", 48)
	e.consume("bene_id", 90)
	e.refuses("QCC quota is short by 90 for bene_id: 98 required. QCC quota is short by 48 for radar_id: 48 required.", required)
	e.changesNothing() // This plan has no requirement.

	if testing.Short() {
		return
	}

	e.refuses("The account has no module new_id: it has bene_id, natural_person_id, radar_id.", "-var=qcc_required={new_id=3}")

	e.service.Behave(emulator.Behavior{Body: `{"status":"200","result":[{"id":"radar_id","totalCount":50}]}`})
	e.refuses("QCC quota is short by 1 for radar_id: 1 required.", "-var=qcc_required={radar_id=1}")

	// Low quota blocks neither a plan that orders nothing nor a destroy.
	e.service.Behave(emulator.Behavior{})
	e.service.SetModules(emulator.Module{ID: "radar_id", Total: 1, Consumed: 9})
	e.refuses("short by 10 for radar_id: 2 required.", "-var=qcc_required={radar_id=2}")
	e.Succeeds("plan", "-var=qcc_required=null")
	e.Succeeds("plan", "-var=qcc_required={radar_id=0}")
	e.changesNothing()
	e.destroy(required)
}

func checkBlock(e example) {
	if output := e.apply(); strings.Contains(output, "Warning") {
		e.t.Errorf("the apply warns of enough quota:\n%s", output)
	}

	e.consume("radar_id", 40)
	e.Plans("QCC quota of radar_id is 2 below the reserve of 10.")
	e.Plans("Warning: Check block assertion failed")
	e.changesNothing()
	e.service.SetModules()
	e.Plans("QCC quota of bene_id is 10 below the reserve of 10. QCC quota of natural_person_id is 10 below")
}

func applyTwice(e example) {
	const required = "-var=qcc_required={radar_id=40}"

	e.Succeeds("plan", required, "-out=tfplan")
	e.consume("radar_id", 20)
	e.Fails("QCC quota is short now.", "apply", "tfplan")

	if testing.Short() {
		return
	}

	if left := e.Succeeds("state", "list"); strings.Contains(left, "terraform_data.order") {
		e.t.Errorf("the apply has created %s", left)
	}

	e.refuses("QCC quota is short by 12 for radar_id: 40 required.", required)

	e.service.SetModules(emulator.Sample()...)
	e.Succeeds("plan", required, "-out=tfplan")
	e.Succeeds("apply", "tfplan")

	e.service.SetModules()
	e.changesNothing()
	e.destroy(required)
}

// mocks runs the tests of an example, which must pass without an account. Each failure has a text of main.tf and its replacement, with which
// they must fail.
func mocks(e example, passed string, failures map[string][2]string) {
	e.Set("QCC_KEY=", "QCC_SECRET_KEY=")
	e.sendsNoRequest(func() {
		if output := e.Succeeds("test"); !strings.Contains(output, passed) {
			e.t.Errorf("the tests print:\n%s", output)
		}
	})

	whole := e.Read("main.tf")

	for failure, change := range failures {
		e.Write("main.tf", strings.Replace(whole, change[0], change[1], 1))
		e.Fails(failure, "test")
	}
}

func terraformTest(e example) {
	mocks(e, "Success! 5 passed, 0 failed.", map[string][2]string{
		"Missing expected failure": {"length(local.short) == 0", "length(local.short) >= 0"}, // There is no gate.
	})
}

func terraformTestOfGates(e example) {
	mocks(e, "Success! 2 passed, 0 failed.", map[string][2]string{
		"A company needs 1 of radar_id, and 1 of natural_person_id for each person.": {"natural_person_id = each.value", "natural_person_id = 1"},
		"Each order needs a gate with its key.":                                      {"for_each = var.companies", `for_each = { second = var.companies["second"] }`},
	})
}

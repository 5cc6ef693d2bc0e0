package pipelines_test

import (
	"cmp"
	"maps"
	"strings"
	"testing"

	"github.com/qccpro/terraform-provider-qcc/internal/emulator"
	"github.com/qccpro/terraform-provider-qcc/internal/testkit"
)

// planCase is a plan that quota.jq and quota.rego judge.
type planCase struct {
	applied   string   // The content of main.tf at an apply before the plan, with the sample quota; empty means no apply.
	config    string   // The content of main.tf at the plan.
	child     string   // The content of the child module; empty means a data source.
	args      []string // The arguments of terraform plan.
	quota     emulator.Behavior
	tolerated string // The one address that the programs tolerate; empty means none.
	refused   bool
	summary   []string // Lines that the summary has.
	lacks     string   // A text that the summary does not have.
	denials   string   // The denials of the policy, one a line, in alphabetical order; empty means that the plan passes.
}

const (
	consumer = `
variable "qcc_required" {
  type    = map(number)
  default = {}
}

resource "terraform_data" "order" {
  lifecycle {
    precondition {
      condition     = CONDITION
      error_message = "Not enough | quota."
    }
  }
}
`
	sufficient = `length(provider::qcc::shortfalls(data.qcc_quota.this.modules, var.qcc_required)) == 0`
	anything   = "var.qcc_required != null"
	reads      = `data "qcc_quota" "this" {}`
	laterRead  = `
resource "terraform_data" "first" {}

data "qcc_quota" "this" {
  depends_on = [terraform_data.first]
}
`
	undecided = `
output "id" {
  value = terraform_data.order.id

  precondition {
    condition     = terraform_data.order.id != ""
    error_message = "It has no id."
  }
}
`
	warns = `

check "qcc_quota" {
  assert {
    condition     = data.qcc_quota.this.modules["radar_id"].remaining > 48
    error_message = "It runs low."
  }
}
`
	marked = `
data "qcc_quota" "this" {
  lifecycle {
    postcondition {
      condition     = self.modules != null
      error_message = "The quota was not read."
    }
  }
}
`
	withPrecondition = `
data "qcc_quota" "this" {
  lifecycle {
    precondition {
      condition     = path.module != ""
      error_message = "It does not read."
    }
  }
}
`
	accepted = "### QCC quota: the plan may be applied ✅"
	refused  = "### QCC quota: the plan must not be applied ❌"

	readLate = "data.qcc_quota.this is read only at apply, which is too late for a condition. Remove what defers the read, such as depends_on."
	failed   = "The plan failed. See the errors in Terraform's output."
	noQuota  = "No data source reads quota in this plan."
	noCounts = "`data.qcc_quota.this`: no counts, because the plan does not show that Terraform has read it."

	requiresNothing = "This plan requires no quota: no gate adds any, and the variable `qcc_required` is empty or not in the plan."
)

func consumerWith(condition string) string {
	return testkit.RequiredProvider + strings.Replace(consumer, "CONDITION", condition, 1)
}

// planCases returns all cases.
var planCases = func() map[string]planCase {
	all := map[string]planCase{}

	for _, plans := range []map[string]planCase{conditionPlans, gatePlans, unreadPlans} {
		maps.Copy(all, plans)
	}

	return all
}()

// planJSON makes the plan of a case, and returns the JSON that terraform show prints.
func planJSON(t *testing.T, test planCase) string {
	t.Helper()

	service := emulator.New()
	f := testkit.NewFolder(t, testkit.Serve(t, service), map[string]string{
		"main.tf":       cmp.Or(test.applied, test.config),
		"child/main.tf": testkit.RequiredProvider + cmp.Or(test.child, reads),
	})

	if test.applied != "" {
		f.Succeeds("apply", "-auto-approve")
		f.Write("main.tf", test.config)
		f.Succeeds("get")
	}

	service.Behave(test.quota)
	f.Run(append([]string{"plan", "-input=false", "-out=tfplan"}, test.args...)...)

	return f.Succeeds("show", "-json", "tfplan")
}

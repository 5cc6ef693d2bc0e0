package pipelines_test

import (
	"cmp"
	"fmt"
	"maps"
	"strings"
	"testing"

	"github.com/qccpro/terraform-provider-qcc/internal/emulator"
	"github.com/qccpro/terraform-provider-qcc/internal/testkit"
)

// planCase is a plan that quota.jq and quota.rego judge. Each configuration also has testkit.RequiredProvider.
type planCase struct {
	applied   string   // The configuration at an apply before the plan, with the sample quota; empty means no apply.
	target    string   // The only resource of that apply; empty means all.
	tainted   string   // The resource that is tainted after that apply; empty means none.
	config    string   // The configuration at the plan.
	child     string   // The configuration of the child module; empty means a data source.
	leaf      string   // The configuration of a module in the child module; empty means that nothing calls it.
	args      []string // The arguments of terraform plan.
	quota     emulator.Behavior
	remove    func(plan map[string]any) // Removes parts that Terraform 1.11 writes; nil means that no parts are missing.
	tolerated string                    // The one address that the programs tolerate; empty means none.
	ordering  string                    // The one type of resources that order; empty means none.
	problems  []string                  // All problems, in the Markdown of the summary; none means that the plan is accepted.
	errors    []string                  // What the summary has from the lines of terraform plan -json, instead of the problem failed.
	lines     []string                  // Other lines that the summary has.
	lacks     string                    // A text that the summary does not have.
}

// The configurations of a data source. Some defer the read, or have a condition.
const (
	reads     = "\ndata \"qcc_quota\" \"this\" {}\n"
	laterRead = `
resource "terraform_data" "first" {}

data "qcc_quota" "this" {
  depends_on = [terraform_data.first]
}
`
)

var (
	withPostcondition = withCondition("postcondition", "self.modules != null")
	withPrecondition  = withCondition("precondition", `path.module != ""`)
)

// withCondition returns a data source with a condition that passes.
func withCondition(kind, condition string) string {
	return strings.Replace(reads, "{}", "{\n  lifecycle {\n    "+kind+" {\n      condition     = "+condition+
		"\n      error_message = \"The quota was not read.\"\n    }\n  }\n}", 1)
}

// The configurations of an order that requires quota.
var (
	conditional   = order("length(provider::qcc::shortfalls(data.qcc_quota.this.modules, var.qcc_required)) == 0")
	unconditional = order("var.qcc_required != null")
)

// order returns an order with a precondition, and the variable of its requirement.
func order(condition string) string {
	return `
variable "qcc_required" {
  type    = map(number)
  default = {}
}

resource "terraform_data" "order" {
  lifecycle {
    precondition {
      condition     = ` + condition + `
      error_message = "Not enough | quota."
    }
  }
}
`
}

// other is a resource that requires nothing.
const other = "\nresource \"terraform_data\" \"other\" {}\n"

// gate returns a gate with a requirement.
func gate(name, required string) string {
	return fmt.Sprintf("\nresource \"qcc_quota_gate\" %q {\n  required = %s\n}\n", name, required)
}

// gates returns gates of orders, each with a requirement of radar_id.
func gates(orders string) string {
	return "\nresource \"qcc_quota_gate\" \"order\" {\n  for_each = " + orders + "\n  required = { radar_id = each.value }\n}\n"
}

// requires returns the arguments with which a plan requires counts, such as "radar_id=20".
func requires(counts string) []string { return []string{"-var=qcc_required={" + counts + "}"} }

const (
	accepted = "### QCC quota: the plan may be applied ✅"
	refused  = "### QCC quota: the plan must not be applied ❌"

	readLate     = "`data.qcc_quota.this` is read only at apply, which is too late for a condition. Remove what defers the read, such as `depends_on`."
	failed       = "The plan failed. See the errors in Terraform's output."
	invalidIndex = "Invalid index: The given key does not identify an element in this collection value."
	notEnough    = "`terraform_data.order`: Not enough \\| quota."
	tableHead    = "| module |"
	noGate       = "No gate adds quota in this plan."
	onlyPassed   = "The plan failed. Only gates that passed are listed here."
	queryRefused = "`data.qcc_quota.this`: Quota query refused by QCC: QCC answered the quota query with status code 112.\n" +
		"  - QCC's message: 您的账号剩余使用量已不足或已过期"
	noCounts = "`data.qcc_quota.this`: no counts, because the plan does not show that Terraform has read it."
)

// countsRow returns the row of a module in the summary: its name, total, consumed and remaining quota, then what the gates add, and the use.
func countsRow(id, counts, adds, use string) string {
	return fmt.Sprintf("| `%s` | %s | %s | %s |", id, counts, adds, use)
}

// unchanged is the row of radar_id in the sample quota, if no gate adds anything.
var unchanged = radarRow("0", "░░░░░░░░░░ 4 % used")

// radarRow returns the row of radar_id in the sample quota.
func radarRow(adds, use string) string {
	return countsRow("radar_id", "风险监控-企业 | 50 | 2 | 48", adds, use)
}

// planCases returns all cases.
var planCases = func() map[string]planCase {
	all := map[string]planCase{}

	for _, plans := range []map[string]planCase{conditionPlans, gatePlans, orderPlans, olderStatePlans} {
		maps.Copy(all, plans)
	}

	return all
}()

// newPlan makes the plan of a case. It returns the lines of terraform plan -json, and the JSON that terraform show prints.
func newPlan(t *testing.T, test planCase) (lines, plan string) {
	t.Helper()

	newFolder := testkit.NewAttachedFolder
	if strings.Contains(test.config, "provider \"qcc\"") {
		newFolder = testkit.NewFolder
	}

	service := emulator.New()
	f := newFolder(t, testkit.Serve(t, service), map[string]string{
		"main.tf":       testkit.RequiredProvider + cmp.Or(test.applied, test.config),
		"child/main.tf": testkit.RequiredProvider + cmp.Or(test.child, reads), "child/leaf/main.tf": testkit.RequiredProvider + test.leaf,
	})

	install := func(config string) {
		if strings.Contains(config, "./child") {
			f.Succeeds("get")
		}
	}

	if test.applied != "" {
		install(test.applied)

		apply := []string{"apply", "-auto-approve"}
		if test.target != "" {
			apply = append(apply, "-target="+test.target)
		}

		f.Succeeds(apply...)

		if test.tainted != "" {
			f.Succeeds("taint", test.tainted)
		}

		f.Write("main.tf", testkit.RequiredProvider+test.config)
	}

	install(test.config)
	service.Behave(test.quota)
	_, lines = f.Run(append([]string{"plan", "-json", "-input=false", "-out=tfplan"}, test.args...)...)

	return lines, f.Succeeds("show", "-json", "tfplan")
}

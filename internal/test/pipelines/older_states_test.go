package pipelines_test

import (
	"strings"

	"github.com/qccpro/terraform-provider-qcc/internal/emulator"
	"github.com/qccpro/terraform-provider-qcc/internal/testkit"
)

const (
	older  = "| 48 |" // This is the count in the state.
	newer  = "| `radar_id` | 风险监控-企业 | 50 | 31 | 19 | "
	unread = "Quota is required, but the plan does not show that Terraform has read data.qcc_quota.this. " +
		"Plan without -target, or add a postcondition to the data source."

	checkThatReads = `
resource "terraform_data" "other" {}

check "qcc_quota" {
  data "qcc_quota" "this" {}

  assert {
    condition     = data.qcc_quota.this.modules != null
    error_message = "It was not read."
  }
}
`
)

// meanwhile is the quota at the time of the plan. Some was consumed since the state was written.
var meanwhile = emulator.Behavior{Body: `{"status":"200","result":[{"id":"radar_id","totalCount":50,"consumedCount":31}]}`}

// unreadPlans start from a state in which a data source has 48. The summary must never show that count as one of the plan.
var unreadPlans = map[string]planCase{
	"an older state, and the plan reads": {
		applied: testkit.RequiredProvider + reads, config: consumerWith(sufficient) + reads, quota: meanwhile, lacks: older,
		summary: []string{accepted, newer + "0 | ██████░░░░ 62 % |"},
	},
	"an older state, and the read fails": {
		applied: testkit.RequiredProvider + reads, config: consumerWith(sufficient) + reads, quota: emulator.Behavior{Code: 112}, refused: true,
		summary: []string{refused, "- " + failed, noCounts}, lacks: older, denials: failed,
	},
	"an older state, and the read with a postcondition fails": {
		applied: testkit.RequiredProvider + marked, config: consumerWith(sufficient) + marked, quota: emulator.Behavior{Code: 112}, refused: true,
		summary: []string{refused, "- " + failed, noCounts}, lacks: older, denials: failed,
	},
	"an older state, and the read with a precondition fails": {
		applied: testkit.RequiredProvider + withPrecondition, config: consumerWith(sufficient) + withPrecondition, quota: emulator.Behavior{Code: 112},
		refused: true, summary: []string{refused, "- " + failed, noCounts}, lacks: older, denials: failed,
	},
	"an older state, and a condition refuses": {
		applied: testkit.RequiredProvider + reads, config: consumerWith(sufficient) + reads, quota: meanwhile, args: []string{"-var=qcc_required={radar_id=20}"},
		refused: true, summary: []string{refused, "- `terraform_data.order`: Not enough \\| quota.", noCounts, "| `radar_id` | – | – | – | – | 20 | – |"},
		lacks: older, denials: "terraform_data.order: Not enough | quota.",
	},
	"an older state, and a condition refuses beside a postcondition": {
		applied: testkit.RequiredProvider + marked, config: consumerWith(sufficient) + marked, quota: meanwhile, args: []string{"-var=qcc_required={radar_id=20}"},
		refused: true, summary: []string{refused, "- `terraform_data.order`: Not enough \\| quota.", noCounts}, lacks: "31", denials: "terraform_data.order: Not enough | quota.",
	},
	"an older state, and a gate refuses beside a postcondition": {
		applied: testkit.RequiredProvider + marked, config: testkit.RequiredProvider + gate("this", "{ radar_id = 20 }") + marked, quota: meanwhile,
		refused: true, summary: []string{refused, "- " + failed, noCounts}, lacks: "31", denials: failed,
	},
	"an older state, and a target leaves out the data source": {
		applied: testkit.RequiredProvider + reads, config: consumerWith(anything) + reads, quota: meanwhile,
		args: []string{"-target=terraform_data.order", "-var=qcc_required={radar_id=10}"}, refused: true,
		summary: []string{refused, "- " + strings.NewReplacer("data.qcc_quota.this", "`data.qcc_quota.this`", "-target", "`-target`").Replace(unread), noCounts},
		lacks:   older, denials: unread,
	},
	"an older state, and a target leaves out the data source with a postcondition": {
		applied: testkit.RequiredProvider + marked, config: consumerWith(anything) + marked, quota: meanwhile,
		args: []string{"-target=terraform_data.order", "-var=qcc_required={radar_id=10}"}, refused: true,
		summary: []string{refused, noCounts}, lacks: older, denials: unread,
	},
	"an older state, and a destroy of the data source that does not read": {
		applied: testkit.RequiredProvider + reads, config: testkit.RequiredProvider + reads, quota: meanwhile, args: []string{"-destroy", "-refresh=false"},
		summary: []string{accepted, noCounts}, lacks: older,
	},
	"an older state, and the plan only reads": {
		applied: testkit.RequiredProvider + reads, config: testkit.RequiredProvider + reads, quota: meanwhile,
		summary: []string{accepted, newer + "0 | ██████░░░░ 62 % |"}, lacks: older,
	},
	"an older state, and a target reads the data source with a postcondition": {
		applied: testkit.RequiredProvider + marked, config: consumerWith(sufficient) + marked + "\nresource \"terraform_data\" \"other\" {}\n", quota: meanwhile,
		args:    []string{"-target=terraform_data.order", "-var=qcc_required={radar_id=10}"},
		summary: []string{accepted, newer + "10 | ██████▒▒▒░ 62 % |"}, lacks: older,
	},
	"an older state, and a target leaves out the data source, beside a gate": {
		applied: testkit.RequiredProvider + reads, config: testkit.RequiredProvider + gate("this", "{ radar_id = 19 }") + reads, quota: meanwhile,
		args:    []string{"-target=qcc_quota_gate.this"},
		summary: []string{accepted, noCounts, "| `radar_id` | – | – | – | – | 19 | – |"}, lacks: older,
	},
	"an older state, and a destroy that does not read": {
		applied: consumerWith(sufficient) + reads, config: consumerWith(sufficient) + reads, quota: meanwhile, args: []string{"-destroy", "-refresh=false"},
		summary: []string{accepted, noCounts}, lacks: older,
	},
	"an older state, and a plan without refresh reads": {
		applied: testkit.RequiredProvider + reads, config: consumerWith(sufficient) + reads, quota: meanwhile, args: []string{"-refresh=false"},
		summary: []string{accepted, newer + "0 | ██████░░░░ 62 % |"}, lacks: older,
	},
	"an older state, and only a refresh": {
		applied: consumerWith(sufficient) + marked, config: consumerWith(sufficient) + marked, quota: meanwhile, args: []string{"-refresh-only"},
		summary: []string{accepted, newer + "0 | ██████░░░░ 62 % |"}, lacks: older,
	},
	"an older state, and the read is deferred to apply": {
		applied: testkit.RequiredProvider + reads, config: consumerWith(sufficient) + laterRead, quota: meanwhile, refused: true,
		summary: []string{refused, noQuota}, lacks: older, denials: readLate,
	},
	"an older state, and the data source was removed": {
		applied: testkit.RequiredProvider + reads, config: testkit.RequiredProvider + `resource "terraform_data" "other" {}`,
		summary: []string{accepted, noQuota}, lacks: older,
	},
	"an older state, and the Terraform module of the data source was removed": {
		applied: testkit.RequiredProvider + "module \"child\" {\n  source = \"./child\"\n}\n", config: `resource "terraform_data" "other" {}`,
		summary: []string{accepted, noQuota}, lacks: older,
	},
	"an older state, and an instance of the data source was removed": {
		applied: testkit.RequiredProvider + "data \"qcc_quota\" \"this\" {\n  count = 2\n}\n",
		config:  testkit.RequiredProvider + "data \"qcc_quota\" \"this\" {\n  count = 1\n}\nresource \"terraform_data\" \"other\" {}\n", quota: meanwhile,
		summary: []string{accepted, "`data.qcc_quota.this[0]`", newer + "0 | ██████░░░░ 62 % |"}, lacks: older,
	},
	"an older state, and a check reads": {
		applied: testkit.RequiredProvider + reads, config: testkit.RequiredProvider + checkThatReads, quota: meanwhile,
		summary: []string{accepted, newer + "0 | ██████░░░░ 62 % |"}, lacks: older,
	},
	"an older state, and the read of a check fails": {
		applied: testkit.RequiredProvider + reads, config: testkit.RequiredProvider + checkThatReads, quota: emulator.Behavior{Code: 112}, refused: true,
		summary: []string{refused, noCounts}, lacks: older,
		denials: "check.qcc_quota: Quota query refused by QCC: QCC answered the quota query with status code 112. " +
			"QCC's message: 您的账号剩余使用量已不足或已过期 The account has no calls left, or has expired. " +
			"Top up or renew the account with QCC. Until then, QCC does not return the quota. To destroy resources, run terraform destroy -refresh=false.",
	},
	"an older state, and the provider cannot be configured": {
		applied: testkit.RequiredProvider + marked, config: consumerWith(sufficient) + marked + "\nprovider \"qcc\" {\n  timeout = \"soon\"\n}\n", refused: true,
		summary: []string{refused, noCounts}, lacks: older, denials: failed,
	},
}

package pipelines_test

import (
	"strings"

	"github.com/qccpro/terraform-provider-qcc/internal/emulator"
)

const (
	// undecided is a condition that is known only after apply.
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
	// looksLikeResources has a resource whose attributes look like a data source, and like a resource of the configuration.
	looksLikeResources = `
resource "terraform_data" "other" {
  input = {
    mode      = "data"
    type      = "qcc_quota"
    address   = "data.qcc_quota.this"
    values    = { modules = { radar_id = { remaining = 1000000 } } }
    resources = [{ address = "data.qcc_quota.this", mode = "data", type = "qcc_quota", provider_config_key = "other" }]
  }
}
`
)

// withoutComplete removes what OpenTofu, and Terraform before 1.8, do not write.
func withoutComplete(plan map[string]any) {
	delete(plan, "complete")
	delete(plan, "applyable")
}

// check is a configuration with a check that fails with a message.
func check(message string) string {
	return reads + `
check "words" {
  assert {
    condition     = length(data.qcc_quota.this.modules) == 0
    error_message = "` + message + `"
  }
}
`
}

// conditionPlans have a data source and custom conditions.
var conditionPlans = map[string]planCase{
	"enough": {
		config: conditional + reads, args: requires("radar_id=20"),
		lines: []string{noGate, "`data.qcc_quota.this`", "| `bene_id` | 股权穿透 | 100 | 2 | 98 | 0 | ░░░░░░░░░░ 2 % used |", unchanged},
	},
	"short": {
		config: conditional + withPostcondition, args: requires("radar_id=49, new_id=1"),
		problems: []string{notEnough}, lines: []string{noCounts},
	},
	"nothing is required": {config: conditional + reads, lines: []string{noGate, unchanged}},
	"no quota at all":     {config: other, lines: []string{noGate}, lacks: tableHead},
	"attributes that look like resources": {
		applied: looksLikeResources, config: looksLikeResources + unconditional, args: requires("radar_id=100"), lines: []string{noGate}, lacks: tableHead,
	},
	"an account without modules": {
		config: conditional + reads, quota: emulator.Behavior{Body: `{"status":"200","result":[]}`}, args: requires("radar_id=1"), problems: []string{notEnough},
	},
	"counts of all kinds": {
		config: reads,
		quota: emulator.Behavior{Body: `{"status":"200","result":[
			{"id":"full|","totalCount":10,"consumedCount":10}, {"id":"over","totalCount":10,"consumedCount":25}, {"id":"half","totalCount":10,"consumedCount":5},
			{"id":"none","totalCount":0,"consumedCount":0}, {"id":"not_stated","totalCount":10}]}`},
		lines: []string{
			"| `full\\|` | full\\| | 10 | 10 | 0 | 0 | ██████████ 100 % used |",
			"| `over` | over | 10 | 25 | -15 | 0 | ██████████ 250 % used |",
			"| `half` | half | 10 | 5 | 5 | 0 | █████░░░░░ 50 % used |",
			"| `none` | none | 0 | 0 | 0 | 0 | – |",
			"| `not_stated` | not_stated | 10 | – | – | 0 | – |",
		},
	},

	"the read is deferred to apply": {
		config: conditional + laterRead, args: requires("radar_id=1"),
		problems: []string{readLate, "`terraform_data.order`: cannot be evaluated before apply."}, lacks: tableHead,
	},
	"the read is deferred to apply, and nothing is required": {config: conditional + laterRead, problems: []string{readLate}},
	"the read fails": {
		config: conditional + reads, quota: emulator.Behavior{Code: 112}, problems: []string{failed}, errors: []string{queryRefused}, lacks: tableHead,
	},

	"a condition cannot be evaluated": {
		errors: []string{invalidIndex},
		config: order(`data.qcc_quota.this.modules["new_id"].remaining > 0`) + reads, problems: []string{"`terraform_data.order`: could not be evaluated."},
	},
	"a condition that is about something else is undecided": {
		config: conditional + reads + undecided, problems: []string{"`output.id`: cannot be evaluated before apply."},
	},
	"an undecided condition is tolerated": {
		config: conditional + reads + undecided, tolerated: "output.id", lines: []string{"- `output.id`: cannot be evaluated before apply. (tolerated)"},
	},
	"a check warns": {config: conditional + reads + warns, problems: []string{"`check.qcc_quota`: It runs low."}},
	"a check that warns is tolerated": {
		config: conditional + reads + warns, tolerated: "check.qcc_quota", lines: []string{"- `check.qcc_quota`: It runs low. (tolerated)"},
	},
	"a check that warns is tolerated, and the plan fails": {
		config:    conditional + reads + warns + "output \"wrong\" {\n  value = data.qcc_quota.this.modules[\"new_id\"]\n}\n",
		tolerated: "check.qcc_quota", problems: []string{failed}, errors: []string{invalidIndex},
		lines: []string{"- `check.qcc_quota`: It runs low. (tolerated)"},
	},
	"a check that reads by itself": {
		config: strings.Replace(checkThatReads, "modules != null", `modules["radar_id"].remaining == 48`, 1), lines: []string{unchanged},
	},
	"a condition that refuses is not tolerated": {
		config: conditional + reads, tolerated: "terraform_data.order", args: requires("radar_id=49"), problems: []string{notEnough},
	},

	"nothing changes, and the quota is spent": {
		lines:   []string{"- ⚠️ `data.qcc_quota.this`: No quota record at QCC: QCC answered with status code 201 (查询无结果)."},
		applied: unconditional + reads, config: unconditional + reads, quota: emulator.Behavior{Code: 201}, args: requires("radar_id=49"),
	},
	"a destroy": {
		applied: conditional + reads, config: conditional + reads, quota: emulator.Behavior{Code: 201},
		args: append(requires("radar_id=40"), "-destroy"),
	},
	"OpenTofu does not state whether a plan is complete": {
		config: conditional + withPostcondition, args: requires("radar_id=20"), remove: withoutComplete, lines: []string{unchanged},
	},
	"OpenTofu does not state whether a plan is complete, and there is no postcondition": {
		config: conditional + reads, args: requires("radar_id=20"), remove: withoutComplete, lines: noNumbers,
	},
	"a target that requires nothing": {config: conditional + reads + other, args: []string{"-target=terraform_data.other"}},

	"a message that Terraform does not show": {
		config: strings.Replace(conditional, "map(number)", "map(number)\n  sensitive = true", 1) + reads, args: requires("radar_id=49"),
		problems: []string{notEnough},
	},
	"a message that some pipelines obey": {
		config: check(`##[add-mask]x\u001b[2J\u202e ::error::y`), problems: []string{"`check.words`: # \\[add-mask\\]x\\[2J ::error::y"},
	},
	"text that must not become Markdown": {
		config:   check(`<b>  ${keys(data.qcc_quota.this.modules)[0]}\n# done`),
		quota:    emulator.Behavior{Body: "{\"status\":\"200\",\"result\":[{\"id\":\"a`![x](http://example.com)*b*\\\\|c\"}]}"},
		problems: []string{"`check.words`: \\<b\\>  a\\`!\\[x\\](http://example.com)\\*b\\*\\\\\\|c # done"},
		lines:    []string{"| ``a`![x](http://example.com)*b*\\\\|c`` | a\\`!\\[x\\](http://example.com)\\*b\\*\\\\\\|c | – | – | – | 0 | – |"},
	},
}

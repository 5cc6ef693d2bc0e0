package pipelines_test

import (
	"strings"

	"github.com/qccpro/terraform-provider-qcc/internal/emulator"
	"github.com/qccpro/terraform-provider-qcc/internal/testkit"
)

// conditionPlans have a data source and custom conditions.
var conditionPlans = map[string]planCase{
	"enough": {
		config: consumerWith(sufficient) + reads, args: []string{"-var=qcc_required={radar_id=20}"},
		summary: []string{
			accepted, "`data.qcc_quota.this`",
			"| `bene_id` | 股权穿透 | 100 | 2 | 98 | 0 | ░░░░░░░░░░ 2 % |",
			"| `radar_id` | 风险监控-企业 | 50 | 2 | 48 | 20 | ▒▒▒▒▒░░░░░ 4 % |",
		},
	},
	"short": {
		config: consumerWith(sufficient) + marked, args: []string{"-var=qcc_required={radar_id=49, new_id=1}"},
		refused: true,
		summary: []string{
			refused, "- `terraform_data.order`: Not enough \\| quota.",
			noCounts, "| `new_id` | – | – | – | – | 1 | – |", "| `radar_id` | – | – | – | – | 49 | – |",
		},
		denials: "terraform_data.order: Not enough | quota.",
	},
	"a requirement of 400 digits": {
		config: strings.Replace(consumerWith(anything), "map(number)", "map(string)", 1) + reads,
		args:   []string{`-var=qcc_required={radar_id="` + strings.Repeat("9", 400) + `"}`}, refused: true,
		summary: []string{refused, "- The variable `qcc_required` is not a map of whole numbers."},
		denials: "The variable qcc_required is not a map of whole numbers.",
	},
	"a requirement that is false": {
		config: strings.Replace(consumerWith(anything), "map(number)\n  default = {}", "bool", 1) + reads, args: []string{"-var=qcc_required=false"},
		refused: true, summary: []string{refused, "- The variable `qcc_required` is not a map of whole numbers."},
		denials: "The variable qcc_required is not a map of whole numbers.",
	},
	"attributes that look like resources": {
		applied: looksLikeResources, config: looksLikeResources + consumerWith(anything)[len(testkit.RequiredProvider):],
		args: []string{"-var=qcc_required={radar_id=100}"}, refused: true,
		summary: []string{refused, "- Quota is required, but no data source reads it."}, denials: "Quota is required, but no data source reads it.",
	},
	"a message that some pipelines obey": {
		config: testkit.RequiredProvider + reads + `
check "words" {
  assert {
    condition     = length(data.qcc_quota.this.modules) == 0
    error_message = "##[add-mask]x\u001b[2J"
  }
}
`,
		refused: true, summary: []string{refused, "- `check.words`: ##\\[add-mask\\]x \\[2J"}, denials: "check.words: ##(add-mask]x [2J",
	},
	"a requirement in fractions": {
		config: consumerWith(anything) + reads, args: []string{"-var=qcc_required={radar_id=0.5}"},
		refused: true, summary: []string{refused, "- The variable `qcc_required` is not a map of whole numbers."},
		denials: "The variable qcc_required is not a map of whole numbers.",
	},
	"a requirement below zero": {
		config: consumerWith(anything) + reads, args: []string{"-var=qcc_required={radar_id=-1}"},
		refused: true, summary: []string{refused, "- The variable `qcc_required` is not a map of whole numbers."},
		denials: "The variable qcc_required is not a map of whole numbers.",
	},
	"nothing is required": {
		config: consumerWith(sufficient) + reads,
		summary: []string{
			accepted, requiresNothing,
		},
	},
	"counts of all kinds": {
		config: testkit.RequiredProvider + reads,
		quota: emulator.Behavior{Body: `{"status":"200","result":[
			{"id":"full|","totalCount":10,"consumedCount":10}, {"id":"over","totalCount":10,"consumedCount":25}, {"id":"half","totalCount":10,"consumedCount":5},
			{"id":"none","totalCount":0,"consumedCount":0}, {"id":"not_stated","totalCount":10}]}`},
		summary: []string{
			accepted,
			"| `full?` | full\\| | 10 | 10 | 0 | 0 | ██████████ 100 % |",
			"| `over` | over | 10 | 25 | -15 | 0 | ██████████ 250 % |",
			"| `half` | half | 10 | 5 | 5 | 0 | █████░░░░░ 50 % |",
			"| `none` | none | 0 | 0 | 0 | 0 | – |",
			"| `not_stated` | not_stated | 10 | – | – | 0 | – |",
		},
	},
	"the read is deferred to apply": {
		config: consumerWith(sufficient) + laterRead, args: []string{"-var=qcc_required={radar_id=1}"},
		refused: true,
		summary: []string{
			refused, "- `data.qcc_quota.this` is read only at apply, which is too late for a condition. Remove what defers the read, such as `depends_on`.",
			"- `terraform_data.order`: cannot be evaluated before apply.", "No data source reads quota in this plan.",
		},
		denials: readLate + "\nterraform_data.order: cannot be evaluated before apply.",
	},
	"the read is deferred to apply, and nothing is required": {
		config: consumerWith(sufficient) + laterRead, refused: true, summary: []string{refused},
		denials: readLate,
	},
	"the read fails": {
		config: consumerWith(sufficient) + reads, quota: emulator.Behavior{Code: 112}, refused: true,
		summary: []string{refused, "- The plan failed. See the errors in Terraform's output.", "No data source reads quota in this plan."},
		denials: "The plan failed. See the errors in Terraform's output.",
	},
	"no quota at all": {
		config:  `resource "terraform_data" "other" {}`,
		summary: []string{accepted, "No data source reads quota in this plan."},
	},
	"quota is required and not read": {
		config: consumerWith(anything), args: []string{"-var=qcc_required={radar_id=1}"}, refused: true,
		summary: []string{refused, "- Quota is required, but no data source reads it."},
		denials: "Quota is required, but no data source reads it.",
	},
	"quota is short, a module is missing, and no condition refuses it": {
		config: consumerWith(anything) + reads, args: []string{"-var=qcc_required={radar_id=49, new_id=1}"}, refused: true,
		summary: []string{
			refused, "- `data.qcc_quota.this`: `new_id` is short by 1: 1 required, but the remaining quota is unknown.",
			"| `new_id` | – | – | – | – | 1 ❌ | – |", "| `radar_id` | 风险监控-企业 | 50 | 2 | 48 | 49 ❌ | ▒▒▒▒▒▒▒▒▒▒ 4 % |",
		},
		denials: "data.qcc_quota.this: new_id is short by 1: 1 required, but the remaining quota is unknown.\n" +
			"data.qcc_quota.this: radar_id is short by 1: 49 required, 48 remaining.",
	},
	"quota is short, and no condition refuses it": {
		config: consumerWith(anything) + reads, args: []string{"-var=qcc_required={radar_id=50, bene_id=98}"}, refused: true,
		summary: []string{refused, "- `data.qcc_quota.this`: `radar_id` is short by 2: 50 required, 48 remaining."},
		denials: "data.qcc_quota.this: radar_id is short by 2: 50 required, 48 remaining.",
	},
	"a child module reads quota that does not suffice": {
		config: consumerWith(anything) + `
module "child" {
  source = "./child"
}
`,
		args: []string{`-var=qcc_required={radar_id="49"}`}, refused: true,
		summary: []string{refused, "- `module.child.data.qcc_quota.this`: `radar_id` is short by 1: 49 required, 48 remaining.", "`module.child.data.qcc_quota.this`"},
		denials: "module.child.data.qcc_quota.this: radar_id is short by 1: 49 required, 48 remaining.",
	},
	"a condition cannot be evaluated": {
		config: consumerWith(`data.qcc_quota.this.modules["new_id"].remaining > 0`) + reads, refused: true,
		summary: []string{refused, "- `terraform_data.order`: could not be evaluated."},
		denials: "terraform_data.order: could not be evaluated.",
	},
	"a check warns": {
		config:  consumerWith(sufficient) + reads + warns,
		refused: true, summary: []string{refused, "- `check.qcc_quota`: It runs low."}, denials: "check.qcc_quota: It runs low.",
	},
	"a check that reads by itself": {
		config: testkit.RequiredProvider + `
check "qcc_quota" {
  data "qcc_quota" "this" {}

  assert {
    condition     = data.qcc_quota.this.modules["radar_id"].remaining == 48
    error_message = "It runs low."
  }
}
`,
		summary: []string{accepted, "| `radar_id` | 风险监控-企业 | 50 | 2 | 48 | 0 | ░░░░░░░░░░ 4 % |"},
	},
	"a condition that is about something else is undecided": {
		config: consumerWith(sufficient) + reads + undecided, refused: true,
		summary: []string{refused, "- `output.id`: cannot be evaluated before apply."}, denials: "output.id: cannot be evaluated before apply.",
	},
	"an undecided condition is tolerated": {
		config: consumerWith(sufficient) + reads + undecided, tolerated: "output.id",
		summary: []string{accepted, "- `output.id`: cannot be evaluated before apply. (tolerated)"},
	},
	"an undecided condition is tolerated, and quota is short": {
		config: consumerWith(anything) + reads + undecided, tolerated: "output.id", args: []string{"-var=qcc_required={radar_id=400}"}, refused: true,
		summary: []string{refused, "- `data.qcc_quota.this`: `radar_id` is short by 352: 400 required, 48 remaining."},
		denials: "data.qcc_quota.this: radar_id is short by 352: 400 required, 48 remaining.",
	},
	"a check that warns is tolerated": {
		config: consumerWith(sufficient) + reads + warns, tolerated: "check.qcc_quota",
		summary: []string{accepted, "- `check.qcc_quota`: It runs low. (tolerated)"},
	},
	"a check that warns is tolerated, and the plan fails": {
		config: consumerWith(sufficient) + reads + warns + `
output "wrong" {
  value = data.qcc_quota.this.modules["new_id"]
}
`,
		tolerated: "check.qcc_quota", refused: true,
		summary: []string{refused, "- The plan failed. See the errors in Terraform's output."},
		denials: "The plan failed. See the errors in Terraform's output.",
	},
	"a gate that refuses is not tolerated": {
		config: consumerWith(sufficient) + reads, tolerated: "terraform_data.order", args: []string{"-var=qcc_required={radar_id=49}"}, refused: true,
		summary: []string{refused, "- `terraform_data.order`: Not enough \\| quota."}, denials: "terraform_data.order: Not enough | quota.",
	},
	"an account without modules": {
		config: consumerWith(anything) + reads, quota: emulator.Behavior{Body: `{"status":"200","result":[]}`},
		args: []string{"-var=qcc_required={radar_id=1}"}, refused: true,
		summary: []string{refused, "- `data.qcc_quota.this`: `radar_id` is short by 1: 1 required, but the remaining quota is unknown."},
		denials: "data.qcc_quota.this: radar_id is short by 1: 1 required, but the remaining quota is unknown.",
	},
	"an order is changed": {
		applied: consumerWith(anything) + reads,
		config:  strings.Replace(consumerWith(anything), "  lifecycle", "  input = 1\n\n  lifecycle", 1) + reads,
		args:    []string{"-var=qcc_required={radar_id=49}"}, refused: true,
		summary: []string{refused, "- `data.qcc_quota.this`: `radar_id` is short by 1: 49 required, 48 remaining."},
		denials: "data.qcc_quota.this: radar_id is short by 1: 49 required, 48 remaining.",
	},
	"nothing changes, and the quota is spent": {
		applied: consumerWith(anything) + reads, config: consumerWith(anything) + reads, quota: emulator.Behavior{Code: 201},
		args: []string{"-var=qcc_required={radar_id=49}"}, summary: []string{accepted},
	},
	"a destroy": {
		applied: consumerWith(sufficient) + reads, config: consumerWith(sufficient) + reads, quota: emulator.Behavior{Code: 201},
		args: []string{"-destroy", "-var=qcc_required={radar_id=40}"}, summary: []string{accepted},
	},
	"a target that requires nothing": {
		config: consumerWith(sufficient) + reads + "\n" + `resource "terraform_data" "other" {}`, args: []string{"-target=terraform_data.other"},
		summary: []string{accepted},
	},
	"a requirement of another kind": {
		config: strings.Replace(consumerWith(anything), "map(number)\n  default = {}", "list(number)", 1) + reads, args: []string{"-var=qcc_required=[400]"},
		refused: true, summary: []string{refused, "- The variable `qcc_required` is not a map of whole numbers."},
		denials: "The variable qcc_required is not a map of whole numbers.",
	},
	"a requirement that is text": {
		config: strings.Replace(consumerWith(anything), "map(number)", "map(string)", 1) + reads, args: []string{`-var=qcc_required={radar_id="many"}`},
		refused: true, summary: []string{refused, "- The variable `qcc_required` is not a map of whole numbers."},
		denials: "The variable qcc_required is not a map of whole numbers.",
	},
	"a message that Terraform does not show": {
		config: strings.Replace(consumerWith(sufficient), "map(number)", "map(number)\n  sensitive = true", 1) + reads, args: []string{"-var=qcc_required={radar_id=49}"},
		refused: true, summary: []string{refused, "- `terraform_data.order`: Not enough \\| quota."}, denials: "terraform_data.order: Not enough | quota.",
	},
	"text that must not become Markdown": {
		config: testkit.RequiredProvider + reads + `
check "words" {
  assert {
    condition     = length(data.qcc_quota.this.modules) == 0
    error_message = "<b>  ${keys(data.qcc_quota.this.modules)[0]}\n# done"
  }
}
`,
		quota:   emulator.Behavior{Body: "{\"status\":\"200\",\"result\":[{\"id\":\"a`![x](http://example.com)*b*\\\\|c\"}]}"},
		refused: true,
		summary: []string{
			refused, "- `check.words`: \\<b\\> a\\`!\\[x\\](http://example.com)\\*b\\*\\\\\\|c # done",
			"| `a?![x](http://example.com)*b*??c` | a\\`!\\[x\\](http://example.com)\\*b\\*\\\\\\|c | – | – | – | 0 | – |",
		},
		denials: "check.words: <b> a`![x](http://example.com)*b*\\|c # done",
	},
}

// looksLikeResources has a resource whose attributes look like a data source, and like a resource of the configuration.
const looksLikeResources = testkit.RequiredProvider + `
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

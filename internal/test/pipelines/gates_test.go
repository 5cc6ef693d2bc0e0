package pipelines_test

import (
	"fmt"

	"github.com/qccpro/terraform-provider-qcc/internal/emulator"
	"github.com/qccpro/terraform-provider-qcc/internal/testkit"
)

// gate returns a gate with a requirement.
func gate(name, required string) string {
	return fmt.Sprintf("\nresource \"qcc_quota_gate\" %q {\n  required = %s\n}\n", name, required)
}

// gates returns gates of orders, each with a requirement of radar_id.
func gates(orders string) string {
	return testkit.RequiredProvider + "\nresource \"qcc_quota_gate\" \"order\" {\n  for_each = " + orders + "\n  required = { radar_id = each.value }\n}\n"
}

const requirements = "| required by | |\n|---|---|\n"

// gatePlans have gates. If a gate refuses, the plan only shows that it failed.
var gatePlans = map[string]planCase{
	"a gate refuses": {
		config: testkit.RequiredProvider + gate("this", "{ radar_id = 49 }"), refused: true,
		summary: []string{refused, "- " + failed, noQuota}, denials: failed,
	},
	"a gate refuses beside one that passes": {
		config: testkit.RequiredProvider + gate("few", "{ bene_id = 1 }") + gate("many", "{ radar_id = 49 }") + marked, refused: true,
		summary: []string{
			refused, "- " + failed, requirements + "| `qcc_quota_gate.few` | 1 `bene_id` |", "The plan failed, so gates may be missing here.",
			noCounts, "| `bene_id` | – | – | – | – | 1 | – |",
		},
		denials: failed,
	},
	"a gate without a data source": {
		config: gates("{ north = 20 }"),
		summary: []string{
			accepted, requirements + "| `qcc_quota_gate.order[\"north\"]` | 20 `radar_id` |",
			"No counts, because no data source reads the quota of the provider `qcc`.", "| `radar_id` | – | – | – | – | 20 | – |",
		},
		lacks: noQuota,
	},
	"gates beside a data source": {
		config: gates("{ north = 20, south = 10 }") + gate("report", "{ bene_id = 5, radar_id = 0 }") + reads,
		summary: []string{
			accepted,
			requirements + "| `qcc_quota_gate.order[\"north\"]` | 20 `radar_id` |\n| `qcc_quota_gate.order[\"south\"]` | 10 `radar_id` |\n" +
				"| `qcc_quota_gate.report` | 5 `bene_id` |",
			"| `bene_id` | 股权穿透 | 100 | 2 | 98 | 5 | ▒░░░░░░░░░ 2 % |", "| `radar_id` | 风险监控-企业 | 50 | 2 | 48 | 30 | ▒▒▒▒▒▒▒░░░ 4 % |",
		},
	},
	"gates that grow, shrink and stay": {
		applied: gates("{ grows = 5, shrinks = 5, stays = 5, goes = 5 }"), config: gates("{ grows = 7, shrinks = 1, stays = 5 }") + reads,
		summary: []string{
			accepted, requirements + "| `qcc_quota_gate.order[\"grows\"]` | 2 `radar_id` |\n",
			"| `radar_id` | 风险监控-企业 | 50 | 2 | 48 | 2 | ▒░░░░░░░░░ 4 % |",
		},
	},
	"gates that add nothing": {
		applied: gates("{ shrinks = 5 }"), config: gates("{ shrinks = 1 }") + reads, quota: emulator.Behavior{Body: `{"status":"200","result":[]}`},
		summary: []string{accepted, requiresNothing},
	},
	"a gate is replaced": {
		applied: gates("{ again = 5 }"), config: gates("{ again = 5 }") + reads, args: []string{`-replace=qcc_quota_gate.order["again"]`},
		summary: []string{accepted, requirements + "| `qcc_quota_gate.order[\"again\"]` | 5 `radar_id` |\n"},
	},
	"a gate is moved and grows": {
		applied: gates("{ old = 5 }"),
		config:  gates("{ new = 6 }") + "moved {\n  from = qcc_quota_gate.order[\"old\"]\n  to   = qcc_quota_gate.order[\"new\"]\n}\n",
		summary: []string{accepted, requirements + "| `qcc_quota_gate.order[\"new\"]` | 1 `radar_id` |\n"},
	},
	"gates are imported": {
		config: gates("{ as_it_is = 5, and_grows = 7 }") + `
import {
  for_each = toset(["as_it_is", "and_grows"])
  to       = qcc_quota_gate.order[each.key]
  id       = "radar_id=5"
}
`,
		summary: []string{accepted, requirements + "| `qcc_quota_gate.order[\"and_grows\"]` | 2 `radar_id` |\n"},
		lacks:   "as_it_is",
	},
	"gates are destroyed": {
		applied: gates("{ north = 5 }"), config: gates("{ north = 5 }"), args: []string{"-destroy"}, summary: []string{accepted, noQuota},
	},
	"gates are judged at apply": {
		config: testkit.RequiredProvider + `
resource "terraform_data" "late" {
  input = 5
}
` + gate("part", "{ radar_id = terraform_data.late.output, bene_id = 1 }") + gate("whole", "{ for id in [terraform_data.late.id] : id => 1 }") +
			gate("now", "{ radar_id = 3 }") + reads,
		summary: []string{
			accepted,
			"- Judged at apply, because the requirement is known only after apply: `qcc_quota_gate.part` and 1 more. Terraform judges a gate before it creates what depends on the gate.",
			requirements + "| `qcc_quota_gate.now` | 3 `radar_id` |\n| `qcc_quota_gate.part` | 1 `bene_id`, ⏳ the rest is known after apply |\n" +
				"| `qcc_quota_gate.whole` | ⏳ the rest is known after apply |",
			"| `radar_id` | 风险监控-企业 | 50 | 2 | 48 | 3 | ▒░░░░░░░░░ 4 % |",
		},
	},
	"gates in Terraform modules": {
		config: testkit.RequiredProvider + "module \"child\" {\n  source   = \"./child\"\n  for_each = toset([\"a\", \"b.c[\\\"0\\\"]\"])\n}\n",
		child:  gate("this", "{ radar_id = 2 }") + reads,
		summary: []string{
			accepted, requirements + "| `module.child[\"a\"].qcc_quota_gate.this` | 2 `radar_id` |\n| `module.child[\"b.c[?\"0?\"]\"].qcc_quota_gate.this` | 2 `radar_id` |",
			"`module.child[\"a\"].data.qcc_quota.this` and 1 more", "| `radar_id` | 风险监控-企业 | 50 | 2 | 48 | 4 | ▒▒░░░░░░░░ 4 % |",
		},
	},
	"gates of two accounts do not add up": {
		config: testkit.RequiredProvider + `
provider "qcc" {
  alias = "other"
}

module "child" {
  source    = "./child"
  providers = { qcc = qcc.other }
}
` + gate("this", "{ radar_id = 30 }") + reads,
		child: gate("this", "{ radar_id = 40 }") + reads,
		summary: []string{
			accepted, "| `radar_id` | 风险监控-企业 | 50 | 2 | 48 | 30 | ▒▒▒▒▒▒▒░░░ 4 % |", "| `radar_id` | 风险监控-企业 | 50 | 2 | 48 | 40 | ▒▒▒▒▒▒▒▒▒░ 4 % |",
		},
	},
	"an account without a data source": {
		config: testkit.RequiredProvider + `
provider "qcc" {
  alias = "other"
}

resource "qcc_quota_gate" "other" {
  provider = qcc.other
  required = { radar_id = 40 }
}
` + gate("this", "{ radar_id = 30 }") + reads,
		summary: []string{
			accepted, "| `radar_id` | 风险监控-企业 | 50 | 2 | 48 | 30 | ▒▒▒▒▒▒▒░░░ 4 % |",
			"No counts, because no data source reads the quota of the provider `qcc.other`.", "| `radar_id` | – | – | – | – | 40 | – |",
		},
	},
	"gates and a requirement are added up": {
		config: consumerWith(sufficient) + gate("this", "{ radar_id = 20 }") + reads, args: []string{"-var=qcc_required={radar_id=28}"},
		summary: []string{
			accepted, requirements + "| the variable `qcc_required` | 28 `radar_id` |\n| `qcc_quota_gate.this` | 20 `radar_id` |",
			"| `radar_id` | 风险监控-企业 | 50 | 2 | 48 | 48 | ▒▒▒▒▒▒▒▒▒▒ 4 % |",
		},
	},
	"gates and a requirement are too much together": {
		config: consumerWith(sufficient) + gate("this", "{ radar_id = 20 }") + reads, args: []string{"-var=qcc_required={radar_id=29}"}, refused: true,
		summary: []string{refused, "- `data.qcc_quota.this`: `radar_id` is short by 1: 49 required, 48 remaining."},
		denials: "data.qcc_quota.this: radar_id is short by 1: 49 required, 48 remaining.",
	},
	"many gates": {
		config: gates(`{ for n in range(60) : format("%02d", n) => n < 10 ? 1 : 0 }`) + "\nresource \"qcc_quota_gate\" \"report\" {\n" +
			"  count    = 60\n  required = { bene_id = 1 }\n}\n",
		summary: []string{accepted, "| `qcc_quota_gate.order[\"09\"]` | 1 `radar_id` |", "| 20 more gates | 20 `bene_id` |", "| `bene_id` | – | – | – | – | 60 | – |"},
		lacks:   "order[\"10\"]",
	},
}

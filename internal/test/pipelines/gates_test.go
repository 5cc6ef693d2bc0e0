package pipelines_test

import (
	"fmt"
	"strings"

	"github.com/qccpro/terraform-provider-qcc/internal/emulator"
)

const (
	added = "| gate | this plan adds |\n|---|---|\n"

	otherAccount       = "\nprovider \"qcc\" {\n  alias = \"other\"\n}\n"
	gateOfOtherAccount = `
resource "qcc_quota_gate" "other" {
  provider = qcc.other
  required = { radar_id = 40 }
}
`
)

// hidden is a plan of a gate that grows, and of an order behind it, in which a platform hides a part of the change.
func hidden(hide func(change map[string]any)) planCase {
	return planCase{
		applied: gates("{ north = 1 }"), config: monitored("{ north = 2 }"),
		remove: func(plan map[string]any) {
			first, _ := plan["resource_changes"].([]any)[0].(map[string]any)
			change, _ := first["change"].(map[string]any)
			hide(change)
		},
		problems: []string{unjudgedOrder(`terraform_data.order["north"]`, `qcc_quota_gate.order["north"]`)}, lines: []string{noGate},
	}
}

// refusal is what the summary has of a gate that the sample quota cannot pay for.
func refusal(address string, adds int) string {
	return fmt.Sprintf("`%s`: Not enough QCC quota: The quota of radar_id (风险监控-企业) is short by %d.\n  - This gate adds: %d\n  - Left at QCC: 48 of 50",
		address, adds-48, adds)
}

// late is the warning for a gate that is judged at apply.
func late(gate, what string) string {
	return "- ⚠️ `qcc_quota_gate." + gate + "`: QCC quota gate not judged until apply: Terraform does not know before apply: " + what +
		" The apply judges all that this gate adds, before anything that depends on it. If the quota is not enough then, the apply fails half-way."
}

// gatePlans have gates. If a gate refuses, the plan only shows that it failed, and the lines of terraform plan -json say why.
var gatePlans = map[string]planCase{
	"a gate refuses": {
		config: gate("this", "{ radar_id = 49 }"), problems: []string{failed}, errors: []string{refusal("qcc_quota_gate.this", 49)},
		lines: []string{onlyPassed}, lacks: noGate,
	},
	"a gate refuses beside one that passes": {
		config: gate("few", "{ bene_id = 1 }") + gate("many", "{ radar_id = 49 }") + withPostcondition, problems: []string{failed},
		errors: []string{refusal("qcc_quota_gate.many", 49)},
		lines:  []string{added + "| `qcc_quota_gate.few` | 1 `bene_id` |", onlyPassed, noCounts}, lacks: tableHead,
	},
	"a gate names a module that the account does not have": {
		config: gate("this", "{ new_id = 1 }"), problems: []string{failed},
		errors: []string{"`qcc_quota_gate.this`: No such QCC quota module: The account has no quota module \"new_id\".\n" +
			"  - This gate adds: 1\n  - The account has: bene_id, natural_person_id, radar_id"},
	},
	"a gate cannot be judged": {
		config: gate("this", "{ radar_id = 1 }"), quota: emulator.Behavior{Code: 112}, problems: []string{failed},
		errors: []string{strings.Replace(queryRefused, "data.qcc_quota", "qcc_quota_gate", 1)},
	},
	"a gate without a data source": {
		config: gates("{ north = 20 }"), lines: []string{added + "| `qcc_quota_gate.order[\"north\"]` | 20 `radar_id` |"}, lacks: tableHead,
	},
	"gates beside a data source": {
		config: gates("{ north = 20, south = 10 }") + gate("report", "{ bene_id = 5, radar_id = 0 }") + reads,
		lines: []string{
			added + "| `qcc_quota_gate.order[\"north\"]` | 20 `radar_id` |\n| `qcc_quota_gate.order[\"south\"]` | 10 `radar_id` |\n" +
				"| `qcc_quota_gate.report` | 5 `bene_id` |",
			"| `bene_id` | 股权穿透 | 100 | 2 | 98 | 5 | ▒░░░░░░░░░ 2 % used, 7 % after |", radarRow("30", "▒▒▒▒▒▒░░░░ 4 % used, 64 % after"),
		},
	},
	"gates that grow, shrink and stay": {
		applied: gates("{ grows = 5, shrinks = 5, stays = 5, goes = 5 }"), config: gates("{ grows = 7, shrinks = 1, stays = 5 }") + reads,
		lines: []string{added + "| `qcc_quota_gate.order[\"grows\"]` | 2 `radar_id` |\n", radarRow("2", "▒░░░░░░░░░ 4 % used, 8 % after")},
	},
	"gates that add nothing": {
		applied: gates("{ shrinks = 5 }"), config: gates("{ shrinks = 1 }") + reads, quota: emulator.Behavior{Body: `{"status":"200","result":[]}`},
		lines: []string{noGate},
	},
	"a gate is replaced": {
		applied: gates("{ again = 5 }"), config: gates("{ again = 5 }") + reads, args: []string{`-replace=qcc_quota_gate.order["again"]`},
		lines: []string{added + "| `qcc_quota_gate.order[\"again\"]` | 5 `radar_id` |\n"},
	},
	"a gate is moved and grows": {
		applied: gates("{ old = 5 }"),
		config:  gates("{ new = 6 }") + "moved {\n  from = qcc_quota_gate.order[\"old\"]\n  to   = qcc_quota_gate.order[\"new\"]\n}\n",
		lines:   []string{added + "| `qcc_quota_gate.order[\"new\"]` | 1 `radar_id` |\n"},
	},
	"gates are imported": {
		config: gates("{ as_it_is = 5, and_grows = 7 }") + `
import {
  for_each = toset(["as_it_is", "and_grows"])
  to       = qcc_quota_gate.order[each.key]
  id       = "radar_id=5"
}
`,
		lines: []string{added + "| `qcc_quota_gate.order[\"and_grows\"]` | 2 `radar_id` |\n"}, lacks: "as_it_is",
	},
	"gates are destroyed": {
		applied: gates("{ north = 5 }"), config: gates("{ north = 5 }"), args: []string{"-destroy"}, lines: []string{noGate},
	},
	"gates are judged at apply": {
		config: "\nresource \"terraform_data\" \"late\" {\n  input = 5\n}\n" + gate("part", "{ radar_id = terraform_data.late.output, bene_id = 1 }") +
			gate("whole", "{ for id in [terraform_data.late.id] : id => 1 }") + gate("now", "{ radar_id = 3 }") + reads,
		lines: []string{
			late("part", "required\\[\"radar_id\"\\]. The plan judges the counts that it knows."),
			late("whole", "required. The plan does not judge this gate."),
			added + "| `qcc_quota_gate.now` | 3 `radar_id` |\n| `qcc_quota_gate.part` | 1 `bene_id`, ⏳ judged at apply |\n" +
				"| `qcc_quota_gate.whole` | ⏳ judged at apply |",
			radarRow("–", "░░░░░░░░░░ 4 % used"),
		},
	},
	"gates in Terraform modules": {
		config: "module \"child\" {\n  source   = \"./child\"\n  for_each = toset([\"a\", \"b.c[\\\"0\\\"]\"])\n}\n",
		child:  gate("this", "{ radar_id = 2 }") + reads,
		lines: []string{
			added + "| `module.child[\"a\"].qcc_quota_gate.this` | 2 `radar_id` |\n| `module.child[\"b.c[\\\"0\\\"]\"].qcc_quota_gate.this` | 2 `radar_id` |",
			"`module.child[\"a\"].data.qcc_quota.this` and 1 more", radarRow("4", "▒░░░░░░░░░ 4 % used, 12 % after"),
		},
	},
	"gates of two accounts": { // The table of one account does not have what the gates of both add.
		config: otherAccount + gateOfOtherAccount + gate("this", "{ radar_id = 8 }") + reads,
		lines: []string{
			added + "| `qcc_quota_gate.other` | 40 `radar_id` |\n| `qcc_quota_gate.this` | 8 `radar_id` |", radarRow("–", "░░░░░░░░░░ 4 % used"),
		},
	},
	"gates of two accounts in modules": {
		config: "module \"child\" {\n  source = \"./child\"\n}\n" + gate("this", "{ radar_id = 8 }") + reads,
		child:  "provider \"qcc\" {\n  timeout = \"50s\"\n}\n" + gate("this", "{ radar_id = 2 }"),
		lines:  []string{radarRow("–", "░░░░░░░░░░ 4 % used")},
	},
	"many gates": {
		config: gates(`{ for n in range(12) : format("%02d", n) => n < 10 ? 1 : 0 }`) + "\nresource \"qcc_quota_gate\" \"report\" {\n" +
			"  count    = 48\n  required = { bene_id = 1 }\n}\n",
		lines: []string{"| `qcc_quota_gate.order[\"09\"]` | 1 `radar_id` |", "| 8 more gates | |"}, lacks: "report[47]",
	},
	"a sensitive requirement": {
		config: "variable \"secret\" {\n  default   = 3\n  sensitive = true\n}\n" + gate("this", "{ radar_id = var.secret }") + reads,
		lines:  []string{added + "| `qcc_quota_gate.this` | (sensitive) |", radarRow("–", "░░░░░░░░░░ 4 % used")},
	},
	"numbers that jq rounds": {
		config: gate("this", "{ huge_id = 1000000000000000 }") + reads,
		quota:  emulator.Behavior{Body: `{"status":"200","result":[{"id":"huge_id","totalCount":9223372036854775807,"consumedCount":9007199254740991}]}`},
		lines:  []string{"| `huge_id` | huge_id | – | 9007199254740991 | – | 1000000000000000 | ░░░░░░░░░░ 0 % used, 0 % after |"},
	},

	"a gate whose earlier requirement is hidden": hidden(func(change map[string]any) { delete(change, "before") }),
	"a gate whose counts are masked": hidden(func(change map[string]any) {
		change["after"] = map[string]any{"required": map[string]any{"radar_id": "c4ca4238"}}
	}),
}

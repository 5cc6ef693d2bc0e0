package pipelines_test

import "github.com/qccpro/terraform-provider-qcc/internal/emulator"

const (
	requiredBy = "| required by | |\n|---|---|\n"

	otherAccount       = "\nprovider \"qcc\" {\n  alias = \"other\"\n}\n"
	gateOfOtherAccount = `
resource "qcc_quota_gate" "other" {
  provider = qcc.other
  required = { radar_id = 40 }
}
`
)

// withoutRequirement is a plan that does not show what the gate north requires.
func withoutRequirement(applied string, remove func(change map[string]any)) planCase {
	return planCase{
		applied: applied, config: gates("{ north = 2 }"),
		remove: func(plan map[string]any) {
			first, _ := plan["resource_changes"].([]any)[0].(map[string]any)
			change, _ := first["change"].(map[string]any)
			remove(change)
		},
		problems: []string{"`qcc_quota_gate.order[\"north\"]`: the plan does not show what the gate requires."},
	}
}

// gatePlans have gates. If a gate refuses, the plan only shows that it failed.
var gatePlans = map[string]planCase{
	"a gate refuses": {config: gate("this", "{ radar_id = 49 }"), problems: []string{failed}, lines: []string{noQuota}},
	"a gate refuses beside one that passes": {
		config: gate("few", "{ bene_id = 1 }") + gate("many", "{ radar_id = 49 }") + withPostcondition, problems: []string{failed},
		lines: []string{
			requiredBy + "| `qcc_quota_gate.few` | 1 `bene_id` |", "The plan failed, so gates may be missing here.", noCounts, unknownRow("bene_id", 1),
		},
	},
	"a gate without a data source": {
		config: gates("{ north = 20 }"), lacks: noQuota,
		lines: []string{
			requiredBy + "| `qcc_quota_gate.order[\"north\"]` | 20 `radar_id` |",
			"No counts, because no data source reads the quota of the provider `qcc`.", unknownRow("radar_id", 20),
		},
	},
	"gates beside a data source": {
		config: gates("{ north = 20, south = 10 }") + gate("report", "{ bene_id = 5, radar_id = 0 }") + reads,
		lines: []string{
			requiredBy + "| `qcc_quota_gate.order[\"north\"]` | 20 `radar_id` |\n| `qcc_quota_gate.order[\"south\"]` | 10 `radar_id` |\n" +
				"| `qcc_quota_gate.report` | 5 `bene_id` |",
			"| `bene_id` | 股权穿透 | 100 | 2 | 98 | 5 | ▒░░░░░░░░░ 2 % |", radarRow(30, "▒▒▒▒▒▒▒░░░"),
		},
	},
	"gates that grow, shrink and stay": {
		applied: gates("{ grows = 5, shrinks = 5, stays = 5, goes = 5 }"), config: gates("{ grows = 7, shrinks = 1, stays = 5 }") + reads,
		lines: []string{requiredBy + "| `qcc_quota_gate.order[\"grows\"]` | 2 `radar_id` |\n", radarRow(2, "▒░░░░░░░░░")},
	},
	"gates that add nothing": {
		applied: gates("{ shrinks = 5 }"), config: gates("{ shrinks = 1 }") + reads, quota: emulator.Behavior{Body: `{"status":"200","result":[]}`},
		lines: []string{requiresNothing},
	},
	"a gate is replaced": {
		applied: gates("{ again = 5 }"), config: gates("{ again = 5 }") + reads, args: []string{`-replace=qcc_quota_gate.order["again"]`},
		lines: []string{requiredBy + "| `qcc_quota_gate.order[\"again\"]` | 5 `radar_id` |\n"},
	},
	"a gate is moved and grows": {
		applied: gates("{ old = 5 }"),
		config:  gates("{ new = 6 }") + "moved {\n  from = qcc_quota_gate.order[\"old\"]\n  to   = qcc_quota_gate.order[\"new\"]\n}\n",
		lines:   []string{requiredBy + "| `qcc_quota_gate.order[\"new\"]` | 1 `radar_id` |\n"},
	},
	"gates are imported": {
		config: gates("{ as_it_is = 5, and_grows = 7 }") + `
import {
  for_each = toset(["as_it_is", "and_grows"])
  to       = qcc_quota_gate.order[each.key]
  id       = "radar_id=5"
}
`,
		lines: []string{requiredBy + "| `qcc_quota_gate.order[\"and_grows\"]` | 2 `radar_id` |\n"}, lacks: "as_it_is",
	},
	"gates are destroyed": {
		applied: gates("{ north = 5 }"), config: gates("{ north = 5 }"), args: []string{"-destroy"}, lines: []string{noQuota},
	},
	"gates are judged at apply": {
		config: "\nresource \"terraform_data\" \"late\" {\n  input = 5\n}\n" + gate("part", "{ radar_id = terraform_data.late.output, bene_id = 1 }") +
			gate("whole", "{ for id in [terraform_data.late.id] : id => 1 }") + gate("now", "{ radar_id = 3 }") + reads,
		lines: []string{
			"- Judged at apply, because the requirement is known only after apply: `qcc_quota_gate.part` and 1 more. " +
				"Terraform judges a gate before it creates what depends on the gate.",
			requiredBy + "| `qcc_quota_gate.now` | 3 `radar_id` |\n| `qcc_quota_gate.part` | 1 `bene_id`, ⏳ the rest is known after apply |\n" +
				"| `qcc_quota_gate.whole` | ⏳ the rest is known after apply |",
			radarRow(3, "▒░░░░░░░░░"),
		},
	},
	"gates in Terraform modules": {
		config: "module \"child\" {\n  source   = \"./child\"\n  for_each = toset([\"a\", \"b.c[\\\"0\\\"]\"])\n}\n",
		child:  gate("this", "{ radar_id = 2 }") + reads,
		lines: []string{
			requiredBy + "| `module.child[\"a\"].qcc_quota_gate.this` | 2 `radar_id` |\n| `module.child[\"b.c[?\"0?\"]\"].qcc_quota_gate.this` | 2 `radar_id` |",
			"`module.child[\"a\"].data.qcc_quota.this` and 1 more", radarRow(4, "▒▒░░░░░░░░"),
		},
	},
	"an account without a data source": {
		config: otherAccount + gateOfOtherAccount + gate("this", "{ radar_id = 8 }") + reads,
		lines: []string{
			radarRow(8, "▒▒░░░░░░░░"),
			"No counts, because no data source reads the quota of the provider `qcc.other`.", unknownRow("radar_id", 40),
		},
	},
	"many gates": {
		config: gates(`{ for n in range(12) : format("%02d", n) => n < 10 ? 1 : 0 }`) + "\nresource \"qcc_quota_gate\" \"report\" {\n" +
			"  count    = 48\n  required = { bene_id = 1 }\n}\n",
		lines: []string{"| `qcc_quota_gate.order[\"09\"]` | 1 `radar_id` |", "| 8 more gates | 8 `bene_id` |", unknownRow("bene_id", 48)}, lacks: "order[\"10\"]",
	},

	"a gate without its requirement":         withoutRequirement("", func(change map[string]any) { delete(change, "after") }),
	"a gate without its earlier requirement": withoutRequirement(gates("{ north = 1 }"), func(change map[string]any) { delete(change, "before") }),
	"a gate whose count is masked": withoutRequirement("", func(change map[string]any) {
		change["after"] = map[string]any{"required": map[string]any{"radar_id": "c4ca4238"}}
	}),
}

package pipelines_test

import (
	"fmt"
	"strings"

	"github.com/qccpro/terraform-provider-qcc/internal/emulator"
)

// shortage returns the problem of a sum for which the sample quota of radar_id does not suffice.
func shortage(quota string, required int) string {
	return fmt.Sprintf("`%s`: `radar_id` is short by %d: %d required, 48 remaining.", quota, required-48, required)
}

const (
	thisQuota = "data.qcc_quota.this"
	unknownID = "is short by 1: 1 required, but the remaining quota is unknown."
)

// sumPlans are refused only by the sums of the programs. No gate and no condition refuses them.
var sumPlans = map[string]planCase{
	"quota is short, and no condition refuses it": {
		config: unconditional + reads, args: requires("radar_id=50, bene_id=98"), problems: []string{shortage(thisQuota, 50)},
	},
	"quota is short, a module is missing, and no condition refuses it": {
		config: unconditional + reads, args: requires("radar_id=49, new_id=1"),
		problems: []string{"`data.qcc_quota.this`: `new_id` " + unknownID, shortage(thisQuota, 49)},
		lines:    []string{"| `new_id` | – | – | – | – | 1 ❌ | – |", "| `radar_id` | 风险监控-企业 | 50 | 2 | 48 | 49 ❌ | ▒▒▒▒▒▒▒▒▒▒ 4 % |"},
	},
	"an account without modules, and no condition refuses it": {
		config: unconditional + reads, quota: emulator.Behavior{Body: `{"status":"200","result":[]}`}, args: requires("radar_id=1"),
		problems: []string{"`data.qcc_quota.this`: `radar_id` " + unknownID},
	},
	"a child module reads quota that does not suffice": {
		config: unconditional + "\nmodule \"child\" {\n  source = \"./child\"\n}\n", args: requires(`radar_id="49"`),
		problems: []string{shortage("module.child.data.qcc_quota.this", 49)}, lines: []string{"`module.child.data.qcc_quota.this`"},
	},
	"an order is changed": {
		applied: unconditional + reads, config: strings.Replace(unconditional, "  lifecycle", "  input = 1\n\n  lifecycle", 1) + reads,
		args: requires("radar_id=49"), problems: []string{shortage(thisQuota, 49)},
	},
	"an undecided condition is tolerated, and quota is short": {
		config: unconditional + reads + undecided, tolerated: "output.id", args: requires("radar_id=400"),
		problems: []string{shortage(thisQuota, 400)}, lines: []string{"- `output.id`: cannot be evaluated before apply. (tolerated)"},
	},
	"gates and a requirement are added up": {
		config: conditional + gate("this", "{ radar_id = 20 }") + reads, args: requires("radar_id=28"),
		lines: []string{
			requiredBy + "| the variable `qcc_required` | 28 `radar_id` |\n| `qcc_quota_gate.this` | 20 `radar_id` |", radarRow(48, "▒▒▒▒▒▒▒▒▒▒"),
		},
	},
	"gates and a requirement are too much together": {
		config: conditional + gate("this", "{ radar_id = 20 }") + reads, args: requires("radar_id=29"),
		problems: []string{shortage(thisQuota, 49)},
	},
	"gates of two accounts do not add up": {
		config: otherAccount + "\nmodule \"child\" {\n  source    = \"./child\"\n  providers = { qcc = qcc.other }\n}\n" +
			gate("this", "{ radar_id = 30 }") + reads,
		child: gate("this", "{ radar_id = 40 }") + reads,
		lines: []string{radarRow(30, "▒▒▒▒▒▒▒░░░"), radarRow(40, "▒▒▒▒▒▒▒▒▒░")},
	},
	"the configuration is missing, so accounts cannot be distinguished": {
		config:   otherAccount + gate("this", "{ radar_id = 30 }") + gateOfOtherAccount + reads,
		remove:   func(plan map[string]any) { delete(plan, "configuration") },
		problems: []string{shortage(thisQuota, 70)},
	},
}

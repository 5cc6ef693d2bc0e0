package pipelines_test

import (
	"encoding/json"
	"testing"

	"github.com/qccpro/terraform-provider-qcc/internal/testkit"
)

// planThatLacksParts is a plan without something that Terraform 1.8 and newer write.
type planThatLacksParts struct {
	plan    planCase
	remove  func(plan map[string]any)
	line    string // A line of the summary.
	denials string // The denials of the policy; empty means that the plan passes.
}

var plansThatLackParts = map[string]planThatLacksParts{
	"OpenTofu does not state whether a plan is complete": {
		planCase{config: consumerWith(sufficient) + marked, args: []string{"-var=qcc_required={radar_id=20}"}},
		removeWhole,
		"| `radar_id` | 风险监控-企业 | 50 | 2 | 48 | 20 | ▒▒▒▒▒░░░░░ 4 % |", "",
	},
	"OpenTofu does not state whether a plan is complete, and there is no postcondition": {
		planCase{config: consumerWith(sufficient) + reads, args: []string{"-var=qcc_required={radar_id=20}"}}, removeWhole, noCounts, unread,
	},
	"a gate without its requirement": {
		planCase{config: gates("{ north = 1 }")},
		func(plan map[string]any) { delete(change(plan), "after") },
		"- `qcc_quota_gate.order[\"north\"]`: the plan does not show what the gate requires.",
		"qcc_quota_gate.order[\"north\"]: the plan does not show what the gate requires.",
	},
	"a gate without its earlier requirement": {
		planCase{applied: gates("{ north = 1 }"), config: gates("{ north = 2 }")},
		func(plan map[string]any) { delete(change(plan), "before") },
		"- `qcc_quota_gate.order[\"north\"]`: the plan does not show what the gate requires.",
		"qcc_quota_gate.order[\"north\"]: the plan does not show what the gate requires.",
	},
	"a gate whose count is masked": {
		planCase{config: gates("{ north = 1 }")},
		func(plan map[string]any) {
			change(plan)["after"] = map[string]any{"required": map[string]any{"radar_id": "c4ca4238"}}
		},
		"- `qcc_quota_gate.order[\"north\"]`: the plan does not show what the gate requires.",
		"qcc_quota_gate.order[\"north\"]: the plan does not show what the gate requires.",
	},
	"the configuration is missing, so accounts cannot be distinguished": {
		planCase{
			config: testkit.RequiredProvider + "provider \"qcc\" {\n  alias = \"other\"\n}\n" + gate("this", "{ radar_id = 30 }") + reads + `
resource "qcc_quota_gate" "other" {
  provider = qcc.other
  required = { radar_id = 30 }
}
`,
		},
		func(plan map[string]any) { delete(plan, "configuration") },
		"- `data.qcc_quota.this`: `radar_id` is short by 12: 60 required, 48 remaining.",
		"data.qcc_quota.this: radar_id is short by 12: 60 required, 48 remaining.",
	},
}

func removeWhole(plan map[string]any) {
	delete(plan, "complete")
	delete(plan, "applyable")
}

// change returns the change of the first resource in a plan.
func change(plan map[string]any) map[string]any {
	first, _ := plan["resource_changes"].([]any)[0].(map[string]any)
	change, _ := first["change"].(map[string]any)

	return change
}

// json returns the JSON of the plan without the missing parts.
func (p planThatLacksParts) json(t *testing.T) string {
	t.Helper()

	var plan map[string]any
	if err := json.Unmarshal([]byte(planJSON(t, p.plan)), &plan); err != nil {
		t.Fatal(err)
	}

	p.remove(plan)

	text, err := json.Marshal(plan)
	if err != nil {
		t.Fatal(err)
	}

	return string(text)
}

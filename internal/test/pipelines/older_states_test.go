package pipelines_test

import (
	"cmp"
	"strings"

	"github.com/qccpro/terraform-provider-qcc/internal/emulator"
)

const (
	checkThatReads = `
check "qcc_quota" {
  data "qcc_quota" "this" {}

  assert {
    condition     = data.qcc_quota.this.modules != null
    error_message = "It was not read."
  }
}
`
)

var (
	// meanwhile is the quota at the time of the plan. Some was consumed since the state was written.
	meanwhile = emulator.Behavior{Body: `{"status":"200","result":[{"id":"radar_id","totalCount":50,"consumedCount":31}]}`}
	newer     = []string{countsRow("radar_id", "风险监控-企业 | 50 | 31 | 19", "0", "██████░░░░ 62 % used")}
	refusing  = emulator.Behavior{Code: 112}
	noNumbers = []string{noCounts}
)

// olderStatePlans start from a state in which a data source has 48. The summary must never show that count as one of the plan.
var olderStatePlans = func() map[string]planCase {
	plans := map[string]planCase{
		"the plan reads":                {config: conditional + reads, quota: meanwhile, lines: newer},
		"the plan only reads":           {config: reads, quota: meanwhile, lines: newer},
		"a plan without refresh reads":  {config: conditional + reads, quota: meanwhile, args: []string{"-refresh=false"}, lines: newer},
		"a check reads":                 {config: checkThatReads, quota: meanwhile, lines: newer},
		"the read fails":                {config: conditional + reads, quota: refusing, problems: []string{failed}, errors: []string{queryRefused}, lines: noNumbers},
		"the data source was removed":   {config: other},
		"the read is deferred to apply": {config: conditional + laterRead, quota: meanwhile, problems: []string{readLate}},
		"the module of it was removed":  {applied: "module \"child\" {\n  source = \"./child\"\n}\n", config: other},
		"a destroy that reads nothing":  {config: reads, quota: meanwhile, args: []string{"-destroy", "-refresh=false"}, lines: noNumbers},
		"the provider cannot be configured": {
			config: conditional + withPostcondition + "\nprovider \"qcc\" {\n  timeout = \"soon\"\n}\n", problems: []string{failed}, lines: noNumbers,
			errors: []string{"`data.qcc_quota.this`: Invalid QCC provider configuration: The value of timeout in the provider block cannot be used. " +
				"It is not a duration with a unit, such as \"30s\" or \"2m\"."},
		},
		"only a refresh": {
			applied: conditional + withPostcondition, config: conditional + withPostcondition, quota: meanwhile, args: []string{"-refresh-only"}, lines: newer,
		},
		"an instance of the data source was removed": {
			applied: strings.Replace(reads, "{}", "{\n  count = 2\n}", 1), config: strings.Replace(reads, "{}", "{\n  count = 1\n}", 1) + other, quota: meanwhile,
			lines: append(newer, "`data.qcc_quota.this[0]`"),
		},
		"the read with a postcondition fails": {
			applied: withPostcondition, config: conditional + withPostcondition, quota: refusing, problems: []string{failed}, errors: []string{queryRefused}, lines: noNumbers,
		},
		"the read with a precondition fails": {
			applied: withPrecondition, config: conditional + withPrecondition, quota: refusing, problems: []string{failed}, errors: []string{queryRefused}, lines: noNumbers,
		},
		"the read of a check fails": {
			config: checkThatReads, quota: refusing, lines: []string{noCounts, "- ⚠️ " + queryRefused},
			problems: []string{"`check.qcc_quota`: Quota query refused by QCC: QCC answered the quota query with status code 112. " +
				"  QCC's message: 您的账号剩余使用量已不足或已过期 The account has no calls left, or has expired. " +
				"Top up or renew the account with QCC. Until then, QCC does not return the quota. To destroy resources, run terraform destroy -refresh=false."},
		},
		"a condition refuses": {
			config: conditional + reads, quota: meanwhile, args: requires("radar_id=20"),
			problems: []string{notEnough}, lines: noNumbers,
		},
		"a condition refuses beside a postcondition": {
			applied: withPostcondition, config: conditional + withPostcondition, quota: meanwhile, args: requires("radar_id=20"),
			problems: []string{notEnough}, lines: noNumbers, lacks: "31",
		},
		"a gate refuses beside a postcondition": {
			applied: withPostcondition, config: gate("this", "{ radar_id = 20 }") + withPostcondition, quota: meanwhile, problems: []string{failed},
			errors: []string{strings.NewReplacer("48 of", "19 of", "by -28", "by 1").Replace(refusal("qcc_quota_gate.this", 20))}, lines: noNumbers, lacks: "31",
		},
		"a destroy of an order that reads nothing": {
			applied: conditional + reads, config: conditional + reads, quota: meanwhile, args: []string{"-destroy", "-refresh=false"}, lines: noNumbers,
		},
		"a target reads the data source with a postcondition": {
			applied: withPostcondition, config: conditional + withPostcondition + other, quota: meanwhile,
			args: append(requires("radar_id=10"), "-target=terraform_data.order"), lines: newer,
		},
		"a target leaves out the data source": {
			config: unconditional + reads, quota: meanwhile, args: append(requires("radar_id=10"), "-target=terraform_data.order"),
			lines: noNumbers,
		},
		"a target leaves out the data source with a postcondition": {
			applied: withPostcondition, config: unconditional + withPostcondition, quota: meanwhile,
			args: append(requires("radar_id=10"), "-target=terraform_data.order"), lines: noNumbers,
		},
		"a target leaves out the data source, beside a gate": {
			config: gate("this", "{ radar_id = 19 }") + reads, quota: meanwhile, args: []string{"-target=qcc_quota_gate.this"},
			lines: noNumbers,
		},
	}

	named := map[string]planCase{}

	for name, plan := range plans {
		plan.applied = cmp.Or(plan.applied, reads)
		plan.lacks = cmp.Or(plan.lacks, "| 48 |") // This is the count in the state.
		named["an older state, and "+name] = plan
	}

	return named
}()

package pipelines_test

import (
	"cmp"
	"strings"

	"github.com/qccpro/terraform-provider-qcc/internal/emulator"
)

const (
	unreadQuota = "Quota is required, but the plan does not show that Terraform has read `data.qcc_quota.this`. " +
		"Plan without `-target`, or add a postcondition to the data source."
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
	newer     = []string{newerRow(0, "██████░░░░")}
	refusing  = emulator.Behavior{Code: 112}
	noNumbers = []string{noCounts}
)

// newerRow returns the row of radar_id in the quota at the time of the plan.
func newerRow(required int, bar string) string {
	return countsRow("radar_id", "风险监控-企业 | 50 | 31 | 19", required, bar+" 62 %")
}

// olderStatePlans start from a state in which a data source has 48. The summary must never show that count as one of the plan.
var olderStatePlans = func() map[string]planCase {
	plans := map[string]planCase{
		"the plan reads":                    {config: conditional + reads, quota: meanwhile, lines: newer},
		"the plan only reads":               {config: reads, quota: meanwhile, lines: newer},
		"a plan without refresh reads":      {config: conditional + reads, quota: meanwhile, args: []string{"-refresh=false"}, lines: newer},
		"a check reads":                     {config: checkThatReads, quota: meanwhile, lines: newer},
		"the read fails":                    {config: conditional + reads, quota: refusing, problems: []string{failed}, lines: noNumbers},
		"the data source was removed":       {config: other, lines: []string{noQuota}},
		"the read is deferred to apply":     {config: conditional + laterRead, quota: meanwhile, problems: []string{readLate}, lines: []string{noQuota}},
		"the module of it was removed":      {applied: "module \"child\" {\n  source = \"./child\"\n}\n", config: other, lines: []string{noQuota}},
		"a destroy that reads nothing":      {config: reads, quota: meanwhile, args: []string{"-destroy", "-refresh=false"}, lines: noNumbers},
		"the provider cannot be configured": {config: conditional + withPostcondition + "\nprovider \"qcc\" {\n  timeout = \"soon\"\n}\n", problems: []string{failed}, lines: noNumbers},
		"only a refresh": {
			applied: conditional + withPostcondition, config: conditional + withPostcondition, quota: meanwhile, args: []string{"-refresh-only"}, lines: newer,
		},
		"an instance of the data source was removed": {
			applied: strings.Replace(reads, "{}", "{\n  count = 2\n}", 1), config: strings.Replace(reads, "{}", "{\n  count = 1\n}", 1) + other, quota: meanwhile,
			lines: append(newer, "`data.qcc_quota.this[0]`"),
		},
		"the read with a postcondition fails": {
			applied: withPostcondition, config: conditional + withPostcondition, quota: refusing, problems: []string{failed}, lines: noNumbers,
		},
		"the read with a precondition fails": {
			applied: withPrecondition, config: conditional + withPrecondition, quota: refusing, problems: []string{failed}, lines: noNumbers,
		},
		"the read of a check fails": {
			config: checkThatReads, quota: refusing, lines: noNumbers,
			problems: []string{"`check.qcc_quota`: Quota query refused by QCC: QCC answered the quota query with status code 112. " +
				"QCC's message: 您的账号剩余使用量已不足或已过期 The account has no calls left, or has expired. " +
				"Top up or renew the account with QCC. Until then, QCC does not return the quota. To destroy resources, run terraform destroy -refresh=false."},
		},
		"a condition refuses": {
			config: conditional + reads, quota: meanwhile, args: requires("radar_id=20"),
			problems: []string{notEnough}, lines: []string{noCounts, unknownRow("radar_id", 20)},
		},
		"a condition refuses beside a postcondition": {
			applied: withPostcondition, config: conditional + withPostcondition, quota: meanwhile, args: requires("radar_id=20"),
			problems: []string{notEnough}, lines: noNumbers, lacks: "31",
		},
		"a gate refuses beside a postcondition": {
			applied: withPostcondition, config: gate("this", "{ radar_id = 20 }") + withPostcondition, quota: meanwhile,
			problems: []string{failed}, lines: noNumbers, lacks: "31",
		},
		"a destroy of an order that reads nothing": {
			applied: conditional + reads, config: conditional + reads, quota: meanwhile, args: []string{"-destroy", "-refresh=false"}, lines: noNumbers,
		},
		"a target reads the data source with a postcondition": {
			applied: withPostcondition, config: conditional + withPostcondition + other, quota: meanwhile,
			args: append(requires("radar_id=10"), "-target=terraform_data.order"), lines: []string{newerRow(10, "██████▒▒▒░")},
		},
		"a target leaves out the data source": {
			config: unconditional + reads, quota: meanwhile, args: append(requires("radar_id=10"), "-target=terraform_data.order"),
			problems: []string{unreadQuota}, lines: noNumbers,
		},
		"a target leaves out the data source with a postcondition": {
			applied: withPostcondition, config: unconditional + withPostcondition, quota: meanwhile,
			args: append(requires("radar_id=10"), "-target=terraform_data.order"), problems: []string{unreadQuota}, lines: noNumbers,
		},
		"a target leaves out the data source, beside a gate": {
			config: gate("this", "{ radar_id = 19 }") + reads, quota: meanwhile, args: []string{"-target=qcc_quota_gate.this"},
			lines: []string{noCounts, unknownRow("radar_id", 19)},
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

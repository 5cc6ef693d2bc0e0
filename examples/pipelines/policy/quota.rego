# Refuses a Terraform plan if the QCC quota does not suffice, or if a condition
# or a read is deferred to apply. The rules are those of quota.jq:
#
#   terraform show -json tfplan |
#     conftest test --parser json --policy policy -
#
# A plan requires the quota that its gates (qcc_quota_gate) add, and the quota
# in the variable qcc_required: a map of numbers by module id, for your own
# conditions. Do not put an order into both. Requires OPA 0.59 or newer.
package main

import rego.v1

# Failures at these addresses do not fail the plan. List addresses of check
# blocks, such as "check.qcc_quota", and of resources and outputs with a
# condition that is known only after apply, such as "output.id". A condition
# that failed always fails the plan.
tolerated := set()

# The plan in the format of terraform show -json. HCP Terraform and env0, Scalr,
# and a hook for Spacelift pass it under different names. Otherwise it is the
# whole input.
default plan := {}

plan := input.plan if {
	is_object(input.plan)
} else := input.tfplan if {
	is_object(input.tfplan)
} else := input.third_party_metadata.custom.plan if {
	is_object(input.third_party_metadata.custom.plan)
} else := input.terraform if {
	is_object(input.terraform)
} else := input if {
	is_object(input)
}

# Each problem is one line, because some CI systems interpret lines of the log
# as commands.
deny contains replace(regex.replace(problem, `[\s[:cntrl:]]+`, " "), "##[", "##(") if some problem in problems

problems contains "This is not a plan." if not is_plan

problems contains message if {
	some address in deferred
	message := sprintf("%s is read only at apply, which is too late for a condition. Remove what defers the read, such as depends_on.", [address])
}

problems contains sprintf("%s: %s", [address, text]) if some address, text in failures

problems contains "The plan failed. See the errors in Terraform's output." if {
	has_error
	count(failures) == 0
}

problems contains "The variable qcc_required is not a map of whole numbers." if {
	is_judged
	not is_understood
}

problems contains "Quota is required, but no data source reads it." if {
	is_judged
	count(required) > 0
	count(quotas) + count(deferred) == 0
}

unread := "Quota is required, but the plan does not show that Terraform has read %s. Plan without -target, or add a postcondition to the data source."

problems contains message if {
	is_judged
	count(required) > 0
	some address, _ in quotas
	not is_read(address)
	message := sprintf(unread, [address])
}

problems contains message if {
	is_judged
	some address, quota in quotas
	is_read(address)
	some id, need in needs[quota.account]
	remaining := object.get(quota.modules, [id, "remaining"], null)
	need > number_or_zero(remaining)
	message := sprintf("%s: %s is short by %v: %v required, %s.", [address, id, need - number_or_zero(remaining), need, remaining_text(remaining)])
}

remaining_text(remaining) := sprintf("%v remaining", [remaining]) if is_number(remaining)

remaining_text(remaining) := "but the remaining quota is unknown" if not is_number(remaining)

is_plan if is_object(plan.planned_values)

has_error if plan.errored == true

# Whether the quota of the plan is judged. A failed plan is refused anyway, and
# lacks the parts that Terraform did not reach. A plan that only destroys, or
# changes nothing, requires no quota.
is_judged if {
	orders
	not has_error
}

orders if {
	some change in plan.resource_changes
	change.mode == "managed"
	some action in change.change.actions
	action in {"create", "update"}
}

# The account of each resource in the configuration: its provider block.
accounts[address] := resource.provider_config_key if {
	walk(plan.configuration.root_module, [path, resource])
	regex.match(`^(module_calls\n[^\n]+\nmodule\n)*resources\n[0-9]+$`, joined(path))
	modules := [sprintf("module.%s.", [path[i + 1]]) | some i, "module_calls" in path; i % 3 == 0]
	address := concat("", array.concat(modules, [resource.address]))
}

# An address in the configuration has no keys of for_each and count.
account_of(address) := object.get(accounts, regex.replace(address, `\[("([^"\\]|\\.)*"|[0-9]+)\]`, ""), "")

default qcc_required := {}

qcc_required := plan.variables.qcc_required.value if plan.variables.qcc_required.value != null

is_understood if {
	is_object(qcc_required)
	every value in qcc_required { is_count(value) }
}

is_count(value) if {
	is_number(value)
	value >= 0
	value <= 1000000000000000
	value == floor(value)
}

is_count(value) if {
	is_string(value)
	regex.match(`^[0-9]{1,15}$`, value)
}

required[id] := need if {
	is_understood
	some id, value in qcc_required
	need := to_number(value)
	need > 0
}

# What each gate adds. A new gate and a replaced one add their whole
# requirement. A requirement that is known only after apply is not in the plan.
# The provider judges it at apply, before Terraform creates what depends on the
# gate.
added[change.address] := {"account": account_of(change.address), "adds": adds} if {
	some change in gates
	before := before_of(change.change)
	adds := {id: add |
		some id, after in after_of(change.change)
		add := after - object.get(before, id, 0)
		add > 0
	}
}

problems contains sprintf("%s: the plan does not show what the gate requires.", [change.address]) if {
	some change in gates
	not is_readable(change.change)
}

gates contains change if {
	some change in plan.resource_changes
	change.mode == "managed"
	change.type == "qcc_quota_gate"
	some action in change.change.actions
	action in {"create", "update"}
}

is_readable(change) if {
	are_counts(before_of(change))
	are_counts(after_of(change))
}

are_counts(requirement) if {
	is_object(requirement)
	every count in requirement { is_number(count) }
}

before_of(change) := {} if "create" in change.actions

before_of(change) := change.before.required if not "create" in change.actions

after_of(change) := object.get(change.after, "required", {}) if is_late(change)

after_of(change) := change.after.required if not is_late(change)

is_late(change) if {
	walk(change.after_unknown, [_, value])
	value == true
}

# The quota that each account needs: the quota in qcc_required, and the quota
# that its own gates add.
needs[account] := {id: need |
	some id in object.keys(object.union(required, sums))
	need := object.get(required, id, 0) + object.get(sums, id, 0)
} if {
	some account in {quota.account | some quota in quotas}
	ids := {id | some gate in added; gate.account == account; some id, _ in gate.adds}
	sums := {id: sum([gate.adds[id] | some gate in added; gate.account == account]) | some id in ids}
}

# The data sources in the plan. Ephemeral resources are not in a plan.
quotas[resource.address] := {"account": account_of(resource.address), "modules": resource.values.modules} if {
	walk(plan.prior_state.values.root_module, [path, resource])
	regex.match(`^(child_modules\n[0-9]+\n)*resources\n[0-9]+$`, joined(path))
	resource.mode == "data"
	resource.type == "qcc_quota"
}

# Whether Terraform has certainly read a data source for this plan. It has if
# the plan covers the whole configuration, or shows the read. A plan with
# -target also has the results of older reads. OpenTofu and Terraform before 1.8
# do not state whether a plan is complete.
is_read(address) if {
	plan.complete == true
	is_object(quotas[address].modules)
}

is_read(address) if {
	address in proven
	is_object(quotas[address].modules)
}

# Terraform has read a data source if its own condition passed, or if it is in a
# check block.
proven contains instance.address.to_display if {
	some check in plan.checks
	check.address.mode == "data"
	check.address.type == "qcc_quota"
	some instance in check.instances
	instance.status == "pass"
}

proven contains change.address if {
	some change in plan.resource_changes
	change.action_reason == "read_because_check_nested"
}

# The data sources that are read only at apply.
deferred contains change.address if {
	some change in plan.resource_changes
	change.mode == "data"
	change.type == "qcc_quota"
	object.get(change, "action_reason", "") != "read_because_check_nested"
}

# The messages of the conditions and checks that did not pass and are not
# tolerated, by address.
failures[check.address.to_display] := text if {
	some check in plan.checks
	did_not_pass(check)
	not is_tolerated(check)
	found := [problem.message | some problem in check.instances[_].problems]
	text := {true: concat(" ", found), false: undescribed[check.status]}[count(found) > 0]
}

undescribed := {
	"unknown": "cannot be evaluated before apply.",
	"error": "could not be evaluated.",
	"fail": "failed.",
}

did_not_pass(check) if check.status in {"fail", "error"}

# A check that Terraform did not reach has the status unknown, and does not
# count.
did_not_pass(check) if {
	check.status == "unknown"
	is_judged
	was_reached(check)
}

was_reached(check) if check.instances

was_reached(_) if not plan.complete == false

is_tolerated(check) if {
	check.address.to_display in tolerated
	check.address.kind == "check"
}

is_tolerated(check) if {
	check.address.to_display in tolerated
	check.status == "unknown"
}

number_or_zero(value) := value if is_number(value)

number_or_zero(value) := 0 if not is_number(value)

# A path as text. An attribute of a resource may look like a resource, so the
# whole path decides.
joined(path) := concat("\n", [sprintf("%v", [step]) | some step in path])

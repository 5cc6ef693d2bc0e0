# Refuses a Terraform plan that its QCC quota cannot pay for, or whose gate cannot be judged before apply:
#
#   terraform show -json tfplan | conftest test --policy policy -
#
# What the plan will consume is taken from its variable qcc_required, a map of numbers by module id.
package main

# Addresses of checks that do not decide, such as "check.qcc_quota", or "output.id" with a condition that can only be judged at apply.
tolerated := set()

deny contains "This is not a plan." if not input.planned_values

deny contains "The plan failed before the quota could be judged." if {
	input.errored
	count(failures) == 0
}

deny contains message if {
	some address in deferred
	message := sprintf("%s is read only at apply, when a gate comes too late.", [address])
}

deny contains message if {
	some address, texts in failures
	not address in tolerated
	message := sprintf("%s: %s", [address, texts])
}

deny contains message if {
	orders
	some address, modules in quotas
	some id, need in required
	left := number_or_zero(object.get(modules, [id, "remaining"], null))
	need > left
	message := sprintf("%s: %s is short by %v: %v required, %v remaining.", [address, id, need - left, need, left])
}

deny contains "Quota is required, and the plan does not read it." if {
	orders
	count(quotas) + count(deferred) == 0
	some need in required
	need > 0
}

# A plan that only destroys, or changes nothing, orders nothing: Terraform leaves its conditions undecided, and nobody needs quota.
orders if {
	some change in input.resource_changes
	change.mode == "managed"
	some action in change.change.actions
	action in {"create", "update"}
}

required := {id: need |
	some id, value in input.variables.qcc_required.value
	need := to_number(value)
	need > 0
}

# The modules that were read at plan, by the address of what read them.
quotas[resource.address] := resource.values.modules if {
	walk(input.prior_state.values.root_module, [_, resource])
	resource.mode == "data"
	resource.type == "qcc_quota"
}

# What reads the quota only at apply. A data source in a check block is read at both times.
deferred contains change.address if {
	some change in input.resource_changes
	change.mode == "data"
	change.type == "qcc_quota"
	object.get(change, "action_reason", "") != "read_because_check_nested"
}

# The messages of the checks that did not pass, by address. Those that are undecided because the plan failed before say nothing.
failures[check.address.to_display] := concat(" ", messages) if {
	some check in input.checks
	decides(check.status)
	found := [problem.message | some problem in check.instances[_].problems]
	messages := {true: found, false: [undecided[check.status]]}[count(found) > 0]
}

undecided := {
	"unknown": "cannot be decided before apply.",
	"error": "could not be evaluated.",
	"fail": "failed.",
}

decides(status) if status in {"fail", "error"}

decides("unknown") if {
	orders
	not input.errored
}

number_or_zero(value) := value if is_number(value)

number_or_zero(value) := 0 if not is_number(value)

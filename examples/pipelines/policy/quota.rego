# Refuses a Terraform plan that its QCC quota cannot pay for, or whose gate cannot be judged before apply:
#
#   terraform show -json tfplan | conftest test --parser json --policy policy -
#
# What the plan will consume is taken from its variable qcc_required, a map of numbers by module id. What gates (qcc_quota_gate) add is not
# counted: Terraform judges it, and the plan fails if it is refused.
package main

# Addresses that do not decide: of check blocks, such as "check.qcc_quota"; and of resources and outputs with a condition that can only
# be judged at apply, such as "output.id". A condition that failed decides in any case.
tolerated := set()

deny contains "This is not a plan." if not is_object(object.get(input, "planned_values", null))

deny contains "The plan failed. Terraform's own output says why." if {
	input.errored
	count(failures) == 0
}

deny contains sprintf("%s is read only at apply, when a gate comes too late.", [address]) if some address in deferred

deny contains sprintf("%s: %s", [address, text]) if some address, text in failures

deny contains "The variable qcc_required is not a map of whole numbers." if {
	orders
	not is_understood
}

deny contains "The plan leaves out a part of the configuration (-target), so its quota may be an old one." if {
	orders
	requires
	is_partial
}

deny contains "Quota is required, and no data source reads it." if {
	orders
	requires
	count(quotas) + count(deferred) == 0
}

deny contains message if {
	orders
	some address, modules in quotas
	some id, need in needs
	left := number_or_zero(object.get(modules, [id, "remaining"], null))
	need > left
	message := sprintf("%s: %s is short by %v: %v required, %v remaining.", [address, id, need - left, need, left])
}

# A plan that only destroys, or changes nothing, orders nothing: Terraform leaves its conditions undecided, and nobody needs quota.
orders if {
	some change in input.resource_changes
	change.mode == "managed"
	some action in change.change.actions
	action in {"create", "update"}
}

# A plan with -target leaves conditions undecided, and data sources as they were in the state.
is_partial if {
	input.complete == false
	not input.errored
}

default required := {}

required := input.variables.qcc_required.value if input.variables.qcc_required.value != null

is_understood if {
	is_object(required)
	every value in required { is_count(value) }
}

is_count(value) if is_number(value)

is_count(value) if regex.match(`^[0-9]+$`, value)

needs[id] := need if {
	is_understood
	some id, value in required
	need := to_number(value)
	need > 0
}

requires if count(needs) > 0

# The modules that were read at plan, by the address of what read them. An ephemeral resource leaves nothing in a plan.
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

# What is said of the checks that did not pass and are not tolerated, by address.
failures[check.address.to_display] := text if {
	some check in input.checks
	did_not_pass(check)
	not is_tolerated(check)
	found := [problem.message | some problem in check.instances[_].problems]
	text := {true: concat(" ", found), false: undescribed[check.status]}[count(found) > 0]
}

undescribed := {
	"unknown": "cannot be decided before apply.",
	"error": "could not be evaluated.",
	"fail": "failed.",
}

did_not_pass(check) if check.status in {"fail", "error"}

# A check that is undecided because Terraform did not get to it says nothing.
did_not_pass(check) if {
	check.status == "unknown"
	orders
	not input.errored
	was_reached(check)
}

was_reached(check) if check.instances

was_reached(_) if not is_partial

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

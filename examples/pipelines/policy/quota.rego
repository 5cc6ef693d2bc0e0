# Refuses a Terraform plan that must not be applied, by the rules of quota.jq:
#
#   terraform show -json tfplan | conftest test --parser json --policy policy -
#
# It computes no quota: gates and conditions judge the plan. The policy finds
# what they refused, and what they did not judge. Requires OPA 0.59 or newer.
package main

import rego.v1

# Addresses that do not fail the plan: check blocks, such as "check.qcc_quota";
# resources and outputs with a condition that is known only after apply; and,
# also without their keys, resources and modules that depend on a gate and order
# nothing. A condition that failed always fails the plan.
tolerated := set()

# The types of resources that order from QCC, such as "example_monitoring". The
# plan fails if it creates one that depends on no gate.
ordering_types := set()

# HCP Terraform and env0, Scalr, and a hook for Spacelift pass the plan under
# different names. Otherwise it is the whole input.
default plan := {}

plan := [found |
	some path in [["plan"], ["tfplan"], ["third_party_metadata", "custom", "plan"], ["terraform"], []]
	found := object.get(input, path, null)
	is_object(found)
][0]

# Each problem is one line without invisible characters, and without what CI
# systems obey anywhere in a line, such as "##[command]".
deny contains replace(visible, "##", "# ") if {
	some problem in problems
	line := regex.replace(problem, `[\t-\r\x{85}\x{2028}\x{2029}]+`, " ")
	visible := regex.replace(line, `[\p{Cc}\p{Cf}\p{Co}\x{115F}\x{1160}\x{2800}\x{3164}\x{FFA0}]`, "")
}

problems contains "This is not a plan." if not is_object(object.get(plan, "planned_values", null))

problems contains "The plan failed. See the errors in Terraform's output." if {
	plan.errored == true
	failures == {}
}

problems contains sprintf("%s: %s", [address, text]) if some address, text in failures

problems contains sprintf("%s is read only at apply, which is too late for a condition. Remove what defers the read, such as depends_on.", [change.address]) if {
	some change in plan.resource_changes
	[change.mode, change.type] == ["data", "qcc_quota"]
	object.get(change, "action_reason", "") != "read_because_check_nested"
}

problems contains sprintf("%s is %s, but the plan does not judge its gate %s. Replace the gate too, with -replace. If the order was placed already, untaint or import it. List what orders nothing in tolerated.", [order, verb, gate]) if {
	some order, [_, verb] in orders
	some gate in unjudged(order)
}

problems contains sprintf("%s orders from QCC, but depends on no gate. Let it depend on a qcc_quota_gate.", [order]) if {
	some order, [type, _] in orders
	type in ordering_types
	gates_of(order) == set()
}

problems contains "The plan does not show its configuration, so nobody can tell which gates its orders have." if {
	is_judged
	not is_object(object.get(plan, ["configuration", "root_module"], null))
}

# The conditions and checks that did not pass. A condition that Terraform did not
# reach has the status unknown, and does not count.
failures[address] := {true: concat(" ", said), false: undescribed[check.status]}[said != []] if {
	some check in plan.checks
	reached := {"unknown" | is_judged; [object.get(check, "instances", null), object.get(plan, "complete", true)] != [null, false]}
	check.status in ({"fail", "error"} | reached)
	address := check.address.to_display
	({address | check.address.kind == "check"} | {address | check.status == "unknown"}) & tolerated == set()
	said := [problem.message | some problem in check.instances[_].problems]
}

undescribed := {"unknown": "cannot be evaluated before apply.", "error": "could not be evaluated.", "fail": "failed."}

managed := [change | some change in plan.resource_changes; change.mode == "managed"]

# Whether the plan creates or updates a resource. In other plans, Terraform does
# not evaluate all conditions. A failed plan is refused anyway, and incomplete.
is_judged if {
	not plan.errored == true
	{"create", "update"} & {action | some action in managed[_].change.actions} != set()
}

# The resources that are created or replaced. They may be orders.
orders[change.address] := [change.type, {true: "replaced", false: "created"}["delete" in change.change.actions]] if {
	is_judged
	some change in managed
	change.type != "qcc_quota_gate"
	"create" in change.change.actions
	names := {concat("", [name, "."]) | some name in {change.address, configured(change.address)}}
	not strings.any_prefix_match(names, {concat("", [start, end]) | some start in tolerated | set(); some end in {".", "["}})
}

# The gates that should judge an order, and do not. If gates have the keys of the
# order, all these must judge it. If none has, one of the gates must. In the
# module of its gates, an order depends only on those of its own instance.
unjudged(order) := {gate |
	some name in gates_of(order)
	is_inside := startswith(configured(order), regex.replace(name, `qcc_quota_gate\.[^.]+$`, ""))
	near := {instance | some instance, _ in gates[name]; startswith(order, {true: instance, false: ""}[is_inside])}
	same := {gates[name][instance][key] | some instance in near; some key in shared_keys(order, instance)}
	one_of := {name | {gate | gate := gates[name][near[_]][_]} & judged == set()}
	some gate in {true: one_of, false: same - judged}[same == set()]
}

shared_keys(order, instance) := keys(trim_prefix(order, instance)) | {""} if {
	startswith(order, instance)
} else := keys(order) | {""} if keys(instance) - keys(order) == set()

keys(address) := {key | some key in regex.find_n(key_pattern, address, -1)}

configured(address) := regex.replace(address, key_pattern, "")

key_pattern := `\[("([^"\\]|\\.)*"|[0-9]+)\]`

# The gates, by name, module and key. A gate judges orders if it is created,
# replaced or grows, and not if it is imported.
gates[configured(change.address)][instance][key] := change.address if {
	some change in managed
	change.type == "qcc_quota_gate"
	instance := trim_prefix(concat("", [object.get(change, "module_address", ""), "."]), ".")
	key := trim_prefix(change.address, concat("", [instance, change.type, ".", change.name]))
}

judged contains change.address if {
	some change in managed
	change.type == "qcc_quota_gate"
	not change.change.importing
	new := {action | some action in change.change.actions; action == "create"}
	grown := {id | some id, after in change.change.after.required; is_number(after); after > object.get(change.change.before.required, id, 0)}
	new | grown != set()
}

# The gates in the configuration on which a resource depends: by its own
# references, by those of the calls of the modules around it, and by outputs of
# modules. A plan does not show to what a local refers.
gates_of(address) := {gate |
	some start, targets in dependencies
	startswith(concat("", [configured(address), "."]), start)
	some gate in graph.reachable(leads, targets) & all_gates
}

dependencies[concat("", [path, resource.address, "."])] := references(path, resource) if {
	some path, module in modules
	some resource in module.resources
}

dependencies[concat("", [path, "module.", name, "."])] := references(path, object.remove(call, ["module"])) if {
	some path, module in modules
	some name, call in module.module_calls
}

leads[concat("", [path, name])] := references(path, output) if {
	some path, module in modules
	some name, output in module.outputs
}

leads[trim_suffix(path, ".")] := {concat("", [path, name]) | some name, _ in module.outputs} if some path, module in modules

leads[gate] := set() if some gate in all_gates

all_gates := {concat("", [path, gate.address]) | some path, module in modules; some gate in module.resources; gate.type == "qcc_quota_gate"}

references(path, part) := {concat("", [path, concat(".", array.slice(steps, 0, length))]) |
	walk(part, [_, value])
	all := {configured(reference) | some reference in value.references}
	some reference in all
	not strings.any_prefix_match(all, concat("", [reference, "."]))
	steps := split(reference, ".")
	length := {"qcc_quota_gate": 2, "module": 3}[steps[0]]
} | {target |
	start := concat("", [path, part.depends_on[_]])
	some target in {start} | {gate | some gate in all_gates; startswith(gate, concat("", [start, "."]))}
}

# The modules of the configuration, by the path in front of their addresses.
modules[path] := module if {
	walk(plan.configuration.root_module, [steps, module])
	every i, step in steps { step == ["module_calls", step, "module"][i % 3] }
	count(steps) % 3 == 0
	path := concat("", [sprintf("module.%s.", [step]) | some i, step in steps; i % 3 == 1])
}

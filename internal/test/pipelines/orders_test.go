package pipelines_test

import (
	"fmt"
	"strings"
)

// orderOf returns a resource with arguments.
func orderOf(arguments string) string {
	return "\nresource \"terraform_data\" \"order\" {\n  " + arguments + "\n}\n"
}

// behind returns orders with keys that depend on all instances of a gate.
func behind(gate, keys string) string {
	return orderOf("for_each = toset(" + keys + ")\n  depends_on = [qcc_quota_gate." + gate + "]")
}

// monitored returns gates, and an order behind each.
func monitored(orders string) string { return gates(orders) + behind("order", "keys("+orders+")") }

// call returns a call of the child module with arguments.
func call(arguments string) string {
	return "\nmodule \"child\" {\n  source = \"./child\"\n  " + arguments + "\n}\n"
}

// chained returns gates, and an instance of the child module behind each.
func chained(orders string) string { return gates(orders) + call("for_each = qcc_quota_gate.order") }

// dependent returns gates, and instances of the child module that depend on all of them.
func dependent(orders string) string {
	return gates(orders) + call("for_each = "+orders+"\n  depends_on = [qcc_quota_gate.order]")
}

// unjudgedOrder is the problem of an order that is created, and whose gate the plan does not judge.
func unjudgedOrder(order, gate string) string {
	return fmt.Sprintf("`%s` is created, but the plan does not judge its gate `%s`. Replace the gate too, with `-replace`. "+
		"If the order was placed already, untaint or import it. List what orders nothing in `tolerated`.", order, gate)
}

// replacedOrder is the problem of an order that is replaced, and whose gate the plan does not judge.
func replacedOrder(order, gate string) string {
	return strings.Replace(unjudgedOrder(order, gate), "is created", "is replaced", 1)
}

// ungatedOrder is the problem of an order without a gate.
func ungatedOrder(order string) string {
	return fmt.Sprintf("`%s` orders from QCC, but depends on no gate. Let it depend on a `qcc_quota_gate`.", order)
}

const two = "{ north = 1, south = 1 }"

var southUnjudged = []string{unjudgedOrder(`terraform_data.order["south"]`, `qcc_quota_gate.order["south"]`)}

// odd are orders whose keys have spaces, quotes, Markdown and another script, and two that a CI system or a terminal obeys.
const odd = "{ \"a b\" = 1, \"c\\\"d\" = 1, \"x|y\" = 1, \"e`f\" = 1, \"北京\" = 1, \"##vso[g\" = 1, \"left\\u202eright\" = 1 }"

// moduleWithDataSource is a module whose order is replaced when its data source is deferred.
var moduleWithDataSource = reads + orderOf(`triggers_replace = data.qcc_quota.this.modules["radar_id"].total`)

// moduleOrder is a module, which has a variable and an output.
const moduleOrder = `
variable "granted" {
  default = null
}

resource "terraform_data" "order" {
  input = var.granted
}

output "ordered" {
  value = terraform_data.order.id
}
`

// moduleGates are gates of a module, which has two outputs.
const moduleGates = `
resource "qcc_quota_gate" "order" {
  for_each = { north = 1, south = 1 }
  required = { radar_id = each.value }
}

resource "terraform_data" "note" {
  input = "a note"
}

output "granted" {
  value = qcc_quota_gate.order
}

output "gates" { # It does not lead to gates.
  value = terraform_data.note.id
}
`

// orderPlans create resources behind gates. A gate that a plan does not judge was granted in an earlier apply, or is imported.
var orderPlans = map[string]planCase{
	"new orders behind new gates": {config: monitored(two)},
	"-target left out an order": {
		applied: monitored(two), target: `terraform_data.order["north"]`, config: monitored(two), problems: southUnjudged,
	},
	"-target left out an order, and its gate is replaced": {
		applied: monitored(two), target: `terraform_data.order["north"]`, config: monitored(two), args: []string{`-replace=qcc_quota_gate.order["south"]`},
	},
	"-target left out a resource that orders nothing": {
		applied: monitored(two), target: `terraform_data.order["north"]`, config: monitored(two), tolerated: "terraform_data.order",
		lines: []string{"- " + southUnjudged[0] + " (tolerated)"},
	},
	"-target left out an order, and its gate grows": {
		applied: monitored(two), target: `terraform_data.order["north"]`, config: monitored("{ north = 1, south = 2 }"),
	},
	"-target left out an order, and its gate shrinks": {
		applied: monitored("{ north = 1, south = 2 }"), target: `terraform_data.order["north"]`, config: monitored(two), problems: southUnjudged,
	},
	"-target left out an order, and the plan fails": { // A failed plan is incomplete, so it lists no orders.
		applied: monitored(two), target: `terraform_data.order["north"]`, config: monitored(two) + gate("many", "{ radar_id = 49 }"),
		problems: []string{failed}, errors: []string{refusal("qcc_quota_gate.many", 49)},
	},
	"an order is tainted, and its gate stays": { // Its apply was interrupted.
		applied: monitored(two), tainted: `terraform_data.order["south"]`, config: monitored(two),
		problems: []string{replacedOrder(`terraform_data.order["south"]`, `qcc_quota_gate.order["south"]`)},
	},
	"an order is only changed, and its gate stays": { // It orders nothing.
		applied: monitored(two), config: strings.Replace(monitored(two), "  depends_on", "  input = 1\n  depends_on", 1),
	},
	"an order is destroyed with its gate": {applied: monitored(two), config: monitored("{ north = 1 }")},
	"a gate is imported, and its order is not": {
		config:   monitored("{ north = 1, south = 2 }") + "\nimport {\n  to = qcc_quota_gate.order[\"south\"]\n  id = \"radar_id=1\"\n}\n",
		problems: southUnjudged, // What it adds to the imported requirement is judged, and not the whole.
	},
	"one gate stands before all orders, and grows": {
		applied: gate("all", "{ radar_id = 1 }") + behind("all", "[\"north\"]"), config: gate("all", "{ radar_id = 2 }") + behind("all", "[\"north\", \"south\"]"),
	},
	"one gate stands before all orders, and stays": {
		applied: gate("all", "{ radar_id = 1 }") + behind("all", "[\"north\"]"), config: gate("all", "{ radar_id = 1 }") + behind("all", "[\"south\"]"),
		problems: []string{unjudgedOrder(`terraform_data.order["south"]`, "qcc_quota_gate.all")},
	},
	"gates have other keys than their orders, and one of them grows": {
		applied: gates(two) + behind("order", "[\"a\"]"), config: gates("{ north = 1, south = 2 }") + behind("order", "[\"a\", \"b\"]"),
	},
	"gates have other keys than their orders, and none of them grows": {
		applied: gates(two) + behind("order", "[\"a\"]"), config: gates(two) + behind("order", "[\"a\", \"b\"]"),
		problems: []string{unjudgedOrder(`terraform_data.order["b"]`, "qcc_quota_gate.order")},
	},

	"the plan does not show its configuration": {
		config: monitored(two), remove: func(plan map[string]any) { delete(plan, "configuration") },
		problems: []string{"The plan does not show its configuration, so nobody can tell which gates its orders have."},
	},

	"a module is chained by for_each": {
		applied: chained("{ north = 1 }"), child: moduleOrder, config: chained(two),
	},
	"an order in a chained module is replaced": {
		applied: chained(two), child: moduleOrder, config: chained(two), args: []string{`-replace=module.child["south"].terraform_data.order`},
		problems: []string{replacedOrder(`module.child["south"].terraform_data.order`, `qcc_quota_gate.order["south"]`)},
	},
	"a resource in a chained module orders nothing": {
		applied: chained(two), child: moduleOrder, config: chained(two), args: []string{`-replace=module.child["south"].terraform_data.order`}, tolerated: "module.child",
		lines: []string{"- " + replacedOrder(`module.child["south"].terraform_data.order`, `qcc_quota_gate.order["south"]`) + " (tolerated)"},
	},
	"a module depends on gates, so that its data source is deferred": { // The existing order is replaced.
		applied: dependent("{ north = 1 }"), child: moduleWithDataSource, config: dependent(two),
		problems: []string{
			replacedOrder(`module.child["north"].terraform_data.order`, `qcc_quota_gate.order["north"]`),
			strings.Replace(readLate, "data", `module.child["north"].data`, 1), strings.Replace(readLate, "data", `module.child["south"].data`, 1),
		},
	},
	"a module refers to a gate": {
		applied: gate("all", "{ radar_id = 1 }"), config: gate("all", "{ radar_id = 1 }") + call("granted = qcc_quota_gate.all.required"), child: moduleOrder,
		problems: []string{unjudgedOrder("module.child.terraform_data.order", "qcc_quota_gate.all")},
	},
	"gates are in a module, and an output leads to them": {
		applied: call(""), child: moduleGates, config: call("") + orderOf("for_each = module.child.granted"),
		problems: []string{
			unjudgedOrder(`terraform_data.order["north"]`, `module.child.qcc_quota_gate.order["north"]`),
			unjudgedOrder(`terraform_data.order["south"]`, `module.child.qcc_quota_gate.order["south"]`),
		},
	},
	"gates are in a module of a module, and outputs lead to them": {
		applied: call(""), leaf: moduleGates,
		child:    "\nmodule \"leaf\" {\n  source = \"./leaf\"\n}\n\noutput \"granted\" {\n  value = module.leaf.granted[\"south\"].required\n}\n",
		config:   call("") + orderOf("input = module.child.granted"),
		problems: []string{unjudgedOrder("terraform_data.order", "module.child.module.leaf.qcc_quota_gate.order")},
	},
	"gates are in a module on which an order depends": {
		applied: call(""), child: gates(two), config: call("") + orderOf("depends_on = [module.child]"),
		problems: []string{unjudgedOrder("terraform_data.order", "module.child.qcc_quota_gate.order")},
	},
	"gates are in a module, and a resource needs another output of it": {
		applied: call(""), child: moduleGates, config: call("") + orderOf("input = module.child.gates"),
	},
	"each instance of a module has a gate, and a resource depends on all": {
		applied: call("for_each = " + two), child: gate("all", "{ radar_id = 1 }") + "\noutput \"granted\" {\n  value = qcc_quota_gate.all\n}\n",
		config: call("for_each = "+two) + orderOf("for_each = module.child"), args: []string{`-replace=module.child["north"].qcc_quota_gate.all`},
		problems: []string{unjudgedOrder(`terraform_data.order["south"]`, `module.child["south"].qcc_quota_gate.all`)},
	},
	"a module has its own gates": {
		applied: call("for_each = { north = 1 }"), child: moduleGates + "\nresource \"terraform_data\" \"order\" {\n  for_each   = qcc_quota_gate.order\n}\n", config: call("for_each = " + two),
		args: []string{`-replace=module.child["north"].terraform_data.order["south"]`},
		problems: []string{
			replacedOrder(`module.child["north"].terraform_data.order["south"]`, `module.child["north"].qcc_quota_gate.order["south"]`),
		},
	},

	"a type that orders, behind a gate": {config: monitored(two), ordering: "terraform_data"},
	"a type that orders, without a gate": {
		config: gates(two) + other, ordering: "terraform_data", problems: []string{ungatedOrder("terraform_data.other")},
	},
	"a type that orders, behind a local": {
		config: gates(two) + "locals {\n  gates = qcc_quota_gate.order\n}\n" + orderOf("for_each = local.gates"), ordering: "terraform_data",
		problems: []string{ungatedOrder(`terraform_data.order["north"]`), ungatedOrder(`terraform_data.order["south"]`)},
	},
	"a type that orders, and is tolerated": {
		config: gates(two) + other, ordering: "terraform_data", tolerated: "terraform_data.other",
		lines: []string{"- " + ungatedOrder("terraform_data.other") + " (tolerated)"},
	},
	"a type that orders, and exists": {applied: other, config: other, ordering: "terraform_data"},

	"addresses that need quotes": {
		applied: gates(odd), config: monitored(odd),
		problems: []string{
			unjudgedOrder(`terraform_data.order["a b"]`, `qcc_quota_gate.order["a b"]`),
			unjudgedOrder(`terraform_data.order["c\"d"]`, `qcc_quota_gate.order["c\"d"]`),
			unjudgedOrder(`terraform_data.order["x|y"]`, `qcc_quota_gate.order["x|y"]`),
			unjudgedOrder("`terraform_data.order[\"e`f\"]`", "`qcc_quota_gate.order[\"e`f\"]`"),
			unjudgedOrder(`terraform_data.order["北京"]`, `qcc_quota_gate.order["北京"]`),
			unjudgedOrder(`terraform_data.order["# vso[g"]`, `qcc_quota_gate.order["# vso[g"]`),
			unjudgedOrder(`terraform_data.order["left\u202eright"]`, `qcc_quota_gate.order["left\u202eright"]`),
		},
	},
}

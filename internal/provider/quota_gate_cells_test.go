package provider_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/qccpro/terraform-provider-qcc/internal/emulator"
	"github.com/qccpro/terraform-provider-qcc/internal/testkit"
)

// gateClass classifies the answers to a gate's query.
type gateClass int

const (
	// sufficient answers let a gate pass.
	sufficient gateClass = iota
	// short answers state less quota than the gate adds, or no count. The gate is refused.
	short
	// unreadable answers do not hold the quota.
	unreadable
)

// gateCondition is the state of the quota when Terraform runs.
type gateCondition struct {
	name  string
	class gateClass
	// left returns how much of the module is left if a gate adds the given count; nil if behave defines the whole answer.
	left   func(adds int64) int64
	behave emulator.Behavior
	// says is what Terraform prints if the gate does not pass, without the shortfall.
	says string
}

const (
	notEnough = "Error: Not enough QCC quota"
	noModule  = "Error: No such QCC quota module"
)

func leaves(left int64) func(int64) int64 { return func(int64) int64 { return left } }

// gateConditions are the rows of the table. The first condition of each class stands for its class in a short run.
var gateConditions = []gateCondition{
	{name: "enough", class: sufficient, left: func(adds int64) int64 { return adds + 5 }},
	{name: "exactly enough", class: sufficient, left: func(adds int64) int64 { return adds }},
	{name: "short by one", class: short, left: func(adds int64) int64 { return adds - 1 }, says: notEnough},
	{name: "nothing left", class: short, left: leaves(0), says: notEnough},
	{name: "negative", class: short, left: leaves(-4), says: notEnough},
	{name: "module absent", class: short, behave: emulator.Behavior{
		Body: `{"status":"200","result":[{"id":"other_id","totalCount":900,"consumedCount":0}]}`,
	}, says: noModule},
	{name: "count not stated", class: short, behave: emulator.Behavior{
		Body: `{"status":"200","result":[{"id":"radar_id","totalCount":null,"consumedCount":2},{"id":"bene_id"}]}`,
	}, says: "Error: Unstated QCC quota"},
	{name: "status 201", class: short, behave: emulator.Behavior{Code: 201}, says: noModule},
	{name: "refused", class: unreadable, behave: emulator.Behavior{Code: 101}, says: "Error: Quota query refused by QCC"},
	{name: "status 200 without a result", class: unreadable, behave: emulator.Behavior{Body: `{"status":"200"}`}, says: "The answer has no result"},
	{name: "down", class: unreadable, behave: emulator.Behavior{Drop: emulator.DropAnswer}, says: "the connection was closed or reset"},
}

// set makes the service answer as the condition defines, for a gate that adds a count of a module. Other modules have enough quota.
func (c *gateCondition) set(service *emulator.Emulator, id string, adds int64) {
	service.Behave(c.behave)

	if c.left == nil {
		return
	}

	// The account has used up 900 of what it bought.
	left := map[string]int64{"radar_id": 900, "bene_id": 900}
	left[id] = c.left(adds)

	service.SetModules(
		emulator.Module{ID: "radar_id", Total: 900 + left["radar_id"], Consumed: 900},
		emulator.Module{ID: "bene_id", Total: 900 + left["bene_id"], Consumed: 900},
	)
}

// gateVerdict is the expected result of a cell.
type gateVerdict struct {
	passes bool
	// queries is how many queries the service receives. state is what the gate requires afterwards; "" if the state has no gate.
	queries int
	state   string
	// short is the shortfall in the refusal, if it differs from what the operation adds.
	short int64
}

func passes(queries int, state string) gateVerdict {
	return gateVerdict{passes: true, queries: queries, state: state}
}

func fails(queries int, state string) gateVerdict { return gateVerdict{queries: queries, state: state} }

// gateOperation is a column of the table: a change of one gate by a user.
type gateOperation struct {
	name string
	// why is the reason for the verdicts.
	why string
	// before is what the gate in the state requires; "" if there is none.
	before string
	// config is the configuration.
	config string
	// plan is the command that saves a plan while there is enough quota; nil if there is none. run is the command that runs under the
	// condition.
	plan, run []string
	// adds is the count from which left computes the quota. It is of module, or of radar_id if module is empty.
	adds   int64
	module string
	// says is what Terraform prints if the gate passes.
	says string
	// enough is the verdict if the quota is enough, and refused the one if it is short or unreadable. but has the exceptions by condition.
	enough, refused gateVerdict
	but             map[string]gateVerdict
}

// conditions returns the conditions under which the operation runs, with the verdicts. An operation that sends no query passes under each of
// them for the same reason, so it runs under one.
func (o *gateOperation) conditions(short bool) map[*gateCondition]gateVerdict {
	verdicts := map[*gateCondition]gateVerdict{}
	seen := map[gateClass]bool{}
	sendsNone := o.enough.queries == 0

	for i := range gateConditions {
		c := &gateConditions[i]
		isFirst := !seen[c.class]
		seen[c.class] = true

		if short && !isFirst || sendsNone && (!isFirst || c.class != unreadable) {
			continue
		}

		verdict, isException := o.but[c.name]

		switch {
		case isException:
		case c.class == sufficient || sendsNone:
			verdict = o.enough
		default:
			verdict = o.refused
		}

		verdicts[c] = verdict
	}

	return verdicts
}

const (
	// none is a state without a gate. has10 and the others are what a gate requires.
	none  = ""
	has10 = "radar_id=10"
	has20 = "radar_id=20"
	has30 = "radar_id=30"
	// later is an expression that is known only after apply. It has the same value at any time.
	later = `replace(timestamp(), "/^.*$/", %s)`
	// warned is the warning of a plan about a gate that it does not judge.
	warned = "Warning: QCC quota gate not judged until apply"
)

// gateOf returns a gate with a requirement, which is an expression. The provider does not retry, because a service that is down would take
// long.
func gateOf(required string) string { return providerWith("") + gateBlock(required) }

func providerWith(arguments string) string {
	return "provider \"qcc\" {\n  max_retries = 0\n" + arguments + "}\n\n"
}

func gateBlock(required string) string {
	return "resource \"qcc_quota_gate\" \"this\" {\n  required = " + required + "\n}\n"
}

// behindOther returns a gate that waits for another one, which adds 5 of radar_id.
func behindOther(required, lifecycle string) string {
	return strings.TrimSuffix(gateOf(required), "}\n") + "  depends_on = [qcc_quota_gate.other]\n" + lifecycle +
		"}\n\nresource \"qcc_quota_gate\" \"other\" {\n  required = { bene_id = 1, radar_id = 5 }\n}\n"
}

// refusedBehindOther returns the verdicts for such a gate. Only what the other one was granted is a reason to read the quota again.
func refusedBehindOther(state string) map[string]gateVerdict {
	return map[string]gateVerdict{
		"short by one": {queries: 2, state: state},
		"nothing left": {queries: 1, state: state, short: 5},
		"negative":     {queries: 1, state: state, short: 9},
	}
}

// unknownUntilApply returns an expression whose value is known only after apply.
func unknownUntilApply(value string) string { return fmt.Sprintf(later, value) }

var (
	needs20 = gateOf("{ radar_id = 20 }")
	needs30 = gateOf("{ radar_id = 30 }")
	// wholeUnknown is a gate whose modules Terraform does not know either. halfUnknown knows one of two counts.
	wholeUnknown = gateOf("jsondecode(" + unknownUntilApply(`jsonencode({ radar_id = 20 })`) + ")")
	halfUnknown  = gateOf("{ radar_id = 20, bene_id = tonumber(" + unknownUntilApply(`"5"`) + ") }")
	// unknownURL and unknownKey have a provider block with an unknown value. TF_VAR_url is the service's URL.
	unknownURL = "variable \"url\" {}\n\n" + providerWith("  base_url = "+unknownUntilApply("var.url")+"\n") + gateBlock("{ radar_id = 20 }")
	unknownKey = providerWith("  key = "+unknownUntilApply(fmt.Sprintf("%q", emulator.DefaultKey))+"\n") + gateBlock("{ radar_id = 20 }")

	plan      = []string{"plan"}
	apply     = []string{"apply", "-auto-approve"}
	destroy   = []string{"destroy", "-auto-approve"}
	replace   = "-replace=qcc_quota_gate.this"
	savePlan  = []string{"plan", "-out=tfplan"}
	applyPlan = []string{"apply", "tfplan"}
)

// with returns a command with one more option.
func with(command []string, option string) []string {
	return slices.Insert(slices.Clone(command), 1, option)
}

// gateOperations is the table. A run that judges the gate sends one query. A plan and the apply of it are separate processes, so each sends
// one. The planning step at apply and the following Create or Update share a reading. A gate that is refused at plan is not applied. An
// operation that adds nothing sends no query, so it passes under every condition.
var gateOperations = []gateOperation{
	{
		name: "apply", why: "the plan judges, and the apply judges again; who is refused at plan leaves no gate",
		config: needs20, run: apply, adds: 20, says: "Resources: 1 added, 0 changed, 0 destroyed.",
		enough: passes(2, has20), refused: fails(1, none),
	},
	{
		name: "saved plan then apply", why: "the plan is old, so the apply judges by what is left now; a refused Create leaves no gate",
		config: needs20, plan: savePlan, run: applyPlan, adds: 20, says: "Resources: 1 added, 0 changed, 0 destroyed.",
		enough: passes(1, has20), refused: fails(1, none),
	},
	{
		name: "apply of a requirement of zero", why: "nothing is added, even of a module that the account may not have",
		config: gateOf("{ radar_id = 0 }"), run: apply, adds: 20, says: "Resources: 1 added, 0 changed, 0 destroyed.",
		enough: passes(0, "radar_id=0"),
	},
	{
		name: "growth", why: "only the growth is judged, so 20 suffice for a requirement of 30",
		before: has10, config: needs30, run: apply, adds: 20, says: "Resources: 0 added, 1 changed, 0 destroyed.",
		enough: passes(2, has30), refused: fails(1, has10),
	},
	{
		name: "saved plan of a growth", why: "a refused Update keeps the requirement that the gate had",
		before: has10, config: needs30, plan: savePlan, run: applyPlan, adds: 20, says: "Resources: 0 added, 1 changed, 0 destroyed.",
		enough: passes(1, has30), refused: fails(1, has10),
	},
	{
		name: "growth of one module, shrink of another", why: "each module is judged by itself, so what one gives up does not help the other", module: "bene_id",
		before: has20, config: gateOf("{ radar_id = 10, bene_id = 5 }"), run: apply, adds: 5, says: "Resources: 0 added, 1 changed, 0 destroyed.",
		enough: passes(2, "bene_id=5,radar_id=10"), refused: fails(1, has20),
	},
	{
		name: "shrink", why: "less is required than before, so nothing is added",
		before: has20, config: gateOf("{ radar_id = 10 }"), run: apply, adds: 20, says: "Resources: 0 added, 1 changed, 0 destroyed.",
		enough: passes(0, has10),
	},
	{
		name: "no change", why: "the gate requires what it was granted",
		before: has20, config: needs20, run: apply, adds: 20, says: "Resources: 0 added, 0 changed, 0 destroyed.",
		enough: passes(0, has20),
	},
	{
		name: "refresh-only", why: "it plans nothing, not even a growth that is pending",
		before: has10, config: needs30, run: []string{"apply", "-refresh-only", "-auto-approve"}, adds: 20, says: "Resources: 0 added, 0 changed, 0 destroyed.",
		enough: passes(0, has10),
	},
	{
		name: "destroy", why: "what is destroyed adds nothing",
		before: has20, config: needs20, run: destroy, adds: 20, says: "Resources: 1 destroyed.",
		enough: passes(0, none),
	},
	{
		name: "destroy with growth pending", why: "Terraform plans the configuration before it destroys, so the growth is judged; the refusal says what to do",
		before: has10, config: needs30, run: destroy, adds: 20, says: "Resources: 1 destroyed.",
		enough: passes(1, none), refused: fails(1, has10),
	},
	{
		name: "destroy with growth pending, without refresh", why: "Terraform does not plan the configuration then",
		before: has10, config: needs30, run: with(destroy, "-refresh=false"), adds: 20, says: "Resources: 1 destroyed.",
		enough: passes(0, none),
	},
	{
		name: "replace", why: "a replaced gate is judged as a new one; who is refused at plan keeps the gate",
		before: has20, config: needs20, run: with(apply, replace), adds: 20, says: "Resources: 1 added, 0 changed, 1 destroyed.",
		enough: passes(2, has20), refused: fails(1, has20),
	},
	{
		name: "saved plan of a replace", why: "Terraform destroys the old gate first, so who is refused at apply has none",
		before: has20, config: needs20, plan: with(savePlan, replace), run: applyPlan, adds: 20, says: "Resources: 1 added, 0 changed, 1 destroyed.",
		enough: passes(1, has20), refused: fails(1, none),
	},
	{
		name: "saved plan of a gate behind another", why: "the planning step at apply judges nothing after another gate, so Create does, by a new query",
		config: behindOther("{ radar_id = 20 }", ""), plan: savePlan, run: applyPlan, adds: 25, says: "Resources: 2 added, 0 changed, 0 destroyed.",
		enough: passes(1, has20), refused: fails(1, none), but: refusedBehindOther(none),
	},
	{
		name: "saved plan of a growth behind another", why: "Update judges then, and a refused one keeps the requirement that the gate had",
		before: has10, config: behindOther("{ radar_id = 30 }", ""), plan: savePlan, run: applyPlan, adds: 25, says: "Resources: 1 added, 1 changed, 0 destroyed.",
		enough: passes(1, has30), refused: fails(1, has10), but: refusedBehindOther(has10),
	},
	{
		name: "saved plan of a replace behind another, create_before_destroy", why: "Terraform creates the new gate first, so a refusal keeps the old one",
		before: has20, config: behindOther("{ radar_id = 20 }", "  lifecycle {\n    create_before_destroy = true\n  }\n"),
		plan: with(savePlan, replace), run: applyPlan, adds: 25, says: "Resources: 2 added, 0 changed, 1 destroyed.",
		enough: passes(1, has20), refused: fails(1, has20), but: refusedBehindOther(has20),
	},
	{
		name: "replace with growth",
		why: "Terraform plans the gate twice, as a growth of 20 and then as a new gate of 30, which claims 30 and not 50. Both share a reading, " +
			"which may not refuse the second one, so the quota is read again before. Where not even 20 are left, the first one is refused",
		before: has10, config: needs30, run: with(apply, replace), adds: 30, says: "Resources: 1 added, 0 changed, 1 destroyed.",
		enough: passes(2, has30), refused: fails(1, has10),
		but: map[string]gateVerdict{
			"short by one": {queries: 2, state: has10},
			"nothing left": {queries: 1, state: has10, short: 20},
			"negative":     {queries: 1, state: has10, short: 24},
		},
	},
	{
		name: "saved plan of a replace with growth", why: "at apply the gate is planned once, as a new one",
		before: has10, config: needs30, plan: with(savePlan, replace), run: applyPlan, adds: 30, says: "Resources: 1 added, 0 changed, 1 destroyed.",
		enough: passes(1, has30), refused: fails(1, none),
	},
	{
		name: "import block", why: "the plan compares the configuration with what is imported, and nothing is added",
		config: needs20 + "\nimport {\n  to = qcc_quota_gate.this\n  id = \"radar_id=20\"\n}\n",
		run:    apply, adds: 20, says: "Resources: 1 imported, 0 added, 0 changed, 0 destroyed.",
		enough: passes(0, has20),
	},
	{
		name: "apply of an unknown requirement", why: "the plan judges nothing, and the apply judges all",
		config: wholeUnknown, run: apply, adds: 20, says: warned,
		enough: passes(1, has20), refused: fails(1, none),
	},
	{
		name: "growth by an unknown requirement", why: "the apply compares with what the gate required before",
		before: has10, config: wholeUnknown, run: apply, adds: 10, says: warned,
		enough: passes(1, has20), refused: fails(1, has10),
	},
	{
		name: "apply of a partly unknown requirement", why: "plan and apply judge, each once",
		config: halfUnknown, run: apply, adds: 20, says: warned,
		enough: passes(2, "bene_id=5,radar_id=20"), refused: fails(1, none),
	},
	{
		name: "apply of a partly unknown requirement, the unknown module", module: "bene_id",
		why:    "the plan passes, because it does not know the count that is short; the apply does. The plan cannot pass if it reads no quota, or none of the known module",
		config: halfUnknown, run: apply, adds: 5, says: warned,
		enough: passes(2, "bene_id=5,radar_id=20"), refused: fails(1, none),
		but: map[string]gateVerdict{
			"short by one": fails(2, none), "nothing left": fails(2, none), "negative": fails(2, none),
		},
	},
	{
		name: "apply with an unknown base_url", why: "the apply knows it, and judges",
		config: unknownURL, run: apply, adds: 20, says: warned,
		enough: passes(1, has20), refused: fails(1, none),
	},
	{
		name: "no change with an unknown base_url", why: "nothing is added, so no service is queried",
		before: has20, config: unknownURL, run: apply, adds: 20, says: "Resources: 0 added, 0 changed, 0 destroyed.",
		enough: passes(0, has20),
	},
	{
		name: "apply with an unknown key", why: "the key decides which account pays, so the plan judges nothing",
		config: unknownKey, run: apply, adds: 20, says: warned,
		enough: passes(1, has20), refused: fails(1, none),
	},
}

// TestGateCells runs every operation of the table under every condition, with the real Terraform and the installed provider. A short run has
// one condition of each class, and the provider in this process. To run one cell:
//
//	go test ./internal/provider -run 'TestGateCells/^growth$/short_by_one'
func TestGateCells(t *testing.T) {
	t.Parallel()

	newFolder := testkit.NewFolder
	if testing.Short() {
		newFolder = testkit.NewAttachedFolder
	}

	// The cells begin with one folder for each gate that a state may have.
	url := testkit.Serve(t, emulator.New())
	start := map[string]*testkit.Folder{none: newFolder(t, url, map[string]string{"versions.tf": testkit.RequiredProvider})}

	for state, required := range map[string]string{has10: "{ radar_id = 10 }", has20: "{ radar_id = 20 }"} {
		start[state] = start[none].Copy(t, url)
		start[state].Write("main.tf", gateOf(required))
		start[state].Succeeds(apply...)
	}

	for _, operation := range gateOperations {
		t.Run(operation.name, func(t *testing.T) {
			t.Parallel()

			prepared := start[operation.before].Copy(t, testkit.Serve(t, emulator.New()))
			prepared.Write("main.tf", operation.config)

			if operation.plan != nil {
				prepared.Succeeds(operation.plan...)
			}

			for name := range operation.but {
				if !slices.ContainsFunc(gateConditions, func(c gateCondition) bool { return c.name == name }) {
					t.Errorf("there is no condition %q", name)
				}
			}

			for condition, want := range operation.conditions(testing.Short()) {
				t.Run(condition.name, func(t *testing.T) {
					t.Parallel()

					checkCell(t, prepared, &operation, condition, want)
				})
			}
		})
	}
}

// checkCell runs an operation under a condition.
func checkCell(t *testing.T, prepared *testkit.Folder, operation *gateOperation, condition *gateCondition, want gateVerdict) {
	t.Helper()

	id := operation.module
	if id == "" {
		id = "radar_id"
	}

	service := emulator.New()
	condition.set(service, id, operation.adds)

	url := testkit.Serve(t, service)
	f := prepared.Copy(t, url)
	f.Set("TF_VAR_url=" + url)

	code, output := f.Run(operation.run...)

	says := []string{operation.says}
	if !want.passes {
		says = condition.refusal(&want, operation.adds)
	}

	if passed := code == 0; passed != want.passes || code > 1 {
		t.Errorf("exit code %d, but passes: %t, because %s", code, want.passes, operation.why)
	}

	for _, text := range says {
		if !testkit.Says(text).MatchString(output) {
			t.Errorf("Terraform does not say %q", text)
		}
	}

	if service.Requests() != want.queries {
		t.Errorf("%d queries came in, want %d, because %s", service.Requests(), want.queries, operation.why)
	}

	if got := gatesInState(t, f)["qcc_quota_gate.this"]; got != want.state {
		t.Errorf("the gate in the state requires %q, want %q, because %s", got, want.state, operation.why)
	}

	if t.Failed() {
		t.Log(output)
	}
}

// refusal returns what Terraform prints if a gate does not pass.
func (c *gateCondition) refusal(want *gateVerdict, adds int64) []string {
	says := []string{c.says, "see https://github.com/qccpro/terraform-provider-qcc/blob/main/docs/guides/gate-orders.md"}

	switch {
	case c.class == unreadable:
		says = append(says, "The provider reads the quota because this gate adds something.")
	case c.left != nil && want.short != 0:
		says = append(says, fmt.Sprintf("is short by %d.", want.short))
	case c.left != nil:
		says = append(says, fmt.Sprintf("is short by %d.", adds-c.left(adds)))
	}

	return says
}

// privateOfGate matches the private state of a gate: a memory in Base64, and nothing else.
var privateOfGate = regexp.MustCompile(`^\{"gate":"[A-Za-z0-9+/]+=*"\}$`)

// gatesInState returns the requirement of each gate in the state by its address, such as "bene_id=5,radar_id=1".
// It fails if the state has anything else of a gate, except its memory.
func gatesInState(t *testing.T, f *testkit.Folder) map[string]string {
	t.Helper()

	gates := map[string]string{}

	if _, err := os.Stat(filepath.Join(f.Dir, "terraform.tfstate")); os.IsNotExist(err) {
		return gates
	}

	var state struct {
		Resources []struct {
			Type      string           `json:"type"`
			Name      string           `json:"name"`
			Instances []map[string]any `json:"instances"`
		} `json:"resources"`
	}

	if err := json.Unmarshal([]byte(f.State()), &state); err != nil {
		t.Fatal(err)
	}

	for _, resource := range state.Resources {
		if resource.Type != gateName {
			continue
		}

		for _, instance := range resource.Instances {
			address := resource.Type + "." + resource.Name
			if key := instance["index_key"]; key != nil {
				address += fmt.Sprintf("[%v]", key)
			}

			attributes, _ := instance["attributes"].(map[string]any)
			required, _ := attributes["required"].(map[string]any)

			if required == nil || len(attributes) != 1 || instance["deposed"] != nil || instance["status"] != nil {
				t.Errorf("the state has %v for %s, want a requirement only", instance, address)
			}

			if private, _ := base64.StdEncoding.DecodeString(fmt.Sprint(instance["private"])); !privateOfGate.Match(private) {
				t.Errorf("the private state of %s is %s", address, private)
			}

			gates[address] = strings.NewReplacer("map[", "", "]", "", ":", "=", " ", ",").Replace(fmt.Sprint(required))
		}
	}

	return gates
}

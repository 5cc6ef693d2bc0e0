package guides_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/qccpro/terraform-provider-qcc/internal/emulator"
	"github.com/qccpro/terraform-provider-qcc/internal/testkit"
)

// TestGateOrdersShowsARefusal runs the first commands of the guide in both languages, and compares the refusal that it shows with what
// Terraform says. The guide leaves out the advice below the counts.
func TestGateOrdersShowsARefusal(t *testing.T) {
	t.Parallel()

	for language, ending := range languages {
		t.Run(language, func(t *testing.T) {
			t.Parallel()

			guide := "gate-orders" + ending
			s := newScene(t, map[string]string{"main.tf": firstConfiguration(t, guide)})

			testkit.SetLanguage(s.Folder, guide)

			// The commands set the credentials of a real account, and the language.
			first := testkit.Commands(testkit.SetsChinese.ReplaceAllString(blocksOf(t, guide, "console", 5)[0], ""))
			if len(first) != 4 || first[0][0] != "set" || first[1][0] != "set" {
				t.Fatalf("%s begins with %q", guide, first)
			}

			for _, command := range first[2:] {
				s.Succeeds(command[1:]...)
			}

			s.Succeeds("apply", "-auto-approve", "-var=orders={north=20}")

			_, output := s.Run("plan", "-var=orders={north=70}")
			if shown := blocksOf(t, guide, "text", 1)[0]; !strings.HasPrefix(refusal(t, output), shown) {
				t.Errorf("%s shows\n%s\nand Terraform says\n%s", guide, shown, output)
			}
		})
	}
}

// TestGateOrdersReplacesGates runs the commands for an apply that did not finish, and for work that exists already.
func TestGateOrdersReplacesGates(t *testing.T) {
	t.Parallel()

	shown := blocksOf(t, "gate-orders.md", "console", 5)

	// run returns the arguments of a command in a group, with a further one.
	run := func(group, index int, argument string) []string {
		words := testkit.Commands(shown[group])[index]
		if words[0] != "terraform" {
			t.Fatalf("%q does not run Terraform", words)
		}

		if argument == "" {
			return words[1:]
		}

		return append([]string{words[1], argument}, words[2:]...)
	}

	const orders = "-var=orders={north=20,south=20}"

	s := newScene(t, map[string]string{"main.tf": firstConfiguration(t, "gate-orders.md")})

	s.Succeeds(run(4, 0, orders)...)
	s.says(`"radar_id" = 20`, "state", "show", `qcc_quota_gate.monitoring["north"]`)

	// An apply of the gates alone is an apply that did not finish.
	s.Succeeds("apply", "-auto-approve", "-target=qcc_quota_gate.monitoring", orders)
	s.consume("radar_id", 20)

	s.says("2 to add, 0 to change, 0 to destroy", "plan", orders) // The orders, without their gates.
	s.Fails(notEnough, run(1, 0, orders)...)

	// The variable replaces the gate of north only.
	variable := testkit.Commands(shown[2])[0]
	if len(variable) != 2 || variable[0] != "set" || !strings.HasPrefix(variable[1], "TF_CLI_ARGS_plan=") {
		t.Fatalf("%q sets no arguments", variable)
	}

	s.Set(variable[1])
	s.says("3 to add, 0 to change, 1 to destroy", "plan", orders)
	s.Set("TF_CLI_ARGS_plan=")

	s.service.SetModules(emulator.Sample()...)
	s.Succeeds(run(1, 0, orders)...)
	s.Succeeds("apply", "tfplan")

	// The gate of south grows from 1 to 16, and its order does not.
	s.Succeeds("apply", "-auto-approve", "-var=orders={north=20,south=1}")
	s.Succeeds("apply", "-auto-approve", "-target=qcc_quota_gate.monitoring", "-var=orders={north=20,south=16}")

	s.Succeeds(run(3, 0, "")...)
	s.Succeeds(run(3, 1, "-var=orders={north=20,south=16}")...)
	s.service.SetModules(emulator.Module{ID: "radar_id", Total: 14})
	s.Fails("is short by 1. This gate adds: 15 (from 1 to 16)", "plan", "-var=orders={north=20,south=16}")
}

// TestGateOrdersShowsOrders runs the orders of the guide beside its gates: in a module, and with a script.
func TestGateOrdersShowsOrders(t *testing.T) {
	t.Parallel()

	blocks := blocksOf(t, "gate-orders.md", "terraform", 4)
	s := newScene(t, map[string]string{
		"main.tf":            strings.Replace(blocks[0], orderOf(t, blocks[0]), blocks[1], 1),
		"monitoring/main.tf": "variable \"company\" {}\n\nresource \"terraform_data\" \"monitoring\" {\n  input = var.company\n}\n",
	})

	s.Succeeds("get")
	s.says(`module.monitoring["north"].terraform_data.monitoring will be created`, "plan", north)

	s.Write("main.tf", overlay(blocks[0], blocks[3]))
	s.Write("order.sh", "echo \"$ORDER is ordered\"\n")
	s.Write("main.tf", strings.Replace(s.Read("main.tf"), `"./order.sh"`, `"sh order.sh"`, 1)) // Write makes no program.
	s.says("north is ordered", "apply", "-auto-approve", north)
}

// TestUsersOfAModuleImportItsGates takes over orders of a module that had no gates.
func TestUsersOfAModuleImportItsGates(t *testing.T) {
	t.Parallel()

	const module = "order/main.tf"

	withGates := testkit.Example(t, "gates/child-module")[module]
	order := orderOf(t, withGates)

	s := newScene(t, map[string]string{
		"main.tf": "module \"north\" {\n  source    = \"./order\"\n  companies = [\"first\", \"second\"]\n}\n",
		module:    "variable \"companies\" {\n  type = set(string)\n}\n\n" + strings.Replace(order, "depends_on", "# depends_on", 1),
	})

	s.Succeeds("get")
	s.Succeeds("apply", "-auto-approve")
	s.service.SetModules()
	s.Write(module, withGates)
	s.Write("terraform.tf", testkit.RequiredProvider)
	s.Fails("No such QCC quota module", "plan")

	s.Write("import.tf", blocksOf(t, "gate-orders.md", "terraform", 4)[2])
	s.says("2 to import, 0 to add, 0 to change, 0 to destroy", "plan")

	if guide := filepath.Join(testkit.GuidesDir, "gate-orders.md"); !strings.Contains(testkit.ReadFile(t, guide), "`2 to import, 0 to add`") {
		t.Errorf("%s does not say what the plan says", guide)
	}
}

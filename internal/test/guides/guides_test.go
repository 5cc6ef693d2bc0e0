package guides_test

import (
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/qccpro/terraform-provider-qcc/internal/emulator"
	"github.com/qccpro/terraform-provider-qcc/internal/testkit"
)

// TestGuidesShowTheGate runs the configuration of the guide "Gate a plan", and compares what the guides show of it with what Terraform says.
func TestGuidesShowTheGate(t *testing.T) {
	t.Parallel()

	for language, ending := range languages {
		t.Run(language, func(t *testing.T) {
			t.Parallel()

			plan, apply := "gate-a-plan"+ending, "gate-an-apply"+ending
			s := newScene(t, map[string]string{"main.tf": blocksOf(t, plan, "terraform", 4)[0]})

			testkit.SetLanguage(s.Folder, plan)

			// The commands of both guides. The first ones set the credentials of a real account, and the language.
			first := testkit.Commands(testkit.SetsChinese.ReplaceAllString(blocksOf(t, plan, "console", 5)[0], ""))
			if len(first) != 4 || first[0][0] != "set" || first[1][0] != "set" {
				t.Fatalf("%s begins with %q", plan, first)
			}

			for _, command := range first[2:] {
				s.Succeeds(command[1:]...)
			}

			saved := testkit.Commands(blocksOf(t, apply, "console", 1)[0])
			if len(saved) != 2 {
				t.Fatalf("%s begins with %q", apply, saved)
			}

			s.Succeeds(saved[0][1:]...)
			s.consume("radar_id", 20)

			code, output := s.Run(saved[1][1:]...)
			if code != 1 {
				t.Errorf("exit code %d, want 1", code)
			}

			shows(t, apply, "text", refusal(t, output))
			s.createsNoOrder()

			s.service.SetModules(emulator.Sample()...)
			s.Succeeds("apply", "-auto-approve", "-var=orders={north=20}")

			_, output = s.Run("plan", "-var=orders={north=70}")
			shows(t, plan, "text", refusal(t, output))
		})
	}
}

// TestGuidesShowRules runs the rules of your own that the guides show.
func TestGuidesShowRules(t *testing.T) {
	t.Parallel()

	const required = "-var=qcc_required={radar_id=40}"

	for language, ending := range languages {
		t.Run(language, func(t *testing.T) {
			t.Parallel()

			plan, apply := "gate-a-plan"+ending, "gate-an-apply"+ending

			configurations := blocksOf(t, plan, "terraform", 4)

			// The rules begin with the first lines of the gate.
			head, _, _ := strings.Cut(configurations[0], "\n\n# ")

			s := newScene(t, map[string]string{"terraform.tf": head, "main.tf": configurations[2]})

			// The guide says what the variable looks like.
			if flag := "`" + strings.Replace(required, "=", "='", 1) + "'`"; !strings.Contains(testkit.ReadFile(t, filepath.Join(testkit.GuidesDir, plan)), flag) {
				t.Errorf("%s does not show %s", plan, flag)
			}

			s.Succeeds("plan", required)
			s.consume("radar_id", 20)
			s.Fails(`QCC quota is short by {"radar_id":12}.`, "plan", required)
			s.Succeeds("apply", "-auto-approve")

			// An early warning.
			s.Write("main.tf", configurations[3])
			s.Succeeds("plan")
			s.consume("radar_id", 20)
			s.Plans("Warning: Check block assertion failed")
			s.Plans(`Below the reserve: {"radar_id":2}.`)

			// The rule that is judged again at apply.
			s.service.SetModules(emulator.Sample()...)
			s.Succeeds("destroy", "-auto-approve")
			s.Write("main.tf", blocksOf(t, apply, "terraform", 1)[0])
			s.Succeeds("plan", required, "-out=tfplan")
			s.consume("radar_id", 20)

			_, output := s.Run("apply", "tfplan")
			shows(t, apply, "text", regexp.MustCompile(`complete after \d+s`).ReplaceAllString(output, "complete after 0s"))
			s.createsNoOrder()
			s.Fails(`QCC quota is short by {"radar_id":12}.`, "plan", required)

			s.service.SetModules(emulator.Sample()...)
			s.Succeeds("apply", "-auto-approve", required)
		})
	}
}

// TestGettingStartedShowsWhatHappens runs the commands of the tutorial in their order, in both languages. Each output that it shows must be
// one of the command before it.
func TestGettingStartedShowsWhatHappens(t *testing.T) {
	t.Parallel()

	for language, ending := range languages {
		t.Run(language, func(t *testing.T) {
			t.Parallel()

			page := "getting-started" + ending
			s := sceneIn(t, testkit.NewFolder, map[string]string{"main.tf": blocksOf(t, page, "terraform", 1)[0]})
			testkit.SetLanguage(s.Folder, page)

			var output string

			commands, outputs, refusedApplies := 0, 0, 0

			for _, block := range testkit.Blocks.FindAllStringSubmatch(testkit.ReadFile(t, filepath.Join(testkit.GuidesDir, page)), -1) {
				if block[1] == "text" {
					outputs++

					if text := strings.TrimSpace(block[2]); !strings.Contains(output, text) {
						t.Errorf("Terraform does not say\n%s\nbut\n%s", text, output)
					}
				}

				for _, command := range testkit.Commands(block[2]) {
					switch {
					case block[1] != "console":
					case command[0] == "request":
						send(t, command, s.url)
					case command[0] == "terraform":
						commands++

						var code int
						if code, output = s.Run(command[1:]...); code != 0 && command[1] == "apply" {
							refusedApplies++

							s.createsNoOrder()
						}
					}
				}
			}

			if commands != 8 || outputs != 5 || refusedApplies != 1 {
				t.Errorf("the guide has %d commands, %d outputs and %d refused applies, want 8, 5 and 1", commands, outputs, refusedApplies)
			}
		})
	}
}

// summarize runs quota.jq on a saved plan, in the language of a page.
func (s scene) summarize(plan, page string) (int, string) {
	s.t.Helper()

	language := "QCC_LANGUAGE="
	if testkit.IsChinese(page) {
		language += "zh"
	}

	code, summary, _ := testkit.Judge(s.t, s.Succeeds("show", "-json", plan), "examples/pipelines", "env", language, testkit.JQ(s.t),
		"--null-input", "--raw-output", "--from-file", "quota.jq")

	return code, summary
}

// TestGuideOnPipelinesIsRightAboutGates shows what the guide "In CI pipelines" says of the gate resource.
func TestGuideOnPipelinesIsRightAboutGates(t *testing.T) {
	t.Parallel()

	s := newScene(t, map[string]string{"main.tf": blocksOf(t, "gate-a-plan.md", "terraform", 4)[0]})

	const (
		english   = "in-ci-pipelines.md"
		few, many = "-var=orders={north=20}", "-var=orders={north=60}"
	)

	s.Fails("Not enough QCC quota", "plan", "-out=refused", many)
	s.Fails("Cannot apply incomplete plan", "apply", "refused")
	s.Fails("Not enough QCC quota", "plan", "-detailed-exitcode", many)

	if code, text := s.summarize("refused", english); code != 1 || !strings.Contains(text, "The plan failed") {
		t.Errorf("the summary of a refused plan has the exit code %d:\n%s", code, text)
	}

	if code, output := s.Run("plan", "-detailed-exitcode", "-out=granted", few); code != 2 {
		t.Errorf("exit code %d, want 2\n%s", code, output)
	}

	if code, text := s.summarize("granted", english); code != 0 {
		t.Errorf("the summary of a plan that passed has the exit code %d:\n%s", code, text)
	}

	s.Write("quota.tf", `data "qcc_quota" "this" {}`)
	s.Succeeds("plan", "-out=two", "-var=orders={north=20,south=10}")

	for _, ending := range languages {
		page := "in-ci-pipelines" + ending

		code, text := s.summarize("two", page)
		if code != 0 {
			t.Errorf("the summary of a plan with two gates has the exit code %d", code)
		}

		shows(t, page, "markdown", text)
	}

	s.Write("quota.tf", "")

	s.Set("QCC_KEY=")
	s.Fails("Missing QCC credential", "apply", "granted")
	s.Set("QCC_KEY=" + emulator.DefaultKey)
	s.Succeeds("apply", "-auto-approve", few)

	// A job that looks for drift.
	requests := s.service.Requests()

	s.Set("QCC_KEY=", "QCC_SECRET_KEY=")

	if s.Succeeds("plan", "-detailed-exitcode", few); s.service.Requests() != requests {
		t.Error("a plan that adds nothing has sent a query")
	}

	s.Set("QCC_KEY="+emulator.DefaultKey, "QCC_SECRET_KEY="+emulator.DefaultSecretKey, "TF_VAR_orders={north=20}")
	s.Write("pending.tf", "resource \"terraform_data\" \"pending\" {}\n\nresource \"qcc_quota_gate\" \"pending\" {\n"+
		"  required = { radar_id = length(terraform_data.pending.id) }\n}\n")
	s.Plans("Warning: QCC quota gate not judged until apply")
}

// TestGuidesReplaceGates runs the commands that the guide "Gate a plan" shows for an apply that did not finish, and for an import.
func TestGuidesReplaceGates(t *testing.T) {
	t.Parallel()

	shown := blocksOf(t, "gate-a-plan.md", "console", 5)

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

	s := newScene(t, map[string]string{"main.tf": blocksOf(t, "gate-a-plan.md", "terraform", 4)[0]})

	s.Write("import.tf", blocksOf(t, "gate-a-plan.md", "terraform", 4)[1])

	s.says("1 to import, 1 to add, 0 to change", "plan", "-var=orders={north=20}")

	s.Write("import.tf", "")

	s.Succeeds(run(4, 0, orders)...)

	s.says(`"radar_id" = 20`, "state", "show", `qcc_quota_gate.monitoring["north"]`)

	// An apply of the gates alone is an apply that did not finish.
	s.Succeeds("apply", "-auto-approve", "-target=qcc_quota_gate.monitoring", orders)
	s.consume("radar_id", 20)

	s.says("2 to add, 0 to change, 0 to destroy", "plan", orders) // The orders, without their gates.
	s.Fails("Granted to other gates in this run: 20", run(1, 0, orders)...)

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

// TestGuidesShowWhatHappens compares what the guides show of a rule of your own with what Terraform and quota.jq say.
func TestGuidesShowWhatHappens(t *testing.T) {
	t.Parallel()

	const required = "-var=qcc_required={radar_id=40}"

	s := newScene(t, testkit.Example(t, "gates/apply"))

	s.Succeeds("plan", required, "-out=tfplan")
	s.consume("radar_id", 20)

	// The message for the apply is a fixed text.
	message := regexp.MustCompile(`error_message = "(QCC quota is short [^"$]+)"`).FindStringSubmatch(s.Read("main.tf"))
	if message == nil {
		t.Fatal("the example has no message for the apply")
	}

	s.Fails(message[1], "apply", "tfplan")
	s.Fails("QCC quota is short by 12", "plan", required, "-out=tfplan")

	for _, ending := range languages {
		page := "in-ci-pipelines" + ending
		_, summary := s.summarize("tfplan", page)
		shows(t, page, "markdown", summary)
	}
}

package main_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/qccpro/terraform-provider-qcc/internal/emulator"
	"github.com/qccpro/terraform-provider-qcc/internal/testkit"
)

const guidesDir = "docs/guides"

// mistakeTests reports for each mistake, by its heading in the guide, whether a configuration has the symptom. The code is in f already.
var mistakeTests = map[string]func(t *testing.T, service *emulator.Emulator, f *testkit.Folder, code string) bool{
	"An order without `depends_on`": func(t *testing.T, service *emulator.Emulator, f *testkit.Folder, _ string) bool {
		t.Helper()
		f.Succeeds("plan", "-out=tfplan")
		testkit.Consume(t, service, "radar_id", 40)
		f.Fails("Not enough QCC quota", "apply", "tfplan")

		return strings.Contains(f.Succeeds("state", "list"), "terraform_data.monitoring")
	},
	"One gate with a total": func(t *testing.T, service *emulator.Emulator, f *testkit.Folder, _ string) bool {
		t.Helper()
		f.Succeeds("apply", "-auto-approve")
		testkit.Consume(t, service, "radar_id", 48)

		return either(t, f, outcome{0, "1 to add, 0 to change, 1 to destroy"}, outcome{1, "Not enough QCC quota"}, "plan", `-var=companies=["second"]`)
	},
	"A key that is renamed without `moved`": func(t *testing.T, service *emulator.Emulator, f *testkit.Folder, code string) bool {
		t.Helper()

		before, _, _ := strings.Cut(code, "\nmoved {")
		f.Write("main.tf", strings.ReplaceAll(before, "beijing", "north"))
		f.Succeeds("apply", "-auto-approve")
		testkit.Consume(t, service, "radar_id", 40)
		f.Write("main.tf", code)

		return either(t, f, outcome{1, "short by 32"}, outcome{0, "0 to add, 0 to change, 0 to destroy"}, "plan")
	},
	"`ignore_changes` on the requirement": func(t *testing.T, service *emulator.Emulator, f *testkit.Folder, _ string) bool {
		t.Helper()
		f.Succeeds("apply", "-auto-approve")
		testkit.Consume(t, service, "radar_id", 48)

		return either(t, f, outcome{0, "1 to change"}, outcome{1, "This gate adds: 90 (from 10 to 100)"}, "plan", "-var=companies=100")
	},
	"Two provider blocks for one account": func(t *testing.T, _ *emulator.Emulator, f *testkit.Folder, _ string) bool {
		t.Helper()

		return either(t, f, outcome{0, "2 to add"}, outcome{1, "short by 12"}, "plan")
	},
	"`depends_on` on the data source":   bitesLate("terraform_data.network"),
	"A condition inside the data block": bitesLate("terraform_data.batch"),
	"`count` from what is left": func(t *testing.T, service *emulator.Emulator, f *testkit.Folder, _ string) bool {
		t.Helper()
		f.Succeeds("apply", "-auto-approve")
		testkit.Consume(t, service, "radar_id", 48)

		return either(t, f, outcome{0, "1 to destroy"}, outcome{0, "No changes."}, "plan")
	},
	"An output in a drift job": func(t *testing.T, service *emulator.Emulator, f *testkit.Folder, _ string) bool {
		t.Helper()
		f.Succeeds("apply", "-auto-approve")
		f.Succeeds("plan", "-detailed-exitcode")
		testkit.Consume(t, service, "radar_id", 1)

		return either(t, f, outcome{2, "48 -> 47"}, outcome{0, "No changes."}, "plan", "-detailed-exitcode")
	},
	"A data source inside a check block": func(t *testing.T, service *emulator.Emulator, f *testkit.Folder, _ string) bool {
		t.Helper()
		f.Succeeds("apply", "-auto-approve")

		changes := either(t, f, outcome{2, "data.qcc_quota.this will be read during apply"}, outcome{0, "No changes."}, "plan", "-detailed-exitcode")

		testkit.Consume(t, service, "radar_id", 48)
		f.Plans("Warning: Check block assertion failed")

		return changes
	},
	"A fixed requirement": func(t *testing.T, service *emulator.Emulator, f *testkit.Folder, _ string) bool {
		t.Helper()
		f.Succeeds("apply", "-auto-approve")
		testkit.Consume(t, service, "radar_id", 40)

		return either(t, f, outcome{1, "Less than 40 of radar_id are left."}, outcome{0, "No changes."}, "plan")
	},
	"A requirement that is also an argument": func(t *testing.T, _ *emulator.Emulator, f *testkit.Folder, _ string) bool {
		t.Helper()
		f.Succeeds("apply", "-auto-approve", "-var=qcc_required={radar_id=5}")

		return either(t, f, outcome{0, "1 to change"}, outcome{0, "No changes."}, "plan")
	},
	"New work without a requirement": func(t *testing.T, service *emulator.Emulator, f *testkit.Folder, _ string) bool {
		t.Helper()
		f.Succeeds("apply", "-auto-approve")
		service.SetModules()

		return either(t, f, outcome{0, "1 to add"}, outcome{1, "The account has no module \"radar_id\"."}, "plan", `-var=companies=["first","second"]`)
	},
	"A condition for each part of an order": func(t *testing.T, _ *emulator.Emulator, f *testkit.Folder, _ string) bool {
		t.Helper()

		return either(t, f, outcome{0, "2 to add"}, outcome{1, "short by 12"}, "plan")
	},
	"A module that was not bought": func(t *testing.T, service *emulator.Emulator, f *testkit.Folder, _ string) bool {
		t.Helper()
		service.SetModules(emulator.Module{ID: "bene_id", Total: 1})

		invalid := either(t, f, outcome{1, "Invalid index"}, outcome{0, "1 to add"}, "plan")
		if !invalid {
			f.Fails("The quota does not suffice.", "plan", "-var=companies_to_add=1")
		}

		return invalid
	},
}

// outcome is the exit code of a Terraform command, and a text in its output.
type outcome struct {
	code int
	text string
}

// either reports whether a Terraform command has the outcome of a mistake. The test fails if it has neither that nor the right one.
func either(t *testing.T, f *testkit.Folder, mistaken, right outcome, args ...string) bool {
	t.Helper()

	code, output := f.Run(args...)
	got := func(want outcome) bool { return code == want.code && testkit.Says(want.text).MatchString(output) }

	if got(mistaken) == got(right) {
		t.Fatalf("terraform %s: exit code %d, want %+v or %+v\n%s", strings.Join(args, " "), code, mistaken, right, output)
	}

	return got(mistaken)
}

// bitesLate reports whether a precondition lets a plan pass although the quota is short. Then its apply creates something before it fails.
func bitesLate(created string) func(*testing.T, *emulator.Emulator, *testkit.Folder, string) bool {
	return func(t *testing.T, _ *emulator.Emulator, f *testkit.Folder, _ string) bool {
		t.Helper()

		const required, message = "-var=qcc_required={radar_id=60}", "The quota does not suffice."

		if !either(t, f, outcome{0, "data.qcc_quota.this will be read during apply"}, outcome{1, message}, "plan", required) {
			return false
		}

		f.Fails(message, "apply", "-auto-approve", required)

		if got := f.Succeeds("state", "list"); !strings.Contains(got, created) {
			t.Errorf("the apply has created %q, and not %s", got, created)
		}

		return true
	}
}

// TestMistakesHaveTheirSymptoms runs both configurations of each mistake as they stand. Only the mistaken one may have the symptom.
func TestMistakesHaveTheirSymptoms(t *testing.T) {
	t.Parallel()

	guide := testkit.ReadFile(t, filepath.Join(guidesDir, "mistakes.md"))

	sections := regexp.MustCompile("(?s)\n### ([^\n]+)\n.*?```terraform\n(# Mistake: .*?)```\n\nSymptom: .*?```terraform\n(# Right: .*?)```").
		FindAllStringSubmatch(guide, -1)
	if len(sections) != len(mistakeTests) || strings.Count(guide, "\n### ") != len(sections) || strings.Count(guide, "```terraform\n") != 2*len(sections) {
		t.Errorf("the guide has %d mistakes beside their mended configurations, and there are %d tests", len(sections), len(mistakeTests))
	}

	for _, section := range sections {
		for name, code := range map[string]string{"mistake": section[2], "right": section[3]} {
			t.Run(section[1]+"/"+name, func(t *testing.T) {
				t.Parallel()

				test, tested := mistakeTests[section[1]]
				if !tested {
					t.Fatal("no test shows the symptom")
				}

				service := emulator.New()
				f := testkit.NewFolder(t, testkit.Serve(t, service), map[string]string{"main.tf": code})

				if shown := test(t, service, f, code); shown != (name == "mistake") {
					t.Errorf("the configuration has the symptom: %t", shown)
				}
			})
		}
	}
}

// TestMistakesAreFoundBySymptom compares the table at the top of the guide with its headings.
func TestMistakesAreFoundBySymptom(t *testing.T) {
	t.Parallel()

	guide := testkit.ReadFile(t, filepath.Join(guidesDir, "mistakes.md"))

	for _, heading := range regexp.MustCompile(`(?m)^### (.+)$`).FindAllStringSubmatch(guide, -1) {
		if link := "| [" + heading[1] + "](#"; !strings.Contains(strings.ReplaceAll(guide, ", [", "| ["), link) {
			t.Errorf("the table does not have %s", heading[1])
		}
	}
}

// shows fails unless a guide has the text, as it stands, in a code block of the language.
func shows(t *testing.T, guide, language, text string) {
	t.Helper()

	for _, block := range testkit.CodeBlocks(t, filepath.Join(guidesDir, guide), language) {
		if strings.TrimSpace(block) == strings.TrimSpace(text) {
			return
		}
	}

	t.Errorf("%s does not show\n%s", guide, text)
}

// refusal returns what Terraform says from its first error on.
func refusal(t *testing.T, output string) string {
	t.Helper()

	_, text, found := strings.Cut(output, "\nError: ")
	if !found {
		t.Fatalf("there is no error in\n%s", output)
	}

	return "Error: " + text
}

// createsNoOrder fails if an apply that was refused has created an order.
func createsNoOrder(t *testing.T, f *testkit.Folder) {
	t.Helper()

	if created := f.Succeeds("state", "list"); strings.Contains(created, "terraform_data.") {
		t.Errorf("the apply has created\n%s", created)
	}
}

// TestGuidesShowTheGate runs the configuration of the guide "Gate a plan", and compares what the guides show of it with what Terraform says.
func TestGuidesShowTheGate(t *testing.T) {
	t.Parallel()

	service := emulator.New()
	f := testkit.NewFolder(t, testkit.Serve(t, service), map[string]string{
		"main.tf": testkit.CodeBlocks(t, filepath.Join(guidesDir, "gate-a-plan.md"), "terraform")[0],
	})

	f.Succeeds("plan", "-var=orders={north=40}", "-out=tfplan")
	testkit.Consume(t, service, "radar_id", 20)

	_, output := f.Run("apply", "tfplan")
	shows(t, "gate-an-apply.md", "text", refusal(t, output))
	createsNoOrder(t, f)

	service.SetModules(emulator.Sample()...)
	f.Succeeds("apply", "-auto-approve", "-var=orders={north=20}")

	_, output = f.Run("plan", "-var=orders={north=70}")
	shows(t, "gate-a-plan.md", "text", refusal(t, output))
}

// TestGettingStartedShowsWhatHappens runs the commands of the tutorial in their order, in both languages. Each output that it shows must be
// one of the command before it.
func TestGettingStartedShowsWhatHappens(t *testing.T) {
	t.Parallel()

	for _, page := range []string{"getting-started.md", "getting-started-zh.md"} {
		t.Run(page, func(t *testing.T) {
			t.Parallel()

			name := filepath.Join(guidesDir, page)
			service := emulator.New()
			f := testkit.NewFolder(t, testkit.Serve(t, service), map[string]string{"main.tf": testkit.CodeBlocks(t, name, "terraform")[0]})

			var output string

			commands, outputs, refusedApplies := 0, 0, 0

			for _, block := range regexp.MustCompile("(?s)```(console|text)\n(.*?)```").FindAllStringSubmatch(testkit.ReadFile(t, name), -1) {
				if block[1] == "text" {
					outputs++

					if text := strings.TrimSpace(block[2]); !strings.Contains(output, text) {
						t.Errorf("Terraform does not say\n%s\nbut\n%s", text, output)
					}

					continue
				}

				for line := range strings.Lines(block[2]) {
					if use := regexp.MustCompile(`/emulator/consume .*"(\w+)": (\d+)`).FindStringSubmatch(line); use != nil {
						count, err := strconv.ParseInt(use[2], 10, 64)
						if err != nil {
							t.Fatal(err)
						}

						testkit.Consume(t, service, use[1], count)
					} else if arguments, found := strings.CutPrefix(line, "terraform "); found {
						commands++

						var code int
						if code, output = f.Run(strings.Fields(strings.ReplaceAll(arguments, "'", ""))...); code != 0 && strings.HasPrefix(arguments, "apply") {
							refusedApplies++

							createsNoOrder(t, f)
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

// TestGuideOnPipelinesIsRightAboutGates shows what the guide "In CI pipelines" says of the gate resource.
func TestGuideOnPipelinesIsRightAboutGates(t *testing.T) {
	t.Parallel()

	service := emulator.New()
	f := testkit.NewFolder(t, testkit.Serve(t, service), map[string]string{
		"main.tf": testkit.CodeBlocks(t, filepath.Join(guidesDir, "gate-a-plan.md"), "terraform")[0],
	})

	summary := func(plan string) (int, string) {
		code, text, _ := testkit.Judge(t, f.Succeeds("show", "-json", plan), "examples/pipelines", testkit.JQ(t),
			"--null-input", "--stream", "--raw-output", "--from-file", "quota.jq")

		return code, text
	}

	const few, many = "-var=orders={north=20}", "-var=orders={north=60}"

	f.Fails("Not enough QCC quota", "plan", "-out=refused", many)
	f.Fails("Cannot apply incomplete plan", "apply", "refused")
	f.Fails("Not enough QCC quota", "plan", "-detailed-exitcode", many)

	if code, text := summary("refused"); code != 1 || !strings.Contains(text, "The plan failed") {
		t.Errorf("the summary of a refused plan has the exit code %d:\n%s", code, text)
	}

	if code, output := f.Run("plan", "-detailed-exitcode", "-out=granted", few); code != 2 {
		t.Errorf("exit code %d, want 2\n%s", code, output)
	}

	if code, text := summary("granted"); code != 0 {
		t.Errorf("the summary of a plan that passed has the exit code %d:\n%s", code, text)
	}

	f.Write("quota.tf", `data "qcc_quota" "this" {}`)
	f.Succeeds("plan", "-out=two", "-var=orders={north=20,south=10}")

	code, text := summary("two")
	if code != 0 {
		t.Errorf("the summary of a plan with two gates has the exit code %d", code)
	}

	shows(t, "in-ci-pipelines.md", "markdown", text)
	f.Write("quota.tf", "")

	f.Set("QCC_KEY=")
	f.Fails("Missing QCC credential", "apply", "granted")
	f.Set("QCC_KEY=" + emulator.DefaultKey)
	f.Succeeds("apply", "-auto-approve", few)

	// A job that looks for drift.
	requests := service.Requests()

	f.Set("QCC_KEY=", "QCC_SECRET_KEY=")

	if f.Succeeds("plan", "-detailed-exitcode", few); service.Requests() != requests {
		t.Error("a plan that adds nothing has sent a query")
	}

	f.Set("QCC_KEY="+emulator.DefaultKey, "QCC_SECRET_KEY="+emulator.DefaultSecretKey, "TF_VAR_orders={north=20}")
	f.Write("pending.tf", "resource \"terraform_data\" \"pending\" {}\n\nresource \"qcc_quota_gate\" \"pending\" {\n"+
		"  required = { radar_id = length(terraform_data.pending.id) }\n}\n")
	f.Plans("Warning: QCC quota gate not judged until apply")
}

// TestGuidesReplaceGates runs the commands that the guide "Gate a plan" shows for an apply that did not finish, and for an import.
func TestGuidesReplaceGates(t *testing.T) {
	t.Parallel()

	commands := testkit.CodeBlocks(t, filepath.Join(guidesDir, "gate-a-plan.md"), "console")
	if len(commands) != 3 {
		t.Fatalf("the guide shows %d groups of commands, want 3", len(commands))
	}

	const orders = "-var=orders={north=20,south=20}"

	service := emulator.New()
	f := testkit.NewFolder(t, testkit.Serve(t, service), map[string]string{
		"main.tf": testkit.CodeBlocks(t, filepath.Join(guidesDir, "gate-a-plan.md"), "terraform")[0],
	})

	run := func(command string) []string {
		return append(strings.Fields(strings.ReplaceAll(strings.TrimPrefix(command, "terraform "), "'", "")), "-no-color")
	}

	f.Write("import.tf", testkit.CodeBlocks(t, filepath.Join(guidesDir, "gate-a-plan.md"), "terraform")[1])

	if output := f.Succeeds("plan", "-var=orders={north=20}"); !strings.Contains(output, "1 to import, 1 to add, 0 to change") {
		t.Errorf("the import block plans\n%s", output)
	}

	f.Write("import.tf", "")

	imports := run(commands[2])
	f.Succeeds(append([]string{imports[0], orders}, imports[1:]...)...)

	if state := f.Succeeds("state", "show", `qcc_quota_gate.monitoring["north"]`); !strings.Contains(state, `"radar_id" = 20`) {
		t.Errorf("the import has made\n%s", state)
	}

	// An apply of the gates alone is an apply that did not finish.
	f.Succeeds("apply", "-auto-approve", "-target=qcc_quota_gate.monitoring", orders)
	testkit.Consume(t, service, "radar_id", 20)

	if output := f.Succeeds("plan", orders); !strings.Contains(output, "2 to add, 0 to change, 0 to destroy") {
		t.Errorf("the orders are not planned without their gates:\n%s", output)
	}

	f.Fails("Granted to other gates in this run: 20", append(run(commands[0]), orders)...)
	service.SetModules(emulator.Sample()...)
	f.Succeeds(append(run(commands[0]), orders)...)
	f.Succeeds("apply", "tfplan")

	// The gate of south grows from 1 to 16, and its order does not.
	f.Succeeds("apply", "-auto-approve", "-var=orders={north=20,south=1}")
	f.Succeeds("apply", "-auto-approve", "-target=qcc_quota_gate.monitoring", "-var=orders={north=20,south=16}")

	remove, again, _ := strings.Cut(strings.TrimSpace(commands[1]), "\n")
	f.Succeeds(strings.Fields(strings.ReplaceAll(strings.TrimPrefix(remove, "terraform "), "'", ""))...)

	imports = run(again)
	f.Succeeds(append([]string{imports[0], "-var=orders={north=20,south=16}"}, imports[1:]...)...)
	service.SetModules(emulator.Module{ID: "radar_id", Total: 14})
	f.Fails("is short by 1. This gate adds: 15 (from 1 to 16)", "plan", "-var=orders={north=20,south=16}")
}

// TestGuidesShowWhatHappens compares what the guides show of a rule of your own with what Terraform and quota.jq say.
func TestGuidesShowWhatHappens(t *testing.T) {
	t.Parallel()

	const required = "-var=qcc_required={radar_id=40}"

	service := emulator.New()
	f := testkit.NewFolder(t, testkit.Serve(t, service), testkit.Example(t, "gates/apply"))

	f.Succeeds("plan", required, "-out=tfplan")
	testkit.Consume(t, service, "radar_id", 20)

	_, output := f.Run("apply", "tfplan")
	shows(t, "gate-an-apply.md", "text", regexp.MustCompile(`complete after \d+s`).ReplaceAllString(output, "complete after 0s"))

	if _, output = f.Run("plan", required, "-out=tfplan"); !strings.Contains(output, "QCC quota is short by 12") {
		t.Error(output)
	}

	_, summary, _ := testkit.Judge(t, f.Succeeds("show", "-json", "tfplan"), "examples/pipelines", testkit.JQ(t),
		"--null-input", "--stream", "--raw-output", "--from-file", "quota.jq")
	shows(t, "in-ci-pipelines.md", "markdown", summary)
}

// TestGuidesShowTheMocksAtWork also runs them as OpenTofu needs them: with the mocked quota in the mock_provider block.
func TestGuidesShowTheMocksAtWork(t *testing.T) {
	t.Parallel()

	files := testkit.Example(t, "terraform-test")
	f := testkit.NewFolder(t, testkit.Silent(t), files)

	shows(t, "testing-with-mocks.md", "text", "$ terraform test\n"+f.Succeeds("test"))

	const source = `  source = "./tests/qcc"` + "\n"

	mocks, tests := files["tests/qcc/quota.tfmock.hcl"], files["tests/gate.tftest.hcl"]
	if !strings.Contains(tests, source) {
		t.Fatal("the tests have no mocks in a file of their own")
	}

	f.Write("tests/gate.tftest.hcl", strings.Replace(tests, source, mocks, 1))

	if err := os.RemoveAll(filepath.Join(f.Dir, "tests/qcc")); err != nil {
		t.Fatal(err)
	}

	f.Succeeds("test")

	f.Write("ephemeral.tf", `ephemeral "qcc_quota" "now" {}`)
	f.Fails("No ephemeral resource types in mock providers", "test")
}

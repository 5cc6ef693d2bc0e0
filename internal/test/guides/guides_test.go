package guides_test

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

// mistakeTests reports for each mistake, by its heading in the guide, whether a configuration has the symptom. The code is in f already.
var mistakeTests = map[string]func(t *testing.T, service *emulator.Emulator, f *testkit.Folder, code string) bool{
	"Wrong: an order without `depends_on`": func(t *testing.T, service *emulator.Emulator, f *testkit.Folder, _ string) bool {
		t.Helper()
		f.Succeeds("plan", "-out=tfplan")
		testkit.Consume(t, service, "radar_id", 40)
		f.Fails("Not enough QCC quota", "apply", "tfplan")

		return strings.Contains(f.Succeeds("state", "list"), "terraform_data.monitoring")
	},
	"Wrong: one gate with a total": func(t *testing.T, service *emulator.Emulator, f *testkit.Folder, _ string) bool {
		t.Helper()
		f.Succeeds("apply", "-auto-approve")
		testkit.Consume(t, service, "radar_id", 48)

		return either(t, f, outcome{0, "1 to add, 0 to change, 1 to destroy"}, outcome{1, "Not enough QCC quota"}, "plan", `-var=companies=["second"]`)
	},
	"Wrong: a key that is renamed without `moved`": func(t *testing.T, service *emulator.Emulator, f *testkit.Folder, code string) bool {
		t.Helper()

		before, _, _ := strings.Cut(code, "\nmoved {")
		f.Write("main.tf", strings.ReplaceAll(before, "beijing", "north"))
		f.Succeeds("apply", "-auto-approve")
		testkit.Consume(t, service, "radar_id", 40)
		f.Write("main.tf", code)

		return either(t, f, outcome{1, "short by 32"}, outcome{0, "0 to add, 0 to change, 0 to destroy"}, "plan")
	},
	"Wrong: `ignore_changes` on the requirement": func(t *testing.T, service *emulator.Emulator, f *testkit.Folder, _ string) bool {
		t.Helper()
		f.Succeeds("apply", "-auto-approve")
		testkit.Consume(t, service, "radar_id", 48)

		return either(t, f, outcome{0, "1 to change"}, outcome{1, "This gate adds: 90 (from 10 to 100)"}, "plan", "-var=companies=100")
	},
	"Wrong: two provider blocks for one account": func(t *testing.T, _ *emulator.Emulator, f *testkit.Folder, _ string) bool {
		t.Helper()

		return either(t, f, outcome{0, "2 to add"}, outcome{1, "short by 12"}, "plan")
	},
	"Wrong: `depends_on` on the data source":   bitesLate("terraform_data.network"),
	"Wrong: a condition inside the data block": bitesLate("terraform_data.batch"),
	"Wrong: `count` from what is left": func(t *testing.T, service *emulator.Emulator, f *testkit.Folder, _ string) bool {
		t.Helper()
		f.Succeeds("apply", "-auto-approve")
		testkit.Consume(t, service, "radar_id", 48)

		return either(t, f, outcome{0, "1 to destroy"}, outcome{0, "No changes."}, "plan")
	},
	"Wrong: an output in a drift job": func(t *testing.T, service *emulator.Emulator, f *testkit.Folder, _ string) bool {
		t.Helper()
		f.Succeeds("apply", "-auto-approve")
		f.Succeeds("plan", "-detailed-exitcode")
		testkit.Consume(t, service, "radar_id", 1)

		return either(t, f, outcome{2, "48 -> 47"}, outcome{0, "No changes."}, "plan", "-detailed-exitcode")
	},
	"Wrong: a data source inside a check block": func(t *testing.T, service *emulator.Emulator, f *testkit.Folder, _ string) bool {
		t.Helper()
		f.Succeeds("apply", "-auto-approve")

		changes := either(t, f, outcome{2, "data.qcc_quota.this will be read during apply"}, outcome{0, "No changes."}, "plan", "-detailed-exitcode")

		testkit.Consume(t, service, "radar_id", 48)
		f.Plans("Warning: Check block assertion failed")

		return changes
	},
	"Wrong: a fixed requirement": func(t *testing.T, service *emulator.Emulator, f *testkit.Folder, _ string) bool {
		t.Helper()
		f.Succeeds("apply", "-auto-approve")
		testkit.Consume(t, service, "radar_id", 40)

		return either(t, f, outcome{1, "Less than 40 of radar_id are left."}, outcome{0, "No changes."}, "plan")
	},
	"Wrong: a requirement that is also an argument": func(t *testing.T, _ *emulator.Emulator, f *testkit.Folder, _ string) bool {
		t.Helper()
		f.Succeeds("apply", "-auto-approve", "-var=qcc_required={radar_id=5}")

		return either(t, f, outcome{0, "1 to change"}, outcome{0, "No changes."}, "plan")
	},
	"Wrong: new work without a requirement": func(t *testing.T, service *emulator.Emulator, f *testkit.Folder, _ string) bool {
		t.Helper()
		f.Succeeds("apply", "-auto-approve")
		service.SetModules()

		return either(t, f, outcome{0, "1 to add"}, outcome{1, "The account has no quota module \"radar_id\"."}, "plan", `-var=companies=["first","second"]`)
	},
	"Wrong: a condition for each part of an order": func(t *testing.T, _ *emulator.Emulator, f *testkit.Folder, _ string) bool {
		t.Helper()

		return either(t, f, outcome{0, "2 to add"}, outcome{1, "short by 12"}, "plan")
	},
	"Wrong: `modules[\"x\"]` of a quota module that was not bought": func(t *testing.T, service *emulator.Emulator, f *testkit.Folder, _ string) bool {
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

	guide := testkit.ReadFile(t, filepath.Join(testkit.GuidesDir, "mistakes.md"))

	sections := regexp.MustCompile("(?s)\n### (Wrong: [^\n]+)\n.*?```terraform\n(# Wrong: .*?)```\n\n"+
		"Symptom: .*?\\*\\*Right:\\*\\*\n\n```terraform\n(# Right: .*?)```").
		FindAllStringSubmatch(guide, -1)

	// Each section has two configurations. The guide begins with the lines that belong to all of them.
	configurations := testkit.CodeBlocks(t, filepath.Join(testkit.GuidesDir, "mistakes.md"), "terraform")
	if len(sections) != len(mistakeTests) || strings.Count(guide, "\n### ") != len(sections) || len(configurations) != 2*len(sections)+1 {
		t.Errorf("the guide has %d mistakes beside their right configurations, and there are %d tests", len(sections), len(mistakeTests))
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
				f := testkit.NewFolder(t, testkit.Serve(t, service), map[string]string{"terraform.tf": configurations[0], "main.tf": code})

				if shown := test(t, service, f, code); shown != (name == "mistake") {
					t.Errorf("the configuration has the symptom: %t", shown)
				}
			})
		}
	}
}

// TestWrongConfigurationsAreMarked finds configurations that a reader of Chinese may take for advice. TestTwins compares the code.
func TestWrongConfigurationsAreMarked(t *testing.T) {
	t.Parallel()

	guide := testkit.ReadFile(t, filepath.Join(testkit.GuidesDir, "mistakes-zh.md"))

	sections := regexp.MustCompile("(?s)\n### 错误：[^\n]+\n.*?```terraform\n# 错误：.*?```\n\n现象：.*?\\*\\*正确：\\*\\*\n\n```terraform\n# 正确：.*?```").FindAllString(guide, -1)
	if len(sections) != len(mistakeTests) || strings.Count(guide, "\n### ") != len(sections) {
		t.Errorf("%d wrong configurations are marked, want %d", len(sections), len(mistakeTests))
	}
}

// TestMistakesAreFoundBySymptom compares the table at the top of the guide with its headings.
func TestMistakesAreFoundBySymptom(t *testing.T) {
	t.Parallel()

	for _, ending := range languages {
		guide := testkit.ReadFile(t, filepath.Join(testkit.GuidesDir, "mistakes"+ending))

		for _, heading := range regexp.MustCompile(`(?m)^### (.+)$`).FindAllStringSubmatch(guide, -1) {
			if link := "| [" + heading[1] + "](#"; !strings.Contains(strings.NewReplacer(", [", "| [", "、[", "| [").Replace(guide), link) {
				t.Errorf("the table of mistakes%s does not have %s", ending, heading[1])
			}
		}
	}
}

// shows fails unless a guide has the text, as it stands, in a code block of the language.
func shows(t *testing.T, guide, language, text string) {
	t.Helper()

	for _, block := range testkit.CodeBlocks(t, filepath.Join(testkit.GuidesDir, guide), language) {
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

// languages are the endings of the names of guides that are twins.
var languages = map[string]string{"English": ".md", "Chinese": testkit.ChineseSuffix}

// TestGuidesShowTheGate runs the configuration of the guide "Gate a plan", and compares what the guides show of it with what Terraform says.
func TestGuidesShowTheGate(t *testing.T) {
	t.Parallel()

	for language, ending := range languages {
		t.Run(language, func(t *testing.T) {
			t.Parallel()

			plan, apply := "gate-a-plan"+ending, "gate-an-apply"+ending
			service := emulator.New()
			f := testkit.NewFolder(t, testkit.Serve(t, service), map[string]string{
				"main.tf": testkit.CodeBlocks(t, filepath.Join(testkit.GuidesDir, plan), "terraform")[0],
			})

			testkit.SetLanguage(f, plan)

			// The commands of both guides. The first ones set the credentials of a real account, and the language.
			first := testkit.Commands(testkit.SetsChinese.ReplaceAllString(testkit.CodeBlocks(t, filepath.Join(testkit.GuidesDir, plan), "console")[0], ""))
			if len(first) != 4 || first[0][0] != "set" || first[1][0] != "set" {
				t.Fatalf("%s begins with %q", plan, first)
			}

			for _, command := range first[2:] {
				f.Succeeds(command[1:]...)
			}

			saved := testkit.Commands(testkit.CodeBlocks(t, filepath.Join(testkit.GuidesDir, apply), "console")[0])
			if len(saved) != 2 {
				t.Fatalf("%s begins with %q", apply, saved)
			}

			f.Succeeds(saved[0][1:]...)
			testkit.Consume(t, service, "radar_id", 20)

			code, output := f.Run(saved[1][1:]...)
			if code != 1 {
				t.Errorf("exit code %d, want 1", code)
			}

			shows(t, apply, "text", refusal(t, output))
			createsNoOrder(t, f)

			service.SetModules(emulator.Sample()...)
			f.Succeeds("apply", "-auto-approve", "-var=orders={north=20}")

			_, output = f.Run("plan", "-var=orders={north=70}")
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

			configurations := testkit.CodeBlocks(t, filepath.Join(testkit.GuidesDir, plan), "terraform")
			if len(configurations) != 4 {
				t.Fatalf("%s has %d configurations, want 4", plan, len(configurations))
			}

			// The rules begin with the first lines of the gate.
			head, _, _ := strings.Cut(configurations[0], "\n\n# ")

			service := emulator.New()
			f := testkit.NewFolder(t, testkit.Serve(t, service), map[string]string{"terraform.tf": head, "main.tf": configurations[2]})

			// The guide says what the variable looks like.
			if flag := "`" + strings.Replace(required, "=", "='", 1) + "'`"; !strings.Contains(testkit.ReadFile(t, filepath.Join(testkit.GuidesDir, plan)), flag) {
				t.Errorf("%s does not show %s", plan, flag)
			}

			f.Succeeds("plan", required)
			testkit.Consume(t, service, "radar_id", 20)
			f.Fails(`QCC quota is short by {"radar_id":12}.`, "plan", required)
			f.Succeeds("apply", "-auto-approve")

			// An early warning.
			f.Write("main.tf", configurations[3])
			f.Succeeds("plan")
			testkit.Consume(t, service, "radar_id", 20)
			f.Plans("Warning: Check block assertion failed")
			f.Plans(`Below the reserve: {"radar_id":2}.`)

			// The rule that is judged again at apply.
			service.SetModules(emulator.Sample()...)
			f.Succeeds("destroy", "-auto-approve")
			f.Write("main.tf", testkit.CodeBlocks(t, filepath.Join(testkit.GuidesDir, apply), "terraform")[0])
			f.Succeeds("plan", required, "-out=tfplan")
			testkit.Consume(t, service, "radar_id", 20)

			_, output := f.Run("apply", "tfplan")
			shows(t, apply, "text", regexp.MustCompile(`complete after \d+s`).ReplaceAllString(output, "complete after 0s"))
			createsNoOrder(t, f)
			f.Fails(`QCC quota is short by {"radar_id":12}.`, "plan", required)

			service.SetModules(emulator.Sample()...)
			f.Succeeds("apply", "-auto-approve", required)
		})
	}
}

// TestGettingStartedShowsWhatHappens runs the commands of the tutorial in their order, in both languages. Each output that it shows must be
// one of the command before it.
func TestGettingStartedShowsWhatHappens(t *testing.T) {
	t.Parallel()

	for _, page := range []string{"getting-started.md", "getting-started-zh.md"} {
		t.Run(page, func(t *testing.T) {
			t.Parallel()

			name := filepath.Join(testkit.GuidesDir, page)
			service := emulator.New()
			f := testkit.NewFolder(t, testkit.Serve(t, service), map[string]string{"main.tf": testkit.CodeBlocks(t, name, "terraform")[0]})
			testkit.SetLanguage(f, page)

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

// summarize runs quota.jq on a saved plan, in the language of a page.
func summarize(t *testing.T, f *testkit.Folder, plan, page string) (int, string) {
	t.Helper()

	language := "QCC_LANGUAGE="
	if testkit.IsChinese(page) {
		language += "zh"
	}

	code, summary, _ := testkit.Judge(t, f.Succeeds("show", "-json", plan), "examples/pipelines", "env", language, testkit.JQ(t),
		"--null-input", "--stream", "--raw-output", "--from-file", "quota.jq")

	return code, summary
}

// TestGuideOnPipelinesIsRightAboutGates shows what the guide "In CI pipelines" says of the gate resource.
func TestGuideOnPipelinesIsRightAboutGates(t *testing.T) {
	t.Parallel()

	service := emulator.New()
	f := testkit.NewFolder(t, testkit.Serve(t, service), map[string]string{
		"main.tf": testkit.CodeBlocks(t, filepath.Join(testkit.GuidesDir, "gate-a-plan.md"), "terraform")[0],
	})

	const (
		english   = "in-ci-pipelines.md"
		few, many = "-var=orders={north=20}", "-var=orders={north=60}"
	)

	f.Fails("Not enough QCC quota", "plan", "-out=refused", many)
	f.Fails("Cannot apply incomplete plan", "apply", "refused")
	f.Fails("Not enough QCC quota", "plan", "-detailed-exitcode", many)

	if code, text := summarize(t, f, "refused", english); code != 1 || !strings.Contains(text, "The plan failed") {
		t.Errorf("the summary of a refused plan has the exit code %d:\n%s", code, text)
	}

	if code, output := f.Run("plan", "-detailed-exitcode", "-out=granted", few); code != 2 {
		t.Errorf("exit code %d, want 2\n%s", code, output)
	}

	if code, text := summarize(t, f, "granted", english); code != 0 {
		t.Errorf("the summary of a plan that passed has the exit code %d:\n%s", code, text)
	}

	f.Write("quota.tf", `data "qcc_quota" "this" {}`)
	f.Succeeds("plan", "-out=two", "-var=orders={north=20,south=10}")

	for _, ending := range languages {
		page := "in-ci-pipelines" + ending

		code, text := summarize(t, f, "two", page)
		if code != 0 {
			t.Errorf("the summary of a plan with two gates has the exit code %d", code)
		}

		shows(t, page, "markdown", text)
	}

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

	shown := testkit.CodeBlocks(t, filepath.Join(testkit.GuidesDir, "gate-a-plan.md"), "console")
	if len(shown) != 5 {
		t.Fatalf("the guide shows %d groups of commands, want 5", len(shown))
	}

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

	service := emulator.New()
	f := testkit.NewFolder(t, testkit.Serve(t, service), map[string]string{
		"main.tf": testkit.CodeBlocks(t, filepath.Join(testkit.GuidesDir, "gate-a-plan.md"), "terraform")[0],
	})

	f.Write("import.tf", testkit.CodeBlocks(t, filepath.Join(testkit.GuidesDir, "gate-a-plan.md"), "terraform")[1])

	if output := f.Succeeds("plan", "-var=orders={north=20}"); !strings.Contains(output, "1 to import, 1 to add, 0 to change") {
		t.Errorf("the import block plans\n%s", output)
	}

	f.Write("import.tf", "")

	f.Succeeds(run(4, 0, orders)...)

	if state := f.Succeeds("state", "show", `qcc_quota_gate.monitoring["north"]`); !strings.Contains(state, `"radar_id" = 20`) {
		t.Errorf("the import has made\n%s", state)
	}

	// An apply of the gates alone is an apply that did not finish.
	f.Succeeds("apply", "-auto-approve", "-target=qcc_quota_gate.monitoring", orders)
	testkit.Consume(t, service, "radar_id", 20)

	if output := f.Succeeds("plan", orders); !strings.Contains(output, "2 to add, 0 to change, 0 to destroy") {
		t.Errorf("the orders are not planned without their gates:\n%s", output)
	}

	f.Fails("Granted to other gates in this run: 20", run(1, 0, orders)...)

	// The variable replaces the gate of north only.
	variable := testkit.Commands(shown[2])[0]
	if len(variable) != 2 || variable[0] != "set" || !strings.HasPrefix(variable[1], "TF_CLI_ARGS_plan=") {
		t.Fatalf("%q sets no arguments", variable)
	}

	f.Set(variable[1])

	if output := f.Succeeds("plan", orders); !strings.Contains(output, "3 to add, 0 to change, 1 to destroy") {
		t.Errorf("the variable plans\n%s", output)
	}

	f.Set("TF_CLI_ARGS_plan=")

	service.SetModules(emulator.Sample()...)
	f.Succeeds(run(1, 0, orders)...)
	f.Succeeds("apply", "tfplan")

	// The gate of south grows from 1 to 16, and its order does not.
	f.Succeeds("apply", "-auto-approve", "-var=orders={north=20,south=1}")
	f.Succeeds("apply", "-auto-approve", "-target=qcc_quota_gate.monitoring", "-var=orders={north=20,south=16}")

	f.Succeeds(run(3, 0, "")...)
	f.Succeeds(run(3, 1, "-var=orders={north=20,south=16}")...)
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

	// The message for the apply is a fixed text.
	message := regexp.MustCompile(`error_message = "(QCC quota is short [^"$]+)"`).FindStringSubmatch(f.Read("main.tf"))
	if message == nil {
		t.Fatal("the example has no message for the apply")
	}

	f.Fails(message[1], "apply", "tfplan")

	if _, output := f.Run("plan", required, "-out=tfplan"); !strings.Contains(output, "QCC quota is short by 12") {
		t.Error(output)
	}

	for _, ending := range languages {
		page := "in-ci-pipelines" + ending
		_, summary := summarize(t, f, "tfplan", page)
		shows(t, page, "markdown", summary)
	}
}

// TestGuidesShowTheMocksAtWork runs the rule and its tests as the guides show them.
func TestGuidesShowTheMocksAtWork(t *testing.T) {
	t.Parallel()

	for language, ending := range languages {
		t.Run(language, func(t *testing.T) {
			t.Parallel()

			guide := "testing-with-mocks" + ending
			page := filepath.Join(testkit.GuidesDir, guide)

			modules, tests := testkit.CodeBlocks(t, page, "terraform"), testkit.CodeBlocks(t, page, "hcl")
			if len(modules) != 2 || len(tests) != 3 {
				t.Fatalf("%s has %d modules and %d tests, want 2 and 3", guide, len(modules), len(tests))
			}

			f := testkit.NewFolder(t, testkit.Silent(t), map[string]string{
				"main.tf": modules[1], "tests/qcc/quota.tfmock.hcl": tests[1], "tests/gate.tftest.hcl": tests[2],
			})

			shows(t, guide, "text", f.Succeeds("test"))

			// The tests can fail.
			f.Write("main.tf", strings.Replace(modules[1], "length(local.short) == 0", "length(local.short) >= 0", 1))
			f.Fails("Missing expected failure", "test")

			// All five attributes are in the guide's table.
			for _, attribute := range []string{"name", "total", "consumed", "deletable", "remaining"} {
				if !strings.Contains(tests[1], "        "+attribute+" ") || !strings.Contains(testkit.ReadFile(t, page), "| `"+attribute+"` |") {
					t.Errorf("%s does not have %s", guide, attribute)
				}
			}
		})
	}
}

// TestMocksForOpenTofu runs the example as OpenTofu needs it: with the mocked quota in the mock_provider block.
func TestMocksForOpenTofu(t *testing.T) {
	t.Parallel()

	files := testkit.Example(t, "terraform-test")
	f := testkit.NewFolder(t, testkit.Silent(t), files)

	f.Succeeds("test")

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

package guides_test

import (
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/qccpro/terraform-provider-qcc/internal/emulator"
	"github.com/qccpro/terraform-provider-qcc/internal/testkit"
)

// mistakeTest reports whether a configuration has the symptom of a mistake. The configuration is code, and in main.tf already.
type mistakeTest func(s scene, code string) bool

// mistakeTests has a test for each mistake, by its heading in the guide.
var mistakeTests = map[string]mistakeTest{
	"An order is created although its gate was refused": func(s scene, _ string) bool {
		s.Succeeds("plan", "-out=tfplan", north)
		s.consume("radar_id", 40)
		s.Fails(notEnough, "apply", "tfplan")

		return strings.Contains(s.Succeeds("state", "list"), "terraform_data.monitoring")
	},
	"Existing orders in a module are replaced": func(s scene, code string) bool {
		// The module takes the place of the resource, and reads a data source.
		s.Write("main.tf", strings.Replace(code, orderOf(s.t, code), "", 1))
		s.Write("monitoring/main.tf", testkit.RequiredProvider+`
variable "company" {}

data "qcc_quota" "this" {}

resource "terraform_data" "monitoring" {
  input            = var.company
  triggers_replace = keys(data.qcc_quota.this.modules)
}
`)
		s.Succeeds("get")
		s.Succeeds("apply", "-auto-approve", "-var=orders={north=1,south=1}")

		return s.either(outcome{0, "4 to add, 0 to change, 2 to destroy"}, outcome{0, "2 to add, 0 to change, 0 to destroy"},
			"plan", "-var=orders={north=1,south=1,east=1}")
	},
	"A missing order is created, and nothing is judged": func(s scene, code string) bool {
		s.Succeeds("apply", "-auto-approve", "-target=qcc_quota_gate.monitoring", north)
		s.consume("radar_id", 48)
		s.Write("main.tf", strings.Replace(code, "input = 1", "input = 2", 1))

		return s.either(outcome{0, "1 to add, 0 to change, 0 to destroy"}, outcome{1, "This gate adds: 40"}, "plan", north)
	},
	"An order is swapped for another, and nothing is judged": afterApply(48,
		outcome{0, "1 to add, 0 to change, 1 to destroy"}, outcome{1, notEnough}, "plan", "-var=orders={south=40}"),
	"One order is removed, and others change": func(s scene, _ string) bool {
		s.Succeeds("apply", "-auto-approve", "-var=orders={east=1,north=1}")

		return s.either(outcome{0, "0 to add, 1 to change, 2 to destroy"}, outcome{0, "0 to add, 0 to change, 2 to destroy"}, "plan", "-var=orders={north=1}")
	},
	"An existing order is judged again": func(s scene, code string) bool {
		before, _, _ := strings.Cut(code, "\nmoved {")
		s.Write("main.tf", before)
		s.Succeeds("apply", "-auto-approve", north)
		s.consume("radar_id", 40)
		s.Write("main.tf", code)

		return s.either(outcome{1, "short by 32"}, outcome{0, "0 to add, 0 to change, 0 to destroy"}, "plan", "-var=orders={beijing=40}")
	},
	"The requirement grows, and nothing is judged": afterApply(48,
		noChanges, outcome{1, "This gate adds: 60 (from 40 to 100)"}, "plan", "-var=orders={north=100}"),
	"Two gates pass that need too much together": func(s scene, _ string) bool {
		return s.either(outcome{0, "3 to add"}, outcome{1, "short by 22"}, "plan", north)
	},
	"The wrong company pays": func(s scene, _ string) bool {
		s.Write("south.tf", `
provider "qcc" {
  alias = "south"
  key   = var.south_key
}

resource "qcc_quota_gate" "south" {
  provider = qcc.south
  required = { radar_id = 1 }
}
`)

		return s.either(outcome{0, "3 to add"}, outcome{1, "No value for required variable"}, "plan", "-input=false", north)
	},
	"The plan passes, and the apply fails half-way": func(s scene, _ string) bool {
		const required, message = "-var=qcc_required={radar_id=60}", `QCC quota is short by {"radar_id":12}.`

		s.Write("network.tf", "resource \"terraform_data\" \"network\" {\n  input = \"10.0.0.0/8\"\n}\n")

		if !s.either(outcome{0, "data.qcc_quota.this will be read during apply"}, outcome{1, message}, "plan", required) {
			return false
		}

		s.Fails(message, "apply", "-auto-approve", required)

		if got := s.Succeeds("state", "list"); !strings.Contains(got, "terraform_data.network") {
			s.t.Errorf("the apply has created only\n%s", got)
		}

		return true
	},
	"The next plan destroys or changes the order": func(s scene, code string) bool {
		s.Succeeds("apply", "-auto-approve", "-var=qcc_required={radar_id=40}")
		s.consume("radar_id", 48)

		if strings.Contains(code, "count = ") {
			return s.either(outcome{0, "0 to add, 0 to change, 1 to destroy"}, noChanges, "plan")
		}

		return s.either(outcome{0, "0 to add, 1 to change, 0 to destroy"}, noChanges, "plan")
	},
	"A drift job reports changes": func(s scene, code string) bool {
		changes := "48 -> 47"
		if strings.Contains(code, "check ") {
			changes = "data.qcc_quota.now will be read during apply"
		}

		return afterApply(1, outcome{2, changes}, noChanges, "plan", "-detailed-exitcode")(s, code)
	},
	"Every plan fails after the quota is used up": func(s scene, _ string) bool {
		s.Succeeds("apply", "-auto-approve", "-var=qcc_required={radar_id=40}")
		s.consume("radar_id", 40)

		return s.either(outcome{1, `QCC quota is short by {"radar_id":32}.`}, noChanges, "plan")
	},
	"Orders pass that need too much": func(s scene, _ string) bool {
		s.Set("TF_VAR_orders={north=30,south=30}") // The right configuration has gates.

		passes := s.either(outcome{0, "2 to add"}, outcome{1, "short by 12"}, "plan")
		if passes { // So does a rule without a requirement, however little is left.
			s.Write("main.tf", ruleConfiguration(s.t))
			s.service.SetModules()
			s.Plans("1 to add")
		}

		return passes
	},
	"`Invalid index` instead of a refusal": func(s scene, _ string) bool {
		s.service.SetModules(emulator.Module{ID: "bene_id", Total: 1})

		invalid := s.either(outcome{1, "Invalid index"}, outcome{0, "1 to add"}, "plan")
		if !invalid {
			s.Fails(`QCC quota is short by {"radar_id":1}.`, "plan", "-var=qcc_required={radar_id=1}")
		}

		return invalid
	},
}

// north is an order of 40. The sample quota has 48 left.
const north = "-var=orders={north=40}"

// orderOf returns the block of the order in the first configuration of the guide "Gate orders".
func orderOf(t *testing.T, code string) string {
	t.Helper()

	for _, block := range topLevelBlock.FindAllString(code, -1) {
		if strings.HasPrefix(block, `resource "terraform_data" "monitoring"`) {
			return block
		}
	}

	t.Fatal("the configuration has no order")

	return ""
}

// outcome is the exit code of a Terraform command, and a text in its output.
type outcome struct {
	code int
	text string
}

var noChanges = outcome{0, "No changes."}

// either reports whether a Terraform command has the outcome of a mistake. The test fails if it has neither that nor the right one.
func (s scene) either(mistaken, right outcome, args ...string) bool {
	s.t.Helper()

	code, output := s.Run(args...)
	got := func(want outcome) bool { return code == want.code && testkit.Says(want.text).MatchString(output) }

	if got(mistaken) == got(right) {
		s.t.Fatalf("terraform %s: exit code %d, want %+v or %+v\n%s", strings.Join(args, " "), code, mistaken, right, output)
	}

	return got(mistaken)
}

// afterApply returns a test of a command after an apply with an order of 40, and after count of radar_id were consumed.
func afterApply(count int64, mistaken, right outcome, args ...string) mistakeTest {
	return func(s scene, _ string) bool {
		s.Set("TF_VAR_orders={north=40}")
		s.Succeeds("apply", "-auto-approve")
		s.consume("radar_id", count)

		return s.either(mistaken, right, args...)
	}
}

// mistake is a section of the guide to mistakes. Its wrong and right lines belong to the first configuration of another guide.
type mistake struct {
	heading, text string
	wrong, right  []string
}

// wrongOrRight matches the comment that marks lines, so that nobody takes a mistake for advice.
var wrongOrRight = regexp.MustCompile(`(?m)^# (Wrong|Right|错误|正确)\n`)

// mistakes returns the sections below a heading of a guide.
func mistakes(t *testing.T, guide, heading string) []mistake {
	t.Helper()

	sections := strings.Split(testkit.Section(t, guide, heading), "\n### ")[1:]
	found := make([]mistake, 0, len(sections))

	for _, section := range sections {
		m := mistake{}
		m.heading, m.text, _ = strings.Cut(section, "\n")

		for _, block := range testkit.Blocks.FindAllStringSubmatch(m.text, -1) {
			marks := wrongOrRight.FindAllStringSubmatchIndex(block[2], -1)
			if len(marks) == 0 || marks[0][0] != 0 {
				t.Errorf("%s: the lines below %q are not marked", guide, m.heading)
			}

			for i, mark := range marks {
				end := len(block[2])
				if i+1 < len(marks) {
					end = marks[i+1][0]
				}

				if lines := block[2][mark[1]:end]; slices.Contains([]string{"Wrong", "错误"}, block[2][mark[2]:mark[3]]) {
					m.wrong = append(m.wrong, lines)
				} else {
					m.right = append(m.right, lines)
				}
			}
		}

		if len(m.wrong)+len(m.right) == 0 {
			t.Errorf("%s shows nothing below %q", guide, m.heading)
		}

		found = append(found, m)
	}

	return found
}

// TestMistakesHaveTheirSymptoms runs the wrong and the right configuration of each mistake. Only the wrong one may have the symptom.
func TestMistakesHaveTheirSymptoms(t *testing.T) {
	t.Parallel()

	guide := filepath.Join(testkit.GuidesDir, "mistakes.md")
	gates, rule := firstConfiguration(t, "gate-orders.md"), ruleConfiguration(t)
	found := 0

	for heading, first := range map[string]string{"With the gate resource": gates, "With a rule of your own": rule} {
		for _, section := range mistakes(t, guide, heading) {
			found++

			wrong, right := overlayAll(first, section.wrong), overlayAll(first, section.right)
			if strings.Contains(section.text, "Use gates.") {
				right = []string{gates}
			}

			for name, configurations := range map[string][]string{"wrong": wrong, "right": right} {
				for _, code := range configurations {
					t.Run(section.heading+"/"+name, func(t *testing.T) {
						t.Parallel()

						test, tested := mistakeTests[section.heading]
						if !tested {
							t.Fatal("no test shows the symptom")
						}

						create := testkit.NewAttachedFolder
						if strings.Contains(code, "alias") || strings.Contains(code, "south_key") {
							create = testkit.NewFolder // It has two provider blocks.
						}

						s := sceneIn(t, create, map[string]string{"main.tf": code})
						if shown := test(s, code); shown != (name == "wrong") {
							t.Errorf("the configuration has the symptom: %t", shown)
						}
					})
				}
			}
		}
	}

	if found != len(mistakeTests) {
		t.Errorf("the guide has %d mistakes, and there are %d tests", found, len(mistakeTests))
	}
}

// overlayAll returns a configuration with each of the lines. Without lines, it returns the configuration.
func overlayAll(configuration string, lines []string) []string {
	if len(lines) == 0 {
		return []string{configuration}
	}

	all := make([]string, len(lines))
	for i := range lines {
		all[i] = overlay(configuration, lines[i])
	}

	return all
}

// missingOrderTests make an order missing, by the first cell of the guide's table. Each returns further arguments for the next plan, which
// orders again.
var missingOrderTests = map[string]func(s scene) []string{
	"an apply failed or was cancelled": func(s scene) []string {
		s.Succeeds("apply", "-auto-approve", "-target=qcc_quota_gate.monitoring")

		return nil
	},
	"`-target` of one order": func(s scene) []string {
		s.Succeeds("apply", "-auto-approve", `-target=terraform_data.monitoring["south"]`)

		return nil
	},
	"an order was deleted outside of Terraform": func(s scene) []string {
		s.Succeeds("apply", "-auto-approve")
		s.Succeeds("state", "rm", `terraform_data.monitoring["north"]`) // A refresh does the same with a resource that is gone.

		return nil
	},
	"an order is replaced": func(s scene) []string {
		s.Succeeds("apply", "-auto-approve")

		return []string{`-replace=terraform_data.monitoring["north"]`}
	},
	"a gate moved to another account, with `provider` or `key`": func(s scene) []string {
		s.Succeeds("apply", "-auto-approve")

		other := testkit.Serve(s.t, emulator.New(emulator.WithCredentials("other_company", "other_word"), emulator.WithModules()))
		s.Write("south.tf", fmt.Sprintf("provider \"qcc\" {\n  alias      = \"south\"\n  base_url   = %q\n  key        = \"other_company\"\n"+
			"  secret_key = \"other_word\"\n}\n", other))
		s.Write("main.tf", strings.Replace(s.Read("main.tf"), "required = ", "provider = qcc.south\n  required = ", 1))
		s.Plans("Warning: QCC quota gate of another company key")

		return nil
	},
}

// TestMissingOrdersAreJudgedAgain compares a plan without -replace with one that replaces the gate.
func TestMissingOrdersAreJudgedAgain(t *testing.T) {
	t.Parallel()

	rows := regexp.MustCompile(`(?m)^\| ([^|]+) \| ([^|]+) \|$`).FindAllStringSubmatch(
		testkit.ReadFile(t, filepath.Join(testkit.GuidesDir, "mistakes.md")), -1)[1:]
	if len(rows) != len(missingOrderTests) {
		t.Errorf("the table has %d rows, and there are %d tests", len(rows), len(missingOrderTests))
	}

	for _, row := range rows {
		t.Run(row[1], func(t *testing.T) {
			t.Parallel()

			test, tested := missingOrderTests[row[1]]
			if !tested {
				t.Fatal("no test shows this")
			}

			s := newScene(t, map[string]string{"main.tf": firstConfiguration(t, "gate-orders.md")})
			s.Set("TF_VAR_orders={north=20,south=20}")

			args := append([]string{"plan"}, test(s)...)

			s.service.SetModules()
			s.Succeeds(args...)
			s.Fails("No such QCC quota module", append(args, `-replace=qcc_quota_gate.monitoring["north"]`)...)
		})
	}
}

// TestChineseMistakesAreMarked compares the marks of the Chinese guide with those of the English one. TestTwins compares the lines.
func TestChineseMistakesAreMarked(t *testing.T) {
	t.Parallel()

	messages := regexp.MustCompile(`error_message = ".*"`) // They are in the language of their page.

	for english, chinese := range map[string]string{"With the gate resource": "使用门禁", "With a rule of your own": "使用自定义规则"} {
		marked := func(guide, heading string) (all [][2]string) {
			for _, m := range mistakes(t, filepath.Join(testkit.GuidesDir, guide), heading) {
				all = append(all, [2]string{
					messages.ReplaceAllString(strings.Join(m.wrong, "\n"), ""), messages.ReplaceAllString(strings.Join(m.right, "\n"), ""),
				})
			}

			return all
		}

		if !slices.Equal(marked("mistakes.md", english), marked("mistakes-zh.md", chinese)) {
			t.Errorf("the lines below %q and %q are not marked alike", english, chinese)
		}
	}
}

package guides_test

import (
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/qccpro/terraform-provider-qcc/internal/emulator"
	"github.com/qccpro/terraform-provider-qcc/internal/testkit"
)

// mistakeTest reports whether a configuration has the symptom of a mistake. The configuration is code, and in main.tf already.
type mistakeTest func(s scene, code string) bool

// mistakeTests has a test for each mistake, by its heading in the guide.
var mistakeTests = map[string]mistakeTest{
	"Wrong: an order without `depends_on`": func(s scene, _ string) bool {
		s.Succeeds("plan", "-out=tfplan")
		s.consume("radar_id", 40)
		s.Fails(notEnough, "apply", "tfplan")

		return strings.Contains(s.Succeeds("state", "list"), "terraform_data.monitoring")
	},
	"Wrong: one gate with a total": afterApply(48,
		outcome{0, "1 to add, 0 to change, 1 to destroy"}, outcome{1, notEnough}, "plan", `-var=companies=["second"]`),
	"Wrong: a key that is renamed without `moved`": func(s scene, code string) bool {
		before, _, _ := strings.Cut(code, "\nmoved {")
		s.Write("main.tf", strings.ReplaceAll(before, "beijing", "north"))
		s.Succeeds("apply", "-auto-approve")
		s.consume("radar_id", 40)
		s.Write("main.tf", code)

		return s.either(outcome{1, "short by 32"}, outcome{0, "0 to add, 0 to change, 0 to destroy"}, "plan")
	},
	"Wrong: `ignore_changes` on the requirement": afterApply(48,
		outcome{0, "1 to change"}, outcome{1, "This gate adds: 90 (from 10 to 100)"}, "plan", "-var=companies=100"),
	"Wrong: two provider blocks for one account": atOnce(outcome{0, "2 to add"}, outcome{1, "short by 12"}),
	"Wrong: `depends_on` on the data source":     bitesLate("terraform_data.network"),
	"Wrong: a condition inside the data block":   bitesLate("terraform_data.batch"),
	"Wrong: `count` from what is left":           afterApply(48, outcome{0, "1 to destroy"}, noChanges, "plan"),
	"Wrong: an output in a drift job":            afterApply(1, outcome{2, "48 -> 47"}, noChanges, "plan", "-detailed-exitcode"),
	"Wrong: a data source inside a check block": func(s scene, code string) bool {
		changes := afterApply(0, outcome{2, "data.qcc_quota.this will be read during apply"}, noChanges, "plan", "-detailed-exitcode")(s, code)

		s.consume("radar_id", 48)
		s.Plans("Warning: Check block assertion failed")

		return changes
	},
	"Wrong: a fixed requirement": afterApply(40, outcome{1, "Less than 40 of radar_id are left."}, noChanges, "plan"),
	"Wrong: a requirement that is also an argument": func(s scene, _ string) bool {
		s.Succeeds("apply", "-auto-approve", "-var=qcc_required={radar_id=5}")

		return s.either(outcome{0, "1 to change"}, noChanges, "plan")
	},
	"Wrong: new work without a requirement": func(s scene, _ string) bool {
		s.Succeeds("apply", "-auto-approve")
		s.service.SetModules()

		return s.either(outcome{0, "1 to add"}, outcome{1, "The account has no quota module \"radar_id\"."}, "plan", `-var=companies=["first","second"]`)
	},
	"Wrong: a condition for each part of an order": atOnce(outcome{0, "2 to add"}, outcome{1, "short by 12"}),
	"Wrong: `modules[\"x\"]` of a quota module that was not bought": func(s scene, _ string) bool {
		s.service.SetModules(emulator.Module{ID: "bene_id", Total: 1})

		invalid := s.either(outcome{1, "Invalid index"}, outcome{0, "1 to add"}, "plan")
		if !invalid {
			s.Fails("The quota does not suffice.", "plan", "-var=companies_to_add=1")
		}

		return invalid
	},
}

// outcome is the exit code of a Terraform command, and a text in its output.
type outcome struct {
	code int
	text string
}

var noChanges = outcome{0, "No changes."}

// either reports whether a Terraform command has the outcome of a mistake. The test fails if it has neither that nor the right one.
func (s scene) either(mistaken, right outcome, args ...string) bool {
	code, output := s.Run(args...)
	got := func(want outcome) bool { return code == want.code && testkit.Says(want.text).MatchString(output) }

	if got(mistaken) == got(right) {
		s.t.Fatalf("terraform %s: exit code %d, want %+v or %+v\n%s", strings.Join(args, " "), code, mistaken, right, output)
	}

	return got(mistaken)
}

// atOnce returns a test of a plan that creates everything.
func atOnce(mistaken, right outcome) mistakeTest {
	return func(s scene, _ string) bool { return s.either(mistaken, right, "plan") }
}

// afterApply returns a test of a command after an apply, and after count of radar_id were consumed.
func afterApply(count int64, mistaken, right outcome, args ...string) mistakeTest {
	return func(s scene, _ string) bool {
		s.Succeeds("apply", "-auto-approve")
		s.consume("radar_id", count)

		return s.either(mistaken, right, args...)
	}
}

// bitesLate reports whether a precondition lets a plan pass although the quota is short. Then its apply creates something before it fails.
func bitesLate(created string) mistakeTest {
	return func(s scene, _ string) bool {
		const required, message = "-var=qcc_required={radar_id=60}", "The quota does not suffice."

		if !s.either(outcome{0, "data.qcc_quota.this will be read during apply"}, outcome{1, message}, "plan", required) {
			return false
		}

		s.Fails(message, "apply", "-auto-approve", required)

		if got := s.Succeeds("state", "list"); !strings.Contains(got, created) {
			s.t.Errorf("the apply has created %q, and not %s", got, created)
		}

		return true
	}
}

// TestMistakesHaveTheirSymptoms runs both configurations of each mistake as they stand. Only the mistaken one may have the symptom.
func TestMistakesHaveTheirSymptoms(t *testing.T) {
	t.Parallel()

	guide := filepath.Join(testkit.GuidesDir, "mistakes.md")
	sections := mistakes(t, guide, "Wrong: ", "Symptom: ", "Right:")

	// Each section has two configurations. The guide begins with the lines that belong to all of them.
	configurations := testkit.CodeBlocks(t, guide, "terraform")
	if len(sections) != len(mistakeTests) || len(configurations) != 2*len(sections)+1 {
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

				create := testkit.NewAttachedFolder
				if strings.Contains(code, "alias") {
					create = testkit.NewFolder
				}

				s := sceneIn(t, create, map[string]string{"terraform.tf": configurations[0], "main.tf": code})
				if shown := test(s, code); shown != (name == "mistake") {
					t.Errorf("the configuration has the symptom: %t", shown)
				}
			})
		}
	}
}

// mistakes returns the sections of a guide to mistakes: heading, mistaken and right configuration. It compares the table at the top of the
// guide with the headings. The configurations begin with a comment that marks them, so that nobody takes the mistaken one for advice.
func mistakes(t *testing.T, guide, wrong, symptom, right string) [][]string {
	t.Helper()

	text := testkit.ReadFile(t, guide)

	sections := regexp.MustCompile("(?s)\n### ("+wrong+"[^\n]+)\n.*?```terraform\n(# "+wrong+".*?)```\n\n"+
		symptom+".*?\\*\\*"+right+"\\*\\*\n\n```terraform\n(# "+right+".*?)```").FindAllStringSubmatch(text, -1)
	if strings.Count(text, "\n### ") != len(sections) {
		t.Errorf("%s has %d sections with a mistaken and a right configuration, want %d", guide, len(sections), strings.Count(text, "\n### "))
	}

	for _, section := range sections {
		if link := "| [" + section[1] + "](#"; !strings.Contains(strings.NewReplacer(", [", "| [", "、[", "| [").Replace(text), link) {
			t.Errorf("the table of %s does not have %s", guide, section[1])
		}
	}

	return sections
}

// TestChineseMistakesAreMarked checks the Chinese guide. TestTwins compares its code.
func TestChineseMistakesAreMarked(t *testing.T) {
	t.Parallel()

	if sections := mistakes(t, filepath.Join(testkit.GuidesDir, "mistakes-zh.md"), "错误：", "现象：", "正确："); len(sections) != len(mistakeTests) {
		t.Errorf("%d wrong configurations are marked, want %d", len(sections), len(mistakeTests))
	}
}

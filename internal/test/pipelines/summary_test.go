package pipelines_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/qccpro/terraform-provider-qcc/internal/testkit"
)

// jqs returns the interpreters with which the summary is tested: the one in this test binary, and the installed one if there is one.
func jqs(t *testing.T) []string {
	t.Helper()

	found := []string{testkit.JQ(t)}
	if system, err := exec.LookPath("jq"); err == nil {
		found = append(found, system)
	}

	return found
}

// tolerating writes a program into a new folder, which it returns. If there is an address, the program tolerates it.
func tolerating(t *testing.T, name, none, one, address string) string {
	t.Helper()

	program := testkit.ReadFile(t, filepath.Join("pipelines", name))
	if !strings.Contains(program, none) {
		t.Fatalf("%s does not have %q", name, none)
	}

	if address != "" {
		program = strings.Replace(program, none, strings.Replace(one, "ADDRESS", address, 1), 1)
	}

	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, filepath.Base(name)), []byte(program), 0o600); err != nil {
		t.Fatal(err)
	}

	return dir
}

// summarize runs quota.jq on a plan, with a value of QCC_LANGUAGE. If there is an address, quota.jq tolerates it.
func summarize(t *testing.T, jq, language, tolerated, plan string) (int, string, string) {
	t.Helper()

	dir := tolerating(t, "quota.jq", "def tolerated: [];", `def tolerated: ["ADDRESS"];`, tolerated)

	return testkit.Judge(t, plan, dir, "env", "QCC_LANGUAGE="+language, jq, "--null-input", "--stream", "--raw-output", "--from-file", "quota.jq")
}

func TestSummaryOfAPlan(t *testing.T) {
	t.Parallel()

	for name, test := range planCases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			plan := planJSON(t, test)

			for _, jq := range jqs(t) {
				code, summary, problems := summarize(t, jq, "", test.tolerated, plan)
				if want := map[bool]int{false: 0, true: 1}[test.refused]; code != want || (code == 1) != strings.Contains(problems, "must not be applied") {
					t.Errorf("%s: exit code %d and %q, want %d", jq, code, problems, want)
				}

				if test.lacks != "" && strings.Contains(summary, test.lacks) {
					t.Errorf("%s: the summary has %q:\n%s", jq, test.lacks, summary)
				}

				for _, line := range test.summary {
					if !strings.Contains("\n"+summary, "\n"+strings.TrimSuffix(line, "\n")+"\n") {
						t.Errorf("%s: the summary does not have the line %q:\n%s", jq, line, summary)
					}
				}

				codeInChinese, chinese, problems := summarize(t, jq, "zh", test.tolerated, plan)
				if codeInChinese != code || (code == 1) != strings.Contains(problems, "plan 不可执行。请查看摘要。") {
					t.Errorf("%s: in Chinese, exit code %d and %q, want %d", jq, codeInChinese, problems, code)
				}

				compareSummaries(t, plan, summary, chinese)
			}
		})
	}
}

func TestSummaryOfAnInputThatIsNoPlan(t *testing.T) {
	t.Parallel()

	noPlan := map[string]string{"en": "The input is not a plan, or jq runs without --stream.", "zh": "输入不是 plan，或者运行 jq 时没有加 --stream。"}
	otherJSON := map[string]string{"en": "This is not a plan.", "zh": "这不是 plan。"}

	for input, texts := range map[string]map[string]string{
		"": noPlan, "Error: no file": noPlan, `{"planned_values":{"outputs":{}},"resource_changes":[`: noPlan, // Terraform was interrupted.
		`{"planned_values":{"outputs":{}}} {"planned_values":{"outputs":{}}}`: noPlan,
		`{"format_version":"1.0","values":{}}`:                                otherJSON, // This is a state.
		`{"planned_values":null}`:                                             otherJSON,
		`[]`:                                                                  otherJSON,
	} {
		for _, jq := range jqs(t) {
			for language, text := range texts {
				code, summary, problems := summarize(t, jq, language, "", input)
				if code != 2 || summary != "" || strings.TrimSpace(problems) != text {
					t.Errorf("%s: of %q: %d, %q, %q, want 2 and %q", jq, input, code, summary, problems, text)
				}
			}
		}
	}
}

// TestSummaryIsInEnglishByDefault checks that QCC_LANGUAGE must be exactly zh for a summary in Chinese.
func TestSummaryIsInEnglishByDefault(t *testing.T) {
	t.Parallel()

	const plan = `{"planned_values":{},"complete":true}`

	for _, jq := range jqs(t) {
		for language, heading := range map[string]string{
			"": accepted, "en": accepted, "ZH": accepted, "zh-CN": accepted, "zh": planAccepted.chinese,
		} {
			if _, summary, _ := summarize(t, jq, language, "", plan); !strings.HasPrefix(summary, heading+"\n") {
				t.Errorf("%s: with QCC_LANGUAGE=%s, the summary is\n%s", jq, language, summary)
			}
		}
	}
}

// TestSummaryOfAPlanThatLacksParts judges plans without parts that today's Terraform writes.
func TestSummaryOfAPlanThatLacksParts(t *testing.T) {
	t.Parallel()

	for name, test := range plansThatLackParts {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			plan := test.json(t)

			for _, jq := range jqs(t) {
				code, summary, _ := summarize(t, jq, "", "", plan)
				if (code == 1) != (test.denials != "") || !strings.Contains(summary, "\n"+test.line+"\n") {
					t.Errorf("%s: exit code %d, want the line %q:\n%s", jq, code, test.line, summary)
				}

				_, chinese, _ := summarize(t, jq, "zh", "", plan)
				compareSummaries(t, plan, summary, chinese)
			}
		})
	}
}

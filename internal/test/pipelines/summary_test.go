package pipelines_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/itchyny/gojq"

	"github.com/qccpro/terraform-provider-qcc/internal/testkit"
)

// withSettings returns a program of examples/pipelines with the settings of a case. A declaration without and one with a value are in the
// program's language.
func (p planCase) withSettings(t *testing.T, name, empty, one string) string {
	t.Helper()

	program := testkit.ReadFile(t, "examples/pipelines/"+name)

	for setting, value := range map[string]string{"tolerated": p.tolerated, "ordering_types": p.ordering} {
		declaration := fmt.Sprintf(empty, setting)
		if !strings.Contains(program, declaration) {
			t.Fatalf("%s does not have %q", name, declaration)
		}

		if value != "" {
			program = strings.Replace(program, declaration, fmt.Sprintf(one, setting, value), 1)
		}
	}

	return program
}

// quotaJQ returns quota.jq with the settings of a case.
func (p planCase) quotaJQ(t *testing.T) string {
	t.Helper()

	return p.withSettings(t, "quota.jq", "def %s: [];", "def %s: [%q];")
}

// compiled compiles a program of jq with an environment variable. The program reads its inputs from an iterator.
func compiled(t *testing.T, program, variable string, inputs gojq.Iter) *gojq.Code {
	t.Helper()

	parsed, err := gojq.Parse(program)
	if err != nil {
		t.Fatal(err)
	}

	code, err := gojq.Compile(parsed, gojq.WithInputIter(inputs), gojq.WithEnvironLoader(func() []string { return []string{variable} }))
	if err != nil {
		t.Fatal(err)
	}

	return code
}

// summarize runs quota.jq in this process, with a value of QCC_LANGUAGE. The input is a sequence of JSON values. It returns the exit code,
// the summary and the message.
func (p planCase) summarize(t *testing.T, language, input string) (exit int, summary, message string) {
	t.Helper()

	var values []any

	for decoder := json.NewDecoder(strings.NewReader(input)); decoder.More(); {
		var value any
		if decoder.UseNumber(); decoder.Decode(&value) != nil {
			t.Fatalf("the input is not JSON: %s", input)
		}

		values = append(values, value)
	}

	lines := compiled(t, p.quotaJQ(t), "QCC_LANGUAGE="+language, gojq.NewIter(values...)).Run(nil)

	for {
		line, more := lines.Next()
		if !more {
			return 0, summary, ""
		}

		switch line := line.(type) {
		case string:
			summary += line + "\n"
		case error:
			halt, halted := errors.AsType[*gojq.HaltError](line)
			if !halted {
				t.Fatal(line)
			}

			message, _ = halt.Value().(string)

			return halt.ExitCode(), summary, message
		default:
			t.Fatalf("the summary has %v", line)
		}
	}
}

// summarizeWith runs quota.jq on an input with a program, as the pipelines do.
func (p planCase) summarizeWith(t *testing.T, jq, language, input string) (exit int, summary, message string) {
	t.Helper()

	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "quota.jq"), []byte(p.quotaJQ(t)), 0o600); err != nil {
		t.Fatal(err)
	}

	return testkit.Judge(t, input, dir, "env", "QCC_LANGUAGE="+language, jq, "--null-input", "--raw-output", "--from-file", "quota.jq")
}

// compareSummary compares the summary of a plan with what its case wants.
func (p planCase) compareSummary(t *testing.T, exit int, summary, message string) {
	t.Helper()

	wantExit, heading := 0, accepted
	if len(p.problems) > 0 {
		wantExit, heading = 1, refused
	}

	if exit != wantExit || (exit == 1) != strings.Contains(message, "must not be applied") || !strings.HasPrefix(summary, heading+"\n") {
		t.Errorf("exit code %d and %q, want %d, and the summary is\n%s", exit, message, wantExit, summary)
	}

	if p.lacks != "" && strings.Contains(summary, p.lacks) {
		t.Errorf("the summary has %q:\n%s", p.lacks, summary)
	}

	var items, want []string

	for line := range strings.Lines(summary) {
		switch {
		case strings.HasPrefix(line, "- "):
			items = append(items, strings.TrimSuffix(line, "\n"))
		case strings.HasPrefix(line, "  - "): // A fact of the item before it.
			items[len(items)-1] += "\n" + strings.TrimSuffix(line, "\n")
		}
	}

	for _, problem := range p.problems {
		if problem != failed || p.errors == nil {
			want = append(want, "- "+problem)
		}
	}

	for _, line := range p.errors {
		want = append(want, "- "+line)
	}

	for _, line := range p.lines {
		if strings.HasPrefix(line, "- ") {
			want = append(want, line)
		} else if !strings.Contains("\n"+summary, "\n"+strings.TrimSuffix(line, "\n")+"\n") {
			t.Errorf("the summary does not have the line %q:\n%s", line, summary)
		}
	}

	slices.Sort(items)
	slices.Sort(want)

	if !slices.Equal(items, want) {
		t.Errorf("the summary has the items %q, want %q", items, want)
	}
}

// TestSummaryOfAPlan judges the recorded plans, and in the long lane also new ones. The flag -update writes the recorded plans.
func TestSummaryOfAPlan(t *testing.T) {
	t.Parallel()

	for name := range readRecordings(t) {
		if _, found := planCases[name]; !found && !*update {
			t.Errorf("there is a recorded plan, but no case %s", name)
		}
	}

	for name, test := range planCases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			recorded, fresh := inputsOf(t, name)
			exit, summary, message := test.summarize(t, "", recorded)
			test.compareSummary(t, exit, summary, message)

			exitInChinese, chinese, message := test.summarize(t, "zh", recorded)
			if exitInChinese != exit || (exit == 1) != strings.Contains(message, "plan 已被拒绝，请看摘要。") {
				t.Errorf("in Chinese, exit code %d and %q, want %d", exitInChinese, message, exit)
			}

			compareSummaries(t, summary, chinese)

			if testing.Short() && test.tolerated == "" {
				return // The short lane runs the installed jq only for some plans.
			}

			for language, want := range map[string]string{"": summary, "zh": chinese} {
				if exitOfFresh, got, _ := test.summarizeWith(t, installedJQ(t), language, fresh); exitOfFresh != exit || got != want {
					t.Errorf("of a new plan, with the installed jq: exit code %d and the summary\n%s", exitOfFresh, got)
				}
			}
		})
	}
}

// installedJQ returns the path of the installed jq, or that of the jq in this test binary.
func installedJQ(t *testing.T) string {
	t.Helper()

	if path, err := exec.LookPath("jq"); err == nil {
		return path
	}

	return testkit.JQ(t)
}

func TestSummaryOfAnInputThatIsNoPlan(t *testing.T) {
	t.Parallel()

	jqs := map[string]string{"en": installedJQ(t), "zh": testkit.JQ(t)}
	noPlan := map[string]string{"en": "The input is not a plan.", "zh": "输入不是 plan。"}

	for input, texts := range map[string]map[string]string{
		"": noPlan, "Error: no file": noPlan, `{"planned_values":{"outputs":{}},"resource_changes":[`: noPlan, // Terraform was interrupted.
		`{"planned_values":{"outputs":{}}} {"planned_values":{"outputs":{}}}`: noPlan,
		`{"format_version":"1.0","values":{}}`:                                noPlan, // This is a state.
		`{"planned_values":null}`:                                             noPlan,
		`[]`:                                                                  noPlan,
	} {
		for language, text := range texts {
			code, summary, problems := planCase{}.summarizeWith(t, jqs[language], language, input)
			if code != 2 || summary != "" || strings.TrimSpace(problems) != text {
				t.Errorf("%s: of %q: %d, %q, %q, want 2 and %q", jqs[language], input, code, summary, problems, text)
			}
		}
	}
}

// TestSummaryOfErrorsWithoutAPlan checks that the summary has the errors of a terraform plan -json that wrote no plan. Terraform wraps no
// Chinese, so the provider does. Only the provider's errors have facts.
func TestSummaryOfErrorsWithoutAPlan(t *testing.T) {
	t.Parallel()

	const lines = `{"@level":"error","diagnostic":{"severity":"error","summary":"No value for required variable","detail":"orders is not set.\n\n  Use -var."}}
		{"@level":"error","diagnostic":{"severity":"error","summary":"额度不足","address":"qcc_quota_gate.this",
		"detail":"radar_id 的额度不足，\n缺口为 1。\n\n  本门禁新增：29\n  剩余额度：28（总额度 50）\n  本次运行中其他门禁已占用：20\n\n请减少订单。"}}`

	exit, summary, _ := new(planCase).summarize(t, "zh", lines)
	want := "\n- No value for required variable：orders is not set.\n- `qcc_quota_gate.this`：额度不足：radar_id 的额度不足，缺口为 1。\n" +
		"  - 本门禁新增：29\n  - 剩余额度：28（总额度 50）\n  - 本次运行中其他门禁已占用：20\n\n"

	if exit != 1 || !strings.Contains(summary, want) {
		t.Errorf("exit code %d and the summary\n%s", exit, summary)
	}
}

// TestSummaryIsInEnglishByDefault checks that QCC_LANGUAGE must be exactly zh for a summary in Chinese.
func TestSummaryIsInEnglishByDefault(t *testing.T) {
	t.Parallel()

	const plan = `{"planned_values":{},"complete":true}`

	for language, heading := range map[string]string{
		"": accepted, "en": accepted, "ZH": accepted, "zh-CN": accepted, "zh": planAccepted.chinese,
	} {
		if _, summary, _ := new(planCase).summarize(t, language, plan); !strings.HasPrefix(summary, heading+"\n") {
			t.Errorf("with QCC_LANGUAGE=%s, the summary is\n%s", language, summary)
		}
	}
}

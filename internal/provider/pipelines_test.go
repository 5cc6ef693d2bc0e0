package provider_test

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/qccpro/terraform-provider-qcc/internal/emulator"
)

// planCase is a plan that the programs for pipelines judge.
type planCase struct {
	config  string   // What is in main.tf.
	args    []string // Of terraform plan.
	quota   emulator.Behavior
	refused bool
	summary []string // Lines that the summary has.
	denials string   // What the policy says of a plan that is refused, one line a denial, in the order of the alphabet.
}

const (
	consumer = `
variable "qcc_required" {
  type    = map(number)
  default = {}
}

resource "terraform_data" "order" {
  lifecycle {
    precondition {
      condition     = CONDITION
      error_message = "Not enough | quota."
    }
  }
}
`
	sufficient = `length(provider::qcc::shortfalls(data.qcc_quota.this.modules, var.qcc_required)) == 0`
	anything   = "var.qcc_required != null"
	reads      = `data "qcc_quota" "this" {}`
	laterRead  = `
resource "terraform_data" "first" {}

data "qcc_quota" "this" {
  depends_on = [terraform_data.first]
}
`
	accepted = "### QCC quota: the plan may be applied ✅"
	refused  = "### QCC quota: the plan must not be applied ❌"
)

func consumerWith(condition string) string {
	return requiredProvider + strings.Replace(consumer, "CONDITION", condition, 1)
}

// planCases has the states in which a plan can be.
var planCases = map[string]planCase{
	"enough": {
		config: consumerWith(sufficient) + reads, args: []string{"-var=qcc_required={radar_id=20}"},
		summary: []string{
			accepted, "`data.qcc_quota.this`",
			"| `bene_id` | 股权穿透 | 100 | 2 | 98 | 0 | ░░░░░░░░░░ 2 % |",
			"| `radar_id` | 风险监控-企业 | 50 | 2 | 48 | 20 | ▒▒▒▒▒░░░░░ 4 % |",
		},
	},
	"short": {
		config: consumerWith(sufficient) + reads, args: []string{"-var=qcc_required={radar_id=49, new_id=1}"},
		refused: true,
		summary: []string{
			refused, "- `terraform_data.order`: Not enough \\| quota.",
			"| `new_id` | – | – | – | – | 1 ❌ | – |",
			"| `radar_id` | 风险监控-企业 | 50 | 2 | 48 | 49 ❌ | ▒▒▒▒▒▒▒▒▒▒ 4 % |",
		},
		denials: "terraform_data.order: Not enough | quota.",
	},
	"counts of all kinds": {
		config: requiredProvider + reads,
		quota: emulator.Behavior{Body: `{"status":"200","result":[
			{"id":"full|","totalCount":10,"consumedCount":10}, {"id":"over","totalCount":10,"consumedCount":25}, {"id":"half","totalCount":10,"consumedCount":5},
			{"id":"none","totalCount":0,"consumedCount":0}, {"id":"not_stated","totalCount":10}, {"id":"corrected","totalCount":10,"consumedCount":-3}]}`},
		summary: []string{
			accepted,
			"| `full\\|` | full\\| | 10 | 10 | 0 | 0 | ██████████ 100 % |",
			"| `over` | over | 10 | 25 | -15 | 0 | ██████████ 250 % |",
			"| `half` | half | 10 | 5 | 5 | 0 | █████░░░░░ 50 % |",
			"| `none` | none | 0 | 0 | 0 | 0 | – |",
			"| `not_stated` | not_stated | 10 | – | – | 0 | – |",
			"| `corrected` | corrected | 10 | -3 | 13 | 0 | ░░░░░░░░░░ -30 % |",
		},
	},
	"the read is put off": {
		config: consumerWith(sufficient) + laterRead, args: []string{"-var=qcc_required={radar_id=1}"},
		refused: true,
		summary: []string{
			refused, "- `data.qcc_quota.this` is read only at apply, when a gate comes too late. Remove what puts it off, such as `depends_on`.",
			"- `terraform_data.order`: cannot be decided before apply.", "The plan reads no quota.",
		},
		denials: "data.qcc_quota.this is read only at apply, when a gate comes too late.\nterraform_data.order: cannot be decided before apply.",
	},
	"the read is put off, and nothing is required": {
		config: consumerWith(sufficient) + laterRead, refused: true, summary: []string{refused},
		denials: "data.qcc_quota.this is read only at apply, when a gate comes too late.",
	},
	"the read fails": {
		config: consumerWith(sufficient) + reads, quota: emulator.Behavior{Code: 112}, refused: true,
		summary: []string{refused, "- The plan failed before the quota could be judged. Terraform's own output says why.", "The plan reads no quota."},
		denials: "The plan failed before the quota could be judged.",
	},
	"no quota at all": {
		config:  `resource "terraform_data" "other" {}`,
		summary: []string{accepted, "The plan reads no quota."},
	},
	"quota is required and not read": {
		config: consumerWith(anything), args: []string{"-var=qcc_required={radar_id=1}"}, refused: true,
		summary: []string{refused, "- Quota is required, and the plan does not read it."},
		denials: "Quota is required, and the plan does not read it.",
	},
	"quota is short, and no condition refuses it": {
		config: consumerWith(anything) + reads, args: []string{"-var=qcc_required={radar_id=50, bene_id=98}"}, refused: true,
		summary: []string{refused, "- Quota is short for radar_id, and no condition refuses that."},
		denials: "data.qcc_quota.this: radar_id is short by 2: 50 required, 48 remaining.",
	},
	"a child module has quota that does not suffice": {
		config: consumerWith(anything) + `
module "child" {
  source = "./child"
}
`,
		args: []string{`-var=qcc_required={radar_id="49"}`}, refused: true,
		summary: []string{refused, "- Quota is short for radar_id, and no condition refuses that.", "`module.child.data.qcc_quota.this`"},
		denials: "module.child.data.qcc_quota.this: radar_id is short by 1: 49 required, 48 remaining.",
	},
	"a condition cannot be evaluated": {
		config: consumerWith(`data.qcc_quota.this.modules["new_id"].remaining > 0`) + reads, refused: true,
		summary: []string{refused, "- `terraform_data.order`: could not be evaluated."},
		denials: "terraform_data.order: could not be evaluated.",
	},
	"a check warns": {
		config: consumerWith(anything) + reads + `
check "qcc_quota" {
  assert {
    condition     = data.qcc_quota.this.modules["radar_id"].remaining > 48
    error_message = "It runs low."
  }
}
`,
		refused: true, summary: []string{refused, "- `check.qcc_quota`: It runs low."}, denials: "check.qcc_quota: It runs low.",
	},
	"a check that reads by itself": {
		config: requiredProvider + `
check "qcc_quota" {
  data "qcc_quota" "this" {}

  assert {
    condition     = data.qcc_quota.this.modules["radar_id"].remaining == 48
    error_message = "It runs low."
  }
}
`,
		summary: []string{accepted, "| `radar_id` | 风险监控-企业 | 50 | 2 | 48 | 0 | ░░░░░░░░░░ 4 % |"},
	},
	"a condition that is about something else is undecided": {
		config: consumerWith(anything) + `
output "id" {
  value = terraform_data.order.id

  precondition {
    condition     = terraform_data.order.id != ""
    error_message = "It has no id."
  }
}
`,
		refused: true, summary: []string{refused, "- `output.id`: cannot be decided before apply."}, denials: "output.id: cannot be decided before apply.",
	},
}

// planJSON makes the plan of a case, and returns what terraform show says of it.
func planJSON(t *testing.T, test planCase) string {
	t.Helper()

	service := emulator.New(emulator.WithBehavior(test.quota))
	f := newFolder(t, serve(t, service), map[string]string{"main.tf": test.config, "child/main.tf": requiredProvider + reads})

	f.run(t, append([]string{"plan", "-input=false", "-out=tfplan"}, test.args...)...)

	return f.succeeds(t, "show", "-json", "tfplan")
}

// pipelineFile is a file among the examples for pipelines.
func pipelineFile(t *testing.T, name string) string {
	t.Helper()

	content, err := os.ReadFile(filepath.Join(examplesDir, "pipelines", name))
	if err != nil {
		t.Fatal(err)
	}

	return string(content)
}

// judge runs a program on a plan, and returns its exit code and its output.
func judge(t *testing.T, plan string, program string, args ...string) (int, string, string) {
	t.Helper()

	var out, problems strings.Builder

	command := exec.CommandContext(t.Context(), program, args...)
	command.Stdin, command.Stdout, command.Stderr = strings.NewReader(plan), &out, &problems

	if err := command.Run(); err != nil && !errors.As(err, new(*exec.ExitError)) {
		t.Fatal(err)
	}

	return command.ProcessState.ExitCode(), out.String(), problems.String()
}

// jqs are the interpreters that the summary is tested with: the one of this test binary, and the machine's own if it has one.
func jqs() []string {
	found := []string{filepath.Join(bin, "jq")}
	if system, err := exec.LookPath("jq"); err == nil {
		found = append(found, system)
	}

	return found
}

// summarize runs the program quota.jq, as its text is given here.
func summarize(t *testing.T, jq, program, plan string) (int, string, string) {
	t.Helper()

	path := filepath.Join(t.TempDir(), "quota.jq")
	if err := os.WriteFile(path, []byte(program), 0o600); err != nil {
		t.Fatal(err)
	}

	return judge(t, plan, jq, "--null-input", "--raw-output", "--from-file", path)
}

func TestSummaryOfAPlan(t *testing.T) {
	t.Parallel()

	for name, test := range planCases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			plan := planJSON(t, test)

			for _, jq := range jqs() {
				code, summary, problems := summarize(t, jq, pipelineFile(t, "quota.jq"), plan)
				if want := map[bool]int{false: 0, true: 1}[test.refused]; code != want || (code == 1) != strings.Contains(problems, "must not be applied") {
					t.Errorf("%s: exit code %d and %q, want %d", jq, code, problems, want)
				}

				for _, line := range test.summary {
					if !strings.Contains("\n"+summary, "\n"+line+"\n") {
						t.Errorf("%s: the summary does not have the line %q:\n%s", jq, line, summary)
					}
				}
			}
		})
	}
}

func TestSummaryOfWhatIsNoPlan(t *testing.T) {
	t.Parallel()

	for input, text := range map[string]string{
		"": "There is no plan to read.", "Error: no file": "There is no plan to read.",
		`{"format_version":"1.0","values":{}}`: "This is not a plan.", // A state.
	} {
		for _, jq := range jqs() {
			code, summary, problems := summarize(t, jq, pipelineFile(t, "quota.jq"), input)
			if code != 2 || summary != "" || strings.TrimSpace(problems) != text {
				t.Errorf("%s: of %q: %d, %q, %q, want 2 and %q", jq, input, code, summary, problems, text)
			}
		}
	}
}

func TestSummaryToleratesWhatItIsTold(t *testing.T) {
	t.Parallel()

	plan := planJSON(t, planCases["a check warns"])
	program := strings.Replace(pipelineFile(t, "quota.jq"), "def tolerated: [];", `def tolerated: ["check.qcc_quota"];`, 1)

	for _, jq := range jqs() {
		code, summary, _ := summarize(t, jq, program, plan)
		if code != 0 || !strings.Contains(summary, "- `check.qcc_quota`: It runs low. (tolerated)") {
			t.Errorf("%s: exit code %d, want 0\n%s", jq, code, summary)
		}
	}
}

// TestSummaryOfADestroyIsInNobodysWay: its conditions are undecided, and what it would have required is of no interest.
func TestSummaryOfADestroyIsInNobodysWay(t *testing.T) {
	t.Parallel()

	plan := destroyPlanJSON(t)

	for _, jq := range jqs() {
		if code, summary, _ := summarize(t, jq, pipelineFile(t, "quota.jq"), plan); code != 0 {
			t.Errorf("%s: exit code %d, want 0\n%s", jq, code, summary)
		}
	}
}

func destroyPlanJSON(t *testing.T) string {
	t.Helper()

	service := emulator.New()
	f := newFolder(t, serve(t, service), map[string]string{"main.tf": consumerWith(sufficient) + reads})

	f.succeeds(t, "apply", "-auto-approve")
	service.SetModules()
	f.succeeds(t, "plan", "-destroy", "-var=qcc_required={radar_id=40}", "-out=tfplan")

	return f.succeeds(t, "show", "-json", "tfplan")
}

// step is a step of a job for GitHub Actions.
type step struct {
	Name string `yaml:"name"`
	If   string `yaml:"if"`
	Run  string `yaml:"run"`
	Uses string `yaml:"uses"`
}

// job runs the scripts of a pipeline's job in a folder, and tells whether it succeeded, what summary it wrote, and whether the plan
// was kept.
type job func(t *testing.T, f *folder) (succeeded bool, summary string, kept bool)

func gitHubJob(t *testing.T, f *folder) (bool, string, bool) {
	t.Helper()

	var workflow struct {
		Jobs map[string]struct {
			Steps []step `yaml:"steps"`
		} `yaml:"jobs"`
	}
	if err := yaml.Unmarshal([]byte(pipelineFile(t, "github-actions.yml")), &workflow); err != nil {
		t.Fatal(err)
	}

	succeeded, kept, scripts := true, false, 0
	summary := filepath.Join(f.dir, "summary.md")

	for _, step := range workflow.Jobs["plan"].Steps {
		if !succeeded && !strings.Contains(step.If, "!cancelled()") {
			continue
		}

		kept = kept || strings.HasPrefix(step.Uses, "actions/upload-artifact@")

		if step.Run != "" {
			scripts++
			succeeded = f.script(t, "bash", []string{"-eo", "pipefail"}, step.Run, "GITHUB_STEP_SUMMARY="+summary) && succeeded
		}
	}

	if scripts == 0 {
		t.Fatal("no step has a script")
	}

	return succeeded, read(t, summary), kept
}

func gitLabJob(t *testing.T, f *folder) (bool, string, bool) {
	t.Helper()

	var pipeline struct {
		Plan struct {
			BeforeScript []string `yaml:"before_script"`
			Script       []string `yaml:"script"`
			Artifacts    struct {
				Paths []string `yaml:"paths"`
			} `yaml:"artifacts"`
		} `yaml:"plan"`
	}
	if err := yaml.Unmarshal([]byte(pipelineFile(t, "gitlab-ci.yml")), &pipeline); err != nil {
		t.Fatal(err)
	}

	// The image's shell need not know pipefail.
	succeeded := f.script(t, "sh", []string{"-e"}, strings.Join(append(pipeline.Plan.BeforeScript, pipeline.Plan.Script...), "\n"))

	return succeeded, read(t, filepath.Join(f.dir, pipeline.Plan.Artifacts.Paths[0])), len(pipeline.Plan.Artifacts.Paths) == 2
}

// script runs a script in the folder with the Terraform and the jq of the tests, and tells whether it succeeded.
func (f *folder) script(t *testing.T, shell string, flags []string, script string, env ...string) bool {
	t.Helper()

	command := exec.CommandContext(t.Context(), shell, append(flags, "-c", script)...)
	command.Dir = f.dir
	command.Env = append(append(f.terraform.Environ(), f.env...), env...)

	for i, variable := range command.Env {
		if path, found := strings.CutPrefix(variable, "PATH="); found {
			command.Env[i] = "PATH=" + bin + string(filepath.ListSeparator) + path
		}
	}

	output, err := command.CombinedOutput()
	t.Logf("%s\n%s", script, output)

	if err != nil && !errors.As(err, new(*exec.ExitError)) {
		t.Fatal(err)
	}

	return err == nil
}

// read returns what a file holds: nothing, if the job did not get as far as writing it.
func read(t *testing.T, path string) string {
	t.Helper()

	content, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}

	return string(content)
}

func TestPipelines(t *testing.T) {
	t.Parallel()

	for name, run := range map[string]job{"GitHub Actions": gitHubJob, "GitLab CI": gitLabJob} {
		for state, test := range map[string]struct {
			change    func(service *emulator.Emulator, f *folder)
			succeeds  bool
			summaries string
		}{
			"enough": {func(*emulator.Emulator, *folder) {}, true, accepted},
			"short": {
				func(service *emulator.Emulator, _ *folder) { service.SetModules() }, false,
				"- `terraform_data.order`: QCC quota is short at this moment. A new plan says by how much. QCC quota is short by 40 for radar_id",
			},
			"the read fails": {
				func(service *emulator.Emulator, _ *folder) { service.Behave(emulator.Behavior{Code: 101}) }, false,
				"- The plan failed before the quota could be judged.",
			},
			"the read is put off": {
				func(_ *emulator.Emulator, f *folder) {
					f.write(t, "main.tf", strings.Replace(exampleFiles(t, "gates/apply")["main.tf"], reads, laterRead, 1))
				}, false, "- `data.qcc_quota.this` is read only at apply",
			},
			"the configuration is wrong": {func(_ *emulator.Emulator, f *folder) { f.write(t, "wrong.tf", "output {}") }, false, ""},
		} {
			t.Run(name+", "+state, func(t *testing.T) {
				t.Parallel()

				service := emulator.New()
				files := exampleFiles(t, "gates/apply")
				files["ci/quota.jq"] = pipelineFile(t, "quota.jq")
				files["order.auto.tfvars"] = "qcc_required = { radar_id = 40 }\n"
				f := newFolder(t, serve(t, service), files)

				test.change(service, f)

				succeeded, summary, kept := run(t, f)
				if succeeded != test.succeeds || !strings.Contains(summary, test.summaries) || succeeded && !kept {
					t.Errorf("the job succeeded: %t, kept the plan: %t, and wrote\n%s", succeeded, kept, summary)
				}

				if kept && succeeded {
					f.succeeds(t, "apply", "tfplan")
				}
			})
		}
	}
}

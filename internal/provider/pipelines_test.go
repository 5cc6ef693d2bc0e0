package provider_test

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/qccpro/terraform-provider-qcc/internal/emulator"
)

// planCase is a plan that the programs for pipelines judge.
type planCase struct {
	applied   string   // What is in main.tf at an apply before the plan, if there is one; the account has the sample quota then.
	config    string   // What is in main.tf at the plan.
	args      []string // Of terraform plan.
	quota     emulator.Behavior
	tolerated string // The one address that the programs are told to tolerate.
	refused   bool
	summary   []string // Lines that the summary has.
	denials   string   // What the policy says of a plan that is refused, one line a denial, in the order of the alphabet.
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
	undecided = `
output "id" {
  value = terraform_data.order.id

  precondition {
    condition     = terraform_data.order.id != ""
    error_message = "It has no id."
  }
}
`
	warns = `

check "qcc_quota" {
  assert {
    condition     = data.qcc_quota.this.modules["radar_id"].remaining > 48
    error_message = "It runs low."
  }
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
	"nothing is required": {
		config: consumerWith(sufficient) + reads,
		summary: []string{
			accepted, "The plan requires nothing: `qcc_required` is empty, or not in the plan.",
		},
	},
	"counts of all kinds": {
		config: requiredProvider + reads,
		quota: emulator.Behavior{Body: `{"status":"200","result":[
			{"id":"full|","totalCount":10,"consumedCount":10}, {"id":"over","totalCount":10,"consumedCount":25}, {"id":"half","totalCount":10,"consumedCount":5},
			{"id":"none","totalCount":0,"consumedCount":0}, {"id":"not_stated","totalCount":10}, {"id":"corrected","totalCount":10,"consumedCount":-3}]}`},
		summary: []string{
			accepted,
			"| `full?` | full\\| | 10 | 10 | 0 | 0 | ██████████ 100 % |",
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
			"- `terraform_data.order`: cannot be decided before apply.", "No data source reads quota in this plan.",
		},
		denials: "data.qcc_quota.this is read only at apply, when a gate comes too late.\nterraform_data.order: cannot be decided before apply.",
	},
	"the read is put off, and nothing is required": {
		config: consumerWith(sufficient) + laterRead, refused: true, summary: []string{refused},
		denials: "data.qcc_quota.this is read only at apply, when a gate comes too late.",
	},
	"the read fails": {
		config: consumerWith(sufficient) + reads, quota: emulator.Behavior{Code: 112}, refused: true,
		summary: []string{refused, "- The plan failed before the quota could be judged. Terraform's own output says why.", "No data source reads quota in this plan."},
		denials: "The plan failed before the quota could be judged.",
	},
	"no quota at all": {
		config:  `resource "terraform_data" "other" {}`,
		summary: []string{accepted, "No data source reads quota in this plan."},
	},
	"quota is required and not read": {
		config: consumerWith(anything), args: []string{"-var=qcc_required={radar_id=1}"}, refused: true,
		summary: []string{refused, "- Quota is required, and no data source reads it."},
		denials: "Quota is required, and no data source reads it.",
	},
	"quota is short, and no condition refuses it": {
		config: consumerWith(anything) + reads, args: []string{"-var=qcc_required={radar_id=50, bene_id=98}"}, refused: true,
		summary: []string{refused, "- Quota is short for `radar_id`, and no condition refuses that."},
		denials: "data.qcc_quota.this: radar_id is short by 2: 50 required, 48 remaining.",
	},
	"a child module has quota that does not suffice": {
		config: consumerWith(anything) + `
module "child" {
  source = "./child"
}
`,
		args: []string{`-var=qcc_required={radar_id="49"}`}, refused: true,
		summary: []string{refused, "- Quota is short for `radar_id`, and no condition refuses that.", "`module.child.data.qcc_quota.this`"},
		denials: "module.child.data.qcc_quota.this: radar_id is short by 1: 49 required, 48 remaining.",
	},
	"a condition cannot be evaluated": {
		config: consumerWith(`data.qcc_quota.this.modules["new_id"].remaining > 0`) + reads, refused: true,
		summary: []string{refused, "- `terraform_data.order`: could not be evaluated."},
		denials: "terraform_data.order: could not be evaluated.",
	},
	"a check warns": {
		config:  consumerWith(sufficient) + reads + warns,
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
		config: consumerWith(sufficient) + reads + undecided, refused: true,
		summary: []string{refused, "- `output.id`: cannot be decided before apply."}, denials: "output.id: cannot be decided before apply.",
	},
	"an undecided condition is tolerated": {
		config: consumerWith(sufficient) + reads + undecided, tolerated: "output.id",
		summary: []string{accepted, "- `output.id`: cannot be decided before apply. (tolerated)"},
	},
	"an undecided condition is tolerated, and quota is short": {
		config: consumerWith(anything) + reads + undecided, tolerated: "output.id", args: []string{"-var=qcc_required={radar_id=400}"}, refused: true,
		summary: []string{refused, "- Quota is short for `radar_id`, and no condition refuses that."},
		denials: "data.qcc_quota.this: radar_id is short by 352: 400 required, 48 remaining.",
	},
	"a check that warns is tolerated": {
		config: consumerWith(sufficient) + reads + warns, tolerated: "check.qcc_quota",
		summary: []string{accepted, "- `check.qcc_quota`: It runs low. (tolerated)"},
	},
	"a check that warns is tolerated, and the plan fails": {
		config: consumerWith(sufficient) + reads + warns + `
output "wrong" {
  value = data.qcc_quota.this.modules["new_id"]
}
`,
		tolerated: "check.qcc_quota", refused: true,
		summary: []string{refused, "- The plan failed before the quota could be judged. Terraform's own output says why."},
		denials: "The plan failed before the quota could be judged.",
	},
	"a gate that refuses is not tolerated": {
		config: consumerWith(sufficient) + reads, tolerated: "terraform_data.order", args: []string{"-var=qcc_required={radar_id=49}"}, refused: true,
		summary: []string{refused, "- `terraform_data.order`: Not enough \\| quota."}, denials: "terraform_data.order: Not enough | quota.",
	},
	"an account without modules": {
		config: consumerWith(anything) + reads, quota: emulator.Behavior{Body: `{"status":"200","result":[]}`},
		args: []string{"-var=qcc_required={radar_id=1}"}, refused: true,
		summary: []string{refused, "- Quota is short for `radar_id`, and no condition refuses that."},
		denials: "data.qcc_quota.this: radar_id is short by 1: 1 required, 0 remaining.",
	},
	"an order is changed": {
		applied: consumerWith(anything) + reads,
		config:  strings.Replace(consumerWith(anything), "  lifecycle", "  input = 1\n\n  lifecycle", 1) + reads,
		args:    []string{"-var=qcc_required={radar_id=49}"}, refused: true,
		summary: []string{refused, "- Quota is short for `radar_id`, and no condition refuses that."},
		denials: "data.qcc_quota.this: radar_id is short by 1: 49 required, 48 remaining.",
	},
	"nothing changes, and the quota is spent": {
		applied: consumerWith(anything) + reads, config: consumerWith(anything) + reads, quota: emulator.Behavior{Code: 201},
		args: []string{"-var=qcc_required={radar_id=49}"}, summary: []string{accepted},
	},
	"a destroy": {
		applied: consumerWith(sufficient) + reads, config: consumerWith(sufficient) + reads, quota: emulator.Behavior{Code: 201},
		args: []string{"-destroy", "-var=qcc_required={radar_id=40}"}, summary: []string{accepted},
	},
	"a target leaves the quota as it was in the state": {
		applied: requiredProvider + reads, config: consumerWith(anything) + reads, quota: emulator.Behavior{Code: 201},
		args: []string{"-target=terraform_data.order", "-var=qcc_required={radar_id=40}"}, refused: true,
		summary: []string{refused, "- The plan leaves out a part of the configuration (`-target`), so its quota may be an old one."},
		denials: "The plan leaves out a part of the configuration (-target), so its quota may be an old one.",
	},
	"a target that requires nothing": {
		config: consumerWith(sufficient) + reads + "\n" + `resource "terraform_data" "other" {}`, args: []string{"-target=terraform_data.other"},
		summary: []string{accepted},
	},
	"a requirement of another kind": {
		config: strings.Replace(consumerWith(anything), "map(number)\n  default = {}", "list(number)", 1) + reads, args: []string{"-var=qcc_required=[400]"},
		refused: true, summary: []string{refused, "- The variable `qcc_required` is not a map of whole numbers."},
		denials: "The variable qcc_required is not a map of whole numbers.",
	},
	"a requirement in words": {
		config: strings.Replace(consumerWith(anything), "map(number)", "map(string)", 1) + reads, args: []string{`-var=qcc_required={radar_id="many"}`},
		refused: true, summary: []string{refused, "- The variable `qcc_required` is not a map of whole numbers."},
		denials: "The variable qcc_required is not a map of whole numbers.",
	},
	"a message that Terraform does not show": {
		config: strings.Replace(consumerWith(sufficient), "map(number)", "map(number)\n  sensitive = true", 1) + reads, args: []string{"-var=qcc_required={radar_id=49}"},
		refused: true, summary: []string{refused, "- `terraform_data.order`: Not enough \\| quota."}, denials: "terraform_data.order: Not enough | quota.",
	},
	"words that are no Markdown": {
		config: requiredProvider + reads + `
check "words" {
  assert {
    condition     = length(data.qcc_quota.this.modules) == 0
    error_message = "<b>  ${keys(data.qcc_quota.this.modules)[0]}\n# done"
  }
}
`,
		quota:   emulator.Behavior{Body: "{\"status\":\"200\",\"result\":[{\"id\":\"a` ![x](http://example.com) *b*\\\\|c\"}]}"},
		refused: true,
		summary: []string{
			refused, "- `check.words`: \\<b\\> a\\` !\\[x\\](http://example.com) \\*b\\*\\\\\\|c # done",
			"| `a??![x](http://example.com)?*b*??c` | a\\` !\\[x\\](http://example.com) \\*b\\*\\\\\\|c | – | – | – | 0 | – |",
		},
		denials: "check.words: <b>  a` ![x](http://example.com) *b*\\|c\n# done",
	},
}

// planJSON makes the plan of a case, and returns what terraform show says of it.
func planJSON(t *testing.T, test planCase) string {
	t.Helper()

	service := emulator.New()
	f := newFolder(t, serve(t, service), map[string]string{"main.tf": test.config, "child/main.tf": requiredProvider + reads})

	if test.applied != "" {
		f.write(t, "main.tf", test.applied)
		f.succeeds(t, "apply", "-auto-approve")
		f.write(t, "main.tf", test.config)
	}

	service.Behave(test.quota)
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

// judge runs a program on a plan, in a folder, and returns its exit code and its output.
func judge(t *testing.T, plan, dir, program string, args ...string) (int, string, string) {
	t.Helper()

	var out, problems strings.Builder

	command := exec.CommandContext(t.Context(), program, args...)
	command.Dir = dir
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

// tolerating writes a program, with a list that has the address if there is one, into a folder of its own, which it returns.
func tolerating(t *testing.T, name, none, one, address string) string {
	t.Helper()

	program := pipelineFile(t, name)
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

// summarize runs quota.jq, with an address that it tolerates, or none.
func summarize(t *testing.T, jq, tolerated, plan string) (int, string, string) {
	t.Helper()

	dir := tolerating(t, "quota.jq", "def tolerated: [];", `def tolerated: ["ADDRESS"];`, tolerated)

	return judge(t, plan, dir, jq, "--null-input", "--raw-output", "--from-file", "quota.jq")
}

func TestSummaryOfAPlan(t *testing.T) {
	t.Parallel()

	for name, test := range planCases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			plan := planJSON(t, test)

			for _, jq := range jqs() {
				code, summary, problems := summarize(t, jq, test.tolerated, plan)
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
		`{"planned_values":null}`:              "This is not a plan.",
		`[]`:                                   "This is not a plan.",
	} {
		for _, jq := range jqs() {
			code, summary, problems := summarize(t, jq, "", input)
			if code != 2 || summary != "" || strings.TrimSpace(problems) != text {
				t.Errorf("%s: of %q: %d, %q, %q, want 2 and %q", jq, input, code, summary, problems, text)
			}
		}
	}
}

// pipeline is an example for pipelines: the scripts of its two jobs, and what they leave behind.
type pipeline struct {
	// plan runs the plan job, and tells whether it succeeded, what summary it wrote, and whether it kept the plan.
	plan func(t *testing.T, f *folder) (succeeded bool, summary string, kept bool)
	// apply runs the apply job.
	apply func(t *testing.T, f *folder) bool
}

// step is a step of a job for GitHub Actions.
type step struct {
	If   string `yaml:"if"`
	Run  string `yaml:"run"`
	Uses string `yaml:"uses"`
}

// gitHubJob runs the scripts of a job, and tells whether it succeeded and used an action.
func gitHubJob(t *testing.T, f *folder, job, action string, env ...string) (succeeded, used bool) {
	t.Helper()

	var workflow struct {
		Jobs map[string]struct {
			Steps []step `yaml:"steps"`
		} `yaml:"jobs"`
	}
	if err := yaml.Unmarshal([]byte(pipelineFile(t, "github-actions.yml")), &workflow); err != nil {
		t.Fatal(err)
	}

	scripts := 0
	succeeded = true

	for _, step := range workflow.Jobs[job].Steps {
		if !succeeded && !strings.Contains(step.If, "!cancelled()") {
			continue
		}

		used = used || strings.HasPrefix(step.Uses, action+"@")

		if step.Run != "" {
			scripts++
			succeeded = f.script(t, "bash", []string{"-eo", "pipefail"}, step.Run, env...) && succeeded
		}
	}

	if scripts == 0 {
		t.Fatalf("the job %s has no scripts", job)
	}

	return succeeded, used
}

// gitLabJob runs the scripts of a job, and tells whether it succeeded and which files it keeps.
func gitLabJob(t *testing.T, f *folder, job string) (succeeded bool, paths []string) {
	t.Helper()

	var pipeline map[string]struct {
		BeforeScript []string `yaml:"before_script"`
		Script       []string `yaml:"script"`
		Artifacts    struct {
			Paths []string `yaml:"paths"`
		} `yaml:"artifacts"`
	}
	if err := yaml.Unmarshal([]byte(pipelineFile(t, "gitlab-ci.yml")), &pipeline); err != nil {
		t.Fatal(err)
	}

	lines := slices.Concat(pipeline[job].BeforeScript, pipeline[job].Script)
	if len(lines) == 0 {
		t.Fatalf("the job %s has no scripts", job)
	}

	// The image's shell need not know pipefail.
	return f.script(t, "sh", []string{"-e"}, strings.Join(lines, "\n")), pipeline[job].Artifacts.Paths
}

var pipelines = map[string]pipeline{
	"GitHub Actions": {
		plan: func(t *testing.T, f *folder) (bool, string, bool) {
			t.Helper()

			summary := filepath.Join(f.dir, "summary.md")
			succeeded, kept := gitHubJob(t, f, "plan", "actions/upload-artifact", "GITHUB_STEP_SUMMARY="+summary)

			return succeeded, read(t, summary), kept
		},
		apply: func(t *testing.T, f *folder) bool {
			t.Helper()

			succeeded, fetched := gitHubJob(t, f, "apply", "actions/download-artifact")
			if !fetched {
				t.Error("the job does not fetch the plan")
			}

			return succeeded
		},
	},
	"GitLab CI": {
		plan: func(t *testing.T, f *folder) (bool, string, bool) {
			t.Helper()

			succeeded, paths := gitLabJob(t, f, "plan")

			return succeeded, read(t, filepath.Join(f.dir, "quota.md")), slices.Contains(paths, "tfplan") && read(t, filepath.Join(f.dir, "tfplan")) != ""
		},
		apply: func(t *testing.T, f *folder) bool {
			t.Helper()

			succeeded, _ := gitLabJob(t, f, "apply")

			return succeeded
		},
	},
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

	for name, pipeline := range pipelines {
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
				f := newFolder(t, serve(t, service), files)
				f.env = append(f.env, "TF_VAR_qcc_required={radar_id=40}")

				test.change(service, f)

				succeeded, summary, kept := pipeline.plan(t, f)
				if succeeded != test.succeeds || !strings.Contains(summary, test.summaries) || kept != succeeded {
					t.Errorf("the job succeeded: %t, kept the plan: %t, and wrote\n%s", succeeded, kept, summary)
				}

				if !succeeded {
					return
				}

				service.SetModules()

				if pipeline.apply(t, f) {
					t.Error("the apply job succeeded, although the quota was used up meanwhile")
				}

				service.SetModules(emulator.Sample()...)

				if _, _, _ = pipeline.plan(t, f); !pipeline.apply(t, f) {
					t.Error("the apply job failed, although the quota suffices")
				}
			})
		}
	}
}

// TestPipelinesOrderNothingUnlessTold reads where the requirement comes from: an input whose default is an empty map.
func TestPipelinesOrderNothingUnlessTold(t *testing.T) {
	t.Parallel()

	var workflow struct {
		Env map[string]string `yaml:"env"`
	}
	if err := yaml.Unmarshal([]byte(pipelineFile(t, "github-actions.yml")), &workflow); err != nil {
		t.Fatal(err)
	}

	if got := workflow.Env["TF_VAR_qcc_required"]; got != "${{ inputs.qcc_required || '{}' }}" {
		t.Errorf("GitHub Actions: the requirement is %q", got)
	}

	var pipeline struct {
		Variables struct {
			Required struct {
				Value string `yaml:"value"`
			} `yaml:"TF_VAR_qcc_required"`
		} `yaml:"variables"`
	}
	if err := yaml.Unmarshal([]byte(pipelineFile(t, "gitlab-ci.yml")), &pipeline); err != nil {
		t.Fatal(err)
	}

	if got := pipeline.Variables.Required.Value; got != "{}" {
		t.Errorf("GitLab CI: the requirement is %q", got)
	}
}

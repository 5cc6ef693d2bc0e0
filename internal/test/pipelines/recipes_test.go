package pipelines_test

import (
	"cmp"
	"errors"
	"io/fs"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/qccpro/terraform-provider-qcc/internal/emulator"
	"github.com/qccpro/terraform-provider-qcc/internal/testkit"
)

// pipeline runs the two jobs of an example for pipelines.
type pipeline struct {
	// chinese reports whether the example sets the language of the summary to Chinese.
	chinese bool
	// plan runs the plan job. It returns whether the job succeeded, the summary that it wrote, and whether it kept the plan.
	plan func(t *testing.T, f *testkit.Folder) (succeeded bool, summary string, kept bool)
	// apply runs the apply job, and reports whether it succeeded.
	apply func(t *testing.T, f *testkit.Folder) bool
}

// step is a step of a job for GitHub Actions.
type step struct {
	If   string `yaml:"if"`
	Run  string `yaml:"run"`
	Uses string `yaml:"uses"`
}

// gitHubJob runs the scripts of a job, and reports whether it succeeded and used an action.
func gitHubJob(t *testing.T, f *testkit.Folder, job, action string, env ...string) (succeeded, used bool) {
	t.Helper()

	var workflow struct {
		Jobs map[string]struct {
			Steps []step `yaml:"steps"`
		} `yaml:"jobs"`
	}
	if err := yaml.Unmarshal([]byte(testkit.ReadFile(t, "examples/pipelines/github-actions.yml")), &workflow); err != nil {
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
			succeeded = script(t, f, "bash", []string{"-eo", "pipefail"}, step.Run, env...) && succeeded
		}
	}

	if scripts == 0 {
		t.Fatalf("the job %s has no scripts", job)
	}

	return succeeded, used
}

// gitLabJob runs the scripts of a job. It returns whether the job succeeded, and the files that it keeps.
func gitLabJob(t *testing.T, f *testkit.Folder, job string) (succeeded bool, paths []string) {
	t.Helper()

	var pipeline map[string]struct {
		BeforeScript []string `yaml:"before_script"`
		Script       []string `yaml:"script"`
		Artifacts    struct {
			Paths []string `yaml:"paths"`
		} `yaml:"artifacts"`
	}
	if err := yaml.Unmarshal([]byte(testkit.ReadFile(t, "examples/pipelines/gitlab-ci.yml")), &pipeline); err != nil {
		t.Fatal(err)
	}

	lines := slices.Concat(pipeline[job].BeforeScript, pipeline[job].Script)
	if len(lines) == 0 {
		t.Fatalf("the job %s has no scripts", job)
	}

	// The shell of the image may not support pipefail.
	return script(t, f, "sh", []string{"-e"}, strings.Join(lines, "\n")), pipeline[job].Artifacts.Paths
}

var pipelines = map[string]pipeline{
	"GitHub Actions": {
		plan: func(t *testing.T, f *testkit.Folder) (bool, string, bool) {
			t.Helper()

			summary := filepath.Join(f.Dir, "summary.md")
			succeeded, kept := gitHubJob(t, f, "plan", "actions/upload-artifact", "GITHUB_STEP_SUMMARY="+summary)

			return succeeded, written(t, summary), kept
		},
		apply: func(t *testing.T, f *testkit.Folder) bool {
			t.Helper()

			succeeded, fetched := gitHubJob(t, f, "apply", "actions/download-artifact")
			if !fetched {
				t.Error("the job does not fetch the plan")
			}

			return succeeded
		},
	},
	"GitLab CI": {
		plan: func(t *testing.T, f *testkit.Folder) (bool, string, bool) {
			t.Helper()

			succeeded, paths := gitLabJob(t, f, "plan")

			return succeeded, written(t, filepath.Join(f.Dir, "quota.md")), slices.Contains(paths, "tfplan") && written(t, filepath.Join(f.Dir, "tfplan")) != ""
		},
		apply: func(t *testing.T, f *testkit.Folder) bool {
			t.Helper()

			succeeded, _ := gitLabJob(t, f, "apply")

			return succeeded
		},
	},
	"Jenkins": jenkinsPipeline,
	"Flow":    flowPipeline,
}

// script runs a script in the folder, and reports whether it succeeded. It uses the Terraform and the jq of the tests.
func script(t *testing.T, f *testkit.Folder, shell string, flags []string, script string, env ...string) bool {
	t.Helper()

	succeeded, _ := run(t, f, slices.Concat([]string{shell}, flags, []string{"-c", script}), env...)

	return succeeded
}

// run runs a command in the folder with the Terraform and the jq of the tests. It returns whether it succeeded, and its output.
func run(t *testing.T, f *testkit.Folder, arguments []string, env ...string) (succeeded bool, output string) {
	t.Helper()

	jq := testkit.JQ(t)
	command := exec.CommandContext(t.Context(), arguments[0], arguments[1:]...)
	command.Dir = f.Dir
	command.Env = append(f.Environ(), env...)

	for i, variable := range command.Env {
		if path, found := strings.CutPrefix(variable, "PATH="); found {
			command.Env[i] = "PATH=" + filepath.Dir(jq) + string(filepath.ListSeparator) + path
		}
	}

	printed, err := command.CombinedOutput()
	t.Logf("%s\n%s", strings.Join(arguments, " "), printed)

	if err != nil && !errors.As(err, new(*exec.ExitError)) {
		t.Fatal(err)
	}

	return err == nil, string(printed)
}

// written returns the content of a file; "" if the job ended before it wrote the file.
func written(t *testing.T, path string) string {
	t.Helper()

	content, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}

	return string(content)
}

// summaryLine is a text that a summary has, in both languages.
type summaryLine struct{ english, chinese string }

var (
	planAccepted = summaryLine{accepted, "### 企查查额度：plan 可以执行 ✅"}
	planFailed   = summaryLine{"- " + failed, "- plan 失败。请查看 Terraform 输出中的错误。"}
)

// pipelineState is the situation in which a pipeline starts. The account has the sample quota, in which 48 units of radar_id are left.
type pipelineState struct {
	config   string // The content of main.tf; empty means the example gates/apply.
	required string // The requirement with which the pipeline starts; empty means {radar_id=40}.
	change   func(service *emulator.Emulator, f *testkit.Folder)
	succeeds bool
	summary  summaryLine
	// orders reports whether the plan needs quota at apply. Then the apply is refused if the quota was used up meanwhile.
	orders bool
}

// pending is a gate whose requirement, the length of an id, is known only at apply: 36.
const pending = testkit.RequiredProvider + `
resource "terraform_data" "pending" {}

resource "qcc_quota_gate" "pending" {
  required = { radar_id = length(terraform_data.pending.id) }
}
`

var pipelineStates = map[string]pipelineState{
	"enough": {succeeds: true, orders: true, summary: planAccepted},
	"short": {
		change: func(service *emulator.Emulator, _ *testkit.Folder) { service.SetModules() },
		summary: summaryLine{
			"- `terraform_data.order`: QCC quota is short by 40 for radar_id: 40 required. QCC quota is short now.",
			"- `terraform_data.order`：QCC quota is short by 40 for radar_id: 40 required. QCC quota is short now.",
		},
	},
	"a gate resource passes": {config: gates("{ north = 48 }"), succeeds: true, orders: true, summary: planAccepted},
	"a gate resource refuses": {
		config: gates("{ north = 49 }"), summary: planFailed,
	},
	"a gate resource refuses, and a summary of another kind accepts": {
		config: gates("{ north = 49 }"), summary: summaryLine{"A summary.", "A summary."},
		change: func(_ *emulator.Emulator, f *testkit.Folder) { f.Write("ci/quota.jq", `"A summary."`) },
	},
	"a gate resource is judged at apply": {
		config: pending, succeeds: true, orders: true, summary: summaryLine{
			"- Judged at apply, because the requirement is known only after apply", "- 以下门禁要到 apply 时才检查，因为需求量届时才能确定",
		},
	},
	"a requirement is missing": {required: "{}", succeeds: true, summary: summaryLine{"This plan requires no quota", "这个 plan 不需要额度"}},
	"a requirement is not a map": {
		required: "\"\"", summary: planFailed,
	},
	"the read fails": {
		change:  func(service *emulator.Emulator, _ *testkit.Folder) { service.Behave(emulator.Behavior{Code: 101}) },
		summary: planFailed,
	},
	"the service is down": {
		config: withoutRetries(gates("{ north = 1 }")),
		change: func(service *emulator.Emulator, _ *testkit.Folder) {
			service.Behave(emulator.Behavior{HTTPStatus: http.StatusServiceUnavailable})
		},
		summary: planFailed,
	},
	"the read is deferred to apply": {
		change: func(_ *emulator.Emulator, f *testkit.Folder) {
			f.Write("main.tf", exampleDataSource.ReplaceAllString(f.Read("main.tf"), laterRead))
		},
		summary: summaryLine{"- `data.qcc_quota.this` is read only at apply", "- `data.qcc_quota.this` 要到 apply 时才读取"},
	},
	"the configuration is wrong": {change: func(_ *emulator.Emulator, f *testkit.Folder) { f.Write("wrong.tf", "output {}") }},
}

// exampleDataSource matches the data source of the example gates/apply.
var exampleDataSource = regexp.MustCompile(`(?s)data "qcc_quota" "this" \{.*?\n\}\n`)

func withoutRetries(config string) string {
	return config + "\nprovider \"qcc\" {\n  max_retries = 0\n}\n"
}

func TestPipelines(t *testing.T) {
	t.Parallel()

	for name, pipeline := range pipelines {
		for state, test := range pipelineStates {
			t.Run(name+", "+state, func(t *testing.T) {
				t.Parallel()

				service := emulator.New()
				files := testkit.Example(t, "gates/apply")
				files["ci/quota.jq"] = testkit.ReadFile(t, "examples/pipelines/quota.jq")

				if test.config != "" {
					files["main.tf"] = test.config
				}

				f := testkit.NewFolder(t, testkit.Serve(t, service), files)
				f.Set("TF_VAR_qcc_required=" + cmp.Or(test.required, "{radar_id=40}"))

				if test.change != nil {
					test.change(service, f)
				}

				want := test.summary.english
				if pipeline.chinese {
					want = test.summary.chinese
				}

				succeeded, summary, kept := pipeline.plan(t, f)
				if succeeded != test.succeeds || !strings.Contains(summary, want) || kept != succeeded {
					t.Errorf("the job succeeded: %t, kept the plan: %t, and wrote\n%s", succeeded, kept, summary)
				}

				if !succeeded {
					return
				}

				service.SetModules()

				if applied := pipeline.apply(t, f); applied == test.orders {
					t.Errorf("the quota was used up meanwhile, and the apply job succeeded: %t", applied)
				}

				service.SetModules(emulator.Sample()...)

				if _, _, _ = pipeline.plan(t, f); !pipeline.apply(t, f) {
					t.Error("the apply job failed, although the quota suffices")
				}
			})
		}
	}
}

// TestPipelinesOrderNothingByDefault checks that the requirement comes from an input whose default is an empty map.
func TestPipelinesOrderNothingByDefault(t *testing.T) {
	t.Parallel()

	var workflow struct {
		Env map[string]string `yaml:"env"`
	}
	if err := yaml.Unmarshal([]byte(testkit.ReadFile(t, "examples/pipelines/github-actions.yml")), &workflow); err != nil {
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
	if err := yaml.Unmarshal([]byte(testkit.ReadFile(t, "examples/pipelines/gitlab-ci.yml")), &pipeline); err != nil {
		t.Fatal(err)
	}

	if got := pipeline.Variables.Required.Value; got != "{}" {
		t.Errorf("GitLab CI: the requirement is %q", got)
	}

	jenkins := jenkinsfile(t)
	for block, line := range map[string]string{
		"parameters":  "defaultValue: '{}',",
		"environment": `TF_VAR_qcc_required = "${params.qcc_required}"`,
	} {
		if !slices.Contains(jenkins.find(t, block).lines, line) {
			t.Errorf("Jenkins: %s does not have %s", block, line)
		}
	}

	values := map[string]string{}
	for _, variable := range flow(t).Variables {
		values[variable.Key] = variable.Value
	}

	if got := values["TF_VAR_qcc_required"]; got != "{}" {
		t.Errorf("Flow: the requirement is %q", got)
	}
}

// TestAppliesWaitForEachOtherAndForAnApproval checks settings of the pipelines that are in no script.
func TestAppliesWaitForEachOtherAndForAnApproval(t *testing.T) {
	t.Parallel()

	var workflow struct {
		Jobs map[string]struct {
			If          string `yaml:"if"`
			Needs       string `yaml:"needs"`
			Environment string `yaml:"environment"`
			Concurrency string `yaml:"concurrency"`
		} `yaml:"jobs"`
	}
	if err := yaml.Unmarshal([]byte(testkit.ReadFile(t, "examples/pipelines/github-actions.yml")), &workflow); err != nil {
		t.Fatal(err)
	}

	if job := workflow.Jobs["apply"]; job.Concurrency == "" || job.Environment == "" || job.Needs != "plan" || job.If != "github.event_name == 'workflow_dispatch'" {
		t.Errorf("GitHub Actions: the apply job does not wait: %+v", job)
	}

	var pipeline map[string]struct {
		Needs         []string            `yaml:"needs"`
		Rules         []map[string]string `yaml:"rules"`
		ResourceGroup string              `yaml:"resource_group"`
	}
	if err := yaml.Unmarshal([]byte(testkit.ReadFile(t, "examples/pipelines/gitlab-ci.yml")), &pipeline); err != nil {
		t.Fatal(err)
	}

	if job := pipeline["apply"]; job.ResourceGroup == "" || !slices.Equal(job.Needs, []string{"plan"}) || len(job.Rules) != 1 || job.Rules[0]["when"] != "manual" {
		t.Errorf("GitLab CI: the apply job does not wait: %+v", job)
	}

	jenkins := jenkinsfile(t)

	stages := []string{"stage('Plan')", "stage('Approve')", "stage('Apply')"}
	if blocks := jenkins.find(t, "stages").blocks; !slices.EqualFunc(blocks, stages, func(block jenkinsBlock, head string) bool { return block.head == head }) {
		t.Errorf("Jenkins: the stages are not %v", stages)
	}

	jenkins.find(t, "stage('Approve')").find(t, "input")

	for _, stage := range []string{"stage('Approve')", "stage('Apply')"} {
		if !jenkins.find(t, stage).find(t, "not").has("changeRequest()") {
			t.Errorf("Jenkins: %s runs for a pull request", stage)
		}
	}

	if lock := jenkins.find(t, "stage('Apply')").find(t, "lock('qcc-apply')"); len(lock.scripts) != 1 {
		t.Errorf("Jenkins: %d scripts of the apply wait for other applies, want 1", len(lock.scripts))
	}

	file := flow(t)
	if file.Concurrency.Jobs != 1 {
		t.Errorf("Flow: %d of the same jobs run at once", file.Concurrency.Jobs)
	}

	if got := file.job(t, "approve_stage", "approve_job").Component; got != "ManualValidate" {
		t.Errorf("Flow: the approval is a %q", got)
	}
}

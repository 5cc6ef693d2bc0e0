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

// recipe is an example for pipelines.
type recipe struct {
	// chinese reports whether the example sets the language of the summary to Chinese.
	chinese bool
	plan    job
	// apply returns the apply job for a folder in which the plan job has run.
	apply func(t *testing.T, f *testkit.Folder) job
	// cancel is the signal that the shell receives first if somebody cancels the job.
	cancel os.Signal
	// required is the requirement of a run for which nobody has entered one.
	required string
	// settings are what no script has: how applies wait for each other and for an approval, who gets secrets, what one can enter.
	settings map[string]bool
}

// job is a job of an example.
type job struct {
	steps []step
	env   []string
	dir   string // The folder in which the job runs; empty means the folder of the test.
	// passes reports whether the job uploads or downloads the plan.
	passes bool
	// passesAlways reports whether the job also uploads the plan after it failed.
	passesAlways bool
}

// step is a command of a job.
type step struct {
	command []string
	// script is the script that the command, a shell, reads from a file, as on a runner. A shell replaces itself by the last command of -c.
	script string
	// always reports whether the step also runs after a step that failed.
	always bool
}

// recipes reads the examples.
var recipes = map[string]func(*testing.T) recipe{
	"GitHub Actions": gitHub, "GitHub Actions with qcc_required": gitHubRequired, "GitLab CI": gitLab, "Jenkins": jenkins, "Flow": flow,
}

// always returns the same apply job for each folder.
func always(j job) func(*testing.T, *testkit.Folder) job {
	return func(*testing.T, *testkit.Folder) job { return j }
}

// summaryFile is the file to which each plan job writes the summary.
const summaryFile = "quota.md"

// succeeds runs the steps of a job that plans or applies, and reports whether all succeeded.
func (j job) succeeds(t *testing.T, f *testkit.Folder) bool {
	t.Helper()

	if !j.passes {
		t.Fatal("the job does not upload or download the plan")
	}

	succeeded, output := j.run(t, f)
	if strings.Contains(output, "/jq\n") {
		t.Error("the log has the path of jq")
	}

	return succeeded
}

// run runs the steps of the job. It returns whether all succeeded, and their output.
func (j job) run(t *testing.T, f *testkit.Folder) (succeeded bool, output string) {
	t.Helper()

	if len(j.steps) == 0 {
		t.Fatal("the job has no scripts")
	}

	succeeded = true

	for _, step := range j.steps {
		if succeeded || step.always {
			passed, printed := run(t, j.command(t, f, step))
			succeeded = succeeded && passed
			output += printed
		}
	}

	return succeeded, output
}

// exampleFile returns an example for pipelines. The registry is out of reach for tests, so the lines that name a mirror are no comments.
func exampleFile(t *testing.T, name string) string {
	t.Helper()

	lines := regexp.MustCompile(`(?m)^( *)(?:#|//) ((?:export )?TF_CLI_CONFIG_FILE\b)`)

	file := testkit.ReadFile(t, "examples/pipelines/"+name)
	if !strings.HasPrefix(name, "policy/") && !lines.MatchString(file) {
		t.Fatalf("%s does not show how to use a mirror", name)
	}

	return lines.ReplaceAllString(file, "$1$2")
}

// readYAML reads an example for pipelines.
func readYAML[T any](t *testing.T, name string) T {
	t.Helper()

	var file T
	if err := yaml.Unmarshal([]byte(exampleFile(t, name)), &file); err != nil {
		t.Fatal(err)
	}

	return file
}

// useMirror writes the file that the examples name for a mirror. Without it, Terraform finds no provider.
func useMirror(t *testing.T, f *testkit.Folder) {
	t.Helper()

	for _, variable := range f.Environ() {
		if path, found := strings.CutPrefix(variable, "TF_CLI_CONFIG_FILE="); found {
			f.Write("ci/terraform.rc", testkit.ReadFile(t, path))
			f.Set("TF_CLI_CONFIG_FILE=" + filepath.Join(f.Dir, "missing.rc"))

			return
		}
	}

	t.Fatal("the tests have no mirror")
}

// command returns the command of a step, with the Terraform and the jq of the tests.
func (j job) command(t *testing.T, f *testkit.Folder, s step) *exec.Cmd {
	t.Helper()

	jq := testkit.JQ(t)
	arguments := s.command[1:]

	if s.script != "" {
		t.Log(s.script)

		file := filepath.Join(t.TempDir(), "script.sh")
		if err := os.WriteFile(file, []byte(s.script), 0o600); err != nil {
			t.Fatal(err)
		}

		arguments = append(slices.Clone(arguments), file)
	}

	command := exec.CommandContext(t.Context(), s.command[0], arguments...)
	command.Dir = cmp.Or(j.dir, f.Dir)
	command.Env = append(f.Environ(), j.env...)

	for i, variable := range command.Env {
		if path, found := strings.CutPrefix(variable, "PATH="); found {
			command.Env[i] = "PATH=" + filepath.Dir(jq) + string(filepath.ListSeparator) + path
		}
	}

	return command
}

// run runs a command. It returns whether the command succeeded, and its output.
func run(t *testing.T, command *exec.Cmd) (succeeded bool, output string) {
	t.Helper()

	printed, err := command.CombinedOutput()
	t.Logf("%s\n%s", strings.Join(command.Args, " "), printed)

	if err != nil && !errors.As(err, new(*exec.ExitError)) {
		t.Fatal(err)
	}

	return err == nil, string(printed)
}

// written returns the content of a file in the folder; "" if the job ended before it wrote the file.
func written(t *testing.T, f *testkit.Folder, name string) string {
	t.Helper()

	content, err := os.ReadFile(filepath.Join(f.Dir, name))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}

	return string(content)
}

// summaryLine is a text that a summary has, in both languages.
type summaryLine struct{ english, chinese string }

var planAccepted = summaryLine{accepted, "### 企查查额度：放行 plan ✅"}

// pipelineState is the situation in which a pipeline starts. The account has the sample quota, in which 48 units of radar_id are left.
type pipelineState struct {
	config   string // The content of main.tf without testkit.RequiredProvider; empty means the example gates/apply.
	required string // The requirement with which the pipeline starts; empty means {radar_id=40}.
	change   func(service *emulator.Emulator, f *testkit.Folder)
	succeeds bool
	summary  summaryLine
	// orders reports whether the plan needs quota at apply. Then the apply is refused if the quota was used up meanwhile.
	orders bool
	// short reports whether the short lane runs the state.
	short bool
}

// pending is a gate whose requirement, the length of an id, is known only at apply: 36.
const pending = `
resource "terraform_data" "pending" {}

resource "qcc_quota_gate" "pending" {
  required = { radar_id = length(terraform_data.pending.id) }
}
`

const withoutRetries = "\nprovider \"qcc\" {\n  max_retries = 0\n}\n"

var pipelineStates = map[string]pipelineState{
	"enough": {succeeds: true, orders: true, summary: planAccepted, short: true},
	"short": {
		change: func(service *emulator.Emulator, _ *testkit.Folder) { service.SetModules() },
		summary: summaryLine{
			"- `terraform_data.order`: QCC quota is short by 40 for radar_id: 40 required. QCC quota is short now.",
			"- `terraform_data.order`：QCC quota is short by 40 for radar_id: 40 required. QCC quota is short now.",
		},
	},
	"a gate resource passes": {config: gates("{ north = 48 }"), succeeds: true, orders: true, summary: planAccepted},
	"a gate resource refuses": {config: gates("{ north = 49 }"), summary: summaryLine{
		"- `qcc_quota_gate.order[\"north\"]`: Not enough QCC quota", "- `qcc_quota_gate.order[\"north\"]`：企查查额度不足",
	}},
	"a gate resource refuses, and a summary of another kind accepts": {
		config: gates("{ north = 49 }"), summary: summaryLine{"A summary.", "A summary."}, short: true,
		change: func(_ *emulator.Emulator, f *testkit.Folder) { f.Write("ci/quota.jq", `[inputs] | "A summary."`) },
	},
	"a gate resource is judged at apply": {
		config: pending, succeeds: true, orders: true, summary: summaryLine{"⏳ judged at apply", "⏳ 到 apply 时才检查"},
	},
	"a requirement is missing": {required: "{}", succeeds: true, summary: summaryLine{"No gate adds quota", "没有门禁新增用量"}},
	"a requirement is not a map": {required: `""`, summary: summaryLine{
		"- Invalid value for input variable: Unsuitable value for var.qcc_required", "- Invalid value for input variable：Unsuitable value for var.qcc_required",
	}},
	"the read fails": {
		change:  func(service *emulator.Emulator, _ *testkit.Folder) { service.Behave(emulator.Behavior{Code: 101}) },
		summary: summaryLine{"- `data.qcc_quota.this`: Quota query refused by QCC", "- `data.qcc_quota.this`：企查查拒绝了额度查询"},
	},
	"the service is down": {
		config: gates("{ north = 1 }") + withoutRetries, summary: summaryLine{
			"- `qcc_quota_gate.order[\"north\"]`: QCC service unavailable", "- `qcc_quota_gate.order[\"north\"]`：企查查服务暂不可用",
		},
		change: func(service *emulator.Emulator, _ *testkit.Folder) {
			service.Behave(emulator.Behavior{HTTPStatus: http.StatusServiceUnavailable})
		},
	},
	"the read is deferred to apply": {
		change: func(_ *emulator.Emulator, f *testkit.Folder) {
			f.Write("main.tf", exampleDataSource.ReplaceAllString(f.Read("main.tf"), laterRead))
		},
		summary: summaryLine{"- `data.qcc_quota.this` is read only at apply", "- `data.qcc_quota.this` 要到 apply 时才读取"},
	},
	"the configuration is wrong": {change: func(_ *emulator.Emulator, f *testkit.Folder) { f.Write("wrong.tf", "output {}") }},
	"no plan is written, and an earlier one is in the folder": {
		change: func(_ *emulator.Emulator, f *testkit.Folder) {
			f.Succeeds("init", "-input=false")
			f.Succeeds("plan", "-out=tfplan")
			f.Set("TF_CLI_ARGS_plan=-no-such-option")
		},
	},
}

// exampleDataSource matches the data source of the example gates/apply.
var exampleDataSource = regexp.MustCompile(`(?s)data "qcc_quota" "this" \{.*?\n\}\n`)

func TestPipelines(t *testing.T) {
	t.Parallel()

	newFolder := testkit.NewFolder
	if testing.Short() {
		newFolder = testkit.NewAttachedFolder // In the long lane, the jobs install the provider, as they do for users.
	}

	for name, read := range recipes {
		for state, test := range pipelineStates {
			if testing.Short() && (!test.short || name == "GitHub Actions with qcc_required") {
				continue // The short lane runs a state that passes and one that is refused. Both workflows for GitHub have the same steps.
			}

			t.Run(name+", "+state, func(t *testing.T) {
				t.Parallel()

				recipe, service := read(t), emulator.New()

				f := newFolder(t, testkit.Serve(t, service), nil) // The jobs run terraform init.
				f.Write("main.tf", testkit.Example(t, "gates/apply")["main.tf"])
				f.Write("ci/quota.jq", testkit.ReadFile(t, "examples/pipelines/quota.jq"))
				f.Set("TF_VAR_qcc_required=" + cmp.Or(test.required, "{radar_id=40}"))

				if test.config != "" {
					f.Write("main.tf", testkit.RequiredProvider+test.config)
				}

				if test.change != nil {
					test.change(service, f)
				}

				useMirror(t, f)

				want := test.summary.english
				if recipe.chinese {
					want = test.summary.chinese
				}

				succeeded := recipe.plan.succeeds(t, f)
				summary, kept := written(t, f, summaryFile), (succeeded || recipe.plan.passesAlways) && written(t, f, "tfplan") != ""

				if succeeded != test.succeeds || !strings.Contains(summary, want) || kept != succeeded {
					t.Errorf("the job succeeded: %t, kept the plan: %t, and wrote\n%s", succeeded, kept, summary)
				}

				if !succeeded && (strings.Contains(summary, planAccepted.english) || strings.Contains(summary, planAccepted.chinese)) {
					t.Errorf("the job failed, and its summary is\n%s", summary)
				}

				if !succeeded {
					return
				}

				if !testing.Short() {
					service.SetModules()

					if applied := recipe.apply(t, f).succeeds(t, f); applied == test.orders {
						t.Errorf("the quota was used up meanwhile, and the apply job succeeded: %t", applied)
					}

					service.SetModules(emulator.Sample()...)
					recipe.plan.succeeds(t, f)
				}

				if !recipe.apply(t, f).succeeds(t, f) {
					t.Error("the apply job failed, although the quota suffices")
				}
			})
		}
	}
}

// TestPipelinesOrderNothingByDefault checks that the requirement comes from an input whose default is an empty map.
func TestPipelinesOrderNothingByDefault(t *testing.T) {
	t.Parallel()

	for name, read := range recipes {
		if got := read(t).required; got != "{}" {
			t.Errorf("%s: the requirement is %q", name, got)
		}
	}
}

// TestPipelinesHaveSettings checks what is in no script of the pipelines.
func TestPipelinesHaveSettings(t *testing.T) {
	t.Parallel()

	for name, read := range recipes {
		for setting, found := range read(t).settings {
			if !found {
				t.Errorf("%s: the example does not have the setting: %s", name, setting)
			}
		}
	}
}

// TestPipelinesExplainTheirSettings checks that each example says how to choose the language and to pass an address with quotes, and that it
// describes in both languages what one can enter.
func TestPipelinesExplainTheirSettings(t *testing.T) {
	t.Parallel()

	for _, name := range []string{"github-actions.yml", "github-actions-required.yml", "gitlab-ci.yml", "Jenkinsfile", "yunxiao-flow.yml"} {
		file := testkit.ReadFile(t, "examples/pipelines/"+name)
		if !strings.Contains(file, "QCC_LANGUAGE") || !strings.Contains(file, "-replace='ADDRESS'") || !strings.Contains(file, "-replace='地址'") {
			t.Errorf("%s does not show QCC_LANGUAGE, or -replace='ADDRESS' in both languages", name)
		}

		for line := range strings.Lines(file) {
			if strings.Contains(line, " description: ") && !han.MatchString(line) {
				t.Errorf("%s describes only in English: %s", name, line)
			}
		}
	}
}

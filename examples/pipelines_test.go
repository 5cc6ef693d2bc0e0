package examples_test

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
	"github.com/qccpro/terraform-provider-qcc/internal/testkit"
)

// pipeline is an example for pipelines: the scripts of its two jobs, and what they leave behind.
type pipeline struct {
	// plan runs the plan job, and tells whether it succeeded, what summary it wrote, and whether it kept the plan.
	plan func(t *testing.T, f *testkit.Folder) (succeeded bool, summary string, kept bool)
	// apply runs the apply job.
	apply func(t *testing.T, f *testkit.Folder) bool
}

// step is a step of a job for GitHub Actions.
type step struct {
	If   string `yaml:"if"`
	Run  string `yaml:"run"`
	Uses string `yaml:"uses"`
}

// gitHubJob runs the scripts of a job, and tells whether it succeeded and used an action.
func gitHubJob(t *testing.T, f *testkit.Folder, job, action string, env ...string) (succeeded, used bool) {
	t.Helper()

	var workflow struct {
		Jobs map[string]struct {
			Steps []step `yaml:"steps"`
		} `yaml:"jobs"`
	}
	if err := yaml.Unmarshal([]byte(testkit.ReadFile(t, "pipelines/github-actions.yml")), &workflow); err != nil {
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

// gitLabJob runs the scripts of a job, and tells whether it succeeded and which files it keeps.
func gitLabJob(t *testing.T, f *testkit.Folder, job string) (succeeded bool, paths []string) {
	t.Helper()

	var pipeline map[string]struct {
		BeforeScript []string `yaml:"before_script"`
		Script       []string `yaml:"script"`
		Artifacts    struct {
			Paths []string `yaml:"paths"`
		} `yaml:"artifacts"`
	}
	if err := yaml.Unmarshal([]byte(testkit.ReadFile(t, "pipelines/gitlab-ci.yml")), &pipeline); err != nil {
		t.Fatal(err)
	}

	lines := slices.Concat(pipeline[job].BeforeScript, pipeline[job].Script)
	if len(lines) == 0 {
		t.Fatalf("the job %s has no scripts", job)
	}

	// The image's shell need not know pipefail.
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
}

// script runs a script in the folder with the Terraform and the jq of the tests, and tells whether it succeeded.
func script(t *testing.T, f *testkit.Folder, shell string, flags []string, script string, env ...string) bool {
	t.Helper()

	jq := testkit.JQ(t)
	command := exec.CommandContext(t.Context(), shell, append(flags, "-c", script)...)
	command.Dir = f.Dir
	command.Env = append(f.Environ(), env...)

	for i, variable := range command.Env {
		if path, found := strings.CutPrefix(variable, "PATH="); found {
			command.Env[i] = "PATH=" + filepath.Dir(jq) + string(filepath.ListSeparator) + path
		}
	}

	output, err := command.CombinedOutput()
	t.Logf("%s\n%s", script, output)

	if err != nil && !errors.As(err, new(*exec.ExitError)) {
		t.Fatal(err)
	}

	return err == nil
}

// written returns what a file holds: nothing, if the job did not get as far as writing it.
func written(t *testing.T, path string) string {
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
			change    func(service *emulator.Emulator, f *testkit.Folder)
			succeeds  bool
			summaries string
		}{
			"enough": {func(*emulator.Emulator, *testkit.Folder) {}, true, accepted},
			"short": {
				func(service *emulator.Emulator, _ *testkit.Folder) { service.SetModules() }, false,
				"- `terraform_data.order`: QCC quota is short at this moment. A new plan says by how much. QCC quota is short by 40 for radar_id",
			},
			"the read fails": {
				func(service *emulator.Emulator, _ *testkit.Folder) { service.Behave(emulator.Behavior{Code: 101}) }, false,
				"- The plan failed. Terraform's own output says why.",
			},
			"the read is put off": {
				func(_ *emulator.Emulator, f *testkit.Folder) {
					f.Write("main.tf", strings.Replace(testkit.Example(t, "gates/apply")["main.tf"], reads, laterRead, 1))
				}, false, "- `data.qcc_quota.this` is read only at apply",
			},
			"the configuration is wrong": {func(_ *emulator.Emulator, f *testkit.Folder) { f.Write("wrong.tf", "output {}") }, false, ""},
		} {
			t.Run(name+", "+state, func(t *testing.T) {
				t.Parallel()

				service := emulator.New()
				files := testkit.Example(t, "gates/apply")
				files["ci/quota.jq"] = testkit.ReadFile(t, "pipelines/quota.jq")
				f := testkit.NewFolder(t, testkit.Serve(t, service), files)
				f.Set("TF_VAR_qcc_required={radar_id=40}")

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
	if err := yaml.Unmarshal([]byte(testkit.ReadFile(t, "pipelines/github-actions.yml")), &workflow); err != nil {
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
	if err := yaml.Unmarshal([]byte(testkit.ReadFile(t, "pipelines/gitlab-ci.yml")), &pipeline); err != nil {
		t.Fatal(err)
	}

	if got := pipeline.Variables.Required.Value; got != "{}" {
		t.Errorf("GitLab CI: the requirement is %q", got)
	}
}

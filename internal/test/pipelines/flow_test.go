package pipelines_test

import (
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/qccpro/terraform-provider-qcc/internal/testkit"
)

// flowFile is the part of the example for Flow that the tests read.
type flowFile struct {
	Variables []struct {
		Key   string `yaml:"key"`
		Value string `yaml:"value"`
	} `yaml:"variables"`
	Concurrency struct {
		Jobs int `yaml:"maxRunningJobInstances"`
	} `yaml:"concurrencyConfig"`
	Stages yaml.Node `yaml:"stages"` // A map whose order counts.
}

// flowJob is a job. Each stage has only one.
type flowJob struct {
	Component string `yaml:"component"`
	With      struct {
		Artifact             string `yaml:"artifact"`
		ArtifactDownloadPath string `yaml:"artifactDownloadPath"`
		Run                  string `yaml:"run"`
	} `yaml:"with"`
	Steps yaml.Node `yaml:"steps"` // A map whose order counts.
}

// flowStep is a step of a job.
type flowStep struct {
	Step string `yaml:"step"`
	With struct {
		Run      string   `yaml:"run"`
		Artifact string   `yaml:"artifact"`
		FilePath []string `yaml:"filePath"`
	} `yaml:"with"`
}

func flow(t *testing.T) flowFile {
	t.Helper()

	var file flowFile
	if err := yaml.Unmarshal([]byte(testkit.ReadFile(t, "examples/pipelines/yunxiao-flow.yml")), &file); err != nil {
		t.Fatal(err)
	}

	return file
}

// entries returns the keys of a map in their order.
func entries(node yaml.Node) []string {
	var keys []string

	for i := 0; i+1 < len(node.Content); i += 2 {
		keys = append(keys, node.Content[i].Value)
	}

	return keys
}

// decode reads a part of a YAML file.
func decode[T any](t *testing.T, node yaml.Node) T {
	t.Helper()

	var value T
	if err := node.Decode(&value); err != nil {
		t.Fatal(err)
	}

	return value
}

// job returns the job of a stage.
func (f flowFile) job(t *testing.T, stage, job string) flowJob {
	t.Helper()

	found, ok := decode[map[string]struct {
		Jobs map[string]flowJob `yaml:"jobs"`
	}](t, f.Stages)[stage].Jobs[job]
	if !ok {
		t.Fatalf("the stage %s has no job %s", stage, job)
	}

	return found
}

// pack writes files of a folder into an archive. Flow does the same with the files that a job uploads.
func pack(t *testing.T, archive, dir string, files []string) {
	t.Helper()

	if output, err := exec.CommandContext(t.Context(), "tar", append([]string{"-czf", archive, "-C", dir}, files...)...).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
}

// flowArtifact returns the path of the archive that the plan job uploads.
func flowArtifact(f *testkit.Folder) string { return f.Dir + ".tgz" }

var flowPipeline = pipeline{
	chinese: true,
	plan: func(t *testing.T, f *testkit.Folder) (bool, string, bool) {
		t.Helper()

		var env []string

		file := flow(t)
		for _, variable := range file.Variables {
			if variable.Key != "TF_VAR_qcc_required" { // The test has entered it.
				env = append(env, variable.Key+"="+variable.Value)
			}
		}

		steps := file.job(t, "plan_stage", "plan_job").Steps
		byID := decode[map[string]flowStep](t, steps)
		succeeded, kept := true, false

		for _, id := range entries(steps) {
			switch step := byID[id]; {
			case !succeeded: // After a failed step, Flow runs no other step.
			case step.Step == "Command":
				succeeded = script(t, f, "sh", nil, step.With.Run, env...)
			case step.Step == "ArtifactUpload":
				pack(t, flowArtifact(f), f.Dir, step.With.FilePath)

				kept = true
			default:
				t.Fatalf("no test runs the step %s", step.Step)
			}
		}

		return succeeded, written(t, filepath.Join(f.Dir, "quota.md")), kept
	},
	apply: func(t *testing.T, f *testkit.Folder) bool {
		t.Helper()

		job := flow(t).job(t, "apply_stage", "apply_job")
		if job.Component != "VMDeploy" || job.With.Artifact != "$[stages.plan_stage.plan_job.upload_step.artifacts.default]" {
			t.Errorf("the job is a %s, and fetches %q", job.Component, job.With.Artifact)
		}

		host := t.TempDir()
		copyFile(t, flowArtifact(f), filepath.Join(host, path.Base(job.With.ArtifactDownloadPath)))

		run := strings.ReplaceAll(job.With.Run, path.Dir(job.With.ArtifactDownloadPath), host)
		if !strings.Contains(run, host) {
			t.Fatal("the job does not use the artifact that it has fetched")
		}

		succeeded := script(t, f, "sh", nil, run)

		plans, err := filepath.Glob(filepath.Join(host, "run.*", "tfplan"))
		if err != nil || len(plans) > 0 {
			t.Errorf("the job leaves the plan on the host: %v %v", plans, err)
		}

		return succeeded
	},
}

func copyFile(t *testing.T, from, to string) {
	t.Helper()

	source, err := os.Open(from)
	if err != nil {
		t.Fatal(err)
	}
	defer source.Close()

	target, err := os.Create(to)
	if err != nil {
		t.Fatal(err)
	}

	if _, err := io.Copy(target, source); err != nil {
		t.Fatal(err)
	}

	if err := target.Close(); err != nil {
		t.Fatal(err)
	}
}

// TestFlowRunsItsStagesInTheirOrder checks the order of the stages, which Flow runs one after the other.
func TestFlowRunsItsStagesInTheirOrder(t *testing.T) {
	t.Parallel()

	file := flow(t)
	if got, want := entries(file.Stages), []string{"plan_stage", "approve_stage", "apply_stage"}; !slices.Equal(got, want) {
		t.Errorf("the stages are %v, want %v", got, want)
	}

	upload := decode[map[string]flowStep](t, file.job(t, "plan_stage", "plan_job").Steps)["upload_step"]
	if upload.Step != "ArtifactUpload" || upload.With.Artifact != "default" {
		t.Errorf("the step upload_step is %s of the artifact %q", upload.Step, upload.With.Artifact)
	}
}

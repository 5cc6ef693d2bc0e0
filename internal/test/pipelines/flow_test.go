package pipelines_test

import (
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/qccpro/terraform-provider-qcc/internal/testkit"
)

// inOrder is a map in YAML whose order counts.
type inOrder[T any] struct {
	names  []string
	values map[string]T
}

// UnmarshalYAML reads the map.
func (m *inOrder[T]) UnmarshalYAML(node *yaml.Node) error {
	for i := 0; i+1 < len(node.Content); i += 2 {
		m.names = append(m.names, node.Content[i].Value)
	}

	return node.Decode(&m.values)
}

// flowJob is a job of the example for Flow. Each stage has only one.
type flowJob struct {
	Component string `yaml:"component"`
	With      struct {
		Artifact             string `yaml:"artifact"`
		ArtifactDownloadPath string `yaml:"artifactDownloadPath"`
		Run                  string `yaml:"run"`
	} `yaml:"with"`
	Steps inOrder[struct {
		Step string `yaml:"step"`
		With struct {
			Run      string   `yaml:"run"`
			Artifact string   `yaml:"artifact"`
			FilePath []string `yaml:"filePath"`
		} `yaml:"with"`
	}] `yaml:"steps"`
}

func flow(t *testing.T) recipe {
	t.Helper()

	file := readYAML[struct {
		Variables []struct {
			Key   string `yaml:"key"`
			Value string `yaml:"value"`
		} `yaml:"variables"`
		Concurrency struct {
			Jobs int `yaml:"maxRunningJobInstances"`
		} `yaml:"concurrencyConfig"`
		Stages inOrder[struct {
			Jobs map[string]flowJob `yaml:"jobs"`
		}] `yaml:"stages"`
	}](t, "yunxiao-flow.yml")

	plan := file.Stages.values["plan_stage"].Jobs["plan_job"]
	apply := file.Stages.values["apply_stage"].Jobs["apply_job"]
	upload := plan.Steps.values["upload_step"]

	recipe := recipe{
		chinese: true,
		plan:    job{passes: upload.Step == "ArtifactUpload" && upload.With.Artifact == "default"},
		apply: func(t *testing.T, f *testkit.Folder) job {
			t.Helper()

			return apply.onHost(t, f, upload.With.FilePath)
		},
		cancel: syscall.SIGTERM,
		settings: map[string]bool{
			"TF_CLI_ARGS_plan":          false, // The variables below have it.
			"maxRunningJobInstances: 1": file.Concurrency.Jobs == 1,
			"ManualValidate":            file.Stages.values["approve_stage"].Jobs["approve_job"].Component == "ManualValidate",
			// Flow runs the stages one after the other.
			"plan, approve and apply": slices.Equal(file.Stages.names, []string{"plan_stage", "approve_stage", "apply_stage"}),
			"the upload at the end":   slices.Index(plan.Steps.names, "upload_step") == len(plan.Steps.names)-1,
		},
	}

	for _, name := range plan.Steps.names {
		switch s := plan.Steps.values[name]; s.Step {
		case "Command":
			recipe.plan.steps = append(recipe.plan.steps, step{command: []string{"sh"}, script: s.With.Run})
		case "ArtifactUpload":
		default:
			t.Fatalf("no test runs the step %s", s.Step)
		}
	}

	for _, variable := range file.Variables {
		switch variable.Key { // A test has entered the first two.
		case "TF_VAR_qcc_required":
			recipe.required = variable.Value
		case "TF_CLI_ARGS_plan":
			recipe.settings["TF_CLI_ARGS_plan"] = variable.Value == ""
		default:
			recipe.plan.env = append(recipe.plan.env, variable.Key+"="+variable.Value)
		}
	}

	return recipe
}

// onHost returns the apply job on a host that has only the uploaded files. At the end of the test, no plan must be left there.
func (j flowJob) onHost(t *testing.T, f *testkit.Folder, uploaded []string) job {
	t.Helper()

	host, folder := t.TempDir(), path.Dir(j.With.ArtifactDownloadPath)
	archive := filepath.Join(host, path.Base(j.With.ArtifactDownloadPath))

	// Flow packs the files that a job uploads.
	if output, err := exec.CommandContext(t.Context(), "tar", append([]string{"-czf", archive, "-C", f.Dir}, uploaded...)...).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, output)
	}

	t.Cleanup(func() {
		if plans, err := filepath.Glob(filepath.Join(host, "run.*", "tfplan")); err != nil || len(plans) > 0 {
			t.Errorf("the job leaves the plan on the host: %v %v", plans, err)
		}
	})

	return job{
		steps:  []step{{command: []string{"sh"}, script: strings.ReplaceAll(j.With.Run, folder, host)}},
		passes: j.Component == "VMDeploy" && j.With.Artifact == "$[stages.plan_stage.plan_job.upload_step.artifacts.default]" && strings.Contains(j.With.Run, folder),
	}
}

package pipelines_test

import (
	"strings"
	"testing"
)

// gitHubJob is a job of the example for GitHub Actions.
type gitHubJob struct {
	If          string `yaml:"if"`
	Needs       string `yaml:"needs"`
	Environment string `yaml:"environment"`
	Concurrency string `yaml:"concurrency"`
	Steps       []struct {
		If   string `yaml:"if"`
		Run  string `yaml:"run"`
		Uses string `yaml:"uses"`
	} `yaml:"steps"`
}

func gitHub(t *testing.T) recipe {
	t.Helper()

	workflow := readYAML[struct {
		Env  map[string]string    `yaml:"env"`
		Jobs map[string]gitHubJob `yaml:"jobs"`
	}](t, "github-actions.yml")

	read := func(name, action string) (found job) {
		found.env = []string{"GITHUB_STEP_SUMMARY=" + summaryFile}

		for _, s := range workflow.Jobs[name].Steps {
			found.passes = found.passes || strings.HasPrefix(s.Uses, action+"@")

			if s.Run != "" {
				found.steps = append(found.steps, step{[]string{"bash", "-eo", "pipefail", "-c", s.Run}, strings.Contains(s.If, "!cancelled()")})
			}
		}

		return found
	}

	apply := workflow.Jobs["apply"]
	_, required, _ := strings.Cut(workflow.Env["TF_VAR_qcc_required"], "${{ inputs.qcc_required || '")

	return recipe{
		plan:     read("plan", "actions/upload-artifact"),
		apply:    read("apply", "actions/download-artifact").succeeds,
		required: strings.TrimSuffix(required, "' }}"),
		waits: map[string]bool{
			"concurrency": apply.Concurrency != "", "environment": apply.Environment != "", "needs: plan": apply.Needs == "plan",
			"if: only by hand": apply.If == "github.event_name == 'workflow_dispatch'",
		},
	}
}

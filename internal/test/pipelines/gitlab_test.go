package pipelines_test

import (
	"slices"
	"strings"
	"testing"
)

// gitLabJob is a job of the example for GitLab CI.
type gitLabJob struct {
	BeforeScript []string `yaml:"before_script"`
	Script       []string `yaml:"script"`
	Artifacts    struct {
		When  string   `yaml:"when"`
		Paths []string `yaml:"paths"`
	} `yaml:"artifacts"`
	Needs         []string            `yaml:"needs"`
	Rules         []map[string]string `yaml:"rules"`
	ResourceGroup string              `yaml:"resource_group"`
}

// step returns the scripts of the job. The shell of the image may not support pipefail.
func (j gitLabJob) step() []step {
	return []step{{command: []string{"sh", "-e", "-c", strings.Join(slices.Concat(j.BeforeScript, j.Script), "\n")}}}
}

func gitLab(t *testing.T) recipe {
	t.Helper()

	file := readYAML[struct {
		Variables struct {
			Required struct {
				Value string `yaml:"value"`
			} `yaml:"TF_VAR_qcc_required"`
		} `yaml:"variables"`
		Plan  gitLabJob `yaml:"plan"`
		Apply gitLabJob `yaml:"apply"`
	}](t, "gitlab-ci.yml")

	needsPlan := slices.Equal(file.Apply.Needs, []string{"plan"})

	return recipe{
		plan: job{
			steps: file.Plan.step(), passes: slices.Contains(file.Plan.Artifacts.Paths, "tfplan"), passesAlways: file.Plan.Artifacts.When == "always",
		},
		apply:    job{steps: file.Apply.step(), passes: needsPlan}.succeeds,
		required: file.Variables.Required.Value,
		waits: map[string]bool{
			"resource_group": file.Apply.ResourceGroup != "", "needs: plan": needsPlan,
			"when: manual": len(file.Apply.Rules) == 1 && file.Apply.Rules[0]["when"] == "manual",
		},
	}
}

package pipelines_test

import (
	"reflect"
	"slices"
	"strings"
	"syscall"
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
	return []step{{command: []string{"sh", "-e"}, script: strings.Join(slices.Concat(j.BeforeScript, j.Script), "\n")}}
}

func gitLab(t *testing.T) recipe {
	t.Helper()

	file := readYAML[struct {
		Variables struct {
			Mirror   string `yaml:"TF_CLI_CONFIG_FILE"`
			Required struct {
				Value string `yaml:"value"`
			} `yaml:"TF_VAR_qcc_required"`
			Arguments map[string]string `yaml:"TF_CLI_ARGS_plan"`
		} `yaml:"variables"`
		Plan  gitLabJob `yaml:"plan"`
		Apply gitLabJob `yaml:"apply"`
	}](t, "gitlab-ci.yml")

	const onMain = "$CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH"

	needsPlan := slices.Equal(file.Apply.Needs, []string{"plan"})
	env := []string{"TF_CLI_CONFIG_FILE=" + file.Variables.Mirror}

	return recipe{
		plan: job{
			steps: file.Plan.step(), env: env, passes: slices.Contains(file.Plan.Artifacts.Paths, "tfplan"), passesAlways: file.Plan.Artifacts.When == "always",
		},
		apply:    always(job{steps: file.Apply.step(), env: env, passes: needsPlan}),
		cancel:   syscall.SIGTERM,
		required: file.Variables.Required.Value,
		settings: map[string]bool{
			"resource_group": file.Apply.ResourceGroup != "", "needs: plan": needsPlan,
			"apply only by hand on main": reflect.DeepEqual(file.Apply.Rules, []map[string]string{{"if": onMain, "when": "manual"}}),
			"TF_CLI_ARGS_plan":           file.Variables.Arguments["description"] != "" && file.Variables.Arguments["value"] == "",
			"plan on main":               slices.ContainsFunc(file.Plan.Rules, func(rule map[string]string) bool { return rule["if"] == onMain }),
		},
	}
}

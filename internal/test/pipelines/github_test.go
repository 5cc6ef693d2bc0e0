package pipelines_test

import (
	"os"
	"slices"
	"strings"
	"testing"
)

// gitHubJob is a job of the examples for GitHub Actions.
type gitHubJob struct {
	If          string            `yaml:"if"`
	Needs       string            `yaml:"needs"`
	Environment string            `yaml:"environment"`
	Concurrency string            `yaml:"concurrency"`
	Env         map[string]string `yaml:"env"`
	Steps       []gitHubStep      `yaml:"steps"`
}

type gitHubStep struct {
	Name string            `yaml:"name"`
	If   string            `yaml:"if"`
	Env  map[string]string `yaml:"env"`
	Run  string            `yaml:"run"`
	Uses string            `yaml:"uses"`
}

// gitHubWorkflow is an example for GitHub Actions.
type gitHubWorkflow struct {
	On struct {
		Push struct {
			Branches []string `yaml:"branches"`
		} `yaml:"push"`
		ByHand struct {
			Inputs map[string]any `yaml:"inputs"`
		} `yaml:"workflow_dispatch"`
	} `yaml:"on"`
	Env         map[string]string    `yaml:"env"`
	Concurrency string               `yaml:"concurrency"`
	Jobs        map[string]gitHubJob `yaml:"jobs"`
}

// mirror returns the environment variable that names a mirror.
func mirror(env map[string]string) string { return "TF_CLI_CONFIG_FILE=" + env["TF_CLI_CONFIG_FILE"] }

// read returns the steps that keep reports. passes reports whether they hand over the plan.
func (j gitHubJob) read(env map[string]string, passes bool, keep func(gitHubStep) bool) job {
	found := job{env: []string{"GITHUB_STEP_SUMMARY=" + summaryFile, mirror(env)}, passes: passes}

	for _, s := range j.Steps {
		if s.Run != "" && keep(s) {
			found.steps = append(found.steps, step{[]string{"bash", "-eo", "pipefail"}, s.Run, strings.Contains(s.If, "!cancelled()")})
		}
	}

	return found
}

// uses reports whether a step of the job runs an action.
func (j gitHubJob) uses(action string) bool {
	return slices.ContainsFunc(j.Steps, func(s gitHubStep) bool { return strings.HasPrefix(s.Uses, action+"@") })
}

// secrets returns the names of the steps with the credentials; "" stands for other places in the workflow.
func (w gitHubWorkflow) secrets() (steps []string) {
	const key = "QCC_SECRET_KEY"

	if w.Env[key] != "" {
		steps = append(steps, "")
	}

	for _, job := range w.Jobs {
		if job.Env[key] != "" {
			steps = append(steps, "")
		}

		for _, s := range job.Steps {
			if s.Env[key] != "" {
				steps = append(steps, s.Name)
			}
		}
	}

	slices.Sort(steps)

	return steps
}

// takesArguments reports whether whoever starts a run can enter arguments for the step Plan of a job.
func (w gitHubWorkflow) takesArguments(job string) bool {
	_, asks := w.On.ByHand.Inputs["plan_arguments"]

	return asks && slices.ContainsFunc(w.Jobs[job].Steps, func(s gitHubStep) bool {
		return s.Name == "Plan" && s.Env["TF_CLI_ARGS_plan"] == "${{ inputs.plan_arguments }}"
	})
}

func gitHub(t *testing.T) recipe {
	t.Helper()

	const onMain = "github.ref == 'refs/heads/main'" // The steps of a pull request do not have this condition.

	workflow := readYAML[gitHubWorkflow](t, "github-actions.yml")
	job := workflow.Jobs["terraform"]

	return recipe{
		plan:     job.read(job.Env, true, func(s gitHubStep) bool { return s.If != onMain }),
		apply:    always(job.read(job.Env, true, func(s gitHubStep) bool { return s.If == onMain })),
		cancel:   os.Interrupt,
		required: "{}", // Nobody can enter one.
		settings: map[string]bool{
			"concurrency": workflow.Concurrency == "terraform-${{ github.ref }}", "commits on main": slices.Equal(workflow.On.Push.Branches, []string{"main"}),
			"secrets only where they are needed": slices.Equal(workflow.secrets(), []string{"Apply", "Plan"}),
			"plan_arguments":                     workflow.takesArguments("terraform"),
		},
	}
}

func gitHubRequired(t *testing.T) recipe {
	t.Helper()

	workflow := readYAML[gitHubWorkflow](t, "github-actions-required.yml")
	plan, apply := workflow.Jobs["plan"], workflow.Jobs["apply"]
	all := func(gitHubStep) bool { return true }

	var required string

	for _, s := range plan.Steps {
		if _, value, found := strings.Cut(s.Env["TF_VAR_qcc_required"], "${{ inputs.qcc_required || '"); found {
			required = strings.TrimSuffix(value, "' }}")
		}
	}

	return recipe{
		plan:     plan.read(workflow.Env, plan.uses("actions/upload-artifact"), all),
		apply:    always(apply.read(workflow.Env, apply.uses("actions/download-artifact"), all)),
		cancel:   os.Interrupt,
		required: required,
		settings: map[string]bool{
			"concurrency": apply.Concurrency != "", "environment": apply.Environment != "", "needs: plan": apply.Needs == "plan",
			"plan_arguments":                     workflow.takesArguments("plan"),
			"if: only by hand":                   apply.If == "github.event_name == 'workflow_dispatch'",
			"secrets only where they are needed": slices.Equal(workflow.secrets(), []string{"Apply", "Plan"}),
		},
	}
}

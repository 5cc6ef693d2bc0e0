package pipelines_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsimple"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"

	"github.com/qccpro/terraform-provider-qcc/internal/emulator"
	"github.com/qccpro/terraform-provider-qcc/internal/testkit"
)

// terragruntFile is the example for Terragrunt.
type terragruntFile struct {
	Terraform struct {
		Arguments []struct {
			Name      string   `hcl:"name,label"`
			Commands  []string `hcl:"commands"`
			Arguments []string `hcl:"arguments"`
		} `hcl:"extra_arguments,block"`
		Before []terragruntHook `hcl:"before_hook,block"`
		After  []terragruntHook `hcl:"after_hook,block"`
	} `hcl:"terraform,block"`
}

// terragruntHook is a command that Terragrunt runs before or after Terraform.
type terragruntHook struct {
	Name       string   `hcl:"name,label"`
	Commands   []string `hcl:"commands"`
	Execute    []string `hcl:"execute"`
	RunOnError bool     `hcl:"run_on_error,optional"`
}

// terragruntPlan runs the same commands as Terragrunt, which the tests do not require: first the hook before Terraform, then
// Terraform with the arguments of the example, then the hook after it. It reports whether all succeeded.
func terragruntPlan(t *testing.T, f *testkit.Folder) (succeeded bool, output string) {
	t.Helper()

	root := function.New(&function.Spec{
		Type: function.StaticReturnType(cty.String),
		Impl: func([]cty.Value, cty.Type) (cty.Value, error) { return cty.StringVal(f.Dir), nil },
	})

	var file terragruntFile
	if err := hclsimple.DecodeFile("examples/pipelines/terragrunt.hcl", &hcl.EvalContext{Functions: map[string]function.Function{"get_repo_root": root}}, &file); err != nil {
		t.Fatal(err)
	}

	if len(file.Terraform.Arguments) != 1 || len(file.Terraform.Before) != 1 || len(file.Terraform.After) != 1 {
		t.Fatalf("the example is %+v", file)
	}

	arguments, before, after := file.Terraform.Arguments[0], file.Terraform.Before[0], file.Terraform.After[0]

	plan := []string{"plan"}
	if !slices.Equal(arguments.Commands, plan) || !slices.Equal(before.Commands, plan) || !slices.Equal(after.Commands, plan) || !after.RunOnError {
		t.Errorf("the example is %+v", file)
	}

	hook := job{env: []string{"TG_CTX_TF_PATH=terraform"}}
	cleaned, _ := run(t, hook.command(t, f, step{command: before.Execute}))
	code, _ := f.Run(append([]string{"plan", "-input=false"}, arguments.Arguments...)...)
	judged, output := run(t, hook.command(t, f, step{command: after.Execute}))

	return cleaned && code == 0 && judged, output
}

func TestTerragruntHook(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct {
		config   string
		option   string // A further option of terraform plan.
		succeeds bool
		summary  string
	}{
		"a gate resource passes":  {config: gates("{ north = 48 }"), succeeds: true, summary: accepted},
		"a gate resource refuses": {config: gates("{ north = 49 }"), summary: "- The plan failed. See the errors in Terraform's output."},
		"no plan is written":      {config: gates("{ north = 48 }"), option: "-no-such-option", summary: "is not a plan"},
		"a check warns":           {config: conditional + reads + warns, summary: "- `check.qcc_quota`: It runs low."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			f := testkit.NewAttachedFolder(t, testkit.Serve(t, emulator.New()), map[string]string{
				"main.tf": testkit.RequiredProvider + test.config, "ci/quota.jq": testkit.ReadFile(t, "examples/pipelines/quota.jq"),
			})

			// An earlier plan is in the folder.
			f.Run("plan", "-out=tfplan")
			f.Set("TF_CLI_ARGS_plan=" + test.option)

			if succeeded, output := terragruntPlan(t, f); succeeded != test.succeeds || !strings.Contains(output, test.summary) {
				t.Errorf("the plan succeeded: %t, and the hook printed\n%s", succeeded, output)
			}
		})
	}
}

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
		Hooks []struct {
			Name       string   `hcl:"name,label"`
			Commands   []string `hcl:"commands"`
			Execute    []string `hcl:"execute"`
			RunOnError bool     `hcl:"run_on_error"`
		} `hcl:"after_hook,block"`
	} `hcl:"terraform,block"`
}

// terragruntPlan runs the same commands as Terragrunt, which the tests do not require: first Terraform with the arguments of the example, then
// the hook. It reports whether both succeeded.
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

	if len(file.Terraform.Arguments) != 1 || len(file.Terraform.Hooks) != 1 {
		t.Fatalf("the example is %+v", file)
	}

	arguments, hook := file.Terraform.Arguments[0], file.Terraform.Hooks[0]
	if plan := []string{"plan"}; !slices.Equal(arguments.Commands, plan) || !slices.Equal(hook.Commands, plan) || !hook.RunOnError {
		t.Errorf("the example is %+v", file)
	}

	code, _ := f.Run(append([]string{"plan", "-input=false"}, arguments.Arguments...)...)
	judged, output := run(t, f, []string{"TG_CTX_TF_PATH=terraform"}, hook.Execute...)

	return code == 0 && judged, output
}

func TestTerragruntHook(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct {
		config   string
		succeeds bool
		summary  string
	}{
		"a gate resource passes":  {config: gates("{ north = 48 }"), succeeds: true, summary: accepted},
		"a gate resource refuses": {config: gates("{ north = 49 }"), summary: "- The plan failed. See the errors in Terraform's output."},
		"a check warns":           {config: conditional + reads + warns, summary: "- `check.qcc_quota`: It runs low."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			f := testkit.NewAttachedFolder(t, testkit.Serve(t, emulator.New()), map[string]string{
				"main.tf": testkit.RequiredProvider + test.config, "ci/quota.jq": testkit.ReadFile(t, "examples/pipelines/quota.jq"),
			})

			if succeeded, output := terragruntPlan(t, f); succeeded != test.succeeds || !strings.Contains(output, test.summary) {
				t.Errorf("the plan succeeded: %t, and the hook printed\n%s", succeeded, output)
			}
		})
	}
}

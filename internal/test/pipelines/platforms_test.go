//go:build conftest

package pipelines_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2/hclsimple"

	"github.com/qccpro/terraform-provider-qcc/internal/testkit"
)

// values is an input of a policy, or a part of a file.
type values = map[string]any

// platform is a platform that judges plans by the policy quota.rego.
type platform struct {
	policy    string // The file of the policy. The commands of the guide write some of them.
	namespace string // The package whose denials the platform reads.
	input     func(plan json.RawMessage) values
}

// platforms holds each platform with the input that its documents describe.
var platforms = map[string]platform{
	"HCP Terraform": {"quota.rego", "main", func(plan json.RawMessage) values {
		return values{"plan": plan, "run": values{"is_destroy": false, "workspace": values{"name": "qcc"}}}
	}},
	"Scalr": {"scalr/quota.rego", "terraform", func(plan json.RawMessage) values {
		return values{"tfplan": plan, "tfrun": values{"source": "vcs", "vcs": nil}}
	}},
	"env0": {"env0/quota.rego", "env0", func(plan json.RawMessage) values {
		return values{"plan": plan, "deploymentRequest": values{"type": "deploy"}, "approvers": []any{}}
	}},
	"Spacelift, with the whole plan": {"spacelift/quota.rego", "spacelift", func(plan json.RawMessage) values {
		input := spaceliftInput(plan)
		input["third_party_metadata"] = values{"custom": values{"plan": plan}}

		return input
	}},
	"a platform with the whole plan as input.terraform": {"quota.rego", "main", func(plan json.RawMessage) values { return values{"terraform": plan} }},
}

// spaceliftInput returns the input that Spacelift's documents describe: only the changes of a plan, without the mode of a resource.
func spaceliftInput(plan json.RawMessage) values {
	var changes struct {
		Changes []values `json:"resource_changes"`
	}

	_ = json.Unmarshal(plan, &changes) // A plan that is not JSON has no changes.
	for _, change := range changes.Changes {
		delete(change, "mode")
	}

	return values{"terraform": values{"resource_changes": changes.Changes}, "spacelift": values{"run": values{"type": "TRACKED"}}}
}

// writePolicies writes the policy of each platform into a folder with the commands of the guide.
func writePolicies(t *testing.T, dir string) {
	t.Helper()

	commands := slices.DeleteFunc(testkit.CodeBlocks(t, "docs/guides/in-ci-pipelines.md", "console"), func(block string) bool {
		return !strings.Contains(block, "sed ")
	})
	if len(commands) != 1 {
		t.Fatalf("the guide has %d blocks with sed, want 1", len(commands))
	}

	command := exec.CommandContext(t.Context(), "sh", "-ec", commands[0])
	command.Dir = dir

	if output, err := command.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
}

// platformPlans are the names of the plans that each platform judges. Beyond finding the plan in its input, all have the same policy.
var platformPlans = []string{
	"enough", "gates in Terraform modules", "the read is deferred to apply", "an undecided condition is tolerated", "a message that some pipelines obey",
}

// TestPolicyOnPlatforms judges plans as each platform does. All of them must return the same denials as conftest does for the plan alone.
func TestPolicyOnPlatforms(t *testing.T) {
	t.Parallel()

	conftest := conftest(t)

	for _, name := range platformPlans {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			test, plan, dir := planCases[name], recordedPlan(t, name), planCases[name].policyFolder(t)
			writePolicies(t, dir)

			judge := func(name string, platform platform, input values) []string {
				document, err := json.Marshal(input)
				if err != nil {
					t.Fatalf("%s: %v", name, err)
				}

				return deny(t, conftest, dir, platform.policy, platform.namespace, string(document))
			}

			for name, platform := range platforms {
				if got := judge(name, platform, platform.input(json.RawMessage(plan))); !slices.Equal(got, test.denials()) {
					t.Errorf("%s: the policy returns %q, want %q", name, got, test.denials())
				}
			}

			const spacelift = "Spacelift, with the whole plan"
			if got := judge(spacelift, platforms[spacelift], spaceliftInput(json.RawMessage(plan))); !slices.Equal(got, []string{"This is not a plan."}) {
				t.Errorf("Spacelift without the hook: the policy returns %q", got)
			}

			code, output := atlantis(t, conftest, dir, plan)
			if denied := len(test.problems) > 0; (code != 0) != denied || !denied && !strings.Contains(output, "0 failures") {
				t.Errorf("Atlantis: exit code %d\n%s", code, output)
			}

			for _, denial := range test.denials() {
				if !strings.Contains(output, denial) {
					t.Errorf("Atlantis does not print %q:\n%s", denial, output)
				}
			}
		})
	}
}

// atlantis runs conftest as Atlantis does, with the arguments of the example. The policy is quota.rego in a folder.
func atlantis(t *testing.T, conftest, dir, plan string) (code int, output string) {
	t.Helper()

	const arguments = "--namespace main"

	want := values{"qcc": values{
		"plan":         values{"steps": []any{"init", "plan"}},
		"policy_check": values{"steps": []any{"show", values{"policy_check": values{"extra_args": []any{arguments}}}}},
		"apply":        values{"steps": []any{"apply"}},
	}}

	config := readYAML[struct {
		Repos     []struct{ Workflow string }
		Workflows values
		Policies  struct {
			Sets []struct{ Name, Path, Source string } `yaml:"policy_sets"`
		}
	}](t, "policy/atlantis/repos.yaml")

	if !reflect.DeepEqual(config.Workflows, want) || len(config.Repos) != 1 || want[config.Repos[0].Workflow] == nil {
		t.Errorf("the workflows are %+v for %+v, want %+v", config.Workflows, config.Repos, want)
	}

	if sets := config.Policies.Sets; len(sets) != 1 || sets[0].Source != "local" || sets[0].Path == "" {
		t.Errorf("the sets of policies are %+v", sets)
	}

	file := filepath.Join(t.TempDir(), "plan.json")
	if err := os.WriteFile(file, []byte(plan), 0o600); err != nil {
		t.Fatal(err)
	}

	// Atlantis splits each of these arguments at white space.
	code, output, problems := testkit.Judge(t, "", dir, conftest, append([]string{"test", "-p", "quota.rego", file, "--no-color"}, strings.Fields(arguments)...)...)

	return code, output + problems
}

// TestPolicyOnPlatformsIsMandatory checks the files that HCP Terraform and Scalr require beside the policy.
func TestPolicyOnPlatformsIsMandatory(t *testing.T) {
	t.Parallel()

	type policies struct {
		Version  string `hcl:"version,optional"`
		Policies []struct {
			Name        string `hcl:"name,label"`
			Query       string `hcl:"query,optional"`
			Description string `hcl:"description,optional"`
			Enabled     bool   `hcl:"enabled,optional"`
			Level       string `hcl:"enforcement_level"`
		} `hcl:"policy,block"`
	}

	read := func(file string) (found policies) {
		if err := hclsimple.DecodeFile("examples/pipelines/policy/"+file, nil, &found); err != nil || len(found.Policies) != 1 {
			t.Fatalf("%s: %v, %+v", file, err, found)
		}

		return found
	}

	want := "data." + platforms["HCP Terraform"].namespace + ".deny"
	if hcp := read("hcp-terraform/policies.hcl").Policies[0]; hcp.Query != want || hcp.Level != "mandatory" {
		t.Errorf("HCP Terraform: %+v, want the query %s", hcp, want)
	}

	file := strings.TrimSuffix(filepath.Base(platforms["Scalr"].policy), ".rego")
	if scalr := read("scalr/scalr-policy.hcl").Policies[0]; scalr.Name != file || !scalr.Enabled || scalr.Level != "hard-mandatory" {
		t.Errorf("Scalr: %+v, want a policy %s", scalr, file)
	}
}

// TestPolicyOnSpaceliftHasTheFileOfTheHook compares the file that the guide's hook writes with the path that the policy reads.
func TestPolicyOnSpaceliftHasTheFileOfTheHook(t *testing.T) {
	t.Parallel()

	if !strings.Contains(testkit.ReadFile(t, "docs/guides/in-ci-pipelines.md"), "`terraform show -json spacelift.plan > plan.custom.spacelift.json`") ||
		!strings.Contains(testkit.ReadFile(t, "examples/pipelines/policy/quota.rego"), `["third_party_metadata", "custom", "plan"]`) {
		t.Error("the guide does not show the hook, or the policy does not read the file that the hook writes")
	}
}

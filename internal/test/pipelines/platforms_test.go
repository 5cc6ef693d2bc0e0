//go:build conftest

package pipelines_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2/hclsimple"
	"go.yaml.in/yaml/v3"

	"github.com/qccpro/terraform-provider-qcc/internal/testkit"
)

// platformInput is the input that a platform passes to the policy.
type platformInput map[string]any

// platform is a platform that judges plans by the policy quota.rego.
type platform struct {
	policy    string // The file of the policy, which the commands of the guide write; empty means quota.rego unchanged.
	namespace string // The package whose denials the platform reads.
	input     func(t *testing.T, plan json.RawMessage) platformInput
}

// platforms holds each platform with the input that its documents describe.
var platforms = map[string]platform{
	"HCP Terraform": {
		namespace: "main",
		input: func(_ *testing.T, plan json.RawMessage) platformInput {
			return platformInput{"plan": plan, "run": map[string]any{"is_destroy": false, "workspace": map[string]any{"name": "qcc"}}}
		},
	},
	"Scalr": {
		policy: "scalr/quota.rego", namespace: "terraform",
		input: func(_ *testing.T, plan json.RawMessage) platformInput {
			return platformInput{"tfplan": plan, "tfrun": map[string]any{"source": "vcs", "vcs": nil}}
		},
	},
	"env0": {
		policy: "env0/quota.rego", namespace: "env0",
		input: func(_ *testing.T, plan json.RawMessage) platformInput {
			return platformInput{"plan": plan, "deploymentRequest": map[string]any{"type": "deploy"}, "approvers": []any{}}
		},
	},
	"Spacelift, with the whole plan": {
		policy: "spacelift/quota.rego", namespace: "spacelift",
		input: func(t *testing.T, plan json.RawMessage) platformInput {
			t.Helper()

			input := spaceliftInput(t, plan)
			input["third_party_metadata"] = map[string]any{"custom": map[string]any{"plan": plan}}

			return input
		},
	},
	"a platform with the whole plan as input.terraform": {
		namespace: "main",
		input:     func(_ *testing.T, plan json.RawMessage) platformInput { return platformInput{"terraform": plan} },
	},
}

// spaceliftInput returns the input that Spacelift's documents describe: only the changes of a plan, without the mode of a resource.
func spaceliftInput(t *testing.T, plan json.RawMessage) platformInput {
	t.Helper()

	var changes struct {
		Version string `json:"terraform_version"`
		Changes []struct {
			Address  string `json:"address"`
			Type     string `json:"type"`
			Name     string `json:"name"`
			Provider string `json:"provider_name"`
			Change   struct {
				Actions []string        `json:"actions"`
				Before  json.RawMessage `json:"before"`
				After   json.RawMessage `json:"after"`
			} `json:"change"`
		} `json:"resource_changes"`
	}
	if err := json.Unmarshal(plan, &changes); err != nil {
		t.Fatal(err)
	}

	return platformInput{"terraform": changes, "spacelift": map[string]any{"run": map[string]any{"type": "TRACKED"}}}
}

// policies writes the policy of each platform into a folder with the commands of the guide. It returns the folder.
func policies(t *testing.T, tolerated string) string {
	t.Helper()

	var commands []string

	for _, block := range testkit.CodeBlocks(t, "docs/guides/in-ci-pipelines.md", "console") {
		if strings.Contains(block, "sed ") {
			commands = append(commands, block)
		}
	}

	if len(commands) != 1 {
		t.Fatalf("the guide has %d blocks with sed, want 1", len(commands))
	}

	dir := tolerating(t, "policy/quota.rego", "tolerated := set()", `tolerated := {"ADDRESS"}`, tolerated)

	command := exec.CommandContext(t.Context(), "sh", "-ec", commands[0])
	command.Dir = dir

	if output, err := command.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, output)
	}

	return dir
}

// ask returns the denials of a platform's policy, in alphabetical order.
func (p platform) ask(t *testing.T, conftest, dir string, input platformInput) string {
	t.Helper()

	document, err := json.Marshal(input)
	if err != nil {
		t.Fatal(err)
	}

	policy := p.policy
	if policy == "" {
		policy = "quota.rego"
	}

	code, out, problems := testkit.Judge(t, string(document), dir, conftest,
		"test", "--output", "json", "--parser", "json", "--policy", policy, "--namespace", p.namespace, "-")

	var results []struct {
		Failures []struct {
			Message string `json:"msg"`
		} `json:"failures"`
	}
	if err := json.Unmarshal([]byte(out), &results); err != nil || len(results) != 1 {
		t.Fatalf("%v\n%s%s", err, out, problems)
	}

	messages := make([]string, len(results[0].Failures))
	for i, failure := range results[0].Failures {
		messages[i] = failure.Message
	}

	if slices.Sort(messages); (code != 0) != (len(messages) > 0) {
		t.Errorf("exit code %d with %d denials", code, len(messages))
	}

	return strings.Join(messages, "\n")
}

// TestPolicyOnPlatforms judges each plan as each platform does. All of them must return the same denials as conftest does for the plan alone.
func TestPolicyOnPlatforms(t *testing.T) {
	t.Parallel()

	conftest := conftest(t)

	for name, test := range planCases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			plan := json.RawMessage(planJSON(t, test))
			dir := policies(t, test.tolerated)

			for name, platform := range platforms {
				if got := platform.ask(t, conftest, dir, platform.input(t, plan)); got != test.denials {
					t.Errorf("%s: the policy returns %q, want %q", name, got, test.denials)
				}
			}

			spacelift := platforms["Spacelift, with the whole plan"]
			if got := spacelift.ask(t, conftest, dir, spaceliftInput(t, plan)); got != "This is not a plan." {
				t.Errorf("Spacelift without the hook: the policy returns %q", got)
			}

			code, output := atlantis(t, conftest, dir, plan)
			if (code != 0) != test.refused || !test.refused && !strings.Contains(output, "0 failures") {
				t.Errorf("Atlantis: exit code %d\n%s", code, output)
			}

			for line := range strings.Lines(test.denials) {
				if !strings.Contains(output, strings.TrimSpace(line)) {
					t.Errorf("Atlantis does not print %q:\n%s", line, output)
				}
			}
		})
	}
}

// atlantis runs conftest as Atlantis does, with the arguments of the example. The policy is quota.rego in a folder.
func atlantis(t *testing.T, conftest, dir string, plan json.RawMessage) (int, string) {
	t.Helper()

	type steps struct {
		Steps []any `yaml:"steps"`
	}

	var config struct {
		Repos []struct {
			Workflow string `yaml:"workflow"`
		} `yaml:"repos"`
		Policies struct {
			Sets []struct {
				Name   string `yaml:"name"`
				Path   string `yaml:"path"`
				Source string `yaml:"source"`
			} `yaml:"policy_sets"`
		} `yaml:"policies"`
		Workflows map[string]struct {
			Plan   steps `yaml:"plan"`
			Policy struct {
				Steps yaml.Node `yaml:"steps"`
			} `yaml:"policy_check"`
			Apply steps `yaml:"apply"`
		} `yaml:"workflows"`
	}

	if err := yaml.Unmarshal([]byte(testkit.ReadFile(t, "examples/pipelines/policy/atlantis/repos.yaml")), &config); err != nil {
		t.Fatal(err)
	}

	workflow, found := config.Workflows[config.Repos[0].Workflow]
	if !found || len(config.Policies.Sets) != 1 || config.Policies.Sets[0].Source != "local" || config.Policies.Sets[0].Path == "" {
		t.Fatalf("the configuration is %+v", config)
	}

	if !slices.Equal(workflow.Plan.Steps, []any{"init", "plan"}) || !slices.Equal(workflow.Apply.Steps, []any{"apply"}) {
		t.Errorf("the workflow is %+v", workflow)
	}

	var (
		show  string
		check map[string]struct {
			ExtraArgs []string `yaml:"extra_args"`
		}
	)

	if nodes := workflow.Policy.Steps.Content; len(nodes) != 2 || nodes[0].Decode(&show) != nil || show != "show" || nodes[1].Decode(&check) != nil {
		t.Fatal("the policy check does not have the steps show and policy_check")
	}

	file := filepath.Join(t.TempDir(), "plan.json")
	if err := os.WriteFile(file, plan, 0o600); err != nil {
		t.Fatal(err)
	}

	// Atlantis splits each of these arguments at white space.
	extra := strings.Fields(strings.Join(check["policy_check"].ExtraArgs, " "))
	code, output, problems := testkit.Judge(t, "", dir, conftest, append([]string{"test", "-p", "quota.rego", file, "--no-color"}, extra...)...)

	return code, output + problems
}

// TestPolicyOnPlatformsIsMandatory checks the files that HCP Terraform and Scalr require beside the policy.
func TestPolicyOnPlatformsIsMandatory(t *testing.T) {
	t.Parallel()

	var hcp struct {
		Policies []struct {
			Name        string `hcl:"name,label"`
			Query       string `hcl:"query"`
			Description string `hcl:"description"`
			Level       string `hcl:"enforcement_level"`
		} `hcl:"policy,block"`
	}
	if err := hclsimple.DecodeFile("pipelines/policy/hcp-terraform/policies.hcl", nil, &hcp); err != nil {
		t.Fatal(err)
	}

	if want := "data." + platforms["HCP Terraform"].namespace + ".deny"; len(hcp.Policies) != 1 || hcp.Policies[0].Query != want || hcp.Policies[0].Level != "mandatory" {
		t.Errorf("HCP Terraform: %+v, want the query %s", hcp, want)
	}

	var scalr struct {
		Version  string `hcl:"version"`
		Policies []struct {
			Name    string `hcl:"name,label"`
			Enabled bool   `hcl:"enabled"`
			Level   string `hcl:"enforcement_level"`
		} `hcl:"policy,block"`
	}
	if err := hclsimple.DecodeFile("pipelines/policy/scalr/scalr-policy.hcl", nil, &scalr); err != nil {
		t.Fatal(err)
	}

	file := strings.TrimSuffix(filepath.Base(platforms["Scalr"].policy), ".rego")
	if len(scalr.Policies) != 1 || scalr.Policies[0].Name != file || !scalr.Policies[0].Enabled || scalr.Policies[0].Level != "hard-mandatory" {
		t.Errorf("Scalr: %+v, want a policy %s", scalr, file)
	}
}

// TestPolicyOnSpaceliftHasTheFileOfTheHook compares the file that the guide's hook writes with the path that the policy reads.
func TestPolicyOnSpaceliftHasTheFileOfTheHook(t *testing.T) {
	t.Parallel()

	hook := "terraform show -json spacelift.plan > plan.custom.spacelift.json"
	if !strings.Contains(testkit.ReadFile(t, "docs/guides/in-ci-pipelines.md"), "`"+hook+"`") {
		t.Error("the guide does not show the hook")
	}

	if !strings.Contains(testkit.ReadFile(t, "examples/pipelines/policy/quota.rego"), "input.third_party_metadata.custom.plan") {
		t.Error("the policy does not read the file that the hook writes")
	}
}

//go:build conftest

package pipelines_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"

	"github.com/qccpro/terraform-provider-qcc/internal/testkit"
)

// conftest returns the path of conftest, which make policy builds. The tests have a build tag, because the build takes minutes.
func conftest(t *testing.T) string {
	t.Helper()

	path := os.Getenv("CONFTEST")
	if path == "" {
		t.Fatal("CONFTEST is not set: run make policy")
	}

	return path
}

// policyFolder returns a new folder with quota.rego and the settings of a case.
func (p planCase) policyFolder(t *testing.T) string {
	t.Helper()

	dir := t.TempDir()
	policy := p.withSettings(t, "policy/quota.rego", "%s := set()", "%s := {%q}")

	if err := os.WriteFile(filepath.Join(dir, "quota.rego"), []byte(policy), 0o600); err != nil {
		t.Fatal(err)
	}

	return dir
}

// deny returns the denials of a policy in a folder, in alphabetical order.
func deny(t *testing.T, conftest, dir, policy, namespace, input string) []string {
	t.Helper()

	code, out, problems := testkit.Judge(t, input, dir, conftest,
		"test", "--output", "json", "--parser", "json", "--policy", policy, "--namespace", namespace, "-")

	var results []struct {
		Failures []struct {
			Message string `json:"msg"`
		} `json:"failures"`
	}
	if err := json.Unmarshal([]byte(out), &results); err != nil || len(results) != 1 {
		t.Fatalf("%v\n%s%s", err, out, problems)
	}

	messages := make([]string, 0, len(results[0].Failures))
	for _, failure := range results[0].Failures {
		messages = append(messages, failure.Message)
	}

	if slices.Sort(messages); (code != 0) != (len(messages) > 0) {
		t.Errorf("exit code %d with %d denials", code, len(messages))
	}

	return messages
}

// markdown matches what only the summary has: escapes, and code spans with one or two backticks.
var markdown = regexp.MustCompile("``(.*?[^`])``|`([^`]*)`|\\\\(.)")

// denials returns the problems of a case as the policy states them, in alphabetical order.
func (p planCase) denials() []string {
	denials := make([]string, 0, len(p.problems))
	for _, problem := range p.problems {
		denials = append(denials, markdown.ReplaceAllString(problem, "$1$2$3"))
	}

	slices.Sort(denials)

	return denials
}

func TestPolicy(t *testing.T) {
	t.Parallel()

	conftest := conftest(t)

	for name, test := range planCases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			dir := test.policyFolder(t)
			recorded, fresh := inputsOf(t, name)

			for _, input := range []string{recorded, fresh} {
				if got := deny(t, conftest, dir, "quota.rego", "main", planOf(input)); !slices.Equal(got, test.denials()) {
					t.Errorf("the policy returns %q, want %q", got, test.denials())
				}
			}
		})
	}

	for _, input := range []string{`{"format_version":"1.0","values":{}}`, `{"planned_values":null}`, `{}`} {
		if got := deny(t, conftest, planCase{}.policyFolder(t), "quota.rego", "main", input); !slices.Equal(got, []string{"This is not a plan."}) {
			t.Errorf("of %s, the policy returns %q", input, got)
		}
	}
}

//go:build conftest

package pipelines_test

import (
	"encoding/json"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/qccpro/terraform-provider-qcc/internal/testkit"
)

// conftest returns the path of the conftest that tools/conftest pins. The tests have a build tag, because its first build takes minutes.
func conftest(t *testing.T) string {
	t.Helper()

	path, err := exec.CommandContext(t.Context(), "go", "-C", "tools/conftest", "tool", "-n", "conftest").Output()
	if err != nil {
		t.Fatal(err)
	}

	return strings.TrimSpace(string(path))
}

// denials runs the policy quota.rego on a plan. It returns the exit code and the denials, in alphabetical order.
func denials(t *testing.T, conftest, tolerated, plan string) (int, string) {
	t.Helper()

	dir := tolerating(t, "policy/quota.rego", "tolerated := set()", `tolerated := {"ADDRESS"}`, tolerated)
	code, out, problems := testkit.Judge(t, plan, dir, conftest, "test", "--output", "json", "--parser", "json", "--policy", "quota.rego", "-")

	var results []struct {
		Failures []struct {
			Message string `json:"msg"`
		} `json:"failures"`
	}
	if err := json.Unmarshal([]byte(out), &results); err != nil {
		t.Fatalf("%v\n%s%s", err, out, problems)
	}

	var messages []string

	for _, result := range results {
		for _, failure := range result.Failures {
			messages = append(messages, failure.Message)
		}
	}

	slices.Sort(messages)

	return code, strings.Join(messages, "\n")
}

func TestPolicy(t *testing.T) {
	t.Parallel()

	conftest := conftest(t)

	for name, test := range planCases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			code, messages := denials(t, conftest, test.tolerated, planJSON(t, test))
			if (code != 0) != test.refused || messages != test.denials {
				t.Errorf("exit code %d, and the policy returns %q, want %q", code, messages, test.denials)
			}
		})
	}

	for name, test := range plansThatLackParts {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			code, messages := denials(t, conftest, "", test.json(t))
			if (code != 0) != (test.denials != "") || messages != test.denials {
				t.Errorf("exit code %d, and the policy returns %q, want %q", code, messages, test.denials)
			}
		})
	}

	for _, input := range []string{`{"format_version":"1.0","values":{}}`, `{"planned_values":null}`, `{}`} {
		t.Run(input, func(t *testing.T) {
			t.Parallel()

			if code, messages := denials(t, conftest, "", input); code == 0 || messages != "This is not a plan." {
				t.Errorf("exit code %d, and the policy returns %q", code, messages)
			}
		})
	}
}

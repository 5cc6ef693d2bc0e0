package guides_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/qccpro/terraform-provider-qcc/internal/emulator"
	"github.com/qccpro/terraform-provider-qcc/internal/testkit"
)

// TestMockedGatesNeverRefuse proves what the guide says of a mocked gate.
func TestMockedGatesNeverRefuse(t *testing.T) {
	t.Parallel()

	const (
		tests  = "tests/gate.tftest.hcl"
		mocked = "mock_provider \"qcc\" {}\n"
	)

	s := newScene(t, testkit.Example(t, "terraform-test-gate")).isNotAsked()

	// Whatever it requires, and however it is mocked.
	for name, mock := range map[string]string{
		"mock_provider":     mocked,
		"mock_resource":     "mock_provider \"qcc\" {\n  mock_resource \"qcc_quota_gate\" {\n    defaults = {}\n  }\n}\n",
		"override_resource": "provider \"qcc\" {}\n\noverride_resource {\n  target = qcc_quota_gate.monitoring\n  values = {}\n}\n",
	} {
		s.Write(tests, mock+"run \"a_million\" {\n  variables {\n    companies = { first = 1000000 }\n  }\n}\n")

		if code, output := s.Run("test"); code != 0 {
			t.Errorf("%s: exit code %d\n%s", name, code, output)
		}
	}

	// Validation does not need the provider's answer, and still refuses.
	s.Write(tests, mocked+"run \"negative\" {\n  variables {\n    companies = { first = -1 }\n  }\n}\n")
	s.Fails(`The requirement of "natural_person_id" is negative, and must be 0 or more.`, "test")
	s.Write(tests, mocked+expectsRefusal)
	s.Fails("Missing expected failure", "test")
}

// TestNoTestExpectsARefusal shows that a test with the real provider reports the refusal that it expects.
func TestNoTestExpectsARefusal(t *testing.T) {
	t.Parallel()

	s := newScene(t, testkit.Example(t, "terraform-test-gate"))

	s.Write("tests/gate.tftest.hcl", expectsRefusal)

	_, output := s.Run("test")
	for _, text := range []string{"The quota of natural_person_id (自然人核验) is short by 1.", "Missing expected failure"} {
		if !testkit.Says(text).MatchString(output) {
			t.Errorf("the test does not report %q\n%s", text, output)
		}
	}
}

// TestMocksDoNotImport runs the tests of a root module that has an import block.
func TestMocksDoNotImport(t *testing.T) {
	t.Parallel()

	s := newScene(t, testkit.Example(t, "gates/existing-work")).isNotAsked()

	const test = "mock_provider \"qcc\" {}\n\nrun \"all\" {\n  command = plan\n"

	s.Write("main.tftest.hcl", test+"}\n")
	s.Fails("Cannot import resources from mock providers", "test")
	s.Write("main.tftest.hcl", test+"\n  variables {\n    ordered_before = []\n  }\n}\n")
	s.Succeeds("test")
}

// expectsRefusal is a run with an order that is larger than the sample quota.
const expectsRefusal = `
run "refused" {
  command = plan

  variables {
    companies = { first = 51 }
  }

  expect_failures = [qcc_quota_gate.monitoring]
}
`

// TestGuidesShowHowToTestThatAGateRefuses runs the guide's script, and what it says of terraform test with the real provider.
func TestGuidesShowHowToTestThatAGateRefuses(t *testing.T) {
	t.Parallel()

	const guide = "testing-with-mocks.md"

	s := newScene(t, map[string]string{"main.tf": firstConfiguration(t, "gate-orders.md")})

	shown := blocksOf(t, guide, "console", 4)

	// The variables are those of an emulator that listens at the address of the command before.
	listen := testkit.Commands(shown[1])[0]
	address := regexp.MustCompile(`-listen (127\.0\.0\.1:\d+)$`).FindStringSubmatch(strings.Join(listen, " "))

	if listen[0] != "make" || listen[1] != "emulator" || address == nil {
		t.Fatalf("%q starts no emulator with a fixed port", listen)
	}

	want := testkit.Credentials("http://" + address[1]).Environ()

	for _, variable := range testkit.Commands(shown[2]) {
		if variable[0] != "set" || !slices.Contains(want, variable[1]) {
			t.Errorf("%q is none of %q", variable, want)
		}
	}

	lines := testkit.Commands(shown[3])
	if len(lines) != 3 || lines[0][0] != "request" || lines[0][1] != http.MethodPut {
		t.Fatalf("%q are not a request and two plans", lines)
	}

	send(t, lines[0], s.url)

	for i, succeeds := range map[int]bool{1: true, 2: false} {
		if code, output := s.Run(lines[i][1:]...); (code == 0) != succeeds || strings.Contains(output, "is short by 1.") == succeeds {
			t.Errorf("%q: exit code %d\n%s", lines[i], code, output)
		}
	}

	// The script passes because the gate refuses. It fails when the quota suffices.
	script := blocksOf(t, guide, "bash", 1)[0]
	if succeeded, output := s.shell(script); !succeeded || !strings.Contains(output, "is short by 1") {
		t.Errorf("the script fails:\n%s", output)
	}

	s.service.SetModules(emulator.Sample()...)

	if succeeded, output := s.shell(script); succeeded {
		t.Errorf("the script passes, although the gate does:\n%s", output)
	}
}

// shell runs a script. It reports whether the script succeeded, and returns its output.
func (s scene) shell(script string) (bool, string) {
	s.t.Helper()

	command := exec.CommandContext(s.t.Context(), "bash", "-c", script)
	command.Dir, command.Env = s.Dir, s.Environ()

	output, err := command.CombinedOutput()
	if err != nil && !errors.As(err, new(*exec.ExitError)) {
		s.t.Fatal(err)
	}

	return err == nil, string(output)
}

// TestCleanUpOfTerraformTest shows why the guide recommends command = plan: the clean-up is a destroy with refresh in older versions.
func TestCleanUpOfTerraformTest(t *testing.T) {
	t.Parallel()

	const left = "they need to be cleaned up manually"

	s := newScene(t, map[string]string{
		// Terraform knows the requirement only at apply, when the gate is refused. It knows it before the clean-up.
		"main.tf":         gate(`{ radar_id = 49 + 0 * length(terraform_data.first.id) }`) + `resource "terraform_data" "first" {}`,
		"main.tftest.hcl": "run \"ordered\" {\n}\n",
	})

	var cli struct {
		Version string `json:"terraform_version"`
	}
	if err := json.Unmarshal([]byte(s.Succeeds("version", "-json")), &cli); err != nil {
		t.Fatal(err)
	}

	tofu := strings.Contains(s.Succeeds("version"), "OpenTofu")
	refreshes := tofu || regexp.MustCompile(`^1\.([0-9]|1[0-3])\.`).MatchString(cli.Version)

	if code, output := s.Run("test"); code != 1 || testkit.Says(left).MatchString(output) != refreshes {
		t.Errorf("exit code %d; resources are left: want %t\n%s", code, refreshes, output)
	}

	s.Write("main.tftest.hcl", "run \"ordered\" {\n  command = plan\n}\n")
	s.Succeeds("test")
}

// TestGuidesShowTheMocksAtWork runs the tests that the guide shows, and lets them fail. TestTwins compares the code of the Chinese one.
func TestGuidesShowTheMocksAtWork(t *testing.T) {
	t.Parallel()

	tests := blocksOf(t, "testing-with-mocks.md", "hcl", 2)
	gates, rule := firstConfiguration(t, "gate-orders.md"), ruleConfiguration(t)

	s := newScene(t, map[string]string{"main.tf": gates, "tests/gate.tftest.hcl": tests[0]}).isNotAsked()

	s.Succeeds("test")
	s.Write("main.tf", strings.Replace(gates, "= each.value", "= 1", 1))
	s.Fails("The gate of north must require 20.", "test")
	s.Write("main.tf", strings.Replace(gates, "for_each = var.orders", `for_each = { north = 20 }`, 1))
	s.Fails("Each order needs a gate with its key.", "test")

	s.Write("main.tf", rule)
	s.Write("tests/gate.tftest.hcl", tests[1])
	s.Succeeds("test")
	s.Write("main.tf", strings.Replace(rule, "length(local.short) == 0", "length(local.short) >= 0", 1))
	s.Fails("Missing expected failure", "test")
}

// TestMocksForOpenTofu runs the example as OpenTofu needs it: with the mocked quota in the mock_provider block.
func TestMocksForOpenTofu(t *testing.T) {
	t.Parallel()

	files := testkit.Example(t, "terraform-test")
	s := newScene(t, files).isNotAsked()

	s.Succeeds("test")

	const source = `  source = "./tests/qcc"` + "\n"

	mocks, tests := files["tests/qcc/quota.tfmock.hcl"], files["tests/gate.tftest.hcl"]
	if !strings.Contains(tests, source) {
		t.Fatal("the tests have no mocks in a file of their own")
	}

	s.Write("tests/gate.tftest.hcl", strings.Replace(tests, source, mocks, 1))

	if err := os.RemoveAll(filepath.Join(s.Dir, "tests/qcc")); err != nil {
		t.Fatal(err)
	}

	s.Succeeds("test")

	s.Write("ephemeral.tf", `ephemeral "qcc_quota" "now" {}`)
	s.Fails("No ephemeral resource types in mock providers", "test")
}

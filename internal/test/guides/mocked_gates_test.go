package guides_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/qccpro/terraform-provider-qcc/internal/emulator"
	"github.com/qccpro/terraform-provider-qcc/internal/testkit"
)

// TestGuidesShowMockedGatesAtWork also proves what the guide says of a mocked gate.
func TestGuidesShowMockedGatesAtWork(t *testing.T) {
	t.Parallel()

	const (
		tests  = "tests/gate.tftest.hcl"
		mocked = "mock_provider \"qcc\" {}\n"
	)

	for language, ending := range languages {
		t.Run(language, func(t *testing.T) {
			t.Parallel()

			guide := "testing-with-mocks" + ending
			page := filepath.Join(testkit.GuidesDir, guide)
			f := testkit.NewFolder(t, testkit.Silent(t), map[string]string{
				"main.tf": testkit.CodeBlocks(t, page, "terraform")[0], tests: testkit.CodeBlocks(t, page, "hcl")[0],
			})

			shows(t, guide, "text", f.Succeeds("test"))
		})
	}

	f := testkit.NewFolder(t, testkit.Silent(t), testkit.Example(t, "terraform-test-gate"))

	// It never refuses, whatever it requires, and however it is mocked.
	for name, mock := range map[string]string{
		"mock_provider":     mocked,
		"mock_resource":     "mock_provider \"qcc\" {\n  mock_resource \"qcc_quota_gate\" {\n    defaults = {}\n  }\n}\n",
		"override_resource": "provider \"qcc\" {}\n\noverride_resource {\n  target = qcc_quota_gate.monitoring\n  values = {}\n}\n",
	} {
		f.Write(tests, mock+"run \"a_million\" {\n  variables {\n    companies = { first = 1000000 }\n  }\n}\n")

		if code, output := f.Run("test"); code != 0 {
			t.Errorf("%s: exit code %d\n%s", name, code, output)
		}
	}

	// Validation does not need the provider's answer, and still refuses.
	f.Write(tests, mocked+"run \"negative\" {\n  variables {\n    companies = { first = -1 }\n  }\n}\n")
	f.Fails(`The requirement of "natural_person_id" is negative, and must be 0 or more.`, "test")
	f.Write(tests, mocked+expectsRefusal)
	f.Fails("Missing expected failure", "test")
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

	const guide = testkit.GuidesDir + "/testing-with-mocks.md"

	service := emulator.New()
	url := testkit.Serve(t, service)
	f := testkit.NewFolder(t, url, testkit.Example(t, "terraform-test-gate"))

	f.Succeeds("test", "-filter=tests/gate.tftest.hcl")
	f.Write("tests/real.tftest.hcl", expectsRefusal)

	// Terraform reports both errors.
	f.Fails("The quota of natural_person_id (自然人核验) is short by 1.", "test", "-filter=tests/real.tftest.hcl")
	f.Fails("Missing expected failure", "test", "-filter=tests/real.tftest.hcl")

	shown := testkit.CodeBlocks(t, guide, "console")
	if len(shown) != 5 {
		t.Fatalf("there are %d groups of commands, want 5", len(shown))
	}

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

	path, found := strings.CutPrefix(lines[0][2], "$QCC_BASE_URL")
	if !found {
		t.Fatalf("%s is no address of the emulator", lines[0][2])
	}

	put(t, url+path, lines[0][3])

	for i, succeeds := range map[int]bool{1: true, 2: false} {
		if code, output := f.Run(lines[i][1:]...); (code == 0) != succeeds || strings.Contains(output, "is short by 1.") == succeeds {
			t.Errorf("%q: exit code %d\n%s", lines[i], code, output)
		}
	}

	// The script passes because the gate refuses. It fails when the quota suffices.
	script := testkit.CodeBlocks(t, guide, "bash")[0]
	if succeeded, output := shell(t, f, script); !succeeded || !strings.Contains(output, "is short by 1") {
		t.Errorf("the script fails:\n%s", output)
	}

	service.SetModules(emulator.Sample()...)

	if succeeded, output := shell(t, f, script); succeeded {
		t.Errorf("the script passes, although the gate does:\n%s", output)
	}
}

// put sends a request to the emulator's control API.
func put(t *testing.T, url, body string) {
	t.Helper()

	req, err := http.NewRequestWithContext(t.Context(), http.MethodPut, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}

	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}

	if err := resp.Body.Close(); err != nil || resp.StatusCode != http.StatusOK && resp.StatusCode != http.StatusNoContent {
		t.Fatalf("%s: %s, %v", url, resp.Status, err)
	}
}

// shell runs a script in a folder. It reports whether the script succeeded, and returns its output.
func shell(t *testing.T, f *testkit.Folder, script string) (bool, string) {
	t.Helper()

	command := exec.CommandContext(t.Context(), "bash", "-c", script)
	command.Dir, command.Env = f.Dir, f.Environ()

	output, err := command.CombinedOutput()
	if err != nil && !errors.As(err, new(*exec.ExitError)) {
		t.Fatal(err)
	}

	return err == nil, string(output)
}

// TestCleanUpOfTerraformTest shows why the guide recommends command = plan: the clean-up is a destroy with refresh in older versions.
func TestCleanUpOfTerraformTest(t *testing.T) {
	t.Parallel()

	const left = "they need to be cleaned up manually"

	f := testkit.NewFolder(t, testkit.Serve(t, emulator.New()), map[string]string{
		// Terraform knows the requirement only at apply, when the gate is refused. It knows it before the clean-up.
		"main.tf":         gate(`{ radar_id = 49 + 0 * length(terraform_data.first.id) }`) + `resource "terraform_data" "first" {}`,
		"main.tftest.hcl": "run \"ordered\" {\n}\n",
	})

	var cli struct {
		Version string `json:"terraform_version"`
	}
	if err := json.Unmarshal([]byte(f.Succeeds("version", "-json")), &cli); err != nil {
		t.Fatal(err)
	}

	tofu := strings.Contains(f.Succeeds("version"), "OpenTofu")
	refreshes := tofu || regexp.MustCompile(`^1\.([0-9]|1[0-3])\.`).MatchString(cli.Version)

	if code, output := f.Run("test"); code != 1 || testkit.Says(left).MatchString(output) != refreshes {
		t.Errorf("exit code %d; resources are left: want %t\n%s", code, refreshes, output)
	}

	f.Write("main.tftest.hcl", "run \"ordered\" {\n  command = plan\n}\n")
	f.Succeeds("test")
}

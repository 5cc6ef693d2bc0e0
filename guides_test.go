package main_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/qccpro/terraform-provider-qcc/internal/emulator"
	"github.com/qccpro/terraform-provider-qcc/internal/testkit"
)

const guidesDir = "docs/guides"

// mistakeTests shows the symptom of each mistake in the guide "Gate a plan", by its heading.
var mistakeTests = map[string]func(t *testing.T, service *emulator.Emulator, f *testkit.Folder){
	"`depends_on` on the data source":   bitesLate("Less than 40 of radar_id are left.", "terraform_data.network"),
	"A condition inside the data block": bitesLate("The quota does not suffice for the batch.", "terraform_data.batch"),
	"`count` from what is left": func(t *testing.T, service *emulator.Emulator, f *testkit.Folder) {
		t.Helper()
		f.Succeeds("apply", "-auto-approve")
		testkit.Consume(t, service, "radar_id", 48)
		f.Plans("1 to destroy")
	},
	"An output in a job that looks for drift": func(t *testing.T, service *emulator.Emulator, f *testkit.Folder) {
		t.Helper()
		f.Succeeds("apply", "-auto-approve")
		f.Succeeds("plan", "-detailed-exitcode")
		testkit.Consume(t, service, "radar_id", 1)

		if code, output := f.Run("plan", "-detailed-exitcode"); code != 2 {
			t.Errorf("exit code %d, want 2\n%s", code, output)
		}
	},
	"A data source inside a check block": func(t *testing.T, service *emulator.Emulator, f *testkit.Folder) {
		t.Helper()
		f.Succeeds("apply", "-auto-approve")

		if code, output := f.Run("plan", "-detailed-exitcode"); code != 2 {
			t.Errorf("exit code %d, want 2\n%s", code, output)
		}

		testkit.Consume(t, service, "radar_id", 48)
		f.Plans("Warning: Check block assertion failed")
	},
	"A fixed requirement": func(t *testing.T, service *emulator.Emulator, f *testkit.Folder) {
		t.Helper()
		f.Succeeds("apply", "-auto-approve")
		testkit.Consume(t, service, "radar_id", 40)
		f.Fails("Less than 40 of radar_id are left.", "plan")
	},
	"A requirement that is also an argument": func(t *testing.T, _ *emulator.Emulator, f *testkit.Folder) {
		t.Helper()
		f.Succeeds("apply", "-auto-approve", "-var=qcc_required={radar_id=5}")
		f.Plans("1 to change")
	},
	"New work without a requirement": func(t *testing.T, service *emulator.Emulator, f *testkit.Folder) {
		t.Helper()
		service.SetModules()
		f.Plans("1 to add")
	},
	"A condition for each part of an order": func(t *testing.T, _ *emulator.Emulator, f *testkit.Folder) {
		t.Helper()
		f.Plans("2 to add")
	},
}

// bitesLate shows that a gate for 40 of radar_id lets a plan pass, and that its apply creates something before it fails.
func bitesLate(message, created string) func(*testing.T, *emulator.Emulator, *testkit.Folder) {
	return func(t *testing.T, service *emulator.Emulator, f *testkit.Folder) {
		t.Helper()
		service.SetModules(emulator.Module{ID: "radar_id", Total: 39})
		f.Plans("data.qcc_quota.this will be read during apply")
		f.Fails(message, "apply", "-auto-approve")

		if got := f.Succeeds("state", "list"); !strings.Contains(got, created) {
			t.Errorf("the apply has created %q, and not %s", got, created)
		}
	}
}

func TestMistakesHaveTheirSymptoms(t *testing.T) {
	t.Parallel()

	_, mistakes, found := strings.Cut(testkit.ReadFile(t, filepath.Join(guidesDir, "gate-a-plan.md")), "\n## Mistakes\n")
	if !found {
		t.Fatal("the guide has no list of mistakes")
	}

	sections := regexp.MustCompile("(?s)\n### ([^\n]+)\n.*?```terraform\n(.*?)```").FindAllStringSubmatch(mistakes, -1)
	if len(sections) != len(mistakeTests) || strings.Count(mistakes, "\n### ") != len(sections) {
		t.Errorf("the guide has %d mistakes, and there are %d tests", len(sections), len(mistakeTests))
	}

	for _, section := range sections {
		t.Run(section[1], func(t *testing.T) {
			t.Parallel()

			test, tested := mistakeTests[section[1]]
			if !tested {
				t.Fatal("no test shows the symptom")
			}

			service := emulator.New()
			test(t, service, testkit.NewFolder(t, testkit.Serve(t, service), map[string]string{"main.tf": testkit.RequiredProvider + section[2]}))
		})
	}
}

// shows fails unless a guide has the text, as it stands, in a code block of the language.
func shows(t *testing.T, guide, language, text string) {
	t.Helper()

	for _, block := range testkit.CodeBlocks(t, filepath.Join(guidesDir, guide), language) {
		if strings.TrimSpace(block) == strings.TrimSpace(text) {
			return
		}
	}

	t.Errorf("%s does not show\n%s", guide, text)
}

// TestGuidesShowWhatHappens compares what the guides show of the gate at apply with what Terraform and quota.jq say.
func TestGuidesShowWhatHappens(t *testing.T) {
	t.Parallel()

	const required = "-var=qcc_required={radar_id=40}"

	service := emulator.New()
	f := testkit.NewFolder(t, testkit.Serve(t, service), testkit.Example(t, "gates/apply"))

	f.Succeeds("plan", required, "-out=tfplan")
	testkit.Consume(t, service, "radar_id", 20)

	_, refusal := f.Run("apply", "tfplan")
	shows(t, "gate-an-apply.md", "text", regexp.MustCompile(`complete after \d+s`).ReplaceAllString(refusal, "complete after 0s"))

	if _, refusal = f.Run("plan", required, "-out=tfplan"); !strings.Contains(refusal, "QCC quota is short by 12") {
		t.Error(refusal)
	}

	_, summary, _ := testkit.Judge(t, f.Succeeds("show", "-json", "tfplan"), "examples/pipelines", testkit.JQ(t),
		"--null-input", "--raw-output", "--from-file", "quota.jq")
	shows(t, "in-ci-pipelines.md", "markdown", summary)

	for _, line := range testkit.CodeBlocks(t, filepath.Join(guidesDir, "getting-started-zh.md"), "text") {
		if !strings.Contains(refusal, strings.TrimSpace(line)) {
			t.Errorf("Terraform does not say %q, but\n%s", line, refusal)
		}
	}
}

// TestGuidesShowTheMocksAtWork also runs them as OpenTofu needs them: with the mocked quota in the mock_provider block.
func TestGuidesShowTheMocksAtWork(t *testing.T) {
	t.Parallel()

	files := testkit.Example(t, "terraform-test")
	f := testkit.NewFolder(t, testkit.Silent(t), files)

	shows(t, "testing-with-mocks.md", "text", "$ terraform test\n"+f.Succeeds("test"))

	const source = `  source = "./tests/qcc"` + "\n"

	mocks, tests := files["tests/qcc/quota.tfmock.hcl"], files["tests/gate.tftest.hcl"]
	if !strings.Contains(tests, source) {
		t.Fatal("the tests have no mocks in a file of their own")
	}

	f.Write("tests/gate.tftest.hcl", strings.Replace(tests, source, mocks, 1))

	if err := os.RemoveAll(filepath.Join(f.Dir, "tests/qcc")); err != nil {
		t.Fatal(err)
	}

	f.Succeeds("test")

	f.Write("ephemeral.tf", `ephemeral "qcc_quota" "now" {}`)
	f.Fails("No ephemeral resource types in mock providers", "test")
}

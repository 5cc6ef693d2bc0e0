package guides_test

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/qccpro/terraform-provider-qcc/internal/emulator"
	"github.com/qccpro/terraform-provider-qcc/internal/testkit"
)

// symptomTests cause each message in the first columns of the guide "Troubleshooting", and return Terraform's output. The folder has a gate
// for 1 of radar_id.
var symptomTests = map[string]func(t *testing.T, service *emulator.Emulator, f *testkit.Folder) string{
	"was not found in any of the search locations": func(t *testing.T, _ *emulator.Emulator, f *testkit.Folder) string {
		t.Helper()

		return initialized(t, f, fmt.Sprintf("filesystem_mirror {\n    path = %q\n  }", filepath.ToSlash(t.TempDir())))
	},
	"registry.terraform.io/hashicorp/qcc": func(t *testing.T, _ *emulator.Emulator, f *testkit.Folder) string {
		t.Helper()
		f.Write("main.tf", strings.ReplaceAll(gate(`{ radar_id = 1 }`), testkit.RequiredProvider, ""))

		return initialized(t, f, fmt.Sprintf("filesystem_mirror {\n    path = %q\n  }", filepath.ToSlash(t.TempDir())))
	},
	"could not connect to registry.terraform.io": func(t *testing.T, _ *emulator.Emulator, f *testkit.Folder) string {
		t.Helper()
		f.Set("HTTPS_PROXY=http://127.0.0.1:1") // So that the test does not depend on the network.

		return initialized(t, f, "direct {}")
	},
	"doesn't match any of the checksums": func(t *testing.T, _ *emulator.Emulator, f *testkit.Folder) string {
		t.Helper()

		lock := f.Read(".terraform.lock.hcl")
		f.Write(".terraform.lock.hcl", regexp.MustCompile(`"h1:.{4}`).ReplaceAllString(lock, `"h1:AAAA`))

		return reinitialized(t, f)
	},
	"no available releases match the given constraints": func(t *testing.T, _ *emulator.Emulator, f *testkit.Folder) string {
		t.Helper()
		f.Write("pin.tf", "terraform {\n  required_providers {\n    qcc = {\n      source  = \"qccpro/qcc\"\n      version = \"~> 0.2.0\"\n    }\n  }\n}\n")
		f.Write("main.tf", strings.ReplaceAll(gate(`{ radar_id = 1 }`), testkit.RequiredProvider, ""))
		f.Write(".terraform.lock.hcl", "")

		return reinitialized(t, f)
	},
	"Not enough QCC quota": behaves(func(service *emulator.Emulator, _ *testkit.Folder) {
		service.SetModules(emulator.Module{ID: "radar_id"})
	}),
	"No such QCC quota module": behaves(func(service *emulator.Emulator, _ *testkit.Folder) {
		service.SetModules(emulator.Module{ID: "bene_id", Total: 1})
	}),
	"Unstated QCC quota": behaves(func(service *emulator.Emulator, _ *testkit.Folder) {
		service.Behave(emulator.Behavior{Body: `{"status":"200","msg":"","result":[{"Id":"radar_id","consumedCount":"1"}]}`})
	}),
	"Invalid QCC quota requirement":      behaves(func(_ *emulator.Emulator, f *testkit.Folder) { f.Write("main.tf", gate(`{ radar_id = 0.5 }`)) }),
	"Invalid QCC provider configuration": behaves(func(_ *emulator.Emulator, f *testkit.Folder) { f.Set("QCC_BASE_URL=pro.qcc.com") }),
	"Unknown QCC provider configuration": behaves(func(_ *emulator.Emulator, f *testkit.Folder) {
		f.Write("provider.tf", "provider \"qcc\" {\n  key = terraform_data.key.id\n}\n\nresource \"terraform_data\" \"key\" {}\n\ndata \"qcc_quota\" \"this\" {}\n")
	}),
	"Unexpected status code from QCC": behaves(func(service *emulator.Emulator, _ *testkit.Folder) {
		service.Behave(emulator.Behavior{Code: 208})
	}),
	"Invalid import ID": func(t *testing.T, _ *emulator.Emulator, f *testkit.Folder) string {
		t.Helper()

		_, output := f.Run("import", "qcc_quota_gate.this", "1")

		return output
	},
	"Invalid function argument": behaves(func(_ *emulator.Emulator, f *testkit.Folder) {
		f.Write("main.tf", testkit.RequiredProvider+"output \"short\" {\n  value = provider::qcc::shortfalls({}, { radar_id = -1 })\n}\n")
	}),
	"Missing QCC credential": behaves(func(_ *emulator.Emulator, f *testkit.Folder) { f.Set("QCC_KEY=") }),
	"Quota query refused by QCC": behaves(func(service *emulator.Emulator, _ *testkit.Folder) {
		service.Behave(emulator.Behavior{Code: 107})
	}),
	"QCC service unavailable": behaves(func(service *emulator.Emulator, f *testkit.Folder) {
		f.Write("provider.tf", noRetries)
		service.Behave(emulator.Behavior{Code: 199})
	}),
	"No answer from QCC": behaves(func(service *emulator.Emulator, f *testkit.Folder) {
		f.Write("provider.tf", noRetries)
		service.Behave(emulator.Behavior{Drop: emulator.DropAnswer})
	}),
	"Unreadable answer from QCC": behaves(func(service *emulator.Emulator, _ *testkit.Folder) {
		service.Behave(emulator.Behavior{Body: "<html>", ContentType: "text/html"})
	}),
	"Unexpected HTTP answer from QCC": behaves(func(service *emulator.Emulator, _ *testkit.Folder) {
		service.Behave(emulator.Behavior{HTTPStatus: 405})
	}),
	"QCC quota gate not judged until apply": behaves(func(_ *emulator.Emulator, f *testkit.Folder) {
		f.Write("main.tf", gate(`{ radar_id = length(terraform_data.first.id) }`)+"\nresource \"terraform_data\" \"first\" {}\n")
	}),
	"No quota record at QCC": behaves(func(service *emulator.Emulator, f *testkit.Folder) {
		f.Write("quota.tf", `data "qcc_quota" "this" {}`)
		service.Behave(emulator.Behavior{Code: 201})
	}),
	"Clock of this machine is off": behaves(func(service *emulator.Emulator, _ *testkit.Folder) {
		service.Behave(emulator.Behavior{Clock: emulator.Duration(600e9)})
	}),
}

const noRetries = "provider \"qcc\" {\n  max_retries = 0\n}\n"

// initialized returns the output of terraform init that fails with a provider_installation block.
func initialized(t *testing.T, f *testkit.Folder, installation string) string {
	t.Helper()
	f.Write("terraform.rc", "provider_installation {\n  "+installation+"\n}\n")
	f.Write(".terraform.lock.hcl", "")
	f.Set("TF_CLI_CONFIG_FILE=" + filepath.Join(f.Dir, "terraform.rc"))

	return reinitialized(t, f)
}

// reinitialized returns the output of terraform init in a folder without providers. It must fail.
func reinitialized(t *testing.T, f *testkit.Folder) string {
	t.Helper()

	if err := os.RemoveAll(filepath.Join(f.Dir, ".terraform")); err != nil {
		t.Fatal(err)
	}

	code, output := f.Run("init", "-input=false")
	if code != 1 {
		t.Errorf("terraform init has the exit code %d", code)
	}

	return output
}

// behaves returns a test that changes something, and returns the output of a plan.
func behaves(change func(service *emulator.Emulator, f *testkit.Folder)) func(*testing.T, *emulator.Emulator, *testkit.Folder) string {
	return func(t *testing.T, service *emulator.Emulator, f *testkit.Folder) string {
		t.Helper()
		change(service, f)

		_, output := f.Run("plan")

		return output
	}
}

// TestSymptomsAreWhatTerraformPrints causes each message that the guide starts from. The Chinese guide has each message of the provider in
// both languages.
func TestSymptomsAreWhatTerraformPrints(t *testing.T) {
	t.Parallel()

	// messages returns the messages of a page in their order: those that Terraform prints with QCC_LANGUAGE=zh, by those in English.
	messages := func(page string) (order []string, chinese map[string]string) {
		chinese = map[string]string{}

		rows := regexp.MustCompile("(?m)^\\| `([^`]+[^`\\w][^`]+)` \\|(?: `([^`]+)` \\|)?").FindAllStringSubmatch(testkit.ReadFile(t, filepath.Join(testkit.GuidesDir, page)), -1)
		for _, row := range rows {
			english := cmp.Or(row[2], row[1])
			order = append(order, english)
			chinese[english] = row[1]
		}

		return order, chinese
	}

	english, _ := messages("troubleshooting.md")

	inChinese, chinese := messages("troubleshooting-zh.md")
	if !slices.Equal(inChinese, english) || len(english) != len(symptomTests) {
		t.Errorf("the guide has the messages\n%q\nand in Chinese\n%q\nand there are %d tests", english, inChinese, len(symptomTests))
	}

	for _, message := range english {
		t.Run(message, func(t *testing.T) {
			t.Parallel()

			test, tested := symptomTests[message]
			if !tested {
				t.Fatal("no test causes this")
			}

			titles := map[string]string{"en": message}
			if chinese[message] != message { // Terraform's own messages are the same.
				titles["zh"] = chinese[message]
			}

			for language, want := range titles {
				service := emulator.New()
				f := testkit.NewFolder(t, testkit.Serve(t, service), map[string]string{"main.tf": gate(`{ radar_id = 1 }`)})
				f.Set("QCC_LANGUAGE=" + language)

				if output := test(t, service, f); !testkit.Says(want).MatchString(output) {
					t.Errorf("Terraform prints\n%s\nwant %s", output, want)
				}
			}
		})
	}
}

// TestLogHasTheFieldsOfTheGuide reads the log of two attempts, and filters it as the guide does.
func TestLogHasTheFieldsOfTheGuide(t *testing.T) {
	t.Parallel()

	service := emulator.New(emulator.WithBehavior(emulator.Behavior{Code: 199, Next: 1}))
	f := testkit.NewFolder(t, testkit.Serve(t, service), map[string]string{"main.tf": gate(`{ radar_id = 1 }`)})

	for _, page := range []string{"troubleshooting.md", "troubleshooting-zh.md"} {
		if !strings.Contains(testkit.ReadFile(t, filepath.Join(testkit.GuidesDir, page)), "\nTF_LOG_PROVIDER=DEBUG terraform plan 2>&1 | grep 'QCC quota query'\n") {
			t.Errorf("%s does not show how to read the log", page)
		}
	}

	f.Set("TF_LOG_PROVIDER=DEBUG")

	var lines []string

	for line := range strings.Lines(f.Succeeds("plan")) {
		if strings.Contains(line, "QCC quota query") {
			lines = append(lines, line)
		}
	}

	if len(lines) != 2 || !strings.Contains(lines[0], "attempt=1") || !strings.Contains(lines[1], "attempt=2") {
		t.Fatalf("the log has %q", lines)
	}

	fields := regexp.MustCompile(`\b(attempt|elapsed_ms|http_status|code|wait_ms)=\d`)

	for _, line := range lines {
		for _, page := range []string{"troubleshooting.md", "troubleshooting-zh.md"} {
			rows := regexp.MustCompile("(?m)^\\| `(\\w+)` \\|").FindAllStringSubmatch(testkit.ReadFile(t, filepath.Join(testkit.GuidesDir, page)), -1)
			if len(rows) != len(fields.FindAllString(line, -1)) {
				t.Errorf("%s has %d fields, and the log has\n%s", page, len(rows), line)
			}

			for _, row := range rows {
				if !strings.Contains(line, " "+row[1]+"=") {
					t.Errorf("%s has the field %s, and the log has\n%s", page, row[1], line)
				}
			}
		}
	}

	f.Set("TF_LOG_PROVIDER=INFO")

	if output := f.Succeeds("plan"); strings.Contains(output, "QCC quota query") {
		t.Errorf("at level INFO the log has an attempt:\n%s", output)
	}
}

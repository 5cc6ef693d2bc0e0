package guides_test

import (
	"cmp"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/qccpro/terraform-provider-qcc/internal/emulator"
	"github.com/qccpro/terraform-provider-qcc/internal/testkit"
)

// symptomTests cause each message with which an item of the guide "Errors" begins. The folder has a gate for 1 of radar_id.
var symptomTests = map[string]struct {
	command string
	cause   func(s scene)
}{
	"was not found in any of the search locations": {"init", installsFrom(emptyMirror)},
	"registry.terraform.io/hashicorp/qcc": {"init", func(s scene) {
		writes("main.tf", withoutSource)(s)
		installsFrom(emptyMirror)(s)
	}},
	"could not connect to registry.terraform.io": {"init", func(s scene) {
		s.Set("HTTPS_PROXY=http://127.0.0.1:1") // So that the test does not depend on the network.
		installsFrom("direct {}")(s)
	}},
	"doesn't match any of the checksums": {"init", func(s scene) {
		s.Write(".terraform.lock.hcl", regexp.MustCompile(`"h1:.{4}`).ReplaceAllString(s.Read(".terraform.lock.hcl"), `"h1:AAAA`))
	}},
	"no available releases match the given constraints": {"init", func(s scene) {
		s.Write("main.tf", strings.Replace(testkit.RequiredProvider, "source", "version = \"~> 0.2.0\"\n      source", 1)+withoutSource)
		s.Write(".terraform.lock.hcl", "")
	}},
	"Not enough QCC quota":               {"plan", func(s scene) { s.service.SetModules(emulator.Module{ID: "radar_id"}) }},
	"No such QCC quota module":           {"plan", func(s scene) { s.service.SetModules() }},
	"Unstated QCC quota":                 {"plan", behaves(emulator.Behavior{Body: `{"status":"200","msg":"","result":[{"Id":"radar_id","consumedCount":"1"}]}`})},
	"Invalid QCC quota requirement":      {"plan", writes("main.tf", gate(`{ radar_id = 0.5 }`))},
	"Invalid QCC provider configuration": {"plan", func(s scene) { s.Set("QCC_BASE_URL=pro.qcc.com") }},
	"Unknown QCC provider configuration": {"plan", writes("provider.tf", "provider \"qcc\" {\n  key = terraform_data.key.id\n}\n\n"+
		"resource \"terraform_data\" \"key\" {}\n\ndata \"qcc_quota\" \"this\" {}\n")},
	"Unexpected status code from QCC": {"plan", behaves(emulator.Behavior{Code: 208})},
	"Invalid import ID":               {"import qcc_quota_gate.this 1", func(scene) {}},
	"Invalid function argument": {"plan", writes("main.tf", testkit.RequiredProvider+
		"output \"short\" {\n  value = provider::qcc::shortfalls({}, { radar_id = -1 })\n}\n")},
	"Missing QCC credential":          {"plan", func(s scene) { s.Set("QCC_KEY=") }},
	"QCC credentials from two places": {"plan", writes("provider.tf", "provider \"qcc\" {\n  key = \""+emulator.DefaultKey+"\"\n}\n")},
	"Unusable count from QCC":         {"plan", behaves(emulator.Behavior{Body: `{"status":"200","result":[{"id":"radar_id","totalCount":"5","consumedCount":"1","canDeletedCount":"?"}]}`})},
	"Quota query refused by the gateway": {"plan", func(s scene) {
		s.Write("provider.tf", "provider \"qcc\" {\n  max_retries = 0\n}\n")
		s.Set("QCC_BASE_URL=" + testkit.Serve(s.t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Qcc-Gateway", "refused")
			w.WriteHeader(http.StatusServiceUnavailable)
		})))
	}},
	"Quota query refused by QCC":      {"plan", behaves(emulator.Behavior{Code: 107})},
	"QCC service unavailable":         {"plan", behaves(emulator.Behavior{Code: 199})},
	"No answer from QCC":              {"plan", behaves(emulator.Behavior{Drop: emulator.DropAnswer})},
	"Unreadable answer from QCC":      {"plan", behaves(emulator.Behavior{Body: "<html>", ContentType: "text/html"})},
	"Unexpected HTTP answer from QCC": {"plan", behaves(emulator.Behavior{HTTPStatus: 405})},
	"QCC quota gate not judged until apply": {"plan", writes("main.tf", gate(`{ radar_id = length(terraform_data.first.id) }`)+
		"\nresource \"terraform_data\" \"first\" {}\n")},
	"QCC reservation database cannot be used": {"plan", func(s scene) {
		s.Write("provider.tf", "provider \"qcc\" {\n  timeout = \"1s\"\n}\n")
		s.Set("QCC_RESERVATION_DATABASE=postgres://pipelines@127.0.0.1:1/qcc")
	}},
	"QCC quota gate of another company key": {"plan", func(s scene) {
		s.Succeeds("apply", "-auto-approve")
		s.Set("QCC_KEY=another" + emulator.DefaultKey)
	}},
	"QCC quota consumed outside the gates": {"plan", func(s scene) {
		s.Set("QCC_RESERVATION_DATABASE=" + testkit.Postgres(s.t).URL())
		s.Succeeds("apply", "-auto-approve")
		s.consume("radar_id", 10) // The gate was granted 1.
		s.Write("main.tf", gate(`{ radar_id = 2 }`))
	}},
	"No quota record at QCC": {"plan", func(s scene) {
		s.Write("quota.tf", `data "qcc_quota" "this" {}`)
		s.service.Behave(emulator.Behavior{Code: 201})
	}},
	"Clock of this machine is off": {"plan", behaves(emulator.Behavior{Clock: emulator.Duration(600e9)})},
}

// untested are messages that a user cannot cause at will.
var untested = []string{"Cancelled quota read", "Error in the QCC provider"}

// withoutSource is a gate whose provider has no required_providers block.
var withoutSource = gate(`{ radar_id = 1 }`)[len(testkit.RequiredProvider):]

const emptyMirror = "filesystem_mirror {\n    path = \".\"\n  }"

// installsFrom lets terraform init use a block in provider_installation, and forget its lock file.
func installsFrom(block string) func(s scene) {
	return func(s scene) {
		s.Write("terraform.rc", "provider_installation {\n  "+block+"\n}\n")
		s.Write(".terraform.lock.hcl", "")
		s.Set("TF_CLI_CONFIG_FILE=" + filepath.Join(s.Dir, "terraform.rc"))
	}
}

func writes(name, content string) func(s scene) {
	return func(s scene) { s.Write(name, content) }
}

// behaves makes the service misbehave for a provider that does not retry.
func behaves(behavior emulator.Behavior) func(s scene) {
	return func(s scene) {
		s.Write("provider.tf", "provider \"qcc\" {\n  max_retries = 0\n}\n")
		s.service.Behave(behavior)
	}
}

// TestSymptomsAreWhatTerraformPrints causes each message that the guide starts from. The Chinese guide has each message of the provider in
// both languages.
func TestSymptomsAreWhatTerraformPrints(t *testing.T) {
	t.Parallel()

	// messages returns the messages of a page in their order: those that Terraform prints with QCC_LANGUAGE=zh, by those in English.
	messages := func(page string) (order []string, chinese map[string]string) {
		chinese = map[string]string{}
		text, _, _ := strings.Cut(testkit.ReadFile(t, filepath.Join(testkit.GuidesDir, page)), "\n- **101**")

		for _, item := range regexp.MustCompile("(?m)^- `.*?(?:: |：)").FindAllString(text, -1) {
			for _, message := range regexp.MustCompile("`([^`]+)`(?:（`([A-Z][^`]+)`）)?").FindAllStringSubmatch(item, -1) {
				english := cmp.Or(message[2], message[1])
				if !slices.Contains(untested, english) {
					order = append(order, english)
					chinese[english] = message[1]
				}
			}
		}

		return order, chinese
	}

	english, _ := messages("errors.md")

	inChinese, chinese := messages("errors-zh.md")
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
				create := testkit.NewAttachedFolder
				if test.command == "init" {
					create = testkit.NewFolder
				}

				s := sceneIn(t, create, map[string]string{"main.tf": gate(`{ radar_id = 1 }`)})
				s.Set("QCC_LANGUAGE=" + language)
				test.cause(s)

				if err := os.RemoveAll(filepath.Join(s.Dir, ".terraform")); err != nil {
					t.Fatal(err)
				}

				code, output := s.Run(strings.Fields(test.command)...)
				if !testkit.Says(want).MatchString(output) || test.command == "init" && code != 1 {
					t.Errorf("exit code %d; Terraform prints\n%s\nwant %s", code, output, want)
				}
			}
		})
	}
}

// TestLogHasTheFieldsOfTheGuide reads the log of two attempts, and filters it as the guide does.
func TestLogHasTheFieldsOfTheGuide(t *testing.T) {
	t.Parallel()

	const filter = "QCC quota query"

	s := sceneIn(t, testkit.NewFolder, map[string]string{"main.tf": gate(`{ radar_id = 1 }`)})
	s.service.Behave(emulator.Behavior{Code: 199, Next: 1})
	s.Set("TF_LOG_PROVIDER=DEBUG")

	lines := regexp.MustCompile(`(?m)^.*`+filter+`.*$`).FindAllString(s.Succeeds("plan"), -1)
	if len(lines) != 2 || !strings.Contains(lines[0], "attempt=1") || !strings.Contains(lines[1], "attempt=2") {
		t.Fatalf("the log has %q", lines)
	}

	for _, ending := range languages {
		page := testkit.ReadFile(t, filepath.Join(testkit.GuidesDir, "errors"+ending))
		if !strings.Contains(page, "\nTF_LOG_PROVIDER=DEBUG terraform plan 2>&1 | grep '"+filter+"'\n") {
			t.Errorf("errors%s does not show how to read the log", ending)
		}

		_, section, _ := strings.Cut(page, "| grep '"+filter+"'\n")
		section, _, _ = strings.Cut(section, "\n## ")
		rows := regexp.MustCompile("(?m)^- `(\\w+)`(?:: |：)").FindAllStringSubmatch(section, -1)

		for _, line := range lines {
			if fields := regexp.MustCompile(`\b(attempt|elapsed_ms|http_status|code|wait_ms)=\d`).FindAllString(line, -1); len(rows) != len(fields) {
				t.Errorf("errors%s has %d fields, and the log has\n%s", ending, len(rows), line)
			}

			for _, row := range rows {
				if !strings.Contains(line, " "+row[1]+"=") {
					t.Errorf("errors%s has the field %s, and the log has\n%s", ending, row[1], line)
				}
			}
		}
	}

	s.Set("TF_LOG_PROVIDER=INFO")

	if output := s.Succeeds("plan"); strings.Contains(output, filter) {
		t.Errorf("at level INFO the log has an attempt:\n%s", output)
	}
}

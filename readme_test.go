package main_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/qccpro/terraform-provider-qcc/internal/emulator"
	"github.com/qccpro/terraform-provider-qcc/internal/testkit"
)

// TestREADMEs runs the configuration that the READMEs consist of: the gates, and the provider block. The index has the same gates.
func TestREADMEs(t *testing.T) {
	t.Parallel()

	const three = "-var=orders={north=20,south=20,west=20}"

	address := regexp.MustCompile(`qcc_quota_gate\.monitoring\["(\w+)"\],`)

	for _, name := range readmes {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			configuration, output := testkit.CodeBlocks(t, name, "terraform"), testkit.CodeBlocks(t, name, "text")
			if len(configuration) != 2 || len(output) != 1 {
				t.Fatalf("there are %d configurations and %d outputs, want 2 and 1", len(configuration), len(output))
			}

			if index := testkit.CodeBlocks(t, "docs/index.md", "terraform"); index[0] != configuration[0] {
				t.Errorf("the index begins with\n%s", index[0])
			}

			service := emulator.New()
			f := testkit.NewFolder(t, testkit.Serve(t, service), map[string]string{"main.tf": configuration[0], "provider.tf": configuration[1]})

			code, got := f.Run("plan", three)

			// Terraform judges gates in any order, so any of the three may be refused.
			shown := address.FindString(output[0])
			if refused := address.FindAllString(got, -1); len(refused) != 1 || code != 1 ||
				!strings.Contains(strings.Replace(got, refused[0], shown, 1), "\n"+output[0]) {
				t.Errorf("exit code %d, want 1 and the README's text, not\n%s", code, got)
			}

			// What the READMEs say of a saved plan, and of runs that add nothing.
			f.Succeeds("plan", "-var=orders={north=40}", "-out=tfplan")
			testkit.Consume(t, service, "radar_id", 20)
			f.Fails("Not enough QCC quota", "apply", "tfplan")
			createsNoOrder(t, f)

			service.SetModules(emulator.Sample()...)
			f.Succeeds("apply", "-auto-approve", "-var=orders={north=20,south=20}")
			testkit.Consume(t, service, "radar_id", 48)

			before := service.Requests()
			if f.Succeeds("plan", "-detailed-exitcode", "-var=orders={north=20,south=20}"); service.Requests() != before {
				t.Error("a plan that adds nothing has sent a request")
			}

			f.Fails("Not enough QCC quota", "plan", three)
		})
	}
}

// TestREADMEsNameEveryGate looks for links to the examples.
func TestREADMEsNameEveryGate(t *testing.T) {
	t.Parallel()

	for _, name := range readmes {
		for _, example := range testkit.Examples(t) {
			if link := "(examples/" + example + "/main.tf)"; strings.HasPrefix(example, "gates/") && !strings.Contains(testkit.ReadFile(t, name), link) {
				t.Errorf("%s does not name %s", name, link)
			}
		}
	}
}

// TestREADMEsHaveTheSameShape compares what does not depend on the language.
func TestREADMEsHaveTheSameShape(t *testing.T) {
	t.Parallel()

	for _, language := range []string{"terraform", "text"} {
		english, chinese := testkit.CodeBlocks(t, "README.md", language), testkit.CodeBlocks(t, "README.zh-CN.md", language)
		if strings.Join(english, "") != strings.Join(chinese, "") {
			t.Errorf("the %s blocks are not the same", language)
		}
	}

	headings := func(path string) string {
		return strings.Join(regexp.MustCompile("(?m)^#+ ").FindAllString(testkit.ReadFile(t, path), -1), "")
	}

	if english, chinese := headings("README.md"), headings("README.zh-CN.md"); english != chinese {
		t.Errorf("the headings are %q and %q", english, chinese)
	}
}

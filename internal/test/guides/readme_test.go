package guides_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/qccpro/terraform-provider-qcc/internal/emulator"
	"github.com/qccpro/terraform-provider-qcc/internal/testkit"
)

// TestREADMEs runs the configuration of the READMEs. The index has the same one, and the same refusal as the English README.
func TestREADMEs(t *testing.T) {
	t.Parallel()

	const three = "-var=orders={north=20,south=20,west=20}"

	address := regexp.MustCompile(`qcc_quota_gate\.monitoring\["(\w+)"\],`)

	for _, name := range testkit.READMEs {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			configuration, output := testkit.CodeBlocks(t, name, "terraform"), testkit.CodeBlocks(t, name, "text")
			if len(configuration) != 1 || len(output) != 1 {
				t.Fatalf("there are %d configurations and %d outputs, want one of each", len(configuration), len(output))
			}

			const index = "docs/index.md"

			if same := testkit.CodeBlocks(t, index, "terraform")[0]; withoutNotes(same) != withoutNotes(configuration[0]) {
				t.Errorf("the index begins with\n%s", same)
			}

			if same := testkit.CodeBlocks(t, index, "text")[0]; !testkit.IsChinese(name) && same != output[0] {
				t.Errorf("the index shows\n%s", same)
			}

			if !strings.Contains(testkit.ReadFile(t, name), "\nterraform plan '"+three+"'\n") {
				t.Errorf("the README does not show the plan %s", three)
			}

			service := emulator.New()
			f := testkit.NewFolder(t, testkit.Serve(t, service), map[string]string{"main.tf": configuration[0]})
			testkit.SetLanguage(f, name)

			code, got := f.Run("plan", three)

			// Terraform judges gates in any order, so any of the three may be refused.
			shown := address.FindString(output[0])
			if refused := address.FindAllString(got, -1); len(refused) != 1 || code != 1 ||
				!strings.Contains(strings.Replace(got, refused[0], shown, 1), "\n"+output[0]) {
				t.Errorf("exit code %d, want 1 and the README's text, not\n%s", code, got)
			}

			title, _, _ := strings.Cut(output[0], "\n")

			// What the READMEs say of a saved plan, and of runs that add nothing.
			f.Succeeds("plan", "-var=orders={north=40}", "-out=tfplan")
			testkit.Consume(t, service, "radar_id", 20)
			f.Fails(title, "apply", "tfplan")
			createsNoOrder(t, f)

			service.SetModules(emulator.Sample()...)
			f.Succeeds("apply", "-auto-approve", "-var=orders={north=20,south=20}")
			testkit.Consume(t, service, "radar_id", 48)

			before := service.Requests()
			if f.Succeeds("plan", "-detailed-exitcode", "-var=orders={north=20,south=20}"); service.Requests() != before {
				t.Error("a plan that adds nothing has sent a request")
			}

			f.Fails(title, "plan", three)
		})
	}
}

// withoutNotes removes what may differ between languages: comments, and the spaces before them.
func withoutNotes(code string) string {
	return regexp.MustCompile(`(?m)[ \t]*(^| )# .*$`).ReplaceAllString(code, "")
}

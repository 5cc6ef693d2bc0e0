package guides_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/qccpro/terraform-provider-qcc/internal/emulator"
	"github.com/qccpro/terraform-provider-qcc/internal/testkit"
)

// TestREADMEs runs the configuration of the READMEs. The short lane does so too, in English, because it is a new user's first gate.
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

			if !strings.Contains(testkit.ReadFile(t, name), "\nterraform plan '"+three+"'\n") {
				t.Errorf("the README does not show the plan %s", three)
			}

			testkit.OnlyLong(t, testkit.IsChinese(name), "the English README has the same configuration")

			s := serves(t, func(url string) *testkit.Folder {
				return testkit.NewFolder(t, url, map[string]string{"main.tf": configuration[0]})
			})
			testkit.SetLanguage(s.Folder, name)

			code, got := s.Run("plan", three)

			// Terraform judges gates in any order, so any of the three may be refused.
			shown := address.FindString(output[0])
			if refused := address.FindAllString(got, -1); len(refused) != 1 || code != 1 ||
				!strings.Contains(strings.Replace(got, refused[0], shown, 1), "\n"+output[0]) {
				t.Errorf("exit code %d, want 1 and the README's text, not\n%s", code, got)
			}

			title, _, _ := strings.Cut(output[0], "\n")

			// What the READMEs say of a saved plan, and of runs that add nothing.
			s.Succeeds("plan", "-var=orders={north=40}", "-out=tfplan")
			s.consume("radar_id", 20)
			s.Fails(title, "apply", "tfplan")
			s.createsNoOrder()

			s.service.SetModules(emulator.Sample()...)
			s.Succeeds("apply", "-auto-approve", "-var=orders={north=20,south=20}")
			s.consume("radar_id", 48)

			before := s.service.Requests()
			if s.Succeeds("plan", "-detailed-exitcode", "-var=orders={north=20,south=20}"); s.service.Requests() != before {
				t.Error("a plan that adds nothing has sent a request")
			}

			s.Fails(title, "plan", three)
		})
	}
}

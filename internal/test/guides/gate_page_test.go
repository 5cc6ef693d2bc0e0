package guides_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/qccpro/terraform-provider-qcc/internal/emulator"
	"github.com/qccpro/terraform-provider-qcc/internal/testkit"
)

// notEnough is in every refusal of the tests below.
const notEnough = "Error: Not enough QCC quota"

// gate returns a configuration with one gate. lines are further lines in its block.
func gate(required string, lines ...string) string {
	return testkit.RequiredProvider + "\nresource \"qcc_quota_gate\" \"this\" {\n  required = " + required + "\n" + strings.Join(lines, "\n") + "\n}\n"
}

// TestGatePageShowsARefusal compares the refusal on the page with what Terraform says of the example beside it.
func TestGatePageShowsARefusal(t *testing.T) {
	t.Parallel()

	s := newScene(t, map[string]string{"resource.tf": testkit.ReadFile(t, "examples/resources/qcc_quota_gate/resource.tf")})
	s.service.SetModules(emulator.Module{ID: "radar_id", Total: 50, Consumed: 49})

	_, output := s.Run("plan")
	refused := strings.ReplaceAll(refusal(t, output), `["second"]`, `["first"]`) // Either may be refused.

	if shown := testkit.CodeBlocks(t, testkit.GatePage, "text"); len(shown) != 1 || strings.TrimSpace(shown[0]) != strings.TrimSpace(refused) {
		t.Errorf("%s shows %q, and Terraform says\n%s", testkit.GatePage, shown, refused)
	}
}

// judgedTests run what each row of the table "What is judged" is about. The folder has a gate for 1 of radar_id, and the quota is spent.
var judgedTests = map[string]struct {
	first string // A command that runs first.
	gates string // The configuration, if it changes.
	run   string // The command of the row.
	says  string // What its output says.
}{
	"a gate is created": {
		"", gate(`{ radar_id = 1 }`) + strings.Replace(gate(`{ radar_id = 3 }`), `"this"`, `"new"`, 1)[len(testkit.RequiredProvider):],
		"plan", "This gate adds: 3",
	},
	"`required` grows":                       {"", gate(`{ radar_id = 3 }`), "plan", "This gate adds: 2 (from 1 to 3)"},
	"`required` shrinks, or does not change": {"plan -detailed-exitcode", gate(`{}`), "plan", "1 to change"},
	"`plan -refresh-only`":                   {"", gate(`{ radar_id = 3 }`), "plan -refresh-only", "No changes."},
	"a gate is destroyed":                    {"", "", "destroy -auto-approve", "1 destroyed"},
	"a destroy, while the configuration would still add something": {
		"", gate(`{ radar_id = 3 }`), "plan -destroy", "If this run is a destroy: run it with -refresh=false.",
	},
	"a gate is replaced (`-replace`, `taint`)": {"", "", "plan -replace=qcc_quota_gate.this", "This gate adds: 1"},
	"import": {"state rm qcc_quota_gate.this", "", "import qcc_quota_gate.this radar_id=1", "Import successful!"},
	"`required` or the provider block is not known before apply": {
		"", gate(`{ radar_id = 3, bene_id = length(terraform_data.first.id) }`) + `resource "terraform_data" "first" {}`,
		"plan", `Terraform does not know before apply: required["bene_id"].`,
	},
}

func TestGatePageSaysWhatIsJudged(t *testing.T) {
	t.Parallel()

	rows := regexp.MustCompile(`(?m)^\| ([^|]+) \| ([^|]+) \| (yes|no) \|$`).FindAllStringSubmatch(testkit.Section(t, testkit.GatePage, "What is judged"), -1)
	if len(rows) != len(judgedTests) {
		t.Errorf("the table has %d rows, and there are %d tests", len(rows), len(judgedTests))
	}

	granted := newScene(t, map[string]string{"main.tf": gate(`{ radar_id = 1 }`)})
	granted.Succeeds("apply", "-auto-approve")

	for _, row := range rows {
		t.Run(row[1], func(t *testing.T) {
			t.Parallel()

			test, tested := judgedTests[row[1]]
			if !tested {
				t.Fatal("no test runs this")
			}

			s := serves(t, func(url string) *testkit.Folder { return granted.Copy(t, url) })
			s.consume("radar_id", 48)

			if test.first != "" {
				s.Succeeds(strings.Fields(test.first)...)
			}

			if test.gates != "" {
				s.Write("main.tf", test.gates)
			}

			before := s.service.Requests()
			code, output := s.Run(strings.Fields(test.run)...)

			asked := s.service.Requests() > before
			if asked != (row[3] == "yes") || (code == 1) != asked || (code == 1) != strings.Contains(output, notEnough) || !testkit.Says(test.says).MatchString(output) {
				t.Errorf("QCC is asked: %t, exit code %d, want %q\n%s", asked, code, test.says, output)
			}
		})
	}
}

// limitTests show each point of "What a gate does not do", by its first sentence.
var limitTests = map[string]func(s scene){
	"It does not follow its order.": func(s scene) {
		s.Write("main.tf", gate(`{ radar_id = 48 }`)+`
resource "terraform_data" "order" {
  depends_on = [qcc_quota_gate.this]

  provisioner "local-exec" {
    command = "exit 1"
  }
}
`)
		s.Fails("local-exec provisioner error", "apply", "-auto-approve")
		s.service.SetModules()
		s.Plans("1 to add")
		s.Fails("No such QCC quota module", "plan", "-replace=qcc_quota_gate.this")
	},
	"It does not make the order wait by itself.": inMistakes("An order is created although its gate was refused"),
	"Two gates do not decide together.": func(s scene) {
		s.Write("main.tf", gate(`{ radar_id = 48 }`)+"\nresource \"qcc_quota_gate\" \"other\" {\n  required = { bene_id = 98 }\n}\n")
		s.Succeeds("plan", "-out=tfplan")
		s.consume("bene_id", 1)
		s.Fails(notEnough, "apply", "tfplan")

		if state := s.Succeeds("state", "list"); strings.TrimSpace(state) != "qcc_quota_gate.this" {
			s.t.Errorf("the state has\n%s", state)
		}
	},
	"It does not stop others.": func(s scene) {
		s.Write("main.tf", gate(`{ radar_id = 48 }`))
		s.Succeeds("apply", "-auto-approve")
		s.consume("radar_id", 48) // By somebody else.
		s.Plans("No changes.")
	},
	"It does not see other states": func(s scene) {
		s.Write("main.tf", gate(`{ radar_id = 30 }`))

		other := s.Copy(s.t, s.url)

		s.Succeeds("apply", "-auto-approve")
		other.Succeeds("apply", "-auto-approve") // 60 are granted, and 48 were left.
	},
	"It does not see other provider blocks.": inMistakes("Two gates pass that need too much together"),
	"It does not know that a run is a destroy.": func(s scene) {
		s.Write("main.tf", gate(`{ radar_id = 1 }`))
		s.Succeeds("apply", "-auto-approve")
		s.consume("radar_id", 48)
		s.Write("main.tf", gate(`{ radar_id = 2 }`))
		s.Fails(notEnough, "destroy", "-auto-approve")
		s.Succeeds("destroy", "-auto-approve", "-refresh=false")
	},
	"It does not recognize a renamed key.":           inMistakes("An existing order is judged again"),
	"It does not judge what `ignore_changes` hides.": inMistakes("The requirement grows, and nothing is judged"),
	"It does not keep the old gate if a replacement is refused at apply.": func(s scene) {
		for lines, left := range map[string]string{"": "", "  lifecycle {\n    create_before_destroy = true\n  }": "qcc_quota_gate.this"} {
			s.service.SetModules(emulator.Sample()...)
			s.Write("main.tf", gate(`{ radar_id = 48 }`, lines))
			s.Succeeds("apply", "-auto-approve")
			s.Succeeds("plan", "-replace=qcc_quota_gate.this", "-out=tfplan")
			s.consume("radar_id", 1)
			s.Fails(notEnough, "apply", "tfplan")

			if state := strings.TrimSpace(s.Succeeds("state", "list")); state != left {
				s.t.Errorf("with %q the state has %q, want %q", lines, state, left)
			}

			s.Fails(notEnough, "plan")

			if left != "" {
				s.Succeeds("state", "rm", "qcc_quota_gate.this")
			}

			s.Succeeds("import", "qcc_quota_gate.this", "radar_id=48")
			s.Plans("No changes.")
			s.Succeeds("destroy", "-auto-approve")
		}
	},
	"It does not hide counts.": func(s scene) {
		s.Write("main.tf", gate(`var.required`)+"\nvariable \"required\" {\n  type      = map(number)\n  sensitive = true\n}\n")
		s.Fails("This gate adds: 49", "plan", "-var=required={radar_id=49}")
	},
	"A mocked gate does not refuse.": func(s scene) {
		s.service.SetModules()
		s.Write("main.tf", gate(`{ radar_id = 1000 }`))
		s.Write("main.tftest.hcl", "mock_provider \"qcc\" {}\n\nrun \"more_than_is_left\" {\n}\n")
		s.Succeeds("test")
	},
}

// inMistakes returns a test for what the test of a mistake shows.
func inMistakes(heading string) func(s scene) {
	return func(s scene) {
		if mistakeTests[heading] == nil {
			s.t.Errorf("no test shows %s", heading)
		}
	}
}

func TestGatePageSaysWhatAGateDoesNotDo(t *testing.T) {
	t.Parallel()

	points := regexp.MustCompile(`(?m)^- \*\*(.+?)\*\*`).FindAllStringSubmatch(testkit.Section(t, testkit.GatePage, "What a gate does not do"), -1)
	if len(points) != len(limitTests) {
		t.Errorf("the page has %d points, and there are %d tests", len(points), len(limitTests))
	}

	for _, point := range points {
		t.Run(point[1], func(t *testing.T) {
			t.Parallel()

			test, tested := limitTests[point[1]]
			if !tested {
				t.Fatal("no test shows this")
			}

			test(newScene(t, map[string]string{"main.tf": testkit.RequiredProvider}))
		})
	}
}

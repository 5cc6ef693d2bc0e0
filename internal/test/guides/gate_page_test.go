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

	service := emulator.New(emulator.WithModules(emulator.Module{ID: "radar_id", Total: 50, Consumed: 49}))
	f := testkit.NewFolder(t, testkit.Serve(t, service), map[string]string{
		"resource.tf": testkit.ReadFile(t, "examples/resources/qcc_quota_gate/resource.tf"),
	})

	_, output := f.Run("plan")
	_, refusal, _ := strings.Cut(output, "\nError: ")
	refusal = strings.TrimSpace("Error: " + strings.ReplaceAll(refusal, `["second"]`, `["first"]`)) // Either may be refused.

	if shown := testkit.CodeBlocks(t, testkit.GatePage, "text"); len(shown) != 1 || strings.TrimSpace(shown[0]) != refusal {
		t.Errorf("%s shows %q, and Terraform says\n%s", testkit.GatePage, shown, refusal)
	}
}

// judgedTests run what each row of the table "What is judged" is about. The folder has a gate for 1 of radar_id, and the quota is spent.
var judgedTests = map[string]struct {
	run  func(f *testkit.Folder) (code int, output string)
	says string // What the output says.
}{
	"a gate is created": {func(f *testkit.Folder) (int, string) {
		f.Write("new.tf", `resource "qcc_quota_gate" "new" {`+"\n  required = { radar_id = 3 }\n}\n")

		return f.Run("plan")
	}, "This gate adds: 3"},
	"`required` grows": {func(f *testkit.Folder) (int, string) {
		f.Write("main.tf", gate(`{ radar_id = 3 }`))

		return f.Run("plan")
	}, "This gate adds: 2 (from 1 to 3)"},
	"`required` shrinks, or does not change": {func(f *testkit.Folder) (int, string) {
		f.Succeeds("plan", "-detailed-exitcode")
		f.Write("main.tf", gate(`{}`))

		return f.Run("plan")
	}, "1 to change"},
	"`plan -refresh-only`": {func(f *testkit.Folder) (int, string) {
		f.Write("main.tf", gate(`{ radar_id = 3 }`))

		return f.Run("plan", "-refresh-only")
	}, "No changes."},
	"a gate is destroyed": {func(f *testkit.Folder) (int, string) {
		return f.Run("destroy", "-auto-approve")
	}, "1 destroyed"},
	"a destroy, while the configuration would still add something": {func(f *testkit.Folder) (int, string) {
		f.Write("main.tf", gate(`{ radar_id = 3 }`))

		return f.Run("plan", "-destroy")
	}, "If this run is a destroy: run it with -refresh=false."},
	"a gate is replaced (`-replace`, `taint`)": {func(f *testkit.Folder) (int, string) {
		return f.Run("plan", "-replace=qcc_quota_gate.this")
	}, "This gate adds: 1"},
	"import": {func(f *testkit.Folder) (int, string) {
		f.Succeeds("state", "rm", "qcc_quota_gate.this")

		return f.Run("import", "qcc_quota_gate.this", "radar_id=1")
	}, "Import successful!"},
	"`required` or the provider block is not known before apply": {func(f *testkit.Folder) (int, string) {
		f.Write("main.tf", gate(`{ radar_id = 3, bene_id = length(terraform_data.first.id) }`)+`resource "terraform_data" "first" {}`)

		return f.Run("plan")
	}, `Terraform does not know before apply: required["bene_id"].`},
}

func TestGatePageSaysWhatIsJudged(t *testing.T) {
	t.Parallel()

	rows := regexp.MustCompile(`(?m)^\| ([^|]+) \| ([^|]+) \| (yes|no) \|$`).FindAllStringSubmatch(testkit.Section(t, testkit.GatePage, "What is judged"), -1)
	if len(rows) != len(judgedTests) {
		t.Errorf("the table has %d rows, and there are %d tests", len(rows), len(judgedTests))
	}

	for _, row := range rows {
		t.Run(row[1], func(t *testing.T) {
			t.Parallel()

			test, tested := judgedTests[row[1]]
			if !tested {
				t.Fatal("no test runs this")
			}

			service := emulator.New()
			f := testkit.NewFolder(t, testkit.Serve(t, service), map[string]string{"main.tf": gate(`{ radar_id = 1 }`)})
			f.Succeeds("apply", "-auto-approve")
			testkit.Consume(t, service, "radar_id", 48)

			before := service.Requests()
			code, output := test.run(f)

			asked := service.Requests() > before
			if asked != (row[3] == "yes") || (code == 1) != asked || (code == 1) != strings.Contains(output, notEnough) || !testkit.Says(test.says).MatchString(output) {
				t.Errorf("QCC is asked: %t, exit code %d, want %q\n%s", asked, code, test.says, output)
			}
		})
	}
}

// limitTests show each point of "What a gate does not do", by its first sentence.
var limitTests = map[string]func(t *testing.T, service *emulator.Emulator, f *testkit.Folder){
	"It does not follow its order.": func(t *testing.T, service *emulator.Emulator, f *testkit.Folder) {
		t.Helper()
		f.Write("main.tf", gate(`{ radar_id = 48 }`)+`
resource "terraform_data" "order" {
  depends_on = [qcc_quota_gate.this]

  provisioner "local-exec" {
    command = "exit 1"
  }
}
`)
		f.Fails("local-exec provisioner error", "apply", "-auto-approve")
		service.SetModules()
		f.Plans("1 to add")
		f.Fails("No such QCC quota module", "plan", "-replace=qcc_quota_gate.this")
	},
	"It does not make the order wait by itself.": func(t *testing.T, service *emulator.Emulator, f *testkit.Folder) {
		t.Helper()

		const order = "\nresource \"terraform_data\" \"order\" {\n}\n"

		for _, test := range []struct {
			order   string
			ordered bool
		}{
			{order, true},
			{strings.Replace(order, "{\n", "{\n  depends_on = [qcc_quota_gate.this]\n", 1), false},
		} {
			service.SetModules(emulator.Sample()...)
			f.Write("main.tf", gate(`{ radar_id = 48 }`)+test.order)
			f.Succeeds("plan", "-out=tfplan")
			testkit.Consume(t, service, "radar_id", 1)
			f.Fails(notEnough, "apply", "tfplan")

			if state := f.Succeeds("state", "list"); strings.Contains(state, "terraform_data.order") != test.ordered {
				t.Errorf("of\n%s\nthe apply has created\n%s", test.order, state)
			}

			f.Succeeds("destroy", "-auto-approve", "-refresh=false")
		}
	},
	"Two gates do not decide together.": func(t *testing.T, service *emulator.Emulator, f *testkit.Folder) {
		t.Helper()
		f.Write("main.tf", gate(`{ radar_id = 48 }`)+"\nresource \"qcc_quota_gate\" \"other\" {\n  required = { bene_id = 98 }\n}\n")
		f.Succeeds("plan", "-out=tfplan")
		testkit.Consume(t, service, "bene_id", 1)
		f.Fails(notEnough, "apply", "tfplan")

		if state := f.Succeeds("state", "list"); strings.TrimSpace(state) != "qcc_quota_gate.this" {
			t.Errorf("the state has\n%s", state)
		}
	},
	"It does not reserve quota.": func(t *testing.T, service *emulator.Emulator, f *testkit.Folder) {
		t.Helper()
		f.Write("main.tf", gate(`{ radar_id = 48 }`))
		f.Succeeds("apply", "-auto-approve")
		testkit.Consume(t, service, "radar_id", 48) // By somebody else.
		f.Plans("No changes.")
	},
	"It does not see other states.": func(t *testing.T, service *emulator.Emulator, f *testkit.Folder) {
		t.Helper()

		other := testkit.NewFolder(t, testkit.Serve(t, service), map[string]string{"main.tf": gate(`{ radar_id = 30 }`)})

		f.Write("main.tf", gate(`{ radar_id = 30 }`))
		f.Succeeds("apply", "-auto-approve")
		other.Succeeds("apply", "-auto-approve") // 60 are granted, and 48 were left.
	},
	"It does not see other provider blocks.": func(t *testing.T, _ *emulator.Emulator, f *testkit.Folder) {
		t.Helper()

		const other = "\nresource \"qcc_quota_gate\" \"other\" {\n  required = { radar_id = 30 }\n}\n"

		f.Write("main.tf", gate(`{ radar_id = 30 }`)+other)
		f.Fails(notEnough, "plan")

		f.Write("main.tf", gate(`{ radar_id = 30 }`)+strings.Replace(other, "{\n", "{\n  provider = qcc.other\n", 1)+
			"\nprovider \"qcc\" {\n  alias = \"other\"\n}\n")
		f.Plans("2 to add")
	},
	"It does not know that a run is a destroy.": func(t *testing.T, service *emulator.Emulator, f *testkit.Folder) {
		t.Helper()
		f.Write("main.tf", gate(`{ radar_id = 1 }`))
		f.Succeeds("apply", "-auto-approve")
		testkit.Consume(t, service, "radar_id", 48)
		f.Write("main.tf", gate(`{ radar_id = 2 }`))
		f.Fails(notEnough, "destroy", "-auto-approve")
		f.Succeeds("destroy", "-auto-approve", "-refresh=false")
	},
	"It does not recognize a renamed key.": func(t *testing.T, service *emulator.Emulator, f *testkit.Folder) {
		t.Helper()
		f.Write("main.tf", gate(`{ radar_id = 1 }`))
		f.Succeeds("apply", "-auto-approve")
		testkit.Consume(t, service, "radar_id", 48)

		renamed := strings.Replace(gate(`{ radar_id = 1 }`), `"this"`, `"renamed"`, 1)

		f.Write("main.tf", renamed)
		f.Fails(notEnough, "plan")
		f.Write("main.tf", renamed+"\nmoved {\n  from = qcc_quota_gate.this\n  to   = qcc_quota_gate.renamed\n}\n")
		f.Plans("0 to add, 0 to change, 0 to destroy")
	},
	"It does not judge what `ignore_changes` hides.": func(t *testing.T, _ *emulator.Emulator, f *testkit.Folder) {
		t.Helper()

		const ignores = "  lifecycle {\n    ignore_changes = [required]\n  }"

		f.Write("main.tf", gate(`{ radar_id = 1 }`, ignores))
		f.Succeeds("apply", "-auto-approve")
		f.Write("main.tf", gate(`{ radar_id = 1000 }`, ignores))
		f.Plans("No changes.")
		f.Write("main.tf", gate(`{ radar_id = 1000 }`))
		f.Fails(notEnough, "plan")
	},
	"It does not keep the old gate if a replacement is refused at apply.": func(t *testing.T, service *emulator.Emulator, f *testkit.Folder) {
		t.Helper()

		for lines, left := range map[string]string{"": "", "  lifecycle {\n    create_before_destroy = true\n  }": "qcc_quota_gate.this"} {
			service.SetModules(emulator.Sample()...)
			f.Write("main.tf", gate(`{ radar_id = 48 }`, lines))
			f.Succeeds("apply", "-auto-approve")
			f.Succeeds("plan", "-replace=qcc_quota_gate.this", "-out=tfplan")
			testkit.Consume(t, service, "radar_id", 1)
			f.Fails(notEnough, "apply", "tfplan")

			if state := strings.TrimSpace(f.Succeeds("state", "list")); state != left {
				t.Errorf("with %q the state has %q, want %q", lines, state, left)
			}

			f.Fails(notEnough, "plan")

			if left != "" {
				f.Succeeds("state", "rm", "qcc_quota_gate.this")
			}

			f.Succeeds("import", "qcc_quota_gate.this", "radar_id=48")
			f.Plans("No changes.")
			f.Succeeds("destroy", "-auto-approve")
		}
	},
	"It does not hide counts.": func(t *testing.T, _ *emulator.Emulator, f *testkit.Folder) {
		t.Helper()
		f.Write("main.tf", gate(`var.required`)+"\nvariable \"required\" {\n  type      = map(number)\n  sensitive = true\n}\n")
		f.Fails("This gate adds: 49", "plan", "-var=required={radar_id=49}")
	},
	"A mocked gate does not refuse.": func(t *testing.T, service *emulator.Emulator, f *testkit.Folder) {
		t.Helper()
		service.SetModules()
		f.Write("main.tf", gate(`{ radar_id = 1000 }`))
		f.Write("main.tftest.hcl", "mock_provider \"qcc\" {}\n\nrun \"more_than_is_left\" {\n}\n")
		f.Succeeds("test")
	},
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

			service := emulator.New()
			test(t, service, testkit.NewFolder(t, testkit.Serve(t, service), map[string]string{"main.tf": testkit.RequiredProvider}))
		})
	}
}

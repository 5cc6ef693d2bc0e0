package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/qccpro/terraform-provider-qcc/internal/testkit"
)

// inACopy changes to a temporary folder with links to the files that the demo reads.
func inACopy(t *testing.T) string {
	t.Helper()

	root, err := filepath.Abs("../../..")
	if err != nil {
		t.Fatal(err)
	}

	dir := t.TempDir()
	for _, name := range []string{"LICENSE", "go.mod", "go.sum", "main.go", "internal", "examples"} {
		if err := os.Symlink(filepath.Join(root, name), filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}

	t.Chdir(dir)

	return dir
}

func leftovers(t *testing.T, dir string) []string {
	t.Helper()

	left, err := filepath.Glob(filepath.Join(dir, buildDir, "*"))
	if err != nil {
		t.Fatal(err)
	}

	return left
}

func TestDemo(t *testing.T) {
	dir := inACopy(t)
	t.Setenv("TF_CLI_CONFIG_FILE", filepath.Join(dir, "does-not-exist"))
	t.Setenv("TF_CLI_ARGS", "-nonsense")
	t.Setenv("TF_WORKSPACE", "nonsense")
	t.Setenv("QCC_KEY", "nonsense")

	var out strings.Builder
	if err := run(t.Context(), &out); err != nil {
		t.Fatalf("%v\n%s", err, out.String())
	}

	at := 0

	for _, said := range []string{
		"$ cat main.tf", `resource "qcc_quota_gate" "monitoring"`, "$ terraform init",

		"$ terraform plan -var='orders={north=20, south=20, west=20}'\n", "Error: Not enough QCC quota", "short by 12.",
		"This gate adds: 20", "Available to this gate: 8", "Left at QCC: 48 of 50", "Granted to other gates in this run: 40",
		"\nemulator: query 1: GET /api/company/quota/getQuota: 200",

		"$ terraform plan -var='orders={north=30}' -out=tfplan\n", "Plan: 2 to add",
		"\nemulator: query",

		"$ terraform apply tfplan\n", "Error: Not enough QCC quota", "short by 2.", "This gate adds: 30", "Left at QCC: 28 of 50",
		"\nemulator: query",

		"$ terraform apply -auto-approve -var='orders={north=20}'\n", "2 added", "\nemulator: query", "\nemulator: query",

		"$ terraform plan -var='orders={north=20}'\n", "No changes.", "\nemulator: no query",

		"HTTP status 503",
		"$ terraform destroy -auto-approve -var='orders={north=20}'\n", "2 destroyed", "\nemulator: no query",
		"Summary",
	} {
		found := strings.Index(out.String()[at:], said)
		if found < 0 {
			t.Fatalf("%q is not said, or not in its place:\n%s", said, out.String())
		}

		at += found + len(said)
	}

	if strings.Contains(out.String(), "\x1b[") {
		t.Error("the output has colors, although it is no terminal")
	}

	if left := leftovers(t, dir); len(left) > 0 {
		t.Errorf("the demo leaves %s", left)
	}
}

// TestPicturesShowTheRefusedPlan draws the pictures again, and compares them with those of the READMEs. Other versions of Terraform may
// write other text around the error, so then only the lines of the error must be the same.
func TestPicturesShowTheRefusedPlan(t *testing.T) {
	drawn := map[string]string{}
	for _, name := range []string{"refused-plan.svg", "refused-plan.zh-CN.svg"} {
		drawn[name] = testkit.ReadFile(t, filepath.Join("../../../assets", name))
	}

	makefile := testkit.ReadFile(t, "../../../GNUmakefile")
	dir := inACopy(t)

	var out strings.Builder
	if err := draw(t.Context(), &out, filepath.Join(dir, "assets")); err != nil {
		t.Fatalf("%v\n%s", err, out.String())
	}

	version, err := exec.CommandContext(t.Context(), "terraform", "version", "-json").Output()
	if err != nil {
		t.Fatal(err)
	}

	_, wanted, _ := strings.Cut(makefile, "TERRAFORM_VERSION := ")
	wanted, _, _ = strings.Cut(wanted, "\n")
	same := strings.Contains(string(version), `"`+wanted+`"`)
	text := regexp.MustCompile(`>([^<]*)</text>`)

	for name, want := range drawn {
		got := testkit.ReadFile(t, filepath.Join(dir, "assets", name))

		for _, picture := range []*string{&got, &want} {
			if !same {
				*picture = strings.Join(text.FindAllString(*picture, -1), "\n")
				_, *picture, _ = strings.Cut(*picture, "╷")
				*picture, _, _ = strings.Cut(*picture, "╵")
			}
		}

		if got != want {
			t.Errorf("assets/%s is not the refused plan of the demo; run make generate. It is now\n%s", name, got)
		}

		if !strings.Contains(got, "monitoring[&#34;"+shown+"&#34;]") {
			t.Errorf("%s does not show the gate %s", name, shown)
		}
	}

	if left := leftovers(t, dir); len(left) > 0 {
		t.Errorf("the pictures leave %s", left)
	}
}

func TestOutcome(t *testing.T) {
	t.Parallel()

	want := outcome{code: isRefused, says: "short", queries: true}

	for name, test := range map[string]struct {
		code    int
		output  string
		queries int
		fault   string
	}{
		"as expected":    {isRefused, "It is short.", 2, ""},
		"another code":   {succeeds, "It is short.", 2, "exit code 0, not 1"},
		"another output": {isRefused, "It is long.", 2, `the output does not have "short"`},
		"no query":       {isRefused, "It is short.", 0, "the emulator received 0 queries"},
	} {
		err := want.check(test.code, test.output, test.queries)
		if got := fmt.Sprint(err); err != nil && got != test.fault || err == nil && test.fault != "" {
			t.Errorf("%s: error is %v, want %q", name, err, test.fault)
		}
	}

	if err := (outcome{}).check(succeeds, "", 1); err == nil {
		t.Error("a query is not noticed where none is expected")
	}
}

func TestDemoThatIsInterruptedLeavesNothing(t *testing.T) {
	dir := inACopy(t)
	temporary := t.TempDir()
	t.Setenv("TMPDIR", temporary) // The provider creates its socket here, and removes it when it stops.

	ctx, cancel := context.WithCancel(t.Context())

	out := &cancelAt{text: ": Creating...", cancel: cancel}
	if err := run(ctx, out); !errors.Is(err, context.Canceled) {
		t.Errorf("error is %v, want context.Canceled\n%s", err, out.String())
	}

	if left := leftovers(t, dir); len(left) > 0 {
		t.Errorf("the demo leaves %s", left)
	}

	if left, err := os.ReadDir(temporary); len(left) > 0 || err != nil {
		t.Errorf("Terraform leaves %v, %v", left, err)
	}
}

// cancelAt calls cancel as soon as the text is written.
type cancelAt struct {
	strings.Builder

	text   string
	cancel func()
}

func (c *cancelAt) Write(p []byte) (int, error) {
	n, err := c.Builder.Write(p)
	if strings.Contains(c.String(), c.text) {
		c.cancel()
	}

	return n, err
}

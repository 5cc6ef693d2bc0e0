package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/qccpro/terraform-provider-qcc/internal/message"
	"github.com/qccpro/terraform-provider-qcc/internal/testkit"
)

// inACopy changes to a temporary folder with links to the files that the demo reads. At the end, it checks that the demo leaves nothing
// there, except the build of the provider.
func inACopy(t *testing.T) {
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
	t.Cleanup(func() {
		if left, err := filepath.Glob(filepath.Join(dir, buildDir, "*")); len(left) != 1 || filepath.Base(left[0]) != "providers" || err != nil {
			t.Errorf("the demo leaves %s, %v", left, err)
		}
	})
}

func TestDemo(t *testing.T) {
	inACopy(t)
	t.Setenv("TF_CLI_CONFIG_FILE", "/does/not/exist")
	t.Setenv("TF_CLI_ARGS", "-nonsense")
	t.Setenv("TF_WORKSPACE", "nonsense")
	t.Setenv("QCC_KEY", "nonsense")

	var out strings.Builder
	if err := run(t.Context(), message.English, &out); err != nil {
		t.Fatalf("%v\n%s", err, out.String())
	}

	at := 0

	wanted := []string{
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
		"Two runs share a database",
	}

	if testkit.HasPostgres() {
		wanted = append(wanted, "$ terraform apply -auto-approve -var='orders={north=30}'\n", "2 added", "\nemulator: query",
			"$ terraform plan -var='orders={south=30}'\n", "short by 12.", "Reserved by other runs: 30", "Held by: the run in the north")
	} else {
		wanted = append(wanted, "This step needs PostgreSQL")
	}

	for _, said := range append(wanted, "Summary") {
		found := strings.Index(out.String()[at:], said)
		if found < 0 {
			t.Fatalf("%q is not said, or not in its place:\n%s", said, out.String())
		}

		at += found + len(said)
	}

	if strings.Contains(out.String(), "\x1b[") {
		t.Error("the output has colors, although it is no terminal")
	}
}

// TestDemoInChinese checks that everything but Terraform's own output is Chinese.
func TestDemoInChinese(t *testing.T) {
	testkit.OnlyLong(t, true, "TestDemo runs the same story")
	inACopy(t)

	var out strings.Builder
	if err := run(t.Context(), message.Chinese, &out); err != nil {
		t.Fatalf("%v\n%s", err, out.String())
	}

	for _, said := range []string{"演示先构建 provider。\n", "# 凭据来自环境变量。\n", "\n模拟服务：第 1 次查询：GET ", "\n模拟服务：没有查询\n", "Error: 企查查额度不足", "小结 ="} {
		if !strings.Contains(out.String(), said) {
			t.Errorf("%q is not said:\n%s", said, out.String())
		}
	}

	for paragraph := range strings.SplitSeq(out.String(), "\n\n") {
		if title := strings.HasPrefix(paragraph, "== "); (title || strings.HasPrefix(paragraph, "emulator")) && !regexp.MustCompile(`\p{Han}`).MatchString(paragraph) {
			t.Errorf("%q is English", paragraph)
		}
	}
}

func TestEveryCommentOfTheConfigurationHasATwin(t *testing.T) {
	t.Parallel()

	module := rootModule(message.Chinese)
	for line := range strings.SplitSeq(module, "\n") {
		_, comment, found := strings.Cut(line, "# ")
		if found && !regexp.MustCompile(`\p{Han}`).MatchString(comment) {
			t.Errorf("%q is English", comment)
		}
	}

	for _, comment := range comments() {
		if !strings.Contains(configuration, comment.English) || !strings.Contains(module, comment.Chinese) {
			t.Errorf("the configuration does not say %+v", comment)
		}
	}
}

func TestOutcome(t *testing.T) {
	t.Parallel()

	want := outcome{code: isRefused, says: text("short", "缺口"), queries: true}

	for fault, err := range map[string]error{
		"<nil>":                            want.check(message.English, isRefused, "It is short.", 2),
		"exit code 0, not 1":               want.check(message.English, succeeds, "It is short.", 2),
		`the output does not have "short"`: want.check(message.English, isRefused, "It is long.", 2),
		`the output does not have "缺口"`:    want.check(message.Chinese, isRefused, "It is short.", 2),
		"the emulator received 0 queries":  want.check(message.English, isRefused, "It is short.", 0),
		"the emulator received 1 queries":  outcome{}.check(message.English, succeeds, "", 1),
	} {
		if fmt.Sprint(err) != fault {
			t.Errorf("error is %v, want %s", err, fault)
		}
	}
}

func TestDemoThatIsInterruptedLeavesNothing(t *testing.T) {
	if testing.Short() {
		t.Skip("the short tests run the demo once")
	}

	inACopy(t)

	temporary := t.TempDir()
	t.Setenv("TMPDIR", temporary) // The provider creates its socket here, and removes it when it stops.

	ctx, cancel := context.WithCancel(t.Context())

	out := &cancelAt{text: ": Creating...", cancel: cancel}
	if err := run(ctx, message.English, out); !errors.Is(err, context.Canceled) {
		t.Errorf("error is %v, want context.Canceled\n%s", err, out.String())
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

package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
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
		"$ terraform plan '-var=qcc_required={radar_id=40}' -out=tfplan", "Plan: 1 to add",
		"emulator: query 1: GET /api/company/quota/getQuota: 200",
		"$ terraform apply tfplan", "QCC quota is short at this moment.", "emulator: query",
		"$ terraform plan '-var=qcc_required={radar_id=40}'\n", "QCC quota is short by 12 for radar_id: 40 required.",
		"$ terraform plan\n", "Plan: 1 to add", "Four commands, ",
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

func TestDemoThatIsInterruptedLeavesNothing(t *testing.T) {
	dir := inACopy(t)
	temporary := t.TempDir()
	t.Setenv("TMPDIR", temporary) // The provider creates its socket here, and removes it when it stops.

	ctx, cancel := context.WithCancel(t.Context())

	out := &cancelAt{text: "data.qcc_quota.this: Reading", cancel: cancel}
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

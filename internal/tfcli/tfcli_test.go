package tfcli_test

import (
	"context"
	"errors"
	"io"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/qccpro/terraform-provider-qcc/internal/tfcli"
)

func TestTerraformIsNeeded(t *testing.T) {
	t.Setenv("TF_ACC_TERRAFORM_PATH", filepath.Join(t.TempDir(), "terraform"))

	if _, err := tfcli.New(t.Context(), t.TempDir()); !errors.Is(err, exec.ErrNotFound) && (err == nil || !strings.Contains(err.Error(), "finding Terraform")) {
		t.Errorf("error is %v, want one that names what is missing", err)
	}
}

func TestABuildThatFailsIsShown(t *testing.T) {
	t.Chdir(t.TempDir()) // This folder has no module.

	if _, err := tfcli.New(t.Context(), "."); err == nil || !strings.Contains(err.Error(), "building the provider") {
		t.Errorf("error is %v, want the build's", err)
	}
}

func TestRun(t *testing.T) {
	// These variables of a user must not reach Terraform.
	t.Setenv("TF_CLI_ARGS", "-nonsense")
	t.Setenv("TF_CLI_CONFIG_FILE", "/does/not/exist")
	t.Setenv("QCC_KEY", "nonsense")

	terraform, err := tfcli.New(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}

	var out strings.Builder
	if code, err := terraform.Run(t.Context(), t.TempDir(), nil, &out, "version"); code != 0 || err != nil || !strings.HasPrefix(out.String(), "Terraform v") {
		t.Errorf("version: %d, %v\n%s", code, err, out.String())
	}

	if code, err := terraform.Run(t.Context(), t.TempDir(), []string{"TF_CLI_ARGS=-nonsense"}, &out, "version"); code != 1 || err != nil {
		t.Errorf("a command that fails: %d, %v\n%s", code, err, out.String())
	}

	if code, err := terraform.Run(t.Context(), t.TempDir(), nil, closed{}, "version"); code != 0 || err != nil {
		t.Errorf("a command whose output cannot be written: %d, %v", code, err)
	}

	ctx, cancel := context.WithCancel(t.Context())
	cancel()

	if _, err := terraform.Run(ctx, t.TempDir(), nil, &out, "version"); !errors.Is(err, context.Canceled) {
		t.Errorf("a command that is cancelled: %v", err)
	}
}

// closed behaves like a pipe whose reader has closed it.
type closed struct{}

func (closed) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }

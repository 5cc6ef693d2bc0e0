// Package tfcli runs the real Terraform CLI with a build of this provider, apart from whatever the user's own Terraform is
// configured to do. The demo and the tests use it; the provider does not.
package tfcli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"
)

// Version is the version under which CLI offers the provider.
const Version = "0.0.1"

const (
	module  = "github.com/qccpro/terraform-provider-qcc"
	address = "registry.terraform.io/qccpro/qcc"
	// stopTimeout is how long Terraform may take to stop its providers when it is interrupted.
	stopTimeout = 10 * time.Second
)

// CLI is a Terraform that finds this provider in a filesystem mirror, and nothing else anywhere.
type CLI struct {
	terraform string
	env       []string
}

// New builds the provider of the module that the working directory is in, and lays a mirror and a CLI configuration into dir. It
// takes the Terraform that TF_ACC_TERRAFORM_PATH names, as plugin-testing does, or the one on the PATH.
func New(ctx context.Context, dir string) (*CLI, error) {
	terraform, err := exec.LookPath(cmp.Or(os.Getenv("TF_ACC_TERRAFORM_PATH"), "terraform"))
	if err != nil {
		return nil, fmt.Errorf("finding Terraform: %w", err)
	}

	dir, err = filepath.Abs(dir)
	if err != nil {
		return nil, err
	}

	mirror := filepath.Join(dir, "mirror")
	binary := filepath.Join(mirror, filepath.FromSlash(address), Version, runtime.GOOS+"_"+runtime.GOARCH, "terraform-provider-qcc_v"+Version)

	if runtime.GOOS == "windows" {
		binary += ".exe"
	}

	build := exec.CommandContext(ctx, "go", //nolint:gosec // The arguments are ours.
		"build", "-trimpath", "-buildvcs=false", "-ldflags=-s -w -X main.version="+Version, "-o", binary, module)

	build.Env = append(os.Environ(), "CGO_ENABLED=0", "GOWORK=off", "GOFLAGS=-mod=readonly", "GOOS=", "GOARCH=",
		"GOTMPDIR="+dir) // Where an interrupted build leaves files.

	if output, err := build.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("building the provider: %w\n%s", err, output)
	}

	configuration := filepath.Join(dir, "terraform.rc")
	content := fmt.Sprintf("disable_checkpoint = true\n\nprovider_installation {\n  filesystem_mirror {\n    path = %q\n  }\n}\n", filepath.ToSlash(mirror))

	if err := os.WriteFile(configuration, []byte(content), 0o600); err != nil {
		return nil, err
	}

	return &CLI{terraform: terraform, env: append(cleanEnvironment(), "TF_CLI_CONFIG_FILE="+configuration)}, nil
}

// cleanEnvironment is this process's environment without what would change how Terraform or the provider runs.
func cleanEnvironment() []string {
	env := []string{"TF_IN_AUTOMATION=1", "CHECKPOINT_DISABLE=1"}

	for _, variable := range os.Environ() {
		if !strings.HasPrefix(variable, "TF_") && !strings.HasPrefix(variable, "QCC_") && !strings.HasPrefix(variable, "CHECKPOINT_") {
			env = append(env, variable)
		}
	}

	return env
}

// Environ returns the environment in which Run runs Terraform, and in which a script's own `terraform` is the same one.
func (c *CLI) Environ() []string {
	return append(slices.Clone(c.env), "PATH="+filepath.Dir(c.terraform)+string(filepath.ListSeparator)+os.Getenv("PATH"))
}

// lastingWriter hides that its writer fails. A Terraform that cannot write dies at once, and leaves its providers running; one whose
// words go nowhere can still be interrupted.
type lastingWriter struct{ io.Writer }

func (w *lastingWriter) Write(p []byte) (int, error) {
	_, _ = w.Writer.Write(p)

	return len(p), nil
}

// Run runs Terraform in dir with the variables of env added to its environment, and returns its exit code. Its output, errors
// included, goes to out. The error is for a Terraform that did not run to its end.
func (c *CLI) Run(ctx context.Context, dir string, env []string, out io.Writer, args ...string) (int, error) {
	command := exec.CommandContext(ctx, c.terraform, args...) //nolint:gosec // It is there to run what the caller says.
	command.Dir = dir
	command.Env = slices.Concat(c.env, env)
	output := &lastingWriter{Writer: out}
	command.Stdout, command.Stderr = output, output
	separate(command)
	command.Cancel = func() error { return command.Process.Signal(os.Interrupt) }
	command.WaitDelay = stopTimeout

	var exit *exec.ExitError

	err := command.Run()

	switch {
	case ctx.Err() != nil:
		return -1, ctx.Err()
	case errors.As(err, &exit):
		return exit.ExitCode(), nil
	default:
		return 0, err
	}
}

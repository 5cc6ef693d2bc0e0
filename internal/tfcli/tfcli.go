// Package tfcli runs the real Terraform CLI with a build of this provider. It ignores the user's own Terraform configuration. The demo,
// the tests and the measurements use it; the provider does not.
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

	"github.com/qccpro/terraform-provider-qcc/internal/build"
)

// Version is the version of every provider in the mirror of a CLI.
const Version = "0.1.0"

const (
	// keptDir is the folder in the project's root that keeps the builds of providers.
	keptDir = ".build/providers"
	// stopTimeout is the time that Terraform has to stop its providers after an interrupt.
	stopTimeout = 10 * time.Second
)

// CLI is a Terraform that installs providers only from its own filesystem mirror.
type CLI struct {
	terraform string
	dir       string
	env       []string
}

// New builds the provider from the module around the working directory. It writes a mirror and a CLI configuration to dir. It uses the
// Terraform that TF_ACC_TERRAFORM_PATH names, as plugin-testing does, or else the one on the PATH.
func New(ctx context.Context, dir string) (*CLI, error) {
	terraform, err := exec.LookPath(cmp.Or(os.Getenv("TF_ACC_TERRAFORM_PATH"), "terraform"))
	if err != nil {
		return nil, fmt.Errorf("finding Terraform: %w", err)
	}

	dir, err = filepath.Abs(dir)
	if err != nil {
		return nil, err
	}

	configuration := filepath.Join(dir, "terraform.rc")
	c := &CLI{terraform: terraform, dir: dir, env: append(cleanEnvironment(), "TF_CLI_CONFIG_FILE="+configuration)}

	if err := c.Install(ctx, "qcc", build.Module); err != nil {
		return nil, err
	}

	content := fmt.Sprintf("disable_checkpoint = true\n\nprovider_installation {\n  filesystem_mirror {\n    path = %q\n  }\n}\n", filepath.ToSlash(c.mirror()))

	return c, os.WriteFile(configuration, []byte(content), 0o600)
}

// mirror returns the path of the filesystem mirror.
func (c *CLI) mirror() string { return filepath.Join(c.dir, "mirror") }

// provider returns the build of a provider in the mirror by its name.
func provider(name string) build.Provider {
	return build.Provider{Name: name, Version: Version, Platform: build.Host()}
}

// Provider returns the path of a provider's binary. New builds qcc, and Install builds others.
func (c *CLI) Provider(name string) string {
	return provider(name).UnpackedPath(c.mirror())
}

// Install builds a provider from a package of this module. It adds the build to the mirror as qccpro/name.
func (c *CLI) Install(ctx context.Context, name, pkg string) error {
	installed := provider(name)
	installed.Package = pkg

	// Several test processes may build at the same time, which Windows does not allow. Without a root, the build reports the error.
	if root, err := build.Root(ctx); err == nil && runtime.GOOS != "windows" {
		installed.Kept = filepath.Join(root, keptDir)
	}

	return installed.Install(ctx, c.mirror())
}

// cleanEnvironment returns the environment of this process without settings of Terraform and the provider.
func cleanEnvironment() []string {
	env := []string{"TF_IN_AUTOMATION=1", "CHECKPOINT_DISABLE=1"}

	for _, variable := range os.Environ() {
		if !strings.HasPrefix(variable, "TF_") && !strings.HasPrefix(variable, "QCC_") && !strings.HasPrefix(variable, "CHECKPOINT_") {
			env = append(env, variable)
		}
	}

	return env
}

// Environ returns the environment of Run for scripts. Its PATH resolves `terraform` to the same Terraform.
func (c *CLI) Environ() []string {
	return append(slices.Clone(c.env), "PATH="+filepath.Dir(c.terraform)+string(filepath.ListSeparator)+os.Getenv("PATH"))
}

// lastingWriter ignores the errors of its writer. Terraform exits at once when it cannot write, and leaves its providers running. If its
// output is discarded instead, Terraform can still be interrupted and stop them.
type lastingWriter struct{ io.Writer }

func (w *lastingWriter) Write(p []byte) (int, error) {
	_, _ = w.Writer.Write(p)

	return len(p), nil
}

// Command returns a command that runs Terraform in dir, with env added to its environment. When ctx ends, the command receives an
// interrupt, and has stopTimeout to stop its providers.
func (c *CLI) Command(ctx context.Context, dir string, env []string, args ...string) *exec.Cmd {
	command := exec.CommandContext(ctx, c.terraform, args...) //nolint:gosec // The caller provides the arguments.
	command.Dir = dir
	command.Env = slices.Concat(c.env, env)
	separate(command)
	command.Cancel = func() error { return command.Process.Signal(os.Interrupt) }
	command.WaitDelay = stopTimeout

	return command
}

// Run runs a Command and returns its exit code. It writes both standard output and standard error to out. It returns an error only if
// Terraform did not start, or did not finish.
func (c *CLI) Run(ctx context.Context, dir string, env []string, out io.Writer, args ...string) (int, error) {
	command := c.Command(ctx, dir, env, args...)
	output := &lastingWriter{Writer: out}
	command.Stdout, command.Stderr = output, output

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

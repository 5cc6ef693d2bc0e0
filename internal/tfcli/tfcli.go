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
	"slices"
	"strings"
	"time"

	"github.com/qccpro/terraform-provider-qcc/internal/build"
)

// Version is the version under which CLI offers the provider.
const Version = "0.0.1"

const (
	// tofusRegistry is where OpenTofu looks for the provider.
	tofusRegistry = "registry.opentofu.org"
	// stopTimeout is how long Terraform may take to stop its providers when it is interrupted.
	stopTimeout = 10 * time.Second
)

// CLI is a Terraform that finds this provider in a filesystem mirror, and nothing else anywhere.
type CLI struct {
	terraform string
	dir       string
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

	configuration := filepath.Join(dir, "terraform.rc")
	c := &CLI{terraform: terraform, dir: dir, env: append(cleanEnvironment(), "TF_CLI_CONFIG_FILE="+configuration)}

	if err := c.Install(ctx, "qcc", build.Module); err != nil {
		return nil, err
	}

	content := fmt.Sprintf("disable_checkpoint = true\n\nprovider_installation {\n  filesystem_mirror {\n    path = %q\n  }\n}\n", filepath.ToSlash(c.mirror()))

	return c, os.WriteFile(configuration, []byte(content), 0o600)
}

func (c *CLI) mirror() string { return filepath.Join(c.dir, "mirror") }

// provider returns the provider that CLI offers by a name.
func provider(name string) build.Provider {
	return build.Provider{Name: name, Version: Version, Platform: build.Host()}
}

// Provider returns the path of a provider's binary, which New (for qcc) or Install has built.
func (c *CLI) Provider(name string) string {
	return provider(name).UnpackedPath(c.mirror(), build.Registry)
}

// Install builds a provider from a package of this module, and puts it into the mirror as qccpro/name.
func (c *CLI) Install(ctx context.Context, name, pkg string) error {
	installed := provider(name)
	installed.Package = pkg

	if err := installed.Install(ctx, c.mirror()); err != nil {
		return err
	}

	tofus := installed.UnpackedPath(c.mirror(), tofusRegistry)
	if err := os.MkdirAll(filepath.Dir(tofus), 0o750); err != nil {
		return err
	}

	return os.Link(c.Provider(name), tofus)
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

// Command returns the command that runs Terraform in dir with the variables of env added to its environment. When ctx ends, it is
// interrupted, and may stop its providers.
func (c *CLI) Command(ctx context.Context, dir string, env []string, args ...string) *exec.Cmd {
	command := exec.CommandContext(ctx, c.terraform, args...) //nolint:gosec // It is there to run what the caller says.
	command.Dir = dir
	command.Env = slices.Concat(c.env, env)
	separate(command)
	command.Cancel = func() error { return command.Process.Signal(os.Interrupt) }
	command.WaitDelay = stopTimeout

	return command
}

// Run runs a Command and returns its exit code. Its output, errors included, goes to out. The error is for a Terraform that did not run
// to its end.
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

package testkit

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/qccpro/terraform-provider-qcc/internal/tfcli"
)

// Folder is a root module in which a test runs the real Terraform with the provider as users have it.
type Folder struct {
	// Dir is the folder's absolute path.
	Dir string

	t         *testing.T
	terraform *tfcli.CLI
	env       []string
}

// NewFolder returns an initialized root module with these files, whose provider asks at baseURL.
func NewFolder(t *testing.T, baseURL string, files map[string]string) *Folder {
	t.Helper()

	f := &Folder{
		Dir: t.TempDir(), t: t, terraform: Terraform(t),
		env: append(Credentials(baseURL).Environ(), WithoutTLS),
	}

	for name, content := range files {
		f.Write(name, content)
	}

	f.Succeeds("init", "-input=false")

	return f
}

// Set sets variables of the environment, each written as NAME=value.
func (f *Folder) Set(variables ...string) { f.env = append(f.env, variables...) }

// KeepTLS lets Terraform and the provider talk as they do for users, with TLS.
func (f *Folder) KeepTLS() { f.Set("TF_DISABLE_PLUGIN_TLS=") }

// Environ returns the environment in which Terraform runs here, for programs that run Terraform themselves.
func (f *Folder) Environ() []string { return slices.Concat(f.terraform.Environ(), f.env) }

// Write writes a file. Its name has slashes, and may have folders that do not exist yet.
func (f *Folder) Write(name, content string) {
	f.t.Helper()

	path := filepath.Join(f.Dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		f.t.Fatal(err)
	}

	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		f.t.Fatal(err)
	}
}

// Read returns what a file holds.
func (f *Folder) Read(name string) string {
	f.t.Helper()

	return ReadFile(f.t, filepath.Join(f.Dir, filepath.FromSlash(name)))
}

// State returns the state as it is written.
func (f *Folder) State() string {
	f.t.Helper()

	return f.Read("terraform.tfstate")
}

// RunContext runs a command until ctx ends, and returns its exit code and all of its output. The error is for a Terraform that did not
// run to its end.
func (f *Folder) RunContext(ctx context.Context, args ...string) (int, string, error) {
	var output strings.Builder

	code, err := f.terraform.Run(ctx, f.Dir, append(slices.Clone(f.env), "TF_CLI_ARGS=-no-color"), &output, args...)

	return code, output.String(), err
}

// Run runs a command, and returns its exit code and all of its output.
func (f *Folder) Run(args ...string) (int, string) {
	f.t.Helper()

	code, output, err := f.RunContext(f.t.Context(), args...)
	if err != nil {
		f.t.Fatalf("terraform %s: %v\n%s", strings.Join(args, " "), err, output)
	}

	return code, output
}

// Succeeds runs a command that must succeed, and returns its output.
func (f *Folder) Succeeds(args ...string) string {
	f.t.Helper()

	code, output := f.Run(args...)
	if code != 0 {
		f.t.Fatalf("terraform %s: exit code %d\n%s", strings.Join(args, " "), code, output)
	}

	return output
}

// Fails runs a command that must fail and say the text.
func (f *Folder) Fails(text string, args ...string) {
	f.t.Helper()

	code, output := f.Run(args...)
	if code != 1 || !Says(text).MatchString(output) {
		f.t.Fatalf("terraform %s: exit code %d, want 1 and %q\n%s", strings.Join(args, " "), code, text, output)
	}
}

// Plans makes a plan that must succeed and say the text.
func (f *Folder) Plans(text string) {
	f.t.Helper()

	if output := f.Succeeds("plan"); !Says(text).MatchString(output) {
		f.t.Errorf("the plan does not say %q:\n%s", text, output)
	}
}

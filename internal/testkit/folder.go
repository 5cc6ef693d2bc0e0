package testkit

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/qccpro/terraform-provider-qcc/internal/tfcli"
)

// Folder is a root module in which a test runs the real Terraform. Terraform uses a build of the provider.
type Folder struct {
	// Dir is the absolute path of the folder.
	Dir string

	t         *testing.T
	terraform *tfcli.CLI
	// mu guards env, because an attached provider reads it.
	mu  sync.Mutex
	env []string
	// attached reports whether the provider runs in the test's own process.
	attached bool
}

// NewFolder creates a root module from files, and runs terraform init. Its provider sends requests to baseURL.
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

// NewAttachedFolder creates a root module from files. Its provider runs in the test's own process and sends requests to baseURL, so it needs
// no terraform init. Use NewFolder for tests with two provider blocks, and for tests of secrets, logs, proxies and signals.
func NewAttachedFolder(t *testing.T, baseURL string, files map[string]string) *Folder {
	t.Helper()

	f := &Folder{Dir: t.TempDir(), t: t, terraform: Terraform(t), env: append(Credentials(baseURL).Environ(), WithoutTLS), attached: true}
	f.attach()

	for name, content := range files {
		f.Write(name, content)
	}

	return f
}

// attach serves a provider with the environment of the folder.
func (f *Folder) attach() { f.Set(Attach(f.t, f.getenv)) }

// getenv returns the last value of an environment variable of the folder; "" if it is not set.
func (f *Folder) getenv(name string) string {
	for _, variable := range slices.Backward(f.variables()) {
		if value, found := strings.CutPrefix(variable, name+"="); found {
			return value
		}
	}

	return ""
}

// Copy returns a folder for another test with the files of this one: the configuration, the state and saved plans, but no child modules. Its
// provider sends requests to baseURL. Both folders share what terraform init installed, so a copy needs no init.
func (f *Folder) Copy(t *testing.T, baseURL string) *Folder {
	t.Helper()

	folder := &Folder{
		Dir: t.TempDir(), t: t, terraform: f.terraform,
		// If a variable is set twice, the last value counts. So the copy of a copy also shares the first folder's data.
		env:      slices.Concat([]string{"TF_DATA_DIR=" + filepath.Join(f.Dir, ".terraform")}, f.variables(), Credentials(baseURL).Environ()),
		attached: f.attached,
	}

	if f.attached {
		folder.attach()
	}

	entries, err := os.ReadDir(f.Dir)
	if err != nil {
		t.Fatal(err)
	}

	for _, entry := range entries {
		if entry.Type().IsRegular() {
			folder.Write(entry.Name(), f.Read(entry.Name()))
		}
	}

	return folder
}

// Set sets environment variables, each in the form NAME=value.
func (f *Folder) Set(variables ...string) {
	f.mu.Lock()
	defer f.mu.Unlock()

	f.env = append(f.env, variables...)
}

// variables returns a copy of the environment variables of the folder.
func (f *Folder) variables() []string {
	f.mu.Lock()
	defer f.mu.Unlock()

	return slices.Clone(f.env)
}

// KeepTLS makes Terraform and the provider communicate with TLS, as they do for users.
func (f *Folder) KeepTLS() { f.Set("TF_DISABLE_PLUGIN_TLS=") }

// Environ returns the environment of Terraform here, for programs that run Terraform themselves.
func (f *Folder) Environ() []string { return slices.Concat(f.terraform.Environ(), f.variables()) }

// Write writes a file. Its name uses slashes. Write creates missing folders.
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

// Read returns the content of a file.
func (f *Folder) Read(name string) string {
	f.t.Helper()

	return ReadFile(f.t, filepath.Join(f.Dir, filepath.FromSlash(name)))
}

// State returns the content of the state file.
func (f *Folder) State() string {
	f.t.Helper()

	return f.Read("terraform.tfstate")
}

// RunContext runs a Terraform command, and returns its exit code and its whole output. When ctx ends, it interrupts the command. It
// returns an error only if Terraform did not start, or did not finish.
func (f *Folder) RunContext(ctx context.Context, args ...string) (int, string, error) {
	var output strings.Builder

	code, err := f.terraform.Run(ctx, f.Dir, append(f.variables(), "TF_CLI_ARGS=-no-color"), &output, args...)

	return code, output.String(), err
}

// Run runs a Terraform command, and returns its exit code and its whole output.
func (f *Folder) Run(args ...string) (int, string) {
	f.t.Helper()

	code, output, err := f.RunContext(f.t.Context(), args...)
	if err != nil {
		f.t.Fatalf("terraform %s: %v\n%s", strings.Join(args, " "), err, output)
	}

	return code, output
}

// Succeeds runs a Terraform command that must succeed, and returns its output.
func (f *Folder) Succeeds(args ...string) string {
	f.t.Helper()

	code, output := f.Run(args...)
	if code != 0 {
		f.t.Fatalf("terraform %s: exit code %d\n%s", strings.Join(args, " "), code, output)
	}

	return output
}

// Fails runs a Terraform command that must fail and print text.
func (f *Folder) Fails(text string, args ...string) {
	f.t.Helper()

	code, output := f.Run(args...)
	if code != 1 || !Says(text).MatchString(output) {
		f.t.Fatalf("terraform %s: exit code %d, want 1 and %q\n%s", strings.Join(args, " "), code, text, output)
	}
}

// Plans runs terraform plan, which must succeed and print text.
func (f *Folder) Plans(text string) {
	f.t.Helper()

	if output := f.Succeeds("plan"); !Says(text).MatchString(output) {
		f.t.Errorf("the plan does not say %q:\n%s", text, output)
	}
}

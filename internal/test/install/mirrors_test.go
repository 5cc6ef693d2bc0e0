package install_test

import (
	"cmp"
	"encoding/pem"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/qccpro/terraform-provider-qcc/internal/build"
	"github.com/qccpro/terraform-provider-qcc/internal/testkit"
)

const (
	mirrorGuide = testkit.GuidesDir + "/behind-a-proxy-or-mirror.md"
	powerShell  = testkit.GuidesDir + "/powershell.md"
)

// What the guide writes for folders, and tests replace.
const (
	guideMirror  = "/srv/terraform/providers"
	guidePlugins = "/home/YOU/.terraform.d/plugins"
	guideVersion = "0.1.0"
)

// commandOf returns the first command of a page that begins with a text. In the table of the page on PowerShell, it stands in backticks.
func commandOf(t *testing.T, page, begin string) testkit.Command {
	t.Helper()

	_, command, found := strings.Cut(strings.ReplaceAll(testkit.ReadFile(t, page), "`"+begin, "\n"+begin), "\n"+begin)
	if !found {
		t.Fatalf("%s has no command %s", page, begin)
	}

	command, _, _ = strings.Cut(strings.NewReplacer("\\\n", " ", "`", "\n").Replace(command), "\n")

	return testkit.Commands(begin + command)[0]
}

// with replaces texts in the words of a command.
func with(words testkit.Command, pairs ...string) testkit.Command {
	replaced := make(testkit.Command, 0, len(words))
	for _, word := range words {
		replaced = append(replaced, strings.NewReplacer(pairs...).Replace(word))
	}

	return replaced
}

// installation runs Terraform as a user does who has installed the provider. It records the hosts to which Terraform connects.
type installation struct {
	t    *testing.T
	home string // The plugins folder of this home has the provider.
	dir  string // A root module that requires the provider.
	env  []string

	mu       sync.Mutex
	connects []string
}

// newInstallation creates an installation. Its proxy refuses every connection, so no request leaves this machine.
func newInstallation(t *testing.T) *installation {
	t.Helper()

	i := &installation{t: t, home: t.TempDir(), dir: t.TempDir()}

	proxy := testkit.Serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		i.mu.Lock()
		defer i.mu.Unlock()

		i.connects = append(i.connects, r.Host)

		http.Error(w, "no way out", http.StatusForbidden)
	}))

	i.env = []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + i.home, "CHECKPOINT_DISABLE=1", "TF_CLI_CONFIG_FILE=" + filepath.Join(i.dir, "terraform.rc"),
		"HTTPS_PROXY=" + proxy, "HTTP_PROXY=" + proxy,
	}

	// The provider that Terraform has in all tests, in a folder of its own.
	mirror := strings.TrimSuffix(testkit.Terraform(t).Provider("qcc"), build.QCC(guideVersion, build.Host()).UnpackedPath(""))
	if err := os.CopyFS(i.plugins(), os.DirFS(mirror)); err != nil {
		t.Fatal(err)
	}

	i.requires()

	return i
}

// plugins returns the folder that Terraform searches by default.
func (i *installation) plugins() string { return filepath.Join(i.home, ".terraform.d", "plugins") }

func (i *installation) write(name, content string) {
	i.t.Helper()

	if err := os.WriteFile(filepath.Join(i.dir, name), []byte(content), 0o600); err != nil {
		i.t.Fatal(err)
	}
}

// requires writes a root module that requires this provider with the guide's pin, and other providers.
func (i *installation) requires(others ...string) {
	i.t.Helper()

	configuration := "terraform {\n  required_providers {\n    qcc = {\n      source  = \"qccpro/qcc\"\n      version = \"~> 0.1.0\"\n    }\n"
	for _, other := range others {
		configuration += "    " + filepath.Base(other) + " = { source = \"" + other + "\" }\n"
	}

	i.write("main.tf", configuration+"  }\n}\n")
}

// init runs terraform init with a CLI configuration, as on a new machine. It returns whether it succeeded, its output, and the hosts to
// which Terraform wanted to connect.
func (i *installation) init(configuration string) (bool, string, []string) {
	i.t.Helper()
	i.write("terraform.rc", configuration)

	for _, old := range []string{".terraform", ".terraform.lock.hcl"} {
		if err := os.RemoveAll(filepath.Join(i.dir, old)); err != nil {
			i.t.Fatal(err)
		}
	}

	i.mu.Lock()
	i.connects = nil
	i.mu.Unlock()

	succeeded, output := i.terraform("init", "-no-color", "-input=false")

	i.mu.Lock()
	defer i.mu.Unlock()

	return succeeded, output, slices.Clone(i.connects)
}

// terraform runs a command, and returns whether it succeeded and its output.
func (i *installation) terraform(args ...string) (bool, string) {
	i.t.Helper()

	command := exec.CommandContext(i.t.Context(), cmp.Or(os.Getenv("TF_ACC_TERRAFORM_PATH"), "terraform"), args...)
	command.Dir, command.Env = i.dir, i.env

	output, err := command.CombinedOutput()
	if err != nil && !errors.As(err, new(*exec.ExitError)) {
		i.t.Fatal(err)
	}

	return err == nil, string(output)
}

// installs fails unless terraform init succeeds, connects to no host, and prints the notices that the guide explains.
func (i *installation) installs(configuration string) {
	i.t.Helper()

	succeeded, output, connects := i.init(configuration)
	if !succeeded || len(connects) != 0 {
		i.t.Errorf("with\n%s\nTerraform connects to %q, and init succeeds: %t\n%s", configuration, connects, succeeded, output)
	}

	for _, notice := range []string{"created a lock file .terraform.lock.hcl", "(unauthenticated)", "Incomplete lock file information"} {
		if !strings.Contains(output, notice) {
			i.t.Errorf("with\n%s\nTerraform does not say %q:\n%s", configuration, notice, output)
		}
	}
}

// asksRegistry fails unless terraform init wants to connect to the registry. registry is false if it must fail without.
func (i *installation) asksRegistry(configuration string, registry bool) {
	i.t.Helper()

	if succeeded, output, connects := i.init(configuration); succeeded || slices.Contains(connects, build.Registry+":443") != registry {
		i.t.Errorf("with\n%s\nTerraform connects to %q, and init succeeds: %t\n%s", configuration, connects, succeeded, output)
	}
}

// TestGuideShowsMirrors builds a mirror, and gives a copy to each test of the CLI configurations and files of the guide.
func TestGuideShowsMirrors(t *testing.T) {
	t.Parallel()
	testkit.OnlyLong(t, true, "nothing that installs the provider changes often")

	built := t.TempDir()
	if err := build.QCC(guideVersion, build.Host()).Mirror(t.Context(), built); err != nil {
		t.Fatal(err)
	}

	for name, test := range map[string]func(t *testing.T, i *installation, mirror string){"folders": showsFolders, "network": showsANetworkMirror} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			mirror := t.TempDir()
			if err := os.CopyFS(mirror, os.DirFS(built)); err != nil {
				t.Fatal(err)
			}

			test(t, newInstallation(t), mirror)
		})
	}
}

// configurations returns the CLI configuration of the guide, and the same one with the guide's network mirror.
func configurations(t *testing.T) (folder, network string) {
	t.Helper()

	shown := testkit.CodeBlocks(t, mirrorGuide, "hcl")
	if len(shown) != 2 {
		t.Fatalf("the guide has %d blocks of CLI configurations, want 2", len(shown))
	}

	method := regexp.MustCompile(`(?s)  filesystem_mirror \{.*?\n  \}\n`).FindString(shown[0])

	return shown[0], strings.Replace(shown[0], method, shown[1], 1)
}

// showsFolders runs the CLI configurations of the guide that name folders.
func showsFolders(t *testing.T, i *installation, mirror string) {
	t.Helper()

	shown, _ := configurations(t)
	folder := strings.Replace(shown, guidePlugins, i.plugins(), 1)
	tilde := strings.Replace(shown, guidePlugins, "~/.terraform.d/plugins", 1)
	packed := strings.Replace(shown, guidePlugins, mirror, 1)

	if folder == shown {
		t.Fatalf("the guide's configuration does not have the folder %s", guidePlugins)
	}

	i.installs("")
	i.asksRegistry("provider_installation {\n  direct {}\n}\n", true) // It hides the folder.
	i.asksRegistry(tilde, false)
	i.installs(folder)
	i.installs(packed)

	// The lock file gets the checksum from the mirror, as the guide says.
	lock := with(commandOf(t, mirrorGuide, "terraform providers lock"), guideMirror, mirror, "windows_amd64", build.Host(), "linux_amd64", build.Host())
	if succeeded, output := i.terraform(lock[1:]...); !succeeded {
		t.Errorf("%q fails:\n%s", lock, output)
	}

	// The pin accepts 0.1.1 and refuses 0.2.0. Terraform takes a version from the name of the archive.
	archive := testkit.ReadFile(t, build.QCC(guideVersion, build.Host()).PackedPath(mirror))
	for _, version := range []string{"0.1.1", "0.2.0"} {
		if err := os.WriteFile(build.QCC(version, build.Host()).PackedPath(mirror), []byte(archive), 0o600); err != nil {
			t.Fatal(err)
		}
	}

	for _, test := range []struct{ flag, says string }{
		{"-upgrade=false", "Using previously-installed qccpro/qcc v0.1.0"}, {"-upgrade", "Installed qccpro/qcc v0.1.1"},
	} {
		if succeeded, output := i.terraform("init", "-no-color", "-input=false", test.flag); !succeeded || !strings.Contains(output, test.says) {
			t.Errorf("init %s does not say %q:\n%s", test.flag, test.says, output)
		}
	}

	// Other providers come from the registry. Without direct, Terraform does not contact it.
	i.requires("example/other")

	only, _, _ := strings.Cut(packed, "\n\n  #")

	i.asksRegistry(folder, true)
	i.asksRegistry(packed, true)
	i.asksRegistry(only+"\n}\n", false)
	i.asksRegistry(strings.Replace(only, `    include = ["registry.terraform.io/qccpro/*"]`+"\n", "", 1)+"\n}\n", false)
}

// showsANetworkMirror serves the files of the guide.
func showsANetworkMirror(t *testing.T, i *installation, mirror string) {
	t.Helper()

	if runtime.GOOS == "darwin" || runtime.GOOS == "windows" {
		t.Skip("Go does not read SSL_CERT_FILE here, so Terraform does not trust the test's server")
	}

	files := testkit.CodeBlocks(t, mirrorGuide, "json")
	if len(files) != 2 {
		t.Fatalf("the guide has %d JSON files, want 2", len(files))
	}

	folder := filepath.Dir(build.QCC(guideVersion, build.Host()).PackedPath(mirror))

	for name, content := range map[string]string{
		"index.json": files[0], guideVersion + ".json": strings.ReplaceAll(files[1], "linux_amd64", build.Host()),
	} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}

	server := httptest.NewTLSServer(http.StripPrefix("/providers/", http.FileServerFS(os.DirFS(mirror))))
	t.Cleanup(server.Close)

	authority := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	i.write("authority.pem", string(authority))
	i.env = append(i.env, "SSL_CERT_FILE="+filepath.Join(i.dir, "authority.pem"))

	_, configuration := configurations(t)
	i.installs(strings.Replace(configuration, "https://terraform.example.com", server.URL, 1))
}

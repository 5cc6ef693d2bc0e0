package install_test

import (
	"cmp"
	"encoding/pem"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/qccpro/terraform-provider-qcc/internal/build"
	"github.com/qccpro/terraform-provider-qcc/internal/emulator"
	"github.com/qccpro/terraform-provider-qcc/internal/testkit"
)

const mirrorGuide = testkit.GuidesDir + "/behind-a-proxy-or-mirror.md"

// What the guide writes for folders, and tests replace.
const (
	guideMirror  = "/srv/terraform/providers"
	guidePlugins = "/home/YOU/.terraform.d/plugins"
	guideVersion = "0.1.0"
)

// blockWith returns the commands of the first code block that contains a text.
func blockWith(t *testing.T, language, text string) []testkit.Command {
	t.Helper()

	for _, block := range testkit.CodeBlocks(t, mirrorGuide, language) {
		if strings.Contains(block, text) {
			return testkit.Commands(block)
		}
	}

	t.Fatalf("%s has no %s block with %s", mirrorGuide, language, text)

	return nil
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
	mirror := strings.TrimSuffix(testkit.Terraform(t).Provider("qcc"), build.QCC(guideVersion, build.Host()).UnpackedPath("", build.Registry))
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

// installs fails unless terraform init succeeds and connects to no host.
func (i *installation) installs(configuration string) {
	i.t.Helper()

	if succeeded, output, connects := i.init(configuration); !succeeded || len(connects) != 0 {
		i.t.Errorf("with\n%s\nTerraform connects to %q, and init succeeds: %t\n%s", configuration, connects, succeeded, output)
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

// showsFolders runs the CLI configurations of the guide that name folders.
func showsFolders(t *testing.T, i *installation, mirror string) {
	t.Helper()

	configurations := testkit.CodeBlocks(t, mirrorGuide, "hcl")
	if len(configurations) != 3 {
		t.Fatalf("the guide has %d CLI configurations, want 3", len(configurations))
	}

	folder := strings.Replace(configurations[0], guidePlugins, i.plugins(), 1)
	tilde := strings.Replace(configurations[0], guidePlugins, "~/.terraform.d/plugins", 1)
	packed := strings.Replace(configurations[1], guideMirror, mirror, 1)

	if folder == configurations[0] || packed == configurations[1] {
		t.Fatal("the guide's configurations do not have its folders")
	}

	i.installs("")
	i.asksRegistry("provider_installation {\n  direct {}\n}\n", true) // It hides the folder.
	i.asksRegistry(tilde, false)
	i.installs(folder)
	i.installs(packed)

	// The lock file gets the checksum from the mirror, as the guide says.
	lock := blockWith(t, "console", "terraform providers lock")[0]

	lock = with(lock, guideMirror, mirror, "windows_amd64", build.Host(), "linux_amd64", build.Host())
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

	configuration := strings.Replace(testkit.CodeBlocks(t, mirrorGuide, "hcl")[2], "https://terraform.example.com", server.URL, 1)
	i.installs(configuration)

	// Only network_mirror and its url, if the mirror has all providers.
	only, _, _ := strings.Cut(configuration, "    include")
	i.installs(only + "  }\n}\n")
}

// TestGuideShowsTimeouts reads the quota with the provider block of the guide.
func TestGuideShowsTimeouts(t *testing.T) {
	t.Parallel()
	testkit.OnlyLong(t, true, "the tests of the configuration have the same limits")

	f := testkit.NewAttachedFolder(t, testkit.Serve(t, emulator.New()), map[string]string{
		"main.tf": testkit.RequiredProvider + testkit.CodeBlocks(t, mirrorGuide, "terraform")[0] + `data "qcc_quota" "this" {}`,
	})

	f.Succeeds("plan")

	// The limits that its comments name.
	block := f.Read("main.tf")
	for timeout, right := range map[string]bool{"999ms": false, "1s": true, "10m": true, "601s": false} {
		f.Write("main.tf", strings.Replace(block, `"2m"`, fmt.Sprintf("%q", timeout), 1))

		if code, output := f.Run("plan"); (code == 0) != right || !right && !strings.Contains(output, "timeout") {
			t.Errorf("timeout = %s: exit code %d\n%s", timeout, code, output)
		}
	}

	for retries, right := range map[string]bool{"-1": false, "0": true, "10": true, "11": false} {
		f.Write("main.tf", strings.Replace(block, "max_retries = 3 ", "max_retries = "+retries+" ", 1))

		if code, output := f.Run("plan"); (code == 0) != right {
			t.Errorf("max_retries = %s: exit code %d\n%s", retries, code, output)
		}
	}
}

package install_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/qccpro/terraform-provider-qcc/internal/testkit"
)

// TestEveryWayToInstallGivesOneChecksum installs the provider with make install, with the command for PowerShell, and with make mirror. It
// initializes a configuration from one of them, and again from the others with the same lock file.
func TestEveryWayToInstallGivesOneChecksum(t *testing.T) {
	t.Parallel()

	makeProgram, err := exec.LookPath("make")
	if err != nil {
		t.Skip("make is not installed, as on the machines with Windows")
	}

	dir := t.TempDir()
	build := func(name string, args ...string) {
		command := exec.CommandContext(t.Context(), name, args...)
		// A make around this test has passed its own flags. The other variables must not change the build.
		command.Env = append(os.Environ(), "MAKEFLAGS=", "MAKEOVERRIDES=", "GOFLAGS=-mod=readonly", "GOAMD64=v2", "CGO_ENABLED=1")

		if output, err := command.CombinedOutput(); err != nil {
			t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, output)
		}
	}

	build(makeProgram, "install", "PLUGINS="+filepath.Join(dir, "install"))
	build("go", "run", "./internal/cmd/provider-build", "-version", testkit.MakeVersion(t), "install", filepath.Join(dir, "powershell"))
	build(makeProgram, "mirror", "DIR="+filepath.Join(dir, "mirror"))

	f := testkit.NewFolder(t, testkit.Silent(t), nil)
	f.Write("main.tf", testkit.ReadFile(t, "examples/provider/provider.tf"))

	hashes := regexp.MustCompile(`"(?:h1|zh):[^"]+"`)
	locked := map[string]string{}

	for _, way := range []string{"install", "powershell", "mirror", "install"} {
		if err := os.RemoveAll(filepath.Join(f.Dir, ".terraform")); err != nil {
			t.Fatal(err)
		}

		f.Write("terraform.rc", fmt.Sprintf("provider_installation {\n  filesystem_mirror {\n    path    = %q\n    include = [\"registry.terraform.io/qccpro/*\"]\n  }\n\n"+
			"  direct {\n    exclude = [\"registry.terraform.io/qccpro/*\"]\n  }\n}\n", filepath.ToSlash(filepath.Join(dir, way))))
		f.Set("TF_CLI_CONFIG_FILE=" + filepath.Join(f.Dir, "terraform.rc"))
		f.Succeeds("init", "-input=false")

		locked[way] = strings.Join(hashes.FindAllString(f.Read(".terraform.lock.hcl"), -1), " ")
		if locked[way] != locked["install"] || !strings.HasPrefix(locked[way], `"h1:`) {
			t.Errorf("the lock file has the checksums %q of %s, and %q of install", locked[way], way, locked["install"])
		}
	}
}

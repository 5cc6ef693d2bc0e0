package install_test

import (
	"cmp"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/qccpro/terraform-provider-qcc/internal/build"
	"github.com/qccpro/terraform-provider-qcc/internal/testkit"
)

// TestEveryWayToInstallGivesOneChecksum runs the commands that the guide shows: make install and make mirror, and those for PowerShell. It
// initializes a configuration from one folder, and again from the others with the same lock file.
func TestEveryWayToInstallGivesOneChecksum(t *testing.T) {
	t.Parallel()
	testkit.OnlyLong(t, true, "nothing that installs the provider changes often")

	if _, err := exec.LookPath("make"); err != nil {
		t.Skip("make is not installed, as on the machines with Windows")
	}

	f := testkit.NewFolder(t, testkit.Silent(t), nil)
	f.Write("main.tf", testkit.ReadFile(t, "examples/provider/provider.tf"))

	hashes := regexp.MustCompile(`"(?:h1|zh):[^"]+"`)

	const version = "VERSION=" + guideVersion // Not that of a tag.

	var first string

	for _, way := range []struct {
		page, command string
		folder        string // The folder in the command.
		further       []string
	}{
		{testkit.READMEs[0], "make install", "FOLDER", []string{"PLUGINS=FOLDER", version}}, // Not the folder of the user.
		{powerShell, "go run ./internal/cmd/provider-build -version 0.1.0 install", `$env:APPDATA\terraform.d\plugins`, nil},
		{mirrorGuide, "make mirror", guideMirror, []string{version}},
		{powerShell, "go run ./internal/cmd/provider-build -version 0.1.0 -platforms", `D:\terraform\providers`, nil},
	} {
		dir := t.TempDir()

		words := with(append(commandOf(t, way.page, way.command), way.further...), way.folder, dir, "linux_amd64,windows_amd64", build.Host())
		if !strings.Contains(strings.Join(words, " "), dir) {
			t.Fatalf("%q does not write to %s", words, way.folder)
		}

		command := exec.CommandContext(t.Context(), words[0], words[1:]...)
		// A make around this test has passed its own flags. The other variables must not change the build.
		command.Env = append(os.Environ(), "MAKEFLAGS=", "MAKEOVERRIDES=", "GOFLAGS=-mod=readonly", "GOAMD64=v2", "CGO_ENABLED=1")

		if output, err := command.CombinedOutput(); err != nil {
			t.Fatalf("%q: %v\n%s", words, err, output)
		}

		if err := os.RemoveAll(filepath.Join(f.Dir, ".terraform")); err != nil {
			t.Fatal(err)
		}

		f.Write("terraform.rc", fmt.Sprintf("provider_installation {\n  filesystem_mirror {\n    path = %q\n  }\n}\n", filepath.ToSlash(dir)))
		f.Set("TF_CLI_CONFIG_FILE=" + filepath.Join(f.Dir, "terraform.rc"))
		f.Succeeds("init", "-input=false")

		locked := strings.Join(hashes.FindAllString(f.Read(".terraform.lock.hcl"), -1), " ")
		if first = cmp.Or(first, locked); locked != first || !strings.HasPrefix(locked, `"h1:`) {
			t.Errorf("the lock file has the checksums %q after %q, want %q", locked, words, first)
		}
	}
}

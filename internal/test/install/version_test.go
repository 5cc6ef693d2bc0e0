package install_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/qccpro/terraform-provider-qcc/internal/testkit"
)

// TestVersionIsThatOfTheTag asks make which version it would build, in a checkout and in a source archive.
func TestVersionIsThatOfTheTag(t *testing.T) {
	t.Parallel()

	for _, program := range []string{"make", "git"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skip(program + " is not installed, as on the machines with Windows")
		}
	}

	const byDefault = "0.1.0"

	dir := t.TempDir()
	archive := filepath.Join(dir, "archive")

	run := func(name string, args ...string) string {
		command := exec.CommandContext(t.Context(), name, args...)
		command.Dir = dir

		command.Env = append(os.Environ(), "MAKEFLAGS=", "MAKEOVERRIDES=", "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_NOSYSTEM=1")

		output, err := command.CombinedOutput()
		if err != nil {
			t.Fatalf("%s %q: %v\n%s", name, args, err, output)
		}

		return string(output)
	}

	builds := func(folder, version string, further ...string) {
		t.Helper()

		if output := run("make", append([]string{"-n", "-C", folder, "build"}, further...)...); !strings.Contains(output, " -version '"+version+"' ") {
			t.Errorf("make does not build %s in %s:\n%s", version, folder, output)
		}
	}

	for _, folder := range []string{dir, archive} {
		if err := os.MkdirAll(folder, 0o750); err != nil {
			t.Fatal(err)
		}

		if err := os.WriteFile(filepath.Join(folder, "GNUmakefile"), []byte(testkit.ReadFile(t, "GNUmakefile")), 0o600); err != nil {
			t.Fatal(err)
		}
	}

	commit := func(tag string) {
		run("git", "-c", "user.name=a", "-c", "user.email=a@example.com", "commit", "-q", "--allow-empty", "-m", tag)
		run("git", "tag", tag)
	}

	builds(dir, byDefault)
	run("git", "init", "-q")
	builds(dir, byDefault)
	commit("other")
	builds(dir, byDefault)
	commit("v0.3.1")
	commit("v0.4.0-rc1") // Terraform takes no version of this kind for a pin such as ~> 0.4.0.
	builds(dir, "0.3.1")
	builds(dir, "0.3.2", "VERSION=0.3.2")
	builds(archive, byDefault)
}

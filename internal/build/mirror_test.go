package build_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/qccpro/terraform-provider-qcc/internal/build"
)

const configuration = `
terraform {
  required_providers {
    qcc = {
      source = "qccpro/qcc"
    }
  }
}
`

// root is a root module that installs its provider only from a mirror.
type root struct {
	t   *testing.T
	dir string
}

func newRoot(t *testing.T) root {
	t.Helper()

	r := root{t: t, dir: t.TempDir()}
	r.write("main.tf", configuration)

	return r
}

func (r root) write(name, content string) {
	r.t.Helper()

	if err := os.WriteFile(filepath.Join(r.dir, name), []byte(content), 0o600); err != nil {
		r.t.Fatal(err)
	}
}

// terraform runs a command with a mirror, and returns its output. The test fails if the command fails.
func (r root) terraform(mirror string, args ...string) string {
	r.t.Helper()

	r.write("rc", fmt.Sprintf("provider_installation {\n  filesystem_mirror {\n    path = %q\n  }\n}\n", filepath.ToSlash(mirror)))

	command := exec.CommandContext(r.t.Context(), "terraform", args...)
	command.Dir = r.dir
	command.Env = append(os.Environ(), "TF_CLI_CONFIG_FILE="+filepath.Join(r.dir, "rc"), "CHECKPOINT_DISABLE=1", "TF_CLI_ARGS=")

	output, err := command.CombinedOutput()
	if err != nil {
		r.t.Fatalf("terraform %s: %v\n%s", strings.Join(args, " "), err, output)
	}

	return string(output)
}

// locked returns the package checksums (h1) in the lock file.
func (r root) locked() []string {
	r.t.Helper()

	content, err := os.ReadFile(filepath.Join(r.dir, ".terraform.lock.hcl"))
	if err != nil {
		r.t.Fatal(err)
	}

	return regexp.MustCompile(`"h1:[^"]+"`).FindAllString(string(content), -1)
}

// TestInstallAndMirrorHaveOneChecksum installs the provider like make install and like make mirror. It initializes a configuration from
// one mirror, and again from the other with the same lock file, in both orders.
func TestInstallAndMirrorHaveOneChecksum(t *testing.T) {
	t.Parallel()

	provider := build.QCC("1.2.3", build.Host())
	unpacked, packed := filepath.Join(t.TempDir(), "a folder"), filepath.Join(t.TempDir(), "a folder")

	for range 2 { // The second build replaces the first.
		if err := provider.Install(t.Context(), unpacked); err != nil {
			t.Fatal(err)
		}
	}

	if err := provider.Mirror(t.Context(), packed); err != nil {
		t.Fatal(err)
	}

	checksums := map[string][]string{}

	for name, mirrors := range map[string]struct{ first, second string }{
		"install, then mirror": {unpacked, packed},
		"mirror, then install": {packed, unpacked},
	} {
		root := newRoot(t)

		if output := root.terraform(mirrors.first, "init", "-input=false"); !strings.Contains(output, "Installed qccpro/qcc v1.2.3") {
			t.Errorf("%s: init does not say that it has installed the provider:\n%s", name, output)
		}

		checksums[name] = root.locked()

		if err := os.RemoveAll(filepath.Join(root.dir, ".terraform")); err != nil {
			t.Fatal(err)
		}

		root.terraform(mirrors.second, "init", "-input=false", "-lockfile=readonly")
		root.terraform(mirrors.second, "providers", "lock", "-fs-mirror="+mirrors.second, "-platform="+build.Host())

		if after := root.locked(); len(after) != 1 || !slices.Equal(after, checksums[name]) {
			t.Errorf("%s: the lock file has the checksums %s, and then %s, want the same one", name, checksums[name], after)
		}

		if schema := root.terraform(mirrors.second, "providers", "schema", "-json"); !strings.Contains(schema, `"qcc_quota"`) {
			t.Errorf("%s: the provider does not return its schema:\n%s", name, schema)
		}
	}

	if install, mirror := checksums["install, then mirror"], checksums["mirror, then install"]; !slices.Equal(install, mirror) {
		t.Errorf("the checksum of what is installed is %s, and of the mirror %s", install, mirror)
	}

	for _, mirror := range []string{unpacked, packed} {
		if left, err := filepath.Glob(filepath.Join(mirror, "registry.terraform.io/qccpro/qcc", ".build-*")); len(left) > 0 || err != nil {
			t.Errorf("the mirror is left with %s, %v", left, err)
		}
	}
}

// TestAnArchiveIsReproducible replaces a broken archive, builds a second time, and compares all bytes.
func TestAnArchiveIsReproducible(t *testing.T) {
	t.Parallel()

	provider, mirror := build.QCC("1.2.3", build.Host()), t.TempDir()

	if err := os.MkdirAll(filepath.Dir(provider.PackedPath(mirror)), 0o700); err != nil {
		t.Fatal(err)
	}

	if err := os.WriteFile(provider.PackedPath(mirror), []byte("broken"), 0o600); err != nil {
		t.Fatal(err)
	}

	var archives [2][]byte

	for i := range archives {
		if err := provider.Mirror(t.Context(), mirror); err != nil {
			t.Fatal(err)
		}

		content, err := os.ReadFile(provider.PackedPath(mirror))
		if err != nil {
			t.Fatal(err)
		}

		archives[i] = content
	}

	if !bytes.Equal(archives[0], archives[1]) {
		t.Errorf("the same sources give archives of %d and %d bytes that differ", len(archives[0]), len(archives[1]))
	}

	archive, err := zip.NewReader(bytes.NewReader(archives[0]), int64(len(archives[0])))
	if err != nil {
		t.Fatal(err)
	}

	modes := map[string]os.FileMode{}
	for _, file := range archive.File {
		modes[file.Name] = file.Mode()
	}

	if len(modes) != 2 || modes["LICENSE"] != 0o644 || modes[provider.FileName()] != 0o755 {
		t.Errorf("the archive has %v", modes)
	}
}

// TestABuildThatFailsLeavesNothing builds for a platform that does not exist.
func TestABuildThatFailsLeavesNothing(t *testing.T) {
	t.Parallel()

	provider, mirror := build.QCC("1.2.3", "linux_nonsense"), t.TempDir()

	for name, err := range map[string]error{
		"binary":  provider.Binary(t.Context(), filepath.Join(mirror, "binary")),
		"install": provider.Install(t.Context(), mirror),
		"mirror":  provider.Mirror(t.Context(), mirror),
	} {
		if err == nil || !strings.Contains(err.Error(), "building the provider") || !strings.Contains(err.Error(), "linux/nonsense") {
			t.Errorf("%s: the error is %v, want the build's", name, err)
		}
	}

	err := filepath.WalkDir(mirror, func(path string, entry os.DirEntry, err error) error {
		if err == nil && (!entry.IsDir() || strings.HasPrefix(entry.Name(), ".build-")) {
			t.Errorf("a build that fails leaves %s", path)
		}

		return err
	})
	if err != nil {
		t.Error(err)
	}
}

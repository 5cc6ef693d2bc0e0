package build_test

import (
	"archive/zip"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/qccpro/terraform-provider-qcc/internal/build"
)

// files returns the modes and contents of the files in a folder or an archive, by path. It also returns temporary folders of builds.
func files(t *testing.T, from fs.FS) map[string]string {
	t.Helper()

	found := map[string]string{}

	err := fs.WalkDir(from, ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			if err == nil && strings.HasPrefix(entry.Name(), ".build-") {
				found[path] = "a temporary folder"
			}

			return err
		}

		info, err := entry.Info()
		if err != nil {
			return err
		}

		content, err := fs.ReadFile(from, path)
		found[path] = info.Mode().String() + string(content)

		return err
	})
	if err != nil {
		t.Fatal(err)
	}

	return found
}

// TestInstallAndMirrorHaveTheSameFiles installs the provider like make install and like make mirror. The files must be the same, because
// Terraform's package checksum (h1) covers their names and contents. internal/test/install compares the checksums.
func TestInstallAndMirrorHaveTheSameFiles(t *testing.T) {
	t.Parallel()

	provider, mirror := build.QCC("1.2.3", build.Host()), filepath.Join(t.TempDir(), "a folder")
	builds := 2 // The second one shows that the builds are reproducible.

	if testing.Short() {
		provider.Kept, builds = t.TempDir(), 1
	}

	folder := filepath.Dir(provider.UnpackedPath(mirror))
	if err := os.MkdirAll(folder, 0o700); err != nil {
		t.Fatal(err)
	}

	// The builds replace these files.
	for _, path := range []string{provider.UnpackedPath(mirror), provider.PackedPath(mirror)} {
		if err := os.WriteFile(path, []byte("broken"), 0o600); err != nil {
			t.Fatal(err)
		}
	}

	var before map[string]string

	for range builds {
		for _, err := range []error{provider.Install(t.Context(), mirror), provider.Mirror(t.Context(), mirror)} {
			if err != nil {
				t.Fatal(err)
			}
		}

		all := files(t, os.DirFS(mirror))
		if len(all) != 3 || before != nil && !maps.Equal(all, before) {
			t.Errorf("the mirror has %d files, want 3, and the same after each build", len(all))
		}

		before = all
	}

	archive, err := zip.OpenReader(provider.PackedPath(mirror))
	if err != nil {
		t.Fatal(err)
	}
	defer archive.Close()

	unpacked, packed := files(t, os.DirFS(folder)), files(t, archive)
	if len(packed) != 2 || !strings.HasPrefix(packed["LICENSE"], "-rw-r--r--") || !strings.HasPrefix(packed[provider.FileName()], "-rwxr-xr-x") {
		t.Errorf("the archive has %d files, want LICENSE and the binary", len(packed))
	}

	if !maps.Equal(unpacked, packed) {
		t.Error("the archive has other files than the folder")
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

	if left := files(t, os.DirFS(mirror)); len(left) > 0 {
		t.Errorf("a build that fails leaves %v", left)
	}
}

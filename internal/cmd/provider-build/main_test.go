package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/qccpro/terraform-provider-qcc/internal/build"
)

// TestEachLayout builds into a folder, and checks that the printed path exists.
func TestEachLayout(t *testing.T) {
	t.Parallel()

	provider := build.QCC("1.2.3", build.Host())

	for layout, path := range map[string]func(dir string) string{
		"binary":  func(dir string) string { return dir },
		"install": provider.UnpackedPath,
		"mirror":  provider.PackedPath,
	} {
		t.Run(layout, func(t *testing.T) {
			t.Parallel()

			if testing.Short() && layout != "binary" {
				t.Skip("each build takes seconds")
			}

			to := filepath.Join(t.TempDir(), "a folder")

			var out strings.Builder
			if err := run(t.Context(), &out, []string{"-version", "1.2.3", layout, to}); err != nil {
				t.Fatal(err)
			}

			if want := path(to); strings.TrimSpace(out.String()) != want {
				t.Errorf("the output is %q, want %s", out.String(), want)
			}

			if info, err := os.Stat(strings.TrimSpace(out.String())); err != nil || !info.Mode().IsRegular() {
				t.Errorf("there is %+v, %v", info, err)
			}
		})
	}
}

func TestNothingIsBuiltOf(t *testing.T) {
	t.Parallel()

	dir := t.TempDir()

	for name, test := range map[string]struct {
		version, platforms, layout, to, says string
	}{
		"no folder":              {"1.2.3", "linux_amd64", "mirror", "", "see -help"},
		"no version":             {"", "linux_amd64", "mirror", dir, "see -help"},
		"no platform":            {"1.2.3", "linux", "mirror", dir, `"linux" is not a platform`},
		"a tag":                  {"v1.2.3", "linux_amd64", "mirror", dir, `"v1.2.3" is not a version`},
		"a path":                 {"../1.2.3", "linux_amd64", "mirror", dir, "is not a version"},
		"a platform that is not": {"1.2.3", "linux_nonsense", "mirror", dir, "linux_nonsense: building the provider"},
		"a layout that is not":   {"1.2.3", "linux_amd64", "nonsense", dir, `"nonsense" is not binary, install or mirror`},
		"two platforms":          {"1.2.3", "linux_amd64, linux_arm64", "binary", dir, "one platform"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			var out strings.Builder

			err := run(t.Context(), &out, []string{"-version", test.version, "-platforms", test.platforms, test.layout, test.to})
			if err == nil || !strings.Contains(err.Error(), test.says) || out.String() != "" {
				t.Errorf("the error is %v, want one that says %q; the output is %q", err, test.says, out.String())
			}
		})
	}
}

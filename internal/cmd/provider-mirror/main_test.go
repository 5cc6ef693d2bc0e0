package main

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
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

// TestInitTakesTheMirror initializes a configuration with no network, twice: the second time with the lock file of the first.
func TestInitTakesTheMirror(t *testing.T) {
	t.Parallel()

	platform := runtime.GOOS + "_" + runtime.GOARCH
	mirror, root := t.TempDir(), t.TempDir()

	if err := run(t.Context(), io.Discard, mirror, "1.2.3", []string{platform}); err != nil {
		t.Fatal(err)
	}

	for name, content := range map[string]string{
		"main.tf": configuration,
		"rc":      "provider_installation {\n  filesystem_mirror {\n    path = \"" + filepath.ToSlash(mirror) + "\"\n  }\n}\n",
	} {
		if err := os.WriteFile(filepath.Join(root, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}

	terraform := func(args ...string) string {
		command := exec.CommandContext(t.Context(), "terraform", args...)
		command.Dir = root
		command.Env = append(os.Environ(), "TF_CLI_CONFIG_FILE="+filepath.Join(root, "rc"), "CHECKPOINT_DISABLE=1", "TF_CLI_ARGS=")

		output, err := command.CombinedOutput()
		if err != nil {
			t.Fatalf("terraform %s: %v\n%s", strings.Join(args, " "), err, output)
		}

		return string(output)
	}

	if output := terraform("init", "-input=false"); !strings.Contains(output, "Installed qccpro/qcc v1.2.3") {
		t.Errorf("init does not say that it has installed the provider:\n%s", output)
	}

	lock := filepath.Join(root, ".terraform.lock.hcl")

	locked, err := os.ReadFile(lock)
	if err != nil || !bytes.Contains(locked, []byte(`"h1:`)) {
		t.Fatalf("the lock file has no checksum: %v\n%s", err, locked)
	}

	// The same sources give the same archive, and so fit the lock file.
	if err := run(t.Context(), io.Discard, mirror, "1.2.3", []string{platform}); err != nil {
		t.Fatal(err)
	}

	if err := os.RemoveAll(filepath.Join(root, ".terraform")); err != nil {
		t.Fatal(err)
	}

	terraform("init", "-input=false", "-lockfile=readonly")
	terraform("providers", "lock", "-fs-mirror="+mirror, "-platform="+platform)

	if schema := terraform("providers", "schema", "-json"); !strings.Contains(schema, `"qcc_quota"`) {
		t.Errorf("the provider does not tell its schema:\n%s", schema)
	}

	if left, err := filepath.Glob(filepath.Join(mirror, "registry.terraform.io/qccpro/qcc", ".build-*")); len(left) > 0 || err != nil {
		t.Errorf("the mirror is left with %s, %v", left, err)
	}
}

func TestAMirrorIsNotMadeOf(t *testing.T) {
	t.Parallel()

	dir := t.TempDir()

	for name, test := range map[string]struct {
		dir, version, platform, says string
	}{
		"no folder":              {"", "1.2.3", "linux_amd64", "see -help"},
		"no version":             {dir, "", "linux_amd64", "see -help"},
		"no platform":            {dir, "1.2.3", "linux", `"linux" is not a platform`},
		"a tag":                  {dir, "v1.2.3", "linux_amd64", `"v1.2.3" is not a version`},
		"a path":                 {dir, "../1.2.3", "linux_amd64", `is not a version`},
		"a platform that is not": {dir, "1.2.3", "linux_nonsense", "building the provider"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			if err := run(t.Context(), io.Discard, test.dir, test.version, []string{test.platform}); err == nil || !strings.Contains(err.Error(), test.says) {
				t.Errorf("the error is %v, want one that says %q", err, test.says)
			}
		})
	}
}

//go:build release

package release_test

import (
	"archive/zip"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/qccpro/terraform-provider-qcc/internal/testkit"
)

// dist is the folder in which make release-snapshot builds the release.
const dist = ".build/dist"

// releaseVersion returns the version of the release in dist.
func releaseVersion(t *testing.T) string {
	t.Helper()

	sums, err := filepath.Glob(filepath.Join(dist, "terraform-provider-qcc_*_SHA256SUMS"))
	if err != nil || len(sums) != 1 {
		t.Fatalf("there is no release, or more than one, in %s: %s, %v", dist, sums, err)
	}

	return strings.TrimSuffix(strings.TrimPrefix(filepath.Base(sums[0]), "terraform-provider-qcc_"), "_SHA256SUMS")
}

// TestReleaseHasTheFilesOfTheRegistry checks the names and the checksums of all archives.
func TestReleaseHasTheFilesOfTheRegistry(t *testing.T) {
	version := releaseVersion(t)
	prefix := "terraform-provider-qcc_" + version + "_"

	listed := map[string]string{}

	for line := range strings.Lines(testkit.ReadFile(t, filepath.Join(dist, prefix+"SHA256SUMS"))) {
		sum, name, _ := strings.Cut(strings.TrimSpace(line), "  ")
		if !strings.HasSuffix(name, ".sbom.json") { // A snapshot has no bills of materials.
			listed[name] = sum
		}
	}

	want := []string{
		"manifest.json", "darwin_amd64.zip", "darwin_arm64.zip", "freebsd_386.zip", "freebsd_amd64.zip", "freebsd_arm.zip", "freebsd_arm64.zip",
		"linux_386.zip", "linux_amd64.zip", "linux_arm.zip", "linux_arm64.zip", "windows_386.zip", "windows_amd64.zip", "windows_arm64.zip",
	}

	if len(listed) != len(want) {
		t.Errorf("%d files have checksums, want %d: %v", len(listed), len(want), listed)
	}

	for _, name := range want {
		name = prefix + name

		path := filepath.Join(dist, name)
		if strings.HasSuffix(name, "manifest.json") {
			path = "terraform-registry-manifest.json"
		}

		sum := sha256.Sum256([]byte(testkit.ReadFile(t, path)))
		if listed[name] != hex.EncodeToString(sum[:]) {
			t.Errorf("the checksum of %s is %x, and %q is listed", name, sum, listed[name])
		}
	}
}

// hostArchive returns the version of the release, and the name of the archive for this platform.
func hostArchive(t *testing.T) (version, name string) {
	t.Helper()

	version = releaseVersion(t)

	return version, "terraform-provider-qcc_" + version + "_" + runtime.GOOS + "_" + runtime.GOARCH + ".zip"
}

// archived returns the files of an archive by name.
func archived(t *testing.T, path string) map[string]*zip.File {
	t.Helper()

	archive, err := zip.OpenReader(path)
	if err != nil {
		t.Fatal(err)
	}

	t.Cleanup(func() { archive.Close() })

	files := map[string]*zip.File{}
	for _, file := range archive.File {
		files[file.Name] = file
	}

	return files
}

// TestReleaseRunsFromAMirror copies this platform's archive into a filesystem mirror, and reads the schema through Terraform.
func TestReleaseRunsFromAMirror(t *testing.T) {
	version, name := hostArchive(t)
	files := archived(t, filepath.Join(dist, name))

	if len(files) != 2 || files["LICENSE"] == nil || files["terraform-provider-qcc_v"+version] == nil {
		t.Fatalf("the archive has %v", files)
	}

	mirror, root := t.TempDir(), t.TempDir()
	folder := filepath.Join(mirror, "registry.terraform.io/qccpro/qcc")

	for path, content := range map[string]string{
		filepath.Join(folder, name):    testkit.ReadFile(t, filepath.Join(dist, name)),
		filepath.Join(root, "main.tf"): strings.Replace(testkit.RequiredProvider, "source", fmt.Sprintf("version = %q\n      source", version), 1),
		filepath.Join(root, "rc"):      fmt.Sprintf("provider_installation {\n  filesystem_mirror {\n    path = %q\n  }\n}\n", mirror),
	} {
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}

		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}

	terraform := func(args ...string) string {
		command := exec.CommandContext(t.Context(), "terraform", args...)
		command.Dir = root
		command.Env = append(os.Environ(), "TF_CLI_CONFIG_FILE="+filepath.Join(root, "rc"))

		output, err := command.CombinedOutput()
		if err != nil {
			t.Fatalf("terraform %s: %v\n%s", strings.Join(args, " "), err, output)
		}

		return string(output)
	}

	t.Log(terraform("init", "-no-color"))

	schema := terraform("providers", "schema", "-json")
	for _, part := range []string{`"data_source_schemas":{"qcc_quota"`, `"ephemeral_resource_schemas":{"qcc_quota"`, `"functions":{"shortfalls"`} {
		if !strings.Contains(schema, part) {
			t.Errorf("the schema does not have %s:\n%s", part, schema)
		}
	}
}

// TestReleaseIsReproducible builds this platform's binary again in another folder, and compares it with the one of the release.
func TestReleaseIsReproducible(t *testing.T) {
	version, name := hostArchive(t)
	binary := "terraform-provider-qcc_v" + version

	file := archived(t, filepath.Join(dist, name))[binary]
	if file == nil {
		t.Fatal("the archive has no binary")
	}

	mirror := t.TempDir()
	build := exec.CommandContext(t.Context(), "go", "run", "./internal/cmd/provider-build", "-version", version, "mirror", mirror)

	if output, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, output)
	}

	again := archived(t, filepath.Join(mirror, "registry.terraform.io/qccpro/qcc", name))
	if again["LICENSE"] == nil {
		t.Error("the mirror's archive has no LICENSE, so its checksum (h1) differs from that of the release")
	}

	if built := again[binary]; built == nil || built.CRC32 != file.CRC32 || built.UncompressedSize64 != file.UncompressedSize64 {
		t.Errorf("the binary of the release differs from the one that was built again: %+v, %+v", file.FileHeader, built)
	}

	// The bytes of an archive depend on the time stamps of its files. These are the time of the commit.
	commit, err := exec.CommandContext(t.Context(), "git", "log", "-1", "--format=%ct").Output()
	if got := fmt.Sprintln(file.Modified.Unix()); err != nil || got != string(commit) {
		t.Errorf("the time stamp of the binary is %s, and the time of the commit %s, %v", got, commit, err)
	}
}

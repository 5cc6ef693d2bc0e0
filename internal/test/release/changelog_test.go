package release_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/qccpro/terraform-provider-qcc/internal/testkit"
)

// TestChangelogHasItsShape checks the headings of the changelog, because the workflow takes the notes of a release from it.
func TestChangelogHasItsShape(t *testing.T) {
	t.Parallel()

	kinds := []string{"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}
	version := regexp.MustCompile(`^## \[(?:Unreleased\]|\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?\] - \d{4}-\d{2}-\d{2})$`)

	for line := range strings.Lines(testkit.ReadFile(t, "CHANGELOG.md")) {
		line = strings.TrimRight(line, "\n")

		if strings.HasPrefix(line, "## ") && !version.MatchString(line) {
			t.Errorf("%q is not the heading of a version", line)
		}

		if kind, found := strings.CutPrefix(line, "### "); found && !slices.Contains(kinds, kind) {
			t.Errorf("%q is no kind of change", kind)
		}
	}
}

// TestNotesOfARelease runs the step of the workflow that writes the notes.
func TestNotesOfARelease(t *testing.T) {
	t.Parallel()

	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("bash is not installed, as on some machines with Windows")
	}

	var workflow struct {
		Jobs map[string]struct{ Steps []struct{ Name, Run string } }
	}
	if err := yaml.Unmarshal([]byte(testkit.ReadFile(t, ".github/workflows/release.yml")), &workflow); err != nil {
		t.Fatal(err)
	}

	var script string

	for _, step := range workflow.Jobs["release"].Steps {
		if step.Name == "Notes of the release" {
			script = step.Run
		}
	}

	const changelog = "# Changelog\n\n## [Unreleased]\n\n## [1.1.0] - 2026-12-01\n\n### Added\n\n- A thing.\n\n## [1.0.1] - 2026-11-24\n\n" +
		"## [1.0.0] - 2026-11-23\n\n### Added\n\n- Everything.\n\n## [0.1.0]\n\n### Added\n\n- Something.\n"

	for tag, want := range map[string]string{
		"v1.1.0": "### Added\n\n- A thing.\n", "v1.0.0": "### Added\n\n- Everything.\n",
		"v2.0.0": "", "v1.0": "", "v1.0.1": "", "v0.1.0": "", "vUnreleased": "", // No section, text or date.
	} {
		t.Run(tag, func(t *testing.T) {
			t.Parallel()

			dir := t.TempDir()
			if err := os.WriteFile(filepath.Join(dir, "CHANGELOG.md"), []byte(changelog), 0o600); err != nil {
				t.Fatal(err)
			}

			command := exec.CommandContext(t.Context(), bash, "-e", "-c", script)
			command.Dir = dir
			command.Env = append(os.Environ(), "GITHUB_REF_NAME="+tag, "RUNNER_TEMP="+dir)

			output, err := command.CombinedOutput()
			if notes := testkit.ReadFile(t, filepath.Join(dir, "notes.md")); notes != want || (err == nil) != (want != "") {
				t.Errorf("the notes are %q, %v, want %q\n%s", notes, err, want, output)
			}
		})
	}
}

package main

import (
	"os"
	"slices"
	"strings"
	"testing"
)

const sample = `# Changelog

## [Unreleased]

## [1.1.0] - 2026-12-01

### Added

- A thing.

## [1.0.1] - 2026-11-24

## [1.0.0] - 2026-11-23

### Added

- Everything.

## [0.1.0]

### Added

- Something.
`

func TestSection(t *testing.T) {
	t.Parallel()

	for version, test := range map[string]struct{ notes, fails string }{
		"1.1.0":       {"### Added\n\n- A thing.", ""},
		"v1.0.0":      {"### Added\n\n- Everything.", ""},
		"2.0.0":       {"", "the changelog has no section for 2.0.0"},
		"1.0":         {"", `"1.0" is not a version, such as 1.2.3`},
		"1.0.1":       {"", "the changelog has an empty section for 1.0.1"},
		"0.1.0":       {"", "the changelog has no date for 0.1.0"},
		"vUnreleased": {"", `"Unreleased" is not a version, such as 1.2.3`},
	} {
		t.Run(version, func(t *testing.T) {
			t.Parallel()

			notes, err := section(sample, version)
			if notes != test.notes || (err == nil) != (test.fails == "") || err != nil && err.Error() != test.fails {
				t.Errorf("the notes are %q, %v, want %q, %q", notes, err, test.notes, test.fails)
			}
		})
	}
}

// TestChangelogHasItsShape checks the project's changelog, because section ignores headings of any other form.
func TestChangelogHasItsShape(t *testing.T) {
	t.Parallel()

	content, err := os.ReadFile("../../../" + changelog)
	if err != nil {
		t.Fatal(err)
	}

	if headings := strings.Count(string(content), "\n## "); headings != len(heading.FindAllString(string(content), -1)) {
		t.Errorf("%d headings, of which a release knows %d", headings, len(heading.FindAllString(string(content), -1)))
	}

	kinds := []string{"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}

	for line := range strings.Lines(string(content)) {
		if kind, found := strings.CutPrefix(line, "### "); found && !slices.Contains(kinds, strings.TrimSpace(kind)) {
			t.Errorf("%q is no kind of change", strings.TrimSpace(kind))
		}
	}
}

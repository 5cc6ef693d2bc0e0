// Command release-notes prints the section of a version in CHANGELOG.md as notes for its release. It fails if the section is missing,
// empty or without a date, because such a version must not be released.
package main

import (
	"fmt"
	"os"
	"regexp"
	"strings"
)

const changelog = "CHANGELOG.md"

func main() {
	const arguments = 2
	if len(os.Args) != arguments {
		fmt.Fprintln(os.Stderr, "usage: release-notes VERSION")
		os.Exit(1)
	}

	content, err := os.ReadFile(changelog)
	if err != nil {
		fmt.Fprintln(os.Stderr, "release-notes:", err)
		os.Exit(1)
	}

	notes, err := section(string(content), os.Args[1])
	if err != nil {
		fmt.Fprintln(os.Stderr, "release-notes:", err)
		os.Exit(1)
	}

	fmt.Println(notes)
}

// heading matches the heading of a version with its date. It also matches a section that is not released yet.
var heading = regexp.MustCompile(`(?m)^## \[([^]]+)\](?: - \d{4}-\d{2}-\d{2})?$`)

// released matches a version that can be released.
var released = regexp.MustCompile(`^\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?$`)

// section returns the text of a version in the changelog. The version may have the form of a tag, such as v1.2.3.
func section(changelog, version string) (string, error) {
	version = strings.TrimPrefix(version, "v")
	if !released.MatchString(version) {
		return "", fmt.Errorf("%q is not a version, such as 1.2.3", version)
	}

	headings := heading.FindAllStringSubmatchIndex(changelog, -1)

	for i, found := range headings {
		if changelog[found[2]:found[3]] != version {
			continue
		}

		end := len(changelog)
		if i+1 < len(headings) {
			end = headings[i+1][0]
		}

		notes := strings.TrimSpace(changelog[found[1]:end])

		switch {
		case notes == "":
			return "", fmt.Errorf("the changelog has an empty section for %s", version)
		case strings.HasSuffix(changelog[found[0]:found[1]], "]"):
			return "", fmt.Errorf("the changelog has no date for %s", version)
		}

		return notes, nil
	}

	return "", fmt.Errorf("the changelog has no section for %s", version)
}

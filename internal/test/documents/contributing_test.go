package documents_test

import (
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/qccpro/terraform-provider-qcc/internal/testkit"
)

// TestTheMapIsTrue compares the tables of CONTRIBUTING.md with the folders, files and make targets.
func TestTheMapIsTrue(t *testing.T) {
	t.Parallel()

	const page = "CONTRIBUTING.md"

	targets := testkit.ReadFile(t, "GNUmakefile")

	var named []string

	for _, row := range regexp.MustCompile(`(?m)^\| .*$`).FindAllString(testkit.ReadFile(t, page), -1) {
		for _, name := range regexp.MustCompile("`([^`]+)`").FindAllStringSubmatch(row, -1) {
			found, err := filepath.Glob(regexp.MustCompile(`<\w+>`).ReplaceAllString(name[1], "*"))
			if err != nil {
				t.Fatal(err)
			}

			target, isMake := strings.CutPrefix(name[1], "make ")
			if isMake && !strings.Contains(targets, "\n"+target+":") || !isMake && strings.ContainsAny(name[1], "/.") && len(found) == 0 {
				t.Errorf("%s names %s, which does not exist", page, name[1])
			}

			named = append(named, name[1])
		}
	}

	for _, pattern := range []string{"internal/*", "internal/cmd/*", "internal/test/*"} {
		folders, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}

		for _, folder := range folders {
			if base := path.Base(folder); base != "cmd" && base != "test" && !slices.Contains(named, filepath.ToSlash(folder)) {
				t.Errorf("%s does not say what is in %s", page, folder)
			}
		}
	}
}

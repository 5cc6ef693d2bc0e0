package documents_test

import (
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/qccpro/terraform-provider-qcc/internal/testkit"
)

// documents returns all Markdown files of the project. The pages in docs are made from those in templates.
func documents(t *testing.T) []string {
	t.Helper()

	var found []string

	walk(t, ".", func(name string) {
		if strings.HasSuffix(name, ".md") && !strings.HasPrefix(name, "templates/") {
			found = append(found, name)
		}
	})

	return found
}

// walk calls do for every file below a folder, but not for those of tools such as git.
func walk(t *testing.T, dir string, do func(name string)) {
	t.Helper()

	err := filepath.WalkDir(dir, func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && strings.HasPrefix(entry.Name(), ".") && name != "." && name != ".github":
			return fs.SkipDir
		case !entry.IsDir():
			do(filepath.ToSlash(name))
		}

		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// anchors returns the names under which the headings of a document can be linked.
func anchors(document string) []string {
	document = regexp.MustCompile("(?s)\n```.*?\n```").ReplaceAllString(document, "")

	var found []string

	for _, heading := range regexp.MustCompile(`(?m)^#+ (.*)$`).FindAllStringSubmatch(document, -1) {
		found = append(found, strings.Map(func(r rune) rune {
			switch {
			case r == ' ':
				return '-'
			case unicode.IsLetter(r), unicode.IsDigit(r), r == '-', r == '_':
				return unicode.ToLower(r)
			default:
				return -1
			}
		}, heading[1]))
	}

	for _, name := range regexp.MustCompile(`<a id="([^"]+)">`).FindAllStringSubmatch(document, -1) {
		found = append(found, name[1])
	}

	return found
}

func TestLinksResolve(t *testing.T) {
	t.Parallel()

	links := 0

	for _, name := range documents(t) {
		document := testkit.ReadFile(t, name)

		for _, link := range regexp.MustCompile(`\]\(([^)\s]+)\)`).FindAllStringSubmatch(document, -1) {
			file, anchor, _ := strings.Cut(link[1], "#")
			target := name

			// A page on the registry links to files of the repository by their address.
			if own := regexp.MustCompile(`^https://github\.com/qccpro/terraform-provider-qcc/(?:tree|blob)/main/(.+)$`).FindStringSubmatch(file); own != nil {
				target = own[1]
			} else if strings.Contains(file, "://") {
				continue
			} else if file != "" {
				target = path.Join(path.Dir(name), file)
			}

			links++

			info, err := os.Stat(target)
			if err != nil {
				t.Errorf("%s: the file of the link %s does not exist", name, link[1])

				continue
			}

			if anchor != "" && (info.IsDir() || !slices.Contains(anchors(testkit.ReadFile(t, target)), anchor)) {
				t.Errorf("%s: %s has no heading %q", name, target, anchor)
			}
		}
	}

	if links < 50 {
		t.Errorf("only %d links were found", links)
	}
}

// TestLinksHaveTheTitleOfTheGuide compares the text of each link to a guide as a whole with the guide's title. The part of a title before a
// colon is enough.
func TestLinksHaveTheTitleOfTheGuide(t *testing.T) {
	t.Parallel()

	links := 0

	for _, name := range documents(t) {
		for _, link := range regexp.MustCompile(`\[([^][]+)\]\(([^)\s#]*\.md)\)`).FindAllStringSubmatch(testkit.ReadFile(t, name), -1) {
			target := path.Join(path.Dir(filepath.ToSlash(name)), link[2])
			if path.Dir(englishName(target)) != testkit.GuidesDir || slices.Contains(otherLanguage, link[1]) { // A page of the reference, or a twin.
				continue
			}

			links++

			title := regexp.MustCompile(`(?m)^# (.+)$`).FindStringSubmatch(testkit.ReadFile(t, target))
			text := strings.Join(strings.Fields(link[1]), " ")

			if short, _, _ := strings.Cut(strings.ReplaceAll(title[1], "：", ":"), ":"); text != title[1] && text != short {
				t.Errorf("%s: the link to %s is %q, and the title of the guide is %q", name, target, text, title[1])
			}
		}
	}

	if links < 50 {
		t.Errorf("only %d links were found", links)
	}
}

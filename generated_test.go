package main_test

import (
	"io/fs"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/qccpro/terraform-provider-qcc/internal/testkit"
)

// TestPagesFollowTheirTemplates finds pages in docs that were not generated again after a change. It compares each page with the text of its
// template, and with the files that the template includes. Other tests compare the parts that come from the provider's schema.
func TestPagesFollowTheirTemplates(t *testing.T) {
	t.Parallel()

	action := regexp.MustCompile(`\{\{ ?[^}]+ ?\}\}`)
	shown := regexp.MustCompile(`^\{\{ (?:tffile|codefile "\w+") "([^"]+)" \}\}$`)
	pages := map[string]bool{}

	walk(t, "templates", func(name string) {
		page := "docs" + strings.TrimSuffix(strings.TrimPrefix(name, "templates"), ".tmpl")
		pages[page] = true

		template, rest := testkit.ReadFile(t, name), strings.TrimRight(testkit.ReadFile(t, page), "\n")

		// follows removes a part from the rest of the page. The part must be next: at once, or after text from the schema.
		follows := func(part string, atOnce bool) {
			i := strings.Index(rest, part)
			if i < 0 || atOnce && i > 0 {
				t.Errorf("%s does not have this text, or has it at another place:\n%s\nRun make generate.", page, part)

				return
			}

			rest = rest[i+len(part):]
		}

		atOnce := true

		for template = strings.TrimRight(template, "\n"); template != ""; {
			at := action.FindStringIndex(template)
			if at == nil {
				follows(template, atOnce)

				break
			}

			follows(template[:at[0]], atOnce)

			if file := shown.FindStringSubmatch(template[at[0]:at[1]]); file != nil {
				_, rest, _ = strings.Cut(rest, "\n") // This line names the language of the code block.

				follows(strings.TrimSpace(testkit.ReadFile(t, file[1]))+"\n```", true)

				atOnce = true
			} else {
				atOnce = false
			}

			template = template[at[1]:]
		}

		if atOnce := !strings.HasSuffix(testkit.ReadFile(t, name), "}}\n"); atOnce && rest != "" {
			t.Errorf("%s has this text, which its template does not have:\n%s\nRun make generate.", page, rest)
		}
	})

	walk(t, "docs", func(name string) {
		if !pages[name] {
			t.Errorf("%s has no template", name)
		}
	})
}

// walk calls do for every file below a folder.
func walk(t *testing.T, dir string, do func(name string)) {
	t.Helper()

	err := filepath.WalkDir(dir, func(name string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			do(filepath.ToSlash(name))
		}

		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

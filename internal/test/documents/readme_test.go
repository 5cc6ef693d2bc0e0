package documents_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/qccpro/terraform-provider-qcc/internal/testkit"
)

// TestREADMEsNameEveryGate looks for links to the examples.
func TestREADMEsNameEveryGate(t *testing.T) {
	t.Parallel()

	for _, name := range testkit.READMEs {
		for _, example := range testkit.Examples(t) {
			if link := "(examples/" + example + "/main.tf)"; strings.HasPrefix(example, "gates/") && !strings.Contains(testkit.ReadFile(t, name), link) {
				t.Errorf("%s does not name %s", name, link)
			}
		}
	}
}

// TestREADMEsAreTwins compares what does not depend on the language: headings, code, tables and links. Only outputs differ. A guide in Chinese is the same link
// as its English twin.
func TestREADMEsAreTwins(t *testing.T) {
	t.Parallel()

	parts := func(name string) map[string]string {
		code := regexp.MustCompile("(?s)```(\\w+)\n(.*?)```")
		page := testkit.ReadFile(t, name)
		text := code.ReplaceAllString(page, "")

		var blocks, links strings.Builder

		for _, block := range code.FindAllStringSubmatch(page, -1) {
			if block[1] != "text" {
				blocks.WriteString(block[1] + "\n" + withoutNotes(testkit.SetsChinese.ReplaceAllString(block[2], "")))
			}
		}

		for _, link := range regexp.MustCompile(`\]\(([^)#]+)[^)]*\)`).FindAllStringSubmatch(text, -1) {
			links.WriteString(strings.NewReplacer("-zh.md", ".md", ".zh-CN.", ".", "README.zh-CN.md", "README.md").Replace(link[1]) + "\n")
		}

		return map[string]string{
			"code": blocks.String(), "links": links.String(),
			"headings": strings.Join(regexp.MustCompile("(?m)^#+ ").FindAllString(text, -1), ""),
			"tables":   strings.Join(regexp.MustCompile(`(?m)^\|[-:|]+\|$`).FindAllString(text, -1), "\n"),
			"rows":     strings.Repeat("|", len(regexp.MustCompile(`(?m)^\| `).FindAllString(text, -1))),
		}
	}

	english, chinese := parts("README.md"), parts("README.zh-CN.md")
	for what := range english {
		if english[what] != chinese[what] || english[what] == "" {
			t.Errorf("the %s of the READMEs are\n%s\nand\n%s", what, english[what], chinese[what])
		}
	}
}

// TestREADMEsBeginWithWhatToTry finds the picture and the two commands that a new user needs, before everything else.
func TestREADMEsBeginWithWhatToTry(t *testing.T) {
	t.Parallel()

	for name, picture := range map[string]string{"README.md": "(assets/refused-plan.svg)", "README.zh-CN.md": "(assets/refused-plan.zh-CN.svg)"} {
		page := testkit.ReadFile(t, name)
		at := 0

		for _, text := range []string{
			picture, "\ngit clone https://github.com/qccpro/terraform-provider-qcc\n", "\nmake demo ", "\nmake test ", "\nmake install\n",
			"\nmake emulator ", "\nexport QCC_KEY=", "\nprovider \"qcc\" {}\n", "\nterraform init\n", "\nterraform plan ",
		} {
			next := strings.Index(page[at:], text)
			if next < 0 {
				t.Fatalf("%s does not have %q, or not in its place", name, text)
			}

			at += next
		}

		before, _, _ := strings.Cut(page, "\nmake test ")
		if lines := strings.Count(before, "\n"); lines > 25 {
			t.Errorf("%s shows make test in line %d", name, lines+1)
		}
	}
}

// withoutNotes removes what may differ between languages: comments, and the spaces before them.
func withoutNotes(code string) string {
	return regexp.MustCompile(`(?m)[ \t]*(^| )# .*$`).ReplaceAllString(code, "")
}

package documents_test

import (
	"path"
	"strings"
	"testing"

	"github.com/qccpro/terraform-provider-qcc/internal/testkit"
)

// TestPagesNameEveryGate looks for links to the examples of gates, in the guides of both languages.
func TestPagesNameEveryGate(t *testing.T) {
	t.Parallel()

	var english, chinese strings.Builder

	for _, name := range documents(t) {
		switch {
		case path.Dir(name) != testkit.GuidesDir:
		case testkit.IsChinese(name):
			chinese.WriteString(testkit.ReadFile(t, name))
		default:
			english.WriteString(testkit.ReadFile(t, name))
		}
	}

	for _, example := range testkit.Examples(t) {
		if link := "/examples/" + example + "/main.tf)"; strings.HasPrefix(example, "gates/") {
			for language, pages := range map[string]string{"English": english.String(), "Chinese": chinese.String()} {
				if !strings.Contains(pages, link) {
					t.Errorf("no guide in %s has the link %s", language, link)
				}
			}
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
			"\nmake emulator ", "\nexport QCC_KEY=", "\nprovider \"qcc\" {}\n", "\nterraform init\n", "\nterraform plan ", "\nPlan: ", "\nterraform plan ", "12",
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

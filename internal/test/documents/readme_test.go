package documents_test

import (
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

package main_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/qccpro/terraform-provider-qcc/internal/emulator"
	"github.com/qccpro/terraform-provider-qcc/internal/testkit"
)

// TestREADMEs runs the configuration that the READMEs consist of: the gate, and the provider block.
func TestREADMEs(t *testing.T) {
	t.Parallel()

	for _, name := range []string{"README.md", "README.zh-CN.md"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			configuration, output := testkit.CodeBlocks(t, name, "terraform"), testkit.CodeBlocks(t, name, "text")
			if len(configuration) != 2 || len(output) != 1 {
				t.Fatalf("there are %d configurations and %d outputs, want 2 and 1", len(configuration), len(output))
			}

			f := testkit.NewFolder(t, testkit.Serve(t, emulator.New()), map[string]string{"main.tf": configuration[0], "provider.tf": configuration[1]})

			f.Succeeds("plan", "-var=qcc_required={radar_id=48}")

			code, got := f.Run("plan", "-var=qcc_required={radar_id=60}")
			got = regexp.MustCompile(`complete after \d+s`).ReplaceAllString(got, "complete after 0s") // On a busy machine.

			if code != 1 || !strings.Contains(got, output[0]) {
				t.Errorf("exit code %d, want 1 and the README's text, not\n%s", code, got)
			}
		})
	}
}

// TestREADMEsNameEveryGate looks for links to the examples.
func TestREADMEsNameEveryGate(t *testing.T) {
	t.Parallel()

	for _, name := range []string{"README.md", "README.zh-CN.md"} {
		for _, example := range testkit.Examples(t) {
			if link := "(examples/" + example + "/main.tf)"; strings.HasPrefix(example, "gates/") && !strings.Contains(testkit.ReadFile(t, name), link) {
				t.Errorf("%s does not name %s", name, link)
			}
		}
	}
}

// TestREADMEsHaveTheSameShape compares what does not depend on the language.
func TestREADMEsHaveTheSameShape(t *testing.T) {
	t.Parallel()

	for _, language := range []string{"terraform", "text"} {
		english, chinese := testkit.CodeBlocks(t, "README.md", language), testkit.CodeBlocks(t, "README.zh-CN.md", language)
		if strings.Join(english, "") != strings.Join(chinese, "") {
			t.Errorf("the %s blocks are not the same", language)
		}
	}

	headings := func(path string) string {
		return strings.Join(regexp.MustCompile("(?m)^#+ ").FindAllString(testkit.ReadFile(t, path), -1), "")
	}

	if english, chinese := headings("README.md"), headings("README.zh-CN.md"); english != chinese {
		t.Errorf("the headings are %q and %q", english, chinese)
	}
}

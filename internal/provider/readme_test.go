package provider_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/qccpro/terraform-provider-qcc/internal/emulator"
)

// codeBlocks returns the code blocks of a README in some language, such as "terraform".
func codeBlocks(t *testing.T, path, language string) []string {
	t.Helper()

	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}

	found := regexp.MustCompile("(?s)```"+language+"\n(.*?)```").FindAllStringSubmatch(string(content), -1)

	blocks := make([]string, 0, len(found))
	for _, block := range found {
		blocks = append(blocks, block[1])
	}

	return blocks
}

// TestREADMEs runs the configuration that the READMEs consist of: the gate, and the provider block.
func TestREADMEs(t *testing.T) {
	t.Parallel()

	for _, name := range []string{"README.md", "README.zh-CN.md"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			path := filepath.Join("../..", name)
			configuration, output := codeBlocks(t, path, "terraform"), codeBlocks(t, path, "text")

			if len(configuration) != 2 || len(output) != 1 {
				t.Fatalf("there are %d configurations and %d outputs, want 2 and 1", len(configuration), len(output))
			}

			f := newFolder(t, serve(t, emulator.New()), map[string]string{"main.tf": configuration[0], "provider.tf": configuration[1]})

			f.succeeds(t, "plan", "-var=qcc_required={radar_id=48}")

			code, got := f.run(t, "plan", "-var=qcc_required={radar_id=60}")
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
		for _, example := range examples(t) {
			if link := "(examples/" + example + "/main.tf)"; strings.HasPrefix(example, "gates/") && !strings.Contains(read(t, filepath.Join("../..", name)), link) {
				t.Errorf("%s does not name %s", name, link)
			}
		}
	}
}

// TestREADMEsHaveTheSameShape compares what does not depend on the language.
func TestREADMEsHaveTheSameShape(t *testing.T) {
	t.Parallel()

	for _, language := range []string{"terraform", "text"} {
		english, chinese := codeBlocks(t, "../../README.md", language), codeBlocks(t, "../../README.zh-CN.md", language)
		if strings.Join(english, "") != strings.Join(chinese, "") {
			t.Errorf("the %s blocks are not the same", language)
		}
	}

	headings := func(path string) (levels string) {
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}

		for _, heading := range regexp.MustCompile("(?m)^#+ ").FindAllString(string(content), -1) {
			levels += heading
		}

		return levels
	}

	if english, chinese := headings("../../README.md"), headings("../../README.zh-CN.md"); english != chinese {
		t.Errorf("the headings are %q and %q", english, chinese)
	}
}

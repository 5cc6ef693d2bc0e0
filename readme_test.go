package main_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/qccpro/terraform-provider-qcc/internal/emulator"
	"github.com/qccpro/terraform-provider-qcc/internal/testkit"
)

// TestREADMEs runs the configuration of the READMEs. The index has the same one, and the same refusal as the English README.
func TestREADMEs(t *testing.T) {
	t.Parallel()

	const three = "-var=orders={north=20,south=20,west=20}"

	address := regexp.MustCompile(`qcc_quota_gate\.monitoring\["(\w+)"\],`)

	for _, name := range readmes {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			configuration, output := testkit.CodeBlocks(t, name, "terraform"), testkit.CodeBlocks(t, name, "text")
			if len(configuration) != 1 || len(output) != 1 {
				t.Fatalf("there are %d configurations and %d outputs, want one of each", len(configuration), len(output))
			}

			const index = "docs/index.md"

			if same := testkit.CodeBlocks(t, index, "terraform")[0]; withoutNotes(same) != withoutNotes(configuration[0]) {
				t.Errorf("the index begins with\n%s", same)
			}

			if same := testkit.CodeBlocks(t, index, "text")[0]; !isChinese(name) && same != output[0] {
				t.Errorf("the index shows\n%s", same)
			}

			if !strings.Contains(testkit.ReadFile(t, name), "\nterraform plan '"+three+"'\n") {
				t.Errorf("the README does not show the plan %s", three)
			}

			service := emulator.New()
			f := testkit.NewFolder(t, testkit.Serve(t, service), map[string]string{"main.tf": configuration[0]})
			setLanguage(f, name)

			code, got := f.Run("plan", three)

			// Terraform judges gates in any order, so any of the three may be refused.
			shown := address.FindString(output[0])
			if refused := address.FindAllString(got, -1); len(refused) != 1 || code != 1 ||
				!strings.Contains(strings.Replace(got, refused[0], shown, 1), "\n"+output[0]) {
				t.Errorf("exit code %d, want 1 and the README's text, not\n%s", code, got)
			}

			title, _, _ := strings.Cut(output[0], "\n")

			// What the READMEs say of a saved plan, and of runs that add nothing.
			f.Succeeds("plan", "-var=orders={north=40}", "-out=tfplan")
			testkit.Consume(t, service, "radar_id", 20)
			f.Fails(title, "apply", "tfplan")
			createsNoOrder(t, f)

			service.SetModules(emulator.Sample()...)
			f.Succeeds("apply", "-auto-approve", "-var=orders={north=20,south=20}")
			testkit.Consume(t, service, "radar_id", 48)

			before := service.Requests()
			if f.Succeeds("plan", "-detailed-exitcode", "-var=orders={north=20,south=20}"); service.Requests() != before {
				t.Error("a plan that adds nothing has sent a request")
			}

			f.Fails(title, "plan", three)
		})
	}
}

// TestREADMEsNameEveryGate looks for links to the examples.
func TestREADMEsNameEveryGate(t *testing.T) {
	t.Parallel()

	for _, name := range readmes {
		for _, example := range testkit.Examples(t) {
			if link := "(examples/" + example + "/main.tf)"; strings.HasPrefix(example, "gates/") && !strings.Contains(testkit.ReadFile(t, name), link) {
				t.Errorf("%s does not name %s", name, link)
			}
		}
	}
}

// withoutNotes removes what may differ between languages: comments, and the spaces before them.
func withoutNotes(code string) string {
	return regexp.MustCompile(`(?m)[ \t]*(^| )# .*$`).ReplaceAllString(code, "")
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
				blocks.WriteString(block[1] + "\n" + withoutNotes(setsChinese.ReplaceAllString(block[2], "")))
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

package documents_test

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/qccpro/terraform-provider-qcc/internal/testkit"
)

// comparedLanguages are the languages of the code blocks that twins share. Only the comments may differ.
var comparedLanguages = []string{"console", "bash", "terraform", "hcl", "json"}

// otherLanguage are the texts of links to the same page in the other language.
var otherLanguage = []string{"English", "简体中文", "in Chinese", "英文版", "从零开始（中文教程）"}

// TestTwins compares each guide in Chinese with its English twin, and the READMEs with each other.
func TestTwins(t *testing.T) {
	t.Parallel()

	found, err := filepath.Glob(testkit.GuidesDir + "/*" + testkit.ChineseSuffix)
	if err != nil || len(found) == 0 {
		t.Fatalf("there is no guide in Chinese: %v", err)
	}

	exists := func(page string) bool {
		_, err := os.Stat(page)

		return err == nil
	}

	for _, chinese := range append(found, testkit.READMEs[1]) {
		t.Run(filepath.Base(chinese), func(t *testing.T) {
			t.Parallel()

			chinese = filepath.ToSlash(chinese)
			english := englishName(chinese)

			if _, err := os.Stat(english); errors.Is(err, fs.ErrNotExist) {
				t.Fatalf("%s has no twin %s", chinese, english)
			}

			for _, difference := range compareTwins(english, testkit.ReadFile(t, english), testkit.ReadFile(t, chinese), exists) {
				t.Error(difference)
			}
		})
	}
}

// englishName returns the name of the English twin of a page or a picture.
func englishName(chinese string) string {
	for english, guide := range testkit.ChineseReference {
		if guide == chinese {
			return english
		}
	}

	return strings.NewReplacer(testkit.ChineseSuffix, ".md", ".zh-CN.", ".").Replace(chinese)
}

// chineseName returns the name of the Chinese twin of a page.
func chineseName(english string) string {
	if english == testkit.READMEs[0] {
		return testkit.READMEs[1]
	}

	return cmp.Or(testkit.ChineseReference[english], strings.TrimSuffix(english, ".md")+testkit.ChineseSuffix)
}

// compareTwins returns what two twins do not have in common. name is the name of the English one.
func compareTwins(name, english, chinese string, exists func(page string) bool) []string {
	var differences []string

	report := func(format string, args ...any) { differences = append(differences, fmt.Sprintf(format, args...)) }

	for _, page := range []struct{ text, link string }{
		{english, "[简体中文](" + linkTo(chineseName(name), name) + ")"}, {chinese, "[English](" + linkTo(name, chineseName(name)) + ")"},
	} {
		if below := regexp.MustCompile(`(?m)^# .+\n\n(.*)$`).FindStringSubmatch(page.text); below == nil || below[1] != page.link {
			report("below the title there is %q, want %q", below, page.link)
		}
	}

	for _, field := range []string{`(?m)^page_title: (.*)$`, `(?m)^description: \|-\n(.*)$`} {
		value := regexp.MustCompile(field).FindStringSubmatch(chinese)
		if name != testkit.READMEs[0] && (value == nil || !strings.ContainsFunc(value[1], isHan)) {
			report("the Chinese page has %q for %s", value, field)
		}
	}

	compare := func(what string, english, chinese []string) {
		for i := range max(len(english), len(chinese)) {
			if i >= len(english) || i >= len(chinese) || english[i] != chinese[i] {
				report("%s %d differ:\n%q\n%q", what, i+1, english[min(i, len(english)):], chinese[min(i, len(chinese)):])

				return
			}
		}
	}

	compare("the headings and rows of tables from", outline(english), outline(chinese))
	compare("the code blocks from", comparedBlocks(english, withoutTexts), comparedBlocks(testkit.SetsChinese.ReplaceAllString(chinese, ""), withoutTexts))

	if credentials := firstCredentials(chinese); credentials != "" && !testkit.SetsChinese.MatchString(credentials) {
		report("the first credentials on the Chinese page do not set the language of errors:\n%s", credentials)
	}

	compare("the links from", pageLinks(name, english, exists, report), pageLinks(chineseName(name), chinese, exists, report))

	// A reader of Chinese sees before a click that a guide is in English.
	for _, link := range regexp.MustCompile(`\]\(([^)/\s]+\.md)(?:#[^)\s]*)?\)(（英文）)?`).FindAllStringSubmatch(chinese, -1) {
		target := path.Join(path.Dir(chineseName(name)), link[1])
		if target != name && name != testkit.READMEs[0] && exists(target) && !testkit.IsChinese(target) && link[2] == "" {
			report("the Chinese page does not say that %s is in English", target)
		}
	}

	return differences
}

// linkTo returns the link to a page on another one.
func linkTo(page, from string) string {
	link, err := filepath.Rel(path.Dir(from), page)
	if err != nil {
		return page
	}

	return filepath.ToSlash(link)
}

// pageLinks returns the targets of the links on one of two twins, except links to the other language. A page in Chinese is the same target
// as its twin. It reports links to pages in the wrong language.
func pageLinks(name, page string, exists func(page string) bool, report func(format string, args ...any)) []string {
	var links []string

	for _, link := range regexp.MustCompile(`\[([^][]*)\]\(([^)\s#]*)[^)\s]*\)`).FindAllStringSubmatch(testkit.Blocks.ReplaceAllString(page, ""), -1) {
		if slices.Contains(otherLanguage, link[1]) {
			continue
		}

		target := link[2]
		if target != "" && !strings.Contains(target, "://") {
			target = path.Join(path.Dir(name), target)
		}

		switch {
		case !testkit.IsChinese(name) && testkit.IsChinese(target):
			report("the English page links to %s", target)
		case testkit.IsChinese(name) && !testkit.IsChinese(target) && strings.HasSuffix(target, ".md") && exists(chineseName(target)):
			report("the Chinese page links to %s, which has a twin", target)
		}

		links = append(links, englishName(target))
	}

	return links
}

// firstCredentials returns the first code block for bash that sets the key, or an empty string.
func firstCredentials(page string) string {
	for _, block := range testkit.Blocks.FindAllStringSubmatch(page, -1) {
		if strings.Contains(block[2], "export QCC_KEY=") {
			return block[2]
		}
	}

	return ""
}

func isHan(r rune) bool { return unicode.Is(unicode.Han, r) }

// outline returns the number signs of each heading, and a bar for each row of a table.
func outline(page string) []string {
	return regexp.MustCompile(`(?m)^(?:#+ |\|)`).FindAllString(testkit.Blocks.ReplaceAllString(page, ""), -1)
}

// comparedBlocks returns the code blocks that twins share, each with its language, and its code as clean returns it.
func comparedBlocks(page string, clean func(code string) string) []string {
	var found []string

	for _, block := range testkit.Blocks.FindAllStringSubmatch(page, -1) {
		if slices.Contains(comparedLanguages, block[1]) {
			found = append(found, block[1]+"\n"+clean(block[2]))
		}
	}

	return found
}

// withoutTexts returns the code of a block without what is in the language of its page: the comments, and the words of error messages.
func withoutTexts(code string) string {
	return regexp.MustCompile(`(?m)^ *error_message = ".*"$`).ReplaceAllStringFunc(testkit.WithoutComments(code), func(line string) string {
		name, message, _ := strings.Cut(line, "=")

		return name + "=" + strings.Join(regexp.MustCompile(`\$\{[^}]*\}`).FindAllString(message, -1), "")
	})
}

// pageWidth is how many columns a code block of the registry shows without scrolling.
const pageWidth = 80

// TestCommentsFitThePage measures the comments in code blocks of the guides. A Han character takes two columns.
func TestCommentsFitThePage(t *testing.T) {
	t.Parallel()

	pages, err := filepath.Glob(testkit.GuidesDir + "/*.md")
	if err != nil || len(pages) == 0 {
		t.Fatalf("there is no guide: %v", err)
	}

	comment, wide := regexp.MustCompile(`(^|\s)#`), regexp.MustCompile(`[\p{Han}\x{3000}-\x{303f}\x{ff00}-\x{ff60}]`)

	for _, page := range pages {
		for _, block := range comparedBlocks(testkit.ReadFile(t, page), func(code string) string { return code }) {
			for line := range strings.Lines(block) {
				columns := utf8.RuneCountInString(strings.TrimRight(line, "\n")) + len(wide.FindAllString(line, -1))
				if comment.MatchString(line) && columns > pageWidth {
					t.Errorf("%s: %d columns, want at most %d: %s", page, columns, pageWidth, line)
				}
			}
		}
	}
}

// TestTwinsThatDiffer changes one of two twins in each way that TestTwins must see.
func TestTwinsThatDiffer(t *testing.T) {
	t.Parallel()

	const (
		english = "---\npage_title: \"A page\"\ndescription: |-\n  What it says.\n---\n\n# A page\n\n[简体中文](a-zh.md)\n\n" +
			"See [another](b.md#there), [one without a twin](c.md) and [a resource](../resources/r.md).\n\n" +
			"## Do it\n\n```console\n# Look.\nexport QCC_KEY=KEY\nterraform plan # It passes.\n```\n\n```text\nNo changes.\n```\n\n" +
			"```terraform\nerror_message = \"Short by ${local.short}.\"\n```\n"
		chinese = "---\npage_title: \"一页\"\ndescription: |-\n  说明。\n---\n\n# 一页\n\n[English](a.md)\n\n" +
			"见[另一页](b-zh.md#那里)、[c](c.md)（英文）和[资源](../resources/r.md)。\n\n" +
			"## 步骤\n\n```console\nexport QCC_KEY=KEY\nexport QCC_LANGUAGE=zh\nterraform plan    # 放行。\n```\n\n```text\n没有变化。\n```\n\n" +
			"```terraform\nerror_message = \"缺口为 ${local.short}。\"\n```\n"
	)

	exists := func(name string) bool {
		return slices.Contains([]string{"a.md", "a-zh.md", "b.md", "b-zh.md", "c.md"}, name)
	}

	if differences := compareTwins("a.md", english, chinese, exists); len(differences) != 0 {
		t.Fatalf("twins differ: %q", differences)
	}

	for name, test := range map[string]struct{ old, changed string }{
		"no link to the Chinese twin": {"[简体中文](a-zh.md)", "[简体中文](b-zh.md)"},
		"no link to the English twin": {"[English](a.md)\n\n", ""},
		"an English title":            {`page_title: "一页"`, `page_title: "A page"`},
		"an English description":      {"  说明。", "  What it says."},
		"another level":               {"## 步骤", "### 步骤"},
		"a heading that is missing":   {"## Do it", "Do it"},
		"another command":             {"terraform plan    #", "terraform apply    #"},
		"another value in a message":  {"缺口为 ${local.short}", "缺口为 ${local.left}"},
		"a command as a comment":      {"terraform plan    #", "# terraform plan"},
		"another language of a block": {"```console\nexport QCC_KEY=KEY\nexport QCC_L", "```bash\nexport QCC_KEY=KEY\nexport QCC_L"},
		"errors in English":           {"export QCC_LANGUAGE=zh\n", ""},
		"errors in another language":  {"export QCC_LANGUAGE=zh\n", "export QCC_LANGUAGE=en\n"},
		"a link to the wrong twin":    {"b-zh.md#那里", "b.md#there"},
		"a link to the Chinese page":  {"[another](b.md#there)", "[another](b-zh.md)"},
		"a link that is missing":      {"[c](c.md)", "c"},
		"a guide in English":          {"（英文）", ""},
		"links in another order":      {"[c](c.md)（英文）和[资源](../resources/r.md)", "[资源](../resources/r.md)和[c](c.md)（英文）"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			changedEnglish := strings.Replace(english, test.old, test.changed, 1)
			changedChinese := strings.Replace(chinese, test.old, test.changed, 1)

			if changedEnglish == english && changedChinese == chinese {
				t.Fatalf("no page has %q", test.old)
			}

			if differences := compareTwins("a.md", changedEnglish, changedChinese, exists); len(differences) == 0 {
				t.Error("no difference is reported")
			}
		})
	}
}

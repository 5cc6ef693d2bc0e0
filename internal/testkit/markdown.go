package testkit

import (
	"regexp"
	"strings"
	"testing"
)

// GuidesDir is the folder of the guides.
const GuidesDir = "docs/guides"

// GatePage is the reference of the gate.
const GatePage = "docs/resources/quota_gate.md"

// READMEs are the first pages for new users, in both languages. ChineseReference has the guide that is the twin of a page of the reference.
//
//nolint:gochecknoglobals // The lists never change.
var (
	READMEs          = []string{"README.md", "README.zh-CN.md"}
	ChineseReference = map[string]string{
		"docs/index.md":              GuidesDir + "/provider-zh.md",
		GatePage:                     GuidesDir + "/quota-gate-zh.md",
		"docs/data-sources/quota.md": GuidesDir + "/quota-data-source-zh.md",
	}
)

// ChineseSuffix ends the file name of a guide in Chinese. The English guide is its twin: it has the same name without the suffix.
const ChineseSuffix = "-zh.md"

// SetsChinese matches the line with which a page in Chinese sets the language of errors. Its twin does not have it.
var SetsChinese = regexp.MustCompile(`(?m)^export QCC_LANGUAGE=zh\n`)

// IsChinese reports whether a guide or a README is in Chinese.
func IsChinese(page string) bool {
	return strings.HasSuffix(page, ChineseSuffix) || strings.HasSuffix(page, ".zh-CN.md")
}

// SetLanguage sets the language of errors to that of a page.
func SetLanguage(f *Folder, page string) {
	if IsChinese(page) {
		f.Set("QCC_LANGUAGE=zh")
	}
}

// Blocks matches a code block. Its groups are the language and the code.
var Blocks = regexp.MustCompile("(?sm)^```(\\w*)\n(.*?)^```$")

// WithoutComments removes the comments of a code block, which begin with a number sign, and the lines that are empty without them.
func WithoutComments(code string) string {
	var lines []string

	for line := range strings.Lines(code) {
		line = strings.TrimRight(regexp.MustCompile(`(^|\s)#.*$`).ReplaceAllString(strings.TrimRight(line, "\n"), ""), " ")
		if line != "" {
			lines = append(lines, line)
		}
	}

	return strings.Join(lines, "\n")
}

// CodeBlocks returns the code blocks of a document in one language, such as "terraform".
func CodeBlocks(t *testing.T, path, language string) []string {
	t.Helper()

	found := regexp.MustCompile("(?s)```"+language+"\n(.*?)```").FindAllStringSubmatch(ReadFile(t, path), -1)

	blocks := make([]string, 0, len(found))
	for _, block := range found {
		blocks = append(blocks, block[1])
	}

	return blocks
}

// Section returns the text below a heading of a page, up to the next heading of its level.
func Section(t *testing.T, page, heading string) string {
	t.Helper()

	_, text, found := strings.Cut(ReadFile(t, page), "\n## "+heading+"\n")
	if !found {
		t.Fatalf("%s has no section %s", page, heading)
	}

	text, _, _ = strings.Cut(text, "\n## ")

	return text
}

package main

import (
	"cmp"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/qccpro/terraform-provider-qcc/internal/message"
	"github.com/qccpro/terraform-provider-qcc/internal/qcc"
)

// files are the guides in templates/guides.
var files = map[message.Language]string{message.English: "status-codes-and-errors.md", message.Chinese: "status-codes-and-errors-zh.md"}

// written returns the guide in a language.
func written(t *testing.T, language message.Language) string {
	t.Helper()

	var guide strings.Builder
	if err := write(&guide, language); err != nil {
		t.Fatal(err)
	}

	return guide.String()
}

func TestGuideIsUpToDateAndComplete(t *testing.T) {
	t.Parallel()

	for _, language := range message.Languages() {
		t.Run(language.String(), func(t *testing.T) {
			t.Parallel()

			guide := written(t, language)

			file, err := os.ReadFile("../../../templates/guides/" + files[language])
			if err != nil {
				t.Fatal(err)
			}

			if guide != string(file) {
				t.Errorf("templates/guides/%s is not what the tables say: run make generate", files[language])
			}

			// The table of HTTP statuses follows the codes, and also begins its rows with numbers.
			codes := guide[:regexp.MustCompile(`\n## HTTP `).FindStringIndex(guide)[0]]
			checkCodes(t, language, codes)

			for _, failure := range qcc.Failures() {
				said := message.Failure(failure)
				if row := regexp.MustCompile(`(?m)^\| ` + regexp.QuoteMeta(said.Meaning.In(language)) + ` \| .* \| ` +
					regexp.QuoteMeta(said.Remedy.In(language)) + ` \|$`); !row.MatchString(guide) {
					t.Errorf("the guide does not have %q", failure)
				}
			}

			for _, problem := range qcc.Problems() {
				if !strings.Contains(guide, "\n- "+problemItem(problem).In(language)+"\n") {
					t.Errorf("the guide does not have %q", problem)
				}
			}

			for _, explained := range append(httpExplanations(), message.CachedAnswer(), message.WebPage(), message.OtherAnswer()) {
				if !strings.Contains(guide, explained.Remedy.In(language)) {
					t.Errorf("the guide does not have %q", explained.Remedy.In(language))
				}
			}
		})
	}
}

func httpExplanations() []message.Explanation {
	ranges := message.HTTPRanges()
	all := make([]message.Explanation, 0, len(ranges)+1)

	for _, r := range ranges {
		all = append(all, r.Explanation)
	}

	return append(all, message.OtherHTTP())
}

// checkCodes compares the tables of status codes with the provider's diagnostics.
func checkCodes(t *testing.T, language message.Language, codes string) {
	t.Helper()

	rows := regexp.MustCompile(`(?m)^\| (\d+) \|`).FindAllStringSubmatch(codes, -1)
	if len(rows) != len(qcc.Statuses()) {
		t.Errorf("the guide has %d rows of codes, want %d", len(rows), len(qcc.Statuses()))
	}

	var documented, others []int

	for _, row := range rows {
		code, err := strconv.Atoi(row[1])
		if err != nil {
			t.Fatal(err)
		}

		if qcc.Lookup(code).Documented() {
			documented = append(documented, code)
		} else {
			others = append(others, code)
		}
	}

	if !slices.IsSorted(documented) || !slices.IsSorted(others) {
		t.Errorf("the codes are not in their order: %v, %v", documented, others)
	}

	for _, status := range qcc.Statuses() {
		said := message.Status(status)
		row := regexp.MustCompile(fmt.Sprintf(`(?m)^\| %d \| (.*) \|$`, status.Code)).FindAllStringSubmatch(codes, -1)

		if len(row) != 1 {
			t.Errorf("the guide has %d rows for %d, want one", len(row), status.Code)

			continue
		}

		cells := strings.Split(row[0][1], " | ")
		if want := []string{
			cmp.Or(status.Text, "-"), said.Meaning.In(language), statusAction(status).In(language), cmp.Or(said.Remedy.In(language), "-"),
		}; !slices.Equal(cells, want) {
			t.Errorf("the guide explains %d by %q, want %q", status.Code, cells, want)
		}
	}
}

// TestGuidesHaveTheSameParts compares headings, rows and links of the two guides.
func TestGuidesHaveTheSameParts(t *testing.T) {
	t.Parallel()

	english, chinese := written(t, message.English), written(t, message.Chinese)

	for _, part := range []string{`(?m)^#+ `, `(?m)^\|`, `(?m)^- `, "`[^`]+`", `\]\([^)]+\)`} {
		if a, b := len(regexp.MustCompile(part).FindAllString(english, -1)), len(regexp.MustCompile(part).FindAllString(chinese, -1)); a != b {
			t.Errorf("%s: the English guide has %d, the Chinese one %d", part, a, b)
		}
	}

	if !strings.Contains(english, "\n\n[简体中文]("+files[message.Chinese]+")\n\n") || !strings.Contains(chinese, "\n\n[English]("+files[message.English]+")\n\n") {
		t.Error("the guides do not link to each other")
	}
}

// TestGuidesHaveEveryTitle looks for the titles of all diagnostics. They are in the golden files of the provider, first in English and then in
// Chinese, on lines that begin with a letter.
func TestGuidesHaveEveryTitle(t *testing.T) {
	t.Parallel()

	english, chinese := written(t, message.English), written(t, message.Chinese)

	var titles []string

	for _, name := range []string{"diagnostics", "gates"} {
		golden, err := os.ReadFile("../../provider/testdata/" + name + ".golden")
		if err != nil {
			t.Fatal(err)
		}

		for _, title := range regexp.MustCompile(`(?m)^[^-# \n].*$`).FindAllString(string(golden), -1) {
			if !slices.Contains(titles, title) {
				titles = append(titles, title)
			}
		}
	}

	const inBothLanguages = 2
	if len(titles) < 19*inBothLanguages {
		t.Fatalf("there are only the titles %q", titles)
	}

	for pair := range slices.Chunk(titles, inBothLanguages) {
		if !strings.Contains(english, "\n| "+pair[0]+" | ") || !strings.Contains(chinese, "\n| "+pair[1]+" | "+pair[0]+" | ") {
			t.Errorf("a guide does not have %q", pair)
		}
	}
}

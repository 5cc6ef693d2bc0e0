package main

import (
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
var files = map[message.Language]string{message.English: "errors.md", message.Chinese: "errors-zh.md"}

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

			checkCodes(t, language, guide)

			for _, failure := range qcc.Failures() {
				checkItem(t, guide, lookedUp(language, message.Failure(failure).Meaning, failure.Transient()), brief(language, message.Failure(failure).Remedy))
			}

			for _, r := range message.HTTPRanges() {
				checkItem(t, guide, lookedUp(language, rangeName(r), qcc.TransientHTTP(r.First)), brief(language, r.Remedy))
			}

			checkItem(t, guide, lookedUp(language, otherName(), false), brief(language, message.OtherHTTP().Remedy))
			checkItem(t, guide, lookedUp(language, gatewayName(), false), brief(language, message.RefusedByGateway().Remedy))

			if strings.Count(guide, message.Support().In(language)) != 1 {
				t.Error("the guide does not have the number of QCC's support once")
			}

			if wrong := regexp.MustCompile(`[(（]QCC_|base_url\p{Han}`).FindString(guide); wrong != "" {
				t.Errorf("the guide has %q", wrong)
			}
		})
	}
}

// checkItem looks for one list item that has both a text to look up and an explanation.
func checkItem(t *testing.T, guide, what, said string) {
	t.Helper()

	if items := regexp.MustCompile(`(?m)^- (?:.*[；;] ?)?`+regexp.QuoteMeta(what)+`(?:[；;].*)?(?:: |：)`+regexp.QuoteMeta(said)+`$`).FindAllString(guide, -1); len(items) != 1 {
		t.Errorf("the guide has %d items that explain %s by %q, want 1", len(items), what, said)
	}
}

// checkCodes compares the items for status codes with the provider's diagnostics. An item for several refusals may have only their remedy.
func checkCodes(t *testing.T, language message.Language, guide string) {
	t.Helper()

	codes := regexp.MustCompile(`(?m)^- \*\*(\d+)\*\* ?\p{Han}`).FindAllStringSubmatch(guide, -1)
	first := make([]int, 0, len(codes))

	for _, code := range codes {
		number, err := strconv.Atoi(code[1])
		if err != nil {
			t.Fatal(err)
		}

		first = append(first, number)
	}

	if !slices.IsSorted(first) || len(first) < 10 {
		t.Errorf("the codes are not in their order: %v", first)
	}

	for _, status := range qcc.Statuses() {
		said := message.Status(status)
		what := strings.TrimSpace(fmt.Sprintf("**%d** %s", status.Code, status.Text))
		meaning, remedy := said.Meaning.In(language), brief(language, said.Remedy)

		if whole := sentences(language, meaning, remedy); strings.Contains(guide, whole) {
			remedy = whole
		} else if status.Class != qcc.ClassRefused {
			t.Errorf("the guide does not have %q", whole)
		}

		checkItem(t, guide, what, remedy)
	}

	retried := map[message.Language]string{message.English: "retries 120, 122, 124, 199, 203, 205 and 500.", message.Chinese: "重试 120、122、124、199、203、205 和 500。"}
	if !strings.Contains(guide, retried[language]) {
		t.Errorf("the guide does not say %q", retried[language])
	}
}

// TestGuidesHaveTheSameParts compares headings, items and links of the two guides. The Chinese one also has the titles in English.
func TestGuidesHaveTheSameParts(t *testing.T) {
	t.Parallel()

	english := written(t, message.English)
	chinese := regexp.MustCompile("（`[A-Z][^`]+`）").ReplaceAllString(written(t, message.Chinese), "")

	for _, part := range []string{`(?m)^#+ `, `(?m)^- `, "`[^`]+`", `\]\([^)]+\)`} {
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
		if !strings.Contains(english, "`"+pair[0]+"`") || !strings.Contains(chinese, "`"+pair[1]+"`（`"+pair[0]+"`）") {
			t.Errorf("a guide does not have %q", pair)
		}
	}
}

package pipelines_test

import (
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/itchyny/gojq"

	"github.com/qccpro/terraform-provider-qcc/internal/testkit"
)

var (
	// sentence matches two words of English.
	sentence = regexp.MustCompile(`[A-Za-z']{2,}[,:;]? [A-Za-z'-]{2,}`)
	han      = regexp.MustCompile(`\p{Han}`)
	// typo matches punctuation of English in Chinese, a space beside full-width punctuation, and a Latin character without a space.
	typo = regexp.MustCompile(`\p{Han}[,;:!?().]|[,;:!?()]\p{Han}|[，。；：、！？（）] | [，。；：、！？（）]|\p{Han}[A-Za-z0-9` + "`" + `]|[A-Za-z0-9` + "`" + `]\p{Han}`)
	span = regexp.MustCompile("``.*?``|`[^`]*`")
)

// summaryText is a text that quota.jq has in both languages.
type summaryText struct{ english, chinese *gojq.Query }

// summaryTexts returns the texts of a program in both languages, and all other strings of the program.
func summaryTexts(t *testing.T, program string) (texts []summaryText, others []string) {
	t.Helper()

	parsed, err := gojq.Parse(program)
	if err != nil {
		t.Fatal(err)
	}

	var walk func(reflect.Value)

	walk = func(node reflect.Value) {
		switch value := node.Interface().(type) {
		case *gojq.Func:
			if value != nil && value.Name == "text" && len(value.Args) == 2 {
				texts = append(texts, summaryText{value.Args[0], value.Args[1]})

				return
			}
		case *gojq.String:
			if value != nil && value.Queries == nil {
				others = append(others, value.Str)
			}
		}

		switch node.Kind() {
		case reflect.Pointer:
			if !node.IsNil() {
				walk(node.Elem())
			}
		case reflect.Struct:
			for _, field := range node.Fields() {
				walk(field)
			}
		case reflect.Slice:
			for i := range node.Len() {
				walk(node.Index(i))
			}
		default:
		}
	}

	walk(reflect.ValueOf(parsed))

	return texts, others
}

// literal returns the words of a string in jq, with an x for each interpolation, and the interpolations.
func literal(t *testing.T, query *gojq.Query) (words string, interpolations []string) {
	t.Helper()

	if query.Term == nil || query.Term.Str == nil {
		t.Fatalf("%s is not a string", query)
	}

	if query.Term.Str.Queries == nil {
		return query.Term.Str.Str, nil
	}

	for _, part := range query.Term.Str.Queries {
		if part.Term.Str != nil {
			words += part.Term.Str.Str

			continue
		}

		words += "x"

		interpolations = append(interpolations, part.String())
	}

	return words, interpolations
}

// TestTextsOfTheSummaryAreTwins compares both languages of every text in quota.jq.
func TestTextsOfTheSummaryAreTwins(t *testing.T) {
	t.Parallel()

	texts, others := summaryTexts(t, testkit.ReadFile(t, "examples/pipelines/quota.jq"))
	if len(texts) == 0 {
		t.Error("there is no text")
	}

	for _, text := range texts {
		english, values := literal(t, text.english)
		chinese, valuesInChinese := literal(t, text.chinese)

		if han.MatchString(english) || english == chinese ||
			regexp.MustCompile(`[a-z]{2}`).MatchString(english) && !han.MatchString(chinese) || sentence.MatchString(span.ReplaceAllString(chinese, "")) {
			t.Errorf("one of these is not in its language: %s | %s", english, chinese)
		}

		if match := typo.FindString(strings.ReplaceAll(chinese, " |", "")); match != "" {
			t.Errorf("a typing mistake: %s in %s", match, chinese)
		}

		if !slices.Equal(values, valuesInChinese) || !slices.Equal(facts(english), facts(chinese)) || strings.HasSuffix(english, ".") != strings.HasSuffix(chinese, "。") {
			t.Errorf("these have other values, or only one ends with a full stop: %s | %s", english, chinese)
		}
	}

	for _, other := range others {
		// A text has a space beside a word, or ends with a full stop. The string "module." is a part of an address.
		if regexp.MustCompile(`[A-Za-z] | [A-Za-z]`).MatchString(other) || han.MatchString(other) || strings.HasSuffix(other, ".") && len(other) > 1 && other != "module." {
			t.Errorf("only in one language: %s", other)
		}
	}
}

// facts returns the addresses, ids, numbers and symbols of a text.
func facts(text string) []string {
	return regexp.MustCompile("``.*?``|`[^`]*`|-?[0-9]+|[✅❌⏳█▒░–|]|^- ").FindAllString(text, -1)
}

// compareSummaries compares the summary of a plan in both languages, line by line. Errors of Terraform are in the language of the plan.
func compareSummaries(t *testing.T, english, chinese string) {
	t.Helper()

	englishLines, chineseLines := strings.Split(english, "\n"), strings.Split(chinese, "\n")
	if len(englishLines) != len(chineseLines) {
		t.Fatalf("the summary in Chinese does not have %d lines:\n%s\n%s", len(englishLines), english, chinese)
	}

	for i, line := range chineseLines {
		if got, want := facts(line), facts(englishLines[i]); !slices.Equal(got, want) {
			t.Errorf("a line has %q, want %q:\n%s\n%s", got, want, englishLines[i], line)
		}

		// The rows of tables have names that QCC gives, in both languages.
		isText := !strings.HasPrefix(line, "| `") && !strings.HasPrefix(line, "  - ") && regexp.MustCompile(`[a-z]{2}`).MatchString(span.ReplaceAllString(line, ""))
		if isText && line == englishLines[i] {
			t.Errorf("a line is not translated: %s", line)
		}
	}
}

package pipelines_test

import (
	"encoding/json"
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
	span = regexp.MustCompile("`[^`]*`")
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

// faults returns what is wrong with the languages of a program.
func faults(t *testing.T, program string) []string {
	t.Helper()

	var found []string

	report := func(fault string, texts ...string) { found = append(found, fault+": "+strings.Join(texts, " | ")) }

	texts, others := summaryTexts(t, program)
	if len(texts) == 0 {
		report("there is no text", program)
	}

	for _, text := range texts {
		english, values := literal(t, text.english)
		chinese, valuesInChinese := literal(t, text.chinese)

		if han.MatchString(english) {
			report("not English", english)
		}

		if english == chinese || regexp.MustCompile(`[a-z]{2}`).MatchString(english) && !han.MatchString(chinese) || sentence.MatchString(span.ReplaceAllString(chinese, "")) {
			report("not Chinese", chinese)
		}

		if match := typo.FindString(strings.ReplaceAll(chinese, " |", "")); match != "" {
			report("a typing mistake", chinese, match)
		}

		if !slices.Equal(values, valuesInChinese) || !slices.Equal(facts(english), facts(chinese)) {
			report("other values", english, chinese)
		}

		if strings.HasSuffix(english, ".") != strings.HasSuffix(chinese, "。") {
			report("only one ends with a full stop", english, chinese)
		}
	}

	for _, other := range others {
		// A text has a space beside a word, or ends with a full stop. The string "module." is a part of an address.
		if regexp.MustCompile(`[A-Za-z] | [A-Za-z]`).MatchString(other) || han.MatchString(other) || strings.HasSuffix(other, ".") && len(other) > 1 && other != "module." {
			report("only in one language", other)
		}
	}

	return found
}

// TestTextsOfTheSummaryAreTwins compares both languages of every text in quota.jq.
func TestTextsOfTheSummaryAreTwins(t *testing.T) {
	t.Parallel()

	program := testkit.ReadFile(t, "examples/pipelines/quota.jq")
	for _, fault := range faults(t, program) {
		t.Error(fault)
	}

	// Each change must be seen.
	for old, changed := range map[string]string{
		`text("failed."; "不通过。")`: `"failed."`,
		`"无法求值。"`:                 `"could not be evaluated."`,
		`"要到 apply 时才能判断。"`:       `"要到apply 时才能判断。"`,
		`"- \(.)"`:                `"- See \(.)"`,
		`" 及另外 \(length) 个"`:      `" 等"`,
		"变量 `qcc_required` 不是整数":  "变量 `required` 不是整数",
		`"plan 不可执行。请查看摘要。"`:      `"plan 不可执行。请查看摘要"`,
		`"，"`: `", "`,
		`"### QCC quota: the plan may be applied`: `"### 企查查: the plan may be applied`,
	} {
		if !strings.Contains(program, old) || len(faults(t, strings.Replace(program, old, changed, 1))) == 0 {
			t.Errorf("quota.jq has %q: %t. %q is not seen", old, strings.Contains(program, old), changed)
		}
	}
}

// facts returns the addresses, ids, numbers and symbols of a text.
func facts(text string) []string {
	return regexp.MustCompile("`[^`]*`|-?[0-9]+|[✅❌⏳█▒░–|]|^- ").FindAllString(text, -1)
}

// messages returns the letters of the messages of all conditions in a plan.
func messages(t *testing.T, planJSON string) []string {
	t.Helper()

	var plan struct {
		Checks []struct {
			Instances []struct {
				Problems []struct {
					Message string `json:"message"`
				} `json:"problems"`
			} `json:"instances"`
		} `json:"checks"`
	}
	if err := json.Unmarshal([]byte(planJSON), &plan); err != nil {
		t.Fatal(err)
	}

	var found []string

	for _, check := range plan.Checks {
		var message string

		for _, instance := range check.Instances {
			for _, problem := range instance.Problems {
				message += problem.Message
			}
		}

		if message != "" {
			found = append(found, letters(message))
		}
	}

	return found
}

// letters returns the letters of a text.
func letters(text string) string { return regexp.MustCompile(`\P{L}+`).ReplaceAllString(text, "") }

// failure matches the line of a condition that failed. Its groups are the address, the message and the remark.
var failure = regexp.MustCompile("^(- `[^`]*`)(?:: |：)(.*?)( \\(tolerated\\)|（例外）)?$")

// compareSummaries compares the summary of a plan in both languages. Only the messages of conditions are the same in both.
func compareSummaries(t *testing.T, plan, english, chinese string) {
	t.Helper()

	englishLines, chineseLines := strings.Split(english, "\n"), strings.Split(chinese, "\n")
	if len(englishLines) != len(chineseLines) {
		t.Fatalf("the summary in Chinese does not have %d lines:\n%s\n%s", len(englishLines), english, chinese)
	}

	known := messages(t, plan)

	// words returns a line without the message of a condition, and without addresses and ids.
	words := func(line string) string {
		if parts := failure.FindStringSubmatch(line); parts != nil && slices.Contains(known, letters(parts[2])) {
			line = parts[1] + parts[3]
		}

		return span.ReplaceAllString(line, "")
	}

	for i, line := range chineseLines {
		if got, want := facts(line), facts(englishLines[i]); !slices.Equal(got, want) {
			t.Errorf("a line has %q, want %q:\n%s\n%s", got, want, englishLines[i], line)
		}

		if sentence.MatchString(words(line)) {
			t.Errorf("a line has English: %s", line)
		}

		// The rows of tables have names that QCC gives.
		isText := !strings.HasPrefix(line, "| `") && regexp.MustCompile(`[a-z]{2}`).MatchString(words(englishLines[i]))
		if isText && !han.MatchString(words(line)) {
			t.Errorf("a line has no Chinese: %s", line)
		}
	}
}

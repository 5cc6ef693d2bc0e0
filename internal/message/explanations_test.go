package message_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/qccpro/terraform-provider-qcc/internal/message"
	"github.com/qccpro/terraform-provider-qcc/internal/qcc"
)

// isWhole reports whether a text is not empty in both languages.
func isWhole(text message.Text) bool { return text.English != "" && text.Chinese != "" }

func TestEveryStatusCodeIsExplained(t *testing.T) {
	t.Parallel()

	unknown := message.Status(qcc.Lookup(777))

	for _, status := range qcc.Statuses() {
		said := message.Status(status)
		if !isWhole(said.Meaning) || said.Meaning == unknown.Meaning || !isWhole(said.Remedy) && status.Class != qcc.ClassOK {
			t.Errorf("%d is explained by %+v", status.Code, said)
		}
	}

	if !isWhole(unknown.Meaning) || !isWhole(unknown.Remedy) {
		t.Errorf("an unknown code is explained by %+v", unknown)
	}
}

// TestTitlesFollowTheClass checks the titles of all codes, so that other tests can use Status.
func TestTitlesFollowTheClass(t *testing.T) {
	t.Parallel()

	titles := map[qcc.Class]string{
		qcc.ClassOK: "Unexpected status code from QCC", qcc.ClassEmpty: "Unexpected status code from QCC",
		qcc.ClassTransient: "QCC service unavailable", qcc.ClassRefused: "Quota query refused by QCC",
		qcc.ClassRejected: "Unexpected status code from QCC",
	}

	for _, status := range append(qcc.Statuses(), qcc.Lookup(777)) {
		if said, want := message.Status(status).Title.English, titles[status.Class]; said != want || want == "" {
			t.Errorf("the title of %d is %q, want %q", status.Code, said, want)
		}
	}
}

// TestOnlyKnownStatusCodesAreExplained finds explanations of codes that qcc.Statuses does not list.
func TestOnlyKnownStatusCodesAreExplained(t *testing.T) {
	t.Parallel()

	unknown := message.Status(qcc.Lookup(777))

	known := map[int]bool{}
	for _, status := range qcc.Statuses() {
		if known[status.Code] {
			t.Errorf("%d is known twice", status.Code)
		}

		known[status.Code] = true
	}

	for code := range 10_000 {
		if said := message.Status(qcc.Status{Code: code}); !known[code] && said.Meaning != unknown.Meaning {
			t.Errorf("%d is explained by %+v, but is not a known code", code, said)
		}
	}
}

func TestEveryFailureIsExplained(t *testing.T) {
	t.Parallel()

	for _, failure := range qcc.Failures() {
		if said := message.Failure(failure); !isWhole(said.Title) || !isWhole(said.Meaning) || !isWhole(said.Remedy) {
			t.Errorf("%q is explained by %+v", failure, said)
		}
	}
}

func TestEveryProblemOfAnAnswerIsExplained(t *testing.T) {
	t.Parallel()

	for _, problem := range qcc.Problems() {
		if said := message.Problem(problem); !isWhole(said) {
			t.Errorf("%q is explained by %+v", problem, said)
		}
	}
}

// TestEveryProblemOfASettingIsExplained has no value beside the problem, so that each text is different.
func TestEveryProblemOfASettingIsExplained(t *testing.T) {
	t.Parallel()

	for _, language := range message.Languages() {
		seen := map[string]qcc.ConfigProblem{}
		_, untold := language.InvalidConfiguration(&qcc.ConfigError{Field: qcc.FieldKey}, "")

		for _, problem := range qcc.ConfigProblems() {
			_, said := language.InvalidConfiguration(&qcc.ConfigError{Field: qcc.FieldKey, Problem: problem}, "")
			if twin, twice := seen[said]; twice || len(said) <= len(untold) {
				t.Errorf("%q is explained by %q, and so is %q", problem, said, twin)
			}

			seen[said] = problem
		}
	}
}

func TestLanguages(t *testing.T) {
	t.Parallel()

	for code, want := range map[string]message.Language{"en": message.English, "zh": message.Chinese} {
		if got, known := message.ParseLanguage(code); got != want || !known || got.String() != code {
			t.Errorf("%q is %v, known: %t", code, got, known)
		}
	}

	for _, code := range []string{"", "EN", "zh-CN", "zh ", "de"} {
		if got, known := message.ParseLanguage(code); known || got != message.English {
			t.Errorf("%q is %v, known: %t", code, got, known)
		}
	}
}

func TestACachedAnswerIsExplainedAsOne(t *testing.T) {
	t.Parallel()

	answer := &qcc.AnswerError{Response: qcc.Response{ContentType: safe("text/html")}, Problem: qcc.ProblemCached}
	if said := message.Answer(answer); said != message.CachedAnswer() {
		t.Errorf("a cached answer is explained by %+v", said)
	}
}

func TestAWebPageIsToldByItsContentType(t *testing.T) {
	t.Parallel()

	for contentType, page := range map[string]bool{"text/html": true, "application/XHTML+xml": true, "application/json": false, "": false} {
		answer := &qcc.AnswerError{Response: qcc.Response{ContentType: safe(contentType)}}
		if said := message.Answer(answer); strings.Contains(said.Remedy.English, "web page") != page {
			t.Errorf("an answer of type %q is explained by %+v", contentType, said)
		}
	}
}

// TestHTTPStatusesAreUnavailableIfARetryMayHelp compares what users are told with what the client does.
func TestHTTPStatusesAreUnavailableIfARetryMayHelp(t *testing.T) {
	t.Parallel()

	for status := 201; status <= 999; status++ {
		said := message.HTTP(status)
		if unavailable := said.Title.English == "QCC service unavailable"; unavailable != qcc.TransientHTTP(status) || !isWhole(said.Remedy) {
			t.Errorf("HTTP %d is explained by %+v, and the client retries: %t", status, said, qcc.TransientHTTP(status))
		}
	}
}

// TestEveryProblemIsListed compares the lists of package qcc with its constants, so that no constant is without a text.
func TestEveryProblemIsListed(t *testing.T) {
	t.Parallel()

	files, err := filepath.Glob("../qcc/*.go")
	if err != nil {
		t.Fatal(err)
	}

	constants := map[string][]string{}

	for _, name := range files {
		source, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}

		for _, constant := range regexp.MustCompile(`(?m)^\s+\w+\s+(Problem|Failure|ConfigProblem) += "([a-z0-9-]+)"`).FindAllStringSubmatch(string(source), -1) {
			constants[constant[1]] = append(constants[constant[1]], constant[2])
		}
	}

	for name, listed := range map[string][]string{
		"Problem": names(qcc.Problems()), "Failure": names(qcc.Failures()), "ConfigProblem": names(qcc.ConfigProblems()),
	} {
		if !slices.Equal(constants[name], listed) {
			t.Errorf("the constants of %s are %q, and the list has %q", name, constants[name], listed)
		}
	}
}

func names[T ~string](values []T) []string {
	all := make([]string, 0, len(values))
	for _, value := range values {
		all = append(all, string(value))
	}

	return all
}

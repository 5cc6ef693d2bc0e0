package provider

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/qccpro/terraform-provider-qcc/internal/message"
	"github.com/qccpro/terraform-provider-qcc/internal/qcc"
)

var update = flag.Bool("update", false, "write the golden files instead of comparing with them")

// TestTextsOfDiagnostics compares the text of every diagnostic, in both languages, with testdata/diagnostics.golden. So reviewers see each
// change of wording. To accept a change: go test ./internal/provider -run Texts -update.
func TestTextsOfDiagnostics(t *testing.T) {
	t.Parallel()

	type example struct {
		name string
		err  error
	}

	var (
		examples []example
		page     = qcc.Response{Host: "pro.qcc.com", StatusCode: 200, ContentType: safe("text/html"), Length: 1234}
		json     = qcc.Response{Host: "pro.qcc.com", StatusCode: 200, ContentType: safe("application/json"), Length: 99}
		busy     = &qcc.StatusError{Status: qcc.Lookup(199)}
	)

	add := func(name string, err error) { examples = append(examples, example{name, err}) }

	for _, status := range qcc.Statuses() {
		if status.Class != qcc.ClassOK && status.Class != qcc.ClassEmpty {
			add(fmt.Sprintf("status code %d", status.Code), &qcc.StatusError{Status: status, Message: safe(status.Text)})
		}
	}

	skew := -10 * time.Minute
	far := 400 * 24 * time.Hour

	add("status code with a clock that is off", &qcc.StatusError{Status: qcc.Lookup(115), Message: safe("身份验证错误或者已过期"), Skew: &skew})
	add("status code with a clock that is too far off", &qcc.StatusError{Status: qcc.Lookup(115), Message: safe("身份验证错误或者已过期"), Skew: &far})
	add("status code that is not known", &qcc.StatusError{Status: qcc.Lookup(777), Message: safe("new")})
	add("status code without a message", &qcc.StatusError{Status: qcc.Lookup(107)})
	add("answer that is a page", &qcc.AnswerError{Response: page, Problem: qcc.ProblemNoJSON})

	for _, problem := range qcc.Problems() {
		add("answer: "+string(problem), &qcc.AnswerError{Response: json, Problem: problem})
	}

	add("answer with a count that is wrong", &qcc.AnswerError{
		Response: json, Problem: qcc.ProblemNotWhole, Module: safe("radar_id"), Field: "totalCount", Value: safe("50.5"),
	})

	for _, status := range []int{204, 302, 401, 404, 405, 429, 500, 503} {
		failure := &qcc.HTTPError{Response: qcc.Response{Host: "pro.qcc.com", StatusCode: status, Length: -1}}
		if status == 302 {
			failure.RedirectHost = safe("login.example.com")
		}

		add(fmt.Sprintf("HTTP status %d", status), failure)
	}

	for _, failure := range qcc.Failures() {
		transport := &qcc.TransportError{Failure: failure, Host: "pro.qcc.com"}
		if failure == qcc.FailureProxyRefused {
			transport.ProxyStatus = 407
		}

		add("failure: "+string(failure), transport)
	}

	const timeout = time.Minute

	later := time.Date(2026, time.January, 2, 15, 4, 5, 0, time.FixedZone("UTC+8", 8*60*60))

	add("several attempts", &qcc.ReadError{Err: busy, Attempts: 4, End: qcc.EndRetries, Timeout: timeout})
	add("end of the timeout", &qcc.ReadError{Err: busy, Attempts: 2, End: qcc.EndTimeout, Timeout: timeout})
	add("wait that does not fit", &qcc.ReadError{Err: busy, Attempts: 2, End: qcc.EndNoRoom, Timeout: timeout})
	add("wait for the service", &qcc.ReadError{Err: busy, Attempts: 4, End: qcc.EndRetries, Timeout: timeout, NotBefore: later})
	add("wait for the service that does not fit", &qcc.ReadError{Err: busy, Attempts: 1, End: qcc.EndNoRoom, Timeout: timeout, NotBefore: later})
	add("final failure after several attempts", &qcc.ReadError{Err: &qcc.StatusError{Status: qcc.Lookup(101)}, Attempts: 2, Timeout: timeout})
	add("cancelled", &qcc.ReadError{Err: context.Canceled, Attempts: 1})
	add("not known to the provider", errors.New("s3cr3t"))

	var got strings.Builder

	for _, example := range examples {
		inBothLanguages(t, &got, example.name, func(language message.Language) diag.Diagnostic {
			return diag.NewErrorDiagnostic(language.FailedRead(example.err))
		})
	}

	if strings.Contains(got.String(), "s3cr3t") {
		t.Error("a diagnostic repeats the text of an error")
	}

	config := func(name string, wrong qcc.ConfigError, variable string) {
		inBothLanguages(t, &got, "setting: "+name, func(language message.Language) diag.Diagnostic {
			return diag.NewErrorDiagnostic(language.InvalidConfiguration(&wrong, variable))
		})
	}

	for _, problem := range qcc.ConfigProblems() {
		wrong := qcc.ConfigError{Field: qcc.FieldKey, Problem: problem}

		switch problem {
		case qcc.ConfigInvisible:
			wrong.Position, wrong.Char = 4, '\u200b'
		case qcc.ConfigTooLong:
			wrong.Value = "513"
		case qcc.ConfigTimeout:
			wrong.Field, wrong.Value = qcc.FieldTimeout, "11m0s"
		default:
		}

		config(string(problem), wrong, "")
	}

	config("comes from the environment", qcc.ConfigError{Field: qcc.FieldKey, Problem: qcc.ConfigWhiteSpace}, "QCC_KEY")

	others := map[string]func(message.Language) (string, string){
		"language that is invalid":    func(message.Language) (string, string) { return message.InvalidLanguage(fieldLanguage, "") },
		"language of the environment": func(message.Language) (string, string) { return message.InvalidLanguage(fieldLanguage, "QCC_LANGUAGE") },
		"credential that is missing": func(l message.Language) (string, string) {
			return l.MissingCredential(qcc.FieldSecretKey, "QCC_SECRET_KEY")
		},
		"no record":                    message.Language.NoRecord,
		"clock that is behind":         func(l message.Language) (string, string) { return l.Skew(time.Hour + 90*time.Second) },
		"clock that is ahead":          func(l message.Language) (string, string) { return l.Skew(-2 * time.Minute) },
		"wrong reader":                 func(l message.Language) (string, string) { return l.WrongProviderData("") },
		"requirement unknown at apply": message.Language.UnknownAtApply,
		"provider block that is unknown": func(l message.Language) (string, string) {
			return l.UnknownConfiguration([]qcc.Field{qcc.FieldKey, qcc.FieldTimeout, qcc.FieldBaseURL}, []string{"QCC_KEY", "QCC_BASE_URL"})
		},
		"timeout that is unknown": func(l message.Language) (string, string) {
			return l.UnknownConfiguration([]qcc.Field{qcc.FieldTimeout}, nil)
		},
	}

	for _, name := range slices.Sorted(maps.Keys(others)) {
		inBothLanguages(t, &got, name, func(language message.Language) diag.Diagnostic {
			return diag.NewWarningDiagnostic(others[name](language))
		})
	}

	compareWithGolden(t, "diagnostics.golden", got.String())
}

// inBothLanguages writes a diagnostic in English, and below it in Chinese.
func inBothLanguages(t *testing.T, out *strings.Builder, name string, diagnostic func(message.Language) diag.Diagnostic) {
	t.Helper()

	fmt.Fprintf(out, "# %s\n\n", name)

	for _, language := range message.Languages() {
		said := diagnostic(language)
		if language == message.Chinese {
			checkChinese(t, name, said)
		}

		fmt.Fprintf(out, "%s\n\n%s\n\n", said.Summary(), said.Detail())
	}

	out.WriteString("\n")
}

// checkChinese fails unless the title is Chinese. Each line must fit into 72 columns, and must not begin or end with the wrong punctuation.
// Only QCC's own words may be longer.
func checkChinese(t *testing.T, name string, said diag.Diagnostic) {
	t.Helper()

	// The error about the language is in both languages, below an English title.
	if isChinese := strings.ContainsFunc(said.Summary(), func(char rune) bool { return unicode.Is(unicode.Han, char) }); isChinese == strings.HasPrefix(name, "language ") {
		t.Errorf("%s: the title is %q", name, said.Summary())
	}

	for line := range strings.SplitSeq(said.Detail(), "\n") {
		columns := 0

		for _, char := range line {
			columns++

			if char >= '\u2e80' || strings.ContainsRune("“”…", char) {
				columns++
			}
		}

		if columns > 72 && !strings.HasPrefix(line, "  企查查返回信息：") && !strings.HasPrefix(line, "The value of language") {
			t.Errorf("%s: %q has %d columns", name, line, columns)
		}

		if strings.Contains(line, "%!") || strings.HasSuffix(line, " ") {
			t.Errorf("%s: %q", name, line)
		}

		if runes := []rune(line); len(runes) > 0 && (strings.ContainsRune("，。；：、！？）”", runes[0]) || strings.ContainsRune("（“", runes[len(runes)-1])) {
			t.Errorf("%s: %q begins or ends with the wrong punctuation", name, line)
		}
	}
}

// compareWithGolden compares texts with a file in testdata, or writes it.
func compareWithGolden(t *testing.T, name, got string) {
	t.Helper()

	golden := filepath.Join("testdata", name)

	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}

	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}

	if got != string(want) {
		t.Errorf("the texts are not those of %s; run the test with -update to accept them. They are:\n%s", golden, got)
	}
}

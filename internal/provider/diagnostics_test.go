package provider

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/qccpro/terraform-provider-qcc/internal/emulator"
	"github.com/qccpro/terraform-provider-qcc/internal/message"
	"github.com/qccpro/terraform-provider-qcc/internal/qcc"
)

var update = flag.Bool("update", false, "write the golden files instead of comparing with them")

// bothLanguages is the shape of the errors about the language, which are in both languages below an English title.
const bothLanguages = "language"

// said is a diagnostic in a language.
type said func(message.Language) diag.Diagnostic

// texts writes diagnostics for a golden file, in both languages.
type texts struct {
	t   *testing.T
	out strings.Builder
}

// example is a diagnostic of a shape. Its name may be empty if its text says enough. Facts that differ from example to example, such as a
// status code, are replaced, so that examples with equal texts are written once.
type example struct {
	name  string
	said  said
	facts *strings.Replacer
}

// shape writes diagnostics that are made in the same way: the first one as a whole, and of the others each part that differs. A paragraph
// begins with a hyphen. Each line of facts is a part of its own.
func (g *texts) shape(name string, examples ...example) {
	g.t.Helper()

	var (
		blocks []string
		names  = map[string][]string{}
		first  [2][]string
	)

	for i, example := range examples {
		var block strings.Builder

		for _, language := range message.Languages() {
			text := parts(g.t, name, language, example)
			if i == 0 {
				first[language] = text
			}

			for at, part := range text {
				if i == 0 || len(text) != len(first[language]) || part != first[language][at] {
					block.WriteString(part + "\n")
				}
			}
		}

		written := block.String()
		if written == "" { // The text is that of the first example.
			written = blocks[0]
		}

		if _, twice := names[written]; !twice {
			blocks = append(blocks, written)
		}

		names[written] = append(names[written], example.name)
	}

	for i, block := range blocks {
		heading := strings.Join(names[block], ", ")

		switch {
		case i == 0:
			fmt.Fprintf(&g.out, "# %s\n", strings.TrimSuffix(name+": "+heading, ": "))
		case strings.Trim(heading, ", ") != "":
			fmt.Fprintf(&g.out, "## %s\n", heading)
		}

		g.out.WriteString(block + "\n")
	}
}

// parts returns the title, the paragraphs and the lines of facts of an example.
func parts(t *testing.T, shape string, language message.Language, example example) []string {
	t.Helper()

	diagnostic := example.said(language)
	if language == message.Chinese {
		checkChinese(t, strings.TrimSpace(shape+" "+example.name), diagnostic)
	}

	all := []string{diagnostic.Summary()}

	for paragraph := range strings.SplitSeq(diagnostic.Detail(), "\n\n") {
		for i, line := range strings.Split(paragraph, "\n") {
			switch {
			case i == 0:
				all = append(all, "- "+line)
			case strings.HasPrefix(line, "  "):
				all = append(all, "  "+line)
			default: // A line of a Chinese paragraph.
				all[len(all)-1] += "\n  " + line
			}
		}
	}

	if example.facts != nil {
		for i := range all {
			all[i] = example.facts.Replace(all[i])
		}
	}

	return all
}

// failed returns the error for a failed read.
func failed(err error) said {
	return func(language message.Language) diag.Diagnostic {
		return diag.NewErrorDiagnostic(language.FailedRead(err))
	}
}

// TestTextsOfDiagnostics compares the text of every diagnostic with testdata/diagnostics.golden. So reviewers see each change of wording. To
// accept a change: go test ./internal/provider -run Texts -update.
func TestTextsOfDiagnostics(t *testing.T) {
	t.Parallel()

	got := &texts{t: t}

	got.answers()
	got.failures()
	got.reads()
	got.settings()

	if strings.Contains(got.out.String(), "s3cr3t") {
		t.Error("a diagnostic repeats the text of an error")
	}

	compareWithGolden(t, "diagnostics.golden", got.out.String())
}

// answers writes the errors for answers of the service.
func (g *texts) answers() {
	var (
		codes, withoutMessage []example

		unusable = make([]example, 0, len(qcc.Problems()))
		page     = qcc.Response{Host: "pro.qcc.com", StatusCode: 200, ContentType: safe("text/html")}
		json     = qcc.Response{Host: "pro.qcc.com", StatusCode: 200, ContentType: safe("application/json"), Length: 99}
		// tolerated is a clock that no text mentions.
		tolerated = qcc.ToleratedSkew
	)

	for _, status := range append(qcc.Statuses(), qcc.Lookup(777)) {
		code := strconv.Itoa(status.Code)

		switch {
		case status.Class == qcc.ClassOK || status.Class == qcc.ClassEmpty:
		case status.Text == "" && status.Code != 777:
			withoutMessage = append(withoutMessage, example{code, failed(&qcc.StatusError{Status: status}), strings.NewReplacer(code, "CODE")})
		default:
			text := status.Text
			if text == "" { // The code is unknown.
				text = "new"
			}

			codes = append(codes, example{
				code, failed(&qcc.StatusError{Status: status, Message: safe(text), Skew: &tolerated}), strings.NewReplacer(code, "CODE", text, "MESSAGE"),
			})
		}
	}

	g.shape("status codes", codes...)
	g.shape("status codes without a message", withoutMessage...)
	g.shape("status code of the document, without a message", example{"107", failed(&qcc.StatusError{Status: qcc.Lookup(107)}), nil})

	skew, far, farthest := -10*time.Minute, 400*24*time.Hour, qcc.MaxCorrectedSkew
	expired := qcc.StatusError{Status: qcc.Lookup(115), Message: safe("身份验证错误或者已过期"), Skew: &skew}
	tooFar, corrected := expired, expired
	tooFar.Skew, corrected.Skew = &far, &farthest

	g.shape("status code with a clock", example{"off", failed(&expired), nil}, example{"too far off", failed(&tooFar), nil},
		example{"almost too far off", failed(&corrected), nil})

	for _, problem := range qcc.Problems() {
		unusable = append(unusable, example{"", failed(&qcc.AnswerError{Response: json, Problem: problem}), nil})
	}

	g.shape("answers", append(unusable,
		example{"a module", failed(&qcc.AnswerError{Response: json, Problem: qcc.ProblemModuleTwice, Module: safe("radar_id")}), nil},
		example{"an empty page", failed(&qcc.AnswerError{Response: page, Problem: qcc.ProblemNoJSON}), nil},
		example{"a status", failed(&qcc.AnswerError{Response: json, Problem: qcc.ProblemStatus, Value: safe("success")}), nil})...)

	statuses := []int{204, 302, 401, 404, 405, 429, 500, 503}
	answered := make([]example, 0, len(statuses))

	for _, status := range statuses {
		failure := &qcc.HTTPError{Response: qcc.Response{Host: "pro.qcc.com", StatusCode: status, Length: -1}}
		if status == http.StatusFound {
			failure.RedirectHost = safe("login.example.com")
		}

		answered = append(answered, example{strconv.Itoa(status), failed(failure), strings.NewReplacer(failure.HTTPStatus(), "STATUS")})
	}

	refusal := qcc.Response{Host: "gateway.example.com", StatusCode: http.StatusServiceUnavailable, Message: safe("The queue is full.")}
	text := failed(&qcc.HTTPError{Response: refusal})
	refusal.FromGateway = true

	g.shape("HTTP statuses", append(answered, example{"short text", text, nil}, example{"gateway", failed(&qcc.HTTPError{Response: refusal}), nil})...)
}

// failures writes the errors for requests without an answer.
func (g *texts) failures() {
	all := make([]example, 0, len(qcc.Failures()))

	for _, failure := range qcc.Failures() {
		transport := &qcc.TransportError{Failure: failure, Host: "pro.qcc.com"}
		if failure == qcc.FailureProxyRefused {
			transport.ProxyStatus = 407
		}

		all = append(all, example{"", failed(transport), nil})
	}

	g.shape("failures", all...)
}

// reads writes the errors for reads of several attempts, and the warnings of a read.
func (g *texts) reads() {
	const timeout = time.Minute

	later := time.Date(2026, time.January, 2, 15, 4, 5, 0, time.FixedZone("UTC+8", 8*60*60))
	busy := &qcc.StatusError{Status: qcc.Lookup(199)}
	end := func(name string, err qcc.ReadError) example { return example{name, failed(&err), nil} }

	g.shape("reads",
		end("several attempts", qcc.ReadError{Err: busy, Attempts: 4, End: qcc.EndRetries, Timeout: timeout}),
		end("end of the timeout", qcc.ReadError{Err: busy, Attempts: 2, End: qcc.EndTimeout, Timeout: timeout}),
		end("wait that does not fit", qcc.ReadError{Err: busy, Attempts: 2, End: qcc.EndNoRoom, Timeout: timeout}),
		end("wait for the service", qcc.ReadError{Err: busy, Attempts: 4, End: qcc.EndRetries, Timeout: timeout, NotBefore: later}),
		end("wait for the service that does not fit", qcc.ReadError{Err: busy, Attempts: 1, End: qcc.EndNoRoom, Timeout: timeout, NotBefore: later}),
		end("wait for the service before the first attempt", qcc.ReadError{Err: busy, End: qcc.EndNoRoom, Timeout: timeout, NotBefore: later}),
		end("final failure after several attempts", qcc.ReadError{Err: &qcc.StatusError{Status: qcc.Lookup(101)}, Attempts: 2, Timeout: timeout}),
		end("cancelled", qcc.ReadError{Err: context.Canceled, Attempts: 1}),
		end("out of time", qcc.ReadError{Err: context.DeadlineExceeded, Attempts: 1}),
		example{"not known to the provider", failed(errors.New("s3cr3t")), nil})

	many := qcc.Quota{Modules: map[string]qcc.Module{
		"bene_id": {Name: "股权穿透", Unusable: []qcc.UnusableCount{{Field: qcc.TotalCount, Stated: safe(`"不限"`)}, {Field: qcc.ConsumedCount}}},
	}}
	one := qcc.Quota{Modules: maps.Clone(many.Modules)}

	for i := range 9 {
		many.Modules[fmt.Sprintf("module_%d", i)] = qcc.Module{Name: fmt.Sprintf("module_%d", i), Unusable: []qcc.UnusableCount{{Field: qcc.DeletableCount, Stated: safe("-1")}}}
	}

	g.messages("warnings", message.Language.NoRecord,
		func(l message.Language) (string, string) { return l.Skew(time.Hour + 90*time.Second) },
		func(l message.Language) (string, string) { return l.Skew(-2 * time.Minute) },
		func(l message.Language) (string, string) { return l.UnusableCounts(one) },
		func(l message.Language) (string, string) { return l.UnusableCounts(many) },
		func(l message.Language) (string, string) {
			return l.MixedCredentials(qcc.FieldKey, qcc.FieldSecretKey, "QCC_SECRET_KEY")
		})
	g.messages("mistakes in the provider", message.Language.UnknownAtApply,
		func(l message.Language) (string, string) { return l.WrongProviderData("") })
}

// settings writes the errors for the provider block.
func (g *texts) settings() {
	var all []func(message.Language) (string, string)

	for _, problem := range qcc.ConfigProblems() {
		wrong := qcc.ConfigError{Field: qcc.FieldKey, Problem: problem}

		switch problem {
		case qcc.ConfigInvisible:
			wrong.Position, wrong.Char = 1, '\u200b'
		case qcc.ConfigTooLong:
			wrong.Value = "513"
		case qcc.ConfigTimeout:
			wrong.Field, wrong.Value = qcc.FieldTimeout, "11m0s"
		default:
		}

		all = append(all, func(l message.Language) (string, string) { return l.InvalidConfiguration(&wrong, "") })
	}

	g.messages("settings", append(all, func(l message.Language) (string, string) {
		return l.InvalidConfiguration(&qcc.ConfigError{Field: qcc.FieldKey, Problem: qcc.ConfigWhiteSpace}, "QCC_KEY")
	})...)
	g.messages(bothLanguages,
		func(message.Language) (string, string) { return message.InvalidLanguage(fieldLanguage, "") },
		func(message.Language) (string, string) { return message.InvalidLanguage(fieldLanguage, "QCC_LANGUAGE") })
	g.messages("missing credential", func(l message.Language) (string, string) {
		return l.MissingCredential(qcc.FieldSecretKey, "QCC_SECRET_KEY")
	})
	g.messages("unknown settings",
		func(l message.Language) (string, string) {
			return l.UnknownConfiguration([]qcc.Field{qcc.FieldKey, qcc.FieldTimeout, qcc.FieldBaseURL}, []string{"QCC_KEY", "QCC_BASE_URL"})
		},
		func(l message.Language) (string, string) {
			return l.UnknownConfiguration([]qcc.Field{qcc.FieldTimeout}, nil)
		},
		func(l message.Language) (string, string) {
			return l.UnknownConfiguration([]qcc.Field{qcc.FieldKey}, []string{"QCC_KEY"})
		})
}

// messages writes messages of one shape, whose texts say enough without names.
func (g *texts) messages(name string, messages ...func(message.Language) (string, string)) {
	examples := make([]example, 0, len(messages))
	for _, said := range messages {
		examples = append(examples, example{"", func(l message.Language) diag.Diagnostic { return diag.NewErrorDiagnostic(said(l)) }, nil})
	}

	g.shape(name, examples...)
}

// checkChinese fails unless the title is Chinese. Each line must fit into 72 columns, and must not begin or end with the wrong punctuation.
// Only QCC's own words and the address of a page may be longer.
func checkChinese(t *testing.T, name string, said diag.Diagnostic) {
	t.Helper()

	if isChinese := strings.ContainsFunc(said.Summary(), func(char rune) bool { return unicode.Is(unicode.Han, char) }); isChinese == (name == bothLanguages) {
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

		if columns > 72 && !strings.HasPrefix(line, "https://") && !strings.HasPrefix(line, "  企查查返回信息：") && !strings.HasPrefix(line, "The value of language") {
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

	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got, "\n")); diff != "" {
		t.Errorf("the texts differ from %s (-want +got); run the test with -update to accept them.\n%s", golden, diff)
	}
}

// safe returns a text as an error of a client would show it.
func safe(text string) qcc.SafeText { return testClient().Redact(text) }

// testClient returns a client that sends nothing.
var testClient = sync.OnceValue(func() *qcc.Client {
	client, err := qcc.New(qcc.Config{
		Key: emulator.DefaultKey, SecretKey: emulator.DefaultSecretKey, BaseURL: qcc.DefaultBaseURL, Timeout: qcc.DefaultTimeout,
	})
	if err != nil {
		panic(err)
	}

	return client
})

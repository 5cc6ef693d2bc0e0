package provider

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/qccpro/terraform-provider-qcc/internal/qcc"
)

var update = flag.Bool("update", false, "write the golden files instead of comparing with them")

// TestTextsOfDiagnostics compares the text of every error with testdata/diagnostics.golden, so that a change of wording is seen in
// review. To accept a change: go test ./internal/provider -run Texts -update.
func TestTextsOfDiagnostics(t *testing.T) {
	t.Parallel()

	type example struct {
		name string
		err  error
	}

	var (
		examples []example
		page     = qcc.Response{Host: "pro.qcc.com", StatusCode: 200, ContentType: qcc.Harmless("text/html"), Length: 1234}
		json     = qcc.Response{Host: "pro.qcc.com", StatusCode: 200, ContentType: qcc.Harmless("application/json"), Length: 99}
		busy     = &qcc.StatusError{Status: qcc.Lookup(199)}
	)

	add := func(name string, err error) { examples = append(examples, example{name, err}) }

	for _, status := range qcc.Statuses() {
		if status.Class != qcc.ClassOK && status.Class != qcc.ClassEmpty {
			add(fmt.Sprintf("status code %d", status.Code), &qcc.StatusError{Status: status, Message: qcc.Harmless(status.Text)})
		}
	}

	skew := -10 * time.Minute
	far := 400 * 24 * time.Hour

	add("status code with a clock that is off", &qcc.StatusError{Status: qcc.Lookup(115), Message: qcc.Harmless("身份验证错误或者已过期"), Skew: &skew})
	add("status code with a clock that is too far off", &qcc.StatusError{Status: qcc.Lookup(115), Message: qcc.Harmless("身份验证错误或者已过期"), Skew: &far})
	add("status code that is not known", &qcc.StatusError{Status: qcc.Lookup(777), Message: qcc.Harmless("new")})
	add("status code without a message", &qcc.StatusError{Status: qcc.Lookup(107)})
	add("answer that is a page", &qcc.AnswerError{Response: page, Problem: qcc.ProblemNoJSON})

	for _, problem := range qcc.Problems() {
		add("answer that "+string(problem), &qcc.AnswerError{Response: json, Problem: problem})
	}

	add("answer with a count that is wrong", &qcc.AnswerError{
		Response: json, Problem: qcc.ProblemNotWhole, Module: qcc.Harmless("radar_id"), Field: "totalCount", Value: qcc.Harmless("50.5"),
	})

	for _, status := range []int{204, 302, 401, 404, 405, 429, 500, 503} {
		failure := &qcc.HTTPError{Response: qcc.Response{Host: "pro.qcc.com", StatusCode: status, Length: -1}}
		if status == 302 {
			failure.RedirectHost = qcc.Harmless("login.example.com")
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
		diagnostic := readDiagnostic(example.err)
		if strings.Contains(diagnostic.Detail(), "s3cr3t") {
			t.Errorf("the diagnostic repeats the text of an error: %s", diagnostic.Detail())
		}

		fmt.Fprintf(&got, "# %s\n\n%s\n\n%s\n\n\n", example.name, diagnostic.Summary(), diagnostic.Detail())
	}

	compareWithGolden(t, "diagnostics.golden", got.String())
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

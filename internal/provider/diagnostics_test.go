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
		page     = qcc.Response{Host: "pro.qcc.com", StatusCode: 200, ContentType: "text/html", Length: 1234}
		json     = qcc.Response{Host: "pro.qcc.com", StatusCode: 200, ContentType: "application/json", Length: 99}
		busy     = &qcc.StatusError{Status: qcc.Lookup(199)}
	)

	add := func(name string, err error) { examples = append(examples, example{name, err}) }

	for _, status := range qcc.Statuses() {
		if status.Class != qcc.ClassOK && status.Class != qcc.ClassEmpty {
			add(fmt.Sprintf("status code %d", status.Code), &qcc.StatusError{Status: status, Message: status.Text})
		}
	}

	skew := -10 * time.Minute
	add("status code with a clock that is off", &qcc.StatusError{Status: qcc.Lookup(115), Message: "身份验证错误或者已过期", Skew: &skew})
	add("status code that is not known", &qcc.StatusError{Status: qcc.Lookup(777), Message: "new"})
	add("status code without a message", &qcc.StatusError{Status: qcc.Lookup(107)})
	add("answer that is a page", &qcc.AnswerError{Response: page, Problem: "is not JSON"})
	add("answer that is wrong", &qcc.AnswerError{Response: json, Problem: `has the module "radar_id" twice`})

	for _, status := range []int{204, 302, 401, 404, 405, 429, 500, 503} {
		failure := &qcc.HTTPError{Response: qcc.Response{Host: "pro.qcc.com", StatusCode: status, Length: -1}}
		if status == 302 {
			failure.RedirectHost = "login.example.com"
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

	asked := &qcc.HTTPError{Response: qcc.Response{Host: "pro.qcc.com", StatusCode: 503, Length: -1}, Wait: qcc.Wait{RetryAfter: time.Hour}}

	add("several attempts", &qcc.ReadError{Err: busy, Attempts: 4})
	add("end of the budget", &qcc.ReadError{Err: busy, Attempts: 2, Budget: time.Minute})
	add("wait within the budget", &qcc.ReadError{Err: asked, Attempts: 4})
	add("wait beyond the budget", &qcc.ReadError{Err: asked, Attempts: 1, Budget: time.Minute})
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

	golden := filepath.Join("testdata", "diagnostics.golden")

	if *update {
		if err := os.WriteFile(golden, []byte(got.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}

	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}

	if got.String() != string(want) {
		t.Errorf("the texts are not those of %s; see the comment above this test. They are:\n%s", golden, got.String())
	}
}

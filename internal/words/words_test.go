package words_test

import (
	"strings"
	"testing"

	"github.com/qccpro/terraform-provider-qcc/internal/qcc"
	"github.com/qccpro/terraform-provider-qcc/internal/words"
)

func TestEveryStatusCodeIsExplained(t *testing.T) {
	t.Parallel()

	unknown := words.Status(qcc.Lookup(777))

	for _, status := range qcc.Statuses() {
		said := words.Status(status)
		if said.Meaning == "" || said.Meaning == unknown.Meaning || said.Remedy == "" && status.Class != qcc.ClassOK {
			t.Errorf("%d is explained by %+v", status.Code, said)
		}
	}

	if unknown.Meaning == "" || unknown.Remedy == "" {
		t.Errorf("an unknown code is explained by %+v", unknown)
	}
}

// TestSummariesFollowTheClass lets other tests take the summary of a code from Status.
func TestSummariesFollowTheClass(t *testing.T) {
	t.Parallel()

	summaries := map[qcc.Class]string{
		qcc.ClassOK: "Unexpected status code from QCC", qcc.ClassEmpty: "Unexpected status code from QCC",
		qcc.ClassTransient: "QCC service unavailable", qcc.ClassRefused: "Quota query refused by QCC",
		qcc.ClassRejected: "Unexpected status code from QCC",
	}

	for _, status := range append(qcc.Statuses(), qcc.Lookup(777)) {
		if said, want := words.Status(status).Summary, summaries[status.Class]; said != want || want == "" {
			t.Errorf("the summary of %d is %q, want %q", status.Code, said, want)
		}
	}
}

// TestOnlyKnownStatusCodesAreExplained finds explanations of codes that qcc.Statuses does not list.
func TestOnlyKnownStatusCodesAreExplained(t *testing.T) {
	t.Parallel()

	unknown := words.Status(qcc.Lookup(777))

	known := map[int]bool{}
	for _, status := range qcc.Statuses() {
		if known[status.Code] {
			t.Errorf("%d is known twice", status.Code)
		}

		known[status.Code] = true
	}

	for code := range 10_000 {
		if said := words.Status(qcc.Status{Code: code}); !known[code] && said.Meaning != unknown.Meaning {
			t.Errorf("%d is explained by %+v, but is not a known code", code, said)
		}
	}
}

func TestEveryFailureIsExplained(t *testing.T) {
	t.Parallel()

	for _, failure := range qcc.Failures() {
		if said := words.Failure(failure); said.Summary == "" || said.Remedy == "" {
			t.Errorf("%q is explained by %+v", failure, said)
		}
	}
}

func TestACachedAnswerIsExplainedAsOne(t *testing.T) {
	t.Parallel()

	answer := &qcc.AnswerError{Response: qcc.Response{ContentType: qcc.Harmless("text/html")}, Problem: qcc.ProblemCached}
	if said := words.Answer(answer); said != words.CachedAnswer() {
		t.Errorf("a cached answer is explained by %+v", said)
	}
}

func TestAWebPageIsToldByItsContentType(t *testing.T) {
	t.Parallel()

	for contentType, page := range map[string]bool{"text/html": true, "application/XHTML+xml": true, "application/json": false, "": false} {
		answer := &qcc.AnswerError{Response: qcc.Response{ContentType: qcc.Harmless(contentType)}}
		if said := words.Answer(answer); strings.Contains(said.Remedy, "web page") != page {
			t.Errorf("an answer of type %q is explained by %+v", contentType, said)
		}
	}
}

// TestHTTPStatusesAreUnavailableIfARetryMayHelp compares what users are told with what the client does.
func TestHTTPStatusesAreUnavailableIfARetryMayHelp(t *testing.T) {
	t.Parallel()

	for status := 201; status <= 999; status++ {
		said := words.HTTP(status)
		if unavailable := said.Summary == "QCC service unavailable"; unavailable != qcc.TransientHTTP(status) || said.Remedy == "" {
			t.Errorf("HTTP %d is explained by %+v, and the client retries: %t", status, said, qcc.TransientHTTP(status))
		}
	}
}

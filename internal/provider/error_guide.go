package provider

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/qccpro/terraform-provider-qcc/internal/qcc"
)

// WriteErrorGuide writes the guide "Status codes and errors" from the tables that the diagnostics are made of, as a template for
// tfplugindocs.
func WriteErrorGuide(out io.Writer) error {
	var guide strings.Builder

	guide.WriteString(`---
page_title: "Status codes and errors - QCC"
subcategory: ""
description: |-
  Every status code of QCC Pro's quota query and every other failure: what it means, what the provider does, what you do.
---

# Status codes and errors

A read of the quota gives numbers or an error, never something in between. This page lists every error, from the same tables that the
provider takes its messages from. In an error, QCC's own words stand as they came.

What the provider does is one of these:

- **asks again**: up to ` + "`max_retries`" + ` times within ` + "`timeout`" + `, after random waits that grow, or after the wait that the service asks for
  (` + "`Retry-After`" + `). If that does not help, the plan fails.
- **fails**: the plan fails after one request.
- **fails for good**: the plan fails, and the provider asks no more in this run, for any data source. Asking again cannot help before
  somebody acts, and accounts that ask too often are locked.

## Status codes

`)

	row := func(cells ...string) {
		fmt.Fprintf(&guide, "| %s |\n", strings.Join(cells, " | "))
	}
	statusTable := func(documented bool) {
		row("code", "text", "meaning", "the provider", "what you do")
		row("---", "---", "---", "---", "---")

		for _, status := range qcc.Statuses() {
			if status.Documented() == documented {
				row(strconv.Itoa(status.Code), orDash(status.Text), status.Meaning, statusAction(status), orDash(status.Remedy))
			}
		}
	}

	guide.WriteString("These are the codes of the interface document (V1.0), with its texts.\n\n")
	statusTable(true)
	guide.WriteString("\nThese are not in the document. Interfaces on the same host are known to use them.\n\n")
	statusTable(false)
	guide.WriteString("\nAny other code is shown as it came; the provider fails.\n\n## HTTP statuses\n\n")
	guide.WriteString("QCC's own codes come with HTTP 200. Any other HTTP status is an error:\n\n")

	row("status", "the provider", "what you do")
	row("---", "---", "---")

	for _, e := range httpExplanations() {
		row(httpRange(e), retryAction(qcc.TransientHTTP(e.first)), e.remedy)
	}

	row("any other", retryAction(false), otherHTTP().remedy)

	guide.WriteString("\n## No answer\n\n")
	row("failure", "the provider", "what you do")
	row("---", "---", "---")

	for _, failure := range qcc.Failures() {
		row(string(failure), failureAction(failure), explainFailure(failure).remedy)
	}

	guide.WriteString("\n## Answers that cannot be used\n\n")
	guide.WriteString("An answer that is not what the interface document describes is an error that names what is wrong, down to the module and the\n" +
		"field. The provider fails.\n\n")
	row("answer", "what you do")
	row("---", "---")
	row("a web page", explainPage().remedy)
	row("no JSON, no result, a count that is not a whole number or beyond 64 bits, a module or a field twice, more than 1 MiB", explainOtherAnswer().remedy)

	_, err := io.WriteString(out, guide.String())

	return err
}

// What the provider does about a failure.
const (
	asksAgain = "asks again"
	fails     = "fails"
)

// statusAction says what the provider does about a status code.
func statusAction(status qcc.Status) string {
	action := map[qcc.Class]string{
		qcc.ClassOK:        "reads the quota",
		qcc.ClassEmpty:     "gives no modules, and warns",
		qcc.ClassTransient: asksAgain,
		qcc.ClassRefused:   "fails for good",
		qcc.ClassRejected:  fails,
	}[status.Class]

	if status.DependsOnClock() {
		return "if this machine's clock is more than a minute off, signs once more with QCC's time; else " + action
	}

	return action
}

func retryAction(transient bool) string {
	if transient {
		return asksAgain
	}

	return fails
}

func failureAction(failure qcc.Failure) string {
	action := retryAction(failure.Transient())

	switch failure {
	case qcc.FailureName:
		return action + "; fails if the name does not exist"
	case qcc.FailureProxyRefused:
		return action + "; asks again if the proxy's answer is an HTTP status that allows it"
	default:
		return action
	}
}

func httpRange(e httpExplanation) string {
	switch {
	case e.first == e.last:
		return strconv.Itoa(e.first)
	case e.last > 599:
		return fmt.Sprintf("%d and above", e.first)
	default:
		return fmt.Sprintf("%d to %d", e.first, e.last)
	}
}

func orDash(text string) string {
	if text == "" {
		return "-"
	}

	return text
}

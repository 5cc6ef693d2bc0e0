// Package errorguide generates the guide "Status codes and errors" from the tables behind the diagnostics.
package errorguide

import (
	_ "embed"
	"fmt"
	"io"
	"strconv"
	"strings"
	"text/template"

	"github.com/qccpro/terraform-provider-qcc/internal/qcc"
	"github.com/qccpro/terraform-provider-qcc/internal/words"
)

//go:embed guide.md.tmpl
var page string

// row is one row of a table in the guide. Each table prints only the fields for which it has a column.
type row struct {
	What, Text, Meaning, Action, Remedy string
}

// Write writes the guide in the form of a tfplugindocs template.
func Write(out io.Writer) error {
	guide, err := template.New("guide").Parse(page)
	if err != nil {
		return err
	}

	return guide.Execute(out, map[string]any{
		"Documented": codes(true),
		"Siblings":   codes(false),
		"HTTP":       httpStatuses(),
		"Failures":   failures(),
		"Problems":   qcc.Problems(),
		"Cached":     words.CachedAnswer().Remedy,
		"WebPage":    words.WebPage().Remedy,
		"Other":      words.OtherAnswer().Remedy,
	})
}

// codes returns rows for the documented status codes, or for the undocumented ones.
func codes(documented bool) []row {
	var rows []row

	for _, status := range qcc.Statuses() {
		if status.Documented() == documented {
			said := words.Status(status)
			rows = append(rows, row{strconv.Itoa(status.Code), orDash(status.Text), said.Meaning, statusAction(status), orDash(said.Remedy)})
		}
	}

	return rows
}

func httpStatuses() []row {
	ranges := words.HTTPRanges()
	rows := make([]row, 0, len(ranges)+1)

	for _, r := range ranges {
		rows = append(rows, row{What: rangeText(r), Action: retryAction(qcc.TransientHTTP(r.First)), Remedy: r.Remedy})
	}

	return append(rows, row{What: "any other", Action: retryAction(false), Remedy: words.OtherHTTP().Remedy})
}

func failures() []row {
	all := qcc.Failures()
	rows := make([]row, 0, len(all))

	for _, failure := range all {
		rows = append(rows, row{What: string(failure), Action: failureAction(failure), Remedy: words.Failure(failure).Remedy})
	}

	return rows
}

// These phrases say how the provider reacts to a failure.
const (
	retries = "retries"
	fails   = "fails"
)

// statusAction returns how the provider reacts to a status code.
func statusAction(status qcc.Status) string {
	action := map[qcc.Class]string{
		qcc.ClassOK:        "reads the quota",
		qcc.ClassEmpty:     "gives no modules, and warns",
		qcc.ClassTransient: retries,
		qcc.ClassRefused:   "fails for good",
		qcc.ClassRejected:  fails,
	}[status.Class]

	if status.DependsOnClock() {
		return "if this machine's clock is more than a minute and at most a day off, signs once more with QCC's time; else " + action
	}

	return action
}

func retryAction(transient bool) string {
	if transient {
		return retries
	}

	return fails
}

func failureAction(failure qcc.Failure) string {
	action := retryAction(failure.Transient())

	switch failure {
	case qcc.FailureName:
		return action + "; fails if the name does not exist"
	case qcc.FailureProxyRefused:
		return action + "; retries if the proxy's answer is an HTTP status that allows it"
	default:
		return action
	}
}

func rangeText(r words.HTTPRange) string {
	switch {
	case r.First == r.Last:
		return strconv.Itoa(r.First)
	case r.Last > 599:
		return fmt.Sprintf("%d and above", r.First)
	default:
		return fmt.Sprintf("%d to %d", r.First, r.Last)
	}
}

func orDash(text string) string {
	if strings.TrimSpace(text) == "" {
		return "-"
	}

	return text
}

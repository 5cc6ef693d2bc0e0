package provider

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/qccpro/terraform-provider-qcc/internal/qcc"
)

// whereCredentialsAre says where a user finds both.
const whereCredentialsAre = "QCC Pro (pro.qcc.com) shows it under 设置中心 -> 我的公司." //nolint:gosec // No credential.

// problems returns an error for every value that was given and cannot be used.
func (s *settings) problems() diag.Diagnostics {
	var diags diag.Diagnostics

	add := func(wrong *qcc.ConfigError) {
		what := "The value of " + string(wrong.Field)
		if variable := s.given[wrong.Field]; variable != "" {
			what += ", which comes from the environment variable " + variable + ","
		}

		diags.AddAttributeError(path.Root(string(wrong.Field)), "Invalid QCC provider configuration", what+" cannot be used. "+wrong.Problem)
	}

	for _, wrong := range s.unreadable {
		add(wrong)
	}

	for _, wrong := range s.config.Validate() {
		if _, given := s.given[wrong.Field]; given {
			add(wrong)
		}
	}

	return diags
}

// absences returns an error for every value that is needed and was given nowhere.
func (s *settings) absences() diag.Diagnostics {
	var diags diag.Diagnostics

	for _, field := range s.missing {
		diags.AddAttributeError(path.Root(string(field)), "Missing QCC credential", fmt.Sprintf(
			"The provider needs %[1]s to ask QCC for the quota, and it is set nowhere.\n\n"+
				"Set the environment variable %[2]s, or the attribute %[1]s in the provider block. %[3]s",
			field, environmentVariables[field], whereCredentialsAre))
	}

	return diags
}

// unknownDiagnostic is for a read that comes before Terraform knows all of the provider block.
func unknownDiagnostic(fields []qcc.Field) diag.Diagnostic {
	names := make([]string, 0, len(fields))
	environment := ""

	for _, field := range fields {
		names = append(names, string(field))

		if variable, ok := environmentVariables[field]; ok {
			environment = "Its environment variable does not stand in for a value that is to come: " + variable + " may belong to another account."
		}
	}

	return diag.NewErrorDiagnostic("Unknown QCC provider configuration", paragraphs(
		fmt.Sprintf("The quota cannot be read yet. In the provider block, Terraform does not know before apply: %s. Such a value comes from "+
			"something that is still to be created or changed.", strings.Join(names, ", ")),
		environment,
		"Take the value from a variable, from the environment or from something that exists already; or create what it comes from "+
			"first, with -target."))
}

// noRecordDiagnostic is for status code 201.
func noRecordDiagnostic() diag.Diagnostic {
	status := qcc.Lookup(qcc.CodeNoRecord)

	return diag.NewWarningDiagnostic("No quota record at QCC", paragraphs(
		fmt.Sprintf("QCC answered with status code %d (%s).", status.Code, status.Text),
		status.Meaning+" There are no modules, which is not the same as no quota left.",
		status.Remedy))
}

// skewDiagnostic is for a read that needed the service's clock.
func skewDiagnostic(skew time.Duration) diag.Diagnostic {
	return diag.NewWarningDiagnostic("Clock of this machine is off", paragraphs(
		skewText(skew)+" QCC refused a query that was signed with this machine's time, and took one that was signed with its own. The quota is right.",
		"Set the clock of this machine, for example by NTP: signatures are good for a few minutes only."))
}

func skewText(skew time.Duration) string {
	side := "behind"
	if skew < 0 {
		side = "ahead of"
	}

	return fmt.Sprintf("The clock of this machine is %s %s that of QCC.", skew.Abs(), side)
}

// readDiagnostic tells of an error of qcc.Client.Quota: what came back, what it means, what to do, and how often was asked. The words
// for each kind of failure are in explanations.go.
func readDiagnostic(err error) diag.Diagnostic {
	var (
		read      *qcc.ReadError
		status    *qcc.StatusError
		response  *qcc.HTTPError
		answer    *qcc.AnswerError
		transport *qcc.TransportError

		what string
		why  explanation
		skew string
	)

	switch {
	case errors.As(err, &status):
		what, why, skew = statusText(status), explainStatus(status.Status), refusedSkewText(status.Skew)
	case errors.As(err, &response):
		what, why = httpText(response), explainHTTP(response.StatusCode)
	case errors.As(err, &answer):
		what, why = answerText(answer), explainAnswer(answer)
	case errors.As(err, &transport):
		what, why = transportText(transport), explainFailure(transport.Failure)
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return diag.NewErrorDiagnostic("Cancelled quota read", "Terraform ended the read of the quota before the service had answered.")
	default:
		return diag.NewErrorDiagnostic("Error in the QCC provider",
			fmt.Sprintf("The read of the quota failed with a %T. Report it to the maintainers of this provider.", err))
	}

	tries := ""
	if errors.As(err, &read) {
		tries = triesText(read)
	}

	return diag.NewErrorDiagnostic(why.summary, paragraphs(what, why.meaning, skew, why.remedy, tries))
}

// statusText says what the service said, in its own words, or in the document's if it had none. The words are on a line of their own,
// and indented: Terraform leaves such lines as they are, and would wrap Chinese ones at the wrong place.
func statusText(err *qcc.StatusError) string {
	said := fmt.Sprintf("Asked for the quota, QCC answered with status code %d", err.Status.Code)

	switch {
	case err.Message != "":
		return said + ":\n\n  " + err.Message
	case err.Status.Documented():
		return said + ", without a message. The interface document says:\n\n  " + err.Status.Text
	default:
		return said + ", without a message."
	}
}

// refusedSkewText says how far the clock is off, if that is worth a word.
func refusedSkewText(skew *time.Duration) string {
	if skew == nil || skew.Abs() <= qcc.ToleratedSkew {
		return ""
	}

	return skewText(*skew) + " A query that was signed with the time of QCC's clock was refused too."
}

func httpText(err *qcc.HTTPError) string {
	said := fmt.Sprintf("Asked for the quota, %s answered with HTTP %s (%s).", err.Host, err.HTTPStatus(), bodyText(err.Response))
	if err.RedirectHost != "" {
		said += fmt.Sprintf(" It redirects to %s.", err.RedirectHost)
	}

	return said
}

func answerText(err *qcc.AnswerError) string {
	return fmt.Sprintf("Asked for the quota, %s sent an answer (HTTP %s, %s) that cannot be used, because it %s.",
		err.Host, err.HTTPStatus(), bodyText(err.Response), err.Problem)
}

func transportText(err *qcc.TransportError) string {
	said := fmt.Sprintf("Asked for the quota, %s gave no answer: %s.", err.Host, err.Failure)
	if err.ProxyStatus != 0 {
		said += fmt.Sprintf(" Its answer was HTTP %d.", err.ProxyStatus)
	}

	return said
}

func bodyText(response qcc.Response) string {
	contentType := response.ContentType
	if contentType == "" {
		contentType = "no content type"
	}

	if response.Length < 0 {
		return contentType
	}

	return fmt.Sprintf("%s, length %d", contentType, response.Length)
}

// triesText says how often was asked, if that was more than once or if the budget ended the read.
func triesText(read *qcc.ReadError) string {
	switch wait := read.RetryAfter(); {
	case read.Budget > 0 && wait > 0:
		return fmt.Sprintf("The service asks to come back after %s, for which the timeout of %s leaves no room: run Terraform again then. "+
			"Number of attempts: %d.", wait, read.Budget, read.Attempts)
	case wait > 0:
		return fmt.Sprintf("The service asks to come back after %s: run Terraform again then. Number of attempts: %d.", wait, read.Attempts)
	case read.Budget > 0:
		return fmt.Sprintf("The provider gave up because of the timeout of %s. Number of attempts: %d.", read.Budget, read.Attempts)
	case read.Attempts > 1:
		return fmt.Sprintf("Number of attempts: %d. This was the last failure.", read.Attempts)
	default:
		return ""
	}
}

// paragraphs joins those that say something.
func paragraphs(texts ...string) string {
	said := texts[:0]

	for _, text := range texts {
		if text != "" {
			said = append(said, text)
		}
	}

	return strings.Join(said, "\n\n")
}

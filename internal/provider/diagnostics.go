package provider

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/qccpro/terraform-provider-qcc/internal/qcc"
	"github.com/qccpro/terraform-provider-qcc/internal/words"
)

// noRecordDiagnostic is for status code 201.
func noRecordDiagnostic() diag.Diagnostic {
	status := qcc.Lookup(qcc.CodeNoRecord)
	why := words.Status(status)

	return diag.NewWarningDiagnostic("No quota record at QCC", paragraphs(
		fmt.Sprintf("QCC answered with status code %d (%s).", status.Code, status.Text),
		why.Meaning+" There are no modules, which is not the same as no quota left.",
		why.Remedy))
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

// readDiagnostic returns the diagnostic for an error of qcc.Client.Quota: what was received, what it means, what to do, and the number of
// attempts. The words for each kind of failure are in internal/words.
func readDiagnostic(err error) diag.Diagnostic {
	var (
		read      *qcc.ReadError
		status    *qcc.StatusError
		response  *qcc.HTTPError
		answer    *qcc.AnswerError
		transport *qcc.TransportError

		what string
		why  words.Explanation
		skew string
	)

	switch {
	case errors.As(err, &status):
		what, why, skew = statusText(status), words.Status(status.Status), refusedSkewText(status.Skew)
	case errors.As(err, &response):
		what, why = httpText(response), words.HTTP(response.StatusCode)
	case errors.As(err, &answer):
		what, why = answerText(answer), words.Answer(answer)
	case errors.As(err, &transport):
		what, why = transportText(transport), words.Failure(transport.Failure)
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return diag.NewErrorDiagnostic("Cancelled quota read", "Terraform ended the read of the quota before the service had answered.")
	default:
		return diag.NewErrorDiagnostic("Error in the QCC provider",
			fmt.Sprintf("The read of the quota failed with a %T. Report it to the maintainers of this provider.", err))
	}

	end := ""
	if errors.As(err, &read) {
		end = endText(read)
	}

	return diag.NewErrorDiagnostic(why.Summary, paragraphs(what, why.Meaning, skew, why.Remedy, end))
}

// facts sets what the service sent apart from the provider's own words, one fact a line. Terraform leaves a line that begins with a space
// as it is, and wraps others. Each fact begins with its name, so that no word of the service ever begins a line: some pipelines obey lines
// that begin with "::" or "##".
func facts(lines ...string) string { return "  " + strings.Join(lines, "\n  ") }

// statusText says what the service said, in its own words, or in the document's if it had none.
func statusText(err *qcc.StatusError) string {
	said := fmt.Sprintf("Asked for the quota, QCC answered with status code %d", err.Status.Code)

	switch {
	case err.Message != (qcc.Words{}):
		return said + ".\n\n" + facts("QCC's message: "+err.Message.String())
	case err.Status.Documented():
		return said + ", without a message.\n\n" + facts("Interface document: "+err.Status.Text)
	default:
		return said + ", without a message."
	}
}

// refusedSkewText says how far the clock is off, if that is worth a word.
func refusedSkewText(skew *time.Duration) string {
	switch {
	case skew == nil || skew.Abs() <= qcc.ToleratedSkew:
		return ""
	case skew.Abs() > qcc.MaxCorrectedSkew:
		return skewText(*skew) + " The provider corrects a clock that is off by at most a day: a false clock could collect signatures for times " +
			"to come. Set the clock of this machine. If it is right, something on the way to QCC may have sent the answer."
	default:
		return skewText(*skew) + " A query that was signed with the time of QCC's clock was refused too."
	}
}

func httpText(err *qcc.HTTPError) string {
	lines := responseFacts(err.Response)
	if err.RedirectHost != (qcc.Words{}) {
		lines = append(lines, "Redirects to: "+err.RedirectHost.String())
	}

	return fmt.Sprintf("Asked for the quota, %s answered with HTTP %s.\n\n%s", err.Host, err.HTTPStatus(), facts(lines...))
}

func answerText(err *qcc.AnswerError) string {
	said := []rune(err.Error())
	lines := append([]string{string(unicode.ToUpper(said[0])) + string(said[1:])}, responseFacts(err.Response)...)

	return fmt.Sprintf("Asked for the quota, %s sent an answer that cannot be used.\n\n%s", err.Host, facts(lines...))
}

func responseFacts(response qcc.Response) []string {
	lines := []string{"Content type: " + cmp.Or(response.ContentType.String(), "not stated")}
	if response.Length >= 0 {
		lines = append(lines, fmt.Sprintf("Length: %d bytes", response.Length))
	}

	return lines
}

func transportText(err *qcc.TransportError) string {
	said := fmt.Sprintf("Asked for the quota, %s gave no answer: %s.", err.Host, err.Failure)
	if err.ProxyStatus != 0 {
		said += fmt.Sprintf(" Its answer was HTTP %d.", err.ProxyStatus)
	}

	return said
}

// endText says why the provider does not ask again, and how often it has asked, if that is worth a word.
func endText(read *qcc.ReadError) string {
	attempts := ""
	if read.Attempts > 0 {
		attempts = fmt.Sprintf(" Number of attempts: %d.", read.Attempts)
	}

	switch notBefore := read.NotBefore.UTC().Format("2006-01-02 15:04:05 MST"); {
	case !read.NotBefore.IsZero() && read.End == qcc.EndNoRoom:
		return fmt.Sprintf("The service asks for no request before %s, for which the timeout of %s leaves no room. Run Terraform again then.%s",
			notBefore, read.Timeout, attempts)
	case !read.NotBefore.IsZero():
		return fmt.Sprintf("The service asks for no request before %s. Run Terraform again then.%s", notBefore, attempts)
	case read.End == qcc.EndNoRoom:
		return fmt.Sprintf("Another attempt did not fit into the timeout of %s.%s", read.Timeout, attempts)
	case read.End == qcc.EndTimeout:
		return fmt.Sprintf("The provider gave up when the timeout of %s ended.%s", read.Timeout, attempts)
	case read.Attempts > 1:
		return strings.TrimSpace(attempts) + " This was the last failure."
	default:
		return ""
	}
}

// paragraphs joins those that say something.
func paragraphs(texts ...string) string {
	var said []string

	for _, text := range texts {
		if text != "" {
			said = append(said, text)
		}
	}

	return strings.Join(said, "\n\n")
}

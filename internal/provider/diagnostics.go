package provider

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/qccpro/terraform-provider-qcc/internal/qcc"
)

// whereCredentialsAre says where a user finds both.
const whereCredentialsAre = "QCC Pro (pro.qcc.com) shows it under 设置中心 -> 我的公司." //nolint:gosec // No credential.

// summaryUnavailable is for failures that go by themselves, whether the service or HTTP tells of them.
const summaryUnavailable = "QCC service unavailable"

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

// readDiagnostic tells of an error of qcc.Client.Quota: what came back, what it means, what to do, and how often was asked.
func readDiagnostic(err error) diag.Diagnostic {
	var (
		read      *qcc.ReadError
		status    *qcc.StatusError
		response  *qcc.HTTPError
		answer    *qcc.AnswerError
		transport *qcc.TransportError
	)

	tries := ""
	if errors.As(err, &read) {
		tries = triesText(read)
	}

	switch {
	case errors.As(err, &status):
		return diag.NewErrorDiagnostic(statusSummary(status.Status.Class), paragraphs(
			statusText(status),
			status.Status.Meaning, refusedSkewText(status.Skew), status.Status.Remedy, tries))
	case errors.As(err, &response):
		summary, remedy := httpText(response)

		return diag.NewErrorDiagnostic(summary, paragraphs(
			fmt.Sprintf("Asked for the quota, %s answered with HTTP %s (%s).", response.Host, response.HTTPStatus(), bodyText(response.Response)),
			remedy, tries))
	case errors.As(err, &answer):
		return diag.NewErrorDiagnostic("Unreadable answer from QCC", paragraphs(
			fmt.Sprintf("Asked for the quota, %s sent an answer (HTTP %s, %s) that cannot be used, because it %s.",
				answer.Host, answer.HTTPStatus(), bodyText(answer.Response), answer.Problem),
			answerRemedy(answer), tries))
	case errors.As(err, &transport):
		what := fmt.Sprintf("Asked for the quota, %s gave no answer: %s.", transport.Host, transport.Failure)
		if transport.ProxyStatus != 0 {
			what = fmt.Sprintf("%s Its answer was HTTP %d.", what, transport.ProxyStatus)
		}

		return diag.NewErrorDiagnostic("No answer from QCC", paragraphs(what, transportRemedy(transport.Failure), tries))
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return diag.NewErrorDiagnostic("Cancelled quota read", "Terraform ended the read of the quota before the service had answered.")
	default:
		return diag.NewErrorDiagnostic("Error in the QCC provider",
			fmt.Sprintf("The read of the quota failed with a %T. Report it to the maintainers of this provider.", err))
	}
}

// refusedSkewText says how far the clock is off, if that is worth a word.
func refusedSkewText(skew *time.Duration) string {
	if skew == nil || skew.Abs() <= qcc.ToleratedSkew {
		return ""
	}

	return skewText(*skew) + " A query that was signed with the time of QCC's clock was refused too."
}

func statusSummary(class qcc.Class) string {
	switch class {
	case qcc.ClassRefused:
		return "Quota query refused by QCC"
	case qcc.ClassTransient:
		return summaryUnavailable
	case qcc.ClassOK, qcc.ClassEmpty, qcc.ClassRejected:
		fallthrough
	default:
		return "Unexpected status code from QCC"
	}
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

func answerRemedy(answer *qcc.AnswerError) string {
	if strings.Contains(strings.ToLower(answer.ContentType), "html") {
		return "It is a web page, so something between this machine and QCC has most likely sent it: check base_url (QCC_BASE_URL), proxies " +
			"and firewalls."
	}

	return "No count is taken from such an answer. Check that base_url (QCC_BASE_URL) is right. If it is, report this text to the " +
		"maintainers of this provider."
}

func httpText(response *qcc.HTTPError) (summary, remedy string) {
	const unexpected = "Unexpected HTTP answer from QCC"

	switch code := response.StatusCode; {
	case code == http.StatusTooManyRequests:
		return summaryUnavailable, "The service, or something on the way to it, gets too many requests. Find out which pipelines ask so often, " +
			"and try again in a few minutes."
	case response.Transient():
		return summaryUnavailable, "The service, or something on the way to it, is busy or broken. Try again in a few minutes. If it " +
			"stays, call QCC's support: 400-928-2212, working days 08:00-17:30 (UTC+8)."
	case code >= http.StatusMultipleChoices && code < http.StatusBadRequest:
		return unexpected, fmt.Sprintf("It is a redirect to %q. The provider follows none, because the signature must not reach another host. "+
			"Check base_url (QCC_BASE_URL), and whether a proxy or a login page stands between this machine and QCC.", response.RedirectHost)
	case code == http.StatusNotFound:
		return unexpected, "There is no quota interface at this address. Check base_url (QCC_BASE_URL): it is the part before " +
			"/api/company/quota/getQuota."
	default:
		return unexpected, "QCC's own refusals come with HTTP 200, so a firewall or a gateway in front of it has most likely answered. Check " +
			"that this machine, or its proxy, may reach QCC (some of its services refuse addresses outside mainland China), and base_url " +
			"(QCC_BASE_URL)."
	}
}

func transportRemedy(failure qcc.Failure) string {
	switch failure {
	case qcc.FailureName:
		return "Check base_url (QCC_BASE_URL) and the name servers of this machine. Behind a proxy, set HTTPS_PROXY: the proxy then resolves " +
			"the name."
	case qcc.FailureConnect:
		return "Check that base_url (QCC_BASE_URL) is right and that something listens there (an emulator has another port at every " +
			"start), and the network and its firewalls. Behind a proxy, set HTTPS_PROXY. If all that is right, try again in a few minutes."
	case qcc.FailureProxy:
		return "Check HTTPS_PROXY. If the service can be reached without a proxy, add its host to NO_PROXY."
	case qcc.FailureProxyRefused:
		return "Ask whoever runs the proxy in HTTPS_PROXY to allow connections to this host (with HTTP 407 it wants a user name and " +
			"password in HTTPS_PROXY)."
	case qcc.FailureCertificate:
		return "If a proxy or a gateway inspects TLS here, add its certificate authority to the trust store of this machine (on Unix, " +
			"SSL_CERT_FILE can name a file with it). Otherwise somebody else may be answering in QCC's place: do not go on. Also check that " +
			"the clock of this machine is right."
	case qcc.FailureTLS:
		return "Check that base_url (QCC_BASE_URL) names an https port and that the other side speaks TLS 1.2 or newer."
	case qcc.FailureSlow:
		return "Check the network on the way to the service. If it is only slow, raise timeout in the provider block."
	case qcc.FailureBroken:
		return "Check the network, proxies and firewalls on the way to the service, and try again in a few minutes."
	default:
		return ""
	}
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

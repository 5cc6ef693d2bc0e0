package provider

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

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
	for _, field := range fields {
		names = append(names, string(field))
	}

	return diag.NewErrorDiagnostic("Unknown QCC provider configuration", fmt.Sprintf(
		"The quota cannot be read yet: Terraform does not know the value of %s in the provider block before apply, because it comes from "+
			"something that is still to be created or changed. An environment variable does not stand in for it, since it may belong to "+
			"another account.\n\n"+
			"Take the value from a variable, from the environment or from something that exists already; or create what it comes from "+
			"first, with -target.",
		strings.Join(names, ", ")))
}

// noRecordDiagnostic is for status code 201.
func noRecordDiagnostic() diag.Diagnostic {
	status := qcc.Lookup(qcc.CodeNoRecord)

	return diag.NewWarningDiagnostic("No quota record at QCC", paragraphs(
		fmt.Sprintf("QCC answered with status code %d (%s).", status.Code, status.Text),
		status.Meaning+" There are no modules, which is not the same as no quota left.",
		status.Remedy))
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
			fmt.Sprintf("Asked for the quota, QCC answered with status code %d: %s", status.Status.Code, statusWords(status)),
			status.Status.Meaning, status.Status.Remedy, tries))
	case errors.As(err, &response):
		summary, remedy := httpText(response)

		return diag.NewErrorDiagnostic(summary, paragraphs(
			fmt.Sprintf("Asked for the quota, the service answered with HTTP %s (%s).", response.HTTPStatus(), bodyText(response.Response)),
			remedy, tries))
	case errors.As(err, &answer):
		return diag.NewErrorDiagnostic("Unreadable answer from QCC", paragraphs(
			fmt.Sprintf("Asked for the quota, the service sent an answer (HTTP %s, %s) that cannot be used, because it %s.",
				answer.HTTPStatus(), bodyText(answer.Response), answer.Problem),
			"No count is taken from such an answer. If it is a page, something between this machine and QCC sent it: check base_url, "+
				"proxies and firewalls. Otherwise report this text to the maintainers of this provider.",
			tries))
	case errors.As(err, &transport):
		what := fmt.Sprintf("Asked for the quota at %s, the service gave no answer: %s.", transport.Host, transport.Failure)
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

func statusSummary(class qcc.Class) string {
	switch class {
	case qcc.ClassRefused:
		return "Quota query refused by QCC"
	case qcc.ClassTransient:
		return summaryUnavailable
	case qcc.ClassOK, qcc.ClassEmpty, qcc.ClassRejected:
		fallthrough
	default:
		return "Quota query rejected by QCC"
	}
}

// statusWords returns the service's own words, or the document's if it had none.
func statusWords(err *qcc.StatusError) string {
	switch {
	case err.Message != "":
		return fmt.Sprintf("%q.", err.Message)
	case err.Status.Documented():
		return fmt.Sprintf("without a message. The interface document says %q.", err.Status.Text)
	default:
		return "without a message."
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

	return fmt.Sprintf("%s, %d bytes", contentType, response.Length)
}

func httpText(response *qcc.HTTPError) (summary, remedy string) {
	const unexpected = "Unexpected HTTP answer from QCC"

	switch code := response.StatusCode; {
	case response.RetryAfter > 0:
		return summaryUnavailable, fmt.Sprintf("The service asks to come back after %s. Run Terraform again then.", response.RetryAfter)
	case response.Transient():
		return summaryUnavailable, "The service, or something on the way to it, is busy or broken. Try again in a few minutes. If it " +
			"stays, call QCC's support: 400-928-2212, working days 08:00-17:30 (UTC+8)."
	case code >= http.StatusMultipleChoices && code < http.StatusBadRequest:
		return unexpected, "It is a redirect. The provider follows none, because the signature must not reach another host. Check base_url " +
			"(QCC_BASE_URL), and whether a proxy or a login page stands between this machine and QCC."
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
	const retry = " If it is right, try again in a few minutes."

	switch failure {
	case qcc.FailureName:
		return "Check base_url (QCC_BASE_URL) and the name servers of this machine. Behind a proxy, set HTTPS_PROXY: the proxy then resolves " +
			"the name."
	case qcc.FailureConnect:
		return "Check base_url (QCC_BASE_URL), the network and its firewalls. Behind a proxy, set HTTPS_PROXY." + retry
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
	switch {
	case read.Budget > 0:
		return fmt.Sprintf("The read ended because of its timeout of %s. Number of attempts within it: %d.", read.Budget, read.Attempts)
	case read.Attempts > 1:
		return fmt.Sprintf("Number of attempts: %d. This is how the last one failed.", read.Attempts)
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

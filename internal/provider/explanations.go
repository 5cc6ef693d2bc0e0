package provider

import (
	"net/http"
	"strings"

	"github.com/qccpro/terraform-provider-qcc/internal/qcc"
)

// explanation is what a user is told about a kind of failure. Together with the table of status codes in internal/qcc, those below are
// all there are; the guide "Status codes and errors" is made from the same two places.
type explanation struct {
	// summary is the title of the diagnostic: a constant noun phrase.
	summary string
	// meaning says what the failure means; empty if the description of what came back says it.
	meaning string
	// remedy says what a person can do.
	remedy string
}

// The titles of diagnostics.
const (
	summaryRefused     = "Quota query refused by QCC"
	summaryUnexpected  = "Unexpected status code from QCC"
	summaryUnavailable = "QCC service unavailable"
	summaryHTTP        = "Unexpected HTTP answer from QCC"
	summaryUnreadable  = "Unreadable answer from QCC"
	summaryNoAnswer    = "No answer from QCC"
)

func explainStatus(status qcc.Status) explanation {
	summary := summaryUnexpected

	switch status.Class {
	case qcc.ClassRefused:
		summary = summaryRefused
	case qcc.ClassTransient:
		summary = summaryUnavailable
	case qcc.ClassOK, qcc.ClassEmpty, qcc.ClassRejected:
	}

	return explanation{summary, status.Meaning, status.Remedy}
}

// httpExplanation is for HTTP statuses from first to last.
type httpExplanation struct {
	explanation

	first, last int
}

// explainHTTP returns the explanation of an HTTP status other than 200.
func explainHTTP(status int) explanation {
	for _, candidate := range httpExplanations() {
		if candidate.first <= status && status <= candidate.last {
			return candidate.explanation
		}
	}

	return otherHTTP()
}

// httpExplanations returns what is told of HTTP statuses, the particular ones first.
func httpExplanations() []httpExplanation {
	busy := explanation{
		summaryUnavailable, "",
		"The service, or something on the way to it, is busy or broken. Try again in a few minutes. If it stays, call QCC's support: " +
			"400-928-2212, working days 08:00-17:30 (UTC+8).",
	}

	return []httpExplanation{
		{explanation{
			summaryHTTP, "",
			"There is no quota interface at this address. Check base_url (QCC_BASE_URL): it is the part before " +
				"/api/company/quota/getQuota.",
		}, http.StatusNotFound, http.StatusNotFound},
		{explanation{
			summaryUnavailable, "",
			"The service, or something on the way to it, gets too many requests. Find out which pipelines ask so often, and try again in " +
				"a few minutes.",
		}, http.StatusTooManyRequests, http.StatusTooManyRequests},
		{busy, http.StatusRequestTimeout, http.StatusRequestTimeout},
		{busy, http.StatusTooEarly, http.StatusTooEarly},
		{busy, http.StatusInternalServerError, 999},
		{explanation{
			summaryHTTP, "",
			"The provider follows no redirects, because the signature must not reach another host. Check base_url (QCC_BASE_URL), and " +
				"whether a proxy or a login page stands between this machine and QCC.",
		}, http.StatusMultipleChoices, http.StatusPermanentRedirect},
	}
}

// otherHTTP is for every HTTP status that httpExplanations does not have.
func otherHTTP() explanation {
	return explanation{
		summaryHTTP, "",
		"QCC's own refusals come with HTTP 200, so a firewall or a gateway in front of it has most likely answered. Check that this " +
			"machine, or its proxy, may reach QCC (some of its services refuse addresses outside mainland China), and base_url " +
			"(QCC_BASE_URL).",
	}
}

// explainAnswer returns the explanation of an answer that cannot be used.
func explainAnswer(answer *qcc.AnswerError) explanation {
	if strings.Contains(strings.ToLower(answer.ContentType), "html") {
		return explainPage()
	}

	return explainOtherAnswer()
}

func explainPage() explanation {
	return explanation{
		summaryUnreadable, "",
		"It is a web page, so something between this machine and QCC has most likely sent it: check base_url (QCC_BASE_URL), proxies " +
			"and firewalls.",
	}
}

func explainOtherAnswer() explanation {
	return explanation{
		summaryUnreadable, "",
		"No count is taken from such an answer. Check that base_url (QCC_BASE_URL) is right. If it is, report this text to the " +
			"maintainers of this provider.",
	}
}

// explainFailure returns the explanation of a request that got no answer.
func explainFailure(failure qcc.Failure) explanation {
	return explanation{summaryNoAnswer, "", failureRemedies()[failure]}
}

func failureRemedies() map[qcc.Failure]string {
	return map[qcc.Failure]string{
		qcc.FailureName: "Check base_url (QCC_BASE_URL) and the name servers of this machine. Behind a proxy, set HTTPS_PROXY: the proxy " +
			"then resolves the name.",
		qcc.FailureConnect: "Check that base_url (QCC_BASE_URL) is right and that something listens there (an emulator has another port at " +
			"every start), and the network and its firewalls. Behind a proxy, set HTTPS_PROXY. If all that is right, try again in a few " +
			"minutes.",
		qcc.FailureProxy: "Check HTTPS_PROXY. If the service can be reached without a proxy, add its host to NO_PROXY.",
		qcc.FailureProxyRefused: "Ask whoever runs the proxy in HTTPS_PROXY to allow connections to this host (with HTTP 407 it wants a " +
			"user name and password in HTTPS_PROXY).",
		qcc.FailureCertificate: "If a proxy or a gateway inspects TLS here, add its certificate authority to the trust store of this " +
			"machine (on Unix, SSL_CERT_FILE can name a file with it). Otherwise somebody else may be answering in QCC's place: do not " +
			"go on. Also check that the clock of this machine is right.",
		qcc.FailureTLS:    "Check that base_url (QCC_BASE_URL) names an https port and that the other side speaks TLS 1.2 or newer.",
		qcc.FailureSlow:   "Check the network on the way to the service. If it is only slow, raise timeout in the provider block.",
		qcc.FailureBroken: "Check the network, proxies and firewalls on the way to the service, and try again in a few minutes.",
	}
}

package words

import "github.com/qccpro/terraform-provider-qcc/internal/qcc"

// Failure explains a request without a complete answer.
func Failure(failure qcc.Failure) Explanation {
	return Explanation{summaryNoAnswer, "", failureRemedies()[failure]}
}

// failureRemedies returns the remedy for each failure of qcc.Failures.
func failureRemedies() map[qcc.Failure]string {
	const (
		checkProxy   = "Check HTTPS_PROXY. If the service can be reached without a proxy, add its host to NO_PROXY."
		checkNetwork = "Check the network on the way to the service, its firewalls, and base_url (QCC_BASE_URL). Behind a proxy, set HTTPS_PROXY."
	)

	return map[qcc.Failure]string{
		qcc.FailureName: "Check base_url (QCC_BASE_URL) and the name servers of this machine. Behind a proxy, set HTTPS_PROXY: the proxy " +
			"then resolves the name.",
		qcc.FailureRefused: "Check that base_url (QCC_BASE_URL) is right and that something listens there (an emulator has another port at " +
			"every start). If it does, check the firewalls on the way.",
		qcc.FailureConnect: checkNetwork + " If all that is right, try again in a few minutes.",
		qcc.FailureNotLoopback: "Use https in base_url (QCC_BASE_URL), or the address 127.0.0.1 in place of a host name. Find out why the name does " +
			"not lead to this machine: a file such as /etc/hosts or a name server says so.",
		qcc.FailureProxyAddress: "Set HTTPS_PROXY to a URL such as http://proxy.example.com:8080, or remove it. The provider sends nothing " +
			"past a proxy that it cannot read the address of.",
		qcc.FailureProxy: checkProxy,
		qcc.FailureProxyRefused: "Ask whoever runs the proxy in HTTPS_PROXY to allow connections to this host (with HTTP 407 it wants a " +
			"user name and password in HTTPS_PROXY).",
		qcc.FailureCertificate: "If a proxy or a gateway inspects TLS here, add its certificate authority to the trust store of this " +
			"machine (on Unix, SSL_CERT_FILE can name a file with it). Otherwise somebody else may be answering in QCC's place: do not " +
			"go on. Also check that the clock of this machine is right.",
		qcc.FailureClientCertificate: "The provider has no client certificate to show. Check that base_url (QCC_BASE_URL) names the right " +
			"gateway, or let the gateway take requests without one.",
		qcc.FailureTLS:         "Check that base_url (QCC_BASE_URL) names an https port and that the other side speaks TLS 1.2 or newer.",
		qcc.FailureSlowName:    "Check the name servers of this machine. Behind a proxy, set HTTPS_PROXY: the proxy then resolves the name.",
		qcc.FailureSlowConnect: checkNetwork,
		qcc.FailureSlowProxy:   checkProxy + " Ask whoever runs the proxy whether it can reach the service.",
		qcc.FailureSlowTLS:     "Check that base_url (QCC_BASE_URL) names an https port, and the proxies and firewalls on the way to it.",
		qcc.FailureSlow:        "Check the network on the way to the service. If it is only slow, raise timeout in the provider block.",
		qcc.FailureBroken:      "Check the network, proxies and firewalls on the way to the service, and try again in a few minutes.",
	}
}

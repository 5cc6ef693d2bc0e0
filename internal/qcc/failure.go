package qcc

// Failure is the reason why a request received no complete answer, as a phrase. The phrases use the words of other programs, so that a
// search for them finds help.
type Failure string

// The failures that the client distinguishes.
const (
	FailureName              Failure = "the host name could not be resolved"
	FailureRefused           Failure = "connection refused: nothing listens at this address, or a firewall rejects the connection"
	FailureConnect           Failure = "no connection could be made"
	FailureNotLoopback       Failure = "the host name leads to another machine, and plain http is for this machine only"
	FailureProxyAddress      Failure = "HTTPS_PROXY does not hold the address of a proxy"
	FailureProxy             Failure = "the proxy could not be reached, or does not answer as a proxy"
	FailureProxyRefused      Failure = "the proxy refused to connect"
	FailureCertificate       Failure = "the certificate is not trusted"
	FailureClientCertificate Failure = "the other side requires a client certificate (mutual TLS)"
	FailureTLS               Failure = "no TLS session could be agreed on"
	FailureSlowName          Failure = "the host name was not resolved in time"
	FailureSlowConnect       Failure = "no connection was made in time"
	FailureSlowProxy         Failure = "the proxy did not connect in time"
	FailureSlowTLS           Failure = "the TLS handshake did not end in time"
	FailureSlow              Failure = "no complete answer came in time"
	FailureBroken            Failure = "the connection was closed or reset before the answer was complete, or the other side does not speak HTTP"
)

// Failures returns all failures.
func Failures() []Failure {
	return []Failure{
		FailureName, FailureRefused, FailureConnect, FailureNotLoopback, FailureProxyAddress, FailureProxy, FailureProxyRefused, FailureCertificate,
		FailureClientCertificate, FailureTLS, FailureSlowName, FailureSlowConnect, FailureSlowProxy, FailureSlowTLS, FailureSlow,
		FailureBroken,
	}
}

// Transient reports whether a retry may help in general. The Transient field of a TransportError reports it for one error: a retry does
// not help if the name does not exist, and may help if a proxy refused because it is busy.
func (f Failure) Transient() bool {
	switch f {
	case FailureNotLoopback, FailureProxyAddress, FailureProxyRefused, FailureCertificate, FailureClientCertificate, FailureTLS:
		return false
	default:
		return true
	}
}

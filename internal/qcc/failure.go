package qcc

// Failure names the reason why a request received no complete answer. Package message has a sentence for each.
type Failure string

// The failures that the client distinguishes.
const (
	FailureName              Failure = "name-not-resolved"
	FailureRefused           Failure = "connection-refused"
	FailureConnect           Failure = "no-connection"
	FailureNotLoopback       Failure = "not-loopback"
	FailureProxyAddress      Failure = "bad-proxy-address"
	FailureProxy             Failure = "proxy-unreachable"
	FailureProxyRefused      Failure = "proxy-refused"
	FailureCertificate       Failure = "untrusted-certificate"
	FailureClientCertificate Failure = "client-certificate-required"
	FailureTLS               Failure = "no-tls-session"
	FailureSlowName          Failure = "slow-name"
	FailureSlowConnect       Failure = "slow-connect"
	FailureSlowProxy         Failure = "slow-proxy"
	FailureSlowTLS           Failure = "slow-tls"
	FailureSlow              Failure = "slow-answer"
	FailureBroken            Failure = "broken-connection"
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

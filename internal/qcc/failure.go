package qcc

// Failure is a way in which a request can get no complete answer, as a phrase. The phrases have the words that other programs use, so
// that a search for them finds help.
type Failure string

// The failures that the client distinguishes.
const (
	FailureName              Failure = "the host name could not be resolved"
	FailureRefused           Failure = "connection refused: nothing listens at this address, or a firewall rejects the connection"
	FailureConnect           Failure = "no connection could be made"
	FailureProxyAddress      Failure = "HTTPS_PROXY does not hold the address of a proxy"
	FailureProxy             Failure = "the proxy could not be reached"
	FailureProxyRefused      Failure = "the proxy refused to connect"
	FailureCertificate       Failure = "the certificate is not trusted"
	FailureClientCertificate Failure = "the other side requires a client certificate (mutual TLS)"
	FailureTLS               Failure = "no TLS session could be agreed on"
	FailureSlowName          Failure = "the host name was not resolved in time"
	FailureSlowConnect       Failure = "no connection was made in time"
	FailureSlowProxy         Failure = "the proxy did not connect in time"
	FailureSlowTLS           Failure = "the TLS handshake did not end in time"
	FailureSlow              Failure = "no complete answer came in time"
	FailureBroken            Failure = "the connection was closed or reset before the answer was complete"
)

// Failures returns all of them.
func Failures() []Failure {
	return []Failure{
		FailureName, FailureRefused, FailureConnect, FailureProxyAddress, FailureProxy, FailureProxyRefused, FailureCertificate,
		FailureClientCertificate, FailureTLS, FailureSlowName, FailureSlowConnect, FailureSlowProxy, FailureSlowTLS, FailureSlow,
		FailureBroken,
	}
}

// Transient reports whether a retry may help in general. The Transient field of a TransportError is
// about one case: a name that does not exist, and a proxy that is only busy, are exceptions.
func (f Failure) Transient() bool {
	switch f {
	case FailureProxyAddress, FailureProxyRefused, FailureCertificate, FailureClientCertificate, FailureTLS:
		return false
	default:
		return true
	}
}

// Problem is what can be wrong with an answer of HTTP status 200, as a phrase that follows "the answer".
type Problem string

// The problems that the client distinguishes.
const (
	ProblemCompression Problem = "is not compressed as its header says"
	ProblemTooLong     Problem = "is longer than 1 MiB"
	ProblemNoJSON      Problem = "is not JSON"
	ProblemNoObject    Problem = "has something else where an object is expected"
	ProblemTwice       Problem = "has its status or its result twice"
	ProblemStatus      Problem = "has a status that is not a status code"
	ProblemNoResult    Problem = "has no result, although its status code promises one"
	ProblemResult      Problem = "has modules, although its status code says that there are none"
	ProblemManyModules Problem = "has more than 1,000 modules"
	ProblemID          Problem = "has a module that does not have one id"
	ProblemIDText      Problem = "has a module id that is not printable text in Unicode normal form C (NFC) of at most 64 characters"
	ProblemIDSecret    Problem = "has a module id that holds a credential or a signature" //nolint:gosec // No credential.
	ProblemModuleTwice Problem = "has a module twice"
	ProblemCountTwice  Problem = "has a count twice"
	ProblemNotWhole    Problem = "has a count that is not a whole number"
	ProblemNegative    Problem = "has a negative count"
	ProblemTooLarge    Problem = "has a count beyond what 64 bits can hold"
)

// Problems returns all of them.
func Problems() []Problem {
	return []Problem{
		ProblemCompression, ProblemTooLong, ProblemNoJSON, ProblemNoObject, ProblemTwice, ProblemStatus, ProblemNoResult, ProblemResult,
		ProblemManyModules, ProblemID, ProblemIDText, ProblemIDSecret, ProblemModuleTwice, ProblemCountTwice, ProblemNotWhole,
		ProblemNegative, ProblemTooLarge,
	}
}

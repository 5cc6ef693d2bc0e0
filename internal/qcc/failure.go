package qcc

import (
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"syscall"
	"time"
)

// Failure names the reason why a request received no complete answer. Package message has a sentence for each.
type Failure string

// The failures that the client distinguishes.
const (
	FailureNoHost            Failure = "no-such-host"
	FailureName              Failure = "name-not-resolved"
	FailureSlowName          Failure = "slow-name"
	FailureRefused           Failure = "connection-refused"
	FailureNoRoute           Failure = "no-route"
	FailureConnect           Failure = "no-connection"
	FailureSlowConnect       Failure = "slow-connect"
	FailureNotLoopback       Failure = "not-loopback"
	FailureProxyAddress      Failure = "bad-proxy-address"
	FailureProxyName         Failure = "no-such-proxy"
	FailureProxy             Failure = "proxy-unreachable"
	FailureSlowProxy         Failure = "slow-proxy"
	FailureProxyRefused      Failure = "proxy-refused"
	FailureTrustStore        Failure = "no-trust-store"
	FailureAuthority         Failure = "unknown-authority"
	FailureExpired           Failure = "certificate-expired"
	FailureCertificateName   Failure = "certificate-for-another-name"
	FailureNoSAN             Failure = "certificate-without-san"
	FailureCertificate       Failure = "unusable-certificate"
	FailureClientCertificate Failure = "client-certificate-required"
	FailureNotTLS            Failure = "not-tls"
	FailureCiphers           Failure = "no-common-cipher"
	FailureTLS               Failure = "no-tls-session"
	FailureHandshake         Failure = "broken-handshake"
	FailureSlowTLS           Failure = "slow-tls"
	FailureSlow              Failure = "slow-answer"
	FailureBroken            Failure = "broken-connection"
)

// Failures returns all failures.
func Failures() []Failure {
	return []Failure{
		FailureNoHost, FailureName, FailureSlowName, FailureRefused, FailureNoRoute, FailureConnect, FailureSlowConnect, FailureNotLoopback,
		FailureProxyAddress, FailureProxyName, FailureProxy, FailureSlowProxy, FailureProxyRefused, FailureTrustStore, FailureAuthority,
		FailureExpired, FailureCertificateName, FailureNoSAN, FailureCertificate, FailureClientCertificate, FailureNotTLS, FailureCiphers,
		FailureTLS, FailureHandshake, FailureSlowTLS, FailureSlow, FailureBroken,
	}
}

// Transient reports whether a retry may help in general. The Transient field of a TransportError reports it for one error: a retry may also
// help if a proxy refused because it is busy.
func (f Failure) Transient() bool {
	switch f {
	case FailureName, FailureRefused, FailureNoRoute, FailureConnect, FailureProxy, FailureHandshake,
		FailureSlowName, FailureSlowConnect, FailureSlowProxy, FailureSlowTLS, FailureSlow, FailureBroken:
		return true
	default:
		return false
	}
}

// reaction is how the client reacts to the failure of an attempt.
type reaction struct {
	// transient reports whether a retry may help.
	transient bool
	// forGood reports whether no later read sends a request, because a retry cannot help until a person has acted.
	forGood bool
	// pause is how long the service asks to wait before a retry; 0 if it does not ask, or if a retry does not help.
	pause time.Duration
}

// reactionTo classifies the failure of an attempt.
func reactionTo(err error) reaction {
	var (
		status    *StatusError
		response  *HTTPError
		transport *TransportError
	)

	switch {
	case errors.As(err, &status) && status.Status.Class == ClassTransient:
		return reaction{transient: true, pause: status.RetryAfter}
	case errors.As(err, &status):
		return reaction{forGood: status.Status.Class == ClassRefused}
	case errors.As(err, &response) && TransientHTTP(response.StatusCode):
		return reaction{transient: true, pause: response.RetryAfter}
	default:
		return reaction{transient: errors.As(err, &transport) && transport.Transient}
	}
}

// TransientHTTP reports whether a retry may help after an HTTP status.
func TransientHTTP(statusCode int) bool {
	switch statusCode {
	case http.StatusRequestTimeout, http.StatusTooEarly, http.StatusTooManyRequests:
		return true
	default:
		return statusCode >= http.StatusInternalServerError
	}
}

// newTransportError classifies an error of a RoundTripper or of a response's body. Each class has its own remedy. The result holds no part
// of the error's text. It also uses the progress of the request, because not every error names the stage.
func newTransportError(err error, host string, p *progress) *TransportError {
	failure := failureOf(err, p)
	failed := &TransportError{Failure: failure, Host: host, Transient: failure.Transient()}

	if refusal, ok := errors.AsType[proxyRefusedError](err); ok {
		failed.ProxyStatus = int(refusal)
		failed.Transient = TransientHTTP(int(refusal))
	}

	return failed
}

// failureOf returns the failure of a request that ended with an error.
func failureOf(err error, p *progress) Failure {
	var (
		own         ownError
		op          *net.OpError
		timeout     net.Error
		name        *net.DNSError
		certificate *tls.CertificateVerificationError
	)

	operation := ""
	if errors.As(err, &op) {
		operation = op.Op
	}

	switch {
	case errors.As(err, &own):
		return Failure(own)
	case errors.As(err, &name):
		return nameFailure(name, operation == "proxyconnect")
	case errors.As(err, &timeout) && timeout.Timeout():
		return p.slow()
	case errors.As(err, &certificate): // A proxy can have a certificate, too.
		return certificateFailure(certificate.Err)
	case isA[proxyRefusedError](err), operation == "socks connect" && !isEnd(err):
		return FailureProxyRefused
	case operation == "socks connect", operation == "proxyconnect":
		return FailureProxy
	case operation == "dial":
		return dialFailure(err)
	default:
		return p.broken(err)
	}
}

// nameFailure returns the failure of a host name that could not be resolved: that of the service, or of a proxy.
func nameFailure(err *net.DNSError, proxy bool) Failure {
	switch {
	case !err.IsNotFound:
		return FailureName
	case proxy:
		return FailureProxyName
	default:
		return FailureNoHost
	}
}

// dialFailure returns the failure of a connection that could not be made.
func dialFailure(err error) Failure {
	switch {
	case isRefused(err):
		return FailureRefused
	case isUnreachable(err):
		return FailureNoRoute
	default:
		return FailureConnect
	}
}

// isA reports whether an error is or wraps an error of type E.
func isA[E error](err error) bool {
	_, ok := errors.AsType[E](err)

	return ok
}

// slow returns the failure of a request that missed its deadline. The failure names the current stage.
func (p *progress) slow() Failure {
	proxied := p.proxied.Load()

	switch stage := p.stage.Load(); {
	case proxied && (stage == stageName || stage == stageConnect || stage == stageProxy):
		return FailureSlowProxy
	case stage == stageName:
		return FailureSlowName
	case stage == stageConnect, stage == stageProxy:
		return FailureSlowConnect
	case stage == stageTLS:
		return FailureSlowTLS
	default:
		return FailureSlow
	}
}

// broken returns the failure of a request whose connection ended early.
func (p *progress) broken(err error) Failure {
	const handshakeFailure = tls.AlertError(40)

	var op *net.OpError

	alert := errors.As(err, &op) && op.Op == "remote error" // The other side sent a TLS alert.

	switch {
	case p.isOver(): // The deadline has closed the connection, and net/http may report what it had read as malformed.
		return p.slow()
	case p.proxied.Load() && p.stage.Load() == stageProxy:
		return FailureProxy
	case p.certificateAsked.Load() && alert:
		return FailureClientCertificate
	case alert && op.Err.Error() == handshakeFailure.Error(): // The type of op.Err is not exported.
		return FailureCiphers
	case p.handshakeFailed.Load() && isA[tls.RecordHeaderError](err):
		return FailureNotTLS
	case p.handshakeFailed.Load() && isEnd(err):
		return FailureHandshake
	case alert, p.handshakeFailed.Load():
		return FailureTLS
	default:
		return FailureBroken
	}
}

// isEnd reports whether the other side or the network ended the connection.
func isEnd(err error) bool {
	var errno syscall.Errno

	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.As(err, &errno)
}

// isRefused reports whether a connection was refused. Windows uses another error number for that.
func isRefused(err error) bool {
	const windowsRefused = syscall.Errno(10061)

	return errors.Is(err, syscall.ECONNREFUSED) || errors.Is(err, windowsRefused)
}

// isUnreachable reports whether this machine has no route to an address. Windows uses other error numbers for that.
func isUnreachable(err error) bool {
	const windowsNetwork, windowsHost = syscall.Errno(10051), syscall.Errno(10065)

	return errors.Is(err, syscall.ENETUNREACH) || errors.Is(err, syscall.EHOSTUNREACH) || errors.Is(err, windowsNetwork) || errors.Is(err, windowsHost)
}

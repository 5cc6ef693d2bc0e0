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

	var (
		refusal proxyRefusedError
		name    *net.DNSError
	)

	switch {
	case errors.As(err, &refusal):
		failed.ProxyStatus = int(refusal)
		failed.Transient = TransientHTTP(int(refusal))
	case failure == FailureName && errors.As(err, &name):
		failed.Transient = !name.IsNotFound
	}

	return failed
}

// failureOf returns the failure of a request that ended with an error.
func failureOf(err error, p *progress) Failure {
	var (
		own     ownError
		op      *net.OpError
		timeout net.Error
	)

	operation := ""
	if errors.As(err, &op) {
		operation = op.Op
	}

	switch {
	case errors.As(err, &own):
		return Failure(own)
	case isA[*net.DNSError](err) && operation != "proxyconnect":
		return FailureName
	case errors.As(err, &timeout) && timeout.Timeout():
		return p.slow()
	case isA[proxyRefusedError](err), operation == "socks connect" && !isEnd(err):
		return FailureProxyRefused
	case operation == "socks connect", operation == "proxyconnect":
		return FailureProxy
	case isA[*tls.CertificateVerificationError](err):
		return FailureCertificate
	case operation == "dial" && isRefused(err):
		return FailureRefused
	case operation == "dial":
		return FailureConnect
	default:
		return p.broken(err)
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
	var op *net.OpError

	alert := errors.As(err, &op) && op.Op == "remote error" // The other side sent a TLS alert.

	switch {
	case p.proxied.Load() && p.stage.Load() == stageProxy:
		return FailureProxy
	case p.certificateAsked.Load() && alert:
		return FailureClientCertificate
	case alert, p.handshakeFailed.Load() && !isEnd(err):
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

package qcc

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"sync/atomic"
	"syscall"
)

// newTransport returns a transport that takes its proxy from HTTPS_PROXY and NO_PROXY, trusts the certificates that the system
// trusts, and speaks TLS 1.2 or newer. Plain http, which is for this machine only, goes through no proxy. It speaks HTTP/1.1: a query or
// two gain nothing from HTTP/2, without which the provider is smaller. As a RoundTripper it follows no redirects: net/http's Client would
// take the Token header to another host, and the key in a Referer.
func newTransport() *http.Transport {
	transport := http.DefaultTransport.(*http.Transport).Clone() //nolint:forcetypeassert // Nobody here replaces it.
	transport.TLSClientConfig = &tls.Config{MinVersion: tls.VersionTLS12}
	transport.Protocols = new(http.Protocols)
	transport.Protocols.SetHTTP1(true)
	transport.Proxy = func(request *http.Request) (*url.URL, error) {
		if request.URL.Scheme == plainHTTP {
			return nil, nil //nolint:nilnil // That is how a Transport is told to use none.
		}

		return http.ProxyFromEnvironment(request)
	}
	transport.OnProxyConnectResponse = func(_ context.Context, _ *url.URL, _ *http.Request, resp *http.Response) error {
		if resp.StatusCode != http.StatusOK {
			return proxyRefusedError(resp.StatusCode)
		}

		return nil
	}

	return transport
}

// handshake tells whether the TLS handshake of a request has failed.
type handshake struct {
	trace  httptrace.ClientTrace
	failed atomic.Bool
}

// watchHandshake returns a context for one request, and its handshake.
func watchHandshake(ctx context.Context) (context.Context, *handshake) {
	h := &handshake{}
	h.trace.TLSHandshakeDone = func(_ tls.ConnectionState, err error) { h.failed.Store(err != nil) }

	return httptrace.WithClientTrace(ctx, &h.trace), h
}

// proxyRefusedError is the HTTP status with which a proxy refused to connect.
type proxyRefusedError int

func (proxyRefusedError) Error() string { return string(FailureProxyRefused) }

// newTransportError sorts an error of a RoundTripper or of a response's body by what a user can do about it. Nothing of the error's
// text is kept. handshakeFailed tells whether it was the TLS handshake that failed, which not every error of crypto/tls says.
func newTransportError(err error, host string, handshakeFailed bool) *TransportError {
	var (
		refusal     proxyRefusedError
		name        *net.DNSError
		op          *net.OpError
		timeout     net.Error
		certificate *tls.CertificateVerificationError
		errno       syscall.Errno
	)

	failed := func(failure Failure, transient bool) *TransportError {
		return &TransportError{Failure: failure, Host: host, ProxyStatus: int(refusal), Transient: transient}
	}
	isOp := errors.As(err, &op)

	switch {
	case errors.As(err, &refusal):
		return failed(FailureProxyRefused, TransientHTTP(int(refusal)))
	case isOp && op.Op == "proxyconnect":
		return failed(FailureProxy, FailureProxy.Transient())
	case errors.As(err, &name):
		return failed(FailureName, !name.IsNotFound)
	case errors.As(err, &certificate):
		return failed(FailureCertificate, FailureCertificate.Transient())
	case errors.As(err, &timeout) && timeout.Timeout():
		return failed(FailureSlow, FailureSlow.Transient())
	case isOp && op.Op == "dial":
		return failed(FailureConnect, FailureConnect.Transient())
	case handshakeFailed && !errors.Is(err, io.EOF) && !errors.As(err, &errno):
		return failed(FailureTLS, FailureTLS.Transient())
	default:
		return failed(FailureBroken, FailureBroken.Transient())
	}
}

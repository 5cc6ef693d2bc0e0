package qcc

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http/httptrace"
	"sync/atomic"
	"syscall"
	"time"
)

// progress records which stage a request has reached, because the errors of net/http do not name it. It also holds what the connection
// of the request needs.
type progress struct {
	trace httptrace.ClientTrace
	// deadline is when the request must end; zero if it has no deadline.
	deadline time.Time
	// proxied reports whether the request goes through a proxy.
	proxied atomic.Bool
	// loopbackOnly reports whether the request may only go to this machine.
	loopbackOnly bool
	// stage is the current stage.
	stage atomic.Int32
	// handshakeFailed reports whether a TLS handshake ended with an error.
	handshakeFailed atomic.Bool
	// certificateAsked reports whether the other side asked for a client certificate.
	certificateAsked atomic.Bool
}

// The stages of a request. stageAnswer is the first, because a transport that reports no events stays in the first stage.
const (
	stageAnswer int32 = iota
	stageName
	stageConnect
	stageProxy // The work of a proxy, after the connection or the TLS handshake with it and before the next stage.
	stageTLS
)

// progressKey is the key of a progress in the context of its request.
type progressKey struct{}

// watch returns a context for one request, and its progress.
func watch(ctx context.Context) (context.Context, *progress) {
	p := &progress{}
	p.deadline, _ = ctx.Deadline()

	enter := func(stage int32) { p.stage.Store(stage) }

	p.trace = httptrace.ClientTrace{
		DNSStart:          func(httptrace.DNSStartInfo) { enter(stageName) },
		ConnectStart:      func(string, string) { enter(stageConnect) },
		ConnectDone:       func(string, string, error) { enter(stageProxy) }, // Without a proxy, this stage is over at once.
		TLSHandshakeStart: func() { enter(stageTLS) },
		TLSHandshakeDone: func(_ tls.ConnectionState, err error) {
			p.handshakeFailed.Store(err != nil)

			if err == nil { // The handshake may have been the one with a proxy.
				enter(stageProxy)
			}
		},
		GotConn: func(httptrace.GotConnInfo) { enter(stageAnswer) },
		// A server that answers does not require a client certificate.
		GotFirstResponseByte: func() { p.certificateAsked.Store(false) },
	}

	return httptrace.WithClientTrace(context.WithValue(ctx, progressKey{}, p), &p.trace), p
}

// progressOf returns the progress in a request's context; nil if there is none.
func progressOf(ctx context.Context) *progress {
	p, _ := ctx.Value(progressKey{}).(*progress)

	return p
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

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

// progress records how far a request got, and what its connection needs to know. The errors of net/http do not say where a request hangs.
type progress struct {
	trace httptrace.ClientTrace
	// deadline is when the request must end; zero if it need not.
	deadline time.Time
	// proxied reports whether the request goes through a proxy.
	proxied atomic.Bool
	// loopbackOnly reports whether the request may only go to this machine.
	loopbackOnly bool
	// stage is what is under way.
	stage atomic.Int32
	// handshakeFailed reports whether a TLS handshake ended with an error.
	handshakeFailed atomic.Bool
	// certificateAsked reports whether the other side asked for a client certificate.
	certificateAsked atomic.Bool
}

// The stages of a request. One for which no event has come yet is sent to a transport that reports none.
const (
	stageAnswer int32 = iota
	stageName
	stageConnect
	stageProxy // What a proxy does, between a connection or its TLS handshake and the next stage.
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

			if err == nil { // It may have been that of a proxy.
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

// slow returns the failure of a request whose time is over: the stage that is under way was the slow one.
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

	alert := errors.As(err, &op) && op.Op == "remote error" // A TLS alert of the other side.

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

// isEnd reports whether the other side ended the connection, or the network did.
func isEnd(err error) bool {
	var errno syscall.Errno

	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.As(err, &errno)
}

// isRefused reports whether a connection was refused. Windows has an error number of its own for that.
func isRefused(err error) bool {
	const windowsRefused = syscall.Errno(10061)

	return errors.Is(err, syscall.ECONNREFUSED) || errors.Is(err, windowsRefused)
}

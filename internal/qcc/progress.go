package qcc

import (
	"context"
	"crypto/tls"
	"net/http/httptrace"
	"sync/atomic"
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

// isOver reports whether the deadline of the request has passed.
func (p *progress) isOver() bool { return !p.deadline.IsZero() && !time.Now().Before(p.deadline) }

package qcc

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/net/http/httpproxy"

	"github.com/qccpro/terraform-provider-qcc/internal/emulator"
)

// TestFailuresOfTheConnection has servers of which some ask for a client certificate, and some close the connection in a TLS record.
func TestFailuresOfTheConnection(t *testing.T) {
	t.Parallel()

	secure := func(drop string, config *tls.Config) *httptest.Server {
		return serveTLS(t, emulator.New(emulator.WithBehavior(emulator.Behavior{Drop: drop})), config)
	}
	dropping := func(drop string) *httptest.Server {
		server := httptest.NewServer(emulator.New(emulator.WithBehavior(emulator.Behavior{Drop: drop})))
		t.Cleanup(server.Close)

		return server
	}
	interrupting := func(sent string) *httptest.Server {
		return &httptest.Server{URL: "https://" + listen(t, func(connection net.Conn) {
			_, _ = connection.Read(make([]byte, 1024))
			_, _ = io.WriteString(connection, sent)
		})}
	}

	rsaKeyExchange := &tls.Config{MaxVersion: tls.VersionTLS12, CipherSuites: []uint16{tls.TLS_RSA_WITH_AES_128_GCM_SHA256}}

	for name, broken := range map[string]struct {
		server    *httptest.Server
		trusted   bool
		failure   Failure
		transient bool
	}{
		"closed port":             {&httptest.Server{URL: "http://127.0.0.1:1"}, false, FailureRefused, true}, // No test listens on this port.
		"dropped before answer":   {dropping(emulator.DropAnswer), false, FailureBroken, true},
		"dropped in the middle":   {dropping(emulator.DropHalf), false, FailureBroken, true},
		"unknown certificate":     {secure("", nil), false, FailureAuthority, false},
		"old TLS":                 {secure("", &tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11}), false, FailureTLS, false},
		"RSA key exchange only":   {secure("", rsaKeyExchange), false, FailureCiphers, false},
		"no TLS":                  {&httptest.Server{URL: strings.Replace(dropping("").URL, "http:", "https:", 1)}, false, FailureNotTLS, false},
		"certificate in TLS 1.2":  {secure("", &tls.Config{ClientAuth: tls.RequireAnyClientCert, MaxVersion: tls.VersionTLS12}), true, FailureClientCertificate, false},
		"certificate in TLS 1.3":  {secure("", &tls.Config{ClientAuth: tls.RequireAnyClientCert, MinVersion: tls.VersionTLS13}), true, FailureClientCertificate, false},
		"optional, dropped":       {secure(emulator.DropAnswer, &tls.Config{ClientAuth: tls.RequestClientCert}), true, FailureBroken, true},
		"optional, half answered": {secure(emulator.DropHalf, &tls.Config{ClientAuth: tls.RequestClientCert}), true, FailureBroken, true},
		"handshake of no bytes":   {interrupting(""), false, FailureHandshake, true},
		"handshake of 3 bytes":    {interrupting("\x16\x03\x03"), false, FailureHandshake, true},
		"handshake of 6 bytes":    {interrupting("\x16\x03\x03\x00\x40\x02"), false, FailureHandshake, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			got := failure(t, newTestClient(t, broken.server.URL, func(c *Config) {
				c.Transport = newTransport(&httpproxy.Config{})
				if broken.trusted {
					c.Transport = trusting(broken.server, "")
				}
			}))
			_, host, _ := strings.Cut(broken.server.URL, "//")

			if want := (TransportError{broken.failure, host, 0, broken.transient}); *got != want {
				t.Errorf("the failure is %+v, want %+v", *got, want)
			}
		})
	}
}

// TestFailuresOfTheNetwork has failures that a local server cannot cause in the same way on every system.
func TestFailuresOfTheNetwork(t *testing.T) {
	t.Parallel()

	const (
		secret = "s3cr3t"

		handshakeFailed = 1 << iota
		certificateAsked
	)

	reset := &net.OpError{Op: "read", Err: syscall.ECONNRESET}
	alert := &net.OpError{Op: "remote error", Err: errors.New(secret)}

	for name, test := range map[string]struct {
		err         error
		progress    int
		failure     Failure
		proxyStatus int
		transient   bool
	}{
		"unknown host":                 {&net.OpError{Op: "dial", Err: &net.DNSError{Err: secret, Name: secret, IsNotFound: true}}, 0, FailureNoHost, 0, false},
		"name server away":             {&net.OpError{Op: "dial", Err: &net.DNSError{Err: secret, IsTimeout: true}}, 0, FailureName, 0, true},
		"no route":                     {&net.OpError{Op: "dial", Err: syscall.ENETUNREACH}, 0, FailureNoRoute, 0, true},
		"no route to the host":         {&net.OpError{Op: "dial", Err: syscall.EHOSTUNREACH}, 0, FailureNoRoute, 0, true},
		"no route on Windows":          {&net.OpError{Op: "dial", Err: syscall.Errno(10051)}, 0, FailureNoRoute, 0, true},
		"no host on Windows":           {&net.OpError{Op: "dial", Err: syscall.Errno(10065)}, 0, FailureNoRoute, 0, true},
		"unreachable":                  {&net.OpError{Op: "dial", Err: errors.New(secret)}, 0, FailureConnect, 0, true},
		"dial took too long":           {&net.OpError{Op: "dial", Err: context.DeadlineExceeded}, 0, FailureSlow, 0, true},
		"no trusted authorities":       {&tls.CertificateVerificationError{Err: x509.SystemRootsError{Err: errors.New(secret)}}, 0, FailureAuthority, 0, false},
		"certificate":                  {&tls.CertificateVerificationError{Err: errors.New(secret)}, 0, FailureCertificate, 0, false},
		"refused when connected":       {&net.OpError{Op: "read", Err: syscall.ECONNREFUSED}, 0, FailureBroken, 0, true},
		"Windows refuses":              {&net.OpError{Op: "dial", Err: syscall.Errno(10061)}, 0, FailureRefused, 0, true},
		"anything else":                {errors.New(secret), 0, FailureBroken, 0, true},
		"proxy away":                   {&net.OpError{Op: "proxyconnect", Err: &net.OpError{Op: "dial", Err: errors.New(secret)}}, 0, FailureProxy, 0, true},
		"proxy's name is unknown":      {&net.OpError{Op: "proxyconnect", Err: &net.OpError{Op: "dial", Err: &net.DNSError{IsNotFound: true}}}, 0, FailureProxyName, 0, false},
		"proxy's certificate":          {&net.OpError{Op: "proxyconnect", Err: &tls.CertificateVerificationError{Err: x509.UnknownAuthorityError{}}}, 0, FailureAuthority, 0, false},
		"proxy wants a password":       {proxyRefusedError(407), 0, FailureProxyRefused, 407, false},
		"proxy is busy":                {proxyRefusedError(503), 0, FailureProxyRefused, 503, true},
		"SOCKS proxy refuses":          {&net.OpError{Op: "socks connect", Err: errors.New(secret)}, 0, FailureProxyRefused, 0, false},
		"SOCKS proxy hangs":            {&net.OpError{Op: "socks connect", Err: context.DeadlineExceeded}, 0, FailureSlow, 0, true},
		"handshake ends in an EOF":     {io.EOF, handshakeFailed, FailureHandshake, 0, true},
		"handshake is reset":           {reset, handshakeFailed, FailureHandshake, 0, true},
		"no common TLS version":        {errors.New("tls: protocol version not supported"), handshakeFailed, FailureTLS, 0, false},
		"alert":                        {alert, 0, FailureTLS, 0, false},
		"alert, certificate asked for": {alert, certificateAsked, FailureClientCertificate, 0, false},
		"reset, certificate asked for": {reset, certificateAsked, FailureBroken, 0, true},
		"other, certificate asked for": {errors.New("http: malformed"), certificateAsked, FailureBroken, 0, true},
		"TLS fails, certificate asked": {errors.New("tls: bad record"), certificateAsked | handshakeFailed, FailureTLS, 0, false},
	} {
		client := newTestClient(t, DefaultBaseURL, func(c *Config) {
			c.Transport = roundTrip(func(r *http.Request) (*http.Response, error) {
				p := progressOf(r.Context())
				p.handshakeFailed.Store(test.progress&handshakeFailed != 0)
				p.certificateAsked.Store(test.progress&certificateAsked != 0)

				return nil, test.err
			})
		})

		got := failure(t, client)
		if want := (TransportError{test.failure, "pro.qcc.com", test.proxyStatus, test.transient}); *got != want {
			t.Errorf("%s: the failure is %+v, want %+v", name, *got, want)
		}

		if strings.Contains(fmt.Sprintf("%v %+v %#v", got, got, got), secret) {
			t.Errorf("%s: the error repeats the text of its cause: %v", name, got)
		}
	}
}

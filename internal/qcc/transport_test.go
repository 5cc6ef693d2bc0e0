package qcc

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"syscall"
	"testing"
	"time"

	"golang.org/x/net/http/httpproxy"

	"github.com/qccpro/terraform-provider-qcc/internal/emulator"
)

func TestFailuresOfProxiesAndHandshakes(t *testing.T) {
	t.Parallel()

	const (
		handshakeFailed = 1 << iota
		certificateAsked
	)

	reset := &net.OpError{Op: "read", Err: syscall.ECONNRESET}
	alert := &net.OpError{Op: "remote error", Err: errors.New("tls: certificate required")}
	late := &net.OpError{Op: "socks connect", Err: context.DeadlineExceeded}

	for name, test := range map[string]struct {
		err      error
		progress int
		want     TransportError
	}{
		"proxy wants a password":       {proxyRefusedError(407), 0, TransportError{FailureProxyRefused, "h", 407, false}},
		"proxy is busy":                {proxyRefusedError(503), 0, TransportError{FailureProxyRefused, "h", 503, true}},
		"SOCKS proxy refuses":          {&net.OpError{Op: "socks connect", Err: errors.New("not allowed")}, 0, TransportError{FailureProxyRefused, "h", 0, false}},
		"proxy's name is unknown":      {&net.OpError{Op: "proxyconnect", Err: &net.OpError{Op: "dial", Err: &net.DNSError{IsNotFound: true}}}, 0, TransportError{FailureProxy, "h", 0, true}},
		"SOCKS proxy hangs":            {late, 0, TransportError{FailureSlow, "h", 0, true}},
		"handshake ends in an EOF":     {io.EOF, handshakeFailed, TransportError{FailureBroken, "h", 0, true}},
		"handshake is reset":           {reset, handshakeFailed, TransportError{FailureBroken, "h", 0, true}},
		"no common TLS version":        {errors.New("tls: protocol version not supported"), handshakeFailed, TransportError{FailureTLS, "h", 0, false}},
		"alert":                        {alert, 0, TransportError{FailureTLS, "h", 0, false}},
		"alert, certificate asked for": {alert, certificateAsked, TransportError{FailureClientCertificate, "h", 0, false}},
		"reset, certificate asked for": {reset, certificateAsked, TransportError{FailureBroken, "h", 0, true}},
		"other, certificate asked for": {errors.New("http: malformed"), certificateAsked, TransportError{FailureBroken, "h", 0, true}},
		"TLS fails, certificate asked": {errors.New("tls: bad record"), certificateAsked | handshakeFailed, TransportError{FailureTLS, "h", 0, false}},
		"refused when connected":       {&net.OpError{Op: "read", Err: syscall.ECONNREFUSED}, 0, TransportError{FailureBroken, "h", 0, true}},
		"Windows refuses":              {&net.OpError{Op: "dial", Err: syscall.Errno(10061)}, 0, TransportError{FailureRefused, "h", 0, true}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			p := &progress{}
			p.handshakeFailed.Store(test.progress&handshakeFailed != 0)
			p.certificateAsked.Store(test.progress&certificateAsked != 0)

			if got := newTransportError(test.err, "h", p); *got != test.want {
				t.Errorf("failure is %+v, want %+v", *got, test.want)
			}
		})
	}
}

func TestProxies(t *testing.T) {
	t.Parallel()

	const proxy = "http://user:s3cr3t@proxy.example:8080"

	transport := newTransport(&httpproxy.Config{HTTPSProxy: proxy, HTTPProxy: proxy, NoProxy: "direct.example"})

	for target, want := range map[string]string{
		"https://pro.qcc.com/":    "proxy.example:8080",
		"https://direct.example/": "",
		"http://localhost:1/":     "",
		"http://LOCALHOST:1/":     "", // net/http would send this to the proxy, with the key in clear text.
		"http://127.0.0.1:1/":     "",
	} {
		var got url.URL

		ctx, p := watch(t.Context())

		proxy, err := transport.Proxy(httptest.NewRequestWithContext(ctx, http.MethodGet, target, nil))
		if err != nil {
			t.Fatal(err)
		}

		if proxy != nil {
			got = *proxy
		}

		if p.proxied.Load() != (want != "") {
			t.Errorf("the progress of a request for %s reports a proxy: %t", target, p.proxied.Load())
		}

		if got.Host != want {
			t.Errorf("the proxy for %s is %q, want %q", target, got.Host, want)
		}
	}
}

// TestHTTP2IsNotUsed checks that a build with net/http's HTTP/2 behaves like a release, which is built without.
func TestHTTP2IsNotUsed(t *testing.T) {
	t.Parallel()

	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, r.Proto) }))
	server.EnableHTTP2 = true
	server.TLS = &tls.Config{ClientAuth: tls.RequestClientCert} // The request has no progress that could record this.
	server.StartTLS()
	t.Cleanup(server.Close)

	transport := newTransport(&httpproxy.Config{})
	if transport.Protocols.HTTP2() || !transport.Protocols.HTTP1() { // In a build without HTTP/2, the setting has no effect.
		t.Errorf("the transport may use %s", transport.Protocols)
	}

	transport.TLSClientConfig.RootCAs = x509.NewCertPool()
	transport.TLSClientConfig.RootCAs.AddCert(server.Certificate())
	t.Cleanup(transport.CloseIdleConnections)

	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL, nil)
	if err != nil {
		t.Fatal(err)
	}

	response, err := transport.RoundTrip(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()

	if protocol, err := io.ReadAll(response.Body); err != nil || string(protocol) != "HTTP/1.1" {
		t.Errorf("the provider uses %s, %v, want HTTP/1.1", protocol, err)
	}
}

// TestAProxyConnectsOrRefuses has a proxy that answers CONNECT, and a service behind it.
func TestAProxyConnectsOrRefuses(t *testing.T) {
	t.Parallel()

	server := httptest.NewTLSServer(emulator.New()) // The certificate of httptest is also for example.com.
	t.Cleanup(server.Close)

	for answer, want := range map[string]*TransportError{
		"200 Connection established":        nil,
		"403 Forbidden":                     {FailureProxyRefused, "example.com", 403, false},
		"407 Proxy Authentication Required": {FailureProxyRefused, "example.com", 407, false},
		"503 Service Unavailable":           {FailureProxyRefused, "example.com", 503, true},
		"201 Created":                       {FailureProxyRefused, "example.com", 201, false},
	} {
		t.Run(answer, func(t *testing.T) {
			t.Parallel()

			proxy := listen(t, func(connection net.Conn) {
				request, err := http.ReadRequest(bufio.NewReader(connection))
				if err != nil || request.Method != http.MethodConnect || request.Host != "example.com:443" {
					t.Errorf("the proxy is sent %+v, %v", request, err)

					return
				}

				_, _ = io.WriteString(connection, "HTTP/1.1 "+answer+"\r\n\r\n")

				if want != nil {
					return
				}

				behind, err := new(net.Dialer).DialContext(t.Context(), "tcp", server.Listener.Addr().String())
				if err != nil {
					t.Error(err)

					return
				}
				defer behind.Close()

				go func() { _, _ = io.Copy(behind, connection) }()

				_, _ = io.Copy(connection, behind)
			})
			client := newTestClient(t, "https://example.com", func(c *Config) {
				transport := newTransport(&httpproxy.Config{HTTPSProxy: "http://" + proxy})
				transport.TLSClientConfig.RootCAs = x509.NewCertPool()
				transport.TLSClientConfig.RootCAs.AddCert(server.Certificate())
				c.Transport = transport
			})

			if want != nil {
				if got := failure(t, client); *got != *want {
					t.Errorf("the failure is %+v, want %+v", got, want)
				}

				return
			}

			if quota, err := client.Quota(t.Context()); err != nil || len(quota.Modules) != 3 {
				t.Errorf("through the proxy, the quota is %+v, %v", quota, err)
			}
		})
	}
}

// TestAConnectionIsNotMadeAfterItsRequest dials for a request whose deadline has passed, but whose context has not ended.
func TestAConnectionIsNotMadeAfterItsRequest(t *testing.T) {
	t.Parallel()

	address := listen(t, func(connection net.Conn) { _, _ = io.Copy(io.Discard, connection) })

	for name, test := range map[string]struct {
		left    time.Duration
		refused bool
	}{"time is over": {-time.Second, true}, "time is left": {time.Minute, false}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			ctx := context.WithValue(t.Context(), progressKey{}, &progress{deadline: time.Now().Add(test.left)})

			connection, err := dialForRequest(ctx, "tcp", address)
			if (err != nil) != test.refused {
				t.Errorf("the connection is %v, %v", connection, err)
			}

			if connection != nil {
				connection.Close()
			}
		})
	}
}

// TestOnlyPlainHTTPIsKeptFromOtherMachines dials an address that is reserved for documentation, so no machine has it.
func TestOnlyPlainHTTPIsKeptFromOtherMachines(t *testing.T) {
	t.Parallel()

	for _, loopbackOnly := range []bool{true, false} {
		ctx := context.WithValue(t.Context(), progressKey{}, &progress{loopbackOnly: loopbackOnly, deadline: time.Now().Add(50 * time.Millisecond)})

		connection, err := dialForRequest(ctx, "tcp", "192.0.2.1:1")
		if errors.Is(err, errNotLoopback) != loopbackOnly {
			t.Errorf("loopback only: %t, and the error is %v", loopbackOnly, err)
		}

		if connection != nil {
			connection.Close()
		}
	}
}

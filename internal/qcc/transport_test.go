package qcc

import (
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"syscall"
	"testing"
)

func TestFailuresOfProxiesAndHandshakes(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct {
		err             error
		handshakeFailed bool
		want            TransportError
	}{
		"proxy wants a password":    {proxyRefusedError(407), false, TransportError{FailureProxyRefused, "h", 407, false}},
		"proxy is busy":             {proxyRefusedError(503), false, TransportError{FailureProxyRefused, "h", 503, true}},
		"handshake ends in an EOF":  {io.EOF, true, TransportError{FailureBroken, "h", 0, true}},
		"handshake is reset":        {&net.OpError{Op: "read", Err: syscall.ECONNRESET}, true, TransportError{FailureBroken, "h", 0, true}},
		"handshake finds no common": {errors.New("tls: protocol version not supported"), true, TransportError{FailureTLS, "h", 0, false}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			if got := newTransportError(test.err, "h", test.handshakeFailed); *got != test.want {
				t.Errorf("failure is %+v, want %+v", *got, test.want)
			}
		})
	}
}

// TestProxies sets the environment, which net/http reads once in a process: other tests must not need one.
func TestProxies(t *testing.T) {
	t.Setenv("HTTPS_PROXY", "http://user:s3cr3t@proxy.example:8080")
	t.Setenv("HTTP_PROXY", "http://user:s3cr3t@proxy.example:8080")
	t.Setenv("NO_PROXY", "direct.example")

	transport := newTransport()

	for target, want := range map[string]string{
		"https://pro.qcc.com/":    "proxy.example:8080",
		"https://direct.example/": "",
		"http://localhost:1/":     "",
		"http://LOCALHOST:1/":     "", // Which net/http would send to the proxy, with the key in clear.
		"http://127.0.0.1:1/":     "",
	} {
		var got url.URL

		proxy, err := transport.Proxy(httptest.NewRequestWithContext(t.Context(), http.MethodGet, target, nil))
		if err != nil {
			t.Fatal(err)
		}

		if proxy != nil {
			got = *proxy
		}

		if got.Host != want {
			t.Errorf("the proxy for %s is %q, want %q", target, got.Host, want)
		}
	}
}

// TestHTTP2IsNotSpoken sees that a build with net/http's HTTP/2 behaves like a release, which is made without.
func TestHTTP2IsNotSpoken(t *testing.T) {
	t.Parallel()

	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, r.Proto) }))
	server.EnableHTTP2 = true
	server.StartTLS()
	t.Cleanup(server.Close)

	transport := newTransport()
	if transport.Protocols.HTTP2() { // Without effect in a build that has no HTTP/2 at all.
		t.Error("the transport may speak HTTP/2")
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
		t.Errorf("the provider speaks %s, %v, want HTTP/1.1", protocol, err)
	}
}

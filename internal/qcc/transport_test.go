package qcc

import (
	"bufio"
	"context"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"golang.org/x/net/http/httpproxy"

	"github.com/qccpro/terraform-provider-qcc/internal/emulator"
)

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

	server := serveTLS(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, r.Proto) }),
		&tls.Config{ClientAuth: tls.RequestClientCert}) // The request has no progress that could record this.

	transport := trusting(server, "")
	if transport.Protocols.HTTP2() || !transport.Protocols.HTTP1() { // In a build without HTTP/2, the setting has no effect.
		t.Errorf("the transport may use %s", transport.Protocols)
	}

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

	server := serveTLS(t, emulator.New(), nil) // The certificate of httptest is also for example.com.

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

				relay(t, connection, connection, server)
			})
			client := newTestClient(t, "https://example.com", func(c *Config) { c.Transport = trusting(server, "http://"+proxy) })

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

	for left, refused := range map[time.Duration]bool{-time.Second: true, time.Minute: false} {
		ctx := context.WithValue(t.Context(), progressKey{}, &progress{deadline: time.Now().Add(left)})

		connection, err := dialForRequest(ctx, "tcp", address)
		if (err != nil) != refused {
			t.Errorf("with %s left, the connection is %v, %v", left, connection, err)
		}

		if connection != nil {
			connection.Close()
		}
	}
}

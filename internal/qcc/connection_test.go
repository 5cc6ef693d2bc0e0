package qcc

import (
	"bufio"
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/net/http/httpproxy"

	"github.com/qccpro/terraform-provider-qcc/internal/emulator"
)

// listen calls a function for each connection to a loopback port, until the test ends.
func listen(t *testing.T, serve func(net.Conn)) string {
	t.Helper()

	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}

	var connections sync.WaitGroup

	connections.Go(func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}

			connections.Go(func() {
				defer connection.Close()

				serve(connection)
			})
		}
	})

	t.Cleanup(func() {
		listener.Close()
		connections.Wait()
	})

	return listener.Addr().String()
}

// relay connects a connection with a server until the server ends it. The server receives what is read from sent.
func relay(t *testing.T, connection net.Conn, sent io.Reader, server *httptest.Server) {
	t.Helper()

	behind, err := new(net.Dialer).DialContext(t.Context(), "tcp", server.Listener.Addr().String())
	if err != nil {
		t.Error(err)

		return
	}
	defer behind.Close()

	go func() { _, _ = io.Copy(behind, sent) }()

	_, _ = io.Copy(connection, behind)
}

func newTestClient(t *testing.T, baseURL string, change func(*Config)) *Client {
	t.Helper()

	config := Config{
		Key: emulator.DefaultKey, SecretKey: emulator.DefaultSecretKey, BaseURL: baseURL, Timeout: DefaultTimeout, UserAgent: "qcc-test/1.0",
	}
	if change != nil {
		change(&config)
	}

	client, err := New(config)
	if err != nil {
		t.Fatal(err)
	}

	return client
}

// serveTLS starts a server that logs nothing and stops when the test ends.
func serveTLS(t *testing.T, handler http.Handler, config *tls.Config) *httptest.Server {
	t.Helper()

	server := httptest.NewUnstartedServer(handler)
	server.TLS = config
	server.EnableHTTP2 = true
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	t.Cleanup(server.Close)

	return server
}

// trusting returns a transport that trusts the certificate of a server. An empty proxy means none.
func trusting(server *httptest.Server, proxy string) *http.Transport {
	transport := newTransport(&httpproxy.Config{HTTPSProxy: proxy})
	transport.TLSClientConfig.RootCAs = x509.NewCertPool()
	transport.TLSClientConfig.RootCAs.AddCert(server.Certificate())

	return transport
}

// failure reads the quota, and returns the TransportError. The test fails if the read returns anything else.
func failure(t *testing.T, client *Client) *TransportError {
	t.Helper()

	_, err := client.Quota(t.Context())

	failed, ok := errors.AsType[*TransportError](err)
	if !ok {
		t.Fatalf("the error is %T (%v), want a *TransportError", err, err)
	}

	return failed
}

// response returns an HTTP response in which radar_id has the given total.
func response(total int) string {
	body := fmt.Sprintf(`{"status":"200","result":[{"id":"radar_id","totalCount":%d,"consumedCount":0}]}`, total)

	return fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
}

// TestALateDuplicateIsNotTakenForAnAnswer has a service that answers each request twice, late. On a connection that is used again, the
// client would get the duplicate as the answer to its next request.
func TestALateDuplicateIsNotTakenForAnAnswer(t *testing.T) {
	t.Parallel()

	var requests atomic.Int32

	address := listen(t, func(connection net.Conn) {
		reader := bufio.NewReader(connection)

		for duplicate := ""; ; {
			if _, err := http.ReadRequest(reader); err != nil {
				return
			}

			own := response(int(requests.Add(1)))
			_, _ = io.WriteString(connection, cmp.Or(duplicate, own))
			duplicate = own
		}
	})
	client := newTestClient(t, "http://"+address, nil)

	for number := range 5 {
		quota, err := client.Quota(t.Context())
		if err != nil {
			t.Fatal(err)
		}

		if got := *quota.Modules["radar_id"].Total; got != int64(number+1) {
			t.Errorf("read %d has %d units, want the answer to its own request", number+1, got)
		}
	}
}

// TestNetHTTPRepeatsNoRequest has a service that closes each connection when it has received a request.
func TestNetHTTPRepeatsNoRequest(t *testing.T) {
	t.Parallel()

	var requests, connections atomic.Int32

	address := listen(t, func(connection net.Conn) {
		connections.Add(1)

		reader := bufio.NewReader(connection)

		for {
			if _, err := http.ReadRequest(reader); err != nil {
				return
			}

			if requests.Add(1)%2 == 0 {
				return
			}

			_, _ = io.WriteString(connection, response(1))
		}
	})

	const reads = 20

	for range reads {
		client := newTestClient(t, "http://"+address, nil)

		for range 2 {
			_, _ = client.Quota(t.Context()) // Every second read fails.
		}
	}

	if requests.Load() != 2*reads || connections.Load() != 2*reads {
		t.Errorf("%d reads took %d requests on %d connections", 2*reads, requests.Load(), connections.Load())
	}
}

// TestHeadersAreBounded has a service and a proxy that send headers without end, and a service that sends nearly 64 KiB of them.
func TestHeadersAreBounded(t *testing.T) {
	t.Parallel()

	var sent atomic.Int64

	endless := func(connection net.Conn) {
		if _, err := http.ReadRequest(bufio.NewReader(connection)); err != nil {
			return
		}

		_, _ = io.WriteString(connection, "HTTP/1.1 200 OK\r\n")

		header := "X-Header: " + strings.Repeat("x", 4<<10) + "\r\n"

		for {
			written, err := io.WriteString(connection, header)
			if sent.Add(int64(written)); err != nil {
				return
			}
		}
	}
	address := listen(t, endless)

	if failed := failure(t, newTestClient(t, "http://"+address, nil)); failed.Failure != FailureBroken {
		t.Errorf("the failure of endless headers is %q", failed.Failure)
	}

	throughProxy := newTestClient(t, "https://pro.qcc.com", func(c *Config) {
		c.Transport = newTransport(&httpproxy.Config{HTTPSProxy: "http://" + address})
	})
	if failed := failure(t, throughProxy); failed.Failure != FailureProxy {
		t.Errorf("the failure of a proxy's endless headers is %q", failed.Failure)
	}

	// The system also buffers bytes of the two connections that the client has not read.
	if most := int64(2 * (maxHeaders + 8<<20)); sent.Load() > most {
		t.Errorf("the client accepted %d bytes of headers, want at most %d", sent.Load(), most)
	}

	service := emulator.New()
	server := serveTLS(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Header", strings.Repeat("x", maxHeaders-1024))
		service.ServeHTTP(w, r)
	}), nil)

	if _, err := newTestClient(t, server.URL, func(c *Config) { c.Transport = trusting(server, "") }).Quota(t.Context()); err != nil {
		t.Errorf("the error of nearly too many headers is %v", err)
	}

	if transport := newTransport(&httpproxy.Config{}); transport.MaxResponseHeaderBytes != 64<<10 || transport.TLSHandshakeTimeout != 0 {
		t.Errorf("headers may have %d bytes, and a handshake may take %s", transport.MaxResponseHeaderBytes, transport.TLSHandshakeTimeout)
	}
}

func TestASOCKSProxyThatRefuses(t *testing.T) {
	t.Parallel()

	const (
		welcome = "\x05\x00"
		address = "\x00\x01\x00\x00\x00\x00\x00\x00"
	)

	for name, answers := range map[string][]string{
		"host unreachable":      {welcome, "\x05\x04" + address},
		"not allowed":           {welcome, "\x05\x02" + address},
		"no acceptable methods": {"\x05\xff"},
		"closes":                {"\x05"},
		"closes when asked":     {welcome, "\x05"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			var connections atomic.Int32

			address := listen(t, func(connection net.Conn) {
				connections.Add(1)

				for _, said := range answers {
					if _, err := connection.Read(make([]byte, 512)); err != nil {
						return
					}

					_, _ = io.WriteString(connection, said)
				}

				if !strings.HasPrefix(name, "closes") {
					_, _ = io.Copy(io.Discard, connection)
				}
			})
			client := newTestClient(t, "https://pro.qcc.com", func(c *Config) {
				if !strings.HasPrefix(name, "closes") {
					c.MaxRetries = DefaultMaxRetries
				}

				c.Transport = newTransport(&httpproxy.Config{HTTPSProxy: "socks5://" + address})
			})

			want := TransportError{Failure: FailureProxyRefused, Host: "pro.qcc.com"}
			if strings.HasPrefix(name, "closes") {
				want.Failure, want.Transient = FailureProxy, true
			}

			if failed := failure(t, client); *failed != want {
				t.Errorf("the failure is %+v, want %+v", failed, want)
			}

			if connections.Load() != 1 {
				t.Errorf("the proxy got %d connections, want 1", connections.Load())
			}
		})
	}
}

// TestPlainHTTPStaysOnThisMachine has a host name with the address of another machine, as if /etc/hosts were wrong. Nothing is sent there.
func TestPlainHTTPStaysOnThisMachine(t *testing.T) {
	t.Parallel()

	for baseURL, limited := range map[string]bool{"http://localhost:1": true, "https://localhost:1": false, "https://pro.qcc.com": false} {
		client := newTestClient(t, baseURL, func(c *Config) {
			c.Transport = roundTrip(func(r *http.Request) (*http.Response, error) {
				// On a busy machine, even a refusal may take a while.
				ctx, cancel := context.WithTimeout(r.Context(), map[bool]time.Duration{true: 10 * time.Second, false: 50 * time.Millisecond}[limited])
				defer cancel()

				r = r.Clone(ctx)
				r.URL.Host = "192.0.2.1:1" // This address is reserved for documentation, so no machine has it.

				return newTransport(&httpproxy.Config{}).RoundTrip(r)
			})
		})

		if failed := failure(t, client); (failed.Failure == FailureNotLoopback) != limited || failed.Transient == limited {
			t.Errorf("with %s, the failure is %+v, want one for another machine: %t", baseURL, failed, limited)
		}
	}

	for address, refused := range map[string]bool{"127.0.0.1:1": false, "[::1]:1": false, "192.0.2.1:1": true, "[2001:db8::1]:1": true, "0.0.0.0:1": true, "nonsense": true} {
		if err := refuseOtherMachines("tcp", address, nil); (err != nil) != refused {
			t.Errorf("%s: %v", address, err)
		}
	}
}

// TestATimeoutNamesTheStage has a service, a proxy and a SOCKS proxy that accept connections and never answer.
func TestATimeoutNamesTheStage(t *testing.T) {
	t.Parallel()

	silent := func() string {
		return listen(t, func(connection net.Conn) { _, _ = io.Copy(io.Discard, connection) })
	}

	for name, test := range map[string]struct {
		url, proxy string
		failure    Failure
	}{
		"plain":       {"http://" + silent(), "", FailureSlow},
		"TLS":         {"https://" + silent(), "", FailureSlowTLS},
		"CONNECT":     {"https://pro.qcc.com", "http://" + silent(), FailureSlowProxy},
		"TLS proxy":   {"https://pro.qcc.com", "https://" + silent(), FailureSlowTLS},
		"SOCKS proxy": {"https://pro.qcc.com", "socks5://" + silent(), FailureSlowProxy},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			client := newTestClient(t, test.url, func(c *Config) {
				c.Timeout = MinTimeout
				c.Transport = newTransport(&httpproxy.Config{HTTPSProxy: test.proxy})
			})

			if failed := failure(t, client); failed.Failure != test.failure || !failed.Transient {
				t.Errorf("the failure is %+v, want %q", failed, test.failure)
			}
		})
	}
}

// TestHalfAStatusLineIsATimeout has a service that stops within its status line. When the deadline ends the connection, net/http reports
// such a line as malformed, or the end of the context, whichever comes first.
func TestHalfAStatusLineIsATimeout(t *testing.T) {
	t.Parallel()

	client := newTestClient(t, "http://"+listen(t, func(connection net.Conn) {
		_, _ = connection.Read(make([]byte, 1024))
		_, _ = io.WriteString(connection, "HTTP/1.1 2")
		_, _ = io.Copy(io.Discard, connection)
	}), nil)

	var exchanges sync.WaitGroup

	for range 50 {
		exchanges.Go(func() {
			ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
			defer cancel()

			_, err := client.exchange(ctx, &Attempt{})
			if failed, ok := errors.AsType[*TransportError](err); !ok || failed.Failure != FailureSlow {
				t.Errorf("the failure is %+v, want %q", err, FailureSlow)
			}
		})
	}

	exchanges.Wait()
}

// TestProgressNamesTheStage lets one request pass stages that no server on this machine can delay. In some of them it ends with an error.
func TestProgressNamesTheStage(t *testing.T) {
	t.Parallel()

	_, p := watch(t.Context())

	var (
		alert     = &net.OpError{Op: "remote error", Err: errors.New("tls: internal error")}
		malformed = errors.New("http: malformed")
		connected = func() { p.trace.ConnectDone("tcp", "", nil) }
		encrypted = func() { p.trace.TLSHandshakeDone(tls.ConnectionState{}, nil) }
	)

	for _, stage := range []struct {
		name   string
		enter  func()
		slow   Failure // The failure of a timeout.
		err    error   // Nil if the stage is tested with a timeout only.
		broken Failure // The failure of the error.
	}{
		{"nothing", func() { p.certificateAsked.Store(true) }, FailureSlow, alert, FailureClientCertificate},
		{"the beginning of an answer", func() { p.trace.GotFirstResponseByte() }, FailureSlow, alert, FailureTLS},
		{"the start of DNS", func() { p.trace.DNSStart(httptrace.DNSStartInfo{}) }, FailureSlowName, context.DeadlineExceeded, FailureSlowName},
		{"the start of a connection", func() { p.trace.ConnectStart("tcp", "") }, FailureSlowConnect, nil, ""},
		{"a connection that failed", func() { p.trace.ConnectDone("tcp", "", io.EOF) }, FailureSlowConnect, nil, ""},
		{"a connection", connected, FailureSlowConnect, nil, ""},
		{"the start of TLS", func() { p.trace.TLSHandshakeStart() }, FailureSlowTLS, nil, ""},
		{"TLS that failed", func() { p.trace.TLSHandshakeDone(tls.ConnectionState{}, io.EOF) }, FailureSlowTLS, errors.New("tls: failure"), FailureTLS},
		{"an interrupted handshake", func() {}, FailureSlowTLS, fmt.Errorf("tls: %w", io.ErrUnexpectedEOF), FailureHandshake},
		{"TLS without a proxy", encrypted, FailureSlowConnect, malformed, FailureBroken},
		{"the start of DNS for a proxy", func() { p.proxied.Store(true); p.trace.DNSStart(httptrace.DNSStartInfo{}) }, FailureSlowProxy, nil, ""},
		{"the start of a connection to a proxy", func() { p.trace.ConnectStart("tcp", "") }, FailureSlowProxy, nil, ""},
		{"a connection to a proxy", connected, FailureSlowProxy, nil, ""},
		{"the start of TLS through a proxy", func() { p.trace.TLSHandshakeStart() }, FailureSlowTLS, nil, ""},
		{"TLS with a proxy", encrypted, FailureSlowProxy, malformed, FailureProxy},
		{"the connection", func() { p.trace.GotConn(httptrace.GotConnInfo{}) }, FailureSlow, malformed, FailureBroken},
		{"a timeout of a proxy", encrypted, FailureSlowProxy, &net.OpError{Op: "dial", Err: context.DeadlineExceeded}, FailureSlowProxy},
		{"a timeout of a name server", func() {}, FailureSlowProxy, &net.OpError{Op: "dial", Err: &net.DNSError{IsTimeout: true}}, FailureName},
	} {
		stage.enter()

		if got := p.slow(); got != stage.slow {
			t.Errorf("after %s, the failure of a timeout is %q, want %q", stage.name, got, stage.slow)
		}

		if stage.err == nil {
			continue
		}

		if got := newTransportError(stage.err, "h", p); got.Failure != stage.broken || got.Transient != stage.broken.Transient() {
			t.Errorf("after %s, the failure of %v is %+v, want %q", stage.name, stage.err, got, stage.broken)
		}
	}
}

func TestAProxyWithoutAnAddressIsAnError(t *testing.T) {
	t.Parallel()

	for _, proxy := range []string{":// s3cr3t", "http://", "http:///path", "ftp://proxy.example", "proxy.example:port", "http://%zz", "http://proxy.example:99999", "pac+http://x"} {
		transport := newTransport(&httpproxy.Config{HTTPSProxy: proxy, NoProxy: "direct.example"})
		client := newTestClient(t, "https://pro.qcc.com", func(c *Config) { c.Transport = transport })

		if failed := failure(t, client); failed.Failure != FailureProxyAddress || failed.Transient || strings.Contains(failed.Error(), "s3cr3t") {
			t.Errorf("with the proxy %s, the failure is %+v, want that it has no address", proxy, failed)
		}

		for _, direct := range []string{"https://direct.example", "http://127.0.0.1:1"} {
			target, err := url.Parse(direct)
			if err != nil {
				t.Fatal(err)
			}

			if got, err := transport.Proxy(&http.Request{URL: target}); got != nil || err != nil {
				t.Errorf("the proxy for %s is %v, %v, want none", direct, got, err)
			}
		}
	}

	for _, proxy := range []string{"", "proxy.example", "proxy.example:8080", "http://user:pass@proxy.example", "https://proxy.example:1/", "socks5://[::1]:1080", "socks5h://x"} {
		if !isProxyAddress(proxy) {
			t.Errorf("%q is refused", proxy)
		}
	}
}

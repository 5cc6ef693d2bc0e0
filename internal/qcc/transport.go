package qcc

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"syscall"
	"time"

	"golang.org/x/net/http/httpproxy"
)

// maxHeaders limits the headers of an answer, and those of a proxy's answer, in bytes.
const maxHeaders = 64 << 10

// newTransport returns a transport that takes its proxy from HTTPS_PROXY and NO_PROXY. It trusts the certificates that the system trusts,
// and requires TLS 1.2 or newer.
//
// Each request has its own connection. On a kept connection, a late or duplicate answer could be taken for the answer to the next
// request. net/http could also repeat a request by itself, and log bytes that the server sends without a request.
//
// The transport uses HTTP/1.1, because one or two queries gain nothing from HTTP/2, and the provider is smaller without it. Because it is a
// RoundTripper, it follows no redirects: net/http's Client would send the Token header to another host, and the key in a Referer.
func newTransport(environment *httpproxy.Config) *http.Transport {
	transport := http.DefaultTransport.(*http.Transport).Clone() //nolint:forcetypeassert // No code here replaces DefaultTransport.
	transport.DialContext = dialForRequest
	transport.TLSHandshakeTimeout = 0 // The deadline of the request also limits the handshake.
	transport.DisableKeepAlives = true
	transport.MaxResponseHeaderBytes = maxHeaders
	transport.Protocols = new(http.Protocols)
	transport.Protocols.SetHTTP1(true)
	transport.TLSClientConfig = &tls.Config{MinVersion: tls.VersionTLS12, GetClientCertificate: noClientCertificate}
	transport.OnProxyConnectResponse = func(_ context.Context, _ *url.URL, _ *http.Request, resp *http.Response) error {
		if resp.StatusCode != http.StatusOK {
			return proxyRefusedError(resp.StatusCode)
		}

		return nil
	}

	proxyOf := proxies(environment)
	transport.Proxy = func(request *http.Request) (*url.URL, error) {
		proxy, err := proxyOf(request.URL)
		if p := progressOf(request.Context()); p != nil {
			p.proxied.Store(proxy != nil)
		}

		return proxy, err
	}

	return transport
}

// dialForRequest makes a connection with the deadline of its request. Without it, net/http continues to connect after the request has
// ended, and keeps a SOCKS handshake open forever.
func dialForRequest(ctx context.Context, network, address string) (net.Conn, error) {
	p := progressOf(ctx)
	if p == nil {
		p = &progress{}
	}

	dialer := &net.Dialer{}
	if !p.deadline.IsZero() { // The dialer's deadline is a second later, so that the request's own deadline ends first and names the slow stage.
		dialer.Deadline = p.deadline.Add(time.Second)
	}

	if p.loopbackOnly {
		dialer.Control = refuseOtherMachines
	}

	connection, err := dialer.DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}

	if err := connection.SetDeadline(p.deadline); err != nil {
		return nil, errors.Join(err, connection.Close())
	}

	return connection, nil
}

// ownError is a failure that this package detects inside the transport.
type ownError Failure

func (e ownError) Error() string { return string(e) }

// errNotLoopback reports an address of another machine, to which plain http would send the key in clear text.
const errNotLoopback = ownError(FailureNotLoopback)

// refuseOtherMachines returns an error for an address of another machine, to which a name such as localhost may resolve.
func refuseOtherMachines(_, address string, _ syscall.RawConn) error {
	to, _ := netip.ParseAddrPort(address) // If address is invalid, to is the zero address, which is not a loopback address.
	if !to.Addr().IsLoopback() {
		return errNotLoopback
	}

	return nil
}

// errProxyAddress reports an HTTPS_PROXY that is not the address of a proxy. net/http ignores such a value, and sends the request without
// a proxy.
const errProxyAddress = ownError(FailureProxyAddress)

// proxies returns a function that finds the proxy for a URL. Plain http uses no proxy, because it is for this machine only.
func proxies(environment *httpproxy.Config) func(*url.URL) (*url.URL, error) {
	config := *environment
	usable := isProxyAddress(config.HTTPSProxy)

	if !usable {
		config.HTTPSProxy = "http://proxy.invalid" // With a valid address, ProxyFunc shows whether NO_PROXY excludes a URL.
	}

	find := config.ProxyFunc()

	return func(target *url.URL) (*url.URL, error) {
		if target.Scheme == plainHTTP {
			return nil, nil // A nil URL means no proxy to a Transport.
		}

		proxy, err := find(target)
		if err != nil || proxy != nil && !usable {
			return nil, errProxyAddress
		}

		return proxy, nil
	}
}

// isProxyAddress reports whether a value can be the address of a proxy: a URL that net/http can use, or a host with or without a port.
// An empty value is valid, and means no proxy.
func isProxyAddress(value string) bool {
	if value == "" {
		return true
	}

	if !strings.Contains(value, "://") {
		value = "http://" + value
	}

	address, err := url.Parse(value)

	return err == nil && address.Hostname() != "" && isPort(address.Port()) &&
		slices.Contains([]string{plainHTTP, "https", "socks5", "socks5h"}, address.Scheme)
}

// noClientCertificate records that the other side asked for a client certificate, and returns none.
func noClientCertificate(info *tls.CertificateRequestInfo) (*tls.Certificate, error) {
	if p := progressOf(info.Context()); p != nil {
		p.certificateAsked.Store(true)
	}

	return new(tls.Certificate), nil
}

// proxyRefusedError is the HTTP status with which a proxy refused to connect.
type proxyRefusedError int

func (proxyRefusedError) Error() string { return string(FailureProxyRefused) }

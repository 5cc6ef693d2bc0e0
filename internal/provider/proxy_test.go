package provider_test

import (
	"cmp"
	"encoding/pem"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"sync/atomic"
	"testing"

	"github.com/qccpro/terraform-provider-qcc/internal/emulator"
	"github.com/qccpro/terraform-provider-qcc/internal/testkit"
)

// TestProxyAndTrustStoreOfTheSystemAreUsed reaches a service with a certificate of a private authority through a proxy.
func TestProxyAndTrustStoreOfTheSystemAreUsed(t *testing.T) {
	t.Parallel()

	if runtime.GOOS == "windows" || runtime.GOOS == "darwin" {
		t.Skip("SSL_CERT_FILE is for the other systems")
	}

	service := emulator.New()
	secure := httptest.NewTLSServer(service)
	t.Cleanup(secure.Close)

	proxy := &connectProxy{to: secure.Listener.Addr().String()}
	f := testkit.NewFolder(t, "https://example.com", map[string]string{"main.tf": rootModule}) // The certificate is valid for this name.
	f.Write("authority.pem", string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: secure.Certificate().Raw})))
	f.Set("HTTPS_PROXY="+testkit.Serve(t, proxy), "https_proxy=", "NO_PROXY=", "no_proxy=")
	f.Set("SSL_CERT_FILE="+filepath.Join(f.Dir, "authority.pem"), "SSL_CERT_DIR="+f.Dir)
	f.Plans("left = 48")

	if proxy.connects.Load() == 0 || service.Requests() == 0 {
		t.Errorf("%d connections through the proxy, %d queries, want both", proxy.connects.Load(), service.Requests())
	}

	f.Set("SSL_CERT_FILE="+os.DevNull, "SSL_CERT_DIR="+os.DevNull)
	f.Fails("SSL_CERT_FILE or SSL_CERT_DIR does not name a file or a folder of certificates", "plan")

	proxy.refuses.Store(http.StatusProxyAuthRequired)
	f.Fails("the proxy refused to connect. Its answer was HTTP 407.", "plan")
}

// connectProxy is an HTTP proxy that connects every client to one address.
type connectProxy struct {
	to                string
	connects, refuses atomic.Int32
}

func (p *connectProxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	upstream, err := new(net.Dialer).DialContext(r.Context(), "tcp", p.to)
	if status := int(p.refuses.Load()); status != 0 || err != nil || r.Method != http.MethodConnect {
		w.WriteHeader(cmp.Or(status, http.StatusBadGateway))

		return
	}
	defer upstream.Close()

	p.connects.Add(1)
	w.WriteHeader(http.StatusOK)

	client, buffered, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	defer client.Close()

	go func() {
		_, _ = io.Copy(upstream, buffered)
		_ = upstream.Close()
	}()

	_, _ = io.Copy(client, upstream)
}

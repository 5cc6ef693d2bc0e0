//go:build gateway

package gateway_test

import (
	"crypto/tls"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/qccpro/terraform-provider-qcc/internal/emulator"
	"github.com/qccpro/terraform-provider-qcc/internal/qcc"
	"github.com/qccpro/terraform-provider-qcc/internal/testkit"
)

// TestGatewayCachesNothing changes the quota between two reads. The service allows caches to store its answers.
func TestGatewayCachesNothing(t *testing.T) {
	t.Parallel()

	u := serveQCC(t, emulator.Behavior{}, nil)
	g := startGateway(t, u)

	for n := range int64(5) {
		quota, err := readOnce(t.Context(), t, clientConfig(g.url))
		if err != nil {
			t.Fatal(err)
		}

		if got := quota.Modules["radar_id"].Remaining; got == nil || *got != 48-n || u.Requests() != int(n)+1 {
			t.Errorf("read %d: %v are left after %d queries, want %d", n+1, got, u.Requests(), 48-n)
		}

		testkit.Consume(t, u.Emulator, "radar_id", 1)
	}

	answers := atomic.Int64{}
	keeping := serveQCC(t, emulator.Behavior{}, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		header := w.Header()
		header.Set("Cache-Control", "public, max-age=3600")

		if r.URL.Query().Get("key") == "old" {
			header.Set("Age", "7")
		}

		fmt.Fprintf(w, `{"status":"200","result":[],"answer":%d}`, answers.Add(1))
	}))
	g = startGateway(t, keeping)

	for n := range 3 {
		response, content := g.get("kept")
		if want := fmt.Sprintf(`"answer":%d}`, n+1); !strings.HasSuffix(content, want) || response.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("request %d: %s, %v", n+1, content, response.Header)
		}
	}

	// The provider refuses an answer that a cache between the gateway and QCC has stored.
	if response, _ := g.get("old"); response.Header.Get("Age") != "7" {
		t.Errorf("the gateway hides the age of an answer: %v", response.Header)
	}
}

// TestGatewayForwardsQueriesUnchanged compares the query of a client with the one that the service receives.
func TestGatewayForwardsQueriesUnchanged(t *testing.T) {
	t.Parallel()

	u := serveQCC(t, emulator.Behavior{}, nil)
	g := startGateway(t, u)

	if _, err := readOnce(t.Context(), t, clientConfig(g.url)); err != nil {
		t.Fatal(err)
	}

	for name := range u.headers[0] {
		if !slices.Contains([]string{"Accept", "Cache-Control", "Connection", "Timespan", "Token", "User-Agent"}, name) {
			t.Errorf("the service receives the header %s: %v", name, u.headers[0])
		}
	}

	if uri := emulator.Path + "?key=" + emulator.DefaultKey; u.hosts["pro.qcc.com"] != 1 || u.uris[uri] != 1 {
		t.Errorf("the service received the hosts %v and the URIs %v", u.hosts, u.uris)
	}

	if response, _ := send(t, http.MethodGet, g.ops+"/health", "", nil); response.StatusCode != http.StatusOK || u.Requests() != 1 {
		t.Errorf("health: HTTP %d, %d queries", response.StatusCode, u.Requests())
	}
}

// TestGatewayRefusesOtherRequests sends requests that are no quota queries. None of them may reach the service.
func TestGatewayRefusesOtherRequests(t *testing.T) {
	t.Parallel()

	u := serveQCC(t, emulator.Behavior{}, nil)
	g := startGateway(t, u)

	for name, test := range map[string]struct {
		method, uri, body string
		header            http.Header
		statuses          []int
	}{
		"method":             {http.MethodPost, emulator.Path + "?key=a", "", nil, []int{405}},
		"body":               {http.MethodGet, emulator.Path + "?key=a", "x", nil, []int{400}},
		"path":               {http.MethodGet, "/api/company/other?key=a", "", nil, []int{404}},
		"path behind":        {http.MethodGet, emulator.Path + "/../x?key=a", "", nil, []int{404}},
		"no key":             {http.MethodGet, emulator.Path, "", nil, []int{400}},
		"empty key":          {http.MethodGet, emulator.Path + "?key=", "", nil, []int{400}},
		"another parameter":  {http.MethodGet, emulator.Path + "?key=a&b=c", "", nil, []int{400}},
		"two keys":           {http.MethodGet, emulator.Path + "?key=a&key=b", "", nil, []int{400}},
		"headers of 20 KiB":  {http.MethodGet, emulator.Path + "?key=a", "", http.Header{"X": {strings.Repeat("x", 20<<10)}}, []int{400, 414}}, // HAProxy 3.2 answers 414.
		"a key of 20 KiB":    {http.MethodGet, emulator.Path + "?key=" + strings.Repeat("x", 20<<10), "", nil, []int{400, 414}},                // HAProxy 3.2 answers 414.
		"a bad percent sign": {http.MethodGet, emulator.Path + "?key=a%zz", "", nil, []int{400}},
		"a semicolon":        {http.MethodGet, emulator.Path + "?key=a;x", "", nil, []int{400}},
		"another protocol":   {http.MethodGet, emulator.Path + "?key=a", "", http.Header{"Upgrade": {"websocket"}, "Connection": {"Upgrade"}}, []int{400}},
		"the emulator's API": {http.MethodGet, emulator.ControlPath + "?key=a", "", nil, []int{404}},
	} {
		if response, _ := send(t, test.method, g.url+test.uri, test.body, test.header); !slices.Contains(test.statuses, response.StatusCode) {
			t.Errorf("%s: HTTP %d, want %v", name, response.StatusCode, test.statuses)
		}
	}

	others := startGateway(t, u, "RUNNERS=192.0.2.0/24 198.51.100.0/24")
	if _, err := readOnce(t.Context(), t, clientWithoutRetries(others.url)); as[*qcc.TransportError](t, err) == nil {
		t.Error("a runner of another network was served")
	}

	old := &tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11, InsecureSkipVerify: true}
	if connection, err := (&tls.Dialer{Config: old}).DialContext(t.Context(), "tcp", strings.TrimPrefix(g.url, "https://")); err == nil {
		connection.Close()
		t.Error("the gateway accepts TLS 1.1")
	}

	// HAProxy's own conversion of a length takes these for 0 or less.
	for _, length := range []string{"2147483648", "4294967296", "9223372036854775807"} {
		request := "GET " + emulator.Path + "?key=a HTTP/1.1\r\nHost: gateway\r\nContent-Length: " + length + "\r\n\r\nx"
		if status := g.sendRaw(request); !strings.HasPrefix(status, "HTTP/1.1 400 ") {
			t.Errorf("a body of %s bytes: %q, want HTTP 400", length, status)
		}
	}

	if len(u.headers) != 0 {
		t.Errorf("the service has received %v", u.uris)
	}
}

// TestGatewayVerifiesQCC replaces QCC by a service with another name, and by a closed port.
func TestGatewayVerifiesQCC(t *testing.T) {
	t.Parallel()

	for name, url := range map[string]string{"another name": serveTLS(t, "qcc.example.com", http.NotFoundHandler()), "no service": "https://" + freeAddress(t)} {
		g := startGateway(t, &upstream{url: url})

		_, err := readOnce(t.Context(), t, clientWithoutRetries(g.url))
		if got := as[*qcc.HTTPError](t, err); got.StatusCode != http.StatusServiceUnavailable || got.RetryAfter != 5*time.Second {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

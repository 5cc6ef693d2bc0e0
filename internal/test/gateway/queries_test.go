//go:build gateway

package gateway_test

import (
	"crypto/tls"
	"fmt"
	"net/http"
	"os"
	"os/exec"
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

	header := forged()
	for _, name := range []string{
		"X-Original-URL", "X-Rewrite-URL", "X-HTTP-Method-Override", "X-Forwarded-For", "X-Forwarded-Host", "Forwarded", "Cookie", "Range", "Expect",
		"Accept-Encoding", "Authorization", "Tokens", "X-Token", "Timespan_",
	} {
		header.Set(name, "x")
	}

	if _, content := send(t, home, http.MethodGet, g.url+emulator.Path+"?key="+unknownKey, "", header); !strings.Contains(content, `"101"`) {
		t.Errorf("with other headers: %s", content)
	}

	for _, received := range u.headers {
		for name := range received {
			if !slices.Contains([]string{"Accept", "Cache-Control", "Connection", "Timespan", "Token", "User-Agent"}, name) {
				t.Errorf("the service receives the header %s: %v", name, received)
			}
		}
	}

	if uri := emulator.Path + "?key=" + emulator.DefaultKey; u.hosts["pro.qcc.com"] != 2 || u.uris[uri] != 1 {
		t.Errorf("the service received the hosts %v and the URIs %v", u.hosts, u.uris)
	}

	if got, want := u.headers[0], []string{"application/json", "no-cache", "qcc-test/1.0"}; !slices.Equal(
		[]string{got.Get("Accept"), got.Get("Cache-Control"), got.Get("User-Agent")}, want) {
		t.Errorf("the service received %v, want %q", got, want)
	}
}

// TestGatewayClosesItsOutlet looks at the socket behind the queue. Who may connect to it may send any query to QCC.
func TestGatewayClosesItsOutlet(t *testing.T) {
	t.Parallel()

	g := startGateway(t, serveQCC(t, emulator.Behavior{}, nil))

	socket, err := os.Stat(g.outlet)
	if err != nil {
		t.Fatal(err)
	}

	if mode := socket.Mode(); mode != os.ModeSocket|0o600 {
		t.Errorf("the mode of the socket is %s, want it to be its owner's", mode)
	}
}

// TestGatewayNeedsItsLimits sets each limit to 0 and to nothing.
func TestGatewayNeedsItsLimits(t *testing.T) {
	t.Parallel()

	u := serveQCC(t, emulator.Behavior{}, nil)

	for _, limit := range []string{"CONCURRENT", "SECONDS", "REFUSALS", "REFUSALS_OF_KEY", "REFUSALS_OF_SOURCE", "REFUSALS_OF_ALL"} {
		t.Run(limit, func(t *testing.T) {
			t.Parallel()

			g := startGateway(t, u, limit+"=0")
			response, content := g.get(unknownKey)
			g.checkRefusal("0", response, content)

			for _, value := range []string{"", "ten", "10x"} {
				command := exec.CommandContext(t.Context(), "haproxy", "-c", "-f", g.config)
				command.Env = append(slices.Clone(g.env), "PATH="+os.Getenv("PATH"), "QCC_GATEWAY_"+limit+"="+value)

				if output, err := command.CombinedOutput(); err == nil {
					t.Errorf("HAProxy accepts %q: %s", value, output)
				}
			}
		})
	}

	t.Cleanup(func() {
		if len(u.headers) != 0 {
			t.Errorf("the service has received %v", u.uris)
		}
	})
}

// TestGatewayRefusesOtherRequests sends requests that are no quota queries. None of them may reach the service.
func TestGatewayRefusesOtherRequests(t *testing.T) {
	t.Parallel()

	u := serveQCC(t, emulator.Behavior{}, nil)
	g := startGateway(t, u)

	// with returns the headers of a query, with one more or another one.
	with := func(name string, values ...string) http.Header {
		header := forged()
		header[name] = values

		return header
	}
	now := time.Now().Unix()

	for name, test := range map[string]struct {
		method, uri, body string
		header            http.Header
		status            int
	}{
		"method":             {http.MethodPost, emulator.Path + "?key=a", "", forged(), 405},
		"body":               {http.MethodGet, emulator.Path + "?key=a", "x", forged(), 400},
		"path":               {http.MethodGet, "/api/company/other?key=a", "", forged(), 404},
		"path behind":        {http.MethodGet, emulator.Path + "/../x?key=a", "", forged(), 404},
		"escaped path":       {http.MethodGet, "/api/company/quota/%67etQuota?key=a", "", forged(), 404},
		"no key":             {http.MethodGet, emulator.Path, "", forged(), 400},
		"empty key":          {http.MethodGet, emulator.Path + "?key=", "", forged(), 400},
		"another parameter":  {http.MethodGet, emulator.Path + "?key=a&b=c", "", forged(), 400},
		"two keys":           {http.MethodGet, emulator.Path + "?key=a&key=b", "", forged(), 400},
		"a long key":         {http.MethodGet, emulator.Path + "?key=" + strings.Repeat("x", 257), "", forged(), 400},
		"a bad percent sign": {http.MethodGet, emulator.Path + "?key=a%zz", "", forged(), 400},
		"a zero byte":        {http.MethodGet, emulator.Path + "?key=a%00b", "", forged(), 400},
		"a semicolon":        {http.MethodGet, emulator.Path + "?key=a;x", "", forged(), 400},
		"another protocol":   {http.MethodGet, emulator.Path + "?key=a", "", http.Header{"Upgrade": {"h2c"}, "Connection": {"Upgrade"}}, 400},
		"the emulator's API": {http.MethodGet, emulator.ControlPath + "?key=a", "", forged(), 404},
		"no signature":       {http.MethodGet, emulator.Path + "?key=a", "", nil, 403},
		"no Token":           {http.MethodGet, emulator.Path + "?key=a", "", with("Token"), 403},
		"a short Token":      {http.MethodGet, emulator.Path + "?key=a", "", with("Token", "0F"), 403},
		"another Token":      {http.MethodGet, emulator.Path + "?key=a", "", with("Token", strings.Repeat("0f", 16)), 403},
		"two Tokens":         {http.MethodGet, emulator.Path + "?key=a", "", with("Token", strings.Repeat("0F", 16), strings.Repeat("0F", 16)), 403},
		"no Timespan":        {http.MethodGet, emulator.Path + "?key=a", "", with("Timespan"), 403},
		"two Timespans":      {http.MethodGet, emulator.Path + "?key=a", "", with("Timespan", fmt.Sprint(now), fmt.Sprint(now)), 403},
		"in milliseconds":    {http.MethodGet, emulator.Path + "?key=a", "", with("Timespan", fmt.Sprint(now*1000)), 403},
		"of last week":       {http.MethodGet, emulator.Path + "?key=a", "", with("Timespan", fmt.Sprint(now-25*3600)), 403},
		"of next week":       {http.MethodGet, emulator.Path + "?key=a", "", with("Timespan", fmt.Sprint(now+25*3600)), 403},
	} {
		response, content := send(t, home, test.method, g.url+test.uri, test.body, test.header)
		g.checkRefusal(name, response, content)

		if response.StatusCode != test.status {
			t.Errorf("%s: HTTP %d, want %d", name, response.StatusCode, test.status)
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

	query := "GET " + emulator.Path + "?key=a"
	for name, test := range map[string]struct {
		request  string
		statuses []int
	}{
		"websocket": {query + " HTTP/1.1\r\nHost: gateway\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n", []int{400}},
		// HAProxy's own conversion of a length takes these for 0 or less.
		"2 GiB":        {query + " HTTP/1.1\r\nHost: gateway\r\nContent-Length: 2147483648\r\n\r\nx", []int{400}},
		"4 GiB":        {query + " HTTP/1.1\r\nHost: gateway\r\nContent-Length: 4294967296\r\n\r\nx", []int{400}},
		"8 EiB":        {query + " HTTP/1.1\r\nHost: gateway\r\nContent-Length: 9223372036854775807\r\n\r\nx", []int{400}},
		"HTTP/2":       {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", []int{400}},
		"no HTTP":      {"hello\r\n\r\n", []int{400}},
		"another host": {"GET https://example.com" + emulator.Path + "?key=a HTTP/1.1\r\nHost: example.com\r\n\r\n", []int{404}},
		"long headers": {query + " HTTP/1.1\r\nHost: gateway\r\nX: " + strings.Repeat("x", 20<<10) + "\r\n\r\n", []int{400, closed}},
		"a huge key":   {query + strings.Repeat("a", 20<<10) + " HTTP/1.1\r\nHost: gateway\r\n\r\n", []int{400, 414, closed}}, // HAProxy 3.2 answers 414.
	} {
		if status := g.sendRaw(test.request); !slices.Contains(test.statuses, status) {
			t.Errorf("%s: HTTP %d, want %v", name, status, test.statuses)
		}
	}

	if len(u.headers) != 0 {
		t.Errorf("the service has received %v", u.uris)
	}
}

// TestGatewayVerifiesQCC replaces QCC by services with other names, and by a closed port. The gateway is healthy only with QCC.
func TestGatewayVerifiesQCC(t *testing.T) {
	t.Parallel()

	u := serveQCC(t, emulator.Behavior{}, nil)
	g := startGateway(t, u)
	g.await("the gateway does not check the address", func() bool {
		return g.metric(`haproxy_server_check_status{proxy="qcc",server="health",state="L6OK"}`) == "1"
	})

	if _, err := readOnce(t.Context(), t, clientWithoutRetries(g.url)); err != nil || len(u.headers) != 1 {
		t.Errorf("%v, and %d queries", err, len(u.headers))
	}

	g.awaitHealth(http.StatusOK)

	for name, url := range map[string]string{
		"another name": serveTLS(t, "qcc.example.com", "", http.NotFoundHandler()), "no service": "https://" + freeAddress(t),
	} {
		g := startGateway(t, &upstream{url: url})
		response, content := g.get(unknownKey)
		g.checkRefusal(name, response, content)

		if response.StatusCode != http.StatusServiceUnavailable || response.Header.Get("Retry-After") != "5" {
			t.Errorf("%s: HTTP %d, %v", name, response.StatusCode, response.Header)
		}

		g.awaitHealth(http.StatusServiceUnavailable)
	}

	for name, status := range map[string]int{"qcc.example.com": http.StatusBadGateway, "*.qcc.com": http.StatusNotFound} {
		g := startGateway(t, &upstream{url: serveTLS(t, name, "pro.qcc.com", http.NotFoundHandler())})

		for range 3 { // The connections after the first resume its TLS session.
			if response, _ := g.get(unknownKey); response.StatusCode != status {
				t.Errorf("the certificate is for %s, and its CN is QCC's: HTTP %d, want %d", name, response.StatusCode, status)
			}
		}
	}
}

//go:build gateway

package examples_test

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"maps"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/qccpro/terraform-provider-qcc/internal/emulator"
	"github.com/qccpro/terraform-provider-qcc/internal/qcc"
	"github.com/qccpro/terraform-provider-qcc/internal/testkit"
)

// The service of the tests has the limits of the model in internal/qcc/thousand_pipelines_test.go.
const (
	clients    = 1000
	slots      = 20
	patience   = 500
	answerTime = 200 * time.Millisecond
)

// unknownKey is a key that the emulator does not know.
const unknownKey = "ffffffffffffffffffffffffffffffff"

// authority issues the certificates of the gateway and of the service. This process and its Terraform trust it.
type authority struct {
	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
	// file has the certificate in PEM format.
	file string
}

// trusted is the only authority, because Go reads SSL_CERT_FILE once.
var trusted = sync.OnceValues(func() (*authority, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}

	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Test authority"}, NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}

	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		return nil, err
	}

	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, err
	}

	file := filepath.Join(filepath.Dir(os.Getenv("TF_CLI_CONFIG_FILE")), "authority.pem")

	return &authority{certificate, key, file}, errors.Join(
		os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600),
		os.Setenv("SSL_CERT_FILE", file),
	)
})

// issue returns a certificate for this machine and for a name, and the same in PEM format with its key.
func issue(t *testing.T, name string) (tls.Certificate, []byte) {
	t.Helper()

	ca, err := trusted()
	if err != nil {
		t.Fatal(err)
	}

	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}

	template := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), NotAfter: time.Now().Add(time.Hour),
		DNSNames: []string{name}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
	}

	der, err := x509.CreateCertificate(rand.Reader, template, ca.certificate, &key.PublicKey, ca.key)
	if err != nil {
		t.Fatal(err)
	}

	secret, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}

	certificate := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	private := pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: secret})

	pair, err := tls.X509KeyPair(certificate, private)
	if err != nil {
		t.Fatal(err)
	}

	return pair, append(certificate, private...)
}

// upstream is an emulator behind TLS, and what it has seen.
type upstream struct {
	*emulator.Emulator

	// url is where clients reach it without a gateway.
	url string

	underWay, most atomic.Int64
	// arrived has the number of each query that came in, as long as somebody receives it.
	arrived chan int

	mu      sync.Mutex
	codes   map[string]int
	headers []http.Header
	hosts   map[string]int
	uris    map[string]int
}

// serveQCC starts an upstream. A handler replaces the emulator; nil means the emulator.
func serveQCC(t *testing.T, behavior emulator.Behavior, handler http.Handler) *upstream {
	t.Helper()

	u := &upstream{codes: map[string]int{}, hosts: map[string]int{}, uris: map[string]int{}, arrived: make(chan int, clients*5)}
	u.Emulator = emulator.New(emulator.WithBehavior(behavior), emulator.WithLog(func(line string) {
		_, answer, _ := strings.Cut(line, "getQuota: ")
		code, _, _ := strings.Cut(answer, " ")

		u.mu.Lock()
		defer u.mu.Unlock()

		u.codes[code]++
	}))

	if handler == nil {
		handler = u.Emulator
	}

	number := atomic.Int64{}
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		now := u.underWay.Add(1)
		defer u.underWay.Add(-1)

		u.mu.Lock()
		u.most.Store(max(u.most.Load(), now))
		u.headers = append(u.headers, r.Header.Clone())
		u.hosts[r.Host]++
		u.uris[r.URL.RequestURI()]++
		u.mu.Unlock()

		u.arrived <- int(number.Add(1))

		handler.ServeHTTP(w, r)
	}))

	certificate, _ := issue(t, "pro.qcc.com")
	server.TLS = &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12}
	server.Config.ErrorLog = nil
	server.StartTLS()
	t.Cleanup(server.Close)

	u.url = server.URL

	return u
}

// patienceOfTests is how long a test waits for what must happen.
const patienceOfTests = 30 * time.Second

// await waits until so many queries have come in.
func (u *upstream) await(t *testing.T, number int) {
	t.Helper()

	tooLate := time.After(patienceOfTests)

	for {
		select {
		case got := <-u.arrived:
			if got == number {
				return
			}
		case <-tooLate:
			t.Fatalf("query %d did not come in", number)
		}
	}
}

// transcript keeps what a process prints, and lets tests wait for a text.
type transcript struct {
	mu      sync.Mutex
	content bytes.Buffer
	changed chan struct{}
}

func (s *transcript) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()

	close(s.changed)
	s.changed = make(chan struct{})

	return s.content.Write(p)
}

func (s *transcript) read() (string, <-chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()

	return s.content.String(), s.changed
}

// await waits until a text was printed so many times. It reports false if the process ended before.
func (s *transcript) await(text string, times int, ended <-chan struct{}) bool {
	for {
		content, changed := s.read()
		if strings.Count(content, text) >= times {
			return true
		}

		select {
		case <-changed:
		case <-ended:
			return false
		}
	}
}

// gateway is a running HAProxy with the example's configuration.
type gateway struct {
	url, ops string

	t       *testing.T
	env     []string
	printed *transcript
	process *os.Process
	ended   chan struct{}
	reloads int
}

// startGateway starts a gateway in front of an upstream. Settings have the form NAME=value, without QCC_GATEWAY_.
func startGateway(t *testing.T, u *upstream, settings ...string) *gateway {
	t.Helper()

	_, certificate := issue(t, "localhost")
	ca, _ := trusted()
	address, ops := freeAddress(t), freeAddress(t)

	self, err := user.Current()
	if err != nil {
		t.Fatal(err)
	}

	group, err := user.LookupGroupId(self.Gid)
	if err != nil {
		t.Fatal(err)
	}

	dir, err := os.MkdirTemp("", "qcc") //nolint:usetesting // t.TempDir is too long for the name of a socket.
	if err != nil {
		t.Fatal(err)
	}

	t.Cleanup(func() { os.RemoveAll(dir) })

	file := filepath.Join(dir, "gateway.pem")
	if err := os.WriteFile(file, certificate, 0o600); err != nil {
		t.Fatal(err)
	}

	g := &gateway{url: "https://" + address, ops: "http://" + ops, t: t, printed: &transcript{changed: make(chan struct{})}}

	for _, setting := range append([]string{
		"BIND=" + address, "OPS=" + ops, "CERT=" + file, "OUTLET=unix@" + filepath.Join(dir, "outlet"),
		"USER=" + self.Username, "GROUP=" + group.Name,
		"UPSTREAM=" + strings.TrimPrefix(u.url, "https://"), "UPSTREAM_CA=" + ca.file,
	}, settings...) {
		g.env = append(g.env, "QCC_GATEWAY_"+setting)
	}

	g.start()

	t.Cleanup(func() {
		g.signal(syscall.SIGTERM)
		<-g.ended
		g.checkLog()
	})

	return g
}

// freeAddress returns a loopback address with a free port.
func freeAddress(t *testing.T) string {
	t.Helper()

	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()

	return listener.Addr().String()
}

// start starts HAProxy, as systemd does, and waits until it listens.
func (g *gateway) start() {
	g.t.Helper()

	path, err := exec.LookPath("haproxy")
	if err != nil {
		g.t.Fatal(err)
	}

	command := exec.Command(path, "-W", "-f", testkit.Path(g.t, "examples/gateway/haproxy.cfg")) //nolint:noctx // Its clean-up ends it.
	command.Env = append(slices.Clone(g.env), "PATH="+os.Getenv("PATH"))
	command.Stdout, command.Stderr = g.printed, g.printed
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}

	if err := command.Start(); err != nil {
		g.t.Fatal(err)
	}

	ended := make(chan struct{})

	go func() {
		defer close(ended)

		_ = command.Wait()
	}()

	g.process, g.ended = command.Process, ended
	g.awaitLoaded()
}

// awaitLoaded waits until HAProxy has loaded its configuration once more.
func (g *gateway) awaitLoaded() {
	g.t.Helper()

	if g.reloads++; !g.printed.await("Loading success", g.reloads, g.ended) {
		content, _ := g.printed.read()
		g.t.Fatalf("HAProxy does not start:\n%s", content)
	}
}

func (g *gateway) signal(signal syscall.Signal) { _ = g.process.Signal(signal) }

// reload lets HAProxy read its configuration again, as systemctl reload does.
func (g *gateway) reload() {
	g.t.Helper()
	g.signal(syscall.SIGUSR2)
	g.awaitLoaded()
}

// restart kills HAProxy with everything that waits in it, and starts it again.
func (g *gateway) restart() {
	g.t.Helper()

	_ = syscall.Kill(-g.process.Pid, syscall.SIGKILL)
	<-g.ended
	g.start()
}

// lines returns the lines of the log that begin with a word and match an expression.
func (g *gateway) lines(word, expression string) []string {
	content, _ := g.printed.read()

	return regexp.MustCompile(`(?m)^`+word+` .*(?:`+expression+`).*$`).FindAllString(content, -1)
}

// logLine matches what the log may have of a request or a query.
var logLine = regexp.MustCompile(`^(request from=[0-9.]+ http=-?\d+ end=\S\S queue_ms=-?\d+ total_ms=\d+ ahead=\d+|` +
	`query from=[0-9.]+ http=-?\d+ code=(\d+|-) end=\S\S connect_ms=-?\d+ answer_ms=-?\d+ refusals=\d+)\n$`)

// checkLog fails the test if the log has anything of a query but what the configuration names.
func (g *gateway) checkLog() {
	g.t.Helper()

	content, _ := g.printed.read()
	for line := range strings.Lines(content) {
		if word, _, _ := strings.Cut(line, " "); (word == "request" || word == "query") && !logLine.MatchString(line) {
			g.t.Errorf("the log has the line %s", line)
		}
	}

	for _, secret := range []string{
		emulator.DefaultKey, unknownKey, "key=", "/api/", `\?`, `(?i)\b[0-9a-f]{32,}\b`, "(?i)token", "(?i)timespan", "(?i)user-agent", `\b\d{10}\b`,
	} {
		if found := regexp.MustCompile(".*" + secret + ".*").FindString(content); found != "" {
			g.t.Errorf("the log has %s: %s", secret, found)
		}
	}
}

// clientConfig is that of a runner whose provider has the timeout that the guide advises.
func clientConfig(baseURL string) qcc.Config {
	return qcc.Config{
		Key: emulator.DefaultKey, SecretKey: emulator.DefaultSecretKey, BaseURL: baseURL, Timeout: advisedTimeout,
		MaxRetries: qcc.DefaultMaxRetries, UserAgent: "qcc-test/1.0",
	}
}

// readOnce reads the quota with a client of its own, as a process of its own does.
func readOnce(ctx context.Context, t *testing.T, config qcc.Config) (qcc.Quota, error) {
	t.Helper()

	client, err := qcc.New(config)
	if err != nil {
		t.Error(err)

		return qcc.Quota{}, err
	}

	return client.Quota(ctx)
}

// figures are what became of many clients.
type figures struct {
	served, failed int
	longest        time.Duration
}

// wait returns the longest wait of a client that was served.
func (f figures) wait() string {
	if f.served == 0 {
		return "–"
	}

	return fmt.Sprintf("%.1f s", f.longest.Seconds())
}

// burst lets clients read that begin within a second, each with a transport of its own.
func burst(t *testing.T, config qcc.Config) figures {
	t.Helper()

	var (
		all    sync.WaitGroup
		mu     sync.Mutex
		result figures
	)

	for i := range clients {
		all.Go(func() {
			<-time.After(time.Second * time.Duration(i) / clients)

			started := time.Now()
			_, err := readOnce(t.Context(), t, config)
			took := time.Since(started)

			mu.Lock()
			defer mu.Unlock()

			if err != nil {
				result.failed++

				return
			}

			result.served++
			result.longest = max(result.longest, took)
		})
	}

	all.Wait()

	return result
}

// TestGatewayOfAThousandPipelines measures what the model in internal/qcc works out. It prints the table that DESIGN.md shows.
func TestGatewayOfAThousandPipelines(t *testing.T) {
	if _, err := trusted(); err != nil {
		t.Fatal(err)
	}

	busy := emulator.Behavior{Concurrent: slots, LockAfter: patience, Delay: emulator.Duration(answerTime)}
	rows := []string{
		"| 1,000 clients within a second | key | served | failed | queries | code 122 | most at once | longest wait | account |",
		"|---|---|--:|--:|--:|--:|--:|--:|---|",
	}

	for _, test := range []struct {
		name     string
		direct   bool
		wrongKey bool
		// meanwhile happens while the clients wait.
		meanwhile func(*testing.T, *upstream, *gateway)
		served    int
		// most is how many queries may reach the service.
		most   int
		locked bool
	}{
		{name: "direct", direct: true, locked: true},
		{name: "direct", direct: true, wrongKey: true, locked: true},
		{name: "gateway", served: clients, most: clients},
		{name: "gateway", wrongKey: true, most: 40},
		{name: "gateway, answers take twice as long after 500", served: clients, most: clients, meanwhile: func(t *testing.T, u *upstream, _ *gateway) {
			t.Helper()
			u.await(t, clients/2)

			slow := busy
			slow.Delay *= 2
			u.Behave(slow)
		}},
		{name: "gateway, reloaded after 500", served: clients, most: clients, meanwhile: func(t *testing.T, u *upstream, g *gateway) {
			t.Helper()
			u.await(t, clients/2)
			g.reload()
		}},
		{name: "gateway, killed and started after 500", served: clients, most: clients + 20, meanwhile: func(t *testing.T, u *upstream, g *gateway) {
			t.Helper()
			u.await(t, clients/2)
			g.restart()
		}},
	} {
		t.Run(fmt.Sprintf("%s/wrong key %t", test.name, test.wrongKey), func(t *testing.T) {
			u := serveQCC(t, busy, nil)
			config := clientConfig(u.url)

			var g *gateway

			if test.direct {
				config.Timeout = qcc.DefaultTimeout
			} else {
				g = startGateway(t, u)
				config.BaseURL = g.url
			}

			key := "right"
			if test.wrongKey {
				key, config.Key = "wrong", unknownKey
				config.Timeout = qcc.DefaultTimeout // Which has no room for the Retry-After of the breaker.
			}

			done := make(chan figures, 1)

			go func() { done <- burst(t, config) }()

			if test.meanwhile != nil {
				test.meanwhile(t, u, g)
			}

			got := <-done
			rows = append(rows, fmt.Sprintf("| %s | %s | %d | %d | %d | %d | %d | %s | %s |", test.name, key, got.served, got.failed,
				u.Requests(), u.codes["122"], u.most.Load(), got.wait(), map[bool]string{false: "open", true: "locked"}[u.Locked()]))
			t.Log(rows[len(rows)-1])

			if u.Locked() != test.locked {
				t.Errorf("the account is locked: %t", u.Locked())
			}

			if test.direct {
				if got.served >= clients/2 {
					t.Errorf("%+v", got)
				}

				return
			}

			if got.served != test.served || u.Requests() < test.served || u.Requests() > test.most || u.codes["122"] > 0 || u.most.Load() > 20 {
				t.Errorf("%+v, %d queries, by code %v", got, u.Requests(), u.codes)
			}
		})
	}

	t.Log("\n" + strings.Join(rows, "\n"))
}

// quotaURL returns the URL of a quota query with a key.
func quotaURL(baseURL, key string) string { return baseURL + emulator.Path + "?key=" + key }

// send sends a request of its own making, and returns the response with its whole body.
func send(t *testing.T, method, url, body string, header http.Header) (*http.Response, string) {
	t.Helper()

	if _, err := trusted(); err != nil {
		t.Fatal(err)
	}

	request, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}

	maps.Copy(request.Header, header)

	response, err := (&http.Transport{DisableKeepAlives: true}).RoundTrip(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()

	content, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}

	return response, string(content)
}

// metric returns a figure of the gateway's metrics, such as `haproxy_backend_current_queue{proxy="queue"}`.
func (g *gateway) metric(name string) string {
	g.t.Helper()

	_, content := send(g.t, http.MethodGet, g.ops+"/metrics", "", nil)

	found := regexp.MustCompile(`(?m)^` + regexp.QuoteMeta(name) + ` (\S+)$`).FindStringSubmatch(content)
	if found == nil {
		g.t.Fatalf("there is no metric %s", name)
	}

	return found[1]
}

// awaitQueue waits until so many queries wait in the gateway.
func (g *gateway) awaitQueue(waiting int) {
	g.t.Helper()

	started := time.Now()

	for g.metric(`haproxy_backend_current_queue{proxy="queue"}`) != fmt.Sprint(waiting) {
		if time.Since(started) > patienceOfTests {
			g.t.Fatalf("%d queries do not wait in the gateway", waiting)
		}

		<-time.After(10 * time.Millisecond)
	}
}

// TestGatewayCachesNothing lets the quota change between two reads, and lets the service say that its answers may be kept.
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
		response, content := send(t, http.MethodGet, quotaURL(g.url, "kept"), "", nil)
		if want := fmt.Sprintf(`"answer":%d}`, n+1); !strings.HasSuffix(content, want) || response.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("request %d: %s, %v", n+1, content, response.Header)
		}
	}

	// The provider refuses an answer that a cache between the gateway and QCC has kept.
	if response, _ := send(t, http.MethodGet, quotaURL(g.url, "old"), "", nil); response.Header.Get("Age") != "7" {
		t.Errorf("the gateway hides the age of an answer: %v", response.Header)
	}
}

// TestGatewayPassesQueriesOnAsTheyAre compares what a client sends with what comes in at the service.
func TestGatewayPassesQueriesOnAsTheyAre(t *testing.T) {
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
		t.Errorf("the service was asked as %v for %v", u.hosts, u.uris)
	}

	if response, _ := send(t, http.MethodGet, g.ops+"/health", "", nil); response.StatusCode != http.StatusOK || u.Requests() != 1 {
		t.Errorf("health: HTTP %d, %d queries", response.StatusCode, u.Requests())
	}
}

// TestGatewayRefusesWhatIsNoQuery sends what is no quota query. Nothing of it may reach the service.
func TestGatewayRefusesWhatIsNoQuery(t *testing.T) {
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
		"the emulator's API": {http.MethodGet, emulator.ControlPath + "?key=a", "", nil, []int{404}},
	} {
		if response, _ := send(t, test.method, g.url+test.uri, test.body, test.header); !slices.Contains(test.statuses, response.StatusCode) {
			t.Errorf("%s: HTTP %d, want %v", name, response.StatusCode, test.statuses)
		}
	}

	others := startGateway(t, u, "RUNNERS=192.0.2.0/24 198.51.100.0/24")
	if _, err := readOnce(t.Context(), t, withoutRetries(others.url)); as[*qcc.TransportError](t, err) == nil {
		t.Error("a runner of another network was served")
	}

	old := &tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11, InsecureSkipVerify: true}
	if connection, err := (&tls.Dialer{Config: old}).DialContext(t.Context(), "tcp", strings.TrimPrefix(g.url, "https://")); err == nil {
		connection.Close()
		t.Error("the gateway accepts TLS 1.1")
	}

	if len(u.headers) != 0 {
		t.Errorf("the service has received %v", u.uris)
	}
}

// withoutRetries is the configuration of a client that tries once.
func withoutRetries(baseURL string) qcc.Config {
	config := clientConfig(baseURL)
	config.MaxRetries = 0

	return config
}

// as returns the error of type E in err, and fails the test if there is none.
func as[E error](t *testing.T, err error) E {
	t.Helper()

	found, ok := errors.AsType[E](err)
	if !ok {
		t.Fatalf("error is %T (%v), want a %T in it", err, err, found)
	}

	return found
}

// TestGatewayVerifiesQCC stands a service with another name, and one that nobody answers for, where QCC should be.
func TestGatewayVerifiesQCC(t *testing.T) {
	t.Parallel()

	other := httptest.NewUnstartedServer(http.NotFoundHandler())
	certificate, _ := issue(t, "qcc.example.com")
	other.TLS = &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12}
	other.StartTLS()
	t.Cleanup(other.Close)

	for name, url := range map[string]string{"another name": other.URL, "nobody": "https://" + freeAddress(t)} {
		g := startGateway(t, &upstream{url: url})

		_, err := readOnce(t.Context(), t, withoutRetries(g.url))
		if got := as[*qcc.HTTPError](t, err); got.StatusCode != http.StatusServiceUnavailable || got.RetryAfter != 5*time.Second {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

// TestGatewayReadsCodes lets the service answer in many ways. The breaker must open after five answers that refuse, and after no others.
func TestGatewayReadsCodes(t *testing.T) {
	t.Parallel()

	long := strings.Repeat(" ", 20<<10)
	answers := map[string]struct {
		status int
		body   string
		opens  bool
	}{
		"string":        {200, `{"status":"101","msg":"x","result":null}`, true},
		"number":        {200, `{"status":122}`, true},
		"Status":        {200, `{"Message":"当前","Status":"106"}`, true},
		"STATUS":        {200, `{"STATUS":" 107 "}`, true},
		"mark":          {200, "\ufeff" + ` {"status":"115"}`, true},
		"page":          {200, "<html><style>p{}</style></html>", true},
		"nothing":       {200, "", true},
		"no code":       {200, `{"result":[{"status":"200"}]}`, true},
		"forbidden":     {403, "<html></html>", true},
		"not allowed":   {405, "<html></html>", true},
		"too many":      {429, "", true},
		"redirect":      {302, "", true},
		"long":          {200, `{"status":"101"}` + long, true},
		"good":          {200, `{"status":"200","result":[{"id":"a","status":"101"}]}`, false},
		"good at end":   {200, `{"result":[{"status":"101"}],"msg":"{\"status\":\"101\"}","Status":"200"}`, false},
		"good and mark": {200, "\ufeff" + `{"status":200}`, false},
		"good and long": {200, `{"status":"200"}` + long, false},
		"no record":     {200, `{"status":"201"}`, false},
		"fault":         {200, `{"status":"199"}`, false},
		"unread":        {200, `{"msg":"` + long + `","status":"101"}`, false},
		"fault of HTTP": {502, "<html></html>", false},
	}

	u := serveQCC(t, emulator.Behavior{}, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answer := answers[r.URL.Query().Get("key")]
		w.WriteHeader(answer.status)
		fmt.Fprint(w, answer.body)
	}))
	g := startGateway(t, u, "REFUSALS=5", "REFUSALS_OF_SOURCE=1000000")

	for key, answer := range answers {
		t.Run(key, func(t *testing.T) {
			t.Parallel()

			target := quotaURL(g.url, url.QueryEscape(key))

			for n := range 7 {
				response, content := send(t, http.MethodGet, target, "", nil)

				if answer.opens && n >= 5 {
					if response.StatusCode != http.StatusServiceUnavailable || response.Header.Get("Retry-After") != "60" || !strings.Contains(content, "QCC has refused too many") {
						t.Errorf("answer %d: HTTP %d, %v, %s", n+1, response.StatusCode, response.Header, content)
					}

					continue
				}

				if response.StatusCode != answer.status || content != answer.body {
					t.Errorf("answer %d: HTTP %d: %.100s", n+1, response.StatusCode, content)
				}
			}
		})
	}
}

// TestGatewayStopsOneKeyOnly shows that a wrong key stops no other key, that another spelling of the key does not get around it, and that
// the breaker closes again.
func TestGatewayStopsOneKeyOnly(t *testing.T) {
	t.Parallel()

	u := serveQCC(t, emulator.Behavior{LockAfter: patience}, nil)
	g := startGateway(t, u, "REFUSALS=5", "SECONDS=10")

	wrong := withoutRetries(g.url)
	wrong.Key = unknownKey

	for n := range 20 {
		_, err := readOnce(t.Context(), t, wrong)

		if n < 5 {
			if got := as[*qcc.StatusError](t, err); got.Status.Code != 101 {
				t.Errorf("read %d: code %d", n+1, got.Status.Code)
			}
		} else if got := as[*qcc.HTTPError](t, err); got.StatusCode != http.StatusServiceUnavailable || got.RetryAfter != 10*time.Second {
			t.Errorf("read %d: %+v", n+1, got)
		}

		if _, err := readOnce(t.Context(), t, withoutRetries(g.url)); err != nil {
			t.Errorf("the right key is stopped: %v", err)
		}
	}

	if response, _ := send(t, http.MethodGet, quotaURL(g.url, strings.ReplaceAll(unknownKey, "f", "%66")), "", nil); response.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("another spelling of the key: HTTP %d", response.StatusCode)
	}

	if u.codes["101"] != 5 || u.codes["200"] != 20 {
		t.Errorf("the service has answered %v", u.codes)
	}

	stopped := time.Now()

	for {
		_, err := readOnce(t.Context(), t, wrong)
		if _, passed := errors.AsType[*qcc.StatusError](err); passed {
			break
		}

		if time.Since(stopped) > patienceOfTests {
			t.Fatal("the breaker does not close")
		}

		<-time.After(50 * time.Millisecond)
	}
}

// TestGatewayStopsASourceOfManyKeys sends a different wrong key each time.
func TestGatewayStopsASourceOfManyKeys(t *testing.T) {
	t.Parallel()

	u := serveQCC(t, emulator.Behavior{}, nil)
	g := startGateway(t, u, "REFUSALS_OF_SOURCE=10")

	for n := range 30 {
		response, _ := send(t, http.MethodGet, quotaURL(g.url, fmt.Sprintf("%032x", n)), "", nil)
		if want := map[bool]int{true: 200, false: 503}[n < 10]; response.StatusCode != want {
			t.Errorf("key %d: HTTP %d, want %d", n+1, response.StatusCode, want)
		}
	}

	if u.Requests() != 10 {
		t.Errorf("%d queries, want 10", u.Requests())
	}
}

// TestGatewayForgetsClientsThatLeave lets clients leave the queue. Their queries must not reach the service.
func TestGatewayForgetsClientsThatLeave(t *testing.T) {
	t.Parallel()

	answer := make(chan struct{})
	u := serveQCC(t, emulator.Behavior{}, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		select {
		case <-answer:
			fmt.Fprint(w, `{"status":"200","result":[]}`)
		case <-r.Context().Done():
		}
	}))
	g := startGateway(t, u, "CONCURRENT=1")

	first := make(chan error, 1)

	go func() {
		_, err := readOnce(t.Context(), t, clientConfig(g.url))
		first <- err
	}()

	u.await(t, 1)

	ctx, leave := context.WithCancel(t.Context())

	var all sync.WaitGroup

	for range 20 {
		all.Go(func() { _, _ = readOnce(ctx, t, clientConfig(g.url)) })
	}

	g.awaitQueue(20)
	leave()
	all.Wait()
	g.awaitQueue(0)
	close(answer)

	if err := <-first; err != nil {
		t.Error(err)
	}

	if _, err := readOnce(t.Context(), t, clientConfig(g.url)); err != nil {
		t.Error(err)
	}

	if len(u.headers) != 2 {
		t.Errorf("%d queries, want 2", len(u.headers))
	}
}

// TestGatewayBoundsWaits lets the service hang. Each client must get an answer before the provider would give up its attempt.
func TestGatewayBoundsWaits(t *testing.T) {
	t.Parallel()

	u := serveQCC(t, emulator.Behavior{}, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }))
	g := startGateway(t, u, "CONCURRENT=1")

	var (
		all sync.WaitGroup
		mu  sync.Mutex
	)

	answers := map[int]int{}
	started := time.Now()

	for range 8 {
		all.Go(func() {
			config := withoutRetries(g.url)
			config.Timeout = advisedTimeout / 4 // The last attempt may take the whole timeout.
			_, err := readOnce(t.Context(), t, config)
			got := as[*qcc.HTTPError](t, err)

			mu.Lock()
			defer mu.Unlock()

			answers[got.StatusCode]++

			if took := time.Since(started); got.StatusCode == http.StatusServiceUnavailable && (got.RetryAfter != 5*time.Second || took < 59*time.Second || took > 65*time.Second) {
				t.Errorf("after %s: %+v", took, got)
			}
		})
	}

	all.Wait()

	if answers[503] < 3 || answers[504] < 3 || answers[503]+answers[504] != 8 {
		t.Errorf("the answers by HTTP status are %v", answers)
	}

	if waited := g.lines("request", `end=sQ queue_ms=6\d{4} `); len(waited) != answers[503] {
		t.Errorf("the log says of the queue %q", waited)
	}
}

// TestGatewayEndsSlowRequests sends the half of a request.
func TestGatewayEndsSlowRequests(t *testing.T) {
	t.Parallel()

	g := startGateway(t, serveQCC(t, emulator.Behavior{}, nil))

	connection, err := new(tls.Dialer).DialContext(t.Context(), "tcp", strings.TrimPrefix(g.url, "https://"))
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Close()

	started := time.Now()

	if _, err := fmt.Fprint(connection, "GET "+emulator.Path+"?key=a HTTP/1.1\r\nHost: a\r\nX: "); err != nil {
		t.Fatal(err)
	}

	content, err := io.ReadAll(connection)
	if took := time.Since(started); err != nil || !strings.HasPrefix(string(content), "HTTP/1.1 408 ") || took > 12*time.Second {
		t.Errorf("after %s: %q, %v", took, content, err)
	}
}

// TestGatewayTwice runs two gateways with half of the places each, as the guide says.
func TestGatewayTwice(t *testing.T) {
	t.Parallel()

	u := serveQCC(t, emulator.Behavior{Concurrent: 10, Delay: emulator.Duration(answerTime)}, nil)
	gateways := []*gateway{startGateway(t, u, "CONCURRENT=5"), startGateway(t, u, "CONCURRENT=5")}

	var all sync.WaitGroup

	for n := range 40 {
		all.Go(func() {
			if _, err := readOnce(t.Context(), t, clientConfig(gateways[n%2].url)); err != nil {
				t.Error(err)
			}
		})
	}

	all.Wait()

	if u.codes["200"] != 40 || u.Requests() != 40 {
		t.Errorf("the service has answered %v", u.codes)
	}
}

// TestGatewayOfFiftyPlans runs 50 Terraform processes at once through the gateway.
func TestGatewayOfFiftyPlans(t *testing.T) {
	const plans = 50

	ca, err := trusted()
	if err != nil {
		t.Fatal(err)
	}

	u := serveQCC(t, emulator.Behavior{Concurrent: slots, LockAfter: patience, Delay: emulator.Duration(answerTime)}, nil)
	g := startGateway(t, u)

	first := testkit.NewFolder(t, g.url, map[string]string{"main.tf": testkit.RequiredProvider + `
provider "qcc" {
  timeout = "6m"
}

resource "qcc_quota_gate" "monitoring" {
  required = { radar_id = 48 }
}
`})
	first.Set("SSL_CERT_FILE=" + ca.file)

	var all sync.WaitGroup

	started := time.Now()

	for range plans {
		f := first.Copy(t, g.url)

		all.Go(func() {
			if code, output, err := f.RunContext(t.Context(), "plan", "-input=false"); err != nil || code != 0 || !strings.Contains(output, "1 to add") {
				t.Errorf("exit code %d, %v\n%s", code, err, output)
			}
		})
	}

	all.Wait()
	t.Logf("%d plans at once took %.1f s, with %d queries, %d at once", plans, time.Since(started).Seconds(), u.Requests(), u.most.Load())

	if u.Requests() != plans || u.codes["200"] != plans || u.most.Load() > 10 {
		t.Errorf("%d queries, by code %v, %d at once", u.Requests(), u.codes, u.most.Load())
	}
}

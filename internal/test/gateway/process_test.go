//go:build gateway

package gateway_test

import (
	"bufio"
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
	tls.Certificate

	// file has the certificate in PEM format.
	file string
}

// trusted is the only authority, because Go reads SSL_CERT_FILE once.
var trusted = sync.OnceValues(func() (*authority, error) {
	certificate, encoded, err := sign(&x509.Certificate{
		Subject: pkix.Name{CommonName: "Test authority"}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}, nil)
	file := filepath.Join(filepath.Dir(os.Getenv("TF_CLI_CONFIG_FILE")), "authority.pem")

	return &authority{certificate, file}, errors.Join(err, os.WriteFile(file, encoded, 0o600), os.Setenv("SSL_CERT_FILE", file))
})

// sign makes a key and its certificate for an hour, which an authority signs; nil means that the key does. It also returns both in PEM format.
func sign(template *x509.Certificate, ca *authority) (certificate tls.Certificate, encoded []byte, err error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return certificate, nil, err
	}

	template.SerialNumber, template.NotAfter = big.NewInt(time.Now().UnixNano()), time.Now().Add(time.Hour)
	parent, signer := template, any(key)

	if ca != nil {
		parent, signer = ca.Leaf, ca.PrivateKey
	}

	der, err := x509.CreateCertificate(rand.Reader, template, parent, &key.PublicKey, signer)
	if err != nil {
		return certificate, nil, err
	}

	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return certificate, nil, err
	}

	encoded = append(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret})...)
	certificate, err = tls.X509KeyPair(encoded, encoded)

	return certificate, encoded, err
}

// issue returns a certificate for this machine and a name; only its CN has the other name. It also returns the certificate and its key in PEM format.
func issue(t *testing.T, name, commonName string) (certificate tls.Certificate, encoded []byte) {
	t.Helper()

	ca, err := trusted()
	if err != nil {
		t.Fatal(err)
	}

	certificate, encoded, err = sign(&x509.Certificate{
		Subject: pkix.Name{CommonName: commonName}, DNSNames: []string{name}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
	}, ca)
	if err != nil {
		t.Fatal(err)
	}

	return certificate, encoded
}

// serveTLS starts a server with a certificate of issue, and returns its URL.
func serveTLS(t *testing.T, name, commonName string, handler http.Handler) string {
	t.Helper()

	certificate, _ := issue(t, name, commonName)
	server := httptest.NewUnstartedServer(handler)
	server.TLS = &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12}
	server.StartTLS()
	t.Cleanup(server.Close)

	return server.URL
}

// upstream is an emulator behind TLS, with records of its queries.
type upstream struct {
	*emulator.Emulator

	// url is the base URL for clients without a gateway.
	url string

	underWay, most atomic.Int64
	// arrived receives the number of each query when it arrives.
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
	u.url = serveTLS(t, "pro.qcc.com", "", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
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

	return u
}

// patienceOfTests is how long a test waits for an event that must happen.
const patienceOfTests = 2 * time.Minute

// await waits until the query with a number has arrived.
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
			t.Fatalf("query %d did not arrive", number)
		}
	}
}

// transcript stores the output of a process, and lets tests wait for a text.
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

// await waits until a text was printed a number of times. It returns false if the process ended before.
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
	// config is the file of the configuration, and outlet that of the socket between its sections.
	config, outlet string

	t       *testing.T
	env     []string
	printed *transcript
	process *os.Process
	// ended is closed when HAProxy has ended. Then exit says how.
	ended   chan struct{}
	exit    *os.ProcessState
	reloads int
	// away is how long nothing listened during a restart; 0 if there was none.
	away time.Duration
}

// startGateway starts a gateway in front of an upstream. Settings have the form NAME=value, without QCC_GATEWAY_.
func startGateway(t *testing.T, u *upstream, settings ...string) *gateway {
	t.Helper()

	return startConfig(t, u, testkit.Path(t, "examples/gateway/haproxy.cfg"), settings...)
}

// startConfig is startGateway with another file of the configuration.
func startConfig(t *testing.T, u *upstream, config string, settings ...string) *gateway {
	t.Helper()

	_, certificate := issue(t, "localhost", "")
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

	g := &gateway{
		url: "https://" + address, ops: "http://" + ops, config: config, outlet: filepath.Join(dir, "outlet"),
		t: t, printed: &transcript{changed: make(chan struct{})},
	}

	for _, setting := range append([]string{
		"BIND=" + address, "OPS=" + ops, "CERT=" + file, "OUTLET=" + g.outlet,
		"USER=" + self.Username, "GROUP=" + group.Name,
		"UPSTREAM=" + strings.TrimPrefix(u.url, "https://"), "UPSTREAM_CA=" + ca.file,
	}, settings...) {
		g.env = append(g.env, "QCC_GATEWAY_"+setting)
	}

	g.start()

	t.Cleanup(func() {
		g.stop(func() { g.signal(syscall.SIGTERM) })
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

	command := exec.Command(path, "-W", "-f", g.config) //nolint:noctx // The clean-up of the test ends it.
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
		g.exit = command.ProcessState
	}()

	g.process, g.ended = command.Process, ended
	g.awaitLoaded()
}

// stop ends HAProxy, and waits until it has ended. It fails the test if HAProxy has ended by itself before.
func (g *gateway) stop(end func()) {
	g.t.Helper()

	select {
	case <-g.ended:
		g.t.Errorf("HAProxy ended by itself (%s):\n%s", g.exit, g.messages())

		return
	default:
	}

	end()
	<-g.ended

	// HAProxy 2.6.12 may crash when a worker ends after its last answer (haproxy/haproxy#2114). This loses no query, so it is no failure.
	for _, worker := range regexp.MustCompile(`.* exited with code 1[23]\d .*`).FindAllString(g.messages(), -1) {
		g.t.Log(worker)
	}
}

// messages returns what HAProxy has printed about its processes, and the end of the other lines. It leaves out the lines about requests and
// queries.
func (g *gateway) messages() string {
	const lastOthers = 20

	var processes, others []string

	content, _ := g.printed.read()
	for line := range strings.Lines(content) {
		switch word, _, _ := strings.Cut(line, " "); {
		case word == "request" || word == "query":
		case strings.HasPrefix(word, "["):
			processes = append(processes, line)
		default:
			others = append(others, line)
		}
	}

	return strings.Join(append(processes, others[max(0, len(others)-lastOthers):]...), "")
}

// awaitLoaded waits until HAProxy has loaded its configuration again.
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

// restart kills HAProxy with all queries that wait in it, and starts it again.
func (g *gateway) restart() {
	g.t.Helper()

	began := time.Now()

	g.stop(func() { _ = syscall.Kill(-g.process.Pid, syscall.SIGKILL) })
	g.start()

	g.away = time.Since(began)
}

// lines returns the lines of the log that begin with a word and match an expression.
func (g *gateway) lines(word, expression string) []string {
	content, _ := g.printed.read()

	return regexp.MustCompile(`(?m)^`+word+` .*(?:`+expression+`).*$`).FindAllString(content, -1)
}

// ends counts the lines of the log about requests and queries by HTTP status, QCC's code and how HAProxy ended them.
func (g *gateway) ends() map[string]int {
	content, _ := g.printed.read()
	counts := map[string]int{}

	for _, found := range regexp.MustCompile(`(?m)^(request|query) from=\S+ (http=\S+ (?:code=\S+ )?end=\S+) `).FindAllStringSubmatch(content, -1) {
		counts[found[1]+" "+found[2]]++
	}

	return counts
}

// logLine matches a line that the log may have about a request or a query.
var logLine = regexp.MustCompile(`^(request from=[0-9.]+ http=-?\d+ end=\S\S queue_ms=-?\d+ total_ms=\d+ ahead=\d+|` +
	`query from=[0-9.]+ http=-?\d+ code=(\d+|-) end=\S\S connect_ms=-?\d+ answer_ms=-?\d+ refusals=\d+)\n$`)

// checkLog fails the test if the log has more of a query than the configuration's fields.
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

// clientConfig returns the configuration of a provider with the timeout that the guide advises.
func clientConfig(baseURL string) qcc.Config {
	return qcc.Config{
		Key: emulator.DefaultKey, SecretKey: emulator.DefaultSecretKey, BaseURL: baseURL, Timeout: advisedTimeout,
		MaxRetries: qcc.DefaultMaxRetries, UserAgent: "qcc-test/1.0",
	}
}

// readOnce reads the quota with a new client, as a new process does.
func readOnce(ctx context.Context, t *testing.T, config qcc.Config) (qcc.Quota, error) {
	t.Helper()

	client, err := qcc.New(config)
	if err != nil {
		t.Error(err)

		return qcc.Quota{}, err
	}

	return client.Quota(ctx)
}

// clientWithoutRetries returns the configuration of a client that makes one attempt.
func clientWithoutRetries(baseURL string) qcc.Config {
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

// send sends a request with any method, URL, body and headers, from an address of this machine. It returns the response with its whole body.
func send(t *testing.T, source, method, url, body string, header http.Header) (*http.Response, string) {
	t.Helper()

	if _, err := trusted(); err != nil {
		t.Fatal(err)
	}

	request, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}

	maps.Copy(request.Header, header)

	dialer := &net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(source)}}

	response, err := (&http.Transport{DisableKeepAlives: true, DialContext: dialer.DialContext}).RoundTrip(request)
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

// home is the address from which tests send by default.
const home = "127.0.0.1"

// forged returns the headers of a query that looks signed. An attacker who knows only a key can write them.
func forged() http.Header {
	return http.Header{"Token": {strings.Repeat("0F", 16)}, "Timespan": {fmt.Sprint(time.Now().Unix())}}
}

// get sends a quota query with a key and a forged signature through the gateway.
func (g *gateway) get(key string) (*http.Response, string) {
	g.t.Helper()

	return g.getFrom(home, key)
}

// getFrom is get from another address of this machine.
func (g *gateway) getFrom(source, key string) (*http.Response, string) {
	g.t.Helper()

	return send(g.t, source, http.MethodGet, g.url+emulator.Path+"?key="+key, "", forged())
}

// checkRefusal fails the test if a response does not say in its header and in words that the gateway itself has refused.
func (g *gateway) checkRefusal(name string, response *http.Response, content string) {
	g.t.Helper()

	if got := response.Header; got.Get("Qcc-Gateway") != "refused" || got.Get("Content-Type") != "text/plain" || !strings.HasSuffix(content, ".\n") {
		g.t.Errorf("%s: HTTP %d, %v, %q", name, response.StatusCode, got, content)
	}
}

// closed is instead of a status if the gateway has closed the connection without an answer.
const closed = 0

// sendRaw sends the bytes of a request over TLS, and returns the HTTP status of the answer.
func (g *gateway) sendRaw(request string) int {
	g.t.Helper()

	dialer := &tls.Dialer{Config: &tls.Config{InsecureSkipVerify: true, NextProtos: []string{"http/1.1"}}}

	connection, err := dialer.DialContext(g.t.Context(), "tcp", strings.TrimPrefix(g.url, "https://"))
	if err != nil {
		g.t.Fatal(err)
	}
	defer connection.Close()

	_, _ = io.WriteString(connection, request) // The gateway may answer before it has read everything.

	response, err := http.ReadResponse(bufio.NewReader(connection), nil)
	if err != nil {
		return closed
	}

	return response.StatusCode
}

// awaitHealth waits until the gateway says whether it can reach QCC, at its own address and at that of the runners.
func (g *gateway) awaitHealth(status int) {
	g.t.Helper()

	g.await(fmt.Sprintf("the health is not %d", status), func() bool {
		own, _ := send(g.t, home, http.MethodGet, g.ops+"/health", "", nil)
		runners, _ := send(g.t, home, http.MethodGet, g.url+"/health", "", nil)

		return own.StatusCode == status && runners.StatusCode == status
	})
}

// await waits until a condition holds.
func (g *gateway) await(what string, holds func() bool) {
	g.t.Helper()

	for started := time.Now(); !holds(); <-time.After(10 * time.Millisecond) {
		if time.Since(started) > patienceOfTests {
			g.t.Fatalf("%s:\n%s", what, g.messages())
		}
	}
}

// metric returns a figure of the gateway's metrics, such as `haproxy_backend_current_queue{proxy="queue"}`.
func (g *gateway) metric(name string) string {
	g.t.Helper()

	_, content := send(g.t, home, http.MethodGet, g.ops+"/metrics", "", nil)

	found := regexp.MustCompile(`(?m)^` + regexp.QuoteMeta(name) + ` (\S+)$`).FindStringSubmatch(content)
	if found == nil {
		g.t.Fatalf("there is no metric %s", name)
	}

	return found[1]
}

// awaitQueue waits until a number of queries wait in the gateway.
func (g *gateway) awaitQueue(waiting int) {
	g.t.Helper()

	g.await(fmt.Sprintf("%d queries do not wait in the gateway", waiting), func() bool {
		return g.metric(`haproxy_backend_current_queue{proxy="queue"}`) == fmt.Sprint(waiting)
	})
}

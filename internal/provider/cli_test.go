package provider_test

import (
	"encoding/json"
	"encoding/pem"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/qccpro/terraform-provider-qcc/internal/emulator"
	"github.com/qccpro/terraform-provider-qcc/internal/tfcli"
)

// folder is a root module in which a test runs Terraform with the provider as users have it.
type folder struct {
	terraform *tfcli.CLI
	dir       string
	env       []string
}

// newFolder returns an initialized root module with these files, whose provider asks at baseURL.
func newFolder(t *testing.T, baseURL string, files map[string]string) *folder {
	t.Helper()

	terraform, err := realTerraform()
	if err != nil {
		t.Fatal(err)
	}

	f := &folder{terraform: terraform, dir: t.TempDir()}
	for name, value := range credentials(baseURL) {
		f.env = append(f.env, name+"="+value)
	}

	for name, content := range files {
		f.write(t, name, content)
	}

	f.succeeds(t, "init", "-input=false")

	return f
}

func (f *folder) write(t *testing.T, name, content string) {
	t.Helper()

	path := filepath.Join(f.dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}

	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

func (f *folder) run(t *testing.T, args ...string) (int, string) {
	t.Helper()

	var output strings.Builder

	code, err := f.terraform.Run(t.Context(), f.dir, append(f.env, "TF_CLI_ARGS=-no-color"), &output, args...)
	if err != nil {
		t.Fatalf("terraform %s: %v\n%s", strings.Join(args, " "), err, output.String())
	}

	return code, output.String()
}

// succeeds runs a command that must succeed, and returns its output.
func (f *folder) succeeds(t *testing.T, args ...string) string {
	t.Helper()

	code, output := f.run(t, args...)
	if code != 0 {
		t.Fatalf("terraform %s: exit code %d\n%s", strings.Join(args, " "), code, output)
	}

	return output
}

// fails runs a command that must fail and say the text.
func (f *folder) fails(t *testing.T, text string, args ...string) {
	t.Helper()

	code, output := f.run(t, args...)
	if code != 1 || !says(text).MatchString(output) {
		t.Fatalf("terraform %s: exit code %d, want 1 and %q\n%s", strings.Join(args, " "), code, text, output)
	}
}

func (f *folder) state(t *testing.T) string {
	t.Helper()

	content, err := os.ReadFile(filepath.Join(f.dir, "terraform.tfstate"))
	if err != nil {
		t.Fatal(err)
	}

	return string(content)
}

// requiredProvider says where the provider comes from.
const requiredProvider = `
terraform {
  required_providers {
    qcc = {
      source = "qccpro/qcc"
    }
  }
}
`

// rootModule is the least that reads the quota.
const rootModule = requiredProvider + `
data "qcc_quota" "this" {}

output "left" {
  value = data.qcc_quota.this.modules["radar_id"].remaining
}
`

func TestTheSameQuotaGivesTheSameState(t *testing.T) {
	t.Parallel()

	service := emulator.New()
	f := newFolder(t, serve(t, service), map[string]string{"main.tf": rootModule})

	f.succeeds(t, "apply", "-auto-approve")

	before := f.state(t)

	modules := emulator.Sample()
	slices.Reverse(modules) // The order is the service's whim.
	service.SetModules(modules...)
	f.succeeds(t, "apply", "-auto-approve")

	if after := f.state(t); after != before {
		t.Errorf("the state has changed from\n%s\nto\n%s", before, after)
	}

	if err := service.Consume("radar_id", 1); err != nil {
		t.Fatal(err)
	}

	f.succeeds(t, "apply", "-auto-approve")

	var state struct {
		Serial  int `json:"serial"`
		Outputs struct {
			Left struct {
				Value int `json:"value"`
			} `json:"left"`
		} `json:"outputs"`
	}
	if err := json.Unmarshal([]byte(f.state(t)), &state); err != nil {
		t.Fatal(err)
	}

	if state.Serial != 2 || state.Outputs.Left.Value != 47 {
		t.Errorf("the state is %+v, want serial 2 and 47 left", state)
	}
}

func TestAReadThatFailsKeepsTheStateBefore(t *testing.T) {
	t.Parallel()

	service := emulator.New()
	f := newFolder(t, serve(t, service), map[string]string{"main.tf": rootModule})

	f.succeeds(t, "apply", "-auto-approve")

	before := f.state(t)

	for text, behavior := range map[string]emulator.Behavior{
		"status code 112":                            {Code: 112},
		"because it is not JSON":                     {Body: "<html></html>"},
		"no result, although":                        {Body: `{"status":"200"}`},
		"a totalCount that is not a whole":           {Body: `{"status":"200","result":[{"id":"radar_id","totalCount":50.5}]}`},
		"HTTP 405 Method Not Allowed":                {HTTPStatus: http.StatusMethodNotAllowed},
		"the module \"radar_id\" twice":              {Body: `{"status":"200","result":[{"id":"radar_id"},{"id":"radar_id"}]}`},
		"The provider follows no redirects, because": {Redirect: "http://127.0.0.1:1/"},
	} {
		service.Behave(behavior)
		f.fails(t, text, "apply", "-auto-approve")

		if after := f.state(t); after != before {
			t.Errorf("after %q the state has changed from\n%s\nto\n%s", text, before, after)
		}
	}
}

func TestNoQuotaRecordIsAWarning(t *testing.T) {
	t.Parallel()

	service := emulator.New(emulator.WithBehavior(emulator.Behavior{Code: 201}))
	f := newFolder(t, serve(t, service), map[string]string{
		"main.tf": strings.Replace(rootModule, `data.qcc_quota.this.modules["radar_id"].remaining`, "length(data.qcc_quota.this.modules)", 1),
	})

	output := f.succeeds(t, "plan")
	if !says("Warning: No quota record at QCC").MatchString(output) || !says("left = 0").MatchString(output) {
		t.Errorf("the plan does not warn, or has modules:\n%s", output)
	}
}

func TestValidateAndVersionAskNobody(t *testing.T) {
	t.Parallel()

	f := newFolder(t, silent(t), map[string]string{"main.tf": rootModule})
	f.env = append(f.env, "QCC_KEY=", "QCC_SECRET_KEY=", "QCC_BASE_URL=not a URL") // The environment may be another one at plan.

	f.succeeds(t, "validate")
	f.succeeds(t, "providers", "schema", "-json")
}

func TestCredentialsAreSensitive(t *testing.T) {
	t.Parallel()

	f := newFolder(t, silent(t), map[string]string{"main.tf": rootModule})

	var schemas struct {
		Providers map[string]struct {
			Provider struct {
				Block struct {
					Attributes map[string]struct {
						Sensitive bool `json:"sensitive"`
					} `json:"attributes"`
				} `json:"block"`
			} `json:"provider"`
		} `json:"provider_schemas"`
	}
	if err := json.Unmarshal([]byte(f.succeeds(t, "providers", "schema", "-json")), &schemas); err != nil {
		t.Fatal(err)
	}

	attributes := schemas.Providers["registry.terraform.io/qccpro/qcc"].Provider.Block.Attributes
	for name, sensitive := range map[string]bool{"key": true, "secret_key": true, "base_url": false, "timeout": false, "max_retries": false} {
		if got, found := attributes[name]; !found || got.Sensitive != sensitive {
			t.Errorf("%s is there: %t, and sensitive: %t, want %t", name, found, got.Sensitive, sensitive)
		}
	}
}

func TestValidateRefusesWhatTheBlockStates(t *testing.T) {
	t.Parallel()

	f := newFolder(t, silent(t), map[string]string{"main.tf": rootModule})

	for lines, text := range map[string]string{
		`base_url = "http://pro.qcc.com"`: "It would send the key in clear",
		`timeout = "0s"`:                  "must be between 1s and 10m.",
		`timeout = "soon"`:                "not a duration with a unit",
		`max_retries = 11`:                "not a whole number between 0 and 10",
		`max_retries = 0.5`:               "not a whole number",
		`key = " test_key"`:               "It begins or ends with white space",
		`secret_key = ""`:                 "It is empty.",
		"key = \"k\"\nsecret_key = \"k\"": "It is the same as key.",
	} {
		f.write(t, "provider.tf", "provider \"qcc\" {\n"+lines+"\n}\n")
		f.fails(t, text, "validate")
	}
}

func TestLogsTellOfEveryAttempt(t *testing.T) {
	t.Parallel()

	service := emulator.New(emulator.WithBehavior(emulator.Behavior{Code: 199, Next: 1}))
	f := newFolder(t, serve(t, service), map[string]string{"main.tf": rootModule})
	f.env = append(f.env, "TF_LOG_PROVIDER=DEBUG")

	output := f.succeeds(t, "plan")
	if got := strings.Count(output, "QCC quota query"); got != 2 {
		t.Errorf("the log tells of %d attempts, want 2:\n%s", got, output)
	}

	for _, fact := range []string{"attempt=1", "code=199", "attempt=2", "code=200", "http_status=200", "elapsed_ms=", "wait_ms=0"} {
		if !strings.Contains(output, fact) {
			t.Errorf("the log does not have %s:\n%s", fact, output)
		}
	}

	f.env = append(f.env, "TF_LOG_PROVIDER=INFO")

	if output := f.succeeds(t, "plan"); strings.Contains(output, "QCC quota query") {
		t.Errorf("the log tells of attempts at level INFO:\n%s", output)
	}
}

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
	f := newFolder(t, "https://example.com", map[string]string{"main.tf": rootModule}) // A name that the certificate is good for.
	certificate := filepath.Join(f.dir, "authority.pem")

	if err := os.WriteFile(certificate, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: secure.Certificate().Raw}), 0o600); err != nil {
		t.Fatal(err)
	}

	f.env = append(f.env, "HTTPS_PROXY="+serve(t, proxy), "https_proxy=", "NO_PROXY=", "no_proxy=", "SSL_CERT_DIR="+f.dir)

	trusting := *f
	trusting.env = append(trusting.env, "SSL_CERT_FILE="+certificate)

	if output := trusting.succeeds(t, "plan"); !says("left = 48").MatchString(output) {
		t.Errorf("the plan does not have the quota:\n%s", output)
	}

	if proxy.connects.Load() == 0 || service.Requests() == 0 {
		t.Errorf("%d connections through the proxy, %d queries, want both", proxy.connects.Load(), service.Requests())
	}

	f.env = append(f.env, "SSL_CERT_FILE="+os.DevNull, "SSL_CERT_DIR="+os.DevNull)
	f.fails(t, "the certificate is not trusted", "plan")

	proxy.refuses.Store(http.StatusProxyAuthRequired)
	f.fails(t, "the proxy refused to connect. Its answer was HTTP 407.", "plan")
}

// connectProxy is an HTTP proxy that takes every connection to one address.
type connectProxy struct {
	to       string
	connects atomic.Int32
	refuses  atomic.Int32
}

func (p *connectProxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if status := int(p.refuses.Load()); status != 0 {
		w.WriteHeader(status)

		return
	}

	p.connects.Add(1)

	upstream, err := new(net.Dialer).DialContext(r.Context(), "tcp", p.to)
	if err != nil || r.Method != http.MethodConnect {
		w.WriteHeader(http.StatusBadGateway)

		return
	}
	defer upstream.Close()

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

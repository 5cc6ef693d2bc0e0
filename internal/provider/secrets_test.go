package provider_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/qccpro/terraform-provider-qcc/internal/emulator"
	"github.com/qccpro/terraform-provider-qcc/internal/testkit"
)

// tokens is a server that stores every Token. It may answer with everything that it has received.
type tokens struct {
	service *emulator.Emulator
	// echo is the answer; empty means the answer of the emulator. %s is the request, and %signed is the text whose hash is the Token.
	echo        string
	contentType string
	status      int

	mu   sync.Mutex
	seen []string
}

func (s *tokens) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	s.seen = append(s.seen, r.Header.Get("Token"))
	s.mu.Unlock()

	if s.echo == "" {
		s.service.ServeHTTP(w, r)

		return
	}

	request := fmt.Sprintf("%s Token: %s Secret: %s", r.URL.RequestURI(), r.Header.Get("Token"), emulator.DefaultSecretKey)

	w.Header().Set("Content-Type", s.contentType+request)
	w.Header().Set("Location", "http://"+emulator.DefaultKey+".invalid"+r.URL.RequestURI())
	w.WriteHeader(s.status)
	_, _ = strings.NewReplacer(
		"%signed", emulator.DefaultKey+r.Header.Get("Timespan")+emulator.DefaultSecretKey, "%key", emulator.DefaultKey,
		"%token", r.Header.Get("Token"), "%s", request,
	).WriteString(w, s.echo)
}

// secrets returns the texts that must not be visible anywhere.
func (s *tokens) secrets() []string {
	s.mu.Lock()
	defer s.mu.Unlock()

	return append([]string{emulator.DefaultKey, emulator.DefaultSecretKey}, s.seen...)
}

// leaks returns the places with a secret, or with a part of one that is too long to be a coincidence.
func leaks(secrets []string, places map[string]string) []string {
	const longEnough = 10

	var found []string

	for place, content := range places {
		content = strings.ToLower(content)

		for _, secret := range secrets {
			secret = strings.ToLower(secret)
			width := min(len(secret), longEnough)

			for from := 0; from+width <= len(secret); from++ {
				if strings.Contains(content, secret[from:from+width]) {
					found = append(found, place)

					break
				}
			}
		}
	}

	return found
}

// TestLeaksAreFound has a root module that prints a secret in every possible place, and checks that leaks finds each place.
func TestLeaksAreFound(t *testing.T) {
	t.Parallel()

	const canary = "C4N4RY"

	f := testkit.NewAttachedFolder(t, testkit.Silent(t), map[string]string{"main.tf": `
resource "terraform_data" "leak" {
  input = "` + canary + `"
}
`})
	f.Set("TF_LOG=TRACE")

	places := map[string]string{"output": f.Succeeds("plan", "-out=saved"), "plan as JSON": f.Succeeds("show", "-json", "saved")}

	f.Succeeds("apply", "saved")
	maps.Copy(places, everything(t, f))

	found := leaks([]string{strings.ToLower(canary)}, places)
	for _, place := range []string{"output", "plan as JSON", filepath.Join(f.Dir, "terraform.tfstate"), "tfplan", "tfconfig/m-/main.tf"} {
		if !slices.Contains(found, place) {
			t.Errorf("a leak in %q is not found; found are %q", place, found)
		}
	}
}

// credentialsFrom returns a way in which a user can set the credentials: environment variables, and the provider block.
func credentialsFrom(way string) (string, []string) {
	names, env := []string{"timeout"}, []string{"TF_VAR_timeout=2s"}
	if way != "environment" {
		names = append(names, "key", "secret_key")
		env = append(env, "TF_VAR_key="+emulator.DefaultKey, "TF_VAR_secret_key="+emulator.DefaultSecretKey, "QCC_KEY=", "QCC_SECRET_KEY=")
	}

	var variables strings.Builder

	block := "max_retries = 0\n"

	for _, name := range names {
		fmt.Fprintf(&variables, "variable %q {\n  type      = string\n  ephemeral = true\n}\n\n", name)
		block += name + " = var." + name + "\n"
	}

	return variables.String() + "provider \"qcc\" {\n" + block + "}\n", env
}

// everything returns all files that Terraform has written into a folder, and the members of a saved plan.
func everything(t *testing.T, f *testkit.Folder) map[string]string {
	t.Helper()

	places := map[string]string{}

	err := filepath.WalkDir(f.Dir, func(path string, entry os.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}

		content, err := os.ReadFile(path)
		places[path] = string(content)

		return err
	})
	if err != nil {
		t.Fatal(err)
	}

	if _, saved := places[filepath.Join(f.Dir, "saved")]; saved {
		maps.Copy(places, f.SavedPlan("saved"))
	}

	return places
}

// failure is a way in which a read fails.
type failure struct {
	server *tokens
	// url is the base URL of the provider; empty means the server.
	url string
	// env holds environment variables in addition to the credentials.
	env []string
	// sendsNothing is true if the provider must not send a request.
	sendsNothing bool
	// says is a part of the error, if the exit code alone does not identify the failure.
	says string
	// literal has the provider block with literal credentials, in JSON if it begins with a brace. KEY and SECRET stand for them.
	literal, override string
}

// failures returns what TestNothingTellsASecret causes, by name.
func failures(t *testing.T) map[string]failure {
	t.Helper()

	secure := httptest.NewTLSServer(emulator.New())
	t.Cleanup(secure.Close)

	secure.Config.ErrorLog = log.New(io.Discard, "", 0)

	const (
		spaces  = "The value of secret_key in the provider block cannot be used. It begins or ends with white space"
		missing = "The provider requires secret_key to read the quota"
		noTime  = "The value of timeout in the provider block cannot be used. It is not a duration with a unit"
		oneJSON = `{"provider": {"qcc": {"key": "KEY",` + "\n" + `"secret_key": "SECRET "}` + "\n}}"
	)

	misbehaving := func(behavior emulator.Behavior) failure {
		return failure{server: &tokens{service: emulator.New(emulator.WithBehavior(behavior))}}
	}

	all := map[string]failure{
		"success":             misbehaving(emulator.Behavior{}),
		"refusal":             misbehaving(emulator.Behavior{Code: 107}),
		"busy":                misbehaving(emulator.Behavior{Code: 199, RetryAfter: "3600"}),
		"clock":               misbehaving(emulator.Behavior{Clock: emulator.Duration(time.Hour)}),
		"no answer":           misbehaving(emulator.Behavior{Drop: emulator.DropAnswer}),
		"half an answer":      misbehaving(emulator.Behavior{Drop: emulator.DropHalf}),
		"no answer in time":   misbehaving(emulator.Behavior{Delay: emulator.Duration(time.Hour)}),
		"too long":            misbehaving(emulator.Behavior{Size: 2 << 20}),
		"no such host":        {url: "https://qcc.invalid", says: "the host name does not exist"},
		"nobody listens":      {url: "http://127.0.0.1:1", says: "connection refused"},
		"unknown certificate": {url: secure.URL, says: "the certificate is not trusted"},
		"no TLS":              {url: strings.Replace(testkit.Serve(t, emulator.New()), "http:", "https:", 1), says: "the other side does not speak TLS"},
		"proxy away":          {url: "https://qcc.invalid", env: []string{"HTTPS_PROXY=http://user:" + emulator.DefaultSecretKey + "@127.0.0.1:1"}, says: "the proxy in HTTPS_PROXY could not be reached"},
		"bad proxy":           {url: "https://qcc.invalid", env: []string{"HTTPS_PROXY=:// " + emulator.DefaultSecretKey}, says: "HTTPS_PROXY does not hold the address of a proxy"},
		"bad base_url":        {url: "https://user:" + emulator.DefaultSecretKey + "@pro.qcc.com/?key=" + emulator.DefaultKey},
		"broken base_url":     {url: "https://" + emulator.DefaultSecretKey + "%zz"},
		"credentials swapped": {server: &tokens{service: emulator.New()}, env: []string{
			"QCC_KEY=" + emulator.DefaultSecretKey, "QCC_SECRET_KEY=" + emulator.DefaultKey,
			"TF_VAR_key=" + emulator.DefaultSecretKey, "TF_VAR_secret_key=" + emulator.DefaultKey,
		}},
		"key as timeout": {env: []string{"TF_VAR_timeout=" + emulator.DefaultSecretKey}, says: "It is not a duration with a unit"},
		"white space":    {env: []string{"QCC_KEY=" + emulator.DefaultKey + " ", "TF_VAR_key=" + emulator.DefaultKey + " "}},
		"quotes":         {env: []string{"QCC_KEY='" + emulator.DefaultKey + "'", "TF_VAR_key='" + emulator.DefaultKey + "'"}},
		"no UTF-8": {server: misbehaving(emulator.Behavior{Code: 107}).server, sendsNothing: true, says: "cannot be used. It", env: []string{
			"QCC_KEY=\xff\xfe" + emulator.DefaultKey, "TF_VAR_key=" + emulator.DefaultKey, "QCC_SECRET_KEY=" + emulator.DefaultSecretKey + "\xfc",
			"TF_VAR_secret_key=" + emulator.DefaultSecretKey + "\u00a0",
		}},
		"the same": {env: []string{"QCC_SECRET_KEY=" + emulator.DefaultKey, "TF_VAR_secret_key=" + emulator.DefaultKey}},
	}

	for _, status := range []int{200, 201, 301, 302, 303, 307, 308, 400, 401, 403, 404, 405, 429, 500, 502, 503} {
		all[fmt.Sprintf("echo with %d", status)] = failure{server: &tokens{echo: "<html>%s</html>", contentType: "text/html; ", status: status}}
	}

	for name, body := range map[string]string{
		"status": `{"status":"101","msg":"%s"}`, "code": `{"status":"%s"}`, "signature": `{"status":"101","msg":"%signed"}`,
		"module id": `{"status":"200","result":[{"id":"%key"}]}`, "Token as an id": `{"status":"200","result":[{"id":"%token"}]}`,
		"count": `{"status":"200","result":[{"id":"radar_id","totalCount":"%s"}]}`,
	} {
		all["echo in a "+name] = failure{server: &tokens{echo: body, status: http.StatusOK}}
	}

	all["echo in a short text"] = failure{server: &tokens{echo: "%key %token %signed", contentType: "text/plain; ", status: http.StatusForbidden}, says: "Message: (redacted)"}

	// These rows have every form in which Terraform could print a line of the provider block beside an error.
	for name, row := range map[string][2]string{
		"white space":                    {"\nkey = \"KEY\"\nsecret_key = \"SECRET \"\n", spaces},
		"the same":                       {"\nkey = \"KEY\"\nsecret_key = \"KEY\"\n", "secret_key in the provider block cannot be used. It is the same as key."},
		"invisible character":            {"\nsecret_key = \"SECRET\\u200b\"\n", "secret_key in the provider block cannot be used. Its character 33 is invisible"},
		"password in base_url":           {"\nbase_url = \"https://user:SECRET@pro.qcc.com\"\n", "cannot be used. It contains a user name or a password."},
		"secret as timeout":              {"\ntimeout = \"SECRET\"\n", noTime},
		"one line":                       {`secret_key = "SECRET "`, spaces},
		"one line, another is missing":   {`key = "KEY"`, missing},
		"one line, merged":               {`key = "KEY"`, noTime},
		"one line, null":                 {`secret_key = terraform.workspace == "prod" ? "SECRET" : null`, missing},
		"one line, harmless":             {`timeout = terraform.workspace == "prod" ? "SECRET" : "9"`, noTime},
		"one line, a number of a secret": {`max_retries = length("SECRET")`, "It is not a whole number between 0 and 10."},
		"JSON, all on one line":          {strings.Replace(oneJSON, ",\n", ",", 1), spaces},
		"JSON, a secret before a brace":  {oneJSON, spaces},
	} {
		literal := failure{literal: row[0], says: row[1], sendsNothing: true}
		if !strings.HasPrefix(literal.literal, "{") {
			literal.literal = `provider "qcc" { ` + literal.literal + ` }`
		}

		if name == "one line, merged" {
			literal.override = `provider "qcc" { timeout = "90" }`
		}

		if literal.says == missing {
			literal.env = []string{"QCC_SECRET_KEY="}
		}

		all["literal, "+name] = literal
	}

	return all
}

// TestNothingTellsASecret searches everything that Terraform writes, including all logs, for the credentials and every Token.
func TestNothingTellsASecret(t *testing.T) {
	t.Parallel()

	// The short lane has one row of each kind of failure, in one of the two ways.
	kinds := []string{
		"success, ephemeral variables", "refusal, environment", "unknown certificate, environment", "proxy away, ephemeral variables",
		"bad base_url, environment", "white space, ephemeral variables", "echo with 302, environment", "echo in a signature, ephemeral variables",
		"literal, white space, environment", "literal, one line, merged, environment", "literal, JSON, a secret before a brace, environment",
	}
	start := testkit.NewFolder(t, testkit.Silent(t), map[string]string{"main.tf": rootModule})
	literals := strings.NewReplacer("KEY", emulator.DefaultKey, "SECRET", emulator.DefaultSecretKey)

	for _, way := range []string{"environment", "ephemeral variables"} {
		for name, failure := range failures(t) {
			row := name + ", " + way

			if failure.literal != "" && way != "environment" {
				continue // The block holds the credentials.
			}

			t.Run(row, func(t *testing.T) {
				t.Parallel()
				testkit.OnlyLong(t, !slices.Contains(kinds, row), "another row has this kind of failure")

				server, url := failure.server, failure.url
				if server == nil {
					server = &tokens{}
				}

				if url == "" {
					url = testkit.Serve(t, server)
				}

				block, env := credentialsFrom(way)
				f := start.Copy(t, url)
				f.Write("override.tf", failure.override)
				f.Set(slices.Concat(env, failure.env, []string{"TF_LOG=TRACE"})...)

				if block := cmp.Or(failure.literal, block); strings.HasPrefix(block, "{") {
					f.Write("provider.tf.json", literals.Replace(block))
				} else {
					f.Write("provider.tf", literals.Replace(block))
				}

				if name == "success" || name == "refusal" {
					f.KeepTLS() // The logs of the handshake must not contain a secret either.
				}

				outputs := map[string]string{}

				code, plan := f.Run("plan", "-out=saved")
				outputs["plan's output"] = plan
				_, outputs["plan as JSON"] = f.Run("show", "-json", "saved")

				if code == 0 {
					_, outputs["apply's output"] = f.Run("apply", "saved")
				}

				for _, command := range []string{"validate", "validate -json", "plan -json", "apply -auto-approve"} {
					if failure.literal == "" {
						break
					}

					code, output := f.Run(strings.Fields(command)...)
					if outputs[command] = output; (code == 0) != strings.HasPrefix(command, "validate") {
						t.Errorf("%s: exit code %d\n%s", command, code, output)
					}
				}

				inChinese(t, f, code, outputs)

				if !strings.Contains(plan, "[TRACE]") || (code == 0) != slices.Contains([]string{"success", "clock", "echo in a count"}, name) {
					t.Fatalf("exit code %d, or there is no log to look at", code)
				}

				if failure.says != "" && !testkit.Says(failure.says).MatchString(plan) {
					t.Errorf("the plan does not say %q", failure.says)
				}

				if failure.sendsNothing && len(server.secrets()) > 2 {
					t.Error("a request came in")
				}

				if failure.server != nil && !failure.sendsNothing && (len(server.secrets()) < 3 || !strings.Contains(plan, "QCC quota query")) {
					t.Fatal("no Token was sent, or the log does not show the attempt")
				}

				if failure.literal == "" {
					maps.Copy(outputs, everything(t, f))
				} else {
					delete(outputs, "plan as JSON") // It has the configuration, as the files do.
				}

				if found := leaks(server.secrets(), outputs); len(found) > 0 {
					t.Errorf("there are secrets in %q", found)
				}
			})
		}
	}
}

// TestNoLogHasTheKeyOfAMap requires a module whose id is a credential, and asks for every log that the libraries of the provider can write. The
// framework logs the keys of maps.
func TestNoLogHasTheKeyOfAMap(t *testing.T) {
	t.Parallel()
	testkit.OnlyLong(t, true, "TestSDKWritesNoConfiguration checks the settings")

	f := testkit.NewFolder(t, testkit.Serve(t, emulator.New()), map[string]string{"main.tf": testkit.RequiredProvider + `
variable "id" {
  type = string
}

resource "qcc_quota_gate" "none" {
  required = { (var.id) = 0 }
}

resource "qcc_quota_gate" "one" {
  required = { (var.id) = 1 }
}
`})
	f.Set("TF_VAR_id="+emulator.DefaultSecretKey, "TF_LOG=TRACE", "TF_LOG_SDK=TRACE", "TF_LOG_SDK_FRAMEWORK=TRACE", "TF_LOG_SDK_PROTO_DATA_DIR="+f.Dir)

	_, output := f.Run("plan")
	if strings.Count(output, "Error: Invalid QCC quota requirement") < 1 || !strings.Contains(output, "provider.terraform-provider-qcc") {
		t.Fatalf("the id is not refused, or there is no log of the provider:\n%s", output)
	}

	places := everything(t, f)
	places["log"] = output

	if found := leaks([]string{emulator.DefaultSecretKey}, places); len(found) > 0 {
		t.Errorf("the id is in %q", found)
	}
}

// titles matches the English titles of errors and warnings.
var titles = regexp.MustCompile(`(?:Error|Warning): (?:Quota query|Unexpected|QCC service|QCC credentials|Unreadable|Unusable|No answer|Invalid|Missing|Unknown|No quota|Clock)`)

// inChinese runs the plan again in Chinese, which must end with the same exit code. It adds the output to the others. It also adds the
// output without line breaks, because a secret may be on two lines.
func inChinese(t *testing.T, f *testkit.Folder, want int, outputs map[string]string) {
	t.Helper()

	f.Set("QCC_LANGUAGE=zh")

	code, plan := f.Run("plan")
	if outputs["plan in Chinese"] = plan; code != want || titles.MatchString(plan) || code != 0 && !regexp.MustCompile(`Error: .*[企额配]`).MatchString(plan) {
		t.Errorf("in Chinese, the plan ends with exit code %d, want %d, or is in English", code, want)
	}

	outputs["plan in Chinese without line breaks"] = strings.ReplaceAll(plan, "\n", "")
}

// TestInterruptEndsAReadAtOnce sends Ctrl-C to Terraform while the provider waits for an answer.
func TestInterruptEndsAReadAtOnce(t *testing.T) {
	t.Parallel()

	ctx, interrupt := context.WithCancel(t.Context())
	defer interrupt()

	service := emulator.New(
		emulator.WithBehavior(emulator.Behavior{Delay: emulator.Duration(time.Hour)}),
		emulator.WithLog(func(string) { interrupt() }),
	)
	server := &tokens{service: service}
	f := testkit.NewFolder(t, testkit.Serve(t, server), map[string]string{"main.tf": rootModule})
	f.Set("TF_LOG=TRACE")

	began := time.Now()
	_, output, err := f.RunContext(ctx, "plan")

	if took := time.Since(began); !errors.Is(err, context.Canceled) || took > 15*time.Second {
		t.Errorf("the plan ended after %s with %v, want it to end at once", took, err)
	}

	if !testkit.Says("Cancelled quota read").MatchString(output) {
		t.Error("the read was not cancelled")
	}

	outputs := everything(t, f)
	outputs["output"] = output

	if found := leaks(server.secrets(), outputs); len(found) > 0 {
		t.Errorf("there are secrets in %q", found)
	}
}

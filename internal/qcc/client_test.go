package qcc_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/qccpro/terraform-provider-qcc/internal/emulator"
	"github.com/qccpro/terraform-provider-qcc/internal/qcc"
)

// config returns a configuration that a query at baseURL succeeds with, at the first attempt or not at all.
func config(baseURL string) qcc.Config {
	return qcc.Config{
		Key:       emulator.DefaultKey,
		SecretKey: emulator.DefaultSecretKey,
		BaseURL:   baseURL,
		Timeout:   qcc.DefaultTimeout,
		UserAgent: "qcc-test/1.0",
	}
}

func newClient(t *testing.T, config qcc.Config) *qcc.Client {
	t.Helper()

	client, err := qcc.New(config)
	if err != nil {
		t.Fatalf("New: %v", err)
	}

	return client
}

// serve starts a server that ends with the test.
func serve(t *testing.T, handler http.Handler) string {
	t.Helper()

	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)

	return server.URL
}

func read(t *testing.T, config qcc.Config) (qcc.Quota, error) {
	t.Helper()

	return newClient(t, config).Quota(t.Context())
}

// as returns the error of type E in err, and fails the test if there is none.
func as[E error](t *testing.T, err error) E {
	t.Helper()

	var found E
	if !errors.As(err, &found) {
		t.Fatalf("error is %T (%v), want a %T in it", err, err, found)
	}

	return found
}

// deref shows a count for a comparison, and "nil" for one that was not stated.
func deref(count *int64) string {
	if count == nil {
		return "nil"
	}

	return fmt.Sprint(*count)
}

func counts(module qcc.Module) string {
	return fmt.Sprintf("%s: %s - %s = %s, %s deletable", module.Name,
		deref(module.Total), deref(module.Consumed), deref(module.Remaining), deref(module.Deletable))
}

func TestQuotaOfTheSample(t *testing.T) {
	t.Parallel()

	service := emulator.New()

	quota, err := read(t, config(serve(t, service)))
	if err != nil {
		t.Fatal(err)
	}

	for id, want := range map[string]string{
		"radar_id":          "风险监控-企业: 50 - 2 = 48, 50 deletable",
		"bene_id":           "股权穿透: 100 - 2 = 98, 30 deletable",
		"natural_person_id": "自然人核验: 50 - 0 = 50, 15 deletable",
	} {
		if got := counts(quota.Modules[id]); got != want {
			t.Errorf("%s is %q, want %q", id, got, want)
		}
	}

	if len(quota.Modules) != 3 || quota.NoRecord {
		t.Errorf("quota is %+v, want three modules and a record", quota)
	}

	if service.Requests() != 1 {
		t.Errorf("the read took %d requests, want 1", service.Requests())
	}
}

func TestRequestIsSignedAsTheKnownAnswers(t *testing.T) {
	t.Parallel()

	for _, known := range []struct {
		key, secretKey string
		seconds        int64
		token          string
	}{
		{"0123456789abcdef0123456789abcdef", "FEDCBA9876543210FEDCBA9876543210", 1587686400, "9E99B81C6E89F3AA69F36AB0D9CF2556"},
		{"0123456789abcdef0123456789abcdef", "FEDCBA9876543210FEDCBA9876543210", 1700000000, "CA1B3769BADBE679C3CB495C65CF228B"},
		{"test_key", "test_secret", 1700000000, "5C9D0FA937551BAF9D065C12FF2531E3"},
	} {
		t.Run(fmt.Sprintf("%s at %d", known.key, known.seconds), func(t *testing.T) {
			t.Parallel()

			var sent *http.Request

			cfg := config("https://pro.qcc.com")
			cfg.Key, cfg.SecretKey = known.key, known.secretKey
			cfg.Now = func() time.Time { return time.Unix(known.seconds, 999_999_999) }
			cfg.Transport = answer(func(r *http.Request) (*http.Response, error) {
				sent = r

				return ok(`{"status":"200","result":[]}`), nil
			})

			if _, err := read(t, cfg); err != nil {
				t.Fatal(err)
			}

			if got, want := sent.URL.String(), "https://pro.qcc.com/api/company/quota/getQuota?key="+known.key; got != want {
				t.Errorf("URL is %s, want %s", got, want)
			}

			for name, want := range map[string]string{
				"Token":         known.token,
				"Timespan":      fmt.Sprint(known.seconds),
				"User-Agent":    "qcc-test/1.0",
				"Accept":        "application/json",
				"Cache-Control": "no-cache",
			} {
				if got := sent.Header.Get(name); got != want {
					t.Errorf("header %s is %q, want %q", name, got, want)
				}
			}
		})
	}
}

func TestPathPrefixOfTheBaseURLIsKept(t *testing.T) {
	t.Parallel()

	for _, prefix := range []string{"", "/", "/gateway", "/gateway/", "/a%2Fb/qcc"} {
		t.Run(prefix, func(t *testing.T) {
			t.Parallel()

			var path string

			cfg := config("https://gateway.example:8443" + prefix)
			cfg.Key = "a b&c"
			cfg.Transport = answer(func(r *http.Request) (*http.Response, error) {
				path = r.URL.RequestURI()

				return ok(`{"status":"200","result":[]}`), nil
			})

			if _, err := read(t, cfg); err != nil {
				t.Fatal(err)
			}

			if want := strings.TrimSuffix(prefix, "/") + "/api/company/quota/getQuota?key=a+b%26c"; path != want {
				t.Errorf("request is for %s, want %s", path, want)
			}
		})
	}
}

func TestWrongSettingsAreNamedAndNeverRepeated(t *testing.T) {
	t.Parallel()

	for name, wrong := range map[string]struct {
		change func(*qcc.Config)
		field  qcc.Field
		says   string
	}{
		"empty key":               {func(c *qcc.Config) { c.Key = "" }, qcc.FieldKey, "empty"},
		"empty secret":            {func(c *qcc.Config) { c.SecretKey = "" }, qcc.FieldSecretKey, "empty"},
		"key with a line break":   {func(c *qcc.Config) { c.Key = "s3cr3t\n" }, qcc.FieldKey, "white space"},
		"secret with a space":     {func(c *qcc.Config) { c.SecretKey = " s3cr3t" }, qcc.FieldSecretKey, "white space"},
		"key used as secret":      {func(c *qcc.Config) { c.SecretKey = c.Key }, qcc.FieldSecretKey, "same as key"},
		"key in quotes":           {func(c *qcc.Config) { c.Key = `"s3cr3t"` }, qcc.FieldKey, "in quotes"},
		"port 0":                  {func(c *qcc.Config) { c.BaseURL += ":0" }, qcc.FieldBaseURL, "absolute URL"},
		"port too high":           {func(c *qcc.Config) { c.BaseURL += ":65536" }, qcc.FieldBaseURL, "absolute URL"},
		"URL with the path":       {func(c *qcc.Config) { c.BaseURL += "/api/company/quota/getQuota" }, qcc.FieldBaseURL, "adds by itself"},
		"no URL":                  {func(c *qcc.Config) { c.BaseURL = "" }, qcc.FieldBaseURL, "absolute URL"},
		"host only":               {func(c *qcc.Config) { c.BaseURL = "pro.qcc.com" }, qcc.FieldBaseURL, "absolute URL"},
		"port only":               {func(c *qcc.Config) { c.BaseURL = "https://:443" }, qcc.FieldBaseURL, "absolute URL"},
		"broken URL":              {func(c *qcc.Config) { c.BaseURL = "https://s3cr3t:%zz@pro.qcc.com" }, qcc.FieldBaseURL, "absolute URL"},
		"bad port":                {func(c *qcc.Config) { c.BaseURL = "https://pro.qcc.com:https" }, qcc.FieldBaseURL, "absolute URL"},
		"URL with white space":    {func(c *qcc.Config) { c.BaseURL += " " }, qcc.FieldBaseURL, "white space"},
		"URL with user info":      {func(c *qcc.Config) { c.BaseURL = "https://u:s3cr3t@pro.qcc.com" }, qcc.FieldBaseURL, "user name"},
		"URL with a query":        {func(c *qcc.Config) { c.BaseURL += "?key=s3cr3t" }, qcc.FieldBaseURL, "query"},
		"URL with an empty query": {func(c *qcc.Config) { c.BaseURL += "?" }, qcc.FieldBaseURL, "query"},
		"URL with a fragment":     {func(c *qcc.Config) { c.BaseURL += "#" }, qcc.FieldBaseURL, "fragment"},
		"http to another host":    {func(c *qcc.Config) { c.BaseURL = "http://pro.qcc.com" }, qcc.FieldBaseURL, "in clear"},
		"http to a lookalike":     {func(c *qcc.Config) { c.BaseURL = "http://127.0.0.1.example.com" }, qcc.FieldBaseURL, "in clear"},
		"another scheme":          {func(c *qcc.Config) { c.BaseURL = "ftp://pro.qcc.com" }, qcc.FieldBaseURL, "scheme"},
		"timeout too short":       {func(c *qcc.Config) { c.Timeout = time.Second - 1 }, qcc.FieldTimeout, "between 1s and 10m"},
		"timeout too long":        {func(c *qcc.Config) { c.Timeout = 10*time.Minute + 1 }, qcc.FieldTimeout, "between 1s and 10m"},
		"too many retries":        {func(c *qcc.Config) { c.MaxRetries = 11 }, qcc.FieldMaxRetries, "between 0 and 10"},
		"negative retries":        {func(c *qcc.Config) { c.MaxRetries = -1 }, qcc.FieldMaxRetries, "between 0 and 10"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			cfg := config(qcc.DefaultBaseURL)
			wrong.change(&cfg)

			_, err := qcc.New(cfg)

			problem := as[*qcc.ConfigError](t, err)
			if problem.Field != wrong.field || !strings.Contains(problem.Problem, wrong.says) {
				t.Errorf("error is %v, want one about %s that says %q", err, wrong.field, wrong.says)
			}

			if strings.Contains(err.Error(), "s3cr3t") {
				t.Errorf("error repeats the value: %v", err)
			}
		})
	}
}

func TestAllWrongSettingsAreToldAtOnce(t *testing.T) {
	t.Parallel()

	if wrong := (qcc.Config{}).Validate(); len(wrong) != 4 {
		t.Errorf("Validate of an empty configuration gives %d errors, want 4: %v", len(wrong), wrong)
	}
}

func TestUsableBaseURLs(t *testing.T) {
	t.Parallel()

	for _, usable := range []string{
		"https://pro.qcc.com", "https://10.1.2.3:8443/qcc", "http://localhost:8080", "http://LOCALHOST", "http://127.8.9.1:1", "http://[::1]:1",
	} {
		if _, err := qcc.New(config(usable)); err != nil {
			t.Errorf("%s: %v", usable, err)
		}
	}
}

func TestEveryCodeOfTheDocument(t *testing.T) {
	t.Parallel()

	service := emulator.New()
	cfg := config(serve(t, service))

	for code, documented := range emulator.Codes() {
		service.Behave(emulator.Behavior{Code: code, Prefixed: true})

		quota, err := read(t, cfg)
		status := qcc.Lookup(code)

		if status.Text != documented || !status.Documented() {
			t.Errorf("%d means %q, want %q", code, status.Text, documented)
		}

		switch status.Class {
		case qcc.ClassOK:
			if err != nil || quota.NoRecord || len(quota.Modules) != 3 {
				t.Errorf("%d gives %+v, %v, want the quota", code, quota, err)
			}
		case qcc.ClassEmpty:
			if err != nil || !quota.NoRecord || len(quota.Modules) != 0 {
				t.Errorf("%d gives %+v, %v, want no record", code, quota, err)
			}
		case qcc.ClassTransient, qcc.ClassRefused, qcc.ClassRejected:
			got := as[*qcc.StatusError](t, err)
			if got.Status != status || !strings.HasSuffix(got.Message, "效请求】"+documented) {
				t.Errorf("%d gives %+v, want its status and its text as it came", code, got)
			}

			if quota.Modules != nil {
				t.Errorf("%d gives modules beside its error", code)
			}

			if status.Meaning == "" || status.Remedy == "" {
				t.Errorf("%d is not explained", code)
			}
		}
	}

	var documented int

	for _, status := range qcc.Statuses() {
		if status.Documented() {
			documented++
		}
	}

	if documented != len(emulator.Codes()) {
		t.Errorf("%d codes claim to be in the document, which has %d", documented, len(emulator.Codes()))
	}
}

func TestClassesOfCodes(t *testing.T) {
	t.Parallel()

	classes := map[string][]int{
		"ok":        {200},
		"empty":     {201},
		"transient": {205, 199, 203, 500, 120, 122, 124},
		"refused":   {101, 102, 103, 104, 106, 107, 108, 109, 110, 111, 112, 113, 114, 115, 116, 119, 214},
		"rejected":  {202, 207, 208, 209, 213, 215, 218, 219, 117, 118, 223, 105, 121, 123, 125, 126, 224, 0, 999, 1 << 30},
	}

	for want, codes := range classes {
		for _, code := range codes {
			if got := qcc.Lookup(code).Class.String(); got != want {
				t.Errorf("class of %d is %s, want %s", code, got, want)
			}
		}
	}
}

func TestEmulatorVerifiesWhatTheClientSigns(t *testing.T) {
	t.Parallel()

	for name, wrong := range map[string]struct {
		change func(*qcc.Config)
		code   int
	}{
		"unknown key":            {func(c *qcc.Config) { c.Key = "unknown" }, 101},
		"wrong secret":           {func(c *qcc.Config) { c.SecretKey = "wrong" }, 107},
		"key and secret swapped": {func(c *qcc.Config) { c.Key, c.SecretKey = c.SecretKey, c.Key }, 101},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			service := emulator.New()
			cfg := config(serve(t, service))
			cfg.MaxRetries = qcc.DefaultMaxRetries
			wrong.change(&cfg)

			_, err := read(t, cfg)
			if got := as[*qcc.StatusError](t, err); got.Status.Code != wrong.code {
				t.Errorf("code is %d, want %d", got.Status.Code, wrong.code)
			}

			if service.Requests() != 1 {
				t.Errorf("a refused read took %d requests, want 1", service.Requests())
			}
		})
	}
}

func TestAnswersThatAreNotTheQuota(t *testing.T) {
	t.Parallel()

	const page = "<!DOCTYPE html><title>blocked</title>"

	for name, wrong := range map[string]struct {
		behavior emulator.Behavior
		says     string
		length   int64
	}{
		"a page":            {emulator.Behavior{Body: page, ContentType: "text/html"}, "is not JSON", int64(len(page))},
		"more than 1 MiB":   {emulator.Behavior{Size: 1<<20 + 1}, "is longer than 1 MiB", 1<<20 + 1},
		"a bomb":            {emulator.Behavior{Size: 4 << 20, Gzip: true}, "is longer than 1 MiB", -1},
		"success, no quota": {emulator.Behavior{Body: `{"status":"200"}`}, "has no result", 16},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			_, err := read(t, config(serve(t, emulator.New(emulator.WithBehavior(wrong.behavior)))))

			got := as[*qcc.AnswerError](t, err)
			if !strings.Contains(got.Problem, wrong.says) || strings.Contains(err.Error(), "blocked") {
				t.Errorf("error is %v, want one that says %q and shows no page", err, wrong.says)
			}

			if got.StatusCode != http.StatusOK || got.Length != wrong.length {
				t.Errorf("error tells of HTTP %s and %d bytes, want 200 and %d", got.HTTPStatus(), got.Length, wrong.length)
			}

			if want := wrong.behavior.ContentType; want != "" && got.ContentType != want {
				t.Errorf("error tells of %q, want %q", got.ContentType, want)
			}
		})
	}
}

func TestAnswersThatAreAsGoodAsTheSample(t *testing.T) {
	t.Parallel()

	for name, behavior := range map[string]emulator.Behavior{
		"compressed":                  {Gzip: true},
		"just 1 MiB":                  {Size: 1 << 20},
		"HTML by its header only":     {ContentType: "text/html"},
		"capitalized":                 {Capitalized: true},
		"numeric status":              {Numeric: true},
		"counts in quotes":            {Quoted: true},
		"text with the table's words": {Prefixed: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			quota, err := read(t, config(serve(t, emulator.New(emulator.WithBehavior(behavior)))))
			if err != nil {
				t.Fatal(err)
			}

			if got, want := counts(quota.Modules["radar_id"]), "风险监控-企业: 50 - 2 = 48, 50 deletable"; got != want {
				t.Errorf("radar_id is %s, want %s", got, want)
			}
		})
	}
}

func TestOneModuleAsAnObject(t *testing.T) {
	t.Parallel()

	service := emulator.New(
		emulator.WithModules(emulator.Module{ID: "new_id", Total: 1, Consumed: 3}),
		emulator.WithBehavior(emulator.Behavior{Single: true}),
	)

	quota, err := read(t, config(serve(t, service)))
	if err != nil {
		t.Fatal(err)
	}

	if got, want := counts(quota.Modules["new_id"]), "new_id: 1 - 3 = -2, 0 deletable"; got != want {
		t.Errorf("new_id is %s, want %s", got, want)
	}
}

func TestHTTPStatusOtherThanOK(t *testing.T) {
	t.Parallel()

	for _, status := range []int{201, 204, 301, 302, 307, 308, 400, 401, 403, 404, 405, 407, 418, 499} {
		t.Run(fmt.Sprint(status), func(t *testing.T) {
			t.Parallel()

			elsewhere := emulator.New()
			service := emulator.New(emulator.WithBehavior(emulator.Behavior{HTTPStatus: status, Redirect: serve(t, elsewhere)}))
			cfg := config(serve(t, service))
			cfg.MaxRetries = qcc.DefaultMaxRetries

			_, err := read(t, cfg)
			if got := as[*qcc.HTTPError](t, err); got.StatusCode != status {
				t.Errorf("error tells of HTTP %d, want %d", got.StatusCode, status)
			}

			if service.Requests() != 1 || elsewhere.Requests() != 0 {
				t.Errorf("%d requests came, and %d elsewhere; want 1 and none", service.Requests(), elsewhere.Requests())
			}
		})
	}
}

func TestTheServicesWordsAreShownWithoutSecrets(t *testing.T) {
	t.Parallel()

	cfg := config("https://pro.qcc.com")
	cfg.Key, cfg.SecretKey = "key with ü", "s3cr3t"
	cfg.Transport = answer(func(r *http.Request) (*http.Response, error) {
		echo := fmt.Sprintf(`%s %s %s %s \u001b[31mred\u202e`, r.URL.RequestURI(), "KEY WITH ü", "S3CR3T", strings.ToLower(r.Header.Get("Token")))

		return ok(`{"status":"101","msg":"` + echo + strings.Repeat("长", 400) + `"}`), nil
	})

	_, err := read(t, cfg)

	got := as[*qcc.StatusError](t, err).Message
	if want := "/api/company/quota/getQuota?key=(redacted) (redacted) (redacted) (redacted)  [31mred 长"; !strings.HasPrefix(got, want) {
		t.Errorf("message is %q, want it to begin %q", got, want)
	}

	if length := len([]rune(got)); length != 301 {
		t.Errorf("message has %d characters, want 300 and an ellipsis", length)
	}
}

func TestNothingOfAnAnswerShowsASecret(t *testing.T) {
	t.Parallel()

	// The secret begins with the key, and both have characters that JSON and URLs escape.
	const key, secretKey = `k"\ü`, `k"\ü and more`

	for name, body := range map[string]string{
		"message":       `{"status":"101","msg":MARK}`,
		"odd message":   `{"status":"101","msg":{"key":MARK}}`,
		"status":        `{"status":MARK}`,
		"module id":     `{"status":"200","result":[{"id":MARK,"totalCount":0.5}]}`,
		"module, twice": `{"status":"200","result":[{"id":MARK},{"id":MARK}]}`,
		"field, twice":  `{"status":"200","result":[{"id":MARK,"totalCount":1,"totalCount":1}]}`,
		"difference":    `{"status":"200","result":[{"id":MARK,"totalCount":9223372036854775807,"consumedCount":-1}]}`,
		"count":         `{"status":"200","result":[{"id":"x","totalCount":MARK}]}`,
		"no JSON":       `MARK`,
		"content type":  ``,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			var token string

			cfg := config(qcc.DefaultBaseURL)
			cfg.Key, cfg.SecretKey = key, secretKey
			cfg.Transport = answer(func(r *http.Request) (*http.Response, error) {
				token = r.Header.Get("Token")

				echo := strings.Join([]string{key, secretKey, token, r.URL.RawQuery, url.PathEscape(secretKey)}, " | ")

				mark, err := json.Marshal(echo)
				if err != nil {
					t.Error(err)
				}

				response := ok(strings.ReplaceAll(body, "MARK", string(mark)))
				response.Header.Set("Content-Type", "text/"+echo)

				return response, nil
			})

			_, err := read(t, cfg)

			var (
				status  *qcc.StatusError
				wrong   *qcc.AnswerError
				visible string
			)

			switch {
			case errors.As(err, &status):
				visible = status.Message
			case errors.As(err, &wrong):
				visible = wrong.Problem + wrong.ContentType
			default:
				t.Fatalf("error is %v", err)
			}

			for _, hidden := range []string{key, `k\"`, "and more", "and%20more", "k%22", token} {
				if strings.Contains(visible, hidden) {
					t.Errorf("%q shows %q", visible, hidden)
				}
			}
		})
	}
}

func TestFailuresOfTheConnection(t *testing.T) {
	t.Parallel()

	closed, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}

	if err := closed.Close(); err != nil {
		t.Fatal(err)
	}

	secure := httptest.NewTLSServer(emulator.New())
	t.Cleanup(secure.Close)
	secure.Config.ErrorLog = nil

	old := httptest.NewUnstartedServer(emulator.New())
	old.TLS = &tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11}
	old.StartTLS()
	t.Cleanup(old.Close)

	plain := serve(t, emulator.New())

	for name, broken := range map[string]struct {
		url       string
		failure   qcc.Failure
		transient bool
	}{
		"nobody listens":        {"http://" + closed.Addr().String(), qcc.FailureConnect, true},
		"dropped before answer": {serve(t, emulator.New(emulator.WithBehavior(emulator.Behavior{Drop: emulator.DropAnswer}))), qcc.FailureBroken, true},
		"dropped in the middle": {serve(t, emulator.New(emulator.WithBehavior(emulator.Behavior{Drop: emulator.DropHalf}))), qcc.FailureBroken, true},
		"unknown certificate":   {secure.URL, qcc.FailureCertificate, false},
		"old TLS":               {old.URL, qcc.FailureTLS, false},
		"no TLS":                {strings.Replace(plain, "http:", "https:", 1), qcc.FailureTLS, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			_, err := read(t, config(broken.url))

			got := as[*qcc.TransportError](t, err)
			if got.Failure != broken.failure || got.Transient != broken.transient {
				t.Errorf("failure is %+v, want %q, transient: %t", got, broken.failure, broken.transient)
			}

			if !strings.HasSuffix(broken.url, got.Host) || got.Host == "" {
				t.Errorf("host is %q, want that of %s", got.Host, broken.url)
			}
		})
	}
}

// TestFailuresOnTheWay has those that no server on this machine can bring about in the same way everywhere.
func TestFailuresOnTheWay(t *testing.T) {
	t.Parallel()

	const secret = "s3cr3t"

	for name, broken := range map[string]struct {
		err       error
		failure   qcc.Failure
		transient bool
	}{
		"unknown host":       {&net.OpError{Op: "dial", Err: &net.DNSError{Err: secret, Name: secret, IsNotFound: true}}, qcc.FailureName, false},
		"name server away":   {&net.OpError{Op: "dial", Err: &net.DNSError{Err: secret, IsTimeout: true}}, qcc.FailureName, true},
		"proxy away":         {&net.OpError{Op: "proxyconnect", Err: &net.OpError{Op: "dial", Err: errors.New(secret)}}, qcc.FailureProxy, true},
		"unreachable":        {&net.OpError{Op: "dial", Err: errors.New(secret)}, qcc.FailureConnect, true},
		"dial took too long": {&net.OpError{Op: "dial", Err: context.DeadlineExceeded}, qcc.FailureSlow, true},
		"certificate":        {&tls.CertificateVerificationError{Err: errors.New(secret)}, qcc.FailureCertificate, false},
		"reset":              {&net.OpError{Op: "read", Err: syscall.ECONNRESET}, qcc.FailureBroken, true},
		"anything else":      {errors.New(secret), qcc.FailureBroken, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			cfg := config(qcc.DefaultBaseURL)
			cfg.Transport = answer(func(*http.Request) (*http.Response, error) { return nil, broken.err })

			_, err := read(t, cfg)

			got := as[*qcc.TransportError](t, err)
			if got.Failure != broken.failure || got.Transient != broken.transient || got.Host != "pro.qcc.com" {
				t.Errorf("failure is %+v, want %q, transient: %t", got, broken.failure, broken.transient)
			}

			if strings.Contains(fmt.Sprintf("%v %+v %#v", err, got, got), secret) {
				t.Errorf("the error repeats the one from below: %v", err)
			}
		})
	}
}

// answer is a RoundTripper that is a function.
type answer func(*http.Request) (*http.Response, error)

func (a answer) RoundTrip(r *http.Request) (*http.Response, error) { return a(r) }

// through asks a handler without a network.
func through(handler http.Handler) answer {
	return func(r *http.Request) (*http.Response, error) {
		recorder := httptest.NewRecorder()
		handler.ServeHTTP(recorder, r)

		return recorder.Result(), nil
	}
}

func ok(body string) *http.Response {
	return &http.Response{
		StatusCode: http.StatusOK, Header: http.Header{}, Body: io.NopCloser(bytes.NewBufferString(body)), ContentLength: int64(len(body)),
	}
}

func status(code int, retryAfter string) *http.Response {
	response := ok("")
	response.StatusCode = code
	response.Header.Set("Retry-After", retryAfter)

	return response
}

func hang(r *http.Request) (*http.Response, error) {
	<-r.Context().Done()

	return nil, r.Context().Err()
}

// gathering is more than what a read waits for others to join it.
const gathering = 20 * time.Millisecond

// TestRetries runs on a clock that moves by itself while everybody waits.
func TestRetries(t *testing.T) {
	t.Parallel()

	var (
		good      = func(*http.Request) (*http.Response, error) { return ok(`{"status":"200","result":[]}`), nil }
		busy      = func(*http.Request) (*http.Response, error) { return ok(`{"status":"199"}`), nil }
		refused   = func(*http.Request) (*http.Response, error) { return ok(`{"status":"101"}`), nil }
		http500   = func(*http.Request) (*http.Response, error) { return status(http.StatusInternalServerError, ""), nil }
		http503   = func(*http.Request) (*http.Response, error) { return status(http.StatusServiceUnavailable, ""), nil }
		http408   = func(*http.Request) (*http.Response, error) { return status(http.StatusRequestTimeout, ""), nil }
		http425   = func(*http.Request) (*http.Response, error) { return status(http.StatusTooEarly, ""), nil }
		after20s  = func(*http.Request) (*http.Response, error) { return status(http.StatusTooManyRequests, "20"), nil }
		afterPast = func(*http.Request) (*http.Response, error) {
			return status(http.StatusTooManyRequests, time.Now().Add(-time.Hour).UTC().Format(http.TimeFormat)), nil
		}
		afterDate = func(*http.Request) (*http.Response, error) {
			return status(http.StatusTooManyRequests, time.Now().Add(20*time.Second).UTC().Format(http.TimeFormat)), nil
		}
		after61s  = func(*http.Request) (*http.Response, error) { return status(http.StatusTooManyRequests, "61"), nil }
		afterAges = func(*http.Request) (*http.Response, error) {
			return status(http.StatusTooManyRequests, strings.Repeat("9", 30)), nil
		}
		busy20s = func(*http.Request) (*http.Response, error) {
			response := ok(`{"status":"122"}`)
			response.Header.Set("Retry-After", "20")

			return response, nil
		}
		refused20s = func(*http.Request) (*http.Response, error) {
			response := ok(`{"status":"106"}`)
			response.Header.Set("Retry-After", "20")

			return response, nil
		}
		slowly = func(retryAfter string) answer {
			return func(*http.Request) (*http.Response, error) {
				time.Sleep(time.Second)

				return status(http.StatusServiceUnavailable, retryAfter), nil
			}
		}
		ahead = func(*http.Request) (*http.Response, error) {
			theirs := time.Now().Add(time.Hour).UTC()
			response := status(http.StatusServiceUnavailable, theirs.Add(20*time.Second).Format(http.TimeFormat))
			response.Header.Set("Date", theirs.Format(http.TimeFormat))

			return response, nil
		}
		afterHour = func(*http.Request) (*http.Response, error) { return status(http.StatusTooManyRequests, "3600"), nil }
		broken    = func(*http.Request) (*http.Response, error) { return nil, io.ErrUnexpectedEOF }
		unknown   = func(*http.Request) (*http.Response, error) { return nil, &net.DNSError{IsNotFound: true} }
		noDNS     = func(*http.Request) (*http.Response, error) { return nil, &net.DNSError{IsTemporary: true} }
	)

	for name, test := range map[string]struct {
		answers           []answer // The last one is repeated.
		attempts          int
		atLeast, atMost   time.Duration
		fails, overBudget bool
	}{
		"success":                         {answers: []answer{good}, attempts: 1},
		"busy, then success":              {answers: []answer{busy, busy, good}, attempts: 3, atMost: 3 * time.Second},
		"every transient HTTP status":     {answers: []answer{http500, http408, http425, good}, attempts: 4, atMost: 7 * time.Second},
		"broken connection, then success": {answers: []answer{broken, good}, attempts: 2, atMost: time.Second},
		"name server away, then success":  {answers: []answer{noDNS, good}, attempts: 2, atMost: time.Second},
		"unavailable, then success":       {answers: []answer{http503, good}, attempts: 2, atMost: time.Second},
		"a wait with a status code":       {answers: []answer{busy20s, good}, attempts: 2, atLeast: 20 * time.Second, atMost: 20 * time.Second},
		"a wait with a refusal":           {answers: []answer{refused20s}, attempts: 1, fails: true},
		"just over the budget":            {answers: []answer{after61s}, attempts: 1, fails: true, overBudget: true},
		"a wait beyond all numbers":       {answers: []answer{afterAges}, attempts: 1, fails: true, overBudget: true},
		"a wait after a slow answer":      {answers: []answer{slowly("99999999999999")}, attempts: 1, atLeast: time.Second, atMost: time.Second, fails: true, overBudget: true},
		"a wait beyond the calendar":      {answers: []answer{slowly("Fri, 31 Dec 9999 23:59:59 GMT")}, attempts: 1, atLeast: time.Second, atMost: time.Second, fails: true, overBudget: true},
		"a date by a clock that is ahead": {answers: []answer{ahead, good}, attempts: 2, atLeast: 20 * time.Second, atMost: 20 * time.Second},
		"busy all the time":               {answers: []answer{busy}, attempts: 4, atMost: 7 * time.Second, fails: true},
		"refused":                         {answers: []answer{refused}, attempts: 1, fails: true},
		"busy, then refused":              {answers: []answer{busy, refused}, attempts: 2, atMost: time.Second, fails: true},
		"unknown host":                    {answers: []answer{unknown}, attempts: 1, fails: true},
		"Retry-After in seconds":          {answers: []answer{after20s, good}, attempts: 2, atLeast: 20 * time.Second, atMost: 20 * time.Second},
		"Retry-After as a date":           {answers: []answer{afterDate, good}, attempts: 2, atLeast: 19 * time.Second, atMost: 20 * time.Second},
		"Retry-After in the past":         {answers: []answer{afterPast, good}, attempts: 2, atMost: time.Second},
		"Retry-After beyond the budget":   {answers: []answer{afterHour}, attempts: 1, fails: true, overBudget: true},
		"one hung connection":             {answers: []answer{hang, good}, attempts: 2, atLeast: 15 * time.Second, atMost: 16 * time.Second},
		"everything hangs":                {answers: []answer{hang}, attempts: 4, atLeast: 60 * time.Second, atMost: 60 * time.Second, fails: true, overBudget: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var (
					asked    atomic.Int32
					attempts []qcc.Attempt
					stamps   = map[string]bool{}
				)

				cfg := config(qcc.DefaultBaseURL)
				cfg.MaxRetries = qcc.DefaultMaxRetries
				cfg.OnAttempt = func(_ context.Context, attempt qcc.Attempt) { attempts = append(attempts, attempt) }
				cfg.Transport = answer(func(r *http.Request) (*http.Response, error) {
					stamps[r.Header.Get("Timespan")] = true

					return test.answers[min(int(asked.Add(1)), len(test.answers))-1](r)
				})

				started := time.Now()
				_, err := read(t, cfg)
				took := time.Since(started)

				if (err != nil) != test.fails {
					t.Fatalf("error is %v, want one: %t", err, test.fails)
				}

				if int(asked.Load()) != test.attempts || len(attempts) != test.attempts {
					t.Errorf("%d requests, %d of them reported, want %d", asked.Load(), len(attempts), test.attempts)
				}

				if took < test.atLeast || took > test.atMost+gathering {
					t.Errorf("the read took %s, want %s to %s", took, test.atLeast, test.atMost)
				}

				if took >= 15*time.Second && test.attempts > 1 && len(stamps) < 2 {
					t.Error("the requests were not signed afresh")
				}

				for i, attempt := range attempts {
					if last := i == len(attempts)-1; attempt.Number != i+1 || (attempt.Wait == 0) != last {
						t.Errorf("attempt %d was reported as %+v", i+1, attempt)
					}
				}

				if test.fails {
					failed := as[*qcc.ReadError](t, err)
					if failed.Attempts != test.attempts || (failed.Budget != 0) != test.overBudget {
						t.Errorf("error is %+v, want %d attempts, over budget: %t", failed, test.attempts, test.overBudget)
					}
				}
			})
		})
	}
}

func TestAWaitThatIsOverIsNone(t *testing.T) {
	t.Parallel()

	cfg := config(qcc.DefaultBaseURL)
	cfg.Transport = answer(func(*http.Request) (*http.Response, error) {
		return status(http.StatusTooManyRequests, time.Now().Add(-time.Hour).UTC().Format(http.TimeFormat)), nil
	})

	_, err := read(t, cfg)
	if got := as[*qcc.HTTPError](t, err); got.RetryAfter != 0 {
		t.Errorf("the service asks to wait %s, want 0", got.RetryAfter)
	}
}

// TestWaitsGrowAndAreRandom looks at the waits of many reads: each lies between nothing and twice an average that doubles from half a
// second to five seconds, and all of that room is used.
func TestWaitsGrowAndAreRandom(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const reads = 100

		waits := make([][]time.Duration, qcc.LimitMaxRetries)

		cfg := config(qcc.DefaultBaseURL)
		cfg.Timeout = qcc.MaxTimeout
		cfg.MaxRetries = qcc.LimitMaxRetries
		cfg.Transport = answer(func(*http.Request) (*http.Response, error) { return ok(`{"status":"199"}`), nil })
		cfg.OnAttempt = func(_ context.Context, attempt qcc.Attempt) {
			if attempt.Number <= qcc.LimitMaxRetries {
				waits[attempt.Number-1] = append(waits[attempt.Number-1], attempt.Wait)
			}
		}

		for range reads {
			if _, err := read(t, cfg); err == nil {
				t.Fatal("no error")
			}
		}

		for i, milliseconds := range []int{500, 1000, 2000, 4000, 5000, 5000, 5000, 5000, 5000, 5000} {
			average := time.Duration(milliseconds) * time.Millisecond

			if shortest := slices.Min(waits[i]); shortest < 0 || shortest > average/2 {
				t.Errorf("of %d waits before retry %d, the shortest is %s", len(waits[i]), i+1, shortest)
			}

			if longest := slices.Max(waits[i]); longest > 2*average || longest < average*3/2 {
				t.Errorf("of %d waits before retry %d, the longest is %s", len(waits[i]), i+1, longest)
			}
		}
	})
}

func TestCompressionThatIsNoneIsNotAskedAgain(t *testing.T) {
	t.Parallel()

	var asked atomic.Int32

	cfg := config(serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		asked.Add(1)
		w.Header().Set("Content-Encoding", "gzip")
		_, _ = io.WriteString(w, `{"status":"200","result":[]}`)
	})))
	cfg.MaxRetries = qcc.DefaultMaxRetries

	_, err := read(t, cfg)
	if got := as[*qcc.AnswerError](t, err); got.Problem != "is not compressed as its header says" || asked.Load() != 1 {
		t.Errorf("error is %v after %d requests", err, asked.Load())
	}
}

func TestAReadThatMayNotRetryMayUseItsWholeBudget(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		cfg := config(qcc.DefaultBaseURL)
		cfg.Transport = answer(hang)

		started := time.Now()
		_, err := read(t, cfg)

		if took := time.Since(started); took != cfg.Timeout {
			t.Errorf("the read took %s, want %s", took, cfg.Timeout)
		}

		if got := as[*qcc.ReadError](t, err); got.Budget != cfg.Timeout || got.Attempts != 1 {
			t.Errorf("error is %+v, want one attempt that used the budget", got)
		}
	})
}

func TestCancelEndsAReadAtOnce(t *testing.T) {
	t.Parallel()

	for name, answers := range map[string]answer{
		"while it asks":  hang,
		"while it waits": func(*http.Request) (*http.Response, error) { return status(http.StatusTooManyRequests, "30"), nil },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				cfg := config(qcc.DefaultBaseURL)
				cfg.MaxRetries = qcc.DefaultMaxRetries
				cfg.Transport = answers

				ctx, cancel := context.WithCancel(t.Context())
				started := time.Now()

				time.AfterFunc(3*time.Second, cancel)

				_, err := newClient(t, cfg).Quota(ctx)
				if took := time.Since(started); took != 3*time.Second || !errors.Is(err, context.Canceled) {
					t.Errorf("the read ended after %s with %v, want 3s and context.Canceled", took, err)
				}
			})
		})
	}
}

func TestAttemptsAreReported(t *testing.T) {
	t.Parallel()

	var got qcc.Attempt

	cfg := config(serve(t, emulator.New(emulator.WithBehavior(emulator.Behavior{Code: 107}))))
	cfg.OnAttempt = func(_ context.Context, attempt qcc.Attempt) { got = attempt }

	_, err := read(t, cfg)
	if err == nil || !strings.Contains(err.Error(), "107") {
		t.Errorf("error is %v, want one that names the code", err)
	}

	if got.Elapsed <= 0 {
		t.Errorf("the attempt took %s", got.Elapsed)
	}

	got.Elapsed = 0
	if want := (qcc.Attempt{Number: 1, HTTPStatus: http.StatusOK, Code: 107}); got != want {
		t.Errorf("attempt is %+v, want %+v", got, want)
	}
}

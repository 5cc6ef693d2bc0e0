package qcc_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/qccpro/terraform-provider-qcc/internal/emulator"
	"github.com/qccpro/terraform-provider-qcc/internal/qcc"
)

func TestAnswersThatAreNotTheQuota(t *testing.T) {
	t.Parallel()

	const page = "<!DOCTYPE html><title>blocked</title>"

	for name, wrong := range map[string]struct {
		behavior emulator.Behavior
		problem  qcc.Problem
		length   int64
	}{
		"a page":            {emulator.Behavior{Body: page, ContentType: "text/html"}, qcc.ProblemNoJSON, int64(len(page))},
		"more than 1 MiB":   {emulator.Behavior{Size: 1<<20 + 1}, qcc.ProblemTooLong, 1<<20 + 1},
		"a bomb":            {emulator.Behavior{Size: 4 << 20, Gzip: true}, qcc.ProblemTooLong, -1},
		"success, no quota": {emulator.Behavior{Body: `{"status":"200"}`}, qcc.ProblemNoResult, 16},
	} {
		_, err := read(t, config(serve(t, emulator.New(emulator.WithBehavior(wrong.behavior)))))

		got := as[*qcc.AnswerError](t, err)
		if got.Problem != wrong.problem || strings.Contains(err.Error(), "blocked") {
			t.Errorf("%s: the error is %v, want that the answer %v, without the page", name, err, wrong.problem)
		}

		if got.Host == "" || got.StatusCode != http.StatusOK || got.Length != wrong.length {
			t.Errorf("%s: the error reports HTTP %s and %d bytes, want 200 and %d", name, got.HTTPStatus(), got.Length, wrong.length)
		}

		if want := wrong.behavior.ContentType; want != "" && got.ContentType.String() != want {
			t.Errorf("%s: the error reports content type %q, want %q", name, got.ContentType, want)
		}
	}
}

func TestTheSampleInEachOfItsForms(t *testing.T) {
	t.Parallel()

	for name, behavior := range map[string]emulator.Behavior{
		"as in the document":          {},
		"compressed":                  {Gzip: true},
		"just 1 MiB":                  {Size: 1 << 20},
		"HTML by its header only":     {ContentType: "text/html"},
		"capitalized":                 {Capitalized: true},
		"numeric status":              {Numeric: true},
		"counts in quotes":            {Quoted: true},
		"text with the table's words": {Prefixed: true},
	} {
		service := emulator.New(emulator.WithBehavior(behavior))

		quota, err := read(t, config(serve(t, service)))
		if err != nil || len(quota.Modules) != 3 || quota.NoRecord || service.Requests() != 1 {
			t.Errorf("%s: after %d requests, the quota is %+v, %v, want three modules and a record", name, service.Requests(), quota, err)
		}

		for id, want := range map[string]string{
			"radar_id":          "风险监控-企业: 50 - 2 = 48, 50 deletable",
			"bene_id":           "股权穿透: 100 - 2 = 98, 30 deletable",
			"natural_person_id": "自然人核验: 50 - 0 = 50, 15 deletable",
		} {
			if got := counts(quota.Modules[id]); got != want {
				t.Errorf("%s: %s is %q, want %q", name, id, got, want)
			}
		}
	}
}

// TestHTTPStatusOtherThanOK has services that send a Location header. The client follows no redirect.
func TestHTTPStatusOtherThanOK(t *testing.T) {
	t.Parallel()

	elsewhere := emulator.New()
	address := serve(t, elsewhere)

	for _, status := range []int{201, 204, 299, 300, 301, 302, 307, 308, 399, 400, 401, 403, 404, 405, 407, 418, 499} {
		t.Run(fmt.Sprint(status), func(t *testing.T) {
			t.Parallel()

			service := emulator.New(emulator.WithBehavior(emulator.Behavior{HTTPStatus: status, Redirect: address}))
			cfg := config(serve(t, service))
			cfg.MaxRetries = qcc.DefaultMaxRetries

			host := ""
			if status/100 == 3 {
				host = strings.TrimPrefix(address, "http://")
			}

			_, err := read(t, cfg)
			if got := as[*qcc.HTTPError](t, err); got.StatusCode != status || got.RedirectHost.String() != host {
				t.Errorf("the error reports HTTP %d and a redirect to %q, want %d and %q", got.StatusCode, got.RedirectHost, status, host)
			}

			if service.Requests() != 1 || elsewhere.Requests() != 0 {
				t.Errorf("the service got %d requests, and the target of the redirect %d; want 1 and 0", service.Requests(), elsewhere.Requests())
			}
		})
	}
}

// TestAShortTextIsShown has answers of gateways. Only a short plain text in UTF-8 is shown, on one line and without secrets.
func TestAShortTextIsShown(t *testing.T) {
	t.Parallel()

	const plain, text = "text/plain", "QCC has refused too many queries with this key."

	for name, test := range map[string]struct {
		status                    int
		contentType, body, header string
		want                      string
	}{
		"a gateway's refusal":  {503, plain, text + "\n", "refused", text},
		"with a character set": {403, plain + "; charset=utf-8", "访问被拒绝", "", "访问被拒绝"},
		"with HTTP 200":        {200, plain, text, "", text},
		"another header":       {503, plain, text, "yes", text},
		"commands and secrets": {
			503, plain, "\x1b[31m::error::no\n##vso[x] " + emulator.DefaultKey + "\u202e", "", "[31m::error::no # vso[x] (redacted)",
		},
		"a text that is cut":       {502, plain, strings.Repeat("长", 333), "", strings.Repeat("长", 300) + "…"},
		"a long text":              {502, plain, strings.Repeat("x", 1001), "", ""},
		"a text of unknown length": {502, plain, text, "", ""},
		"a long text, 200":         {200, plain, strings.Repeat("x", 1001), "", ""},
		"another encoding":         {502, plain + "; charset=gbk", "\xb7\xc3", "", ""},
		"a page":                   {502, "text/html", text, "", ""},
		"no content type":          {502, "", text, "", ""},
		"no body":                  {502, plain, "", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			_, err := read(t, config(serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", test.contentType)

				if name != "a text of unknown length" {
					w.Header().Set("Content-Length", fmt.Sprint(len(test.body)))
				}

				w.Header().Set("Qcc-Gateway", test.header)
				w.WriteHeader(test.status)
				_ = http.NewResponseController(w).Flush()
				fmt.Fprint(w, test.body)
			}))))

			var (
				wrong    *qcc.AnswerError
				response *qcc.HTTPError
				got      qcc.Response
			)

			if errors.As(err, &wrong) {
				got = wrong.Response
			} else if errors.As(err, &response) {
				got = response.Response
			}

			if got.Message.String() != test.want || got.FromGateway != (test.header == "refused") {
				t.Errorf("the message is %q, and a gateway's: %t; want %q, %q", got.Message, got.FromGateway, test.want, test.header)
			}
		})
	}
}

func TestARedirectNamesItsHost(t *testing.T) {
	t.Parallel()

	for location, want := range map[string]string{
		"": "",
		"https://login.example:8443/x?key=" + emulator.DefaultKey: "login.example:8443",
		"https://" + emulator.DefaultKey + ".example/":            "(redacted).example",
		":": "",
	} {
		cfg := config(qcc.DefaultBaseURL)
		cfg.Transport = answer(func(*http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: http.StatusFound, Header: http.Header{"Location": {location}}, Body: http.NoBody}, nil
		})

		_, err := read(t, cfg)
		if got := as[*qcc.HTTPError](t, err); got.RedirectHost.String() != want || got.Host != "pro.qcc.com" {
			t.Errorf("%q: the error is %+v, want a redirect to %q", location, got, want)
		}
	}
}

// TestABrokenCompressionIsNotRetried has three broken answers. One is not compressed, one is not in deflate format, and one has a wrong
// checksum.
func TestABrokenCompressionIsNotRetried(t *testing.T) {
	t.Parallel()

	var compressed bytes.Buffer

	writer := gzip.NewWriter(&compressed)
	_, _ = writer.Write([]byte(`{"status":"200","result":[]}`))

	if err := writer.Close(); err != nil {
		t.Fatal(err)
	}

	const header = 10 // A gzip header has ten bytes.

	broken := func(at int) []byte {
		body := bytes.Clone(compressed.Bytes())
		body[at] = ^body[at] | 7 // No kind of block begins so.

		return body
	}

	for name, body := range map[string][]byte{
		"plain text":       []byte(`{"status":"200","result":[]}`),
		"no block":         broken(header),
		"another checksum": broken(compressed.Len() - 8),
	} {
		var asked atomic.Int32

		address := serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			asked.Add(1)
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = w.Write(body)
		}))
		cfg := config(address)
		cfg.MaxRetries = qcc.DefaultMaxRetries

		_, err := read(t, cfg)

		got := as[*qcc.AnswerError](t, err)
		if got.Problem != qcc.ProblemCompression || asked.Load() != 1 {
			t.Errorf("%s: the error is %v after %d requests", name, err, asked.Load())
		}

		if got.StatusCode != http.StatusOK || got.Host != strings.TrimPrefix(address, "http://") {
			t.Errorf("%s: the error reports %+v", name, got.Response)
		}
	}
}

// TestAModuleIDHoldsNoSecret has a service that uses what it was sent as a module id. Terraform would store such an id in the state.
func TestAModuleIDHoldsNoSecret(t *testing.T) {
	t.Parallel()

	for name, id := range map[string]func(r *http.Request) string{
		"key":                 func(r *http.Request) string { return r.URL.Query().Get("key") },
		"key in capitals":     func(r *http.Request) string { return strings.ToUpper(r.URL.Query().Get("key")) },
		"part of the key":     func(r *http.Request) string { return "m_" + r.URL.Query().Get("key")[3:11] },
		"Token":               func(r *http.Request) string { return r.Header.Get("Token") },
		"part of the Token":   func(r *http.Request) string { return r.Header.Get("Token")[:8] + "_id" },
		"an earlier Token":    func(*http.Request) string { return "9E99B81C6E89F3AA69F36AB0D9CF2556" },
		"part of the secret":  func(*http.Request) string { return emulator.DefaultSecretKey[10:20] },
		"key and other words": func(r *http.Request) string { return "radar_id_" + r.URL.Query().Get("key") },
	} {
		cfg := config(qcc.DefaultBaseURL)
		cfg.Transport = answer(func(r *http.Request) (*http.Response, error) {
			return ok(`{"status":"200","result":[{"id":"` + id(r) + `","totalCount":1}]}`), nil
		})

		quota, err := read(t, cfg)
		if got := as[*qcc.AnswerError](t, err); got.Problem != qcc.ProblemIDSecret || len(quota.Modules) > 0 {
			t.Errorf("%s: the error is %v, want that the id holds a secret", name, err)
		}
	}
}

// TestAnAnswerFromACacheIsRefused has answers that state how many seconds a cache has stored them.
func TestAnAnswerFromACacheIsRefused(t *testing.T) {
	t.Parallel()

	for age, refused := range map[string]bool{"": false, "0": false, "00": false, "1": true, "86400": true, "10": true, "nonsense": true, "0, 0": false, "0|100": true, "|9": true} {
		cfg := config(qcc.DefaultBaseURL)
		cfg.Transport = answer(func(*http.Request) (*http.Response, error) {
			response := ok(noQuota)
			response.Header["Age"] = strings.Split(age, "|") // Each value is a line.

			return response, nil
		})

		_, err := read(t, cfg)
		if !refused {
			if err != nil {
				t.Errorf("Age %q: the error is %v", age, err)
			}

			continue
		}

		if got := as[*qcc.AnswerError](t, err); got.Problem != qcc.ProblemCached || got.Host != "pro.qcc.com" || got.StatusCode != http.StatusOK {
			t.Errorf("Age %q: the error is %v, want that the answer comes from a cache", age, err)
		}
	}
}

// TestNumbersOfTheServiceShowNoSecret has a key that contains the numbers.
func TestNumbersOfTheServiceShowNoSecret(t *testing.T) {
	t.Parallel()

	for name, wrong := range map[string]*http.Response{
		"status": ok(`{"status":"0123456789"}`),
		"length": {StatusCode: http.StatusNotFound, Header: http.Header{}, Body: http.NoBody, ContentLength: 123456789},
	} {
		var reported []qcc.Attempt

		cfg := config(qcc.DefaultBaseURL)
		cfg.OnAttempt = func(_ context.Context, attempt qcc.Attempt) { reported = append(reported, attempt) }
		cfg.Transport = answer(func(*http.Request) (*http.Response, error) { return wrong, nil })

		_, err := read(t, cfg)

		shown := fmt.Sprintf("%v %+v", err, reported)

		if response, ok := errors.AsType[*qcc.HTTPError](err); ok && response.Length != -1 {
			t.Errorf("%s: the length is %d, want none", name, response.Length)
		}

		if strings.Contains(shown, "123456789") {
			t.Errorf("%s: a part of the key is shown: %s", name, shown)
		}
	}
}

// TestEarlierTokensAreNotShown has a service that sends parts of an earlier request's Token, in a message and as an id.
func TestEarlierTokensAreNotShown(t *testing.T) {
	t.Parallel()

	for _, body := range []string{`{"status":"101","msg":"TOKEN"}`, `{"status":"200","result":[{"id":"TOKEN"}]}`} {
		synctest.Test(t, func(t *testing.T) {
			var sent []string

			cfg := config(qcc.DefaultBaseURL)
			cfg.MaxRetries = qcc.LimitMaxRetries
			cfg.Now = func() time.Time { return time.Unix(int64(len(sent)), 0) }
			cfg.Timeout = qcc.MaxTimeout
			cfg.Transport = answer(func(r *http.Request) (*http.Response, error) {
				sent = append(sent, r.Header.Get("Token"))
				if len(sent) <= qcc.LimitMaxRetries {
					return withStatus(http.StatusServiceUnavailable, "")(r)
				}

				return ok(strings.ReplaceAll(body, "TOKEN", sent[0][3:20])), nil
			})

			_, err := read(t, cfg)

			var (
				refused *qcc.StatusError
				wrong   *qcc.AnswerError
			)

			switch {
			case errors.As(err, &refused) && refused.Message.String() == "(redacted)":
			case errors.As(err, &wrong) && wrong.Problem == qcc.ProblemIDSecret:
			default:
				t.Errorf("%s: after %d requests, the error is %v", body, len(sent), err)
			}
		})
	}
}

package qcc_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/qccpro/terraform-provider-qcc/internal/emulator"
	"github.com/qccpro/terraform-provider-qcc/internal/qcc"
)

func TestSignaturesEqualKnownAnswers(t *testing.T) {
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
		var sent *http.Request

		cfg := config("https://pro.qcc.com")
		cfg.Key, cfg.SecretKey = known.key, known.secretKey
		cfg.Now = func() time.Time { return time.Unix(known.seconds, 999_999_999) }
		cfg.Transport = answer(func(r *http.Request) (*http.Response, error) {
			sent = r

			return ok(noQuota), nil
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
				t.Errorf("%s at %d: header %s is %q, want %q", known.key, known.seconds, name, got, want)
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
		service := emulator.New()
		cfg := config(serve(t, service))
		cfg.MaxRetries = qcc.DefaultMaxRetries
		wrong.change(&cfg)

		_, err := read(t, cfg)
		if got := as[*qcc.StatusError](t, err); got.Status.Code != wrong.code {
			t.Errorf("%s: code is %d, want %d", name, got.Status.Code, wrong.code)
		}

		if service.Requests() != 1 {
			t.Errorf("%s: a refused read took %d requests, want 1", name, service.Requests())
		}
	}
}

func TestPathPrefixOfTheBaseURLIsKept(t *testing.T) {
	t.Parallel()

	for _, prefix := range []string{"", "/", "/gateway", "/gateway/", "/a%2Fb/qcc"} {
		var path string

		cfg := config("https://gateway.example:8443" + prefix)
		cfg.Key = "a b&c"
		cfg.Transport = answer(func(r *http.Request) (*http.Response, error) {
			path = r.URL.RequestURI()

			return ok(noQuota), nil
		})

		if _, err := read(t, cfg); err != nil {
			t.Error(err)
		}

		if want := strings.TrimSuffix(prefix, "/") + "/api/company/quota/getQuota?key=a+b%26c"; path != want {
			t.Errorf("request is for %s, want %s", path, want)
		}
	}
}

// TestRequestsDoNotShareHeaders adds a value to each header. That must change neither another header nor the next request.
func TestRequestsDoNotShareHeaders(t *testing.T) {
	t.Parallel()

	cfg := config("https://pro.qcc.com")
	cfg.Transport = answer(func(r *http.Request) (*http.Response, error) {
		before := r.Header.Clone()

		for name := range r.Header {
			r.Header.Add(name, "added")
		}

		for name, values := range r.Header {
			if len(values) != 2 || values[0] != before.Get(name) {
				t.Errorf("header %s is %q, and was %q", name, values, before[name])
			}
		}

		return ok(noQuota), nil
	})
	client := newClient(t, cfg)

	for range 2 {
		if _, err := client.Quota(t.Context()); err != nil {
			t.Error(err)
		}
	}
}

// closing is a body that records whether it was closed, and how many bytes were read.
type closing struct {
	io.Reader

	read   int
	closed bool
}

func (c *closing) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.read += n

	return n, err
}

func (c *closing) Close() error {
	c.closed = true

	return nil
}

func TestBodiesAreClosed(t *testing.T) {
	t.Parallel()

	for name, answers := range map[string]answer{
		"quota":      says(noQuota),
		"refusal":    withCode(101, ""),
		"too long":   says(strings.Repeat(" ", 2<<20)),
		"HTTP error": withStatus(http.StatusNotFound, ""),
	} {
		body := &closing{}
		cfg := config("https://pro.qcc.com")
		cfg.Transport = answer(func(r *http.Request) (*http.Response, error) {
			response, err := answers(r)
			body.Reader, response.Body = response.Body, body

			return response, err
		})

		_, err := read(t, cfg)

		if !body.closed || body.read > 1<<20+1 {
			t.Errorf("%s: %d bytes of the body were read, and it was closed: %t; the error is %v", name, body.read, body.closed, err)
		}
	}
}

package qcc_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
)

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

package qcc

import (
	"net/http"
	"testing"
)

// TestOnlyPlainHTTPIsLimitedToThisMachine checks the progress that the transport gets with a request.
func TestOnlyPlainHTTPIsLimitedToThisMachine(t *testing.T) {
	t.Parallel()

	for baseURL, want := range map[string]bool{"https://pro.qcc.com": false, "https://localhost": false, "http://localhost": true} {
		t.Run(baseURL, func(t *testing.T) {
			t.Parallel()

			client := newTestClient(t, baseURL, func(c *Config) {
				c.Transport = roundTrip(func(request *http.Request) (*http.Response, error) {
					if got := progressOf(request.Context()).loopbackOnly; got != want {
						t.Errorf("the request is limited to this machine: %t, want %t", got, want)
					}

					return busy(""), nil
				})
			})

			if _, err := client.Quota(t.Context()); err == nil {
				t.Error("there is no error")
			}
		})
	}
}

package testkit

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/qccpro/terraform-provider-qcc/internal/emulator"
)

// Serve starts a server, and returns its URL. The server stops when the test ends.
func Serve(t *testing.T, handler http.Handler) string {
	t.Helper()

	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)

	return server.URL
}

// Silent returns the URL of a service that must not receive requests. The test fails if it does.
func Silent(t *testing.T) string {
	t.Helper()

	service := emulator.New()

	t.Cleanup(func() {
		if service.Requests() != 0 {
			t.Errorf("the service received %d queries, want 0", service.Requests())
		}
	})

	return Serve(t, service)
}

// Consume adds count to the consumed quota of a module.
func Consume(t *testing.T, service *emulator.Emulator, id string, count int64) {
	t.Helper()

	if err := service.Consume(id, count); err != nil {
		t.Fatal(err)
	}
}

package emulator_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/qccpro/terraform-provider-qcc/internal/emulator"
)

// query returns a quota request that was signed at 2023-11-14 22:13:20 UTC. The emulator accepts it if its clock shows that time.
func query(t *testing.T) *http.Request {
	t.Helper()

	request := httptest.NewRequestWithContext(t.Context(), http.MethodGet, emulator.Path+"?key="+emulator.DefaultKey, nil)
	request.Header.Set("Timespan", "1700000000")
	request.Header.Set("Token", "CA1B3769BADBE679C3CB495C65CF228B")

	return request
}

// then returns a behavior whose clock shows the time of query's signature plus off.
func then(off time.Duration) emulator.Behavior {
	return emulator.Behavior{Clock: emulator.Duration(time.Until(time.Unix(1_700_000_000, 0)) + off)}
}

type body struct {
	Status string            `json:"status"`
	Msg    string            `json:"msg"`
	Result []emulator.Module `json:"result"`
}

// serve returns the answer to a request.
func serve(service http.Handler, request *http.Request) *httptest.ResponseRecorder {
	recorder := httptest.NewRecorder()
	service.ServeHTTP(recorder, request)

	return recorder
}

// ask returns the decoded answer to a quota request.
func ask(t *testing.T, service http.Handler, request *http.Request) (body, *http.Response) {
	t.Helper()

	response := serve(service, request).Result()

	var answer body
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil {
		t.Fatalf("HTTP %d: %v", response.StatusCode, err)
	}

	return answer, response
}

func TestUnknownPathIsNotFound(t *testing.T) {
	t.Parallel()

	service := emulator.New()

	answer := serve(service, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/api/company/quota", nil))
	if answer.Code != http.StatusNotFound || service.Requests() != 0 {
		t.Errorf("HTTP %d and %d queries, want 404 and 0", answer.Code, service.Requests())
	}
}

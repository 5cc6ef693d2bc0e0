package qcc_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/qccpro/terraform-provider-qcc/internal/emulator"
	"github.com/qccpro/terraform-provider-qcc/internal/qcc"
)

// config returns a valid configuration for the service at baseURL, without retries.
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

// serve starts a server that stops when the test ends.
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

// deref returns a count as text, and "nil" for a count that was not stated.
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

// answer is a function that implements RoundTripper.
type answer func(*http.Request) (*http.Response, error)

func (a answer) RoundTrip(r *http.Request) (*http.Response, error) { return a(r) }

// through returns a RoundTripper that calls a handler without a network.
func through(handler http.Handler) answer {
	return func(r *http.Request) (*http.Response, error) {
		recorder := httptest.NewRecorder()
		handler.ServeHTTP(recorder, r)

		return recorder.Result(), nil
	}
}

// noQuota is an answer without modules.
const noQuota = `{"status":"200","result":[]}`

func ok(body string) *http.Response {
	return &http.Response{
		StatusCode: http.StatusOK, Header: http.Header{}, Body: io.NopCloser(bytes.NewBufferString(body)), ContentLength: int64(len(body)),
	}
}

// says answers with a body.
func says(body string) answer {
	return func(*http.Request) (*http.Response, error) { return ok(body), nil }
}

// withCode answers with a status code of the service, and a Retry-After header.
func withCode(code int, retryAfter string) answer {
	return func(*http.Request) (*http.Response, error) {
		response := ok(fmt.Sprintf(`{"status":"%d","result":[]}`, code))
		response.Header.Set("Retry-After", retryAfter)

		return response, nil
	}
}

// withStatus answers with an HTTP status and a Retry-After header.
func withStatus(code int, retryAfter string) answer {
	return func(*http.Request) (*http.Response, error) {
		response := ok("")
		response.StatusCode = code
		response.Header.Set("Retry-After", retryAfter)

		return response, nil
	}
}

// fails ends a request with an error.
func fails(err error) answer {
	return func(*http.Request) (*http.Response, error) { return nil, err }
}

func hang(r *http.Request) (*http.Response, error) {
	<-r.Context().Done()

	return nil, r.Context().Err()
}

// later answers after a time, and ignores the end of the request.
func later(after time.Duration, then answer) answer {
	return func(r *http.Request) (*http.Response, error) {
		time.Sleep(after)

		return then(r)
	}
}

// service is a RoundTripper that gives its answers in turn, and then the last one again.
type service struct {
	answers  []answer
	requests atomic.Int32
}

func (s *service) RoundTrip(r *http.Request) (*http.Response, error) {
	return s.answers[min(int(s.requests.Add(1)), len(s.answers))-1](r)
}

// gathering is longer than a read waits for other reads.
const gathering = 20 * time.Millisecond

// slow is an io.Reader that waits before each read.
type slow struct{ io.Reader }

func (s slow) Read(p []byte) (int, error) {
	time.Sleep(90 * time.Second)

	return s.Reader.Read(p)
}

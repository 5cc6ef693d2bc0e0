package emulator_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"

	"github.com/qccpro/terraform-provider-qcc/internal/emulator"
)

func TestLogDescribesTheAnswer(t *testing.T) {
	t.Parallel()

	for want, behavior := range map[string]emulator.Behavior{
		"200 查询成功": then(0),
		"112 您的账号剩余使用量已不足或已过期": {Code: 112},
		"999":         {Code: 999},
		"HTTP 503":    {HTTPStatus: 503},
		"HTTP 302":    {Redirect: "http://127.0.0.1:1/"},
		"custom body": {Body: "<html>"},
	} {
		var lines []string

		service := emulator.New(emulator.WithBehavior(behavior), emulator.WithLog(func(line string) { lines = append(lines, line) }))
		service.ServeHTTP(httptest.NewRecorder(), query(t))

		if want = "query 1: GET /api/company/quota/getQuota: " + want; len(lines) != 1 || lines[0] != want {
			t.Errorf("the log says %q, want %q", lines, want)
		}
	}
}

func TestNextLimitsABehavior(t *testing.T) {
	t.Parallel()

	service := emulator.New(emulator.WithBehavior(emulator.Behavior{Code: 199, Next: 2}))

	for _, want := range []string{"199", "199", "115", "115"} { // 115, because the real clock shows that the signature is old.
		if got, _ := ask(t, service, query(t)); got.Status != want {
			t.Errorf("code is %s, want %s", got.Status, want)
		}
	}
}

func TestFaultsOfHTTP(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct {
		behavior emulator.Behavior
		status   int
		headers  map[string]string
	}{
		"none":         {emulator.Behavior{}, 200, map[string]string{"Content-Type": "application/json; charset=utf-8", "Retry-After": "", "Location": ""}},
		"status":       {emulator.Behavior{HTTPStatus: 503, RetryAfter: "7"}, 503, map[string]string{"Retry-After": "7"}},
		"redirect":     {emulator.Behavior{Redirect: "http://127.0.0.1:1/x"}, 302, map[string]string{"Location": "http://127.0.0.1:1/x"}},
		"redirect 308": {emulator.Behavior{Redirect: "http://127.0.0.1:1/x", HTTPStatus: 308}, 308, map[string]string{"Location": "http://127.0.0.1:1/x"}},
		"content type": {emulator.Behavior{ContentType: "text/html"}, 200, map[string]string{"Content-Type": "text/html"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			got, _ := raw(t, test.behavior)
			if got.Code != test.status {
				t.Errorf("HTTP status is %d, want %d", got.Code, test.status)
			}

			for header, want := range test.headers {
				if got.Header().Get(header) != want {
					t.Errorf("%s is %q, want %q", header, got.Header().Get(header), want)
				}
			}
		})
	}
}

func TestDroppedConnections(t *testing.T) {
	t.Parallel()

	service := emulator.New()
	server := httptest.NewServer(service)
	t.Cleanup(server.Close)

	get := func(drop string) (string, error) {
		service.Behave(emulator.Behavior{Drop: drop, Body: "0123456789"})

		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+emulator.Path, nil)
		if err != nil {
			t.Fatal(err)
		}

		response, err := http.DefaultClient.Do(request)
		if err != nil {
			return "", err
		}
		defer response.Body.Close()

		content, err := io.ReadAll(response.Body)

		return string(content), err
	}

	if content, err := get(""); content != "0123456789" || err != nil {
		t.Errorf("not dropped: %q, %v", content, err)
	}

	if content, err := get(emulator.DropHalf); content != "01234" || !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("dropped in the middle: %q, %v", content, err)
	}

	if _, err := get(emulator.DropAnswer); !errors.Is(err, io.EOF) {
		t.Errorf("dropped before the answer: %v", err)
	}
}

func TestDelayEndsWithTheClient(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		service := emulator.New(emulator.WithBehavior(emulator.Behavior{Code: 200, Delay: emulator.Duration(time.Minute)}))
		started := time.Now()

		ask(t, service, query(t))

		if took := time.Since(started); took != time.Minute {
			t.Errorf("the answer took %s, want 1m", took)
		}

		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()

		defer func() {
			if aborted, _ := recover().(error); !errors.Is(aborted, http.ErrAbortHandler) {
				t.Errorf("after the client has left, the handler ends with %v", aborted)
			}

			if took := time.Since(started); took != time.Second {
				t.Errorf("the client leaves after 1s, and the handler ends after %s", took)
			}
		}()

		started = time.Now()

		service.ServeHTTP(httptest.NewRecorder(), query(t).WithContext(ctx))
	})
}

package emulator_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/qccpro/terraform-provider-qcc/internal/emulator"
)

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
		log      string
	}{
		"none":         {then(0), 200, map[string]string{"Content-Type": "application/json; charset=utf-8", "Retry-After": "", "Location": ""}, "200 查询成功"},
		"code":         {emulator.Behavior{Code: 112}, 200, nil, "112 您的账号剩余使用量已不足或已过期"},
		"unknown code": {emulator.Behavior{Code: 999}, 200, nil, "999"},
		"status":       {emulator.Behavior{HTTPStatus: 503, RetryAfter: "7"}, 503, map[string]string{"Retry-After": "7"}, "HTTP 503"},
		"redirect":     {emulator.Behavior{Redirect: "http://127.0.0.1:1/x"}, 302, map[string]string{"Location": "http://127.0.0.1:1/x"}, "HTTP 302"},
		"redirect 308": {emulator.Behavior{Redirect: "http://127.0.0.1:1/x", HTTPStatus: 308}, 308, map[string]string{"Location": "http://127.0.0.1:1/x"}, "HTTP 308"},
		"content type": {emulator.Behavior{ContentType: "text/html", Body: "<html>"}, 200, map[string]string{"Content-Type": "text/html"}, "custom body"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			var lines []string

			got := serve(emulator.New(emulator.WithBehavior(test.behavior), emulator.WithLog(func(line string) { lines = append(lines, line) })), query(t))
			if got.Code != test.status {
				t.Errorf("HTTP status is %d, want %d", got.Code, test.status)
			}

			for header, want := range test.headers {
				if got.Header().Get(header) != want {
					t.Errorf("%s is %q, want %q", header, got.Header().Get(header), want)
				}
			}

			serve(emulator.New(emulator.WithChinese(true), emulator.WithBehavior(test.behavior), emulator.WithLog(func(line string) { lines = append(lines, line) })), query(t))

			chinese := strings.Replace(test.log, "custom body", "自定义响应体", 1)
			if want := []string{"query 1: GET " + emulator.Path + ": " + test.log, "第 1 次查询：GET " + emulator.Path + "：" + chinese}; !slices.Equal(lines, want) {
				t.Errorf("the logs say %q, want %q", lines, want)
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
			return "", err
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

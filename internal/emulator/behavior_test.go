package emulator_test

import (
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"io"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/qccpro/terraform-provider-qcc/internal/emulator"
)

// raw returns the answer to a query as it was sent.
func raw(t *testing.T, behavior emulator.Behavior, modules ...emulator.Module) (*httptest.ResponseRecorder, string) {
	t.Helper()

	behavior.Clock = then(0).Clock
	recorder := httptest.NewRecorder()
	emulator.New(emulator.WithBehavior(behavior), emulator.WithModules(modules...)).ServeHTTP(recorder, query(t))

	return recorder, recorder.Body.String()
}

func TestWhatTheDocumentLeavesOpen(t *testing.T) {
	t.Parallel()

	one := emulator.Module{ID: "radar_id", Total: 5, CanDeleted: 2, Consumed: 1}

	for name, test := range map[string]struct {
		behavior emulator.Behavior
		modules  []emulator.Module
		want     string
	}{
		"nothing":     {emulator.Behavior{}, []emulator.Module{one}, `{"msg":"查询成功","result":[{"canDeletedCount":2,"consumedCount":1,"id":"radar_id","totalCount":5}],"status":"200"}`},
		"no modules":  {emulator.Behavior{}, nil, `{"msg":"查询成功","result":[],"status":"200"}`},
		"prefixed":    {emulator.Behavior{Prefixed: true}, nil, `{"msg":"【有效请求】查询成功","result":[],"status":"200"}`},
		"invalid":     {emulator.Behavior{Prefixed: true, Code: 101}, nil, `{"msg":"【无效请求】当前的 KEY 无效或者还未生效中","result":null,"status":"101"}`},
		"message":     {emulator.Behavior{Message: "hello"}, nil, `{"msg":"hello","result":[],"status":"200"}`},
		"capitalized": {emulator.Behavior{Capitalized: true}, []emulator.Module{one}, `{"Message":"查询成功","Result":[{"Id":"radar_id","canDeletedCount":2,"consumedCount":1,"totalCount":5}],"Status":"200"}`},
		"numeric":     {emulator.Behavior{Numeric: true}, nil, `{"msg":"查询成功","result":[],"status":200}`},
		"quoted":      {emulator.Behavior{Quoted: true}, []emulator.Module{one}, `{"msg":"查询成功","result":[{"canDeletedCount":"2","consumedCount":"1","id":"radar_id","totalCount":"5"}],"status":"200"}`},
		"single":      {emulator.Behavior{Single: true}, []emulator.Module{one}, `{"msg":"查询成功","result":{"canDeletedCount":2,"consumedCount":1,"id":"radar_id","totalCount":5},"status":"200"}`},
		"body":        {emulator.Behavior{Body: "<html>"}, nil, "<html>"},
		"size":        {emulator.Behavior{Body: "<html>", Size: 8}, nil, "<html>  "},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			if _, got := raw(t, test.behavior, test.modules...); got != test.want {
				t.Errorf("body is %s, want %s", got, test.want)
			}
		})
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

func TestCompressedForThoseWhoTakeIt(t *testing.T) {
	t.Parallel()

	behavior := then(0)
	behavior.Gzip = true

	for encoding, compressed := range map[string]bool{"": false, "gzip": true} {
		request := query(t)
		request.Header.Set("Accept-Encoding", encoding)

		recorder := httptest.NewRecorder()
		emulator.New(emulator.WithBehavior(behavior)).ServeHTTP(recorder, request)

		reader := io.Reader(recorder.Body)

		if compressed {
			unzipped, err := gzip.NewReader(reader)
			if err != nil {
				t.Fatal(err)
			}

			reader = unzipped
		}

		if content, err := io.ReadAll(reader); err != nil || !json.Valid(content) {
			t.Errorf("with Accept-Encoding %q the body is %q, %v", encoding, content, err)
		}
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
				t.Errorf("after the client has gone, the handler ends with %v", aborted)
			}

			if took := time.Since(started); took != time.Second {
				t.Errorf("after the client has gone, the handler goes on for %s, want 1s", took)
			}
		}()

		started = time.Now()

		service.ServeHTTP(httptest.NewRecorder(), query(t).WithContext(ctx))
	})
}

// TestFlagsAndControlHaveTheSameNames sets every field by its flag, and finds it under the flag's name in the JSON.
func TestFlagsAndControlHaveTheSameNames(t *testing.T) {
	t.Parallel()

	var behavior emulator.Behavior

	flags := flag.NewFlagSet("", flag.ContinueOnError)
	behavior.AddFlags(flags)

	flags.VisitAll(func(f *flag.Flag) {
		for _, value := range []string{"true", "7", "7s"} { // One of them fits.
			if flags.Set(f.Name, value) == nil {
				break
			}
		}
	})

	encoded, err := json.Marshal(behavior)
	if err != nil {
		t.Fatal(err)
	}

	var fields map[string]any
	if err := json.Unmarshal(encoded, &fields); err != nil {
		t.Fatal(err)
	}

	if want := reflect.TypeFor[emulator.Behavior]().NumField(); len(fields) != want {
		t.Errorf("the flags have set %d of %d fields: %s", len(fields), want, encoded)
	}

	flags.VisitAll(func(f *flag.Flag) {
		if _, found := fields[strings.ReplaceAll(f.Name, "-", "_")]; !found {
			t.Errorf("flag -%s is not in %s", f.Name, encoded)
		}
	})
}

package emulator_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
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

// query returns a query with the known answer for 2023-11-14 22:13:20 UTC, as far as the emulator's clock is that.
func query(t *testing.T) *http.Request {
	t.Helper()

	request := httptest.NewRequestWithContext(t.Context(), http.MethodGet, emulator.Path+"?key="+emulator.DefaultKey, nil)
	request.Header.Set("Timespan", "1700000000")
	request.Header.Set("Token", "CA1B3769BADBE679C3CB495C65CF228B")

	return request
}

// then is the behavior with a clock that says the time of the known answer, and off.
func then(off time.Duration) emulator.Behavior {
	return emulator.Behavior{Clock: emulator.Duration(time.Until(time.Unix(1_700_000_000, 0)) + off)}
}

type body struct {
	Status string            `json:"status"`
	Msg    string            `json:"msg"`
	Result []emulator.Module `json:"result"`
}

func ask(t *testing.T, service http.Handler, request *http.Request) (body, *http.Response) {
	t.Helper()

	recorder := httptest.NewRecorder()
	service.ServeHTTP(recorder, request)

	response := recorder.Result()

	var answer body
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil {
		t.Fatalf("HTTP %d: %v", response.StatusCode, err)
	}

	return answer, response
}

func TestSampleOfTheDocument(t *testing.T) {
	t.Parallel()

	got, response := ask(t, emulator.New(emulator.WithBehavior(then(0))), query(t))
	if want := (body{"200", "查询成功", emulator.Sample()}); !reflect.DeepEqual(got, want) {
		t.Errorf("answer is %+v, want %+v", got, want)
	}

	if date, err := http.ParseTime(response.Header.Get("Date")); err != nil || date.Sub(time.Unix(1_700_000_000, 0)).Abs() > time.Minute {
		t.Errorf("Date is %q, want that of the emulator's clock", response.Header.Get("Date"))
	}
}

func TestVerification(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct {
		change func(*http.Request)
		off    time.Duration
		code   string
		option emulator.Behavior
		other  string
	}{
		"as it should be":          {func(*http.Request) {}, 0, "200", emulator.Behavior{}, "200"},
		"clock nearly too late":    {func(*http.Request) {}, 295 * time.Second, "200", emulator.Behavior{Window: emulator.Duration(time.Minute)}, "115"},
		"clock too late":           {func(*http.Request) {}, 305 * time.Second, "115", emulator.Behavior{Window: emulator.Duration(time.Hour)}, "200"},
		"clock too early":          {func(*http.Request) {}, -305 * time.Second, "115", emulator.Behavior{TimespanCode: 107}, "107"},
		"no Timespan":              {func(r *http.Request) { r.Header.Del("Timespan") }, 0, "115", emulator.Behavior{TimespanCode: 107}, "107"},
		"Timespan with a fraction": {func(r *http.Request) { r.Header.Set("Timespan", "1700000000.5") }, 0, "115", emulator.Behavior{TimespanCode: 107}, "107"},
		"another Timespan":         {func(r *http.Request) { r.Header.Set("Timespan", "1700000001") }, 0, "107", emulator.Behavior{TokenCode: 115}, "115"},
		"no Token":                 {func(r *http.Request) { r.Header.Del("Token") }, 0, "107", emulator.Behavior{TokenCode: 115}, "115"},
		"Token in lower case":      {func(r *http.Request) { r.Header.Set("Token", strings.ToLower(r.Header.Get("Token"))) }, 0, "107", emulator.Behavior{TokenCode: 115}, "115"},
		"no key":                   {func(r *http.Request) { r.URL.RawQuery = "" }, 0, "202", emulator.Behavior{NoKeyCode: 101}, "101"},
		"unknown key":              {func(r *http.Request) { r.URL.RawQuery = "key=test_key" }, 0, "101", emulator.Behavior{UnknownKeyCode: 104}, "104"},
		"POST":                     {func(r *http.Request) { r.Method = http.MethodPost }, 0, "118", emulator.Behavior{MethodCode: 117}, "117"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			request := query(t)
			test.change(request)

			if got, _ := ask(t, emulator.New(emulator.WithBehavior(then(test.off))), request); got.Status != test.code {
				t.Errorf("code is %s, want %s", got.Status, test.code)
			}

			test.option.Clock = then(test.off).Clock
			if got, _ := ask(t, emulator.New(emulator.WithBehavior(test.option)), request); got.Status != test.other {
				t.Errorf("with the option, the code is %s, want %s", got.Status, test.other)
			}
		})
	}
}

// TestWindowOfTheTimespan runs on a clock that stands still, since the bounds are exact.
func TestWindowOfTheTimespan(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		for off, want := range map[time.Duration]string{
			-301 * time.Second: "115", -300 * time.Second: "200", 300 * time.Second: "200", 301 * time.Second: "115",
		} {
			if got, _ := ask(t, emulator.New(emulator.WithBehavior(then(off))), query(t)); got.Status != want {
				t.Errorf("%s off, the code is %s, want %s", off, got.Status, want)
			}
		}
	})
}

func TestAnswersOfEveryCode(t *testing.T) {
	t.Parallel()

	service := emulator.New()

	for code, text := range emulator.Codes() {
		service.Behave(emulator.Behavior{Code: code})

		got, response := ask(t, service, query(t))
		if got.Status != fmt.Sprint(code) || got.Msg != text || response.StatusCode != http.StatusOK {
			t.Errorf("%d gives HTTP %d with %+v", code, response.StatusCode, got)
		}

		if (got.Result == nil) != (code != 200) {
			t.Errorf("%d gives the result %v", code, got.Result)
		}
	}

	if service.Requests() != len(emulator.Codes()) {
		t.Errorf("%d queries were counted, want %d", service.Requests(), len(emulator.Codes()))
	}
}

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

func TestLogTellsWhatIsSent(t *testing.T) {
	t.Parallel()

	for want, behavior := range map[string]emulator.Behavior{
		"200 查询成功": then(0),
		"112 您的账号剩余使用量已不足或已过期": {Code: 112},
		"999":          {Code: 999},
		"HTTP 503":     {HTTPStatus: 503},
		"HTTP 302":     {Redirect: "http://127.0.0.1:1/"},
		"another body": {Body: "<html>"},
	} {
		var lines []string

		service := emulator.New(emulator.WithBehavior(behavior), emulator.WithLog(func(line string) { lines = append(lines, line) }))
		service.ServeHTTP(httptest.NewRecorder(), query(t))

		if want = "query 1: GET /api/company/quota/getQuota: " + want; len(lines) != 1 || lines[0] != want {
			t.Errorf("the log says %q, want %q", lines, want)
		}
	}
}

func TestUnknownPathIsNotFound(t *testing.T) {
	t.Parallel()

	service := emulator.New()
	recorder := httptest.NewRecorder()
	service.ServeHTTP(recorder, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/api/company/quota", nil))

	if recorder.Code != http.StatusNotFound || service.Requests() != 0 {
		t.Errorf("HTTP %d and %d queries, want 404 and none", recorder.Code, service.Requests())
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

func TestCountsMove(t *testing.T) {
	t.Parallel()

	service := emulator.New(emulator.WithModules(emulator.Module{ID: "radar_id", Total: 10}))
	behavior := then(0)
	behavior.Drift = 3
	service.Behave(behavior)

	for _, want := range []int64{0, 3, 6} {
		if got, _ := ask(t, service, query(t)); got.Result[0].Consumed != want {
			t.Errorf("consumed is %d, want %d", got.Result[0].Consumed, want)
		}
	}

	if err := service.Consume("radar_id", 1); err != nil {
		t.Fatal(err)
	}

	if got, _ := ask(t, service, query(t)); got.Result[0].Consumed != 10 {
		t.Errorf("consumed is %d, want 10", got.Result[0].Consumed)
	}

	if err := service.Consume("bene_id", 1); err == nil {
		t.Error("a module that does not exist was consumed")
	}
}

func TestNextLimitsABehavior(t *testing.T) {
	t.Parallel()

	service := emulator.New(emulator.WithBehavior(emulator.Behavior{Code: 199, Next: 2}))

	for _, want := range []string{"199", "199", "115", "115"} { // 115: the known answer is an old one by the true clock.
		if got, _ := ask(t, service, query(t)); got.Status != want {
			t.Errorf("code is %s, want %s", got.Status, want)
		}
	}
}

func TestControl(t *testing.T) {
	t.Parallel()

	service := emulator.New()

	control := func(method, path, content, from string) (int, string) {
		request := httptest.NewRequestWithContext(t.Context(), method, emulator.ControlPath+path, strings.NewReader(content))
		request.RemoteAddr = from
		recorder := httptest.NewRecorder()
		service.ServeHTTP(recorder, request)

		return recorder.Code, strings.TrimSpace(recorder.Body.String())
	}

	const (
		here      = "127.0.0.1:1234"
		modules   = `[{"id":"radar_id","totalCount":9,"canDeletedCount":0,"consumedCount":0}]`
		untouched = `"modules":[{"id":"radar_id","totalCount":9,"canDeletedCount":0,"consumedCount":4}]`
	)

	for _, step := range []struct {
		method, path, content, from string
		status                      int
		says                        string
	}{
		{"GET", "", "", here, 200, `{"requests":0,"modules":[{"id":"radar_id","totalCount":50`},
		{"PUT", "/modules", modules, here, 200, `"modules":` + modules},
		{"POST", "/consume", `{"radar_id":4}`, "[::1]:1234", 200, `"consumedCount":4`},
		{"POST", "/consume", `{"radar_id":4,"bene_id":1}`, here, 400, `no module "bene_id"`},
		{"GET", "", "", here, 200, untouched},
		{"PUT", "/behavior", `{"code":107,"delay":"1ms","next":1}`, here, 200, `"behavior":{"next":1,"code":107,"delay":"1ms"}`},
		{"PUT", "/behavior", `{"cod":107}`, here, 400, `unknown field "cod"`},
		{"PUT", "/behavior", `{"delay":"long"}`, here, 400, `invalid duration`},
		{"PUT", "/behavior", `{"drop":"all"}`, here, 400, `drop is "all"`},
		{"PUT", "/behavior", `{"http_status":42}`, here, 400, "HTTP status 42"},
		{"PUT", "/behavior", `{"code":-7}`, here, 400, "cannot be negative"},
		{"PUT", "/behavior", `{} {}`, here, 400, "something behind"},
		{"PUT", "/modules", `{}`, here, 400, "not what the control API takes here"},
		{"POST", "/consume", `x`, here, 400, "not what the control API takes here"},
		{"PUT", "/consume", `{}`, here, 405, ""},
		{"PUT", "/behavior", `{}`, "192.0.2.1:1234", 403, "loopback addresses only"},
		{"PUT", "/behavior", `{}`, "nonsense", 403, "loopback addresses only"},
		{"GET", "", "", here, 200, `"code":107`},
		{"PUT", "/behavior", `{}`, "[::ffff:127.0.0.1]:1", 200, `"behavior":{}`},
	} {
		status, content := control(step.method, step.path, step.content, step.from)
		if status != step.status || !strings.Contains(content, step.says) {
			t.Errorf("%s %s %s from %s gives HTTP %d: %s, want %d and %s", step.method, step.path, step.content, step.from, status, content, step.status, step.says)
		}
	}

	if service.Requests() != 0 {
		t.Error("the control API counts as queries")
	}
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

func TestListensOnLoopbackOnly(t *testing.T) {
	t.Parallel()

	for _, address := range []string{"0.0.0.0:0", ":0", "[::]:0"} {
		if server, err := emulator.Listen(t.Context(), address, emulator.New()); err == nil {
			t.Errorf("it listens on %s, as %s", address, server.URL)
		}
	}

	if _, err := emulator.Listen(t.Context(), "nonsense", emulator.New()); err == nil {
		t.Error("it listens on nonsense")
	}
}

func TestStopEndsDelayedQueries(t *testing.T) {
	t.Parallel()

	arrived := make(chan string, 1)
	service := emulator.New(
		emulator.WithBehavior(emulator.Behavior{Delay: emulator.Duration(time.Hour)}),
		emulator.WithLog(func(line string) { arrived <- line }),
	)

	server, err := emulator.Listen(t.Context(), "127.0.0.1:0", service)
	if err != nil {
		t.Fatal(err)
	}

	answered := make(chan error, 1)

	go func() {
		request, err := http.NewRequestWithContext(context.WithoutCancel(t.Context()), http.MethodGet, server.URL+emulator.Path+"?key=s3cr3t", bytes.NewReader(nil))
		if err == nil {
			var response *http.Response
			if response, err = http.DefaultClient.Do(request); err == nil {
				err = response.Body.Close()
			}
		}

		answered <- err
	}()

	if line := <-arrived; line != "query 1: GET /api/company/quota/getQuota: 101 当前的 KEY 无效或者还未生效中" {
		t.Errorf("the log says %q", line)
	}

	if err := server.Stop(t.Context()); err != nil {
		t.Errorf("Stop: %v", err)
	}

	if err := <-answered; !errors.Is(err, io.EOF) {
		t.Errorf("the delayed query ended with %v, want no answer", err)
	}
}

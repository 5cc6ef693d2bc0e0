package emulator_test

import (
	"encoding/json"
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

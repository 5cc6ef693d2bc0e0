package emulator_test

import (
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/qccpro/terraform-provider-qcc/internal/emulator"
)

func TestVerification(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct {
		change func(*http.Request)
		off    time.Duration
		code   string
		option emulator.Behavior
		other  string
	}{
		"valid":                    {func(*http.Request) {}, 0, "200", emulator.Behavior{}, "200"},
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

// TestWindowOfTheTimespan runs on a stopped clock, because it tests exact bounds.
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

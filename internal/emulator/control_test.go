package emulator_test

import (
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/qccpro/terraform-provider-qcc/internal/emulator"
)

func TestControl(t *testing.T) {
	t.Parallel()

	service := emulator.New()

	control := func(method, path, content, from string) (int, string) {
		request := httptest.NewRequestWithContext(t.Context(), method, emulator.ControlPath+path, strings.NewReader(content))
		request.RemoteAddr = from
		answer := serve(service, request)

		return answer.Code, strings.TrimSpace(answer.Body.String())
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
		{"POST", "/orders", `{"radar_id":2}`, here, 200, `"consumedCount":6}],"behavior"`},
		{"PUT", "/behavior", `{"count_after":"1h"}`, here, 200, `"behavior":{"count_after":"1h0m0s"}`},
		{"POST", "/orders", `{"radar_id":3}`, here, 200, `"consumedCount":6}],"uncounted":{"radar_id":3}`},
		{"POST", "/orders", `{"radar_id":1}`, here, 400, `needs 1 of the module "radar_id", and 0 are left`},
		{"POST", "/orders", `{"radar_id":0}`, here, 400, "must be above 0"},
		{"POST", "/orders", `x`, here, 400, "not valid for this path of the control API"},
		{"PUT", "/behavior", `{"code":107,"delay":"1ms","next":1}`, here, 200, `"behavior":{"next":1,"code":107,"delay":"1ms"}`},
		{"PUT", "/behavior", `{"cod":107}`, here, 400, `unknown field "cod"`},
		{"PUT", "/behavior", `{"delay":"long"}`, here, 400, `invalid duration`},
		{"PUT", "/behavior", `{"drop":"all"}`, here, 400, `drop is "all"`},
		{"PUT", "/behavior", `{"http_status":42}`, here, 400, "HTTP status 42"},
		{"PUT", "/behavior", `{"code":-7}`, here, 400, "cannot be negative"},
		{"PUT", "/behavior", `{} {}`, here, 400, "data after the JSON value"},
		{"PUT", "/modules", `{}`, here, 400, "not valid for this path of the control API"},
		{"POST", "/consume", `x`, here, 400, "not valid for this path of the control API"},
		{"PUT", "/consume", `{}`, here, 405, ""},
		{"PUT", "/behavior", `{}`, "192.0.2.1:1234", 403, "loopback addresses only"},
		{"PUT", "/behavior", `{}`, "nonsense", 403, "loopback addresses only"},
		{"GET", "", "", here, 200, `"code":107`},
		{"PUT", "/behavior", `{}`, "[::ffff:127.0.0.1]:1", 200, `"behavior":{},"locked":false`},
		{"PUT", "/behavior", `{"concurrent":-1}`, here, 400, "cannot be negative"},
		{"PUT", "/behavior", `{"lock_after":-1}`, here, 400, "cannot be negative"},
		{"PUT", "/behavior", `{"count_after":"-1s"}`, here, 400, "cannot be negative"},
		{"PUT", "/behavior", `{"behind":"-1s"}`, here, 400, "cannot be negative"},
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

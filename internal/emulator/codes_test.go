package emulator_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/qccpro/terraform-provider-qcc/internal/emulator"
)

func TestAnswersOfEveryCode(t *testing.T) {
	t.Parallel()

	service := emulator.New()

	for code, text := range emulator.Codes() {
		service.Behave(emulator.Behavior{Code: code})

		got, response := ask(t, service, query(t))
		if got.Status != fmt.Sprint(code) || got.Msg != text || response.StatusCode != http.StatusOK || (got.Result == nil) != (code != 200) {
			t.Errorf("%d gives HTTP %d with %+v", code, response.StatusCode, got)
		}
	}

	if service.Requests() != len(emulator.Codes()) {
		t.Errorf("%d queries were counted, want %d", service.Requests(), len(emulator.Codes()))
	}
}

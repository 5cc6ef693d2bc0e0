package qcc_test

import (
	"strings"
	"testing"

	"github.com/qccpro/terraform-provider-qcc/internal/emulator"
	"github.com/qccpro/terraform-provider-qcc/internal/qcc"
)

func TestEveryCodeOfTheDocument(t *testing.T) {
	t.Parallel()

	service := emulator.New()
	cfg := config(serve(t, service))

	for code, documented := range emulator.Codes() {
		service.Behave(emulator.Behavior{Code: code, Prefixed: true})

		quota, err := read(t, cfg)
		status := qcc.Lookup(code)

		if status.Text != documented || !status.Documented() {
			t.Errorf("%d means %q, want %q", code, status.Text, documented)
		}

		switch status.Class {
		case qcc.ClassOK:
			if err != nil || quota.NoRecord || len(quota.Modules) != 3 {
				t.Errorf("%d gives %+v, %v, want the quota", code, quota, err)
			}
		case qcc.ClassEmpty:
			if err != nil || !quota.NoRecord || len(quota.Modules) != 0 {
				t.Errorf("%d gives %+v, %v, want no record", code, quota, err)
			}
		case qcc.ClassTransient, qcc.ClassRefused, qcc.ClassRejected:
			got := as[*qcc.StatusError](t, err)
			if got.Status != status || !strings.HasSuffix(got.Message.String(), "效请求】"+documented) {
				t.Errorf("%d gives %+v, want its status, and its text unchanged", code, got)
			}

			if quota.Modules != nil {
				t.Errorf("%d gives modules beside its error", code)
			}
		}
	}

	var documented int

	for _, status := range qcc.Statuses() {
		if status.Documented() {
			documented++
		}
	}

	if documented != len(emulator.Codes()) {
		t.Errorf("%d codes claim to be in the document, which has %d", documented, len(emulator.Codes()))
	}
}

// TestUnknownCodesAreRejected has codes that nobody lists. The guide to errors, which is generated, shows the class of each known code.
func TestUnknownCodesAreRejected(t *testing.T) {
	t.Parallel()

	if status := qcc.Lookup(qcc.CodeNoRecord); qcc.CodeNoRecord != 201 || status.Class != qcc.ClassEmpty {
		t.Errorf("the code for no record is %+v", status)
	}

	for _, code := range []int{105, 123, 125, 126, 224, 0, 999, 1 << 30} {
		if got := qcc.Lookup(code); got != (qcc.Status{Code: code, Class: qcc.ClassRejected}) {
			t.Errorf("%d is %+v", code, got)
		}
	}
}

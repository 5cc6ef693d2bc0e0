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

func TestClassesOfCodes(t *testing.T) {
	t.Parallel()

	if qcc.CodeNoRecord != 201 {
		t.Errorf("the code for no record is %d", qcc.CodeNoRecord)
	}

	classes := map[string][]int{
		"ok":        {200},
		"empty":     {201},
		"transient": {205, 199, 203, 500, 120, 122, 124},
		"refused":   {101, 102, 103, 104, 106, 107, 108, 109, 110, 111, 112, 113, 114, 115, 116, 119, 214},
		"rejected":  {202, 207, 208, 209, 213, 215, 218, 219, 117, 118, 223, 105, 121, 123, 125, 126, 224, 0, 999, 1 << 30},
	}

	listed := map[int]bool{}

	for want, codes := range classes {
		for _, code := range codes {
			listed[code] = true

			if got := qcc.Lookup(code).Class.String(); got != want {
				t.Errorf("class of %d is %s, want %s", code, got, want)
			}
		}
	}

	for _, status := range qcc.Statuses() {
		if !listed[status.Code] {
			t.Errorf("the class of %d is not tested", status.Code)
		}
	}
}

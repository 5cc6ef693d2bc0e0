package provider_test

import (
	"os"
	"strings"
	"testing"

	"github.com/qccpro/terraform-provider-qcc/internal/provider"
	"github.com/qccpro/terraform-provider-qcc/internal/qcc"
)

func TestErrorGuideIsUpToDateAndComplete(t *testing.T) {
	t.Parallel()

	var guide strings.Builder
	if err := provider.WriteErrorGuide(&guide); err != nil {
		t.Fatal(err)
	}

	written, err := os.ReadFile("../../templates/guides/status-codes-and-errors.md")
	if err != nil {
		t.Fatal(err)
	}

	if guide.String() != string(written) {
		t.Error("templates/guides/status-codes-and-errors.md is not what the tables say: run make generate")
	}

	for _, status := range qcc.Statuses() {
		if !strings.Contains(guide.String(), status.Meaning+" | ") || !strings.Contains(guide.String(), status.Remedy) {
			t.Errorf("the guide does not explain %d", status.Code)
		}
	}

	for _, failure := range qcc.Failures() {
		if !strings.Contains(guide.String(), "| "+string(failure)+" | ") {
			t.Errorf("the guide does not have %q", failure)
		}
	}
}

package errorguide_test

import (
	"os"
	"strings"
	"testing"

	"github.com/qccpro/terraform-provider-qcc/internal/errorguide"
	"github.com/qccpro/terraform-provider-qcc/internal/qcc"
	"github.com/qccpro/terraform-provider-qcc/internal/words"
)

func TestGuideIsUpToDateAndComplete(t *testing.T) {
	t.Parallel()

	var guide strings.Builder
	if err := errorguide.Write(&guide); err != nil {
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
		said := words.Status(status)
		if !strings.Contains(guide.String(), said.Meaning+" | ") || !strings.Contains(guide.String(), said.Remedy) {
			t.Errorf("the guide does not explain %d", status.Code)
		}
	}

	for _, failure := range qcc.Failures() {
		if !strings.Contains(guide.String(), "| "+string(failure)+" | ") {
			t.Errorf("the guide does not have %q", failure)
		}
	}

	for _, problem := range qcc.Problems() {
		if !strings.Contains(guide.String(), "\n- "+string(problem)+"\n") {
			t.Errorf("the guide does not have %q", problem)
		}
	}
}

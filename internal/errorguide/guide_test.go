package errorguide_test

import (
	"cmp"
	"fmt"
	"os"
	"regexp"
	"slices"
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

	// The table of HTTP statuses follows the codes, and also begins its rows with numbers.
	codes, _, _ := strings.Cut(guide.String(), "\n## HTTP statuses\n")
	if rows := regexp.MustCompile(`(?m)^\| \d+ \|`).FindAllString(codes, -1); len(rows) != len(qcc.Statuses()) {
		t.Errorf("the guide has %d rows of codes, want %d", len(rows), len(qcc.Statuses()))
	}

	for _, status := range qcc.Statuses() {
		said := words.Status(status)
		row := regexp.MustCompile(fmt.Sprintf(`(?m)^\| %d \| (.*) \|$`, status.Code)).FindAllStringSubmatch(codes, -1)

		if len(row) != 1 {
			t.Errorf("the guide has %d rows for %d, want one", len(row), status.Code)

			continue
		}

		cells := strings.Split(row[0][1], " | ")
		if want := []string{cmp.Or(status.Text, "-"), said.Meaning, cells[2], cmp.Or(said.Remedy, "-")}; !slices.Equal(cells, want) {
			t.Errorf("the guide explains %d by %q, want %q", status.Code, cells, want)
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

// TestGuideHasEveryTitleOfAGate looks for the titles of the texts in the golden file of the provider's gates.
func TestGuideHasEveryTitleOfAGate(t *testing.T) {
	t.Parallel()

	golden, err := os.ReadFile("../provider/testdata/gates.golden")
	if err != nil {
		t.Fatal(err)
	}

	var guide strings.Builder
	if err := errorguide.Write(&guide); err != nil {
		t.Fatal(err)
	}

	titles := regexp.MustCompile(`(?m)^# .*\n\n(.*)$`).FindAllStringSubmatch(string(golden), -1)
	if len(titles) < 10 {
		t.Fatalf("the golden file has the titles %q", titles)
	}

	for _, title := range titles {
		// The other errors of a read have tables of their own.
		if row := "\n| " + title[1] + " | "; strings.Contains(title[1], "QCC quota ") && !strings.Contains(guide.String(), row) {
			t.Errorf("the guide does not have %q", title[1])
		}
	}
}

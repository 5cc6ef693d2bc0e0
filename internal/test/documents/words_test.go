package documents_test

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/qccpro/terraform-provider-qcc/internal/testkit"
)

// TestPagesAreShort counts the English words that users may read: of all pages, and of the way from the first page to a gate in a pipeline.
func TestPagesAreShort(t *testing.T) {
	t.Parallel()

	counts := map[string]int{}

	for _, name := range documents(t) {
		if name == testkit.READMEs[0] || strings.HasPrefix(name, "docs/") && !testkit.IsChinese(name) {
			counts[name] = len(strings.Fields(testkit.ReadFile(t, name))) // As wc -w counts.
		}
	}

	for _, limit := range []struct {
		most  int
		pages []string
	}{
		{15_000, slices.Collect(maps.Keys(counts))},
		{2_500, []string{testkit.READMEs[0], testkit.GuidesDir + "/in-ci-pipelines.md"}},
	} {
		slices.SortFunc(limit.pages, func(a, b string) int { return cmp.Compare(counts[b], counts[a]) })

		sum, list := 0, ""

		for _, page := range limit.pages {
			if counts[page] == 0 {
				t.Errorf("there is no page %s", page)
			}

			sum += counts[page]
			list += fmt.Sprintf("\n%6d %s", counts[page], page)
		}

		if sum > limit.most {
			t.Errorf("these pages have %d words, want at most %d:%s", sum, limit.most, list)
		}
	}
}

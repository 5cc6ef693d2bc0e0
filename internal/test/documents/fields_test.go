package documents_test

import (
	"fmt"
	"regexp"
	"slices"
	"testing"

	"github.com/qccpro/terraform-provider-qcc/internal/testkit"
)

// TestPagesHaveTheFieldsOfAModule compares the tables of fields of the reference.
func TestPagesHaveTheFieldsOfAModule(t *testing.T) {
	t.Parallel()

	pages := []string{"docs/data-sources/quota.md", "docs/ephemeral-resources/quota.md", "docs/functions/shortfalls.md", testkit.GatePage}
	rows := regexp.MustCompile("(?m)^\\| `(\\w+)` \\| .*$")

	var first string

	for _, page := range pages {
		table := testkit.Section(t, page, "The fields of a quota module")

		var names []string

		found := rows.FindAllStringSubmatch(table, -1)
		for _, row := range found {
			names = append(names, row[1])
		}

		if !slices.Equal(names, []string{"name", "total", "consumed", "remaining", "deletable"}) {
			t.Errorf("%s has the fields %q", page, names)
		}

		text := fmt.Sprint(found)
		if first == "" {
			first = text
		}

		if text != first {
			t.Errorf("%s has the table\n%s\nand %s has\n%s", page, text, pages[0], first)
		}
	}
}

package provider

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

func TestGateChanges(t *testing.T) {
	t.Parallel()

	requires := func(counts map[string]attr.Value) types.Map { return types.MapValueMust(types.NumberType, counts) }
	none, nothing := types.MapNull(types.NumberType), requires(map[string]attr.Value{})
	two := requires(map[string]attr.Value{"radar_id": whole(5), "bene_id": whole(3)})

	for name, test := range map[string]struct {
		before, after types.Map
		adds          string
		unknown       bool
	}{
		"new":                     {none, two, "bene_id=3 radar_id=5", false},
		"new, of nothing":         {none, nothing, "", false},
		"new, of 0":               {none, requires(map[string]attr.Value{"radar_id": whole(0)}), "", false},
		"no change":               {two, two, "", false},
		"growth":                  {two, requires(map[string]attr.Value{"radar_id": whole(7), "bene_id": whole(3)}), "radar_id=2", false},
		"growth and shrinking":    {two, requires(map[string]attr.Value{"radar_id": whole(4), "bene_id": whole(4)}), "bene_id=1", false},
		"another module":          {two, requires(map[string]attr.Value{"new_id": whole(1)}), "new_id=1", false},
		"shrinking to nothing":    {two, nothing, "", false},
		"not known":               {two, types.MapUnknown(types.NumberType), "", true},
		"partly known":            {two, requires(map[string]attr.Value{"radar_id": types.NumberUnknown(), "bene_id": whole(4)}), "bene_id=1", true},
		"partly known, no more":   {two, requires(map[string]attr.Value{"radar_id": types.NumberUnknown(), "bene_id": whole(3)}), "", true},
		"nothing before, as null": {requires(map[string]attr.Value{"radar_id": types.NumberNull()}), two, "bene_id=3 radar_id=5", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			change := newGateChange(test.before, test.after)

			parts := make([]string, 0, len(change.adds))
			for _, id := range slices.Sorted(maps.Keys(change.adds)) {
				parts = append(parts, fmt.Sprintf("%s=%s", id, countText(change.adds[id])))
			}

			if got := strings.Join(parts, " "); got != test.adds || change.isUnknown() != test.unknown {
				t.Errorf("adds %q, unknown: %t", got, change.isUnknown())
			}

			if change.addsNothing() != (test.adds == "" && !test.unknown) {
				t.Errorf("adds nothing: %t", change.addsNothing())
			}
		})
	}
}

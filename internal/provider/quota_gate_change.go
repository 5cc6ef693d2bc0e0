package provider

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/qccpro/terraform-provider-qcc/internal/message"
)

// gateChange is the change of one gate's requirement.
type gateChange struct {
	// before and after are the requirement by module id. before is empty for a gate that is created or replaced.
	before, after map[string]attr.Value
	// adds is what the gate adds by module id, without the counts that are unknown. Each count is above 0.
	adds map[string]int64
	// isNew reports whether the state has no such gate, so that an import can add it.
	isNew bool
	// unknown lists the ids whose count Terraform does not know before apply. unknownIDs reports whether it does not even know the ids.
	unknown    []string
	unknownIDs bool
}

// newGateChange compares two requirements. A null map requires nothing.
func newGateChange(before, after types.Map) *gateChange {
	c := &gateChange{
		before: before.Elements(), after: after.Elements(), adds: map[string]int64{}, isNew: before.IsNull(), unknownIDs: after.IsUnknown(),
	}

	for _, id := range slices.Sorted(maps.Keys(c.after)) {
		if c.after[id].IsUnknown() {
			c.unknown = append(c.unknown, id)

			continue
		}

		if added := count(c.after[id]) - count(c.before[id]); added > 0 {
			c.adds[id] = added
		}
	}

	return c
}

// count returns a known requirement; 0 for a module that is not required. Validation has checked that it is a whole number of at most 10^15.
// A state that somebody has edited may have any other number, which counts as the nearest such number.
func count(requirement attr.Value) int64 {
	number, _ := requirement.(types.Number) // If there is no requirement, number is null.
	if number.IsNull() {
		return 0
	}

	whole, _ := number.ValueBigFloat().Int64()

	return min(max(whole, 0), message.MostRequired)
}

// addsNothing reports whether the change certainly adds nothing.
func (c *gateChange) addsNothing() bool {
	return len(c.adds) == 0 && !c.isUnknown()
}

// isUnknown reports whether Terraform does not know the whole requirement before apply.
func (c *gateChange) isUnknown() bool { return c.unknownIDs || len(c.unknown) > 0 }

// importID returns the import ID of a gate that is new; else "". It has placeholders if the requirement is unknown, or if an id is not
// mentionable.
func (c *gateChange) importID() string {
	if !c.isNew {
		return ""
	}

	parts := make([]string, 0, len(c.after))

	for _, id := range slices.Sorted(maps.Keys(c.after)) {
		if c.isUnknown() || !message.IsMentionable(id) {
			return "MODULE=COUNT"
		}

		parts = append(parts, fmt.Sprintf("%s=%d", id, count(c.after[id])))
	}

	return strings.Join(parts, ",")
}

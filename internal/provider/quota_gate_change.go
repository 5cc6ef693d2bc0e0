package provider

import (
	"maps"
	"slices"

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
	// unknown lists the ids whose count Terraform does not know before apply. unknownIDs reports whether it does not even know the ids.
	unknown    []string
	unknownIDs bool
}

// newGateChange compares two requirements. A null map requires nothing.
func newGateChange(before, after types.Map) *gateChange {
	c := &gateChange{before: before.Elements(), after: after.Elements(), adds: map[string]int64{}, unknownIDs: after.IsUnknown()}

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

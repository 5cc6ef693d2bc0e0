package provider

import (
	"maps"
	"math/big"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// gateChange is the change of one gate's requirement.
type gateChange struct {
	// before and after are the requirement by module id. before is empty for a gate that is created or replaced.
	before, after map[string]attr.Value
	// adds is what the gate adds, without the counts that are unknown.
	adds claim
	// unknown lists the ids whose count Terraform does not know before apply. unknownIDs reports whether it does not even know the ids.
	unknown    []string
	unknownIDs bool
}

// newGateChange compares two requirements. A null map requires nothing.
func newGateChange(before, after types.Map) *gateChange {
	c := &gateChange{before: before.Elements(), after: after.Elements(), adds: claim{}, unknownIDs: after.IsUnknown()}

	for _, id := range slices.Sorted(maps.Keys(c.after)) {
		if c.after[id].IsUnknown() {
			c.unknown = append(c.unknown, id)

			continue
		}

		if added := new(big.Float).Sub(count(c.after[id]), count(c.before[id])); added.Sign() > 0 {
			c.adds[id] = added
		}
	}

	return c
}

// count returns a known requirement; 0 for a module that is not required.
func count(requirement attr.Value) *big.Float {
	number, _ := requirement.(types.Number) // If there is no requirement, number is null.
	if number.IsNull() {
		return new(big.Float)
	}

	return number.ValueBigFloat()
}

// addsNothing reports whether the change certainly adds nothing.
func (c *gateChange) addsNothing() bool {
	return len(c.adds) == 0 && !c.isUnknown()
}

// isUnknown reports whether Terraform does not know the whole requirement before apply.
func (c *gateChange) isUnknown() bool { return c.unknownIDs || len(c.unknown) > 0 }

package provider

import (
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/qccpro/terraform-provider-qcc/internal/qcc"
)

// modulesAttribute is the only attribute of the data source and the ephemeral resource. modulesDescription is its documentation.
const modulesAttribute = "modules"

// remainingAttribute is the only field of a module that the function shortfalls uses.
const remainingAttribute = "remaining"

const modulesDescription = "The quota of each quota module, by module id. The module ids are `radar_id` (风险监控-企业, risk monitoring of " +
	"companies), `bene_id` (股权穿透, equity penetration), `natural_person_id` (自然人核验, checks of natural persons), and any other id that QCC " +
	"returns. `name` is the Chinese product name, or the module id if the interface document does not name the module. `total` (模块总额度) is " +
	"how much was bought. `consumed` (模块消耗额度) is how much of it is used. `remaining` is `total` - `consumed`. It is negative if more was " +
	"used than bought. `deletable` (模块可删除额度) is how many deletions are allowed. It adds nothing to `remaining`. A module that was not bought " +
	"is absent. A count that QCC does not state is null. If `total` or `consumed` is null, `remaining` is null too."

// quotaModel is the quota in the state and in ephemeral results.
type quotaModel struct {
	Modules types.Map `tfsdk:"modules"`
}

// moduleType returns the element type of quotaModel.Modules. The attribute is a map of objects, because terraform test can mock such a map,
// but replaces a nested attribute with an empty one.
func moduleType() types.ObjectType {
	return types.ObjectType{AttrTypes: map[string]attr.Type{
		"name":             types.StringType,
		"total":            types.Int64Type,
		"consumed":         types.Int64Type,
		"deletable":        types.Int64Type,
		remainingAttribute: types.Int64Type,
	}}
}

// newQuotaModel converts a quota to its model. It builds each value itself, because the framework's reflection takes as long as the rest of
// a read.
func newQuotaModel(quota qcc.Quota) quotaModel {
	elements := make(map[string]attr.Value, len(quota.Modules))
	elementType := moduleType()

	for id, module := range quota.Modules {
		elements[id] = types.ObjectValueMust(elementType.AttrTypes, map[string]attr.Value{
			"name":             types.StringValue(module.Name),
			"total":            types.Int64PointerValue(module.Total),
			"consumed":         types.Int64PointerValue(module.Consumed),
			"deletable":        types.Int64PointerValue(module.Deletable),
			remainingAttribute: types.Int64PointerValue(module.Remaining),
		})
	}

	return quotaModel{Modules: types.MapValueMust(elementType, elements)}
}

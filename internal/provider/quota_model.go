package provider

import (
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/qccpro/terraform-provider-qcc/internal/qcc"
)

// modulesAttribute is the only attribute of the data source and the ephemeral resource.
const modulesAttribute = "modules"

// remainingAttribute is the only field of a module that the function shortfalls uses.
const remainingAttribute = "remaining"

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

package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/qccpro/terraform-provider-qcc/internal/qcc"
)

// modulesAttribute is the one attribute of both surfaces, and modulesDescription what their documentation says of it.
const modulesAttribute = "modules"

const modulesDescription = "The quota of each module, by the service's module id: `radar_id` (风险监控-企业, risk monitoring of companies), " +
	"`bene_id` (股权穿透, equity penetration), `natural_person_id` (自然人核验, checks of natural persons), and whatever the service adds. " +
	"Each has its Chinese product `name` (the module id, for a module that the interface document does not know), how much was bought " +
	"(`total`, 模块总额度), how much of that is used (`consumed`, 模块消耗额度), how many deletions are allowed (`deletable`, 模块可删除额度, " +
	"which adds nothing to what is left), and `remaining`: `total` - `consumed`, negative if more was used than bought. " +
	"A module that was not bought is absent. A count that the service does not state is null, and so is a `remaining` that needs it."

// quotaModel is the quota as Terraform sees it.
type quotaModel struct {
	Modules types.Map `tfsdk:"modules"`
}

// moduleModel is one element of quotaModel.Modules. A nil count is null.
type moduleModel struct {
	Name      string `tfsdk:"name"`
	Total     *int64 `tfsdk:"total"`
	Consumed  *int64 `tfsdk:"consumed"`
	Deletable *int64 `tfsdk:"deletable"`
	Remaining *int64 `tfsdk:"remaining"`
}

// moduleType is the type of moduleModel. It is the element type of a plain map attribute: terraform test mocks such a map, and
// replaces a nested attribute by an empty one.
func moduleType() types.ObjectType {
	return types.ObjectType{AttrTypes: map[string]attr.Type{
		"name":      types.StringType,
		"total":     types.Int64Type,
		"consumed":  types.Int64Type,
		"deletable": types.Int64Type,
		"remaining": types.Int64Type,
	}}
}

func newQuotaModel(ctx context.Context, quota qcc.Quota) (quotaModel, diag.Diagnostics) {
	elements := make(map[string]moduleModel, len(quota.Modules))
	for id, module := range quota.Modules {
		elements[id] = moduleModel(module)
	}

	modules, diags := types.MapValueFrom(ctx, moduleType(), elements)

	return quotaModel{Modules: modules}, diags
}

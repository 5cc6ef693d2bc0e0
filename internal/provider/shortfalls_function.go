package provider

import (
	"context"
	"maps"
	"math/big"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/qccpro/terraform-provider-qcc/internal/message"
)

var _ function.Function = (*shortfallsFunction)(nil)

func newShortfallsFunction(language func() message.Language) function.Function {
	return &shortfallsFunction{language}
}

// shortfallsFunction computes the shortfalls of a gate, so that configurations do not have to.
type shortfallsFunction struct {
	// language is that of the environment, because a function has no provider block.
	language func() message.Language
}

// Errors about an argument need the position of its parameter.
const (
	_ int64 = iota
	argumentRequired
)

// textBefore is the text that Terraform prints before an error about that argument, on the same line.
const textBefore = `Invalid value for "required" parameter: `

func (f *shortfallsFunction) Metadata(_ context.Context, _ function.MetadataRequest, resp *function.MetadataResponse) {
	resp.Name = "shortfalls"
}

// Definition allows unknown values. The result is unknown only if an unknown value affects it.
func (f *shortfallsFunction) Definition(_ context.Context, _ function.DefinitionRequest, resp *function.DefinitionResponse) {
	resp.Definition = function.Definition{
		Summary: "Computes by how much the quota of each module is short.",
		MarkdownDescription: "Returns by how much the remaining quota of each module is less than a change requires. If the quota is " +
			"enough, the map is empty. A module that is absent, or whose `remaining` is null, is short by the whole requirement. The " +
			"function needs no credentials, and sends no request.",
		Parameters: []function.Parameter{
			function.MapParameter{
				Name:                "modules",
				MarkdownDescription: "The `modules` of the data source or ephemeral resource, or any map of objects with `remaining`.",
				ElementType:         types.ObjectType{AttrTypes: map[string]attr.Type{remainingAttribute: types.NumberType}},
				AllowUnknownValues:  true,
			},
			function.MapParameter{
				Name:                "required",
				MarkdownDescription: "What the change requires of each module, by module id: whole numbers, not negative or null.",
				ElementType:         types.NumberType,
				AllowUnknownValues:  true,
			},
		},
		Return: function.MapReturn{ElementType: types.NumberType},
	}
}

// Run returns the shortfalls of its arguments.
func (f *shortfallsFunction) Run(ctx context.Context, req function.RunRequest, resp *function.RunResponse) {
	var modules, required types.Map

	resp.Error = req.Arguments.Get(ctx, &modules, &required)
	if resp.Error != nil {
		return
	}

	short, err := f.shortfalls(ctx, modules, required)
	if err != nil {
		resp.Error = err

		return
	}

	resp.Error = resp.Result.Set(ctx, short)
}

// shortfalls returns the map of shortfalls. The whole map is unknown if an unknown value affects it.
func (f *shortfallsFunction) shortfalls(ctx context.Context, modules, required types.Map) (types.Map, *function.FuncError) {
	var (
		available map[string]types.Object
		needs     map[string]types.Number
	)

	unknown := types.MapUnknown(types.NumberType)
	if required.IsUnknown() {
		return unknown, nil
	}

	if diags := required.ElementsAs(ctx, &needs, false); diags.HasError() {
		return unknown, function.FuncErrorFromDiags(ctx, diags)
	}

	if !modules.IsUnknown() {
		if diags := modules.ElementsAs(ctx, &available, false); diags.HasError() {
			return unknown, function.FuncErrorFromDiags(ctx, diags)
		}
	}

	short, undecided := map[string]*big.Float{}, false

	for _, id := range slices.Sorted(maps.Keys(needs)) {
		if fault := requirementFault(needs[id]); fault != 0 {
			return unknown, function.NewArgumentFuncError(argumentRequired, f.language().RequirementOfFunction(fault, id, len(textBefore)))
		}

		// The lookup of an absent module returns a null object, so remaining is null.
		remaining, _ := available[id].Attributes()[remainingAttribute].(types.Number)

		switch need := needs[id].ValueBigFloat(); {
		case needs[id].IsUnknown():
			undecided = true
		case need.Sign() == 0:
		case modules.IsUnknown(), available[id].IsUnknown(), remaining.IsUnknown():
			undecided = true
		default:
			if by := shortfall(need, remainingCount(remaining)); by != nil {
				short[id] = by
			}
		}
	}

	if undecided {
		return unknown, nil
	}

	result, diags := types.MapValueFrom(ctx, types.NumberType, short)

	return result, function.FuncErrorFromDiags(ctx, diags)
}

// remainingCount returns what remains of a module; nil if that is null.
func remainingCount(remaining types.Number) *big.Float {
	if remaining.IsNull() {
		return nil
	}

	return remaining.ValueBigFloat()
}

// requirementFault returns the fault of a requirement; 0 if the requirement is valid.
func requirementFault(requirement types.Number) message.RequirementFault {
	switch {
	case requirement.IsUnknown():
		return 0
	case requirement.IsNull():
		return message.RequirementNull
	case requirement.ValueBigFloat().Sign() < 0:
		return message.RequirementNegative
	case !requirement.ValueBigFloat().IsInt():
		return message.RequirementFractional
	default:
		return 0
	}
}

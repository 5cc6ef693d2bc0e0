package provider

import (
	"context"
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strconv"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/qccpro/terraform-provider-qcc/internal/message"
	"github.com/qccpro/terraform-provider-qcc/internal/qcc"
)

// requirementsValidator reports invalid requirements of a gate. It also runs at terraform validate.
//
// Terraform validates before it configures the provider, so the language comes from the environment only.
type requirementsValidator struct {
	language func() message.Language
}

var _ validator.Map = requirementsValidator{}

func (requirementsValidator) Description(context.Context) string {
	return fmt.Sprintf("counts must be whole numbers from 0 to %d", int64(message.MostRequired))
}

func (v requirementsValidator) MarkdownDescription(ctx context.Context) string {
	return v.Description(ctx)
}

func (v requirementsValidator) ValidateMap(_ context.Context, req validator.MapRequest, resp *validator.MapResponse) {
	elements := req.ConfigValue.Elements()

	for _, id := range slices.Sorted(maps.Keys(elements)) {
		if fault := gateRequirementFault(id, elements[id]); fault != 0 {
			title, detail := v.language().InvalidRequirement(fault, id)
			resp.Diagnostics.AddAttributeError(pathOf(req.Path, id), title, detail)
		}
	}
}

// gateRequirementFault returns the fault of a gate's requirement; 0 if the requirement is valid.
func gateRequirementFault(id string, requirement attr.Value) message.RequirementFault {
	count, _ := requirement.(types.Number) // The attribute has no other elements.
	fault := requirementFault(count)

	switch {
	case id == "":
		return message.ModuleIDEmpty
	case !qcc.IsPlainID(id):
		return message.ModuleIDImpossible
	case fault == 0 && !count.IsUnknown() && count.ValueBigFloat().Cmp(big.NewFloat(message.MostRequired)) > 0:
		return message.RequirementTooLarge
	default:
		return fault
	}
}

// pathOf returns the path of a requirement. It omits an id that is not mentionable, because the framework logs paths.
func pathOf(required path.Path, id string) path.Path {
	if id != "" && !message.IsMentionable(id) {
		return required
	}

	return required.AtMapKey(id)
}

// parseImportID parses the id of an import, such as "radar_id=1,bene_id=5". The Part of the fault is 0 if the id is valid. isSecret reports
// whether a module id holds a part of a secret.
func parseImportID(importID string, isSecret func(id string) bool) (map[string]attr.Value, message.ImportFault) {
	required := map[string]attr.Value{}

	for i, part := range strings.Split(importID, ",") {
		equals := strings.LastIndex(part, "=") // A module id may contain an equals sign.

		id := strings.TrimSpace(part[:max(equals, 0)])
		if id == "" || !qcc.IsPlainID(id) {
			return nil, message.ImportFault{Part: i + 1, Kind: message.ImportNoPair}
		}

		if isSecret(id) {
			return nil, message.ImportFault{Part: i + 1, Kind: message.ImportSecret}
		}

		count, err := strconv.ParseUint(strings.TrimSpace(part[equals+1:]), 10, 64)

		switch _, twice := required[id]; {
		case err != nil || count > message.MostRequired:
			return nil, message.ImportFault{Part: i + 1, Kind: message.ImportCount}
		case twice:
			return nil, message.ImportFault{Part: i + 1, Kind: message.ImportTwice}
		}

		required[id] = types.NumberValue(new(big.Float).SetUint64(count))
	}

	return required, message.ImportFault{}
}

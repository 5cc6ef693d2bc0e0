package provider

import (
	"context"
	"fmt"
	"maps"
	"math/big"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/qccpro/terraform-provider-qcc/internal/qcc"
)

// mostRequired is the largest requirement of one module. A larger one is certainly a mistake.
const mostRequired = 1_000_000_000_000_000

// requirementsValidator refuses requirements that no gate can have, at terraform validate already.
type requirementsValidator struct{}

var _ validator.Map = requirementsValidator{}

func (requirementsValidator) Description(context.Context) string {
	return fmt.Sprintf("counts must be whole numbers from 0 to %d", int64(mostRequired))
}

func (v requirementsValidator) MarkdownDescription(ctx context.Context) string {
	return v.Description(ctx)
}

func (requirementsValidator) ValidateMap(_ context.Context, req validator.MapRequest, resp *validator.MapResponse) {
	elements := req.ConfigValue.Elements()

	for _, id := range slices.Sorted(maps.Keys(elements)) {
		if fault := gateRequirementFault(id, elements[id]); fault != "" {
			resp.Diagnostics.AddAttributeError(pathOf(req.Path, id), "Invalid QCC quota requirement", fault)
		}
	}
}

// gateRequirementFault returns what is wrong with a requirement of a gate, as a sentence, or "".
func gateRequirementFault(id string, requirement attr.Value) string {
	if id == "" {
		return "A requirement has an empty module id. Write a module id such as radar_id, bene_id or natural_person_id."
	}

	if !qcc.IsPlainID(id) {
		return "A requirement has a module id that no account can have. Remove spaces and invisible characters from it."
	}

	count, _ := requirement.(types.Number) // The attribute has no other elements.

	fault := requirementFault(count)
	if fault == "" && !count.IsUnknown() && count.ValueBigFloat().Cmp(big.NewFloat(mostRequired)) > 0 {
		fault = fmt.Sprintf("is too large, and must be at most %d", int64(mostRequired))
	}

	if fault == "" {
		return ""
	}

	return "The requirement of " + mentionable(id) + " " + fault + "."
}

// moduleIDShape matches short words in lower case, joined by underscores.
var moduleIDShape = regexp.MustCompile(`^[a-z]{1,15}(_[a-z0-9]{1,15}){0,3}$`)

// mentionable returns a module id in quotes, or words that do not repeat it if it has an unusual form. During validation the provider does
// not know the credentials, and a credential may stand in the wrong place.
func mentionable(id string) string {
	if moduleIDShape.MatchString(id) {
		return strconv.Quote(id)
	}

	return "a module whose id has an unusual form"
}

// pathOf returns the path of a requirement. It omits an id that is not mentionable, because the framework logs paths.
func pathOf(required path.Path, id string) path.Path {
	if id != "" && !moduleIDShape.MatchString(id) {
		return required
	}

	return required.AtMapKey(id)
}

// parseImportID returns the requirements in the id of an import, such as "radar_id=1,bene_id=5", or what is wrong with it.
func parseImportID(importID string) (map[string]attr.Value, string) {
	required := map[string]attr.Value{}

	for i, part := range strings.Split(importID, ",") {
		equals := strings.LastIndex(part, "=") // A module id may hold one.

		id := strings.TrimSpace(part[:max(equals, 0)])
		if id == "" || !qcc.IsPlainID(id) {
			return nil, fmt.Sprintf("Part %d is not a module id and a count with an equals sign between them.", i+1)
		}

		count, err := strconv.ParseUint(strings.TrimSpace(part[equals+1:]), 10, 64)

		switch _, twice := required[id]; {
		case err != nil || count > mostRequired:
			return nil, fmt.Sprintf("The count in part %d is not a whole number from 0 to %d.", i+1, int64(mostRequired))
		case twice:
			return nil, fmt.Sprintf("Part %d names a module for the second time.", i+1)
		}

		required[id] = types.NumberValue(new(big.Float).SetUint64(count))
	}

	return required, ""
}

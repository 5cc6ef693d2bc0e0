package provider

import (
	"maps"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/qccpro/terraform-provider-qcc/internal/message"
)

func countText(count int64) string { return strconv.FormatInt(count, 10) }

// faultText returns the first paragraph of the error for an import ID; "" if nothing is wrong with it.
func faultText(language message.Language, fault message.ImportFault) string {
	if fault == (message.ImportFault{}) {
		return ""
	}

	_, detail := language.InvalidImportID(fault)
	text, _, _ := strings.Cut(detail, "\n\n")

	return text
}

func whole(count int64) attr.Value { return types.NumberValue(new(big.Float).SetInt64(count)) }

func TestGateRequirements(t *testing.T) {
	t.Parallel()

	const invalid = "Invalid QCC quota requirement"

	for name, test := range map[string]struct {
		id    string
		count attr.Value
		want  string
	}{
		"whole":             {"radar_id", whole(1), ""},
		"nothing":           {"radar_id", whole(0), ""},
		"the largest":       {"radar_id", whole(message.MostRequired), ""},
		"unknown":           {"radar_id", types.NumberUnknown(), ""},
		"too large":         {"radar_id", whole(message.MostRequired + 1), `The requirement of "radar_id" is too large, and must be at most 1000000000000000.`},
		"negative":          {"radar_id", whole(-1), `The requirement of "radar_id" is negative, and must be 0 or more.`},
		"a fraction":        {"radar_id", types.NumberValue(big.NewFloat(0.5)), `The requirement of "radar_id" is not a whole number.`},
		"infinite":          {"radar_id", types.NumberValue(new(big.Float).SetInf(false)), `The requirement of "radar_id" is not a whole number.`},
		"null":              {"radar_id", types.NumberNull(), `The requirement of "radar_id" is null, and must be a whole number; leave the module out if nothing of it is required.`},
		"no id":             {"", whole(1), "A requirement has an empty module id. Write a module id such as radar_id, bene_id or natural_person_id."},
		"a space":           {"radar_id ", whole(1), "A requirement has a module id that no account can have. Remove spaces and invisible characters from it."},
		"an invisible one":  {"radar\u200b_id", whole(1), "A requirement has a module id that no account can have. Remove spaces and invisible characters from it."},
		"an id of its own":  {"vip_order_2_id", whole(-1), `The requirement of "vip_order_2_id" is negative, and must be 0 or more.`},
		"a credential's id": {"0123456789abcdef0123456789abcdef", whole(-1), "The requirement of a module whose id has an unusual form is negative, and must be 0 or more."},
		"a long word as id": {"abcdefabcdefabcdefabcdefabcdefab", whole(-1), "The requirement of a module whose id has an unusual form is negative, and must be 0 or more."},
	} {
		resp := &validator.MapResponse{}
		at := path.Root(requiredAttribute)
		value := types.MapValueMust(types.NumberType, map[string]attr.Value{test.id: test.count, "bene_id": whole(1)})
		requirementsValidator{func() message.Language { return message.English }}.ValidateMap(t.Context(), validator.MapRequest{Path: at, ConfigValue: value}, resp)

		var want diag.Diagnostics

		switch {
		case test.want == "":
		case strings.Contains(test.want, "unusual") || strings.Contains(test.want, "no account"):
			want.AddAttributeError(at, invalid, test.want)
		default:
			want.AddAttributeError(at.AtMapKey(test.id), invalid, test.want)
		}

		if !resp.Diagnostics.Equal(want) {
			t.Errorf("%s: %v, want %v", name, resp.Diagnostics, want)
		}
	}
}

func TestImportIDs(t *testing.T) {
	t.Parallel()

	const (
		countFault = "The count in part 1 is not a whole number from 0 to 1000000000000000."
		pairFault  = "Part 1 is not a module id and a count with an equals sign between them."
	)

	for importID, want := range map[string]string{
		"radar_id=1":                     "radar_id=1",
		"radar_id=1,bene_id=5":           "bene_id=5 radar_id=1",
		" radar_id=0 , bene_id=5":        "bene_id=5 radar_id=0",
		"radar_id=1000000000000000":      "radar_id=1000000000000000",
		"x=1":                            "x=1",
		"radar id=1":                     pairFault,
		"a=b=2":                          "a=b=2",
		"":                               pairFault,
		"radar_id":                       pairFault,
		"=1":                             pairFault,
		"radar_id=1,":                    "Part 2 is not a module id and a count with an equals sign between them.",
		"radar_id=":                      countFault,
		"radar_id=-1":                    countFault,
		"radar_id=+1":                    countFault,
		"radar_id=1.5":                   countFault,
		"radar_id=1e3":                   countFault,
		"radar_id=1_000":                 countFault,
		"radar_id=0x10":                  countFault,
		"radar_id = 1":                   "radar_id=1",
		" = 1":                           pairFault,
		"radar_id=1000000000000001":      countFault,
		"radar_id=99999999999999999999":  countFault,
		"bene_id=5,radar_id=1,bene_id=6": "Part 3 names a module for the second time.",
	} {
		required, fault := parseImportID(importID, noSecret)
		if got := textOf(required, valueText) + faultText(message.English, fault); got != want {
			t.Errorf("%q is %q, want %q", importID, got, want)
		}
	}
}

func noSecret(string) bool { return false }

// FuzzImportID formats parsed requirements as an id, and parses that id again.
func FuzzImportID(f *testing.F) {
	for _, importID := range []string{"radar_id=1,bene_id=5", "a=b=2", "=", ",", "radar_id=1000000000000001", "x=1,x=2", "\xff=1", " = 1"} {
		f.Add(importID)
	}

	f.Fuzz(func(t *testing.T, importID string) {
		required, fault := parseImportID(importID, noSecret)
		if (fault == message.ImportFault{}) == (len(required) == 0) {
			t.Fatalf("%v and %v", required, fault)
		}

		for _, language := range message.Languages() {
			if text := faultText(language, fault); len(importID) >= 8 && strings.Contains(text, importID) {
				t.Errorf("the fault %q repeats the id", text)
			}
		}

		for id, requirement := range required {
			if wrong := gateRequirementFault(id, requirement); wrong != 0 {
				t.Errorf("the import takes %q, and validation says %d", id, wrong)
			}
		}

		again, fault := parseImportID(strings.ReplaceAll(textOf(required, valueText), " ", ","), noSecret)
		if len(required) > 0 && !strings.ContainsAny(importID, " ") && (fault != message.ImportFault{} || !maps.EqualFunc(required, again, attr.Value.Equal)) {
			t.Errorf("%v, and read again %v, %v", required, again, fault)
		}
	})
}

// textOf formats counts as an import id, sorted and separated by spaces.
func textOf[V any](counts map[string]V, text func(V) string) string {
	parts := make([]string, 0, len(counts))
	for _, id := range slices.Sorted(maps.Keys(counts)) {
		parts = append(parts, id+"="+text(counts[id]))
	}

	return strings.Join(parts, " ")
}

func valueText(value attr.Value) string { return countText(count(value)) }

func TestGateChanges(t *testing.T) {
	t.Parallel()

	requires := func(counts map[string]attr.Value) types.Map { return types.MapValueMust(types.NumberType, counts) }
	none, nothing := types.MapNull(types.NumberType), requires(map[string]attr.Value{})
	two := requires(map[string]attr.Value{"radar_id": whole(5), "bene_id": whole(3)})

	for name, test := range map[string]struct {
		before, after types.Map
		adds          string
		unknown       bool
		importID      string // Empty unless the gate is new.
	}{
		"new":                     {none, two, "bene_id=3 radar_id=5", false, "bene_id=3,radar_id=5"},
		"new, of nothing":         {none, nothing, "", false, ""},
		"new, of 0":               {none, requires(map[string]attr.Value{"radar_id": whole(0)}), "", false, "radar_id=0"},
		"new, of an odd id":       {none, requires(map[string]attr.Value{"bene_id": whole(2), "Odd$id": whole(1)}), "Odd$id=1 bene_id=2", false, "MODULE=COUNT"},
		"new, not known":          {none, requires(map[string]attr.Value{"radar_id": types.NumberUnknown()}), "", true, "MODULE=COUNT"},
		"no change":               {two, two, "", false, ""},
		"growth":                  {two, requires(map[string]attr.Value{"radar_id": whole(7), "bene_id": whole(3)}), "radar_id=2", false, ""},
		"growth and shrinking":    {two, requires(map[string]attr.Value{"radar_id": whole(4), "bene_id": whole(4)}), "bene_id=1", false, ""},
		"another module":          {two, requires(map[string]attr.Value{"new_id": whole(1)}), "new_id=1", false, ""},
		"shrinking to nothing":    {two, nothing, "", false, ""},
		"not known":               {two, types.MapUnknown(types.NumberType), "", true, ""},
		"partly known":            {two, requires(map[string]attr.Value{"radar_id": types.NumberUnknown(), "bene_id": whole(4)}), "bene_id=1", true, ""},
		"partly known, no more":   {two, requires(map[string]attr.Value{"radar_id": types.NumberUnknown(), "bene_id": whole(3)}), "", true, ""},
		"nothing before, as null": {requires(map[string]attr.Value{"radar_id": types.NumberNull()}), two, "bene_id=3 radar_id=5", false, ""},
	} {
		change := newGateChange(test.before, test.after)

		got := textOf(change.adds, countText)
		if got != test.adds || change.isUnknown() != test.unknown || change.addsNothing() != (test.adds == "" && !test.unknown) {
			t.Errorf("%s: adds %q, unknown: %t, nothing: %t", name, got, change.isUnknown(), change.addsNothing())
		}

		if got := change.importID(); got != test.importID {
			t.Errorf("%s: the import ID is %q, want %q", name, got, test.importID)
		}
	}
}

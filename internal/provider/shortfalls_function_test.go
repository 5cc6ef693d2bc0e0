package provider_test

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/function"
	framework "github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/qccpro/terraform-provider-qcc/internal/provider"
)

// shortfalls calls the function for modules and requirements. It returns the result, or the error.
func shortfalls(tb testing.TB, modules, required any) string {
	tb.Helper()

	return newSession(tb, noEnvironment).call("shortfalls", modules, required)
}

func TestShortfalls(t *testing.T) {
	t.Parallel()

	const huge = 1 << 53

	left := func(remaining any) attributes { return attributes{"remaining": remaining} }
	none := attributes{}
	sample := attributes{
		"radar_id": left(48), "overdrawn": left(-8), "not_stated": left(nil), "null": nil, "later": left(unknown), "all_later": unknown,
		"fraction": left(2.5), "huge": left(-huge),
	}

	for name, test := range map[string]struct {
		modules, required any
		want              string
	}{
		"nothing required":                         {sample, none, "{}"},
		"nothing required, and no modules":         {none, none, "{}"},
		"nothing required of a module":             {sample, attributes{"radar_id": 0, "absent": 0}, "{}"},
		"nothing required of an overdrawn module":  {sample, attributes{"overdrawn": 0}, "{}"},
		"just enough":                              {sample, attributes{"radar_id": 48}, "{}"},
		"one too many":                             {sample, attributes{"radar_id": 49}, "{radar_id=1}"},
		"overdrawn":                                {sample, attributes{"overdrawn": 2}, "{overdrawn=10}"},
		"absent":                                   {sample, attributes{"absent": 3}, "{absent=3}"},
		"no modules at all":                        {none, attributes{"radar_id": 3}, "{radar_id=3}"},
		"remaining is null":                        {sample, attributes{"not_stated": 3}, "{not_stated=3}"},
		"module is null":                           {sample, attributes{"null": 3}, "{null=3}"},
		"a fraction is left":                       {sample, attributes{"fraction": 3}, "{fraction=0.5}"},
		"large numbers":                            {sample, attributes{"huge": huge}, "{huge=18014398509481984}"},
		"some of several":                          {sample, attributes{"radar_id": 50, "absent": 1, "fraction": 2}, "{absent=1 radar_id=2}"},
		"remaining is not known yet":               {sample, attributes{"later": 1}, "unknown"},
		"module is not known yet":                  {sample, attributes{"all_later": 1}, "unknown"},
		"nothing required of what is not known":    {sample, attributes{"later": 0, "all_later": 0, "radar_id": 49}, "{radar_id=1}"},
		"modules are not known yet":                {unknown, attributes{"radar_id": 1}, "unknown"},
		"nothing required of modules not known":    {unknown, attributes{"radar_id": 0}, "{}"},
		"a requirement is not known yet":           {sample, attributes{"radar_id": unknown}, "unknown"},
		"a requirement not known, another too big": {sample, attributes{"absent": unknown, "radar_id": 49}, "unknown"},
		"requirements are not known yet":           {sample, unknown, "unknown"},
	} {
		if got := shortfalls(t, test.modules, test.required); got != test.want {
			t.Errorf("%s: the shortfalls are %s, want %s", name, got, test.want)
		}
	}
}

func TestRequirementsThatAreWrong(t *testing.T) {
	t.Parallel()

	for _, test := range []struct {
		id          string
		requirement any
		want        string
	}{
		{"radar_id", -1, `2: the requirement of "radar_id" is negative, and must be 0 or more`},
		{"radar_id", 0.5, `2: the requirement of "radar_id" is not a whole number`},
		{"radar_id", nil, `2: the requirement of "radar_id" is null, and must be a whole number; leave the module out if nothing of it is required`},
		{"s3cr3t", -1, "2: the requirement of a module that the interface document does not name is negative, and must be 0 or more"},
	} {
		for _, modules := range []any{attributes{}, unknown} {
			if got := shortfalls(t, modules, attributes{test.id: test.requirement, "bene_id": unknown}); got != test.want {
				t.Errorf("with the modules %v, the error is %q, want %q", modules, got, test.want)
			}
		}
	}
}

// TestShortfallsOfSomethingElse has arguments that Terraform would refuse.
func TestShortfallsOfSomethingElse(t *testing.T) {
	t.Parallel()

	provided, ok := provider.New("test", noEnvironment)().(framework.ProviderWithFunctions)
	if !ok {
		t.Fatal("the provider has no functions")
	}

	capacity := types.ObjectType{AttrTypes: map[string]attr.Type{"remaining": types.NumberType}}
	words := types.MapValueMust(types.StringType, map[string]attr.Value{"radar_id": types.StringValue("1")})
	modules, good := types.MapValueMust(capacity, nil), types.MapValueMust(types.NumberType, nil)

	for name, arguments := range map[string][]attr.Value{
		"modules are a text":     {types.StringValue("x"), good},
		"modules are words":      {words, good},
		"requirements are words": {modules, words},
		"one argument":           {modules},
	} {
		resp := function.RunResponse{Result: function.NewResultData(types.MapUnknown(types.NumberType))}
		provided.Functions(t.Context())[0]().Run(t.Context(), function.RunRequest{Arguments: function.NewArgumentsData(arguments)}, &resp)

		if resp.Error == nil || !resp.Result.Value().IsUnknown() {
			t.Errorf("%s: the result is %s, and the error %v", name, resp.Result.Value(), resp.Error)
		}
	}
}

package provider_test

import (
	"fmt"
	"math/big"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/function"
	fwprovider "github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/qccpro/terraform-provider-qcc/internal/emulator"
	"github.com/qccpro/terraform-provider-qcc/internal/provider"
	"github.com/qccpro/terraform-provider-qcc/internal/testkit"
)

func number(n float64) types.Number { return types.NumberValue(big.NewFloat(n)) }

func numbers(elements map[string]attr.Value) types.Map {
	return types.MapValueMust(types.NumberType, elements)
}

// capacity is the type of an element of the function's argument modules.
var capacity = types.ObjectType{AttrTypes: map[string]attr.Type{"remaining": types.NumberType}}

func left(remaining types.Number) types.Object {
	return types.ObjectValueMust(capacity.AttrTypes, map[string]attr.Value{"remaining": remaining})
}

func modules(elements map[string]attr.Value) types.Map { return types.MapValueMust(capacity, elements) }

// newShortfalls returns the function of the provider.
func newShortfalls(tb testing.TB) function.Function {
	tb.Helper()

	qcc, ok := provider.New("test", testkit.Environment{}.Getenv)().(fwprovider.ProviderWithFunctions)
	if !ok {
		tb.Fatal("the provider has no functions")
	}

	return qcc.Functions(tb.Context())[0]()
}

// runShortfalls runs the function without Terraform.
func runShortfalls(t *testing.T, modules, required types.Map) (attr.Value, *function.FuncError) {
	t.Helper()

	resp := function.RunResponse{Result: function.NewResultData(types.MapUnknown(types.NumberType))}
	newShortfalls(t).Run(t.Context(), function.RunRequest{Arguments: function.NewArgumentsData([]attr.Value{modules, required})}, &resp)

	return resp.Result.Value(), resp.Error
}

func TestShortfalls(t *testing.T) {
	t.Parallel()

	const huge = 9.007199254740992e15 // 2^53

	unknown := types.MapUnknown(types.NumberType)
	sample := modules(map[string]attr.Value{
		"radar_id": left(number(48)), "overdrawn": left(number(-8)), "not_stated": left(types.NumberNull()),
		"null": types.ObjectNull(capacity.AttrTypes), "later": left(types.NumberUnknown()), "all_later": types.ObjectUnknown(capacity.AttrTypes),
		"fraction": left(number(2.5)), "huge": left(number(-huge)),
	})

	for name, test := range map[string]struct {
		modules  types.Map
		required map[string]attr.Value
		want     types.Map
	}{
		"nothing required":                         {sample, nil, numbers(nil)},
		"nothing required, and no modules":         {modules(nil), nil, numbers(nil)},
		"nothing required of a module":             {sample, map[string]attr.Value{"radar_id": number(0), "absent": number(0)}, numbers(nil)},
		"nothing required of an overdrawn module":  {sample, map[string]attr.Value{"overdrawn": number(0)}, numbers(nil)},
		"just enough":                              {sample, map[string]attr.Value{"radar_id": number(48)}, numbers(nil)},
		"one too many":                             {sample, map[string]attr.Value{"radar_id": number(49)}, numbers(map[string]attr.Value{"radar_id": number(1)})},
		"overdrawn":                                {sample, map[string]attr.Value{"overdrawn": number(2)}, numbers(map[string]attr.Value{"overdrawn": number(10)})},
		"absent":                                   {sample, map[string]attr.Value{"absent": number(3)}, numbers(map[string]attr.Value{"absent": number(3)})},
		"no modules at all":                        {modules(nil), map[string]attr.Value{"radar_id": number(3)}, numbers(map[string]attr.Value{"radar_id": number(3)})},
		"remaining is null":                        {sample, map[string]attr.Value{"not_stated": number(3)}, numbers(map[string]attr.Value{"not_stated": number(3)})},
		"module is null":                           {sample, map[string]attr.Value{"null": number(3)}, numbers(map[string]attr.Value{"null": number(3)})},
		"a fraction is left":                       {sample, map[string]attr.Value{"fraction": number(3)}, numbers(map[string]attr.Value{"fraction": number(0.5)})},
		"large numbers":                            {sample, map[string]attr.Value{"huge": number(huge)}, numbers(map[string]attr.Value{"huge": number(2 * huge)})},
		"some of several":                          {sample, map[string]attr.Value{"radar_id": number(50), "absent": number(1), "fraction": number(2)}, numbers(map[string]attr.Value{"radar_id": number(2), "absent": number(1)})},
		"remaining is not known yet":               {sample, map[string]attr.Value{"later": number(1)}, unknown},
		"module is not known yet":                  {sample, map[string]attr.Value{"all_later": number(1)}, unknown},
		"nothing required of what is not known":    {sample, map[string]attr.Value{"later": number(0), "all_later": number(0), "radar_id": number(49)}, numbers(map[string]attr.Value{"radar_id": number(1)})},
		"modules are not known yet":                {types.MapUnknown(capacity), map[string]attr.Value{"radar_id": number(1)}, unknown},
		"nothing required of modules not known":    {types.MapUnknown(capacity), map[string]attr.Value{"radar_id": number(0)}, numbers(nil)},
		"a requirement is not known yet":           {sample, map[string]attr.Value{"radar_id": types.NumberUnknown()}, unknown},
		"a requirement not known, another too big": {sample, map[string]attr.Value{"absent": types.NumberUnknown(), "radar_id": number(49)}, unknown},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			got, err := runShortfalls(t, test.modules, numbers(test.required))
			if err != nil || !got.Equal(test.want) {
				t.Errorf("shortfalls are %s, %v, want %s", got, err, test.want)
			}
		})
	}

	if got, err := runShortfalls(t, sample, unknown); err != nil || !got.IsUnknown() {
		t.Errorf("shortfalls of requirements that are not known are %s, %v", got, err)
	}
}

func TestRequirementsThatAreWrong(t *testing.T) {
	t.Parallel()

	for text, requirement := range map[string]types.Number{
		`the requirement of "radar_id" is negative`:           number(-1),
		`the requirement of "radar_id" is not a whole number`: number(0.5),
		`the requirement of "radar_id" is null, and must be`:  types.NumberNull(),
	} {
		for state, modules := range map[string]types.Map{"known": modules(nil), "unknown": types.MapUnknown(capacity)} {
			_, err := runShortfalls(t, modules, numbers(map[string]attr.Value{"radar_id": requirement, "bene_id": types.NumberUnknown()}))
			if err == nil || !strings.HasPrefix(err.Text, text) || err.FunctionArgument == nil || *err.FunctionArgument != 1 {
				t.Errorf("with %s modules the error is %v, want %q on the second argument", state, err, text)
			}
		}
	}
}

func TestARequirementOfAnUnknownModuleIsNotNamed(t *testing.T) {
	t.Parallel()

	_, err := runShortfalls(t, modules(nil), numbers(map[string]attr.Value{"s3cr3t": number(-1)}))
	if err == nil || err.Text != "the requirement of a module that the interface document does not name is negative, and must be 0 or more" {
		t.Errorf("the error is %v", err)
	}
}

// TestShortfallsOfSomethingElse has arguments that Terraform would refuse.
func TestShortfallsOfSomethingElse(t *testing.T) {
	t.Parallel()

	words := types.MapValueMust(types.StringType, map[string]attr.Value{"radar_id": types.StringValue("1")})
	good := numbers(map[string]attr.Value{"radar_id": number(1)})

	for name, arguments := range map[string][]attr.Value{
		"modules are a text":     {types.StringValue("x"), good},
		"modules are words":      {words, good},
		"requirements are words": {modules(nil), words},
		"one argument":           {modules(nil)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			resp := function.RunResponse{Result: function.NewResultData(types.MapUnknown(types.NumberType))}
			newShortfalls(t).Run(t.Context(), function.RunRequest{Arguments: function.NewArgumentsData(arguments)}, &resp)

			if resp.Error == nil || !resp.Result.Value().IsUnknown() {
				t.Errorf("the result is %s, and the error %v", resp.Result.Value(), resp.Error)
			}
		})
	}
}

func TestDefinitionOfShortfalls(t *testing.T) {
	t.Parallel()

	var (
		metadata   function.MetadataResponse
		definition function.DefinitionResponse
		shortfalls = newShortfalls(t)
	)

	shortfalls.Metadata(t.Context(), function.MetadataRequest{}, &metadata)
	shortfalls.Definition(t.Context(), function.DefinitionRequest{}, &definition)

	if metadata.Name != "shortfalls" || definition.Diagnostics.HasError() {
		t.Errorf("the function is %q, %v", metadata.Name, definition.Diagnostics)
	}

	defined := definition.Definition
	if defined.Summary == "" || defined.MarkdownDescription == "" || defined.VariadicParameter != nil || len(defined.Parameters) != 2 {
		t.Fatalf("the function is defined as %+v", defined)
	}

	for i, want := range []struct {
		name string
		typ  attr.Type
	}{{"modules", types.MapType{ElemType: capacity}}, {"required", types.MapType{ElemType: types.NumberType}}} {
		got := defined.Parameters[i]
		if got.GetName() != want.name || !got.GetType().Equal(want.typ) || got.GetAllowNullValue() || !got.GetAllowUnknownValues() || got.GetMarkdownDescription() == "" {
			t.Errorf("parameter %d is %+v, want %s of %s", i, got, want.name, want.typ)
		}
	}

	if got := defined.Return.GetType(); !got.Equal(types.MapType{ElemType: types.NumberType}) {
		t.Errorf("the function returns %s", got)
	}
}

// outputsOf returns a root module with an output for each call of the function, by its arguments.
func outputsOf(arguments map[string]string) map[string]string {
	var config strings.Builder

	config.WriteString(testkit.RequiredProvider + "data \"qcc_quota\" \"this\" {}\n")

	for name, values := range arguments {
		fmt.Fprintf(&config, "output %q {\n  value = provider::qcc::shortfalls(%s)\n}\n", name, values)
	}

	return map[string]string{"main.tf": config.String()}
}

// TestShortfallsThroughTerraform has one configuration for all results, and one for all errors, which Terraform prints together.
func TestShortfallsThroughTerraform(t *testing.T) {
	t.Parallel()

	url := testkit.Serve(t, emulator.New())

	output := testkit.NewAttachedFolder(t, url, outputsOf(map[string]string{
		"data":   `data.qcc_quota.this.modules, { radar_id = 50, bene_id = 98, new_id = 1 }`,
		"enough": `data.qcc_quota.this.modules, { radar_id = 48 }`,
		"quoted": `{ a = { remaining = "1", name = "A", more = [1] }, b = { remaining = null } }, { a = "2", b = 1 }`,
		"empty":  `{}, {}`,
		"beyond": `{ a = { remaining = -9223372036854775808 } }, { a = 9223372036854775807 }`,
	})).Succeeds("plan")

	for _, says := range []string{
		`data = { + new_id = 1 + radar_id = 2 }`, `enough = {}`, `quoted = { + a = 1 + b = 1 }`, `empty = {}`, `beyond = { + a = 18446744073709551615 }`,
	} {
		if !testkit.Says("+ " + says).MatchString(output) {
			t.Errorf("the plan does not say %q", says)
		}
	}

	_, output = testkit.NewAttachedFolder(t, url, outputsOf(map[string]string{
		"no_numbers": `{ a = { left = 1 } }, { a = 1 }`,
		"null":       `null, { a = 1 }`,
		"no_need":    `{}, null`,
		"a_number":   `{}, 5`,
		"negative":   `{}, { radar_id = -1 }`,
		"fractional": `{}, { bene_id = 0.5 }`,
		"other_id":   `{}, { s3cr3t = -1 }`,
		"null_need":  `{}, { natural_person_id = null }`,
	})).Run("plan")

	for _, says := range []string{
		`Invalid value for "modules" parameter: element "a": attribute "remaining" is required.`,
		`Invalid value for "modules" parameter: argument must not be null.`,
		`Invalid value for "required" parameter: argument must not be null.`,
		`Invalid value for "required" parameter: map of number required`,
		`Invalid value for "required" parameter: the requirement of "radar_id" is negative, and must be 0 or more.`,
		`Invalid value for "required" parameter: the requirement of "bene_id" is not a whole number.`,
		`Invalid value for "required" parameter: the requirement of a module that the interface document does not name is negative, and must be 0 or more.`,
		`Invalid value for "required" parameter: the requirement of "natural_person_id" is null, and must be a whole number; leave the module out if nothing of it is required.`,
	} {
		if !testkit.Says(says).MatchString(output) {
			t.Errorf("the plan does not say %q:\n%s", says, output)
		}
	}
}

func BenchmarkShortfalls(b *testing.B) {
	available := modules(map[string]attr.Value{"radar_id": left(number(48)), "bene_id": left(number(98)), "natural_person_id": left(number(50))})
	required := numbers(map[string]attr.Value{"radar_id": number(60), "bene_id": number(40)})
	shortfalls := newShortfalls(b)

	b.ReportAllocs()

	for b.Loop() {
		resp := function.RunResponse{Result: function.NewResultData(types.MapUnknown(types.NumberType))}

		shortfalls.Run(b.Context(), function.RunRequest{Arguments: function.NewArgumentsData([]attr.Value{available, required})}, &resp)

		if resp.Error != nil {
			b.Fatal(resp.Error)
		}
	}
}

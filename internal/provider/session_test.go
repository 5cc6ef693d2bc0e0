package provider_test

import (
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/qccpro/terraform-provider-qcc/internal/provider"
	"github.com/qccpro/terraform-provider-qcc/internal/testkit"
)

// session calls a provider by Terraform's protocol in the test's own process. A call takes a thousandth of the time of a Terraform command,
// so tables use it, and only one case of each kind runs through Terraform.
type session struct {
	testing.TB

	server tfprotov6.ProviderServer
	schema *tfprotov6.GetProviderSchemaResponse
	// deferral is whether Terraform allows that reads are deferred, which it does in experiments only.
	deferral bool
}

// attributes are the values of a block or of a map by name. An attribute without a value is null.
type attributes map[string]any

// unknown is a value that Terraform knows only after apply.
const unknown = tftypes.UnknownValue

const (
	quotaName = "qcc_quota"
	gateName  = "qcc_quota_gate"
)

func newSession(tb testing.TB, getenv func(string) string) *session {
	tb.Helper()

	server, err := providerserver.NewProtocol6WithError(provider.New("test", getenv)())()
	if err != nil {
		tb.Fatal(err)
	}

	schema, err := server.GetProviderSchema(tb.Context(), &tfprotov6.GetProviderSchemaRequest{})
	if err != nil || len(schema.Diagnostics) > 0 {
		tb.Fatal(schema, err)
	}

	return &session{TB: tb, server: server, schema: schema}
}

// configured returns a session with a configured provider. Neither validation nor Configure may report anything.
func configured(tb testing.TB, env testkit.Environment, block attributes) *session {
	tb.Helper()

	s := newSession(tb, env.Getenv)
	if said := s.configure(block); said != "" {
		tb.Errorf("the provider block is refused before a read:\n%s", said)
	}

	return s
}

// configure validates and configures the provider block. It returns what Terraform would print.
func (s *session) configure(block attributes) string {
	s.Helper()

	config := s.dynamic(s.schema.Provider.ValueType(), block)

	validated, err := s.server.ValidateProviderConfig(s.Context(), &tfprotov6.ValidateProviderConfigRequest{Config: config})
	s.check(err)

	resp, err := s.server.ConfigureProvider(s.Context(), &tfprotov6.ConfigureProviderRequest{
		Config: config, TerraformVersion: "1.99.0", ClientCapabilities: &tfprotov6.ConfigureProviderClientCapabilities{DeferralAllowed: s.deferral},
	})
	s.check(err)

	return printed(validated.Diagnostics) + printed(resp.Diagnostics)
}

func (s *session) check(err error) {
	s.Helper()

	if err != nil {
		s.Fatal(err)
	}
}

// read reads the data source. It returns what Terraform would print, and the modules if there is no error.
func (s *session) read() string {
	s.Helper()

	typ := s.schema.DataSourceSchemas[quotaName].ValueType()

	resp, err := s.server.ReadDataSource(s.Context(), &tfprotov6.ReadDataSourceRequest{
		TypeName: quotaName, Config: s.dynamic(typ, attributes{}), ClientCapabilities: &tfprotov6.ReadDataSourceClientCapabilities{DeferralAllowed: s.deferral},
	})
	s.check(err)

	if resp.Deferred != nil {
		return "Deferred: " + resp.Deferred.Reason.String() + printed(resp.Diagnostics)
	}

	return s.quota(resp.Diagnostics, resp.State, typ)
}

// open opens the ephemeral resource. It returns what read returns.
func (s *session) open() string {
	s.Helper()

	typ := s.schema.EphemeralResourceSchemas[quotaName].ValueType()
	request := &tfprotov6.OpenEphemeralResourceRequest{TypeName: quotaName, Config: s.dynamic(typ, attributes{})}

	resp, err := s.server.OpenEphemeralResource(s.Context(), request)
	s.check(err)

	return s.quota(resp.Diagnostics, resp.Result, typ)
}

func (s *session) quota(diagnostics []*tfprotov6.Diagnostic, result *tfprotov6.DynamicValue, typ tftypes.Type) string {
	s.Helper()

	said := printed(diagnostics)
	if strings.Contains("\n"+said, "\nError: ") {
		return said
	}

	modules := s.text(result, typ)

	return said + strings.TrimSuffix(strings.TrimPrefix(modules, "{modules="), "}")
}

// gate validates and plans a new gate. It returns what Terraform would print.
func (s *session) gate(required any) string {
	s.Helper()

	request := s.newGate(required)

	validated, err := s.server.ValidateResourceConfig(s.Context(), &tfprotov6.ValidateResourceConfigRequest{TypeName: gateName, Config: request.Config})
	s.check(err)

	if len(validated.Diagnostics) > 0 {
		return printed(validated.Diagnostics)
	}

	planned, err := s.server.PlanResourceChange(s.Context(), request)
	s.check(err)

	return printed(planned.Diagnostics)
}

// newGate returns the request with which Terraform plans a new gate.
func (s *session) newGate(required any) *tfprotov6.PlanResourceChangeRequest {
	s.Helper()

	typ := s.schema.ResourceSchemas[gateName].ValueType()
	config := s.dynamic(typ, attributes{"required": required})

	return &tfprotov6.PlanResourceChangeRequest{TypeName: gateName, PriorState: s.dynamic(typ, nil), ProposedNewState: config, Config: config}
}

// call calls a function. It returns the result, or the number of the argument that is wrong and the error.
func (s *session) call(name string, arguments ...any) string {
	s.Helper()

	function := s.schema.Functions[name]
	request := &tfprotov6.CallFunctionRequest{Name: name}

	for i, argument := range arguments {
		request.Arguments = append(request.Arguments, s.dynamic(function.Parameters[i].Type, argument))
	}

	resp, err := s.server.CallFunction(s.Context(), request)
	s.check(err)

	if resp.Error != nil {
		return fmt.Sprintf("%d: %s", *resp.Error.FunctionArgument+1, resp.Error.Text)
	}

	return s.text(resp.Result, function.Return.Type)
}

// dynamic encodes a value of a type as Terraform does.
func (s *session) dynamic(typ tftypes.Type, value any) *tfprotov6.DynamicValue {
	s.Helper()

	encoded, err := tfprotov6.NewDynamicValue(typ, valueOf(typ, value))
	s.check(err)

	return &encoded
}

// valueOf converts attributes and single values to a type.
func valueOf(typ tftypes.Type, value any) tftypes.Value {
	given, several := value.(attributes)
	if !several {
		return tftypes.NewValue(typ, value)
	}

	values := map[string]tftypes.Value{}

	switch typ := typ.(type) {
	case tftypes.Object:
		for name, attributeType := range typ.AttributeTypes {
			values[name] = valueOf(attributeType, given[name])
		}
	case tftypes.Map:
		for key, element := range given {
			values[key] = valueOf(typ.ElementType, element)
		}
	}

	return tftypes.NewValue(typ, values)
}

// text decodes a value, and writes it as "{name=value name=value}" in the order of the names.
func (s *session) text(encoded *tfprotov6.DynamicValue, typ tftypes.Type) string {
	s.Helper()

	value, err := encoded.Unmarshal(typ)
	s.check(err)

	return s.textOf(value)
}

func (s *session) textOf(value tftypes.Value) string {
	s.Helper()

	var (
		text   string
		number *big.Float
		parts  map[string]tftypes.Value
	)

	switch typ := value.Type(); {
	case !value.IsKnown():
		return "unknown"
	case value.IsNull():
		return "null"
	case typ.Is(tftypes.String):
		s.check(value.As(&text))

		return text
	case typ.Is(tftypes.Number):
		s.check(value.As(&number))

		return number.Text('f', -1)
	}

	s.check(value.As(&parts))

	written := make([]string, 0, len(parts))
	for _, name := range slices.Sorted(maps.Keys(parts)) {
		written = append(written, name+"="+s.textOf(parts[name]))
	}

	return "{" + strings.Join(written, " ") + "}"
}

// printed returns diagnostics in the form in which Terraform prints them; "" if there are none.
func printed(diagnostics []*tfprotov6.Diagnostic) string {
	var out strings.Builder

	for _, diagnostic := range diagnostics {
		severity := map[tfprotov6.DiagnosticSeverity]string{
			tfprotov6.DiagnosticSeverityError: "Error", tfprotov6.DiagnosticSeverityWarning: "Warning",
		}[diagnostic.Severity]
		fmt.Fprintf(&out, "%s: %s\n\n%s\n\n", severity, diagnostic.Summary, diagnostic.Detail)
	}

	return out.String()
}

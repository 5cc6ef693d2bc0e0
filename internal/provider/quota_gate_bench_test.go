package provider_test

import (
	"net/http/httptest"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/qccpro/terraform-provider-qcc/internal/emulator"
	"github.com/qccpro/terraform-provider-qcc/internal/provider"
	"github.com/qccpro/terraform-provider-qcc/internal/testkit"
)

// BenchmarkPlanGate plans a new gate as Terraform does, but in this process. The gates share readings, so few of them send a request.
func BenchmarkPlanGate(b *testing.B) {
	service := httptest.NewServer(emulator.New(emulator.WithModules(emulator.Module{ID: "radar_id", Total: 1 << 50})))
	b.Cleanup(service.Close)

	server, err := providerserver.NewProtocol6WithError(provider.New("bench", testkit.Credentials(service.URL).Getenv)())()
	if err != nil {
		b.Fatal(err)
	}

	text := func() tftypes.Value { return tftypes.NewValue(tftypes.String, nil) }

	configured, err := server.ConfigureProvider(b.Context(), &tfprotov6.ConfigureProviderRequest{Config: dynamic(b, map[string]tftypes.Value{
		"key": text(), "secret_key": text(), "base_url": text(), "timeout": text(), "max_retries": tftypes.NewValue(tftypes.Number, nil),
		"language": text(),
	})})
	if err != nil || len(configured.Diagnostics) > 0 {
		b.Fatal(configured, err)
	}

	gate := dynamic(b, map[string]tftypes.Value{"required": tftypes.NewValue(tftypes.Map{ElementType: tftypes.Number}, map[string]tftypes.Value{
		"radar_id": tftypes.NewValue(tftypes.Number, 1),
	})})

	null, err := tfprotov6.NewDynamicValue(gateType, tftypes.NewValue(gateType, nil))
	if err != nil {
		b.Fatal(err)
	}

	b.ReportAllocs()

	for b.Loop() {
		planned, err := server.PlanResourceChange(b.Context(), &tfprotov6.PlanResourceChangeRequest{
			TypeName: "qcc_quota_gate", PriorState: &null, ProposedNewState: gate, Config: gate,
		})
		if err != nil || len(planned.Diagnostics) > 0 {
			b.Fatal(planned, err)
		}
	}
}

// gateType is the type of a gate's state.
var gateType = tftypes.Object{AttributeTypes: map[string]tftypes.Type{"required": tftypes.Map{ElementType: tftypes.Number}}}

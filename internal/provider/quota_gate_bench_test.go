package provider_test

import (
	"net/http/httptest"
	"testing"

	"github.com/qccpro/terraform-provider-qcc/internal/emulator"
	"github.com/qccpro/terraform-provider-qcc/internal/testkit"
)

// BenchmarkPlanGate plans a new gate as Terraform does, but in this process. The gates share readings, so few of them send a request.
func BenchmarkPlanGate(b *testing.B) {
	service := httptest.NewServer(emulator.New(emulator.WithModules(emulator.Module{ID: "radar_id", Total: 1 << 50})))
	b.Cleanup(service.Close)

	s := configured(b, testkit.Credentials(service.URL), nil)
	plan := s.newGate(attributes{"radar_id": 1})

	b.ReportAllocs()

	for b.Loop() {
		if planned, err := s.server.PlanResourceChange(b.Context(), plan); err != nil || len(planned.Diagnostics) > 0 {
			b.Fatal(planned, err)
		}
	}
}

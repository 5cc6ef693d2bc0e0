package emulator_test

import (
	"testing"

	"github.com/qccpro/terraform-provider-qcc/internal/emulator"
)

func TestCountsGrow(t *testing.T) {
	t.Parallel()

	behavior := then(0)
	behavior.Drift = 3
	service := emulator.New(emulator.WithBehavior(behavior), emulator.WithModules(emulator.Module{ID: "radar_id", Total: 10}))

	for _, want := range []int64{0, 3, 10} {
		if got, _ := ask(t, service, query(t)); got.Result[0].Consumed != want {
			t.Errorf("consumed is %d, want %d", got.Result[0].Consumed, want)
		}

		if want == 3 {
			if err := service.Consume("radar_id", 4); err != nil {
				t.Fatal(err)
			}
		}
	}
}

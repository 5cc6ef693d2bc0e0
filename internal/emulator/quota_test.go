package emulator_test

import (
	"testing"

	"github.com/qccpro/terraform-provider-qcc/internal/emulator"
)

func TestCountsGrow(t *testing.T) {
	t.Parallel()

	service := emulator.New(emulator.WithModules(emulator.Module{ID: "radar_id", Total: 10}))
	behavior := then(0)
	behavior.Drift = 3
	service.Behave(behavior)

	for _, want := range []int64{0, 3, 6} {
		if got, _ := ask(t, service, query(t)); got.Result[0].Consumed != want {
			t.Errorf("consumed is %d, want %d", got.Result[0].Consumed, want)
		}
	}

	if err := service.Consume("radar_id", 1); err != nil {
		t.Fatal(err)
	}

	if got, _ := ask(t, service, query(t)); got.Result[0].Consumed != 10 {
		t.Errorf("consumed is %d, want 10", got.Result[0].Consumed)
	}

	if err := service.Consume("bene_id", 1); err == nil {
		t.Error("a module that does not exist was consumed")
	}
}

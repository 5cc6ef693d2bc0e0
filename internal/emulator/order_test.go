package emulator_test

import (
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/qccpro/terraform-provider-qcc/internal/emulator"
)

// TestOrdersAreCountedLater places an order of one unit each second. It reads the quota directly before each, and for some seconds after the
// last.
func TestOrdersAreCountedLater(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct {
		countAfter, behind time.Duration
		orders             int
		want               []int64
	}{
		"no orders":                          {0, 0, 0, []int64{0, 0}},
		"counted at once":                    {0, 0, 3, []int64{0, 1, 2, 3, 3}},
		"counted after two seconds":          {2 * time.Second, 0, 3, []int64{0, 0, 1, 2, 3, 3}},
		"counted after a minute":             {time.Minute, 0, 3, []int64{0, 0, 0, 0, 0}},
		"every second answer is older":       {0, 2 * time.Second, 4, []int64{0, 0, 2, 2, 4, 4, 4}},
		"older than the first order":         {0, time.Minute, 3, []int64{0, 0, 2, 0, 3, 0}},
		"counted later, and answers go back": {time.Second, time.Second, 4, []int64{0, 0, 2, 2, 4, 4}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				behavior := then(0)
				behavior.CountAfter, behavior.Behind = emulator.Duration(test.countAfter), emulator.Duration(test.behind)
				behavior.Window = emulator.Duration(time.Hour)
				service := emulator.New(emulator.WithBehavior(behavior), emulator.WithModules(emulator.Module{ID: "radar_id", Total: 10}))

				got := make([]int64, 0, len(test.want))

				for n := range test.want {
					answer, _ := ask(t, service, query(t))
					got = append(got, answer.Result[0].Consumed)

					if n < test.orders {
						if err := service.Order(map[string]int64{"radar_id": 1}); err != nil {
							t.Fatal(err)
						}
					}

					time.Sleep(time.Second) // The clock of synctest does not wait.
				}

				if !slices.Equal(got, test.want) {
					t.Errorf("consumed is %v, want %v", got, test.want)
				}
			})
		})
	}
}

// TestOrdersFailForWantOfQuota places orders that are not counted before the end of the test.
func TestOrdersFailForWantOfQuota(t *testing.T) {
	t.Parallel()

	behavior := then(0)
	behavior.CountAfter = emulator.Duration(time.Hour)
	service := emulator.New(emulator.WithBehavior(behavior), emulator.WithModules(
		emulator.Module{ID: "radar_id", Total: 10, Consumed: 2}, emulator.Module{ID: "bene_id", Total: 3}))

	for _, step := range []struct {
		units map[string]int64
		short *emulator.ShortError
		fails bool
	}{
		{map[string]int64{"radar_id": 5, "bene_id": 1}, nil, false},
		{map[string]int64{"radar_id": 4}, &emulator.ShortError{ID: "radar_id", Units: 4, Left: 3}, true},
		{map[string]int64{"radar_id": 1, "bene_id": 3}, &emulator.ShortError{ID: "bene_id", Units: 3, Left: 2}, true},
		{map[string]int64{"radar_id": 1, "other_id": 1}, nil, true},
		{map[string]int64{"radar_id": 0}, nil, true},
		{map[string]int64{"radar_id": -1}, nil, true},
		{map[string]int64{"radar_id": 3}, nil, false}, // The failed orders have consumed nothing.
		{map[string]int64{"radar_id": 1}, &emulator.ShortError{ID: "radar_id", Units: 1}, true},
	} {
		err := service.Order(step.units)

		short, _ := errors.AsType[*emulator.ShortError](err)
		if (err != nil) != step.fails || (short == nil) != (step.short == nil) || short != nil && *short != *step.short {
			t.Errorf("an order of %v gives %v, want %v", step.units, err, step.short)
		}
	}

	got, _ := ask(t, service, query(t))
	if consumed := []int64{got.Result[0].Consumed, got.Result[1].Consumed}; !slices.Equal(consumed, []int64{2, 0}) {
		t.Errorf("consumed is %v, want what it was before the orders", consumed)
	}

	service.SetModules(emulator.Module{ID: "radar_id", Total: 1})

	if err := service.Order(map[string]int64{"radar_id": 1}); err != nil {
		t.Errorf("after the quota was replaced, the orders before still count: %v", err)
	}
}

// TestConsumptionAndOrdersAddUp consumes units beside an order.
func TestConsumptionAndOrdersAddUp(t *testing.T) {
	t.Parallel()

	service := emulator.New(emulator.WithBehavior(then(0)), emulator.WithModules(emulator.Module{ID: "radar_id", Total: 10}))

	if err := errors.Join(service.Order(map[string]int64{"radar_id": 3}), service.Consume("radar_id", 4)); err != nil {
		t.Fatal(err)
	}

	for range 2 { // The second answer shows that the first did not count the order again.
		if got, _ := ask(t, service, query(t)); got.Result[0].Consumed != 7 {
			t.Errorf("consumed is %d, want 7", got.Result[0].Consumed)
		}
	}

	if short, ok := errors.AsType[*emulator.ShortError](service.Order(map[string]int64{"radar_id": 4})); !ok || short.Left != 3 {
		t.Errorf("the order beyond the quota gives %v", short)
	}
}

package provider_test

import (
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/qccpro/terraform-provider-qcc/internal/emulator"
	"github.com/qccpro/terraform-provider-qcc/internal/testkit"
)

// TestTwentyAppliesAtOnce applies a gate of five units in 20 folders at once, each with a process of Terraform and of the provider. An order
// follows each apply that passes, and the quota for nine of them is left. The service does not count an order before the end of the test. The
// test is not parallel, so that these processes have the machine to themselves.
func TestTwentyAppliesAtOnce(t *testing.T) {
	testkit.OnlyLong(t, true, "one gate after another")

	const applies, units, left = 20, 5, 48

	for name, test := range map[string]struct {
		// environ returns variables of all folders. Nil means that there are none.
		environ func(t *testing.T) []string
		passed  int64
	}{
		"each gate for itself": {nil, applies},
		"gates of all runs": {func(t *testing.T) []string {
			t.Helper()

			return []string{"QCC_RESERVATION_DATABASE=" + testkit.Postgres(t).URL()}
		}, left / units},
	} {
		t.Run(name, func(t *testing.T) {
			service := emulator.New(radar(left), emulator.WithBehavior(emulator.Behavior{CountAfter: emulator.Duration(time.Hour)}))
			url := testkit.Serve(t, service)
			first := testkit.NewFolder(t, url, map[string]string{"main.tf": testkit.RequiredProvider + `
resource "qcc_quota_gate" "monitoring" {
  required = { radar_id = 5 }
}
`})

			if test.environ != nil {
				first.Set(test.environ(t)...)
			}

			var (
				all                    sync.WaitGroup
				passed, placed, failed atomic.Int64
				began                  = time.Now()
			)

			for range applies {
				f := first.Copy(t, url)

				all.Go(func() {
					code, output, err := f.RunContext(t.Context(), "apply", "-auto-approve", "-input=false")

					switch {
					case err != nil, code != 0 && !strings.Contains(output, notEnough):
						t.Errorf("exit code %d, %v\n%s", code, err, output)
					case code != 0:
						return
					case service.Order(map[string]int64{"radar_id": units}) == nil:
						placed.Add(1)
					default:
						failed.Add(1)
					}

					passed.Add(1)
				})
			}

			all.Wait()
			t.Logf("%d applies at once took %.1f s: %d passed, %d orders failed", applies, time.Since(began).Seconds(), passed.Load(), failed.Load())

			if passed.Load() != test.passed || placed.Load() != left/units || failed.Load() != test.passed-left/units {
				t.Errorf("%d passed, %d orders were placed and %d failed, want %d, %d and %d",
					passed.Load(), placed.Load(), failed.Load(), test.passed, left/units, test.passed-left/units)
			}
		})
	}
}

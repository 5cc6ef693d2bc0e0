package provider_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/qccpro/terraform-provider-qcc/internal/emulator"
	"github.com/qccpro/terraform-provider-qcc/internal/testkit"
)

// TestManyReadsTakeFewRequests is not parallel, because the number of reads that share a request depends on the load of the machine.
func TestManyReadsTakeFewRequests(t *testing.T) {
	for _, test := range []struct {
		dataSources, ephemerals, atMost int
		latency                         time.Duration
		wrongKey, long                  bool
	}{
		{dataSources: 1, atMost: 1},
		{dataSources: 10, atMost: 5, long: true},
		{dataSources: 50, atMost: 10, long: true},
		{dataSources: 50, atMost: 10, latency: 100 * time.Millisecond},
		{dataSources: 200, atMost: 40, latency: 20 * time.Millisecond, long: true},
		{dataSources: 10, ephemerals: 10, atMost: 5, latency: 100 * time.Millisecond},
		{dataSources: 50, atMost: 10, wrongKey: true},
	} {
		t.Run(fmt.Sprintf("%+v", test), func(t *testing.T) {
			testkit.OnlyLong(t, test.long, "one data source, as many as Terraform reads in several rounds, and both surfaces")

			service := emulator.New(emulator.WithBehavior(emulator.Behavior{Delay: emulator.Duration(test.latency)}))
			f := testkit.NewAttachedFolder(t, testkit.Serve(t, service), map[string]string{"main.tf": testkit.RequiredProvider + fmt.Sprintf(`
data "qcc_quota" "this" {
  count = %d
}

ephemeral "qcc_quota" "now" {
  count = %[2]d
}

resource "terraform_data" "order" {
  lifecycle {
    precondition {
      condition     = length(ephemeral.qcc_quota.now) == %[2]d
      error_message = "Some are missing."
    }
  }
}
`, test.dataSources, test.ephemerals)})

			if test.wrongKey {
				f.Set("QCC_KEY=wrong")
			}

			code, output := f.Run("plan")

			t.Logf("%d requests", service.Requests())

			if service.Requests() > test.atMost || (code != 0) != test.wrongKey {
				t.Errorf("exit code %d after %d requests, want at most %d\n%s", code, service.Requests(), test.atMost, output)
			}

			errors := strings.Count(output, "Error: Quota query refused by QCC") // Terraform 1.15 prints equal errors only once.
			if test.wrongKey && errors != test.dataSources && errors != 1 {
				t.Errorf("%d errors are printed, want %d\n%s", errors, test.dataSources, output)
			}
		})
	}
}

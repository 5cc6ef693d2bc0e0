package provider_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/qccpro/terraform-provider-qcc/internal/emulator"
	"github.com/qccpro/terraform-provider-qcc/internal/testkit"
)

// many is a root module with a number of data sources.
func many(count int) map[string]string {
	return map[string]string{"main.tf": testkit.RequiredProvider + fmt.Sprintf(`
data "qcc_quota" "this" {
  count = %d
}
`, count)}
}

// TestManyDataSourcesTakeFewRequests is not parallel, because the number of reads that share a request depends on the load of the machine.
func TestManyDataSourcesTakeFewRequests(t *testing.T) {
	for _, test := range []struct {
		dataSources, atMost int
		latency             time.Duration
		long                bool
	}{
		{1, 1, 0, false},
		{10, 5, 0, true},
		{50, 10, 0, true},
		{50, 10, 100 * time.Millisecond, false},
		{200, 40, 20 * time.Millisecond, true},
	} {
		t.Run(fmt.Sprintf("%d at %s", test.dataSources, test.latency), func(t *testing.T) {
			testkit.OnlyLong(t, test.long, "one data source, and as many as Terraform reads in several rounds")

			service := emulator.New()
			f := testkit.NewAttachedFolder(t, testkit.Serve(t, service), many(test.dataSources))

			service.Behave(emulator.Behavior{Delay: emulator.Duration(test.latency)})
			f.Succeeds("plan")

			t.Logf("%d data sources at %s: %d requests", test.dataSources, test.latency, service.Requests())

			if service.Requests() > test.atMost {
				t.Errorf("%d data sources took %d requests, want at most %d", test.dataSources, service.Requests(), test.atMost)
			}
		})
	}
}

// TestBothSurfacesShareRequests is not parallel, because the load of the machine decides whether reads share a request.
func TestBothSurfacesShareRequests(t *testing.T) {
	service := emulator.New(emulator.WithBehavior(emulator.Behavior{Delay: emulator.Duration(100 * time.Millisecond)}))
	f := testkit.NewAttachedFolder(t, testkit.Serve(t, service), map[string]string{"main.tf": testkit.RequiredProvider + `
data "qcc_quota" "this" {
  count = 10
}

ephemeral "qcc_quota" "now" {
  count = 10
}

resource "terraform_data" "order" {
  lifecycle {
    precondition {
      condition     = length(ephemeral.qcc_quota.now) == 10
      error_message = "Some are missing."
    }
  }
}
`})

	f.Succeeds("plan")

	if service.Requests() > 5 {
		t.Errorf("20 reads took %d requests, want at most 5", service.Requests())
	}
}

func TestAWrongKeyIsNotAskedAgain(t *testing.T) {
	t.Parallel()

	const dataSources = 50

	service := emulator.New(emulator.WithCredentials("other_key", "other_secret"))
	f := testkit.NewAttachedFolder(t, testkit.Serve(t, service), many(dataSources))

	code, output := f.Run("plan")
	errors := strings.Count(output, "Error: Quota query refused by QCC") // Terraform 1.15 prints equal errors only once.

	if code != 1 || errors != dataSources && errors != 1 {
		t.Errorf("exit code %d with %d errors, want 1 with %d\n%s", code, errors, dataSources, output)
	}

	if service.Requests() > 10 {
		t.Errorf("%d requests were made, want at most 10", service.Requests())
	}
}

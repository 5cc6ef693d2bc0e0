package provider_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/qccpro/terraform-provider-qcc/internal/emulator"
)

// many is a root module with a number of data sources.
func many(count int) map[string]string {
	return map[string]string{"main.tf": requiredProvider + fmt.Sprintf(`
data "qcc_quota" "this" {
  count = %d
}
`, count)}
}

// TestManyDataSourcesTakeFewRequests is not parallel: how many reads come together depends on how busy the machine is.
func TestManyDataSourcesTakeFewRequests(t *testing.T) {
	for _, test := range []struct {
		dataSources, atMost int
		latency             time.Duration
	}{
		{1, 1, 0},
		{10, 5, 0},
		{50, 10, 0},
		{50, 10, 100 * time.Millisecond},
		{200, 40, 20 * time.Millisecond},
	} {
		t.Run(fmt.Sprintf("%d at %s", test.dataSources, test.latency), func(t *testing.T) {
			service := emulator.New()
			f := newFolder(t, serve(t, service), many(test.dataSources))

			service.Behave(emulator.Behavior{Delay: emulator.Duration(test.latency)})
			f.succeeds(t, "plan")

			t.Logf("%d data sources at %s: %d requests", test.dataSources, test.latency, service.Requests())

			if service.Requests() > test.atMost {
				t.Errorf("%d data sources took %d requests, want at most %d", test.dataSources, service.Requests(), test.atMost)
			}
		})
	}
}

func TestAWrongKeyIsNotAskedAgain(t *testing.T) {
	t.Parallel()

	const dataSources = 50

	service := emulator.New(emulator.WithCredentials("other_key", "other_secret"))
	f := newFolder(t, serve(t, service), many(dataSources))

	code, output := f.run(t, "plan")
	errors := strings.Count(output, "Error: Quota query refused by QCC") // Terraform 1.15 shows errors that are the same once.

	if code != 1 || errors != dataSources && errors != 1 {
		t.Errorf("exit code %d with %d errors, want 1 with %d\n%s", code, errors, dataSources, output)
	}

	if service.Requests() > 10 {
		t.Errorf("%d requests were made, want at most 10", service.Requests())
	}
}

func TestAClockThatIsOffIsCorrectedAndToldOf(t *testing.T) {
	t.Parallel()

	service := emulator.New(emulator.WithBehavior(emulator.Behavior{Clock: emulator.Duration(10 * time.Minute)}))
	f := newFolder(t, serve(t, service), map[string]string{"main.tf": rootModule})

	output := f.succeeds(t, "plan")
	if !says("Warning: Clock of this machine is off").MatchString(output) || !says("behind that of QCC.").MatchString(output) || !says("left = 48").MatchString(output) {
		t.Errorf("the plan does not warn, or has not read the quota:\n%s", output)
	}

	f.env = append(f.env, "QCC_SECRET_KEY=wrong")
	f.fails(t, "A query that was signed with the time of QCC's clock was refused too.", "plan")
}

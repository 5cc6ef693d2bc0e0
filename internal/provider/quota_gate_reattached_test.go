package provider_test

import (
	"bufio"
	"os/exec"
	"strings"
	"testing"

	"github.com/qccpro/terraform-provider-qcc/internal/emulator"
	"github.com/qccpro/terraform-provider-qcc/internal/testkit"
)

// TestGatesOfTwoRunsAreNotSummedUp runs several plans with one provider process, outside of Terraform. Each plan needs 30 of the 48 units that are left.
func TestGatesOfTwoRunsAreNotSummedUp(t *testing.T) {
	t.Parallel()

	service := emulator.New(radar(48))
	url := testkit.Serve(t, service)

	f := testkit.NewAttachedFolder(t, url, gatesFor(map[string]int{"a": 15, "b": 15}))

	command := exec.CommandContext(t.Context(), testkit.Terraform(t).Provider("qcc"), "-debug")
	command.Env = append(command.Environ(), testkit.Credentials(url).Environ()...)

	output, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}

	if err := command.Start(); err != nil {
		t.Fatal(err)
	}

	t.Cleanup(func() { _ = command.Wait() }) // The context of the test has ended by then, which kills the provider.

	f.Set("TF_REATTACH_PROVIDERS=")

	for lines := bufio.NewScanner(output); lines.Scan(); {
		if _, value, found := strings.Cut(lines.Text(), "TF_REATTACH_PROVIDERS="); found {
			f.Set("TF_REATTACH_PROVIDERS=" + strings.Trim(value, "'")) // The provider prints how Terraform attaches to it.

			break
		}
	}

	for _, command := range [][]string{plan, plan, savePlan, applyPlan} {
		before := service.Requests()

		f.Succeeds(command...)

		if queries := service.Requests() - before; queries != 1 {
			t.Errorf("terraform %q sent %d queries, want 1", command, queries)
		}
	}

	// A refused run does not affect the next run either.
	f.Write("main.tf", gatesFor(map[string]int{"a": 35, "b": 44})["main.tf"])
	f.Fails("Granted to other gates in this run:", "plan")
	f.Write("main.tf", gatesFor(map[string]int{"a": 35, "b": 43})["main.tf"])
	f.Succeeds(apply...)

	if gates := gatesInState(t, f); gates["qcc_quota_gate.this[a]"] != "radar_id=35" || gates["qcc_quota_gate.this[b]"] != "radar_id=43" {
		t.Errorf("the state has the gates %v", gates)
	}
}

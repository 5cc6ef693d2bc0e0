package guides_test

import (
	"strings"
	"testing"

	"github.com/qccpro/terraform-provider-qcc/internal/emulator"
	"github.com/qccpro/terraform-provider-qcc/internal/testkit"
)

// summarize runs quota.jq on a saved plan.
func (s scene) summarize(plan string) (int, string) {
	s.t.Helper()

	code, summary, _ := testkit.Judge(s.t, s.Succeeds("show", "-json", plan), "examples/pipelines", testkit.JQ(s.t),
		"--null-input", "--raw-output", "--from-file", "quota.jq")

	return code, summary
}

// TestGuideOnPipelinesIsRightAboutGates shows what the guide "In CI pipelines" says of the gate resource.
func TestGuideOnPipelinesIsRightAboutGates(t *testing.T) {
	t.Parallel()

	s := newScene(t, map[string]string{"main.tf": firstConfiguration(t, "gate-orders.md")})

	const few, many = "-var=orders={north=20}", "-var=orders={north=60}"

	s.Fails("Not enough QCC quota", "plan", "-out=refused", many)
	s.Fails("Cannot apply incomplete plan", "apply", "refused")
	s.Fails("Not enough QCC quota", "plan", "-detailed-exitcode", many)

	if code, text := s.summarize("refused"); code != 1 || !strings.Contains(text, "The plan failed") {
		t.Errorf("the summary of a refused plan has the exit code %d:\n%s", code, text)
	}

	if code, output := s.Run("plan", "-detailed-exitcode", "-out=granted", few); code != 2 {
		t.Errorf("exit code %d, want 2\n%s", code, output)
	}

	if code, text := s.summarize("granted"); code != 0 {
		t.Errorf("the summary of a plan that passed has the exit code %d:\n%s", code, text)
	}

	s.Set("QCC_KEY=")
	s.Fails("Missing QCC credential", "apply", "granted")
	s.Set("QCC_KEY=" + emulator.DefaultKey)
	s.Succeeds("apply", "-auto-approve", few)

	// A job that looks for drift.
	requests := s.service.Requests()

	s.Set("QCC_KEY=", "QCC_SECRET_KEY=")

	if s.Succeeds("plan", "-detailed-exitcode", few); s.service.Requests() != requests {
		t.Error("a plan that adds nothing has sent a query")
	}

	s.Set("QCC_KEY="+emulator.DefaultKey, "QCC_SECRET_KEY="+emulator.DefaultSecretKey, "TF_VAR_orders={north=20}")
	s.Write("pending.tf", "resource \"terraform_data\" \"pending\" {}\n\nresource \"qcc_quota_gate\" \"pending\" {\n"+
		"  required = { radar_id = length(terraform_data.pending.id) }\n}\n")
	s.Plans("Warning: QCC quota gate not judged until apply")
}

package guides_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/qccpro/terraform-provider-qcc/internal/emulator"
	"github.com/qccpro/terraform-provider-qcc/internal/testkit"
)

// TestRulesOfYourOwn runs the rules of the guide. TestTwins compares the code of the Chinese one.
func TestRulesOfYourOwn(t *testing.T) {
	t.Parallel()

	const (
		guide    = "rules-of-your-own.md"
		required = "-var=qcc_required={radar_id=40}"
	)

	blocks := blocksOf(t, guide, "terraform", 3)
	rule := ruleConfiguration(t)
	s := newScene(t, map[string]string{"main.tf": rule})

	// The guide says what the variable looks like.
	if flag := "`" + strings.Replace(required, "=", "='", 1) + "'`"; !strings.Contains(testkit.ReadFile(t, filepath.Join(testkit.GuidesDir, guide)), flag) {
		t.Errorf("%s does not show %s", guide, flag)
	}

	s.Succeeds("plan", required)
	s.consume("radar_id", 20)
	s.Fails(`QCC quota is short by {"radar_id":12}.`, "plan", required)
	s.Succeeds("apply", "-auto-approve")
	s.Succeeds("destroy", "-auto-approve")

	// The rule that is judged again at apply.
	s.service.SetModules(emulator.Sample()...)
	s.Write("main.tf", overlay(rule, blocks[1]))
	s.Succeeds("plan", required, "-out=tfplan")
	s.consume("radar_id", 20)
	s.Fails("QCC quota is short now.", "apply", "tfplan")
	s.createsNoOrder()
	s.Fails(`QCC quota is short by {"radar_id":12}.`, "plan", required)

	s.service.SetModules(emulator.Sample()...)
	s.Succeeds("apply", "-auto-approve", required)

	// An early warning.
	head, _, _ := strings.Cut(rule, "\n\ndata ")
	s.Write("main.tf", head+"\n\n"+blocks[2])
	s.Succeeds("plan")
	s.consume("radar_id", 40)
	s.Plans("Warning: Check block assertion failed")
	s.Plans(`Below the reserve: {"radar_id":2}.`)
}

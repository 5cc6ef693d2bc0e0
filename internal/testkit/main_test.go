package testkit_test

import (
	"os"
	"testing"

	"github.com/qccpro/terraform-provider-qcc/internal/testkit"
)

var own testkit.Environment

// TestMain sets variables that a developer may have set, before Main removes them.
func TestMain(m *testing.M) {
	os.Setenv("QCC_KEY", "own")
	os.Setenv("TF_LOG", "TRACE")

	own = testkit.OwnEnvironment()

	testkit.MainWithJQ(m)
}

func TestOwnEnvironmentStaysOut(t *testing.T) {
	t.Parallel()

	if own.Getenv("QCC_KEY") != "own" || os.Getenv("QCC_KEY") != "" || os.Getenv("TF_LOG") != "" {
		t.Errorf("QCC_KEY was %q and is %q, TF_LOG is %q", own.Getenv("QCC_KEY"), os.Getenv("QCC_KEY"), os.Getenv("TF_LOG"))
	}

	if content, err := os.ReadFile(os.Getenv("TF_CLI_CONFIG_FILE")); err != nil || len(content) != 0 {
		t.Errorf("the configuration of Terraform is %q, %v, want none", content, err)
	}
}

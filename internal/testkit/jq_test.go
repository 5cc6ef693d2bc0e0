package testkit_test

import (
	"testing"

	"github.com/qccpro/terraform-provider-qcc/internal/testkit"
)

func TestJQRunsFromTheTestBinary(t *testing.T) {
	t.Parallel()

	if code, out, problems := testkit.Judge(t, `{"a":[1,2]}`, t.TempDir(), testkit.JQ(t), "-c", ".a|add"); code != 0 || out != "3\n" {
		t.Errorf("exit code %d, %q, %q", code, out, problems)
	}
}

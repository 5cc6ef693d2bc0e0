package qcc

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

// TestSignatureWhereFIPSIsEnforced runs this test in a second process, which refuses MD5.
func TestSignatureWhereFIPSIsEnforced(t *testing.T) {
	const enforced = "GODEBUG=fips140=only"

	if os.Getenv("QCC_TEST_FIPS") != "" {
		if got := signature("test_key", "1700000000", "test_secret"); got != "5C9D0FA937551BAF9D065C12FF2531E3" {
			t.Errorf("the signature is %s", got)
		}

		return
	}

	t.Parallel()

	command := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^"+t.Name()+"$", "-test.v")
	command.Env = append(command.Environ(), enforced, "QCC_TEST_FIPS=1")

	if output, err := command.CombinedOutput(); err != nil || !strings.Contains(string(output), "--- PASS: "+t.Name()) {
		t.Errorf("with %s: %v\n%s", enforced, err, output)
	}
}

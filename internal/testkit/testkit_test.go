package testkit_test

import (
	"os"
	"strings"
	"testing"

	"github.com/qccpro/terraform-provider-qcc/internal/emulator"
	"github.com/qccpro/terraform-provider-qcc/internal/testkit"
)

var own testkit.Environment

// TestMain sets what a developer may have set.
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

// TestFolderTalksWithoutTLSUnlessAsked looks for the handshake in Terraform's log.
func TestFolderTalksWithoutTLSUnlessAsked(t *testing.T) {
	t.Parallel()

	service := emulator.New()
	f := testkit.NewFolder(t, testkit.Serve(t, service), map[string]string{"main.tf": testkit.RequiredProvider + `data "qcc_quota" "this" {}`})
	f.Set("TF_LOG=TRACE")

	const handshake = "configuring client automatic mTLS"

	if strings.Contains(f.Succeeds("plan"), handshake) {
		t.Error("Terraform and the provider talk with TLS")
	}

	f.KeepTLS()

	if !strings.Contains(f.Succeeds("plan"), handshake) {
		t.Error("Terraform and the provider talk without TLS")
	}

	if service.Requests() == 0 {
		t.Error("no query came in")
	}
}

func TestSaysMatchesWrappedLines(t *testing.T) {
	t.Parallel()

	says := testkit.Says("It is not a (whole) number.")
	if !says.MatchString("Error: It is not\n  a (whole)\nnumber.") || says.MatchString("It is not a whole number.") {
		t.Errorf("%s does not match what it must, or matches too much", says)
	}
}

func TestExamplesAreFoundWithTheirFiles(t *testing.T) {
	t.Parallel()

	if examples := testkit.Examples(t); len(examples) < 10 {
		t.Errorf("there are only the examples %v", examples)
	}

	files := testkit.Example(t, "gates/child-module")
	if files["main.tf"] == "" || files["order/main.tf"] == "" {
		t.Errorf("the example has the files %v", files)
	}
}

func TestJQRunsFromTheTestBinary(t *testing.T) {
	t.Parallel()

	if code, out, problems := testkit.Judge(t, `{"a":[1,2]}`, t.TempDir(), testkit.JQ(t), "-c", ".a|add"); code != 0 || out != "3\n" {
		t.Errorf("exit code %d, %q, %q", code, out, problems)
	}
}

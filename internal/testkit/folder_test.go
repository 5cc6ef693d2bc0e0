package testkit_test

import (
	"strings"
	"testing"

	"github.com/qccpro/terraform-provider-qcc/internal/emulator"
	"github.com/qccpro/terraform-provider-qcc/internal/testkit"
)

// TestFolderUsesTLSOnlyWithKeepTLS checks Terraform's log for the TLS handshake.
func TestFolderUsesTLSOnlyWithKeepTLS(t *testing.T) {
	t.Parallel()

	service := emulator.New()
	f := testkit.NewFolder(t, testkit.Serve(t, service), map[string]string{"main.tf": testkit.RequiredProvider + `data "qcc_quota" "this" {}`})
	f.Set("TF_LOG=TRACE")

	const handshake = "configuring client automatic mTLS"

	if strings.Contains(f.Succeeds("plan"), handshake) {
		t.Error("Terraform and the provider communicate with TLS")
	}

	f.KeepTLS()

	if !strings.Contains(f.Succeeds("plan"), handshake) {
		t.Error("Terraform and the provider communicate without TLS")
	}

	if service.Requests() == 0 {
		t.Error("the service received no query")
	}
}

func TestCopyNeedsNoInit(t *testing.T) {
	t.Parallel()

	first, second := emulator.New(), emulator.New()
	f := testkit.NewFolder(t, testkit.Serve(t, first), map[string]string{"main.tf": testkit.RequiredProvider + `data "qcc_quota" "this" {}`})

	t.Run("copy of a copy", func(t *testing.T) {
		t.Parallel()

		f.Copy(t, testkit.Serve(t, first)).Copy(t, testkit.Serve(t, second)).Succeeds("plan")

		if first.Requests() != 0 || second.Requests() != 1 {
			t.Errorf("the services received %d and %d queries, want 0 and 1", first.Requests(), second.Requests())
		}
	})
}

// TestAttachedFolderNeedsNoInit runs a plan, an apply and the plan of a copy, each with the provider in this process.
func TestAttachedFolderNeedsNoInit(t *testing.T) {
	t.Parallel()

	first, second := emulator.New(), emulator.New()
	f := testkit.NewAttachedFolder(t, testkit.Serve(t, first), map[string]string{"main.tf": testkit.RequiredProvider + `data "qcc_quota" "this" {}`})

	f.Succeeds("plan")
	f.Succeeds("apply", "-auto-approve")
	f.Copy(t, testkit.Serve(t, second)).Succeeds("plan")

	if first.Requests() != 2 || second.Requests() != 1 {
		t.Errorf("the services received %d and %d queries, want 2 and 1", first.Requests(), second.Requests())
	}

	f.Set("QCC_LANGUAGE=zh", "QCC_KEY=")
	f.Fails("缺少企查查凭据", "plan")
}

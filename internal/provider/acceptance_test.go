package provider_test

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"
)

// TestAccQuota reads the quota of a real account, which costs nothing. It runs with TF_ACC only; see make testacc.
func TestAccQuota(t *testing.T) {
	t.Parallel()

	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: factories(usersOwn),
		PreCheck: func() {
			if usersOwn["QCC_KEY"] == "" || usersOwn["QCC_SECRET_KEY"] == "" {
				t.Fatal("QCC_KEY and QCC_SECRET_KEY must hold the credentials of a real account.")
			}
		},
		Steps: []resource.TestStep{{
			Config: readOnce,
			ConfigStateChecks: []statecheck.StateCheck{
				statecheck.ExpectKnownValue("data.qcc_quota.this", tfjsonpath.New("modules"), knownvalue.NotNull()),
			},
		}},
	})
}

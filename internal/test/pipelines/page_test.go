package pipelines_test

import (
	"strings"
	"testing"

	"github.com/qccpro/terraform-provider-qcc/internal/emulator"
	"github.com/qccpro/terraform-provider-qcc/internal/testkit"
)

// TestPageShowsSummaries compares what the page "In CI pipelines" shows of summaries with those of new plans.
func TestPageShowsSummaries(t *testing.T) {
	t.Parallel()
	testkit.OnlyLong(t, true, "recorded plans")

	for page, language := range map[string]string{"docs/guides/in-ci-pipelines.md": "", "docs/guides/in-ci-pipelines-zh.md": "zh"} {
		t.Run(page, func(t *testing.T) {
			t.Parallel()

			service := emulator.New()
			service.SetModules(emulator.Sample()[:1]...)

			f := testkit.NewAttachedFolder(t, testkit.Serve(t, service), map[string]string{"main.tf": testkit.RequiredProvider + `
variable "orders" {
  type = map(number)
}

data "qcc_quota" "this" {}

resource "qcc_quota_gate" "monitoring" {
  for_each = var.orders
  required = { radar_id = each.value }
}

resource "terraform_data" "company" {
  for_each   = var.orders
  depends_on = [qcc_quota_gate.monitoring]
}
`})
			f.Set("QCC_LANGUAGE=" + language)

			summary := func(orders string) string {
				_, lines := f.Run("plan", "-json", "-out=tfplan", "-var=orders="+orders)
				_, text, _ := planCase{}.summarize(t, language, lines+f.Succeeds("show", "-json", "tfplan"))

				return text
			}

			few, many := summary("{north=20,south=10}"), summary("{north=60}")

			// As after a cancelled apply, all gates are granted, and only one order is placed.
			f.Succeeds("apply", "-auto-approve", "-var=orders={north=20,south=10}", `-target=terraform_data.company["north"]`)

			want := []string{few, many, summary("{north=20,south=10}")}

			shown := testkit.CodeBlocks(t, page, "markdown")
			if len(shown) != len(want) {
				t.Fatalf("the page shows %d summaries, want %d", len(shown), len(want))
			}

			for i, block := range shown {
				if !strings.Contains(want[i], block) {
					t.Errorf("the page shows\n%s\nwhich is no part of\n%s", block, want[i])
				}
			}
		})
	}
}

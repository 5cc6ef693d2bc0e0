package message_test

import (
	"strings"
	"testing"

	"github.com/qccpro/terraform-provider-qcc/internal/message"
)

// TestRequirementsOfAFunctionFollowTerraformsOwnText has an error that is too long for the line that Terraform begins.
func TestRequirementsOfAFunctionFollowTerraformsOwnText(t *testing.T) {
	t.Parallel()

	const columns = len(`Invalid value for "required" parameter: `)

	got := message.Chinese.RequirementOfFunction(message.RequirementNull, "natural_person_id", columns)
	if want := "\"natural_person_id\" 的需求量为\nnull，应为整数；不需要该模块时，请不要写这一项"; got != want {
		t.Errorf("the error is %q, want %q", got, want)
	}

	if got := message.English.RequirementOfFunction(message.RequirementNull, "natural_person_id", columns); strings.Contains(got, "\n") {
		t.Errorf("the error is %q", got)
	}
}

package testkit_test

import (
	"testing"

	"github.com/qccpro/terraform-provider-qcc/internal/testkit"
)

func TestSaysMatchesWrappedLines(t *testing.T) {
	t.Parallel()

	says := testkit.Says("It is not a (whole) number.")
	if !says.MatchString("Error: It is not\n  a (whole)\nnumber.") || says.MatchString("It is not a whole number.") {
		t.Errorf("%s does not match the wrapped text, or matches another text", says)
	}
}

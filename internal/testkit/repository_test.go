package testkit_test

import (
	"testing"

	"github.com/qccpro/terraform-provider-qcc/internal/testkit"
)

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

// Package examples_test runs every example with the real Terraform.
package examples_test

import (
	"testing"

	"github.com/qccpro/terraform-provider-qcc/internal/testkit"
)

// TestMain runs the tests in the root of the repository, without the developer's own Terraform configuration and credentials.
func TestMain(m *testing.M) { testkit.MainAtRoot(m) }

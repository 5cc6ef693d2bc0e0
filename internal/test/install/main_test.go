// Package install_test installs the provider in each way that the pages describe, and compares what Terraform then runs.
package install_test

import (
	"testing"

	"github.com/qccpro/terraform-provider-qcc/internal/testkit"
)

// TestMain runs the tests in the root of the repository, without the developer's own Terraform configuration and credentials.
func TestMain(m *testing.M) { testkit.MainAtRoot(m) }

// Package pipelines_test runs the jobs, the summary and the policies of examples/pipelines against real plans.
package pipelines_test

import (
	"testing"

	"github.com/qccpro/terraform-provider-qcc/internal/testkit"
)

// TestMain runs the tests in the root of the repository, without the developer's own Terraform configuration and credentials.
func TestMain(m *testing.M) { testkit.MainAtRoot(m) }

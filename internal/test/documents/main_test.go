// Package documents_test compares what the repository publishes as text: the pages with their twins, the reference with the code, the
// versions, links and commands with each other. It runs no program.
package documents_test

import (
	"testing"

	"github.com/qccpro/terraform-provider-qcc/internal/testkit"
)

// TestMain runs the tests in the root of the repository, without the developer's own Terraform configuration and credentials.
func TestMain(m *testing.M) { testkit.MainAtRoot(m) }

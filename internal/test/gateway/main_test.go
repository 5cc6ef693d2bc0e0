// Package gateway_test compares the gateway of examples/gateway with its pages, and runs it with the real HAProxy.
package gateway_test

import (
	"testing"

	"github.com/qccpro/terraform-provider-qcc/internal/testkit"
)

// TestMain runs the tests in the root of the repository, without the developer's own Terraform configuration and credentials.
func TestMain(m *testing.M) { testkit.MainAtRoot(m) }

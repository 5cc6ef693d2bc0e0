package main_test

import (
	"testing"

	"github.com/qccpro/terraform-provider-qcc/internal/testkit"
)

// TestMain keeps the developer's own Terraform configuration and credentials out of the tests. The test binary is a jq, too.
func TestMain(m *testing.M) { testkit.MainWithJQ(m) }

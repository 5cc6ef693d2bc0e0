package reservation_test

import (
	"testing"

	"github.com/qccpro/terraform-provider-qcc/internal/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

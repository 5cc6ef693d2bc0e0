package reservation_test

import (
	"os"
	"testing"

	"github.com/qccpro/terraform-provider-qcc/internal/testkit"
)

func TestMain(m *testing.M) {
	code := m.Run()

	testkit.StopPostgres()
	os.Exit(code)
}

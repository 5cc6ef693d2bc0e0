package testkit

import (
	"context"
	"errors"
	"os"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/qccpro/terraform-provider-qcc/internal/tfcli"
)

// RequiredProvider says in a root module where the provider comes from.
const RequiredProvider = `
terraform {
  required_providers {
    qcc = {
      source = "qccpro/qcc"
    }
  }
}
`

// WithoutTLS lets Terraform and the provider talk without TLS, which halves the time of a plan. It is for tests only.
const WithoutTLS = "TF_DISABLE_PLUGIN_TLS=1"

// terraform is made when the first test asks, once for each test process.
//
//nolint:gochecknoglobals // It takes a second to build, and never changes.
var terraform = sync.OnceValues(func() (*tfcli.CLI, error) {
	dir := os.Getenv(dirVariable)
	if dir == "" {
		return nil, errors.New("the package's TestMain does not call testkit.Main")
	}

	return tfcli.New(context.Background(), dir)
})

// Terraform returns the real Terraform with a build of the provider as users have it.
func Terraform(tb testing.TB) *tfcli.CLI {
	tb.Helper()

	cli, err := terraform()
	if err != nil {
		tb.Fatal(err)
	}

	return cli
}

// Says returns an expression that matches a text however Terraform wraps its lines.
func Says(text string) *regexp.Regexp {
	words := strings.Fields(text)
	for i, word := range words {
		words[i] = regexp.QuoteMeta(word)
	}

	return regexp.MustCompile(strings.Join(words, `\s+`))
}

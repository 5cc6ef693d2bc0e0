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

// RequiredProvider is the required_providers block of a root module in a test.
const RequiredProvider = `
terraform {
  required_providers {
    qcc = {
      source = "registry.terraform.io/qccpro/qcc"
    }
  }
}
`

// WithoutTLS disables TLS between Terraform and the provider, which halves the time of a plan. Only tests use it.
const WithoutTLS = "TF_DISABLE_PLUGIN_TLS=1"

// terraform builds the provider once for each test process, when the first test calls it.
//
//nolint:gochecknoglobals // The build takes a second, and never changes.
var terraform = sync.OnceValues(func() (*tfcli.CLI, error) {
	dir := os.Getenv(dirVariable)
	if dir == "" {
		return nil, errors.New("the package's TestMain does not call testkit.Main")
	}

	return tfcli.New(context.Background(), dir)
})

// Terraform returns the real Terraform with a build of the provider.
func Terraform(tb testing.TB) *tfcli.CLI {
	tb.Helper()

	cli, err := terraform()
	if err != nil {
		tb.Fatal(err)
	}

	return cli
}

// Says returns an expression that matches a text across any line breaks of Terraform. The provider breaks Chinese text where it has no spaces.
func Says(text string) *regexp.Regexp {
	words := strings.Fields(text)
	for i, word := range words {
		words[i] = acrossLines(word)
	}

	return regexp.MustCompile(strings.Join(words, `\s+`))
}

// acrossLines returns an expression that matches a word, with a line break before or after each of its Chinese characters or none.
func acrossLines(word string) string {
	var (
		expression strings.Builder
		wasChinese bool
	)

	for i, char := range word {
		isChinese := char >= '\u2e80'
		if i > 0 && (isChinese || wasChinese) {
			expression.WriteString(`\n?`)
		}

		expression.WriteString(regexp.QuoteMeta(string(char)))

		wasChinese = isChinese
	}

	return expression.String()
}

package provider_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/itchyny/gojq/cli"

	"github.com/qccpro/terraform-provider-qcc/internal/emulator"
	"github.com/qccpro/terraform-provider-qcc/internal/provider"
	"github.com/qccpro/terraform-provider-qcc/internal/tfcli"
)

// TestMain keeps the developer's own Terraform configuration and credentials out of the tests. Under the name of jq, the test binary
// is jq.
func TestMain(m *testing.M) {
	if filepath.Base(os.Args[0]) == "jq" {
		os.Exit(cli.Run())
	}

	os.Exit(func() int {
		dir, err := os.MkdirTemp("", "qcc-provider-test-")
		if err != nil {
			fmt.Fprintln(os.Stderr, err)

			return 1
		}
		defer os.RemoveAll(dir)

		for _, variable := range os.Environ() {
			name, value, _ := strings.Cut(variable, "=")
			if strings.HasPrefix(name, "QCC_") {
				usersOwn[name] = value
			}

			if strings.HasPrefix(name, "QCC_") || strings.HasPrefix(name, "TF_") && !strings.HasPrefix(name, "TF_ACC") {
				os.Unsetenv(name)
			}
		}

		empty := filepath.Join(dir, "empty.rc")
		if err := os.WriteFile(empty, nil, 0o600); err != nil {
			fmt.Fprintln(os.Stderr, err)

			return 1
		}

		os.Setenv("TF_CLI_CONFIG_FILE", empty)

		bin = filepath.Join(dir, "bin")
		if err := errors.Join(os.Mkdir(bin, 0o700), os.Symlink(os.Args[0], filepath.Join(bin, "jq"))); err != nil {
			fmt.Fprintln(os.Stderr, err)

			return 1
		}

		realTerraform = sync.OnceValues(func() (*tfcli.CLI, error) { return tfcli.New(context.Background(), dir) })

		return m.Run()
	}())
}

// usersOwn has the developer's own credentials, for the test that asks the real service.
var usersOwn = environment{}

// bin is a folder with a jq, for machines without one.
var bin string

// realTerraform gives Terraform with a build of the provider as users have it, made when the first test asks.
var realTerraform func() (*tfcli.CLI, error)

// environment is what the provider sees of its environment in a test.
type environment map[string]string

func (e environment) getenv(name string) string { return e[name] }

// factories let Terraform use the provider inside of the test process.
func factories(env environment) map[string]func() (tfprotov6.ProviderServer, error) {
	return map[string]func() (tfprotov6.ProviderServer, error){
		"qcc": providerserver.NewProtocol6WithError(provider.New("test", env.getenv)()),
	}
}

// unitTest runs steps through the real Terraform CLI.
func unitTest(t *testing.T, env environment, steps ...resource.TestStep) {
	t.Helper()

	resource.UnitTest(t, resource.TestCase{ProtoV6ProviderFactories: factories(env), Steps: steps})
}

// serve starts a server that ends with the test.
func serve(t *testing.T, handler http.Handler) string {
	t.Helper()

	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)

	return server.URL
}

// credentials is an environment with the emulator's credentials and its address.
func credentials(baseURL string) environment {
	return environment{
		"QCC_KEY": emulator.DefaultKey, "QCC_SECRET_KEY": emulator.DefaultSecretKey, "QCC_BASE_URL": baseURL,
	}
}

// readOnce is a configuration that reads the quota without retries.
const readOnce = `
provider "qcc" {
  max_retries = 0
}

data "qcc_quota" "this" {}
`

// says matches a text however Terraform wraps its lines.
func says(text string) *regexp.Regexp {
	words := strings.Fields(text)
	for i, word := range words {
		words[i] = regexp.QuoteMeta(word)
	}

	return regexp.MustCompile(strings.Join(words, `\s+`))
}

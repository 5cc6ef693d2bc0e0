package main

import (
	"context"
	"errors"
	"io"
	"log"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	fwprovider "github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"

	"github.com/qccpro/terraform-provider-qcc/internal/testkit"
)

// TestMain removes the developer's own Terraform configuration and credentials from the tests.
func TestMain(m *testing.M) { testkit.Main(m) }

// TestProviderImportsNoTestSupport checks the packages in the provider's binary.
func TestProviderImportsNoTestSupport(t *testing.T) {
	t.Parallel()

	output, err := exec.CommandContext(t.Context(), "go", "list", "-deps", ".").Output()
	if err != nil {
		t.Fatal(err)
	}

	const internal = "github.com/qccpro/terraform-provider-qcc/internal/"

	packages := strings.Fields(string(output))
	if !slices.Contains(packages, internal+"provider") {
		t.Fatalf("the provider's packages are %v", packages)
	}

	for _, name := range []string{"emulator", "testkit", "tfcli"} {
		if slices.Contains(packages, internal+name) {
			t.Errorf("the provider imports %s", name)
		}
	}
}

// TestLogOfTheStandardLibraryIsDiscarded checks the standard library's log, which Terraform would otherwise add to its own. It is not
// parallel, because a process has only one such log.
func TestLogOfTheStandardLibraryIsDiscarded(t *testing.T) {
	defer log.SetOutput(log.Writer())

	for _, changed := range []string{"TF_LOG_SDK", "TF_LOG_SDK_FRAMEWORK", "TF_LOG_SDK_PROTO_DATA_DIR"} {
		t.Setenv(changed, "") // The function run changes these variables, and Setenv restores them.
	}

	served := errors.New("served")

	err := run(nil, func(_ context.Context, newProvider func() fwprovider.Provider, opts providerserver.ServeOpts) error {
		if log.Writer() != io.Discard {
			t.Error("the standard library's log is not discarded")
		}

		if newProvider() == nil || opts.Address != "registry.terraform.io/qccpro/qcc" || opts.Debug {
			t.Errorf("the provider is served with %+v", opts)
		}

		return served
	})
	if !errors.Is(err, served) {
		t.Errorf("error is %v", err)
	}
}

// TestSDKIsSilentUnlessALevelIsSet is not parallel, because it changes the environment.
func TestSDKIsSilentUnlessALevelIsSet(t *testing.T) {
	for _, test := range []struct{ log, provider, sdk, want string }{
		{"", "", "", "off"},
		{"debug", "", "", ""},
		{"", "trace", "", ""},
		{"", "", "warn", "warn"},
	} {
		t.Setenv("TF_LOG", test.log)
		t.Setenv("TF_LOG_PROVIDER", test.provider)
		t.Setenv("TF_LOG_SDK", test.sdk)

		silenceSDK()

		if got := os.Getenv("TF_LOG_SDK"); got != test.want {
			t.Errorf("with %+v the level is %q", test, got)
		}
	}
}

// TestSDKWritesNoConfiguration is not parallel, because it changes the environment.
func TestSDKWritesNoConfiguration(t *testing.T) {
	t.Setenv("TF_LOG_SDK_FRAMEWORK", "trace")
	t.Setenv("TF_LOG_SDK_PROTO_DATA_DIR", t.TempDir())

	keepSecretsOutOfSDK()

	if level, folder := os.Getenv("TF_LOG_SDK_FRAMEWORK"), os.Getenv("TF_LOG_SDK_PROTO_DATA_DIR"); level != "off" || folder != "" {
		t.Errorf("the level is %q, and the folder %q", level, folder)
	}
}

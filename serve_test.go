package main

import (
	"context"
	"errors"
	"io"
	"log"
	"os"
	"testing"

	fwprovider "github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
)

// TestLogOfTheStandardLibraryIsDiscarded checks the standard library's log, which Terraform would otherwise add to its own. It is not
// parallel, because a process has only one such log.
func TestLogOfTheStandardLibraryIsDiscarded(t *testing.T) {
	defer log.SetOutput(log.Writer())

	t.Setenv("TF_LOG_SDK", "") // The function run changes this variable, and Setenv restores it.

	served := errors.New("served")

	err := run(func(_ context.Context, newProvider func() fwprovider.Provider, opts providerserver.ServeOpts) error {
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

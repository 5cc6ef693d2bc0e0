package main

import (
	"context"
	"errors"
	"io"
	"log"
	"testing"

	fwprovider "github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
)

// TestNothingIsLoggedBehindOurBack looks at the log of the standard library, which Terraform would write into its own. It is not
// parallel, because there is one such log.
func TestNothingIsLoggedBehindOurBack(t *testing.T) {
	defer log.SetOutput(log.Writer())

	served := errors.New("served")

	err := run(func(_ context.Context, newProvider func() fwprovider.Provider, opts providerserver.ServeOpts) error {
		if log.Writer() != io.Discard {
			t.Error("the standard library's log goes somewhere")
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

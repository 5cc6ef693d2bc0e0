// Command terraform-provider-qcc is a Terraform provider that tells a plan how much QCC Pro (企查查专业版) quota is left.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"log"
	"os"

	fwprovider "github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"

	"github.com/qccpro/terraform-provider-qcc/internal/provider"
)

// version is set by the linker in releases.
var version = "dev"

func main() {
	if err := run(providerserver.Serve); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// run serves the provider until Terraform ends it.
func run(serve func(context.Context, func() fwprovider.Provider, providerserver.ServeOpts) error) error {
	var opts providerserver.ServeOpts

	opts.Address = "registry.terraform.io/qccpro/qcc"
	flag.BoolVar(&opts.Debug, "debug", false, "run outside of Terraform, for a debugger, and print how Terraform can attach")
	flag.Parse()

	// net/http logs what a server sends without being asked, which may be the Token of an earlier request.
	log.SetOutput(io.Discard)

	return serve(context.Background(), provider.New(version, os.Getenv), opts)
}

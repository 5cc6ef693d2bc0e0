// Command terraform-provider-qcc is a Terraform provider that tells a plan how much QCC Pro (企查查专业版) quota is left.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"log"
	"os"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"

	"github.com/qccpro/terraform-provider-qcc/internal/provider"
)

// version is set by the linker in releases.
var version = "dev"

func main() {
	var opts providerserver.ServeOpts

	opts.Address = "registry.terraform.io/qccpro/qcc"
	flag.BoolVar(&opts.Debug, "debug", false, "run outside of Terraform, for a debugger, and print how Terraform can attach")
	flag.Parse()

	// What net/http logs by itself may hold what a server sends unasked, and a Token with it.
	log.SetOutput(io.Discard)

	if err := providerserver.Serve(context.Background(), provider.New(version, os.Getenv), opts); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

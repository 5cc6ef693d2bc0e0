// Command terraform-provider-qcc is a Terraform provider for the quota of QCC Pro (企查查专业版).
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

// The linker sets version in releases.
var version = "dev"

func main() {
	if err := run(os.Args[1:], providerserver.Serve); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// run serves the provider until Terraform ends it. The arguments are those of the command line, without the name of the program.
func run(args []string, serve func(context.Context, func() fwprovider.Provider, providerserver.ServeOpts) error) error {
	var opts providerserver.ServeOpts

	opts.Address = "registry.terraform.io/qccpro/qcc"

	flags := flag.NewFlagSet("terraform-provider-qcc", flag.ExitOnError)
	flags.BoolVar(&opts.Debug, "debug", false, "run outside of Terraform, for a debugger, and print how Terraform can attach")
	_ = flags.Parse(args) // A wrong flag ends the process.

	// The log of net/http is discarded, because it may contain a Token. net/http logs unsolicited data from a server unchanged.
	log.SetOutput(io.Discard)

	keepSecretsOutOfSDK()

	if !opts.Debug {
		silenceSDK()
	}

	return serve(context.Background(), provider.New(version, os.Getenv), opts)
}

// keepSecretsOutOfSDK switches off what HashiCorp's libraries write of a configuration, whatever the user has set. The framework logs the keys
// of maps, and a user may have written a credential in place of a module id. The protocol library writes whole configurations into a folder.
func keepSecretsOutOfSDK() {
	_ = os.Setenv("TF_LOG_SDK_FRAMEWORK", "off")
	_ = os.Unsetenv("TF_LOG_SDK_PROTO_DATA_DIR")
}

// silenceSDK switches off the log lines of HashiCorp's libraries, unless the user has set a level. Without TF_LOG, Terraform discards these
// lines, but still receives and parses each of them. That takes a third of the time of a plan with many gates.
func silenceSDK() {
	const sdkLevel = "TF_LOG_SDK"

	for _, level := range []string{"TF_LOG", "TF_LOG_PROVIDER", sdkLevel} {
		if os.Getenv(level) != "" {
			return
		}
	}

	_ = os.Setenv(sdkLevel, "off") // An error only means that the lines are sent.
}

package testkit

import (
	"context"
	"encoding/json"
	"sync"
	"testing"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/go-plugin"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6/tf6server"

	"github.com/qccpro/terraform-provider-qcc/internal/provider"
)

// providerAddress is the provider's address in every configuration.
const providerAddress = "registry.terraform.io/qccpro/qcc"

// Attach serves the provider in the test's own process until the test ends. It returns the environment variable with which Terraform
// attaches to it. The provider reads its environment variables with getenv.
//
// Terraform starts no process for such a provider, and needs no terraform init. All provider blocks share one server.
func Attach(t *testing.T, getenv func(string) string) string {
	t.Helper()

	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context())) // The provider must outlive commands in clean-up functions.
	reattach, closed := make(chan *plugin.ReattachConfig, 1), make(chan struct{})

	var served sync.WaitGroup

	served.Go(func() {
		err := tf6server.Serve(providerAddress, providerserver.NewProtocol6(provider.New("test", getenv)()),
			tf6server.WithDebug(ctx, reattach, closed),
			tf6server.WithGoPluginLogger(hclog.NewNullLogger()),
			tf6server.WithLoggingSink(t))
		if err != nil {
			t.Errorf("serving the provider: %v", err)
		}
	})

	t.Cleanup(func() {
		stop()
		<-closed
		served.Wait()
	})

	config := <-reattach

	server := map[string]any{
		"Protocol": string(config.Protocol), "ProtocolVersion": config.ProtocolVersion, "Pid": config.Pid, "Test": config.Test,
		"Addr": map[string]string{"Network": config.Addr.Network(), "String": config.Addr.String()},
	}

	value, err := json.Marshal(map[string]any{providerAddress: server})
	if err != nil {
		t.Fatal(err)
	}

	return "TF_REATTACH_PROVIDERS=" + string(value)
}

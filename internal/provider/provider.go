// Package provider implements the Terraform surface of internal/qcc: schemas, configuration and diagnostics.
package provider

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral"
	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/qccpro/terraform-provider-qcc/internal/message"
	"github.com/qccpro/terraform-provider-qcc/internal/qcc"
	"github.com/qccpro/terraform-provider-qcc/internal/reservation"
)

var (
	_ provider.ProviderWithEphemeralResources = (*qccProvider)(nil)
	_ provider.ProviderWithFunctions          = (*qccProvider)(nil)
)

// New returns a constructor of the provider. The provider sends version in the User-Agent header. Tests replace getenv, which is os.Getenv
// otherwise.
func New(version string, getenv func(string) string) func() provider.Provider {
	return func() provider.Provider { return &qccProvider{version: version, getenv: getenv} }
}

type qccProvider struct {
	version string
	getenv  func(string) string
}

func (p *qccProvider) Metadata(_ context.Context, _ provider.MetadataRequest, resp *provider.MetadataResponse) {
	resp.TypeName = "qcc"
	resp.Version = p.version
}

func (p *qccProvider) Schema(_ context.Context, _ provider.SchemaRequest, resp *provider.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: message.Descriptions()["provider"].English,
		Attributes:          map[string]schema.Attribute{},
	}

	for _, attribute := range attributes() {
		resp.Schema.Attributes[string(attribute.name)] = attribute.schema
	}
}

// Configure creates the client. It never reports an error about the provider block. Reads report these errors, for two reasons. A plan that
// reads nothing needs no credentials. And Terraform would print a source line of the block beside an error of Configure. That line may hold
// a credential, for example in an expression, in a block that is merged from two files, or in JSON.
func (p *qccProvider) Configure(_ context.Context, req provider.ConfigureRequest, resp *provider.ConfigureResponse) {
	var block map[string]tftypes.Value

	_ = req.Config.Raw.As(&block) // The schema is an object.

	settings := resolve(block, p.getenv)
	settings.config.UserAgent = userAgent(p.version, req.TerraformVersion)
	settings.config.OnAttempt = logAttempt

	client, err := qcc.New(settings.config)
	refused, _ := errors.AsType[qcc.ConfigErrors](err)

	store, err := settings.store(client, p.getenv)
	database, _ := errors.AsType[*reservation.URLError](err)

	if faults := settings.faults(refused, database); faults.HasError() {
		provide(newFaultyData(settings.language, faults), resp)

		return
	}

	if unknown := settings.unknown(); len(unknown) > 0 {
		provide(newUnknownData(settings.language, unknown), resp)

		if req.ClientCapabilities.DeferralAllowed {
			resp.Deferred = &provider.Deferred{Reason: provider.DeferredReasonProviderConfigUnknown}
		}

		return
	}

	data := newConfiguredData(settings.language, client, settings.config.Key, store)
	data.notices = settings.warnings()

	provide(data, resp)
}

// userAgent returns the User-Agent header, with the versions of the provider and of Terraform.
func userAgent(version, terraformVersion string) string {
	return strings.TrimSpace(fmt.Sprintf("terraform-provider-qcc/%s Terraform/%s", version, terraformVersion))
}

// language returns the language that the environment sets. It is English if the environment sets none, or an invalid one.
func (p *qccProvider) language() message.Language {
	language, _ := message.ParseLanguage(p.getenv(languageVariable))

	return language
}

// provide passes the data to data sources, ephemeral resources and gates.
func provide(data *providerData, resp *provider.ConfigureResponse) {
	resp.DataSourceData = data
	resp.EphemeralResourceData = data
	resp.ResourceData = data
}

func (p *qccProvider) DataSources(context.Context) []func() datasource.DataSource {
	return []func() datasource.DataSource{func() datasource.DataSource { return newQuotaDataSource(p.language) }}
}

func (p *qccProvider) EphemeralResources(context.Context) []func() ephemeral.EphemeralResource {
	return []func() ephemeral.EphemeralResource{func() ephemeral.EphemeralResource { return newQuotaEphemeralResource(p.language) }}
}

func (p *qccProvider) Functions(context.Context) []func() function.Function {
	return []func() function.Function{func() function.Function { return newShortfallsFunction(p.language) }}
}

func (p *qccProvider) Resources(context.Context) []func() resource.Resource {
	return []func() resource.Resource{func() resource.Resource { return newQuotaGateResource(p.language) }}
}

// Package provider implements the Terraform surface of internal/qcc: schemas, configuration and diagnostics.
package provider

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral"
	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/qccpro/terraform-provider-qcc/internal/qcc"
	"github.com/qccpro/terraform-provider-qcc/internal/words"
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
		MarkdownDescription: "Reads how much quota a company has left at QCC Pro (企查查专业版), so that a plan can refuse to order work " +
			"that the quota cannot pay for.",
		Attributes: map[string]schema.Attribute{
			"key": schema.StringAttribute{
				MarkdownDescription: "The company key, shown by QCC Pro under 设置中心 -> 我的公司. It says which company's quota is read. " +
					"Can be given by the environment variable `QCC_KEY` instead; one of the two is required.",
				Optional:  true,
				Sensitive: true,
			},
			"secret_key": schema.StringAttribute{
				MarkdownDescription: "The SecretKey, shown at the same place. It signs the queries and is never sent. " +
					"Can be given by the environment variable `QCC_SECRET_KEY` instead; one of the two is required.",
				Optional:  true,
				Sensitive: true,
			},
			"base_url": schema.StringAttribute{
				MarkdownDescription: "Where QCC Pro is, for a gateway of your own or for the emulator: an `https` URL, or an `http` URL of a " +
					"loopback host. A path in it is kept as a prefix; user name, query and fragment are refused. " +
					"Can be given by the environment variable `QCC_BASE_URL` instead. Defaults to `" + qcc.DefaultBaseURL + "`.",
				Optional: true,
			},
			"timeout": schema.StringAttribute{
				MarkdownDescription: fmt.Sprintf("How long one read of the quota may take, its retries and waits included: a duration such as "+
					"`30s` or `2m`, from `1s` to `10m`. An attempt before the last one ends after a quarter of it, so that a hung connection "+
					"leaves room for a retry. Defaults to `%.0fs`.", qcc.DefaultTimeout.Seconds()),
				Optional: true,
			},
			"max_retries": schema.NumberAttribute{
				MarkdownDescription: fmt.Sprintf("How often one read may be retried when the service is busy or the connection fails, from `0` "+
					"to `%d`. Permanent refusals are not retried. Defaults to `%d`.", qcc.LimitMaxRetries, qcc.DefaultMaxRetries),
				Optional: true,
			},
			"language": schema.StringAttribute{
				MarkdownDescription: "The language of errors and warnings: `en` (English) or `zh` (simplified Chinese, 简体中文). Functions, and " +
					"the validation of gates, have no provider block, so only the environment variable applies to them. " +
					"Can be given by the environment variable `QCC_LANGUAGE` instead. Defaults to `en`.",
				Optional: true,
			},
		},
	}
}

// Configure provides the reader. It reports no error about the provider block: reads do, and a
// plan that reads nothing needs no credentials. Terraform prints a source line beside each error, and a line of the block may hold a
// credential, whatever its values are: in an expression, in a block that is merged from two files, in JSON.
func (p *qccProvider) Configure(ctx context.Context, req provider.ConfigureRequest, resp *provider.ConfigureResponse) {
	var model providerModel

	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)

	if resp.Diagnostics.HasError() {
		return
	}

	settings := resolve(model, p.getenv)
	if faults := append(settings.problems(), settings.absences()...); faults.HasError() {
		provide(&reader{errors: faults, language: settings.language}, resp)

		return
	}

	if len(settings.unknown) > 0 {
		provide(&reader{
			errors: diag.Diagnostics{settings.unknownDiagnostic()}, language: settings.language, unknown: settings.unknown,
		}, resp)

		if req.ClientCapabilities.DeferralAllowed {
			resp.Deferred = &provider.Deferred{Reason: provider.DeferredReasonProviderConfigUnknown}
		}

		return
	}

	settings.config.UserAgent = userAgent(p.version, req.TerraformVersion)
	settings.config.OnAttempt = logAttempt

	client, err := qcc.New(settings.config)
	if err != nil {
		provide(&reader{
			errors: diag.Diagnostics{errorDiagnostic(settings.language.RefusedByClient(err))}, language: settings.language,
		}, resp)

		return
	}

	provide(&reader{client: client, language: settings.language, ledger: ledger{read: client.QuotaSince}}, resp)
}

// language returns the language of the environment. It is English if the environment has none, or an invalid one.
func (p *qccProvider) language() words.Language {
	language, _ := words.ParseLanguage(p.getenv(environmentVariables[fieldLanguage]))

	return language
}

// provide passes the reader to everything that the provider serves. So all of it shares one client and its requests.
func provide(r *reader, resp *provider.ConfigureResponse) {
	resp.DataSourceData = r
	resp.EphemeralResourceData = r
	resp.ResourceData = r
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

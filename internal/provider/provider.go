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

	"github.com/qccpro/terraform-provider-qcc/internal/message"
	"github.com/qccpro/terraform-provider-qcc/internal/qcc"
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
		MarkdownDescription: "Reads the remaining quota of a company at QCC Pro (企查查专业版). A gate refuses a plan that adds more than the remaining quota.",
		Attributes: map[string]schema.Attribute{
			"key": schema.StringAttribute{
				MarkdownDescription: "The company key. QCC Pro shows it under 设置中心 -> 我的公司. The provider reads the quota of this company. " +
					"Can also be set with the environment variable `QCC_KEY`. One of the two is required.",
				Optional:  true,
				Sensitive: true,
			},
			"secret_key": schema.StringAttribute{
				MarkdownDescription: "The SecretKey. QCC Pro shows it next to the company key. The provider signs its requests with it, and never sends it. " +
					"Can also be set with the environment variable `QCC_SECRET_KEY`. One of the two is required.",
				Optional:  true,
				Sensitive: true,
			},
			"base_url": schema.StringAttribute{
				MarkdownDescription: "The URL of QCC Pro, of your own gateway, or of the emulator. It must be an `https` URL, or an `http` URL of a " +
					"loopback host. It may have a path, which is kept as a prefix. It must not have a user name, a query or a fragment. " +
					"Can also be set with the environment variable `QCC_BASE_URL`. Defaults to `" + qcc.DefaultBaseURL + "`.",
				Optional: true,
			},
			"timeout": schema.StringAttribute{
				MarkdownDescription: fmt.Sprintf("The timeout of one read of the quota, including retries and waits. It is a duration from `1s` to "+
					"`10m`, such as `30s` or `2m`. Each attempt except the last one ends after a quarter of the timeout, so that there is time "+
					"for a retry if a connection hangs. Defaults to `%.0fs`.", qcc.DefaultTimeout.Seconds()),
				Optional: true,
			},
			"max_retries": schema.NumberAttribute{
				MarkdownDescription: fmt.Sprintf("The maximum number of retries of one read, from `0` to `%d`. The provider retries if the service is "+
					"busy or the connection fails. It does not retry permanent refusals. Defaults to `%d`.", qcc.LimitMaxRetries, qcc.DefaultMaxRetries),
				Optional: true,
			},
			"language": schema.StringAttribute{
				MarkdownDescription: "The language of errors and warnings: `en` (English) or `zh` (simplified Chinese, 简体中文). " +
					"Can also be set with the environment variable `QCC_LANGUAGE`. Functions and the validation of gates cannot read the " +
					"provider block, so they use only the environment variable. Defaults to `en`.",
				Optional: true,
			},
		},
	}
}

// Configure creates the reader. It never reports an error about the provider block. Reads report these errors, for two reasons. A plan that
// reads nothing needs no credentials. And Terraform would print a source line of the block beside an error of Configure. That line may hold
// a credential, for example in an expression, in a block that is merged from two files, or in JSON.
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

// language returns the language that the environment sets. It is English if the environment sets none, or an invalid one.
func (p *qccProvider) language() message.Language {
	language, _ := message.ParseLanguage(p.getenv(environmentVariables[fieldLanguage]))

	return language
}

// provide passes the reader to data sources, ephemeral resources and gates. So they share one client and its requests.
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

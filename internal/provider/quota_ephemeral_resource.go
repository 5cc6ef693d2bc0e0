package provider //nolint:dupl // The framework has other types for ephemeral resources than for data sources.

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/ephemeral"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral/schema"

	"github.com/qccpro/terraform-provider-qcc/internal/message"
)

var _ ephemeral.EphemeralResourceWithConfigure = (*quotaEphemeralResource)(nil)

func newQuotaEphemeralResource(language func() message.Language) ephemeral.EphemeralResource {
	return &quotaEphemeralResource{language: language}
}

// quotaEphemeralResource reads the quota at plan and again at apply. It needs neither Renew nor Close, because a read leaves nothing
// open.
type quotaEphemeralResource struct {
	provider *providerData
	// language is the language of the environment, for errors before Configure. Later errors use the language of the provider block.
	language func() message.Language
}

func (e *quotaEphemeralResource) Metadata(_ context.Context, req ephemeral.MetadataRequest, resp *ephemeral.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_quota"
}

func (e *quotaEphemeralResource) Schema(_ context.Context, _ ephemeral.SchemaRequest, resp *ephemeral.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: message.Descriptions()["ephemeral.qcc_quota"].English,
		Attributes: map[string]schema.Attribute{
			modulesAttribute: schema.MapAttribute{
				MarkdownDescription: message.Descriptions()[modulesAttribute].English,
				ElementType:         moduleType(),
				Computed:            true,
			},
		},
	}
}

func (e *quotaEphemeralResource) Configure(_ context.Context, req ephemeral.ConfigureRequest, resp *ephemeral.ConfigureResponse) {
	data, diags := providerDataOf(req.ProviderData, e.language)
	resp.Diagnostics.Append(diags...)

	e.provider = data
}

// Open never fails because of low quota. Such an error would also block a destroy, and plans that order nothing.
func (e *quotaEphemeralResource) Open(ctx context.Context, _ ephemeral.OpenRequest, resp *ephemeral.OpenResponse) {
	model, diags := e.provider.read(ctx)
	resp.Diagnostics.Append(diags...)

	if !resp.Diagnostics.HasError() {
		resp.Diagnostics.Append(resp.Result.Set(ctx, model)...)
	}
}

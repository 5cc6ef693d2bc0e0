package provider //nolint:dupl // The framework has other types for data sources than for ephemeral resources.

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"

	"github.com/qccpro/terraform-provider-qcc/internal/message"
)

var _ datasource.DataSourceWithConfigure = (*quotaDataSource)(nil)

func newQuotaDataSource(language func() message.Language) datasource.DataSource {
	return &quotaDataSource{language: language}
}

// quotaDataSource reads the quota at plan. It has no arguments, because an unknown argument would defer the read until apply.
type quotaDataSource struct {
	provider *providerData
	// language is the language of the environment, for errors before Configure. Later errors use the language of the provider block.
	language func() message.Language
}

func (d *quotaDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_quota"
}

func (d *quotaDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: message.Descriptions()["data.qcc_quota"].English,
		Attributes: map[string]schema.Attribute{
			modulesAttribute: schema.MapAttribute{
				MarkdownDescription: message.Descriptions()[modulesAttribute].English,
				ElementType:         moduleType(),
				Computed:            true,
			},
		},
	}
}

func (d *quotaDataSource) Configure(_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse) {
	data, diags := providerDataOf(req.ProviderData, d.language)
	resp.Diagnostics.Append(diags...)

	d.provider = data
}

func (d *quotaDataSource) Read(ctx context.Context, _ datasource.ReadRequest, resp *datasource.ReadResponse) {
	model, diags := d.provider.read(ctx)
	resp.Diagnostics.Append(diags...)

	if !resp.Diagnostics.HasError() {
		resp.Diagnostics.Append(resp.State.Set(ctx, model)...)
	}
}

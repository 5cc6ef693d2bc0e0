package provider

import (
	"context"
	"strconv"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/qccpro/terraform-provider-qcc/internal/message"
)

var (
	_ resource.ResourceWithConfigure   = (*quotaGateResource)(nil)
	_ resource.ResourceWithModifyPlan  = (*quotaGateResource)(nil)
	_ resource.ResourceWithImportState = (*quotaGateResource)(nil)
)

func newQuotaGateResource(language func() message.Language) resource.Resource {
	return &quotaGateResource{language: language}
}

// quotaGateResource refuses a change that adds more than the remaining quota. It creates nothing at QCC. Its state holds what was
// granted, so that the next plan judges only what is added.
type quotaGateResource struct {
	provider *providerData
	// language is the language of the environment, for errors before Configure. Later errors use the language of the provider block.
	language func() message.Language
}

// requiredAttribute is the only attribute of the gate.
const requiredAttribute = "required"

// handleKey is the key of a claim's handle in private state. Private state keeps the handle between the two planning steps of an instance
// that is replaced.
const handleKey = "claim"

func (g *quotaGateResource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_quota_gate"
}

func (g *quotaGateResource) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Refuses a plan or an apply that adds more than the remaining quota. A gate creates nothing at QCC. Its state " +
			"holds the requirement that was granted. The provider judges only what a change adds: the whole requirement of a new gate, or the " +
			"increase of `required`. If `required` stays the same or decreases, or the gate is destroyed, the provider judges nothing. The " +
			"provider adds up what all gates of a run add. If a run adds nothing, the provider sends no request.",
		Attributes: map[string]schema.Attribute{
			requiredAttribute: schema.MapAttribute{
				MarkdownDescription: "The quota that the order behind the gate requires of each quota module, by module id. Each requirement is " +
					"a whole number from `0` to `1000000000000000`. The module ids are `radar_id` (风险监控-企业), `bene_id` (股权穿透), " +
					"`natural_person_id` (自然人核验), and any other id that QCC returns.",
				ElementType: types.NumberType,
				Required:    true,
				Validators:  []validator.Map{requirementsValidator{g.language}},
			},
		},
	}
}

func (g *quotaGateResource) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	data, diags := providerDataOf(req.ProviderData, g.language)
	resp.Diagnostics.Append(diags...)

	g.provider = data
}

// ModifyPlan judges what the plan adds. Terraform also calls it at apply, directly before Create or Update.
func (g *quotaGateResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if req.Plan.Raw.IsNull() { // The gate is destroyed.
		return
	}

	// Terraform plans an instance that it replaces twice: with its state, and then without. The second claim replaces the first one.
	isNew := req.State.Raw.IsNull()
	if handle := takeHandle(ctx, req.Private, resp); isNew {
		g.provider.ledger.takeBack(handle)
	}

	change := newGateChange(requirement(ctx, req.State.GetAttribute, &resp.Diagnostics), requirement(ctx, req.Plan.GetAttribute, &resp.Diagnostics))
	if resp.Diagnostics.HasError() || change.addsNothing() {
		return
	}

	if change.isUnknown() || len(g.provider.unknown) > 0 {
		resp.Diagnostics.Append(judgedAtApplyDiagnostic(g.provider.language, change, g.provider.unknown))
	}

	if len(g.provider.unknown) > 0 {
		return
	}

	handle, diags := g.judge(ctx, stagePlan, change)
	resp.Diagnostics.Append(diags...)

	if handle != "" && !isNew {
		resp.Diagnostics.Append(resp.Private.SetKey(ctx, handleKey, []byte(strconv.Quote(handle)))...)
	}
}

// takeHandle returns the handle in private state, and removes it. It returns "" if there is none.
func takeHandle(ctx context.Context, private privateState, resp *resource.ModifyPlanResponse) string {
	value, diags := private.GetKey(ctx, handleKey)
	resp.Diagnostics.Append(diags...)
	resp.Diagnostics.Append(resp.Private.SetKey(ctx, handleKey, nil)...)

	handle, _ := strconv.Unquote(string(value)) // Unquote returns "" for anything else.

	return handle
}

// privateState is the private state in a request of the framework, which does not export the type.
type privateState interface {
	GetKey(ctx context.Context, key string) ([]byte, diag.Diagnostics)
}

// Create judges the whole requirement again, because quota may have been consumed since the plan.
func (g *quotaGateResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	change := newGateChange(types.MapNull(types.NumberType), requirement(ctx, req.Plan.GetAttribute, &resp.Diagnostics))

	_, diags := g.judge(ctx, stageApply, change)
	resp.Diagnostics.Append(diags...)

	if !resp.Diagnostics.HasError() {
		resp.State.Raw = req.Plan.Raw
	}
}

// Read leaves the state as it is, because a gate has no counterpart at QCC.
func (g *quotaGateResource) Read(context.Context, resource.ReadRequest, *resource.ReadResponse) {}

// Update judges the growth again. A gate that is refused keeps the requirement that it had.
func (g *quotaGateResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	resp.Diagnostics.Append(resp.Private.SetKey(ctx, handleKey, nil)...)

	change := newGateChange(requirement(ctx, req.State.GetAttribute, &resp.Diagnostics), requirement(ctx, req.Plan.GetAttribute, &resp.Diagnostics))

	_, diags := g.judge(ctx, stageApply, change)
	resp.Diagnostics.Append(diags...)

	if !resp.Diagnostics.HasError() {
		resp.State.Raw = req.Plan.Raw
	}
}

// Delete does nothing: the framework removes the gate from the state.
func (g *quotaGateResource) Delete(context.Context, resource.DeleteRequest, *resource.DeleteResponse) {
}

// ImportState adds a gate for work that is already ordered to the state, without judging it.
func (g *quotaGateResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	required, fault := parseImportID(req.ID)
	if fault.Part > 0 {
		resp.Diagnostics.AddError(g.provider.language.InvalidImportID(fault))

		return
	}

	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root(requiredAttribute), required)...)
}

// requirement returns the requirement in a state or plan; null if there is none.
func requirement(ctx context.Context, get func(context.Context, path.Path, any) diag.Diagnostics, diags *diag.Diagnostics) types.Map {
	required := types.MapNull(types.NumberType)
	diags.Append(get(ctx, path.Root(requiredAttribute), &required)...)

	return required
}

// judge returns an error for each module whose quota is too low for a change. If the quota cannot be read, it returns one error with the
// reason. It also returns the handle of a claim that was granted at plan.
func (g *quotaGateResource) judge(ctx context.Context, at stage, change *gateChange) (string, diag.Diagnostics) {
	if at == stageApply && change.isUnknown() {
		return "", diag.Diagnostics{diag.NewErrorDiagnostic(g.provider.language.UnknownAtApply())}
	}

	if len(change.adds) == 0 {
		return "", nil
	}

	if g.provider.errors.HasError() {
		return "", g.provider.errors
	}

	judged, err := g.provider.ledger.judge(ctx, at, change.adds)
	if err != nil {
		return "", diag.Diagnostics{diag.NewErrorDiagnostic(g.provider.language.GateNotRead(err))}
	}

	var diags diag.Diagnostics

	if judged.firstSkew != 0 {
		diags.AddWarning(g.provider.language.Skew(judged.firstSkew))
	}

	for i, s := range judged.short {
		diags.Append(refusalDiagnostic(g.provider.language, s, change, judged.firstRefusal && i == 0, g.provider.client.Redact))
	}

	return judged.handle, diags
}

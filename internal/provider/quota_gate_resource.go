package provider

import (
	"context"
	"errors"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/qccpro/terraform-provider-qcc/internal/message"
	"github.com/qccpro/terraform-provider-qcc/internal/qcc"
	"github.com/qccpro/terraform-provider-qcc/internal/reservation"
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

func (g *quotaGateResource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_quota_gate"
}

func (g *quotaGateResource) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: message.Descriptions()["resource.qcc_quota_gate"].English,
		Attributes: map[string]schema.Attribute{
			requiredAttribute: schema.MapAttribute{
				MarkdownDescription: message.Descriptions()[requiredAttribute].English,
				ElementType:         types.NumberType,
				Required:            true,
				Validators:          []validator.Map{requirementsValidator{g.language}},
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

	before := requirement(ctx, req.State.GetAttribute, &resp.Diagnostics)
	change := newGateChange(before, requirement(ctx, req.Plan.GetAttribute, &resp.Diagnostics))

	if resp.Diagnostics.HasError() {
		return
	}

	if resp.Diagnostics.Append(g.secretIDs(change)...); resp.Diagnostics.HasError() {
		return
	}

	// Terraform plans an instance that it replaces twice: with its state, and then without, but with the same private state.
	memory, hasState := gateMemoryOf(ctx, req.Private), !req.State.Raw.IsNull()
	change.isNew = !hasState && memory.ID == ""

	if hasState && memory.isOfOtherAccount(g.provider.key) {
		resp.Diagnostics.AddWarning(g.provider.language.GateOfOtherAccount())
	}

	if change.addsNothing() {
		g.provider.account.Withdraw(memory.ID)

		return
	}

	if change.isUnknown() || len(g.provider.unknown) > 0 {
		resp.Diagnostics.Append(judgedAtApplyDiagnostic(g.provider.language, change, g.provider.unknown))
	}

	if len(g.provider.unknown) > 0 {
		return
	}

	if memory.ID == "" && hasState {
		memory = newGateMemory(g.provider.nameless.add(before), g.provider.key)
		resp.Diagnostics.Append(memory.write(ctx, resp.Private)...)
	}

	resp.Diagnostics.Append(g.judge(change, func(read reservation.Read) (reservation.Verdict, error) {
		return g.provider.account.Plan(ctx, memory.ID, change.adds, read)
	})...)
}

// Create judges the whole requirement again, because quota may have been consumed since the plan.
func (g *quotaGateResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	change := newGateChange(types.MapNull(types.NumberType), requirement(ctx, req.Plan.GetAttribute, &resp.Diagnostics))

	resp.Diagnostics.Append(g.apply(ctx, change)...)

	if resp.Diagnostics.HasError() {
		return
	}

	resp.State.Raw = req.Plan.Raw
	resp.Diagnostics.Append(newGateMemory(newGateID(), g.provider.key).write(ctx, resp.Private)...)
}

// Read leaves the state as it is, because a gate has no counterpart at QCC. It completes the memory of a gate that has none.
func (g *quotaGateResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	if gateMemoryOf(ctx, req.Private).ID != "" {
		return
	}

	id := g.provider.nameless.take(requirement(ctx, req.State.GetAttribute, &resp.Diagnostics))
	resp.Diagnostics.Append(newGateMemory(id, g.provider.key).write(ctx, resp.Private)...)
}

// Update judges the growth again. A gate that is refused keeps the requirement that it had.
func (g *quotaGateResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	change := newGateChange(requirement(ctx, req.State.GetAttribute, &resp.Diagnostics), requirement(ctx, req.Plan.GetAttribute, &resp.Diagnostics))

	resp.Diagnostics.Append(g.apply(ctx, change)...)

	if resp.Diagnostics.HasError() {
		return
	}

	resp.State.Raw = req.Plan.Raw

	if memory := gateMemoryOf(ctx, req.Private); len(change.adds) > 0 && memory.ID != "" {
		resp.Diagnostics.Append(newGateMemory(memory.ID, g.provider.key).write(ctx, resp.Private)...)
	}
}

// Delete does nothing: the framework removes the gate from the state.
func (g *quotaGateResource) Delete(context.Context, resource.DeleteRequest, *resource.DeleteResponse) {
}

// ImportState adds a gate for work that is already ordered to the state, without judging it.
func (g *quotaGateResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	required, fault := parseImportID(req.ID, g.isSecret)
	if fault.Part > 0 {
		resp.Diagnostics.AddError(g.provider.language.InvalidImportID(fault))

		return
	}

	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root(requiredAttribute), required)...)
	resp.Diagnostics.Append(newGateMemory(newGateID(), g.provider.key).write(ctx, resp.Private)...)
}

// requirement returns the requirement in a state or plan; null if there is none.
func requirement(ctx context.Context, get func(context.Context, path.Path, any) diag.Diagnostics, diags *diag.Diagnostics) types.Map {
	required := types.MapNull(types.NumberType)
	diags.Append(get(ctx, path.Root(requiredAttribute), &required)...)

	return required
}

// apply judges a change at apply.
func (g *quotaGateResource) apply(ctx context.Context, change *gateChange) diag.Diagnostics {
	if change.isUnknown() {
		return diag.Diagnostics{diag.NewErrorDiagnostic(g.provider.language.UnknownAtApply())}
	}

	if secret := g.secretIDs(change); secret.HasError() {
		return secret
	}

	return g.judge(change, func(read reservation.Read) (reservation.Verdict, error) {
		return g.provider.account.Apply(ctx, change.adds, read)
	})
}

// secretIDs returns an error if a module id of a requirement holds a part of a secret, whatever its count is. Without it, the id would become
// a part of the state. The error has no attribute path, because Terraform would print the line of the requirement beside it.
func (g *quotaGateResource) secretIDs(change *gateChange) diag.Diagnostics {
	for id := range change.after {
		if g.isSecret(id) {
			return diag.Diagnostics{diag.NewErrorDiagnostic(g.provider.language.InvalidRequirement(message.ModuleIDSecret, id))}
		}
	}

	return nil
}

// isSecret reports whether a valid module id holds a part of a secret. Without a client, no secret is known.
func (g *quotaGateResource) isSecret(id string) bool {
	return g.provider.client != nil && g.provider.client.Redact(id).String() != id
}

// judge returns an error for each module whose quota is too low for a change. If the quota cannot be read, or the database cannot be asked,
// it returns one error with the reason.
func (g *quotaGateResource) judge(change *gateChange, judge func(reservation.Read) (reservation.Verdict, error)) (diags diag.Diagnostics) {
	if len(change.adds) == 0 {
		return nil
	}

	if g.provider.errors.HasError() {
		return g.provider.errors
	}

	diags.Append(g.provider.warnOnce(g.provider.notices)...)

	var quota qcc.Quota // of the reading that judged the change

	verdict, err := judge(func(ctx context.Context, after time.Time) (reservation.Reading, error) {
		var (
			began time.Time
			err   error
		)

		quota, began, err = g.provider.client.QuotaSince(ctx, after)

		return reservation.Reading{Quota: statedQuota(quota), Began: began}, err
	})

	if unavailable, ok := errors.AsType[*reservation.Error](err); ok {
		diags.AddError(g.provider.language.GateNotReserved(unavailable))

		return diags
	}

	if err != nil {
		diags.AddError(g.provider.language.GateNotRead(err))

		return diags
	}

	if verdict.Judged {
		diags.Append(g.provider.warnOnce(g.provider.warnings(quota))...)
	}

	if len(verdict.Beside) > 0 {
		diags.AddWarning(g.provider.language.ConsumedBesideGates(verdict.Beside))
	}

	for i := range verdict.Short {
		diags.Append(refusalDiagnostic(g.provider.language, &verdict, i, quota, change, g.provider.client.Redact))
	}

	return diags
}

// statedQuota returns the modules of which the service states both counts.
func statedQuota(quota qcc.Quota) map[string]reservation.Quota {
	stated := make(map[string]reservation.Quota, len(quota.Modules))

	for id, module := range quota.Modules {
		if module.Total != nil && module.Consumed != nil {
			stated[id] = reservation.Quota{Total: *module.Total, Consumed: *module.Consumed}
		}
	}

	return stated
}

package provider

import (
	"context"
	"slices"
	"sync"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-log/tflog"

	"github.com/qccpro/terraform-provider-qcc/internal/message"
	"github.com/qccpro/terraform-provider-qcc/internal/qcc"
	"github.com/qccpro/terraform-provider-qcc/internal/reservation"
)

// providerData is what Configure passes to data sources, ephemeral resources and gates. They share its client, and so their requests.
type providerData struct {
	// client is nil if there are errors.
	client *qcc.Client
	// errors are the reasons why the quota cannot be read. Reads report them.
	errors diag.Diagnostics
	// notices are warnings about the provider block. Reads report them, for the reason that Configure gives.
	notices diag.Diagnostics
	// language is the language of all diagnostics.
	language message.Language
	// unknown lists the fields of the provider block that Terraform does not know before apply. If there are any, errors has an error about
	// them.
	unknown []qcc.Field
	// key is the company key; empty if it is not known.
	key string
	// account records what the gates of this run were granted. It belongs to one call of Configure, because a process may serve several runs.
	account *reservation.Account
	// nameless has the claims of gates without an id.
	nameless namelessGates
	// reported has the titles of the notices, and of the warnings about readings, that a gate has reported. One gate reports them for all.
	reported sync.Map
}

// newConfiguredData returns the data of a provider that can read the quota. Without a store, only the gates of one run add up.
func newConfiguredData(language message.Language, client *qcc.Client, key string, store reservation.Store) *providerData {
	return &providerData{client: client, language: language, key: key, account: reservation.NewAccount(store)}
}

// newFaultyData returns the data of a provider whose block has errors.
func newFaultyData(language message.Language, faults diag.Diagnostics) *providerData {
	return &providerData{errors: faults, language: language, account: reservation.NewAccount(nil)}
}

// newUnknownData returns the data of a provider with attributes that Terraform does not know yet.
func newUnknownData(language message.Language, unknown []attribute) *providerData {
	fields := make([]qcc.Field, 0, len(unknown))

	var variables []string

	for _, attribute := range unknown {
		fields = append(fields, attribute.name)

		if attribute.variable != "" {
			variables = append(variables, attribute.variable)
		}
	}

	return &providerData{
		errors:   diag.Diagnostics{diag.NewErrorDiagnostic(language.UnknownConfiguration(fields, variables))},
		language: language,
		unknown:  fields,
		account:  reservation.NewAccount(nil),
	}
}

// providerDataOf returns the data that Configure passed. It returns nil during validation, because Terraform validates before Configure.
func providerDataOf(passed any, language func() message.Language) (*providerData, diag.Diagnostics) {
	if passed == nil {
		return nil, nil
	}

	data, ok := passed.(*providerData)
	if !ok {
		return nil, diag.Diagnostics{diag.NewErrorDiagnostic(language().WrongProviderData(passed))}
	}

	return data, nil
}

// read returns the quota, or an error with the reason why it cannot be read. It never returns substitute values.
func (p *providerData) read(ctx context.Context) (quotaModel, diag.Diagnostics) {
	if p.errors.HasError() {
		return quotaModel{}, p.errors
	}

	diags := slices.Clone(p.notices)

	quota, err := p.client.Quota(ctx)
	if err != nil {
		diags.AddError(p.language.FailedRead(err))

		return quotaModel{}, diags
	}

	if quota.NoRecord {
		diags.AddWarning(p.language.NoRecord())
	}

	diags.Append(p.warnings(quota)...)

	return newQuotaModel(quota), diags
}

// warnings returns the warnings about a reading, each with another title.
func (p *providerData) warnings(quota qcc.Quota) diag.Diagnostics {
	var diags diag.Diagnostics

	if quota.Skew != 0 {
		diags.AddWarning(p.language.Skew(quota.Skew))
	}

	for _, module := range quota.Modules {
		if len(module.Unusable) > 0 {
			diags.AddWarning(p.language.UnusableCounts(quota))

			break
		}
	}

	return diags
}

// warnOnce returns those warnings that no gate has reported before.
func (p *providerData) warnOnce(warnings diag.Diagnostics) diag.Diagnostics {
	var diags diag.Diagnostics

	for _, warning := range warnings {
		if _, again := p.reported.LoadOrStore(warning.Summary(), true); !again {
			diags.Append(warning)
		}
	}

	return diags
}

// logAttempt logs one line for each attempt. The line holds no secrets.
func logAttempt(ctx context.Context, attempt qcc.Attempt) {
	tflog.Debug(ctx, "QCC quota query", map[string]any{
		"attempt":     attempt.Number,
		"elapsed_ms":  attempt.Elapsed.Milliseconds(),
		"http_status": attempt.HTTPStatus,
		"code":        attempt.Code,
		"wait_ms":     attempt.Wait.Milliseconds(),
	})
}

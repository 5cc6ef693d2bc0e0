package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/qccpro/terraform-provider-qcc/internal/message"
	"github.com/qccpro/terraform-provider-qcc/internal/qcc"
)

// reader reads the quota for data sources, ephemeral resources and gates. It has the only client of a configured provider, or the errors
// because of which there is no client.
type reader struct {
	client *qcc.Client
	errors diag.Diagnostics
	// language is the language of all diagnostics.
	language message.Language
	// unknown lists the fields of the provider block that Terraform does not know before apply. If there are any, errors has an error about
	// them.
	unknown []qcc.Field
	// ledger records what the gates of this run were granted. It belongs to one call of Configure, because a process may serve several runs.
	ledger ledger
}

// readerOf returns the reader in the provider data. It returns nil during validation, because Terraform validates before Configure.
func readerOf(providerData any, language func() message.Language) (*reader, diag.Diagnostics) {
	if providerData == nil {
		return nil, nil
	}

	r, ok := providerData.(*reader)
	if !ok {
		return nil, diag.Diagnostics{errorDiagnostic(language().WrongReader(providerData))}
	}

	return r, nil
}

// read returns the quota, or an error with the reason why it cannot be read. It never returns substitute values.
func (r *reader) read(ctx context.Context) (quotaModel, diag.Diagnostics) {
	if r.errors.HasError() {
		return quotaModel{}, r.errors
	}

	quota, err := r.client.Quota(ctx)
	if err != nil {
		return quotaModel{}, diag.Diagnostics{errorDiagnostic(r.language.FailedRead(err))}
	}

	var diags diag.Diagnostics

	if quota.NoRecord {
		diags.Append(warningDiagnostic(r.language.NoRecord()))
	}

	if quota.Skew != 0 {
		diags.Append(warningDiagnostic(r.language.Skew(quota.Skew)))
	}

	return newQuotaModel(quota), diags
}

package provider

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/qccpro/terraform-provider-qcc/internal/qcc"
)

// reader is what the provider hands to everything that reads the quota: the one client of this process, or the errors because of which
// there is none.
type reader struct {
	client *qcc.Client
	errors diag.Diagnostics
}

// readerOf returns the reader in what the provider handed over: nil during validation, which comes before Configure.
func readerOf(providerData any) (*reader, diag.Diagnostics) {
	if providerData == nil {
		return nil, nil
	}

	r, ok := providerData.(*reader)
	if !ok {
		return nil, diag.Diagnostics{diag.NewErrorDiagnostic("Error in the QCC provider",
			fmt.Sprintf("What reads the quota was given a %T. Report it to the maintainers of this provider.", providerData))}
	}

	return r, nil
}

// read returns the quota, or an error that says why it is not known; never a model that stands in for it.
func (r *reader) read(ctx context.Context) (quotaModel, diag.Diagnostics) {
	if r.errors.HasError() {
		return quotaModel{}, r.errors
	}

	quota, err := r.client.Quota(ctx)
	if err != nil {
		return quotaModel{}, diag.Diagnostics{readDiagnostic(err)}
	}

	var diags diag.Diagnostics

	if quota.NoRecord {
		diags.Append(noRecordDiagnostic())
	}

	if quota.Skew != 0 {
		diags.Append(skewDiagnostic(quota.Skew))
	}

	return newQuotaModel(quota), diags
}

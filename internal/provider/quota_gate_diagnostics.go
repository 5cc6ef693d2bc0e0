package provider

import (
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/qccpro/terraform-provider-qcc/internal/message"
	"github.com/qccpro/terraform-provider-qcc/internal/qcc"
	"github.com/qccpro/terraform-provider-qcc/internal/reservation"
)

// refusalDiagnostic returns the error for the shortage i of a verdict. The quota is that of the reading that judged the gate. The first
// refusal of a run also says what to do.
//
// redact makes an id of the configuration safe to show, because a user may have written a credential there by mistake. If redact changes
// the id, the path of the diagnostic omits it, because the framework logs paths.
func refusalDiagnostic(
	language message.Language, verdict *reservation.Verdict, i int, quota qcc.Quota, change *gateChange, redact func(string) qcc.SafeText,
) diag.Diagnostic {
	short := verdict.Short[i]

	id, where := redact(short.Module).String(), path.Root(requiredAttribute)
	if id == short.Module {
		where = where.AtMapKey(id)
	}

	refusal := message.Refusal{
		ID: id, Quota: quota,
		Adds: short.Adds, Before: count(change.before[short.Module]), After: count(change.after[short.Module]),
		Granted: short.Granted, Reserved: short.Reserved, Beside: short.Beside, Short: short.Short,
		First: verdict.FirstRefusal && i == 0, Gates: verdict.Gates, ImportID: change.importID(),
	}

	for _, holder := range short.Holders {
		refusal.Holders = append(refusal.Holders, message.Holder{
			Name: redact(holder.Name), Units: holder.Units, Until: time.UnixMilli(int64(holder.Until)),
		})
	}

	if module, listed := quota.Modules[short.Module]; listed {
		refusal.Module = &module
	}

	title, detail := language.Refusal(refusal)

	return diag.NewAttributeErrorDiagnostic(where, title, detail)
}

// judgedAtApplyDiagnostic returns the warning for a gate that the plan cannot judge completely. Either a requirement or a value of the
// provider block is unknown.
func judgedAtApplyDiagnostic(language message.Language, change *gateChange, unknown []qcc.Field) diag.Diagnostic {
	what := message.NotJudgedUntilApply{Modules: change.unknown, Fields: unknown, JudgesSome: len(unknown) == 0 && len(change.adds) > 0}
	if change.unknownIDs {
		what.Attribute = requiredAttribute
	}

	return diag.NewWarningDiagnostic(language.NotJudgedUntilApply(what))
}

package provider

import (
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/qccpro/terraform-provider-qcc/internal/message"
	"github.com/qccpro/terraform-provider-qcc/internal/qcc"
)

// refusalDiagnostic returns the error for a module whose quota is too low for a gate. The first refusal of a run also says what to do.
//
// redact makes an id of the configuration safe to show, because a user may have written a credential there by mistake. If redact changes
// the id, the path of the diagnostic omits it, because the framework logs paths.
func refusalDiagnostic(language message.Language, s shortage, change *gateChange, first bool, redact func(string) qcc.SafeText) diag.Diagnostic {
	id, where := redact(s.id).String(), path.Root(requiredAttribute)
	if id == s.id {
		where = where.AtMapKey(s.id)
	}

	title, detail := language.Refusal(message.Refusal{
		ID: id, Module: s.module, Quota: s.quota,
		Adds: s.adds, Before: count(change.before[s.id]), After: count(change.after[s.id]),
		Granted: s.granted, Short: s.by, First: first,
	})

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

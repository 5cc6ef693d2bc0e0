package provider

import (
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/qccpro/terraform-provider-qcc/internal/qcc"
	"github.com/qccpro/terraform-provider-qcc/internal/words"
)

// refusalDiagnostic says what a gate is short of. It says what to do if it is the first one of the run.
//
// redact makes an id of the configuration fit to be shown, because a credential may stand in the wrong place. The path of the diagnostic
// omits an id that is not fit, because the framework logs paths.
func refusalDiagnostic(language words.Language, s shortage, change *gateChange, first bool, redact func(string) qcc.Words) diag.Diagnostic {
	id, where := redact(s.id).String(), path.Root(requiredAttribute)
	if id == s.id {
		where = where.AtMapKey(s.id)
	}

	message := language.Refusal(words.Refusal{
		ID: id, Module: s.module, Quota: s.quota,
		Adds: s.adds, Before: count(change.before[s.id]), After: count(change.after[s.id]),
		Granted: s.granted, Short: s.by, First: first,
	})

	return diag.NewAttributeErrorDiagnostic(where, message.Title, message.Detail)
}

// judgedAtApplyDiagnostic is for a plan that does not know all that a gate requires, or which account pays for it.
func judgedAtApplyDiagnostic(language words.Language, change *gateChange, unknown []qcc.Field) diag.Diagnostic {
	what := words.NotJudgedUntilApply{Modules: change.unknown, Fields: unknown, JudgesSome: len(unknown) == 0 && len(change.adds) > 0}
	if change.unknownIDs {
		what.Attribute = requiredAttribute
	}

	return warningDiagnostic(language.NotJudgedUntilApply(what))
}

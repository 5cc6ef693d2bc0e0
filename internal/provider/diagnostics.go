package provider

import (
	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/qccpro/terraform-provider-qcc/internal/message"
)

// internal/message has the text of every diagnostic, in both languages. This package passes the facts to it.

func errorDiagnostic(message message.Message) diag.Diagnostic {
	return diag.NewErrorDiagnostic(message.Title, message.Detail)
}

func warningDiagnostic(message message.Message) diag.Diagnostic {
	return diag.NewWarningDiagnostic(message.Title, message.Detail)
}

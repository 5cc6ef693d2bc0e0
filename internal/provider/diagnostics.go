package provider

import (
	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/qccpro/terraform-provider-qcc/internal/words"
)

// Every text of a diagnostic is in internal/words, in both languages. This package adds what it is about.

func errorDiagnostic(message words.Message) diag.Diagnostic {
	return diag.NewErrorDiagnostic(message.Title, message.Detail)
}

func warningDiagnostic(message words.Message) diag.Diagnostic {
	return diag.NewWarningDiagnostic(message.Title, message.Detail)
}

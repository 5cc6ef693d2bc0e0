package provider

import (
	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/qccpro/terraform-provider-qcc/internal/message"
)

// The diagnostics about the provider block name an attribute, but have no attribute path. Reads report them. Configure explains why.

// problems returns an error for each invalid value that the user has set.
func (s *settings) problems() diag.Diagnostics {
	var diags diag.Diagnostics

	if s.invalidLanguage {
		diags.Append(errorDiagnostic(message.InvalidLanguage(fieldLanguage, s.given[fieldLanguage])))
	}

	for _, wrong := range s.unreadable {
		diags.Append(errorDiagnostic(s.language.InvalidConfiguration(wrong, "")))
	}

	for _, wrong := range s.config.Validate() {
		if variable, given := s.given[wrong.Field]; given {
			diags.Append(errorDiagnostic(s.language.InvalidConfiguration(wrong, variable)))
		}
	}

	return diags
}

// absences returns an error for each required value that is not set.
func (s *settings) absences() diag.Diagnostics {
	var diags diag.Diagnostics

	for _, field := range s.missing {
		diags.Append(errorDiagnostic(s.language.MissingCredential(field, environmentVariables[field])))
	}

	return diags
}

// unknownDiagnostic returns the error of a read if a value of the provider block is still unknown.
func (s *settings) unknownDiagnostic() diag.Diagnostic {
	var variables []string

	for _, field := range s.unknown {
		if variable, ok := environmentVariables[field]; ok {
			variables = append(variables, variable)
		}
	}

	return errorDiagnostic(s.language.UnknownConfiguration(s.unknown, variables))
}

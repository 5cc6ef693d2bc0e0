package provider

import (
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/qccpro/terraform-provider-qcc/internal/qcc"
)

// The diagnostics about the provider block name an attribute, and have no path to it. Reads report them; see Configure.

// whereCredentialsAre says where a user finds both.
const whereCredentialsAre = "QCC Pro (pro.qcc.com) shows it under 设置中心 -> 我的公司." //nolint:gosec // No credential.

// problems returns an error for every value that was given and cannot be used.
func (s *settings) problems() diag.Diagnostics {
	var diags diag.Diagnostics

	add := func(wrong *qcc.ConfigError) {
		what := "The value of " + string(wrong.Field) + " in the provider block"
		if variable := s.given[wrong.Field]; variable != "" {
			what = "The value of " + string(wrong.Field) + ", which comes from the environment variable " + variable + ","
		}

		diags.AddError("Invalid QCC provider configuration", what+" cannot be used. "+wrong.Problem)
	}

	for _, wrong := range s.unreadable {
		add(wrong)
	}

	for _, wrong := range s.config.Validate() {
		if _, given := s.given[wrong.Field]; given {
			add(wrong)
		}
	}

	return diags
}

// absences returns an error for every value that is needed and was given nowhere.
func (s *settings) absences() diag.Diagnostics {
	var diags diag.Diagnostics

	for _, field := range s.missing {
		diags.AddError("Missing QCC credential", fmt.Sprintf(
			"The provider needs %[1]s to ask QCC for the quota, and it is set nowhere.\n\n"+
				"Set the environment variable %[2]s, or the attribute %[1]s in the provider block. %[3]s",
			field, environmentVariables[field], whereCredentialsAre))
	}

	return diags
}

// unknownDiagnostic returns the error of a read before Terraform knows all of the provider block.
func unknownDiagnostic(fields []qcc.Field) diag.Diagnostic {
	names := make([]string, 0, len(fields))

	var variables []string

	for _, field := range fields {
		names = append(names, string(field))

		if variable, ok := environmentVariables[field]; ok {
			variables = append(variables, variable)
		}
	}

	environment := ""
	if len(variables) > 0 {
		environment = fmt.Sprintf("The provider does not use %s in place of what is unknown: the environment may belong to another account.",
			strings.Join(variables, ", "))
	}

	return diag.NewErrorDiagnostic("Unknown QCC provider configuration", paragraphs(
		fmt.Sprintf("The quota cannot be read yet. In the provider block, Terraform does not know before apply: %s. Such a value comes from "+
			"something that is still to be created or changed.", strings.Join(names, ", ")),
		environment,
		"Take the value from a variable, from the environment or from something that exists already; or create what it comes from "+
			"first, with -target."))
}

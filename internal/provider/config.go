package provider

import (
	"context"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-timetypes/timetypes"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-log/tflog"

	"github.com/qccpro/terraform-provider-qcc/internal/qcc"
)

// providerModel is the provider block as it is written.
type providerModel struct {
	Key        types.String         `tfsdk:"key"`
	SecretKey  types.String         `tfsdk:"secret_key"`
	BaseURL    types.String         `tfsdk:"base_url"`
	Timeout    timetypes.GoDuration `tfsdk:"timeout"`
	MaxRetries types.Int64          `tfsdk:"max_retries"`
}

// settings is the provider block with the gaps filled from the environment and the defaults.
type settings struct {
	config qcc.Config
	// given has the fields that somebody gave a value, and where: the name of an environment variable, or "" for the block.
	given map[qcc.Field]string
	// missing has the fields that need a value and have none.
	missing []qcc.Field
	// unknown has the attributes whose value Terraform does not know yet. They never fall back: the environment may belong to
	// another account than the value that is to come.
	unknown []string
}

// environmentVariables are where a null attribute may get its value from.
var environmentVariables = map[qcc.Field]string{ //nolint:gochecknoglobals // A constant table.
	qcc.FieldKey:       "QCC_KEY",
	qcc.FieldSecretKey: "QCC_SECRET_KEY",
	qcc.FieldBaseURL:   "QCC_BASE_URL",
}

// noEnvironment is an environment in which nothing is set.
func noEnvironment(string) string { return "" }

func resolve(model providerModel, getenv func(string) string) settings {
	s := settings{
		config: qcc.Config{Timeout: qcc.DefaultTimeout, MaxRetries: qcc.DefaultMaxRetries},
		given:  map[qcc.Field]string{},
	}

	s.config.Key = s.text(qcc.FieldKey, model.Key, getenv, "")
	s.config.SecretKey = s.text(qcc.FieldSecretKey, model.SecretKey, getenv, "")
	s.config.BaseURL = s.text(qcc.FieldBaseURL, model.BaseURL, getenv, qcc.DefaultBaseURL)

	if model.Timeout.IsUnknown() {
		s.unknown = append(s.unknown, string(qcc.FieldTimeout))
	} else if timeout, diags := model.Timeout.ValueGoDuration(); !diags.HasError() { // Null, or refused by its type already.
		s.config.Timeout = timeout
		s.given[qcc.FieldTimeout] = ""
	}

	if model.MaxRetries.IsUnknown() {
		s.unknown = append(s.unknown, "max_retries")
	} else if !model.MaxRetries.IsNull() {
		s.config.MaxRetries = int(model.MaxRetries.ValueInt64())
	}

	return s
}

// text returns the value of a field, from the block, else from the environment, else the default.
func (s *settings) text(field qcc.Field, value types.String, getenv func(string) string, byDefault string) string {
	variable := environmentVariables[field]

	switch {
	case value.IsUnknown():
		s.unknown = append(s.unknown, string(field))

		return ""
	case !value.IsNull():
		s.given[field] = ""

		return value.ValueString()
	case getenv(variable) != "":
		s.given[field] = variable

		return getenv(variable)
	case byDefault == "":
		s.missing = append(s.missing, field)
	}

	return byDefault
}

// userAgent names the provider and the Terraform that runs it.
func userAgent(version, terraformVersion string) string {
	return strings.TrimSpace(fmt.Sprintf("terraform-provider-qcc/%s Terraform/%s", version, terraformVersion))
}

// logAttempt writes one line per request, of facts that are no secrets.
func logAttempt(ctx context.Context, attempt qcc.Attempt) {
	tflog.Debug(ctx, "QCC quota query", map[string]any{
		"attempt":     attempt.Number,
		"elapsed_ms":  attempt.Elapsed.Milliseconds(),
		"http_status": attempt.HTTPStatus,
		"code":        attempt.Code,
		"wait_ms":     attempt.Wait.Milliseconds(),
	})
}

package provider

import (
	"context"
	"fmt"
	"math/big"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-log/tflog"

	"github.com/qccpro/terraform-provider-qcc/internal/message"
	"github.com/qccpro/terraform-provider-qcc/internal/qcc"
)

// providerModel is the provider block as Terraform passes it.
type providerModel struct {
	Key        types.String `tfsdk:"key"`
	SecretKey  types.String `tfsdk:"secret_key"`
	BaseURL    types.String `tfsdk:"base_url"`
	Timeout    types.String `tfsdk:"timeout"`
	MaxRetries types.Number `tfsdk:"max_retries"`
	Language   types.String `tfsdk:"language"`
}

// settings is the configuration of a client, with the problems found in it. Its values come from the provider block, then from the
// environment, then from the defaults.
type settings struct {
	config qcc.Config
	// given maps each field with a value to its source: the name of an environment variable, or "" for the provider block.
	given map[qcc.Field]string
	// unreadable lists the values that cannot be converted, such as a timeout without a unit.
	unreadable []*qcc.ConfigError
	// missing lists the required fields without a value.
	missing []qcc.Field
	// unknown lists the fields whose value Terraform does not know yet. They never use the environment, because its value may belong to
	// another account than the future one.
	unknown []qcc.Field
	// language is the language of diagnostics. It is English if the value is invalid.
	language        message.Language
	invalidLanguage bool
}

// fieldLanguage is the only field that the client does not have.
const fieldLanguage qcc.Field = "language"

// environmentVariables names the variable that replaces a null attribute.
var environmentVariables = map[qcc.Field]string{ //nolint:gochecknoglobals // A constant table.
	qcc.FieldKey:       "QCC_KEY",
	qcc.FieldSecretKey: "QCC_SECRET_KEY",
	qcc.FieldBaseURL:   "QCC_BASE_URL",
	fieldLanguage:      "QCC_LANGUAGE",
}

// resolve returns the settings of a provider block and an environment.
func resolve(model providerModel, getenv func(string) string) *settings {
	s := &settings{
		config: qcc.Config{Timeout: qcc.DefaultTimeout, MaxRetries: qcc.DefaultMaxRetries},
		given:  map[qcc.Field]string{},
	}

	s.config.Key = s.text(qcc.FieldKey, model.Key, getenv, "")
	s.config.SecretKey = s.text(qcc.FieldSecretKey, model.SecretKey, getenv, "")
	s.config.BaseURL = s.text(qcc.FieldBaseURL, model.BaseURL, getenv, qcc.DefaultBaseURL)

	if s.has(qcc.FieldTimeout, model.Timeout) {
		timeout, err := time.ParseDuration(model.Timeout.ValueString())
		if err != nil {
			s.refuse(qcc.FieldTimeout, qcc.ConfigNoDuration)
		}

		s.config.Timeout = timeout
	}

	if s.has(qcc.FieldMaxRetries, model.MaxRetries) {
		retries, accuracy := model.MaxRetries.ValueBigFloat().Int64()
		if accuracy != big.Exact || retries < 0 || retries > qcc.LimitMaxRetries {
			s.refuse(qcc.FieldMaxRetries, qcc.ConfigNoWholeCount)
		}

		s.config.MaxRetries = int(retries)
	}

	s.setLanguage(model.Language, getenv)

	return s
}

// setLanguage takes the language from the block, the environment or the default. An unknown language counts as not set, because the
// language does not affect what the provider reads.
func (s *settings) setLanguage(value types.String, getenv func(string) string) {
	if value.IsUnknown() {
		value = types.StringNull()
	}

	language, known := message.ParseLanguage(s.text(fieldLanguage, value, getenv, message.English.String()))
	s.language, s.invalidLanguage = language, !known
}

// has reports whether the block has a known value for a field. It records the field as given or unknown.
func (s *settings) has(field qcc.Field, value attr.Value) bool {
	if value.IsNull() {
		return false
	}

	if value.IsUnknown() {
		s.unknown = append(s.unknown, field)

		return false
	}

	s.given[field] = ""

	return true
}

// refuse records that the value of a field cannot be converted. It removes the field from given, so that the field is not reported twice.
func (s *settings) refuse(field qcc.Field, problem qcc.ConfigProblem) {
	delete(s.given, field)

	s.unreadable = append(s.unreadable, &qcc.ConfigError{Field: field, Problem: problem})
}

// text returns the value of a field: from the block, the environment or the default, in that order. It returns "" if the value is missing
// or unknown, and records which.
func (s *settings) text(field qcc.Field, value types.String, getenv func(string) string, byDefault string) string {
	variable := environmentVariables[field]

	switch {
	case s.has(field, value):
		return value.ValueString()
	case value.IsUnknown():
		return ""
	case getenv(variable) != "":
		s.given[field] = variable

		return getenv(variable)
	case byDefault == "":
		s.missing = append(s.missing, field)
	}

	return byDefault
}

// userAgent returns the User-Agent header, with the versions of the provider and of Terraform.
func userAgent(version, terraformVersion string) string {
	return strings.TrimSpace(fmt.Sprintf("terraform-provider-qcc/%s Terraform/%s", version, terraformVersion))
}

// logAttempt logs one line for each attempt. The line holds no secrets.
func logAttempt(ctx context.Context, attempt qcc.Attempt) {
	tflog.Debug(ctx, "QCC quota query", map[string]any{
		"attempt":     attempt.Number,
		"elapsed_ms":  attempt.Elapsed.Milliseconds(),
		"http_status": attempt.HTTPStatus,
		"code":        attempt.Code,
		"wait_ms":     attempt.Wait.Milliseconds(),
	})
}

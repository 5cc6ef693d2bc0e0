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

	"github.com/qccpro/terraform-provider-qcc/internal/qcc"
)

// providerModel is the provider block as it is written.
type providerModel struct {
	Key        types.String `tfsdk:"key"`
	SecretKey  types.String `tfsdk:"secret_key"`
	BaseURL    types.String `tfsdk:"base_url"`
	Timeout    types.String `tfsdk:"timeout"`
	MaxRetries types.Number `tfsdk:"max_retries"`
}

// settings is the provider block with the gaps filled from the environment and the defaults.
type settings struct {
	config qcc.Config
	// given has the fields that somebody gave a value, and where: the name of an environment variable, or "" for the block.
	given map[qcc.Field]string
	// unreadable has the fields whose value is not of their kind.
	unreadable []*qcc.ConfigError
	// missing has the fields that need a value and have none.
	missing []qcc.Field
	// unknown has the fields whose value Terraform does not know yet. They never fall back: the environment may belong to another
	// account than the value that is to come.
	unknown []qcc.Field
	// arguments counts the arguments of the block, and secretive those that may be a credential, if by a slip.
	arguments, secretive int
}

// environmentVariables are where a null attribute may get its value from.
var environmentVariables = map[qcc.Field]string{ //nolint:gochecknoglobals // A constant table.
	qcc.FieldKey:       "QCC_KEY",
	qcc.FieldSecretKey: "QCC_SECRET_KEY",
	qcc.FieldBaseURL:   "QCC_BASE_URL",
}

// noEnvironment is an environment in which nothing is set.
func noEnvironment(string) string { return "" }

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
			s.refuse(qcc.FieldTimeout, `It is not a duration with a unit, such as "30s" or "2m".`)
		}

		s.config.Timeout = timeout
	}

	if s.has(qcc.FieldMaxRetries, model.MaxRetries) {
		retries, accuracy := model.MaxRetries.ValueBigFloat().Int64()
		if accuracy != big.Exact || retries < 0 || retries > qcc.LimitMaxRetries {
			s.refuse(qcc.FieldMaxRetries, fmt.Sprintf("It is not a whole number between 0 and %d.", qcc.LimitMaxRetries))
		}

		s.config.MaxRetries = int(retries)
	}

	return s
}

// has tells whether the block gives a field a value, and notes where it comes from.
func (s *settings) has(field qcc.Field, value attr.Value) bool {
	if value.IsNull() {
		return false
	}

	s.arguments++

	if mayBeSecret(field, value) {
		s.secretive++
	}

	if value.IsUnknown() {
		s.unknown = append(s.unknown, field)

		return false
	}

	s.given[field] = ""

	return true
}

// mayBeSecret reports whether the value of an argument may be a credential: that of key or secret_key, or one that was written behind
// another name. Nothing as short as "90s" is one.
func mayBeSecret(field qcc.Field, value attr.Value) bool {
	text, ok := value.(types.String)

	switch {
	case !ok:
		return false
	case text.IsUnknown():
		return true
	case field == qcc.FieldKey, field == qcc.FieldSecretKey:
		return text.ValueString() != ""
	default:
		return len(text.ValueString()) >= qcc.ShortestSecret
	}
}

// firstLineMayHoldSecret reports whether the first line of the block may hold a credential. HCL allows a block on one line, such as
// provider "qcc" { key = "..." }, if it has one argument. Terraform prints the first line beside an error about the block.
func (s *settings) firstLineMayHoldSecret() bool { return s.arguments == 1 && s.secretive == 1 }

// refuse takes back that a field was given: what is wrong with it is said here. The value is not repeated: it may be a credential on
// the wrong line.
func (s *settings) refuse(field qcc.Field, problem string) {
	delete(s.given, field)

	s.unreadable = append(s.unreadable, &qcc.ConfigError{Field: field, Problem: problem})
}

// text returns the value of a field, from the block, else from the environment, else the default; empty if it is missing or unknown.
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

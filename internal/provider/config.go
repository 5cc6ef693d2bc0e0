package provider

import (
	"math/big"
	"os"
	"strconv"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/qccpro/terraform-provider-qcc/internal/message"
	"github.com/qccpro/terraform-provider-qcc/internal/qcc"
	"github.com/qccpro/terraform-provider-qcc/internal/reservation"
)

// attribute is all that the provider knows of one attribute of the provider block.
type attribute struct {
	name qcc.Field
	// variable is the environment variable that replaces a null value; empty if there is none.
	variable string
	// byDefault is the value if neither the block nor the environment has one; empty if there is none. A required attribute has no default.
	byDefault string
	required  bool
	// unknownIsNull is true if an unknown value counts as null, because the attribute does not affect what the provider reads.
	unknownIsNull bool
	schema        schema.Attribute
	// store converts a value and stores it. It returns the reason why the value cannot be converted; empty if it can.
	store func(s *settings, value string) qcc.ConfigProblem
}

// The attributes that the client does not have.
const (
	fieldLanguage            qcc.Field = "language"
	fieldReservationDatabase qcc.Field = "reservation_database"
	fieldReservationTTL      qcc.Field = "reservation_ttl"
	fieldReservationHolder   qcc.Field = "reservation_holder"
)

const (
	// languageVariable sets the language also where there is no provider block.
	languageVariable string = "QCC_LANGUAGE"
	// problemLanguage is the problem of a language that does not exist.
	problemLanguage qcc.ConfigProblem = "no-language"
	// problemTTL is the problem of a TTL that is no duration, or out of bounds.
	problemTTL qcc.ConfigProblem = "no-ttl"
)

// attributes returns the attributes of the provider block. The language is the first, because the errors about the others need it.
func attributes() []attribute {
	descriptions := message.Descriptions()

	return []attribute{
		{
			name: fieldLanguage, variable: languageVariable, byDefault: message.English.String(), unknownIsNull: true, store: storeLanguage,
			schema: schema.StringAttribute{
				MarkdownDescription: descriptions["language"].English,
				Optional:            true,
			},
		},
		{
			name: qcc.FieldKey, variable: "QCC_KEY", required: true, store: storeText(func(c *qcc.Config) *string { return &c.Key }),
			schema: schema.StringAttribute{
				MarkdownDescription: descriptions["key"].English,
				Optional:            true,
				Sensitive:           true,
			},
		},
		{
			name: qcc.FieldSecretKey, variable: "QCC_SECRET_KEY", required: true, store: storeText(func(c *qcc.Config) *string { return &c.SecretKey }),
			schema: schema.StringAttribute{
				MarkdownDescription: descriptions["secret_key"].English,
				Optional:            true,
				Sensitive:           true,
			},
		},
		{
			name: qcc.FieldBaseURL, variable: "QCC_BASE_URL", byDefault: qcc.DefaultBaseURL, store: storeText(func(c *qcc.Config) *string { return &c.BaseURL }),
			schema: schema.StringAttribute{
				MarkdownDescription: descriptions["base_url"].English,
				Optional:            true,
			},
		},
		{
			name: qcc.FieldTimeout, byDefault: qcc.DefaultTimeout.String(), store: storeTimeout,
			schema: schema.StringAttribute{
				MarkdownDescription: descriptions["timeout"].English,
				Optional:            true,
			},
		},
		{
			name: qcc.FieldMaxRetries, byDefault: strconv.Itoa(qcc.DefaultMaxRetries), store: storeMaxRetries,
			schema: schema.NumberAttribute{
				MarkdownDescription: descriptions["max_retries"].English,
				Optional:            true,
			},
		},
		{
			name: fieldReservationDatabase, variable: "QCC_RESERVATION_DATABASE", store: storeDatabase,
			schema: schema.StringAttribute{
				MarkdownDescription: descriptions["reservation_database"].English,
				Optional:            true,
				Sensitive:           true,
			},
		},
		{
			name: fieldReservationTTL, byDefault: reservation.DefaultTTL.String(), store: storeTTL,
			schema: schema.StringAttribute{
				MarkdownDescription: descriptions["reservation_ttl"].English,
				Optional:            true,
			},
		},
		{
			name: fieldReservationHolder, variable: "QCC_RESERVATION_HOLDER", store: storeHolder,
			schema: schema.StringAttribute{
				MarkdownDescription: descriptions["reservation_holder"].English,
				Optional:            true,
			},
		},
	}
}

func storeDatabase(s *settings, value string) qcc.ConfigProblem {
	s.database = &value

	return ""
}

func storeTTL(s *settings, value string) qcc.ConfigProblem {
	ttl, err := time.ParseDuration(value)
	if err != nil || ttl < reservation.MinTTL || ttl > reservation.MaxTTL {
		return problemTTL
	}

	s.ttl = ttl

	return ""
}

func storeHolder(s *settings, value string) qcc.ConfigProblem {
	s.holder = value

	return ""
}

func storeLanguage(s *settings, value string) qcc.ConfigProblem {
	language, known := message.ParseLanguage(value)
	if !known {
		return problemLanguage
	}

	s.language = language

	return ""
}

// storeText returns a function that stores a text in a field of the client's configuration.
func storeText(field func(*qcc.Config) *string) func(*settings, string) qcc.ConfigProblem {
	return func(s *settings, value string) qcc.ConfigProblem {
		*field(&s.config) = value

		return ""
	}
}

func storeTimeout(s *settings, value string) qcc.ConfigProblem {
	timeout, err := time.ParseDuration(value)
	if err != nil {
		return qcc.ConfigNoDuration
	}

	s.config.Timeout = timeout

	return ""
}

func storeMaxRetries(s *settings, value string) qcc.ConfigProblem {
	retries, err := strconv.Atoi(value)
	if err != nil {
		return qcc.ConfigNoWholeCount
	}

	s.config.MaxRetries = retries

	return ""
}

// state is what is known of a value.
type state int

const (
	stateKnown state = iota
	// stateUnknown: Terraform does not know the value yet. The environment does not replace it, because it may belong to another account.
	stateUnknown
	// stateMissing: the value is required, and nothing has it.
	stateMissing
	// stateUnset: nothing has the value, and it has no default.
	stateUnset
	// stateInvalid: the value cannot be converted.
	stateInvalid
)

// setting is the value of an attribute.
type setting struct {
	attribute

	value string
	state state
	// from is the environment variable that has the value; empty if the block has it, or if it is the default.
	from string
	// problem is the reason for stateInvalid.
	problem qcc.ConfigProblem
}

// lookUp returns the value of an attribute: from the block, the environment or the default, in that order.
func (a attribute) lookUp(block tftypes.Value, getenv func(string) string) setting {
	known := block.IsKnown()

	switch {
	case !known && !a.unknownIsNull:
		return setting{attribute: a, state: stateUnknown}
	case known && !block.IsNull():
		return setting{attribute: a, value: text(block)}
	case a.variable != "" && getenv(a.variable) != "":
		return setting{attribute: a, value: getenv(a.variable), from: a.variable}
	case a.required:
		return setting{attribute: a, state: stateMissing}
	case a.byDefault == "":
		return setting{attribute: a, state: stateUnset}
	default:
		return setting{attribute: a, value: a.byDefault}
	}
}

// text returns a string, or the digits of a number. It returns "" for a number that is no 64-bit integer.
func text(value tftypes.Value) string {
	var (
		said   string
		number big.Float
	)

	if value.As(&said) == nil {
		return said
	}

	_ = value.As(&number) // The schema has no other types.

	whole, accuracy := number.Int64()
	if accuracy != big.Exact {
		return ""
	}

	return strconv.FormatInt(whole, 10)
}

// settings is the configuration of a client, and where its values come from.
type settings struct {
	all    []setting
	config qcc.Config
	// database is the URL of the database of reservations; nil if there is none. ttl and holder describe what is reserved. The holder may be
	// empty.
	database *string
	ttl      time.Duration
	holder   string
	// language is the language of diagnostics. It is English if the value is invalid.
	language message.Language
}

// store returns the store of reservations; nil if no database is set. It makes no connection. An error is a *reservation.URLError.
func (s *settings) store(client *qcc.Client, getenv func(string) string) (reservation.Store, error) {
	if s.database == nil {
		return nil, nil //nolint:nilnil // An account without a store is one of a single run.
	}

	holder := s.holder
	if holder == "" {
		holder = reservation.DefaultHolder(getenv, os.Hostname)
	}

	if client != nil { // Without a client, the store is never used.
		holder = client.Redact(holder).String()
	}

	return reservation.NewPostgres(reservation.Config{
		URL: *s.database, Account: reservation.AccountName(s.config.Key), TTL: s.ttl, Holder: holder, Timeout: s.config.Timeout,
	})
}

// resolve returns the settings of a provider block and an environment.
func resolve(block map[string]tftypes.Value, getenv func(string) string) *settings {
	s := &settings{}

	for _, attribute := range attributes() {
		found := attribute.lookUp(block[string(attribute.name)], getenv)
		if found.state == stateKnown {
			found.problem = attribute.store(s, found.value)
		}

		if found.problem != "" {
			found.state = stateInvalid
		}

		s.all = append(s.all, found)
	}

	return s
}

// unknown returns the attributes whose value Terraform does not know yet.
func (s *settings) unknown() []attribute {
	var all []attribute

	for _, setting := range s.all {
		if setting.state == stateUnknown {
			all = append(all, setting.attribute)
		}
	}

	return all
}

// warnings returns what a user must know of valid settings.
func (s *settings) warnings() diag.Diagnostics {
	var (
		diags                diag.Diagnostics
		inBlock, inVariables setting
	)

	for _, setting := range s.all {
		switch {
		case !setting.required: // Only the credentials are required.
		case setting.from == "":
			inBlock = setting
		default:
			inVariables = setting
		}
	}

	if inBlock.name != "" && inVariables.name != "" {
		diags.AddWarning(s.language.MixedCredentials(inBlock.name, inVariables.name, inVariables.from))
	}

	return diags
}

// faults returns an error for each value that is missing or invalid. The errors have no attribute path; Configure explains why. The
// arguments are what the client refused, and what the store refused; nil if it refused nothing.
func (s *settings) faults(refused qcc.ConfigErrors, database *reservation.URLError) diag.Diagnostics {
	var diags diag.Diagnostics

	for _, setting := range s.all {
		switch {
		case setting.state == stateMissing:
			diags.AddError(s.language.MissingCredential(setting.name, setting.variable))
		case setting.problem == problemLanguage:
			diags.AddError(message.InvalidLanguage(setting.name, setting.from))
		case setting.problem == problemTTL:
			diags.AddError(s.language.InvalidReservationTTL(setting.name))
		case setting.name == fieldReservationDatabase && database != nil:
			diags.AddError(s.language.InvalidReservationDatabase(database, setting.name, setting.from))
		case setting.state == stateInvalid:
			diags.AddError(s.language.InvalidConfiguration(&qcc.ConfigError{Field: setting.name, Problem: setting.problem}, setting.from))
		case setting.state == stateKnown:
			for _, wrong := range refused {
				if wrong.Field == setting.name {
					diags.AddError(s.language.InvalidConfiguration(wrong, setting.from))
				}
			}
		}
	}

	return diags
}

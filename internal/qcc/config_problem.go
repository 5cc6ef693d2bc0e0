package qcc

// ConfigProblem names the reason why a setting is invalid. Package message has a sentence for each.
type ConfigProblem string

// The problems of settings. The comment of a problem names the fields of ConfigError that it uses.
const (
	ConfigEmpty      ConfigProblem = "empty"
	ConfigNotUTF8    ConfigProblem = "not-utf8"
	ConfigByteOrder  ConfigProblem = "byte-order-mark"
	ConfigWhiteSpace ConfigProblem = "white-space"
	ConfigQuotes     ConfigProblem = "quotes"
	// ConfigInvisible uses Position and Char.
	ConfigInvisible ConfigProblem = "invisible-character"
	// ConfigTooLong uses Value: the length of the value in bytes.
	ConfigTooLong      ConfigProblem = "too-long"
	ConfigSame         ConfigProblem = "same-as-key"
	ConfigNoURL        ConfigProblem = "no-url"
	ConfigUser         ConfigProblem = "user-info"
	ConfigPath         ConfigProblem = "query-path"
	ConfigQuery        ConfigProblem = "query-or-fragment"
	ConfigPlainHTTP    ConfigProblem = "plain-http"
	ConfigScheme       ConfigProblem = "scheme"
	ConfigCredential   ConfigProblem = "credential"
	ConfigNoDuration   ConfigProblem = "no-duration"
	ConfigNoWholeCount ConfigProblem = "no-whole-count"
	// ConfigTimeout uses Value: the timeout.
	ConfigTimeout ConfigProblem = "timeout-out-of-bounds"
)

// ConfigProblems returns all problems of settings.
func ConfigProblems() []ConfigProblem {
	return []ConfigProblem{
		ConfigEmpty, ConfigNotUTF8, ConfigByteOrder, ConfigWhiteSpace, ConfigQuotes, ConfigInvisible, ConfigTooLong, ConfigSame, ConfigNoURL,
		ConfigUser, ConfigPath, ConfigQuery, ConfigPlainHTTP, ConfigScheme, ConfigCredential, ConfigNoDuration, ConfigNoWholeCount, ConfigTimeout,
	}
}

package qcc

// ConfigProblem is the reason why a setting is invalid, as a phrase that follows the name of the setting.
type ConfigProblem string

// The problems of settings. The comment of a problem names the fields of ConfigError that it uses.
const (
	ConfigEmpty      ConfigProblem = "is empty"
	ConfigNotUTF8    ConfigProblem = "is not UTF-8 text"
	ConfigByteOrder  ConfigProblem = "begins with a byte-order mark"
	ConfigWhiteSpace ConfigProblem = "begins or ends with white space"
	ConfigQuotes     ConfigProblem = "is enclosed in quotes that are a part of the value"
	// ConfigInvisible uses Position and Char.
	ConfigInvisible ConfigProblem = "has an invisible character"
	// ConfigTooLong uses Value: the length of the value in bytes.
	ConfigTooLong      ConfigProblem = "is too long for a credential"
	ConfigSame         ConfigProblem = "is the same as key"
	ConfigNoURL        ConfigProblem = "is not an absolute URL"
	ConfigUser         ConfigProblem = "has a user name or a password"
	ConfigPath         ConfigProblem = "ends with the path of the quota query"
	ConfigQuery        ConfigProblem = "has a query or a fragment"
	ConfigPlainHTTP    ConfigProblem = "uses http for a host that is not a loopback host"
	ConfigScheme       ConfigProblem = "has a scheme that is neither https nor http"
	ConfigCredential   ConfigProblem = "contains key or secret_key"
	ConfigNoDuration   ConfigProblem = "is not a duration with a unit"
	ConfigNoWholeCount ConfigProblem = "is not a whole number within its bounds"
	// ConfigTimeout uses Value: the timeout.
	ConfigTimeout ConfigProblem = "is not within the bounds of a timeout"
)

// ConfigProblems returns all problems of settings.
func ConfigProblems() []ConfigProblem {
	return []ConfigProblem{
		ConfigEmpty, ConfigNotUTF8, ConfigByteOrder, ConfigWhiteSpace, ConfigQuotes, ConfigInvisible, ConfigTooLong, ConfigSame, ConfigNoURL,
		ConfigUser, ConfigPath, ConfigQuery, ConfigPlainHTTP, ConfigScheme, ConfigCredential, ConfigNoDuration, ConfigNoWholeCount, ConfigTimeout,
	}
}

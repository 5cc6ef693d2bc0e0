package qcc

import (
	"context"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// The defaults and the limits of the settings.
const (
	DefaultBaseURL    = "https://pro.qcc.com"
	DefaultTimeout    = 60 * time.Second
	DefaultMaxRetries = 3

	MinTimeout      = time.Second
	MaxTimeout      = 10 * time.Minute
	LimitMaxRetries = 10
)

// Config configures a Client. New replaces a zero value by a default only where the comment of the field says so. For other fields, the
// caller sets the Default constants.
type Config struct {
	// Key is the company key (公司 key), sent as the query parameter "key".
	Key string
	// SecretKey signs requests and is never sent.
	SecretKey string
	// BaseURL is the URL of the service without the path of the interface document: https, or http on a loopback host. If it has a
	// path, the client keeps that as a prefix.
	BaseURL string
	// Timeout limits one read, including its retries and waits: MinTimeout to MaxTimeout.
	Timeout time.Duration
	// MaxRetries is how often a read may retry after its first attempt: 0 to LimitMaxRetries. A request that is signed again with the
	// service's time does not count.
	MaxRetries int
	// UserAgent is the User-Agent header of every request.
	UserAgent string

	// OnAttempt is called after every attempt. Its context has the values of one of the reads that the attempt serves. Several
	// goroutines may call it at once. Nil means that attempts are not reported.
	OnAttempt func(context.Context, Attempt)
	// Now returns the time with which a request is signed. Nil means time.Now.
	Now func() time.Time
	// Transport sends the requests. Nil means that the client makes one with newTransport.
	Transport http.RoundTripper
}

// Field is a setting of Config, by the name of the provider's argument.
type Field string

// The settings that a ConfigError can be about.
const (
	FieldKey        Field = "key"
	FieldSecretKey  Field = "secret_key"
	FieldBaseURL    Field = "base_url"
	FieldTimeout    Field = "timeout"
	FieldMaxRetries Field = "max_retries"
)

// MaxCredential is the largest length of a credential in bytes. The credentials of QCC have 32 bytes.
const MaxCredential = 512

// validate returns the parsed base URL, and an error for each invalid setting.
func (c Config) validate() (*url.URL, ConfigErrors) {
	base, urlProblem := parseBaseURL(c.BaseURL)
	if urlProblem == "" && (holdsCredential(c.BaseURL, c.Key) || holdsCredential(c.BaseURL, c.SecretKey)) {
		urlProblem = ConfigCredential
	}

	var wrong ConfigErrors

	for _, found := range []ConfigError{
		credentialError(FieldKey, c.Key),
		credentialError(FieldSecretKey, c.SecretKey),
		sameCredentialsError(c.Key, c.SecretKey),
		{Field: FieldBaseURL, Problem: urlProblem},
		timeoutError(c.Timeout),
		maxRetriesError(c.MaxRetries),
	} {
		if found.Problem != "" {
			wrong = append(wrong, &found)
		}
	}

	return base, wrong
}

// credentialError checks a credential. The Problem of the result is empty if the credential is valid.
func credentialError(field Field, value string) ConfigError {
	const byteOrderMark = "\ufeff"

	wrong := ConfigError{Field: field}
	invisible := strings.IndexFunc(value, func(char rune) bool { return !isVisible(char) })

	switch {
	case value == "":
		wrong.Problem = ConfigEmpty
	case !utf8.ValidString(value):
		wrong.Problem = ConfigNotUTF8
	case strings.HasPrefix(value, byteOrderMark):
		wrong.Problem = ConfigByteOrder
	case strings.TrimSpace(value) != value:
		wrong.Problem = ConfigWhiteSpace
	case len(value) > 1 && strings.ContainsRune("\"'", rune(value[0])) && value[0] == value[len(value)-1]:
		wrong.Problem = ConfigQuotes
	case invisible >= 0:
		wrong.Problem = ConfigInvisible
		wrong.Char, _ = utf8.DecodeRuneInString(value[invisible:])
		wrong.Position = utf8.RuneCountInString(value[:invisible]) + 1
	case len(value) > MaxCredential:
		wrong.Problem, wrong.Value = ConfigTooLong, strconv.Itoa(len(value))
	}

	return wrong
}

func sameCredentialsError(key, secretKey string) ConfigError {
	if key == "" || key != secretKey {
		return ConfigError{}
	}

	return ConfigError{Field: FieldSecretKey, Problem: ConfigSame}
}

func timeoutError(timeout time.Duration) ConfigError {
	if timeout >= MinTimeout && timeout <= MaxTimeout {
		return ConfigError{}
	}

	return ConfigError{Field: FieldTimeout, Problem: ConfigTimeout, Value: timeout.String()}
}

func maxRetriesError(maxRetries int) ConfigError {
	if maxRetries >= 0 && maxRetries <= LimitMaxRetries {
		return ConfigError{}
	}

	return ConfigError{Field: FieldMaxRetries, Problem: ConfigNoWholeCount}
}

// plainHTTP is the scheme that the client accepts only for loopback hosts.
const plainHTTP = "http"

// parseBaseURL parses a base URL. If the URL is invalid, it returns nil and the problem; otherwise the problem is empty.
func parseBaseURL(raw string) (*url.URL, ConfigProblem) {
	base, err := url.Parse(raw)

	switch {
	case strings.TrimSpace(raw) != raw:
		return nil, ConfigWhiteSpace
	case err != nil || base.Hostname() == "" || !isPort(base.Port()):
		return nil, ConfigNoURL
	case base.User != nil:
		return nil, ConfigUser
	case strings.HasSuffix(strings.TrimSuffix(base.Path, "/"), QuotaPath):
		return nil, ConfigPath
	case strings.ContainsAny(raw, "?#"):
		return nil, ConfigQuery
	case base.Scheme == plainHTTP && !isLoopback(base.Hostname()):
		return nil, ConfigPlainHTTP
	case base.Scheme != "https" && base.Scheme != plainHTTP:
		return nil, ConfigScheme
	default:
		return base, ""
	}
}

// holdsCredential reports whether a URL contains a credential, because errors show the URL's host. A credential of fewer than
// ShortestSecret bytes does not count, because it may be in a URL by chance.
func holdsCredential(raw, credential string) bool {
	return len(credential) >= ShortestSecret && strings.Contains(foldCase(raw), foldCase(credential))
}

// isPort reports whether a port is between 1 and 65535, or empty. An empty port means the default port of the scheme.
func isPort(port string) bool {
	number, err := strconv.ParseUint(port, 10, 16)

	return port == "" || err == nil && number > 0
}

func isLoopback(host string) bool {
	addr, _ := netip.ParseAddr(host) // If host is not an address, addr is the zero address, which is not a loopback address.

	return strings.EqualFold(host, "localhost") || addr.IsLoopback()
}

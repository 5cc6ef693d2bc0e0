package qcc

import (
	"context"
	"fmt"
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
	// Timeout limits one read, its retries and waits included: MinTimeout to MaxTimeout.
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

// Validate returns everything that is wrong with the configuration; nil means nothing is.
func (c Config) Validate() []*ConfigError {
	_, urlProblem := parseBaseURL(c.BaseURL)
	if urlProblem == "" && (holdsCredential(c.BaseURL, c.Key) || holdsCredential(c.BaseURL, c.SecretKey)) {
		urlProblem = "It holds key or secret_key. Keep the scheme, the host, the port and the path only."
	}

	var wrong []*ConfigError

	for _, found := range []ConfigError{
		{FieldKey, credentialProblem(c.Key)},
		{FieldSecretKey, credentialProblem(c.SecretKey)},
		{FieldSecretKey, sameCredentialsProblem(c.Key, c.SecretKey)},
		{FieldBaseURL, urlProblem},
		{FieldTimeout, timeoutProblem(c.Timeout)},
		{FieldMaxRetries, maxRetriesProblem(c.MaxRetries)},
	} {
		if found.Problem != "" {
			wrong = append(wrong, &found)
		}
	}

	return wrong
}

// maxCredential is how many bytes a credential may have. Those that QCC gives out have 32.
const maxCredential = 512

func credentialProblem(value string) string {
	const (
		byteOrderMark = "\ufeff"
		saveAsUTF8    = "Save the file that it comes from as UTF-8 without a byte-order mark."
	)

	invisible := strings.IndexFunc(value, func(char rune) bool { return !isVisible(char) })

	switch {
	case value == "":
		return "It is empty."
	case !utf8.ValidString(value):
		return "It is not UTF-8 text, but in another encoding such as UTF-16 or Latin-1. " + saveAsUTF8
	case strings.HasPrefix(value, byteOrderMark):
		return "It begins with a byte-order mark, which is invisible. " + saveAsUTF8
	case strings.TrimSpace(value) != value:
		return "It begins or ends with white space, as a copied value often does. Remove the white space."
	case len(value) > 1 && strings.ContainsRune("\"'", rune(value[0])) && value[0] == value[len(value)-1]:
		return "It stands in quotes that are a part of the value. Remove the quotes."
	case invisible >= 0:
		char, _ := utf8.DecodeRuneInString(value[invisible:])

		return fmt.Sprintf("Its character %d is invisible (%U). Copy the value again, or type it.", utf8.RuneCountInString(value[:invisible])+1, char)
	case len(value) > maxCredential:
		return fmt.Sprintf("It has %d bytes, and may have %d at most. It is probably the content of the wrong file.", len(value), maxCredential)
	default:
		return ""
	}
}

func sameCredentialsProblem(key, secretKey string) string {
	if key == "" || key != secretKey {
		return ""
	}

	return "It is the same as key. The two are different values, both shown by QCC Pro under 设置中心 -> 我的公司: " +
		"key says which company asks, secret_key signs what it asks."
}

func timeoutProblem(timeout time.Duration) string {
	if timeout >= MinTimeout && timeout <= MaxTimeout {
		return ""
	}

	return fmt.Sprintf("It is %s, and must be between 1s and 10m.", timeout)
}

func maxRetriesProblem(maxRetries int) string {
	if maxRetries >= 0 && maxRetries <= LimitMaxRetries {
		return ""
	}

	return fmt.Sprintf("It is %d, and must be between 0 and %d.", maxRetries, LimitMaxRetries)
}

// plainHTTP is the scheme for loopback hosts only.
const plainHTTP = "http"

// parseBaseURL returns the parsed URL, or what is wrong with it: in words that do not repeat it, since it may hold a password.
func parseBaseURL(raw string) (*url.URL, string) {
	base, err := url.Parse(raw)

	switch {
	case strings.TrimSpace(raw) != raw:
		return nil, "It begins or ends with white space. Remove the white space."
	case err != nil || base.Hostname() == "" || !isPort(base.Port()):
		return nil, `It is not an absolute URL with its scheme and at most a port, such as "` + DefaultBaseURL + `".`
	case base.User != nil:
		return nil, "It holds a user name or a password. Remove them: the service takes neither."
	case strings.HasSuffix(strings.TrimSuffix(base.Path, "/"), quotaPath):
		return nil, "It ends with " + quotaPath + ", which the provider adds by itself. Leave that out."
	case strings.ContainsAny(raw, "?#"):
		return nil, "It has a query or a fragment. Keep the scheme, the host, the port and the path only."
	case base.Scheme == plainHTTP && !isLoopback(base.Hostname()):
		return nil, "It would send the key in clear: http is for loopback hosts only. Use https."
	case base.Scheme != "https" && base.Scheme != plainHTTP:
		return nil, "Its scheme is neither https nor, for a loopback host, http."
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
	addr, _ := netip.ParseAddr(host) // If host is no address, addr is the zero address, which is no loopback address.

	return strings.EqualFold(host, "localhost") || addr.IsLoopback()
}

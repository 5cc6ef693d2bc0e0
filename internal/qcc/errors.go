package qcc

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// The errors of a Client hold the facts from which a message is built. They never hold a credential, a Token, a URL, or the text of an
// error of a lower layer, which may hold any of these. They hold the service's text as a SafeText, which is redacted.

// ConfigError is an invalid setting. It never holds the value of a credential or of a URL.
type ConfigError struct {
	Field Field
	// Problem is the reason why the value is invalid.
	Problem ConfigProblem
	// Position is the position of the first invisible character, counted from 1. Char is that character. Both are 0 unless Problem is
	// ConfigInvisible.
	Position int
	Char     rune
	// Value is the invalid length or timeout. It is empty unless the comment of the problem names Value.
	Value string
}

// Error returns a text such as "key: invisible-character: U+200B at 4".
func (e *ConfigError) Error() string {
	said := string(e.Field) + ": " + string(e.Problem)

	switch {
	case e.Position > 0:
		return fmt.Sprintf("%s: %U at %d", said, e.Char, e.Position)
	case e.Value != "":
		return said + ": " + e.Value
	default:
		return said
	}
}

// ConfigErrors are all invalid settings of a configuration.
type ConfigErrors []*ConfigError

func (e ConfigErrors) Error() string { return errors.Join(e.Unwrap()...).Error() }

// Unwrap returns the errors of the single settings.
func (e ConfigErrors) Unwrap() []error {
	all := make([]error, 0, len(e))
	for _, wrong := range e {
		all = append(all, wrong)
	}

	return all
}

// StatusError is an answer whose status code does not mean success. Source: interface document, sections 7.1 and 7.2.
type StatusError struct {
	// Status classifies the code.
	Status Status
	// Message is the service's text beside the code; zero if it sent none.
	Message SafeText
	// Skew is how far the service's clock is ahead of this machine's (negative: behind). It comes from the Date of an answer that
	// refused a signature. It is nil with other codes, or if the answer had no date. If it is more than ToleratedSkew and at most
	// MaxCorrectedSkew, signing with the service's time did not help.
	Skew *time.Duration
	// RetryAfter is how long the service asks to wait, in a Retry-After header; 0 if it does not ask.
	RetryAfter time.Duration
}

func (e *StatusError) Error() string {
	return fmt.Sprintf("the service answered with status code %d (%s)", e.Status.Code, e.Status.Class)
}

// HTTPError is an answer whose HTTP status is not 200 OK.
type HTTPError struct {
	Response

	// RedirectHost is the host of a redirect, which the client did not follow; zero if the answer does not redirect.
	RedirectHost SafeText
	// RetryAfter is how long the service asks to wait, in a Retry-After header; 0 if it does not ask.
	RetryAfter time.Duration
}

func (e *HTTPError) Error() string { return "the service answered with HTTP " + e.HTTPStatus() }

// AnswerError is an answer with HTTP status 200 that cannot be used.
type AnswerError struct {
	Response

	// Problem is the reason why the answer cannot be used.
	Problem Problem
	// Module is the id of the module that has the problem; zero if no module has it, or if the id itself is the problem.
	Module SafeText
	// Value is the invalid value; zero if there is nothing to show.
	Value SafeText
}

// Error returns a text such as "the answer cannot be used: module-twice: module "radar_id"".
func (e *AnswerError) Error() string {
	said := []string{"the answer cannot be used", string(e.Problem)}
	if e.Module != (SafeText{}) {
		said = append(said, fmt.Sprintf("module %q", e.Module))
	}

	if e.Value != (SafeText{}) {
		said = append(said, e.Value.String())
	}

	return strings.Join(said, ": ")
}

// Response describes an HTTP response without showing its body.
type Response struct {
	// Host is the host of the base URL, with its port if it has one.
	Host string
	// StatusCode is the HTTP status.
	StatusCode int
	// ContentType is the header of that name; zero if there was none.
	ContentType SafeText
	// Length is the length of the body in bytes; -1 if it is not known.
	Length int64
}

// HTTPStatus returns the status code with its standard name, such as "404 Not Found".
func (r Response) HTTPStatus() string {
	return strings.TrimSpace(fmt.Sprintf("%d %s", r.StatusCode, http.StatusText(r.StatusCode)))
}

// TransportError is a request that failed before the client had a complete answer.
type TransportError struct {
	Failure Failure
	// Host is the host of the base URL, with its port if it has one.
	Host string
	// ProxyStatus is the HTTP status with which a proxy refused to connect (FailureProxyRefused); else 0.
	ProxyStatus int
	// Transient reports whether a retry may help.
	Transient bool
}

func (e *TransportError) Error() string { return "no complete answer: " + string(e.Failure) }

// ReadError is a read that failed.
type ReadError struct {
	// Err is the error of the last attempt: another error of this package, or the error of the caller's context.
	Err error
	// Attempts is how many requests were sent. It is 0 if the caller's context ended before the answer, or if the service asked for a
	// pause that is longer than the rest of the timeout.
	Attempts int
	// End is the reason why the client made no further attempt.
	End End
	// Timeout is the configured timeout of a read.
	Timeout time.Duration
	// NotBefore is when the service accepts the next request; zero if the service named no time, or if waiting does not help.
	NotBefore time.Time

	// sent is when the last exchange of the read began; zero if there was none.
	sent time.Time
}

// End is a reason to end a read.
type End int

// The reasons to end a read.
const (
	// EndFinal: a retry cannot help.
	EndFinal End = iota
	// EndRetries: all retries were used.
	EndRetries
	// EndNoRoom: the wait before another attempt was longer than the rest of the timeout.
	EndNoRoom
	// EndTimeout: the timeout ended.
	EndTimeout
)

func (e *ReadError) Error() string {
	return fmt.Sprintf("the quota could not be read in %d attempts: %v", e.Attempts, e.Err)
}

func (e *ReadError) Unwrap() error { return e.Err }

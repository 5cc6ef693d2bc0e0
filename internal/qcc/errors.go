package qcc

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// The errors of a Client hold facts to build a message from, and never a credential, a Token, an URL, or the text of an error from
// below, which may hold any of them. What the service said is in them only after redaction.

// ConfigError is a setting that cannot be used.
type ConfigError struct {
	Field Field
	// Problem says in one or more sentences what is wrong with the value, and never repeats a credential or an URL.
	Problem string
}

func (e *ConfigError) Error() string { return string(e.Field) + " cannot be used. " + e.Problem }

// StatusError is an answer whose status code is not one of success. Source: interface document, sections 7.1 and 7.2.
type StatusError struct {
	Wait

	// Status explains the code.
	Status Status
	// Message is what the service said beside the code; empty if it said nothing.
	Message string
	// Skew is how far the service's clock is ahead of this machine's (negative: behind), by the Date of an answer that refused a
	// signature; nil with other codes, or if the answer had no date. If it is large, signing with the service's time did not help.
	Skew *time.Duration
}

func (e *StatusError) Error() string {
	return fmt.Sprintf("the service answered with status code %d (%s)", e.Status.Code, e.Status.Class)
}

// HTTPError is an answer whose HTTP status is not 200 OK.
type HTTPError struct {
	Response

	Wait

	// RedirectHost is the host that the answer redirects to, which was not asked; empty if it does not redirect.
	RedirectHost string
}

func (e *HTTPError) Error() string { return "the service answered with HTTP " + e.HTTPStatus() }

// Transient tells whether asking again soon may help.
func (e *HTTPError) Transient() bool { return TransientHTTP(e.StatusCode) }

// AnswerError is an answer with HTTP status 200 that cannot be understood.
type AnswerError struct {
	Response

	// Problem says what is wrong, in words that follow "the answer".
	Problem string
}

func (e *AnswerError) Error() string { return "the answer " + e.Problem }

// Wait is what the service says of when it wants to be asked again, in a Retry-After header.
type Wait struct {
	// RetryAfter is how long the service asks to wait; 0 if it did not say.
	RetryAfter time.Duration
}

func (w Wait) retryAfter() time.Duration { return w.RetryAfter }

// Response is what can be told of an HTTP response without showing it.
type Response struct {
	// Host is the host of the base URL, with its port if it has one.
	Host string
	// StatusCode is the HTTP status.
	StatusCode int
	// ContentType is the header of that name; empty if there was none.
	ContentType string
	// Length is the length of the body in bytes; -1 if it is not known.
	Length int64
}

// HTTPStatus returns the status code with its standard name, such as "404 Not Found".
func (r Response) HTTPStatus() string {
	return strings.TrimSpace(fmt.Sprintf("%d %s", r.StatusCode, http.StatusText(r.StatusCode)))
}

// TransportError is a request that got no complete answer.
type TransportError struct {
	Failure Failure
	// Host is the host of the base URL, with its port if it has one.
	Host string
	// ProxyStatus is the HTTP status with which a proxy refused to connect (FailureProxyRefused); else 0.
	ProxyStatus int
	// Transient tells whether asking again soon may help.
	Transient bool
}

func (e *TransportError) Error() string { return string(e.Failure) }

// Failure is a way in which a request can get no answer, as a phrase.
type Failure string

// The failures that are told apart.
const (
	FailureName         Failure = "the host name could not be resolved"
	FailureConnect      Failure = "no connection could be made"
	FailureProxy        Failure = "the proxy could not be reached"
	FailureProxyRefused Failure = "the proxy refused to connect"
	FailureCertificate  Failure = "the certificate is not trusted"
	FailureTLS          Failure = "no TLS session could be agreed on"
	FailureSlow         Failure = "no complete answer came in time"
	FailureBroken       Failure = "the connection broke before the answer was complete"
)

// Failures returns all of them.
func Failures() []Failure {
	return []Failure{
		FailureName, FailureConnect, FailureProxy, FailureProxyRefused, FailureCertificate, FailureTLS, FailureSlow,
		FailureBroken,
	}
}

// Transient tells whether asking again soon may help in general. A TransportError says it of a single case: a name that does not exist,
// or a proxy that is only busy, is another matter.
func (f Failure) Transient() bool {
	switch f {
	case FailureProxyRefused, FailureCertificate, FailureTLS:
		return false
	default:
		return true
	}
}

// ReadError is a read that failed.
type ReadError struct {
	// Err is how the last attempt failed: one of the other errors of this package, or that of the reader's own context.
	Err error
	// Attempts is how many requests were sent; 0 if the reader left before the answer.
	Attempts int
	// Budget is the configured timeout if the read ended because of it; else 0.
	Budget time.Duration
}

func (e *ReadError) Error() string {
	return fmt.Sprintf("the quota could not be read in %d attempts: %v", e.Attempts, e.Err)
}

func (e *ReadError) Unwrap() error { return e.Err }

// RetryAfter is how long the service asked to wait before the next request; 0 if it did not say, or if waiting does not help.
func (e *ReadError) RetryAfter() time.Duration {
	var failure interface {
		error
		retryAfter() time.Duration
	}

	if !isTransient(e.Err) || !errors.As(e.Err, &failure) {
		return 0
	}

	return failure.retryAfter()
}

// isTransient tells whether asking again soon may mend the failure of an attempt.
func isTransient(err error) bool {
	if status, ok := errors.AsType[*StatusError](err); ok {
		return status.Status.Class == ClassTransient
	}

	if response, ok := errors.AsType[*HTTPError](err); ok {
		return response.Transient()
	}

	transport, ok := errors.AsType[*TransportError](err)

	return ok && transport.Transient
}

// TransientHTTP tells whether asking again soon may help after an HTTP status.
func TransientHTTP(statusCode int) bool {
	switch statusCode {
	case http.StatusRequestTimeout, http.StatusTooEarly, http.StatusTooManyRequests:
		return true
	default:
		return statusCode >= http.StatusInternalServerError
	}
}

package emulator

import (
	"cmp"
	"errors"
	"flag"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// Behavior defines how the emulator answers. The zero value follows the interface document. Each field is also a flag of qcc-emulator
// and a member of the control API's JSON, under the same name.
type Behavior struct {
	// Next is the number of requests after which the zero Behavior returns; 0 means never.
	Next int `json:"next,omitempty"`

	// The following fields simulate faults.

	// Code is the status code of every answer; 0 means that the emulator verifies the request.
	Code int `json:"code,omitempty"`
	// Message is the text that accompanies the code; empty means the text of the document.
	Message string `json:"message,omitempty"`
	// HTTPStatus is the HTTP status of every answer; 0 means 200, or 302 with Redirect.
	HTTPStatus int `json:"http_status,omitempty"`
	// RetryAfter is the value of the Retry-After header; empty means no header.
	RetryAfter string `json:"retry_after,omitempty"`
	// Delay is the time between each request and its answer. Requests that Concurrent or LockAfter refuses are answered at once.
	Delay Duration `json:"delay,omitzero"`
	// Drop closes the connection: DropAnswer before the answer, DropHalf in the middle of its body; empty means never.
	Drop string `json:"drop,omitempty"`
	// Redirect is the URL of the Location header; empty means no redirect.
	Redirect string `json:"redirect,omitempty"`
	// ContentType is the value of the Content-Type header; empty means "application/json; charset=utf-8".
	ContentType string `json:"content_type,omitempty"`
	// Body replaces the body of every answer; empty means the JSON of the document.
	Body string `json:"body,omitempty"`
	// Size is the minimum size of the body in bytes. White space fills it up.
	Size int `json:"size,omitempty"`
	// Clock is the offset of the emulator's clock; positive means ahead of the real time.
	Clock Duration `json:"clock,omitzero"`
	// Drift is added to every consumed count after each request, even a refused one.
	Drift int64 `json:"drift,omitempty"`

	// Concurrent is the number of requests that may be under way at once. The emulator refuses other requests. 0 means no limit.
	Concurrent int `json:"concurrent,omitempty"`
	// LockAfter is the number of refused requests in a minute that lock the account; 0 means never. The emulator refuses every later request
	// until the behavior is set again. A request is refused if its code is not one of section 7.1 of the document.
	LockAfter int `json:"lock_after,omitempty"`

	// The following fields select details that the document does not define. Their zero values follow the sample of the document. If the
	// sample does not show a detail, they follow the most likely choice.

	// CountAfter is the time from an order until the consumed count shows it; 0 means at once. It concerns the orders that are placed while the
	// behavior is set. Real orders may take longer, because nothing is known about the service's delay.
	CountAfter Duration `json:"count_after,omitzero"`
	// Behind makes every second answer show the orders that were counted this long before the request, so counts go backwards between two
	// answers; 0 means that they never do.
	Behind Duration `json:"behind,omitzero"`
	// Prefixed puts 【有效请求】 or 【无效请求】 before the message, as the document's tables do.
	Prefixed bool `json:"prefixed,omitempty"`
	// Capitalized names the fields Status, Message, Result and Id. The document's table and sibling interfaces do so.
	Capitalized bool `json:"capitalized,omitempty"`
	// Numeric writes the status as a number.
	Numeric bool `json:"numeric,omitempty"`
	// Quoted writes counts as strings.
	Quoted bool `json:"quoted,omitempty"`
	// Single writes a result of one module as an object instead of a list.
	Single bool `json:"single,omitempty"`
	// Gzip compresses answers for clients that accept gzip.
	Gzip bool `json:"gzip,omitempty"`
	// Window is the accepted difference between a Timespan and the clock, in both directions; 0 means 300 s.
	Window Duration `json:"window,omitzero"`
	// NoKeyCode is the code for a missing key; 0 means 202.
	NoKeyCode int `json:"no_key_code,omitempty"`
	// UnknownKeyCode is the code for an unknown key; 0 means 101.
	UnknownKeyCode int `json:"unknown_key_code,omitempty"`
	// TimespanCode is the code for a missing or non-numeric Timespan, or one outside the window; 0 means 115.
	TimespanCode int `json:"timespan_code,omitempty"`
	// TokenCode is the code for a missing or wrong Token; 0 means 107.
	TokenCode int `json:"token_code,omitempty"`
	// MethodCode is the code for a method other than GET; 0 means 118.
	MethodCode int `json:"method_code,omitempty"`
	// ConcurrentCode is the code for a request beyond Concurrent; 0 means 122, which sibling interfaces use.
	ConcurrentCode int `json:"concurrent_code,omitempty"`
	// LockCode is the code for each request while the account is locked; 0 means 106.
	LockCode int `json:"lock_code,omitempty"`
}

// Behavior.Drop accepts these values.
const (
	DropAnswer = "answer"
	DropHalf   = "half"
)

// Check returns an error if a field has an invalid value.
func (b *Behavior) Check() error {
	switch {
	case b.Drop != "" && b.Drop != DropAnswer && b.Drop != DropHalf:
		return fmt.Errorf("drop is %q, but must be %q or %q", b.Drop, DropAnswer, DropHalf)
	case b.HTTPStatus != 0 && (b.HTTPStatus < http.StatusOK || b.HTTPStatus > 599):
		return fmt.Errorf("HTTP status %d is not between 200 and 599", b.HTTPStatus)
	case b.Next < 0, b.Code < 0, b.Size < 0, b.Delay < 0, b.Window < 0, b.Concurrent < 0, b.LockAfter < 0, b.CountAfter < 0, b.Behind < 0:
		return errors.New("next, code, size, delay, window, concurrent, lock_after, count_after and behind cannot be negative")
	default:
		return nil
	}
}

// httpStatus returns the HTTP status of every answer.
func (b *Behavior) httpStatus() int {
	if b.Redirect != "" {
		return cmp.Or(b.HTTPStatus, http.StatusFound)
	}

	return cmp.Or(b.HTTPStatus, http.StatusOK)
}

// describe returns a short log text for an answer: its fault, or else its status code.
func (b *Behavior) describe(code int) string {
	switch {
	case b.Drop != "":
		return "connection closed"
	case b.httpStatus() != http.StatusOK:
		return fmt.Sprintf("HTTP %d", b.httpStatus())
	case b.Body != "":
		return "custom body"
	default:
		return strings.TrimSpace(fmt.Sprintf("%d %s", code, Codes()[code]))
	}
}

// AddFlags defines one flag for each field.
func (b *Behavior) AddFlags(flags *flag.FlagSet) {
	flags.IntVar(&b.Next, "next", 0, "restore the default behavior after `N` queries")

	flags.IntVar(&b.Code, "code", 0, "answer every query with this status `code`")
	flags.StringVar(&b.Message, "message", "", "`text` to send with the status code")
	flags.IntVar(&b.HTTPStatus, "http-status", 0, "answer with this HTTP `status`")
	flags.StringVar(&b.RetryAfter, "retry-after", "", "send this Retry-After `header`")
	flags.TextVar(&b.Delay, "delay", Duration(0), "wait for this `duration` before each answer")
	flags.StringVar(&b.Drop, "drop", "", `close the connection: "answer" before the answer, "half" in the middle of its body`)
	flags.StringVar(&b.Redirect, "redirect", "", "redirect every query to this `URL`")
	flags.StringVar(&b.ContentType, "content-type", "", "send this Content-Type `header`")
	flags.StringVar(&b.Body, "body", "", "answer every query with this `text`")
	flags.IntVar(&b.Size, "size", 0, "add white space to every answer, up to this many `bytes`")
	flags.TextVar(&b.Clock, "clock", Duration(0), "set the emulator's clock ahead by this `duration`; behind if it is negative")
	flags.Int64Var(&b.Drift, "drift", 0, "add `N` to each module's consumed count after every query")
	flags.IntVar(&b.Concurrent, "concurrent", 0, "answer at most `N` queries at once, and refuse others")
	flags.IntVar(&b.LockAfter, "lock-after", 0, "lock the account after `N` refused queries in a minute, until the behavior is set again")

	flags.TextVar(&b.CountAfter, "count-after", Duration(0), "count an order this `duration` after it was placed")
	flags.TextVar(&b.Behind, "behind", Duration(0), "in every second answer, leave out the orders counted within this `duration`")
	flags.BoolVar(&b.Prefixed, "prefixed", false, "put "+validPrefix+" or "+invalidPrefix+" before the message")
	flags.BoolVar(&b.Capitalized, "capitalized", false, "name the fields Status, Message, Result and Id")
	flags.BoolVar(&b.Numeric, "numeric", false, "write the status as a number")
	flags.BoolVar(&b.Quoted, "quoted", false, "write counts as strings")
	flags.BoolVar(&b.Single, "single", false, "write a result of one module as an object")
	flags.BoolVar(&b.Gzip, "gzip", false, "compress answers for clients that accept it")
	flags.TextVar(&b.Window, "window", Duration(0), "largest `duration` between a Timespan and the clock; 0s means 5m0s")
	flags.IntVar(&b.NoKeyCode, "no-key-code", 0, "status `code` for a missing key (default 202)")
	flags.IntVar(&b.UnknownKeyCode, "unknown-key-code", 0, "status `code` for an unknown key (default 101)")
	flags.IntVar(&b.TimespanCode, "timespan-code", 0, "status `code` for a bad or expired Timespan (default 115)")
	flags.IntVar(&b.TokenCode, "token-code", 0, "status `code` for a bad Token (default 107)")
	flags.IntVar(&b.MethodCode, "method-code", 0, "status `code` for a method other than GET (default 118)")
	flags.IntVar(&b.ConcurrentCode, "concurrent-code", 0, "status `code` for a query beyond -concurrent (default 122)")
	flags.IntVar(&b.LockCode, "lock-code", 0, "status `code` for a locked account (default 106)")
}

// Duration is a time.Duration with the text form "1.5s" in JSON and flags.
type Duration time.Duration

// MarshalText implements encoding.TextMarshaler.
func (d Duration) MarshalText() ([]byte, error) { return []byte(time.Duration(d).String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler.
func (d *Duration) UnmarshalText(text []byte) error {
	parsed, err := time.ParseDuration(string(text))
	*d = Duration(parsed)

	return err
}

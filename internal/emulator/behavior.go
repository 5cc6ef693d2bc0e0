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

// Behavior is how the emulator answers. The zero value is what the interface document describes. The same names serve as Go
// fields, as flags of the program and as members of the control API's JSON.
type Behavior struct {
	// Next limits all of the rest to the next so many queries; 0 means that it stays.
	Next int `json:"next,omitempty"`

	// Faults.

	// Code is the status code of every answer, whoever asks; 0 means that the query decides.
	Code int `json:"code,omitempty"`
	// Message is the text beside the code; empty means the document's.
	Message string `json:"message,omitempty"`
	// HTTPStatus is the HTTP status; 0 means 200.
	HTTPStatus int `json:"http_status,omitempty"`
	// RetryAfter is the header of that name; empty means none.
	RetryAfter string `json:"retry_after,omitempty"`
	// Delay is how long every answer takes.
	Delay Duration `json:"delay,omitzero"`
	// Drop closes the connection: DropAnswer before the answer, DropHalf in the middle of its body; empty means not at all.
	Drop string `json:"drop,omitempty"`
	// Redirect sends the client to this URL, with HTTPStatus or 302.
	Redirect string `json:"redirect,omitempty"`
	// ContentType is the header of that name; empty means "application/json; charset=utf-8".
	ContentType string `json:"content_type,omitempty"`
	// Body is sent as it stands in place of every answer; empty means that the query decides.
	Body string `json:"body,omitempty"`
	// Size fills the body with white space up to so many bytes.
	Size int `json:"size,omitempty"`
	// Clock is how far the emulator's clock is ahead of the true time; negative if it is behind.
	Clock Duration `json:"clock,omitzero"`
	// Drift is by how much the consumed count of every module grows after every query, whatever it is answered.
	Drift int64 `json:"drift,omitempty"`

	// What the document leaves open. Zero values are its sample, or the most likely choice.

	// Prefixed puts 【有效请求】 or 【无效请求】 before the message, as in the document's tables.
	Prefixed bool `json:"prefixed,omitempty"`
	// Capitalized calls the fields Status, Message, Result and Id, as the document's table and sibling interfaces do.
	Capitalized bool `json:"capitalized,omitempty"`
	// Numeric writes the status as a number.
	Numeric bool `json:"numeric,omitempty"`
	// Quoted writes counts as strings.
	Quoted bool `json:"quoted,omitempty"`
	// Single writes a result of one module as an object, not as a list.
	Single bool `json:"single,omitempty"`
	// Gzip compresses answers for clients that accept it.
	Gzip bool `json:"gzip,omitempty"`
	// Window is how old or how new a Timespan may be; 0 means 300 s.
	Window Duration `json:"window,omitzero"`
	// NoKeyCode, UnknownKeyCode, TimespanCode, TokenCode and MethodCode are the codes for a key that is missing or unknown, a
	// Timespan that is missing, no number or outside the window, a Token that is missing or wrong, and a method other than GET;
	// 0 means 202, 101, 115, 107 and 118.
	NoKeyCode      int `json:"no_key_code,omitempty"`
	UnknownKeyCode int `json:"unknown_key_code,omitempty"`
	TimespanCode   int `json:"timespan_code,omitempty"`
	TokenCode      int `json:"token_code,omitempty"`
	MethodCode     int `json:"method_code,omitempty"`
}

// The values of Behavior.Drop.
const (
	DropAnswer = "answer"
	DropHalf   = "half"
)

// Check returns an error if a field has a value that means nothing.
func (b *Behavior) Check() error {
	switch {
	case b.Drop != "" && b.Drop != DropAnswer && b.Drop != DropHalf:
		return fmt.Errorf("drop is %q, not %q or %q", b.Drop, DropAnswer, DropHalf)
	case b.HTTPStatus != 0 && (b.HTTPStatus < http.StatusOK || b.HTTPStatus > 599):
		return fmt.Errorf("HTTP status %d is not between 200 and 599", b.HTTPStatus)
	case b.Next < 0, b.Code < 0, b.Size < 0, b.Delay < 0, b.Window < 0:
		return errors.New("next, code, size, delay and window cannot be negative")
	default:
		return nil
	}
}

// httpStatus is the HTTP status of every answer.
func (b *Behavior) httpStatus() int {
	if b.Redirect != "" {
		return cmp.Or(b.HTTPStatus, http.StatusFound)
	}

	return cmp.Or(b.HTTPStatus, http.StatusOK)
}

// describe says in a few words what is answered instead of a status code, or with it.
func (b *Behavior) describe(code int) string {
	switch {
	case b.Drop != "":
		return "connection closed"
	case b.httpStatus() != http.StatusOK:
		return fmt.Sprintf("HTTP %d", b.httpStatus())
	case b.Body != "":
		return "another body"
	default:
		return strings.TrimSpace(fmt.Sprintf("%d %s", code, Codes()[code]))
	}
}

// AddFlags defines a flag for every field.
func (b *Behavior) AddFlags(flags *flag.FlagSet) {
	flags.IntVar(&b.Next, "next", 0, "misbehave for the next `N` queries only")

	flags.IntVar(&b.Code, "code", 0, "answer every query with this status `code`")
	flags.StringVar(&b.Message, "message", "", "`text` beside the status code")
	flags.IntVar(&b.HTTPStatus, "http-status", 0, "answer with this HTTP `status`")
	flags.StringVar(&b.RetryAfter, "retry-after", "", "send this Retry-After `header`")
	flags.TextVar(&b.Delay, "delay", Duration(0), "`duration` that every answer takes")
	flags.StringVar(&b.Drop, "drop", "", `close the connection: "answer" before the answer, "half" in the middle of its body`)
	flags.StringVar(&b.Redirect, "redirect", "", "redirect every query to this `URL`")
	flags.StringVar(&b.ContentType, "content-type", "", "send this Content-Type `header`")
	flags.StringVar(&b.Body, "body", "", "answer every query with this `text`")
	flags.IntVar(&b.Size, "size", 0, "fill every answer with white space up to this many `bytes`")
	flags.TextVar(&b.Clock, "clock", Duration(0), "`duration` that the emulator's clock is ahead; negative: behind")
	flags.Int64Var(&b.Drift, "drift", 0, "let each module's consumed count grow by `N` after every query")

	flags.BoolVar(&b.Prefixed, "prefixed", false, "put "+validPrefix+" or "+invalidPrefix+" before the message")
	flags.BoolVar(&b.Capitalized, "capitalized", false, "call the fields Status, Message, Result and Id")
	flags.BoolVar(&b.Numeric, "numeric", false, "write the status as a number")
	flags.BoolVar(&b.Quoted, "quoted", false, "write counts as strings")
	flags.BoolVar(&b.Single, "single", false, "write a result of one module as an object")
	flags.BoolVar(&b.Gzip, "gzip", false, "compress answers for clients that accept it")
	flags.TextVar(&b.Window, "window", Duration(0), "`duration` by which a Timespan may be off; 0s means 5m0s")
	flags.IntVar(&b.NoKeyCode, "no-key-code", 0, "status `code` for a missing key (default 202)")
	flags.IntVar(&b.UnknownKeyCode, "unknown-key-code", 0, "status `code` for an unknown key (default 101)")
	flags.IntVar(&b.TimespanCode, "timespan-code", 0, "status `code` for a bad or expired Timespan (default 115)")
	flags.IntVar(&b.TokenCode, "token-code", 0, "status `code` for a bad Token (default 107)")
	flags.IntVar(&b.MethodCode, "method-code", 0, "status `code` for a method other than GET (default 118)")
}

// Duration is a time.Duration that is written like "1.5s" in JSON and flags.
type Duration time.Duration

// MarshalText implements encoding.TextMarshaler.
func (d Duration) MarshalText() ([]byte, error) { return []byte(time.Duration(d).String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler.
func (d *Duration) UnmarshalText(text []byte) error {
	parsed, err := time.ParseDuration(string(text))
	*d = Duration(parsed)

	return err
}

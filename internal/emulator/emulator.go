// Package emulator plays the service's side of the interface document V1.0, for tests, for the demo and for a person who has no
// account. It shares no code with the client: what it verifies, it verifies in its own way.
package emulator

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"crypto/md5" //nolint:gosec // The interface document prescribes MD5.
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Path is the path of the quota query. Source: interface document, section 6.1.
const Path = "/api/company/quota/getQuota"

// The credentials of an emulator that was given none. They are dummies.
const (
	DefaultKey       = "0123456789abcdef0123456789abcdef"
	DefaultSecretKey = "FEDCBA9876543210FEDCBA9876543210"
)

// Module is one row of the quota. Source: interface document, section 6.2.1, "返回参数".
type Module struct {
	ID         string `json:"id"`
	Total      int64  `json:"totalCount"`
	CanDeleted int64  `json:"canDeletedCount"`
	Consumed   int64  `json:"consumedCount"`
}

// Sample returns the quota of the document's sample answer.
func Sample() []Module {
	return []Module{
		{ID: "radar_id", Total: 50, CanDeleted: 50, Consumed: 2},
		{ID: "bene_id", Total: 100, CanDeleted: 30, Consumed: 2},
		{ID: "natural_person_id", Total: 50, CanDeleted: 15, Consumed: 0},
	}
}

// Emulator is an http.Handler that answers quota queries at Path and its control API below ControlPath. It is safe for
// concurrent use.
type Emulator struct {
	key, secretKey string
	log            func(line string)
	mux            *http.ServeMux

	mu       sync.Mutex
	modules  []Module
	behavior Behavior
	requests int
}

// Option changes an Emulator before its first query.
type Option func(*Emulator)

// WithCredentials sets the only account that the emulator knows.
func WithCredentials(key, secretKey string) Option {
	return func(e *Emulator) { e.key, e.secretKey = key, secretKey }
}

// WithModules sets the quota.
func WithModules(modules ...Module) Option {
	return func(e *Emulator) { e.modules = modules }
}

// WithBehavior sets how the emulator answers.
func WithBehavior(behavior Behavior) Option {
	return func(e *Emulator) { e.behavior = behavior }
}

// WithLog sets who is told, in one line without credentials, about every query.
func WithLog(log func(line string)) Option {
	return func(e *Emulator) { e.log = log }
}

// New returns an emulator with the document's sample as its quota.
func New(options ...Option) *Emulator {
	e := &Emulator{
		key:       DefaultKey,
		secretKey: DefaultSecretKey,
		log:       func(string) {},
		mux:       http.NewServeMux(),
		modules:   Sample(),
	}

	for _, option := range options {
		option(e)
	}

	e.mux.HandleFunc(Path, e.serveQuota)
	e.addControl()

	return e
}

// ServeHTTP implements http.Handler.
func (e *Emulator) ServeHTTP(w http.ResponseWriter, r *http.Request) { e.mux.ServeHTTP(w, r) }

// Requests returns how many quota queries have come in.
func (e *Emulator) Requests() int {
	e.mu.Lock()
	defer e.mu.Unlock()

	return e.requests
}

// Behave sets how the emulator answers from now on.
func (e *Emulator) Behave(behavior Behavior) {
	e.mu.Lock()
	defer e.mu.Unlock()

	e.behavior = behavior
}

// SetModules sets the quota.
func (e *Emulator) SetModules(modules ...Module) {
	e.mu.Lock()
	defer e.mu.Unlock()

	e.modules = modules
}

// Consume adds to the consumed count of a module. The error says that there is no such module.
func (e *Emulator) Consume(id string, count int64) error {
	e.mu.Lock()
	defer e.mu.Unlock()

	return e.consume(id, count)
}

func (e *Emulator) consume(id string, count int64) error {
	i := slices.IndexFunc(e.modules, func(m Module) bool { return m.ID == id })
	if i < 0 {
		return fmt.Errorf("no module %q", id)
	}

	e.modules = slices.Clone(e.modules)
	e.modules[i].Consumed += count

	return nil
}

// arrive counts a query and returns what holds for it.
func (e *Emulator) arrive() (Behavior, []Module, int) {
	e.mu.Lock()
	defer e.mu.Unlock()

	e.requests++
	behavior, modules := e.behavior, e.modules

	if behavior.Drift != 0 {
		e.modules = slices.Clone(e.modules)
		for i := range e.modules {
			e.modules[i].Consumed += behavior.Drift
		}
	}

	if behavior.Next == 1 {
		e.behavior = Behavior{}
	} else if behavior.Next > 1 {
		e.behavior.Next--
	}

	return behavior, modules, e.requests
}

func (e *Emulator) serveQuota(w http.ResponseWriter, r *http.Request) {
	behavior, modules, number := e.arrive()
	now := time.Now().Add(time.Duration(behavior.Clock))

	code := cmp.Or(behavior.Code, e.verify(r, behavior, now))
	e.log(fmt.Sprintf("query %d: %s %s: %s", number, r.Method, r.URL.Path, behavior.describe(code)))

	if behavior.Delay > 0 {
		select {
		case <-time.After(time.Duration(behavior.Delay)):
		case <-r.Context().Done():
			panic(http.ErrAbortHandler) // Whoever still waits must not take nothing for an answer.
		}
	}

	if behavior.Drop == DropAnswer {
		panic(http.ErrAbortHandler)
	}

	body := []byte(behavior.Body)
	if behavior.Body == "" {
		body = encode(code, modules, behavior)
	}

	if missing := behavior.Size - len(body); missing > 0 {
		body = append(body, bytes.Repeat([]byte(" "), missing)...)
	}

	header := w.Header()
	header.Set("Date", now.UTC().Format(http.TimeFormat))
	header.Set("Content-Type", cmp.Or(behavior.ContentType, "application/json; charset=utf-8"))

	if behavior.RetryAfter != "" {
		header.Set("Retry-After", behavior.RetryAfter)
	}

	if behavior.Redirect != "" {
		header.Set("Location", behavior.Redirect)
	}

	if behavior.Gzip && strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		header.Set("Content-Encoding", "gzip")

		body = compress(body)
	}

	header.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(behavior.httpStatus())

	if behavior.Drop == DropHalf {
		_, _ = w.Write(body[:len(body)/2])
		_ = http.NewResponseController(w).Flush()

		panic(http.ErrAbortHandler)
	}

	_, _ = w.Write(body) // A client that has gone needs no answer.
}

// verify returns the status code for a query. Source: interface document, section 6.2.1, "权限验证" and "请求参数"; which code is given
// for which fault it leaves open.
func (e *Emulator) verify(r *http.Request, behavior Behavior, now time.Time) int {
	const defaultWindow = Duration(300 * time.Second)

	window := time.Duration(cmp.Or(behavior.Window, defaultWindow))
	key := r.URL.Query().Get("key")
	timespan := r.Header.Get("Timespan")
	seconds, err := strconv.ParseInt(timespan, 10, 64)
	token := fmt.Sprintf("%X", md5.Sum([]byte(key+timespan+e.secretKey))) //nolint:gosec // As above.

	switch {
	case r.Method != http.MethodGet:
		return cmp.Or(behavior.MethodCode, 118)
	case key == "":
		return cmp.Or(behavior.NoKeyCode, 202)
	case key != e.key:
		return cmp.Or(behavior.UnknownKeyCode, 101)
	case err != nil, now.Sub(time.Unix(seconds, 0)).Abs() > window:
		return cmp.Or(behavior.TimespanCode, 115)
	case r.Header.Get("Token") != token:
		return cmp.Or(behavior.TokenCode, 107)
	default:
		return http.StatusOK
	}
}

// encode writes the body of interface document section 6.2.1.
func encode(code int, modules []Module, behavior Behavior) []byte {
	message := cmp.Or(behavior.Message, Codes()[code])

	if behavior.Prefixed {
		prefix := invalidPrefix
		if isValidRequest(code) {
			prefix = validPrefix
		}

		message = prefix + message
	}

	names := strings.Fields("status msg result id")
	if behavior.Capitalized {
		names = strings.Fields("Status Message Result Id")
	}

	rows := make([]map[string]any, 0, len(modules))
	for _, module := range modules {
		rows = append(rows, map[string]any{
			names[3]:          module.ID,
			"totalCount":      count(module.Total, behavior),
			"canDeletedCount": count(module.CanDeleted, behavior),
			"consumedCount":   count(module.Consumed, behavior),
		})
	}

	var status, result any = strconv.Itoa(code), rows
	if behavior.Numeric {
		status = code
	}

	switch {
	case code != http.StatusOK:
		result = nil
	case behavior.Single && len(rows) == 1:
		result = rows[0]
	}

	body, err := json.Marshal(map[string]any{names[0]: status, names[1]: message, names[2]: result})
	if err != nil {
		panic(errors.Join(errors.New("emulator: an answer of strings and numbers cannot be encoded"), err))
	}

	return body
}

func count(n int64, behavior Behavior) any {
	if behavior.Quoted {
		return strconv.FormatInt(n, 10)
	}

	return n
}

func compress(body []byte) []byte {
	var compressed bytes.Buffer

	writer := gzip.NewWriter(&compressed)
	_, _ = writer.Write(body) // A bytes.Buffer takes everything.
	_ = writer.Close()

	return compressed.Bytes()
}

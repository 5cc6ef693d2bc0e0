// Package emulator emulates the service of the interface document V1.0 on this machine. Tests, the demo and users without an account need
// it. It shares no code with the client, because each of the two checks the other.
package emulator

import (
	"net/http"
	"sync"
)

// Path is the URL path of the quota request. Source: interface document, section 6.1.
const Path = "/api/company/quota/getQuota"

// New uses these dummy credentials unless WithCredentials sets others.
const (
	DefaultKey       = "0123456789abcdef0123456789abcdef"
	DefaultSecretKey = "FEDCBA9876543210FEDCBA9876543210"
)

// Emulator is an http.Handler for the quota and for its control API. It serves the quota at Path, and the API below ControlPath. It is
// safe for concurrent use.
type Emulator struct {
	key, secretKey string
	log            func(line string)
	chinese        bool
	mux            *http.ServeMux

	mu       sync.Mutex
	modules  []Module
	orders   []order
	behavior Behavior
	requests int
	limits   limits
}

// Option changes an Emulator before its first request.
type Option func(*Emulator)

// WithCredentials sets the only account that the emulator accepts.
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

// WithLog sets the function that receives one line for each quota request. The line holds no credentials.
func WithLog(log func(line string)) Option {
	return func(e *Emulator) { e.log = log }
}

// WithChinese sets whether the log is in Chinese.
func WithChinese(chinese bool) Option {
	return func(e *Emulator) { e.chinese = chinese }
}

// New returns an emulator whose quota is the document's sample.
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

// Requests returns the number of quota requests received so far.
func (e *Emulator) Requests() int {
	e.mu.Lock()
	defer e.mu.Unlock()

	return e.requests
}

// Behave sets how the emulator answers the following requests. It unlocks an account that LockAfter has locked.
func (e *Emulator) Behave(behavior Behavior) {
	e.mu.Lock()
	defer e.mu.Unlock()

	e.behave(behavior)
}

// behave is Behave for callers that hold e.mu. Queries that are under way continue.
func (e *Emulator) behave(behavior Behavior) {
	e.behavior = behavior
	e.limits.refused, e.limits.locked = nil, false
}

package emulator

import (
	"bytes"
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// record counts a quota request, and returns its behavior, quota and number. It then prepares the state for the next request: it adds
// Drift to the consumed counts, and decrements Next.
func (e *Emulator) record() (Behavior, []Module, int) {
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

// serveQuota answers one quota request as the current behavior says.
func (e *Emulator) serveQuota(w http.ResponseWriter, r *http.Request) {
	behavior, modules, number := e.record()
	now := time.Now().Add(time.Duration(behavior.Clock))

	code := cmp.Or(behavior.Code, e.verify(r, behavior, now))
	e.log(fmt.Sprintf("query %d: %s %s: %s", number, r.Method, r.URL.Path, behavior.describe(code)))

	if behavior.Delay > 0 {
		select {
		case <-time.After(time.Duration(behavior.Delay)):
		case <-r.Context().Done():
			panic(http.ErrAbortHandler) // Returning would send an empty answer to a client that is still waiting.
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

	_, _ = w.Write(body) // The client may have closed the connection.
}

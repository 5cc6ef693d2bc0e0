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

// received is a quota request, with everything on which its answer depends.
type received struct {
	behavior Behavior
	modules  []Module
	// number counts the requests from 1.
	number int
	// now is the time of the emulator's clock.
	now  time.Time
	code int
	// admitted reports whether the request is delayed, and counts as under way. If it is false, the answer follows at once.
	admitted bool
}

// receive counts and judges a quota request. It then prepares the state for the next request: it adds Drift to the consumed counts, and
// decrements Next.
func (e *Emulator) receive(r *http.Request) received {
	e.mu.Lock()
	defer e.mu.Unlock()

	e.requests++

	behavior, at := e.behavior, time.Now()
	q := received{behavior: behavior, number: e.requests, now: at.Add(time.Duration(behavior.Clock))}
	q.code, q.admitted = e.admit(cmp.Or(behavior.Code, e.verify(r, behavior, q.now)), behavior)

	if e.requests%2 == 0 {
		at = at.Add(-time.Duration(behavior.Behind))
	}

	q.modules = e.counts(at)

	if behavior.Drift != 0 {
		e.modules = slices.Clone(e.modules)
		for i := range e.modules {
			e.modules[i].Consumed += behavior.Drift
		}
	}

	if behavior.Next == 1 {
		e.behave(Behavior{})
	} else if behavior.Next > 1 {
		e.behavior.Next--
	}

	return q
}

// serveQuota answers one quota request according to the current behavior.
func (e *Emulator) serveQuota(w http.ResponseWriter, r *http.Request) {
	q := e.receive(r)
	behavior := q.behavior
	line := either(e.chinese, "query %d: %s %s: %s", "第 %d 次查询：%s %s：%s")
	e.log(fmt.Sprintf(line, q.number, r.Method, r.URL.Path, behavior.describe(q.code, e.chinese)))

	if q.admitted && !e.work(r.Context(), time.Duration(behavior.Delay)) {
		panic(http.ErrAbortHandler) // Returning would send an empty answer to a client that is still waiting.
	}

	if behavior.Drop == DropAnswer {
		panic(http.ErrAbortHandler)
	}

	body := []byte(behavior.Body)
	if behavior.Body == "" {
		body = encode(q.code, q.modules, behavior)
	}

	if missing := behavior.Size - len(body); missing > 0 {
		body = append(body, bytes.Repeat([]byte(" "), missing)...)
	}

	header := w.Header()
	header.Set("Date", q.now.UTC().Format(http.TimeFormat))
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

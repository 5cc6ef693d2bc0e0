//go:build gateway

package gateway_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/qccpro/terraform-provider-qcc/internal/emulator"
	"github.com/qccpro/terraform-provider-qcc/internal/qcc"
)

// TestGatewayReadsCodes has a service with many answers. The breaker must open after five refusals, and after no other answers.
func TestGatewayReadsCodes(t *testing.T) {
	t.Parallel()

	long := strings.Repeat(" ", 20<<10)
	answers := map[string]struct {
		status int
		body   string
		opens  bool
	}{
		"string":        {200, `{"status":"101","msg":"x","result":null}`, true},
		"number":        {200, `{"status":122}`, true},
		"Status":        {200, `{"Message":"当前","Status":"106"}`, true},
		"capitals":      {200, `{"STATUS":" 107 "}`, true},
		"mark":          {200, "\ufeff" + ` {"status":"115"}`, true},
		"parameters":    {200, `{"status":"202","msg":"查询参数错误，请检查"}`, true},
		"new code":      {200, `{"status":"999"}`, true},
		"page":          {200, "<html><style>p{}</style></html>", true},
		"nothing":       {200, "", true},
		"no code":       {200, `{"result":[{"status":"200"}]}`, true},
		"forbidden":     {403, "<html></html>", true},
		"not allowed":   {405, "<html></html>", true},
		"too many":      {429, "", true},
		"redirect":      {302, "", true},
		"long":          {200, `{"status":"101"}` + long, true},
		"good":          {200, `{"status":"200","result":[{"id":"a","status":"101"}]}`, false},
		"good at end":   {200, `{"result":[{"status":"101"}],"msg":"{\"status\":\"101\"}","Status":"200"}`, false},
		"good and mark": {200, "\ufeff" + `{"status":200}`, false},
		"good and long": {200, `{"status":"200"}` + long, false},
		"no record":     {200, `{"status":"201"}`, false},
		"busy":          {200, `{"status":"120"}`, false},
		"fault":         {200, `{"status":"199"}`, false},
		"unread":        {200, `{"msg":"` + long + `","status":"101"}`, false},
		"fault of HTTP": {502, "<html></html>", false},
	}

	u := serveQCC(t, emulator.Behavior{}, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answer := answers[r.URL.Query().Get("key")]

		w.Header().Set("Qcc-Gateway", "refused") // Only the gateway may say this.
		w.WriteHeader(answer.status)
		fmt.Fprint(w, answer.body)
	}))
	g := startGateway(t, u, "REFUSALS=5", "REFUSALS_OF_SOURCE=1000000", "REFUSALS_OF_ALL=1000000")

	for key, answer := range answers {
		t.Run(key, func(t *testing.T) {
			t.Parallel()

			for n := range 7 {
				response, content := g.get(url.QueryEscape(key))

				if answer.opens && n >= 5 {
					g.checkRefusal(key, response, content)

					if response.StatusCode != http.StatusServiceUnavailable || response.Header.Get("Retry-After") != "60" || !strings.Contains(content, "QCC has refused too many") {
						t.Errorf("answer %d: HTTP %d, %v, %s", n+1, response.StatusCode, response.Header, content)
					}

					continue
				}

				if response.StatusCode != answer.status || content != answer.body || response.Header.Get("Qcc-Gateway") != "" {
					t.Errorf("answer %d: HTTP %d, %v: %.100s", n+1, response.StatusCode, response.Header, content)
				}
			}
		})
	}
}

// TestGatewayStopsOneKeyOnly checks that a wrong key does not stop other keys. It also checks that another spelling of the wrong key is
// stopped, and that the breaker closes again.
func TestGatewayStopsOneKeyOnly(t *testing.T) {
	t.Parallel()

	u := serveQCC(t, emulator.Behavior{LockAfter: patience}, nil)
	g := startGateway(t, u, "REFUSALS=5", "SECONDS=10")

	wrong := clientWithoutRetries(g.url)
	wrong.Key = unknownKey

	for n := range 20 {
		_, err := readOnce(t.Context(), t, wrong)

		if n < 5 {
			if got := as[*qcc.StatusError](t, err); got.Status.Code != 101 {
				t.Errorf("read %d: code %d", n+1, got.Status.Code)
			}
		} else if got := as[*qcc.HTTPError](t, err); got.StatusCode != http.StatusServiceUnavailable || got.RetryAfter != 10*time.Second {
			t.Errorf("read %d: %+v", n+1, got)
		}

		if _, err := readOnce(t.Context(), t, clientWithoutRetries(g.url)); err != nil {
			t.Errorf("the right key is stopped: %v", err)
		}
	}

	for _, spelling := range []string{strings.ReplaceAll(unknownKey, "f", "%66"), strings.ToUpper(unknownKey), unknownKey + "+", unknownKey + "%20%C2%A0"} {
		if response, _ := g.get(spelling); response.StatusCode != http.StatusServiceUnavailable {
			t.Errorf("another spelling of the key, %s: HTTP %d", spelling, response.StatusCode)
		}
	}

	if u.codes["101"] != 5 || u.codes["200"] != 20 {
		t.Errorf("the service has answered %v", u.codes)
	}

	stopped := time.Now()

	for {
		_, err := readOnce(t.Context(), t, wrong)
		if _, passed := errors.AsType[*qcc.StatusError](err); passed {
			break
		}

		if time.Since(stopped) > patienceOfTests {
			t.Fatal("the breaker does not close")
		}

		<-time.After(50 * time.Millisecond)
	}
}

// TestGatewayStopsASourceOfManyKeys sends a different wrong key each time.
func TestGatewayStopsASourceOfManyKeys(t *testing.T) {
	t.Parallel()

	u := serveQCC(t, emulator.Behavior{}, nil)
	g := startGateway(t, u, "REFUSALS_OF_SOURCE=10")

	for n := range 30 {
		response, _ := g.get(fmt.Sprintf("%032x", n))
		if want := map[bool]int{true: 200, false: 503}[n < 10]; response.StatusCode != want {
			t.Errorf("key %d: HTTP %d, want %d", n+1, response.StatusCode, want)
		}
	}

	if u.Requests() != 10 {
		t.Errorf("%d queries, want 10", u.Requests())
	}
}

// TestGatewayStopsAKeyOfManySources sends a wrong key from many addresses, as runners do after its change.
func TestGatewayStopsAKeyOfManySources(t *testing.T) {
	t.Parallel()

	u := serveQCC(t, emulator.Behavior{}, nil)
	g := startGateway(t, u, "REFUSALS_OF_KEY=10")

	for n := range 30 {
		response, _ := g.getFrom(fmt.Sprintf("127.0.1.%d", n+1), unknownKey)
		if want := map[bool]int{true: 200, false: 503}[n < 10]; response.StatusCode != want {
			t.Errorf("address %d: HTTP %d, want %d", n+1, response.StatusCode, want)
		}
	}

	if _, err := readOnce(t.Context(), t, clientWithoutRetries(g.url)); err != nil || u.codes["101"] != 10 {
		t.Errorf("the right key: %v; the service has answered %v", err, u.codes)
	}
}

// TestGatewayStopsClientsThatLeave has clients that leave while the service works on their queries, which frees their places in the queue.
func TestGatewayStopsClientsThatLeave(t *testing.T) {
	t.Parallel()

	const limit, places = 20, 10

	u := serveQCC(t, emulator.Behavior{Delay: emulator.Duration(200 * time.Millisecond)}, nil)
	g := startGateway(t, u)

	wrong := clientWithoutRetries(g.url)
	wrong.Key = unknownKey

	var all sync.WaitGroup

	for range places {
		all.Go(func() {
			for range 20 {
				ctx, leave := context.WithTimeout(t.Context(), 50*time.Millisecond)
				_, _ = readOnce(ctx, t, wrong)

				leave()
			}
		})
	}

	all.Wait()
	g.await("queries are under way", func() bool { return g.metric(`haproxy_frontend_current_sessions{proxy="outlet"}`) == "0" })

	if sent := u.Requests(); sent < limit || sent > limit+places {
		t.Errorf("the service has answered %v", u.codes)
	}
}

// TestGatewayKeepsTheOwnerOfAKey has an attacker who knows a key and not its secret.
func TestGatewayKeepsTheOwnerOfAKey(t *testing.T) {
	t.Parallel()

	u := serveQCC(t, emulator.Behavior{LockAfter: patience}, nil)
	g := startGateway(t, u)

	for range 100 {
		response, content := send(t, home, http.MethodGet, g.url+emulator.Path+"?key="+emulator.DefaultKey, "", nil)
		g.checkRefusal("no signature", response, content)

		if response.StatusCode != http.StatusForbidden {
			t.Errorf("no signature: HTTP %d", response.StatusCode)
		}

		_, _ = g.getFrom("127.0.1.1", emulator.DefaultKey)
	}

	if _, err := readOnce(t.Context(), t, clientWithoutRetries(g.url)); err != nil || u.codes["107"] != 20 {
		t.Errorf("the owner of the key: %v; the service has answered %v", err, u.codes)
	}
}

// TestGatewayStopsAllKeysOfAllSources has 35 wrong keys and eight addresses. No key and no address reaches its own limit.
func TestGatewayStopsAllKeysOfAllSources(t *testing.T) {
	t.Parallel()

	const keys, sources, limit = 35, 8, 200

	u := serveQCC(t, emulator.Behavior{LockAfter: patience}, nil)
	g := startGateway(t, u, "SECONDS=86400") // The minute of the default may end during the test.

	var all sync.WaitGroup

	for n := range 700 {
		all.Go(func() { _, _ = g.getFrom(fmt.Sprintf("127.0.1.%d", n%sources+1), fmt.Sprintf("%032x", n%keys)) })
	}

	all.Wait()

	if sent := u.Requests(); u.Locked() || sent < limit || sent > limit+10 {
		t.Errorf("the account is locked: %t; the service has answered %v", u.Locked(), u.codes)
	}

	response, content := g.getFrom("127.0.2.1", emulator.DefaultKey)
	g.checkRefusal("another key from another address", response, content)
}

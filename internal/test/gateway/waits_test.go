//go:build gateway

package gateway_test

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/qccpro/terraform-provider-qcc/internal/emulator"
	"github.com/qccpro/terraform-provider-qcc/internal/qcc"
)

// serveSlowly starts a service that works on its queries until the function is called. It does not notice that a client leaves.
func serveSlowly(t *testing.T) (u *upstream, answer func()) {
	t.Helper()

	answers := make(chan struct{})
	u = serveQCC(t, emulator.Behavior{}, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		<-answers
		fmt.Fprint(w, `{"status":"200","result":[]}`)
	}))
	answer = sync.OnceFunc(func() { close(answers) })
	t.Cleanup(answer)

	return u, answer
}

// TestGatewayForgetsClientsThatLeave has clients that leave the queue. Their queries must not reach the service.
func TestGatewayForgetsClientsThatLeave(t *testing.T) {
	t.Parallel()

	u, answer := serveSlowly(t)
	g := startGateway(t, u, "CONCURRENT=1")
	ctx, leave := context.WithCancel(t.Context())

	var first, others sync.WaitGroup

	first.Go(func() {
		if _, err := readOnce(t.Context(), t, clientConfig(g.url)); err != nil {
			t.Error(err)
		}
	})
	u.await(t, 1)

	for range 20 {
		others.Go(func() { _, _ = readOnce(ctx, t, clientConfig(g.url)) })
	}

	g.awaitQueue(20)
	leave()
	others.Wait()
	g.awaitQueue(0)
	answer()
	first.Wait()

	if _, err := readOnce(t.Context(), t, clientConfig(g.url)); err != nil || len(u.headers) != 2 {
		t.Errorf("%v, and %d queries, want 2", err, len(u.headers))
	}
}

// TestGatewayCountsClientsThatLeave has a client that leaves while the service works on its query. The query keeps its place, and the gateway
// turns away none of the clients that wait for it.
func TestGatewayCountsClientsThatLeave(t *testing.T) {
	t.Parallel()

	u, answer := serveSlowly(t)
	g := startGateway(t, u, "CONCURRENT=1")
	ctx, leave := context.WithCancel(t.Context())

	var first sync.WaitGroup

	first.Go(func() { _, _ = readOnce(ctx, t, clientConfig(g.url)) })
	u.await(t, 1)
	leave()
	first.Wait()

	next := clientWithoutRetries(g.url)
	next.Timeout = qcc.MinTimeout

	for range 5 {
		_, err := readOnce(t.Context(), t, next)
		if as[*qcc.TransportError](t, err) == nil || len(u.headers) != 1 {
			t.Errorf("%v, and %d queries reached the service, want 1", err, len(u.headers))
		}
	}

	answer()
}

// TestGatewayLimitsWaits has a service that never answers. Each client must get an answer before an attempt of the provider would end.
func TestGatewayLimitsWaits(t *testing.T) {
	t.Parallel()

	u := serveQCC(t, emulator.Behavior{}, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }))
	g := startGateway(t, u, "CONCURRENT=1")

	var (
		all sync.WaitGroup
		mu  sync.Mutex
	)

	answers := map[int]int{}
	started := time.Now()

	for range 8 {
		all.Go(func() {
			config := clientWithoutRetries(g.url)
			config.Timeout = advisedTimeout / 4 // The last attempt may take the whole timeout.
			_, err := readOnce(t.Context(), t, config)
			got := as[*qcc.HTTPError](t, err)

			mu.Lock()
			defer mu.Unlock()

			answers[got.StatusCode]++

			if took := time.Since(started); got.StatusCode == http.StatusServiceUnavailable && (got.RetryAfter != 5*time.Second || took < 59*time.Second || took > 65*time.Second) {
				t.Errorf("after %s: %+v", took, got)
			}
		})
	}

	all.Wait()

	if answers[503] < 3 || answers[504] < 3 || answers[503]+answers[504] != 8 {
		t.Errorf("the answers by HTTP status are %v", answers)
	}

	if waited := g.lines("request", `end=sQ queue_ms=6\d{4} `); len(waited) != answers[503] {
		t.Errorf("the queue times in the log are %q", waited)
	}
}

// TestGatewayEndsSlowRequests sends only the first half of a request.
func TestGatewayEndsSlowRequests(t *testing.T) {
	t.Parallel()

	g := startGateway(t, serveQCC(t, emulator.Behavior{}, nil))
	started := time.Now()

	status := g.sendRaw("GET " + emulator.Path + "?key=a HTTP/1.1\r\nHost: a\r\nX: ")
	if took := time.Since(started); status != http.StatusRequestTimeout || took > 12*time.Second {
		t.Errorf("after %s: HTTP %d", took, status)
	}
}

//go:build gateway

package gateway_test

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/qccpro/terraform-provider-qcc/internal/emulator"
	"github.com/qccpro/terraform-provider-qcc/internal/qcc"
)

// TestGatewayForgetsClientsThatLeave has clients that leave the queue. Their queries must not reach the service.
func TestGatewayForgetsClientsThatLeave(t *testing.T) {
	t.Parallel()

	answer := make(chan struct{})
	u := serveQCC(t, emulator.Behavior{}, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		select {
		case <-answer:
			fmt.Fprint(w, `{"status":"200","result":[]}`)
		case <-r.Context().Done():
		}
	}))
	g := startGateway(t, u, "CONCURRENT=1")

	first := make(chan error, 1)

	go func() {
		_, err := readOnce(t.Context(), t, clientConfig(g.url))
		first <- err
	}()

	u.await(t, 1)

	ctx, leave := context.WithCancel(t.Context())

	var all sync.WaitGroup

	for range 20 {
		all.Go(func() { _, _ = readOnce(ctx, t, clientConfig(g.url)) })
	}

	g.awaitQueue(20)
	leave()
	all.Wait()
	g.awaitQueue(0)
	close(answer)

	if err := <-first; err != nil {
		t.Error(err)
	}

	if _, err := readOnce(t.Context(), t, clientConfig(g.url)); err != nil {
		t.Error(err)
	}

	if len(u.headers) != 2 {
		t.Errorf("%d queries, want 2", len(u.headers))
	}
}

// TestGatewayCountsClientsThatLeave has a client that leaves while the service works on its query. The query keeps its place.
func TestGatewayCountsClientsThatLeave(t *testing.T) {
	t.Parallel()

	answer := make(chan struct{})
	u := serveQCC(t, emulator.Behavior{}, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		<-answer
		fmt.Fprint(w, `{"status":"200","result":[]}`)
	}))
	g := startGateway(t, u, "CONCURRENT=1")

	ctx, leave := context.WithCancel(t.Context())
	first := make(chan struct{})

	go func() {
		_, _ = readOnce(ctx, t, clientConfig(g.url))

		close(first)
	}()

	u.await(t, 1)
	leave()
	<-first

	_, err := readOnce(t.Context(), t, clientWithoutRetries(g.url))
	if as[*qcc.HTTPError](t, err) == nil || len(u.headers) != 1 {
		t.Errorf("%v, and %d queries reached the service, want 1", err, len(u.headers))
	}

	close(answer)
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

	connection, err := new(tls.Dialer).DialContext(t.Context(), "tcp", strings.TrimPrefix(g.url, "https://"))
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Close()

	started := time.Now()

	if _, err := fmt.Fprint(connection, "GET "+emulator.Path+"?key=a HTTP/1.1\r\nHost: a\r\nX: "); err != nil {
		t.Fatal(err)
	}

	content, err := io.ReadAll(connection)
	if took := time.Since(started); err != nil || !strings.HasPrefix(string(content), "HTTP/1.1 408 ") || took > 12*time.Second {
		t.Errorf("after %s: %q, %v", took, content, err)
	}
}

//go:build gateway

package gateway_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/qccpro/terraform-provider-qcc/internal/emulator"
	"github.com/qccpro/terraform-provider-qcc/internal/qcc"
	"github.com/qccpro/terraform-provider-qcc/internal/testkit"
)

// figures are the results of many clients.
type figures struct {
	served, failed int
	longest        time.Duration
	// errors counts the failed reads by their error.
	errors map[string]int
	// firstError and lastError are when the first and the last read failed, after the start of the first client.
	firstError, lastError time.Duration
}

// wait returns the longest wait of a client that was served.
func (f figures) wait() string {
	if f.served == 0 {
		return "–"
	}

	return fmt.Sprintf("%.1f s", f.longest.Seconds())
}

// burst runs a function for each client, and measures until it returns. All of them begin within a second.
func burst(t *testing.T, use func() error) figures {
	t.Helper()

	var (
		all    sync.WaitGroup
		mu     sync.Mutex
		result = figures{errors: map[string]int{}}
		began  = time.Now()
	)

	for i := range clients {
		all.Go(func() {
			<-time.After(time.Second * time.Duration(i) / clients)

			started := time.Now()
			err := use()
			took := time.Since(started)

			mu.Lock()
			defer mu.Unlock()

			if err != nil {
				result.failed++
				result.errors[err.Error()]++

				result.lastError = time.Since(began)

				if result.failed == 1 {
					result.firstError = result.lastError
				}

				return
			}

			result.served++
			result.longest = max(result.longest, took)
		})
	}

	all.Wait()

	return result
}

// TestGatewayOfAThousandPipelines measures what the model in internal/qcc simulates. It prints the table that DESIGN.md shows.
func TestGatewayOfAThousandPipelines(t *testing.T) {
	if _, err := trusted(); err != nil {
		t.Fatal(err)
	}

	busy := emulator.Behavior{Concurrent: slots, LockAfter: patience, Delay: emulator.Duration(answerTime)}
	rows := []string{
		"| 1,000 clients within a second | key | served | failed | queries | code 122 | most at once | longest wait | account |",
		"|---|---|--:|--:|--:|--:|--:|--:|---|",
	}

	for _, test := range []struct {
		name     string
		direct   bool
		wrongKey bool
		// meanwhile happens when half of the queries have arrived.
		meanwhile func(*upstream, *gateway)
		served    int
		// most is how many queries may reach the service.
		most   int
		locked bool
	}{
		{name: "direct", direct: true, locked: true},
		{name: "direct", direct: true, wrongKey: true, locked: true},
		{name: "gateway", served: clients, most: clients},
		{name: "gateway", wrongKey: true, most: 40},
		{name: "gateway, answers take twice as long after 500", served: clients, most: clients, meanwhile: func(u *upstream, _ *gateway) {
			slow := busy
			slow.Delay *= 2
			u.Behave(slow)
		}},
		{name: "gateway, reloaded after 500", served: clients, most: clients, meanwhile: func(_ *upstream, g *gateway) { g.reload() }},
		{name: "gateway, killed and started after 500", served: clients, most: clients + 20, meanwhile: func(_ *upstream, g *gateway) { g.restart() }},
	} {
		t.Run(fmt.Sprintf("%s/wrong key %t", test.name, test.wrongKey), func(t *testing.T) {
			u := serveQCC(t, busy, nil)
			config := clientConfig(u.url)

			var g *gateway

			if test.direct {
				config.Timeout = qcc.DefaultTimeout
			} else {
				g = startGateway(t, u)
				config.BaseURL = g.url
			}

			key := "right"
			if test.wrongKey {
				key, config.Key = "wrong", unknownKey
				config.Timeout = qcc.DefaultTimeout // The Retry-After of the breaker is longer than this timeout.
			}

			done := make(chan figures, 1)

			go func() {
				done <- burst(t, func() error {
					_, err := readOnce(t.Context(), t, config)

					return err
				})
			}()

			if test.meanwhile != nil {
				u.await(t, clients/2)
				test.meanwhile(u, g)
			}

			got := <-done
			rows = append(rows, fmt.Sprintf("| %s | %s | %d | %d | %d | %d | %d | %s | %s |", test.name, key, got.served, got.failed,
				u.Requests(), u.codes["122"], u.most.Load(), got.wait(), map[bool]string{false: "open", true: "locked"}[u.Locked()]))
			t.Log(rows[len(rows)-1])

			if u.Locked() != test.locked || test.direct && got.served >= clients/2 {
				t.Errorf("the account is locked: %t; %+v", u.Locked(), got)
			}

			if test.direct {
				return
			}

			if got.served != test.served || u.Requests() < test.served || u.Requests() > test.most || u.codes["122"] > 0 || u.most.Load() > 20 {
				t.Errorf("%+v, %d queries, by code %v\nnothing listened for %s\nthe gateway's log: %v\nHAProxy's messages:\n%s",
					got, u.Requests(), u.codes, g.away, g.ends(), g.messages())
			}
		})
	}

	t.Log("\n" + strings.Join(rows, "\n"))
}

// TestGatewayTwice runs two gateways with half of the places each, as the guide advises.
func TestGatewayTwice(t *testing.T) {
	t.Parallel()

	u := serveQCC(t, emulator.Behavior{Concurrent: 10, Delay: emulator.Duration(answerTime)}, nil)
	gateways := []*gateway{startGateway(t, u, "CONCURRENT=5"), startGateway(t, u, "CONCURRENT=5")}

	var all sync.WaitGroup

	for n := range 40 {
		all.Go(func() {
			if _, err := readOnce(t.Context(), t, clientConfig(gateways[n%2].url)); err != nil {
				t.Error(err)
			}
		})
	}

	all.Wait()

	if u.codes["200"] != 40 || u.Requests() != 40 {
		t.Errorf("the service has answered %v", u.codes)
	}
}

// TestGatewayOfFiftyPlans runs 50 Terraform processes at once through the gateway.
func TestGatewayOfFiftyPlans(t *testing.T) {
	const plans = 50

	ca, err := trusted()
	if err != nil {
		t.Fatal(err)
	}

	u := serveQCC(t, emulator.Behavior{Concurrent: slots, LockAfter: patience, Delay: emulator.Duration(answerTime)}, nil)
	g := startGateway(t, u)

	first := testkit.NewFolder(t, g.url, map[string]string{"main.tf": testkit.RequiredProvider + `
provider "qcc" {
  timeout = "6m"
}

resource "qcc_quota_gate" "monitoring" {
  required = { radar_id = 48 }
}
`})
	first.Set("SSL_CERT_FILE=" + ca.file)

	var all sync.WaitGroup

	started := time.Now()

	for range plans {
		f := first.Copy(t, g.url)

		all.Go(func() {
			if code, output, err := f.RunContext(t.Context(), "plan", "-input=false"); err != nil || code != 0 || !strings.Contains(output, "1 to add") {
				t.Errorf("exit code %d, %v\n%s", code, err, output)
			}
		})
	}

	all.Wait()
	t.Logf("%d plans at once took %.1f s, with %d queries, %d at once", plans, time.Since(started).Seconds(), u.Requests(), u.most.Load())

	if u.Requests() != plans || u.codes["200"] != plans || u.most.Load() > 10 {
		t.Errorf("%d queries, by code %v, %d at once", u.Requests(), u.codes, u.most.Load())
	}
}

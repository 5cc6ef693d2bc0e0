package qcc_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"text/tabwriter"
	"time"

	"github.com/qccpro/terraform-provider-qcc/internal/qcc"
)

// account is a model of the service's limits for one company key. It is not documented how the service really counts. The limits are
// assumptions, and are so small that the tests reach them.
type account struct {
	slots    int           // How many queries are answered at once. One more gets code 122.
	latency  time.Duration // How long an answer takes.
	daily    int           // How many queries are answered in a day. One more gets code 109.
	patience int           // How many queries in a minute may fail. After one more, all queries get code 106.
	wrongKey bool          // Every query gets code 101.
	outage   time.Duration // For this long, from the twentieth second on, every query gets code 199.

	mu       sync.Mutex
	opened   time.Time
	requests int
	open     int
	answered int
	failed   []time.Time
	locked   time.Time
}

// RoundTrip implements http.RoundTripper.
func (a *account) RoundTrip(request *http.Request) (*http.Response, error) {
	code := a.arrive()

	select {
	case <-time.After(a.latency):
	case <-request.Context().Done():
	}

	if code == http.StatusOK {
		a.mu.Lock()
		a.open--
		a.mu.Unlock()
	}

	if err := request.Context().Err(); err != nil {
		return nil, err
	}

	return withCode(code, "")(request)
}

// arrive counts a query and returns the code of its answer.
func (a *account) arrive() int {
	a.mu.Lock()
	defer a.mu.Unlock()

	a.requests++

	code := http.StatusOK
	since := time.Since(a.opened)

	switch {
	case !a.locked.IsZero():
		return 106
	case a.wrongKey:
		code = 101
	case since > 20*time.Second && since <= 20*time.Second+a.outage:
		code = 199
	case a.open == a.slots:
		code = 122
	case a.answered >= a.daily:
		code = 109
	default:
		a.open++
		a.answered++

		return code
	}

	now := time.Now()
	a.failed = append(a.failed, now)

	for now.Sub(a.failed[0]) > time.Minute {
		a.failed = a.failed[1:]
	}

	if len(a.failed) > a.patience {
		a.locked = now

		return 106
	}

	return code
}

// reader reads the quota once. How often it retries depends on its rules.
type reader func(context.Context) error

// byOurRules returns a reader that uses the client of this package.
func byOurRules(t *testing.T, a *account) reader {
	t.Helper()

	cfg := config(qcc.DefaultBaseURL)
	cfg.MaxRetries = qcc.DefaultMaxRetries
	cfg.Transport = a
	client := newClient(t, cfg)

	return func(ctx context.Context) error {
		_, err := client.Quota(ctx)

		return err
	}
}

// byNaiveRules returns a reader that retries a second after any failure, and shares no requests.
func byNaiveRules(_ *testing.T, a *account) reader {
	const retries = 3

	return func(ctx context.Context) error {
		for tries := 0; ; tries++ {
			request, err := http.NewRequestWithContext(ctx, http.MethodGet, qcc.DefaultBaseURL, nil)
			if err != nil {
				return err
			}

			response, err := a.RoundTrip(request)
			if err != nil {
				return err
			}

			body, err := io.ReadAll(response.Body)

			switch {
			case err != nil:
				return err
			case strings.Contains(string(body), `"status":"200"`):
				return nil
			case tries == retries:
				return errors.New(string(body))
			}

			<-time.After(time.Second)
		}
	}
}

// outcome is the result of a simulation.
type outcome struct {
	requests, decided int
	locked            bool
}

// simulate runs a plan for each pipeline, at a random time within a span. Each has its own client and a number of data sources.
func simulate(t *testing.T, a *account, rules func(*testing.T, *account) reader, dataSources int, within time.Duration) (result outcome) {
	t.Helper()

	synctest.Test(t, func(t *testing.T) {
		random := rand.New(rand.NewPCG(1, 2))
		a.opened = time.Now()

		var (
			all     sync.WaitGroup
			decided atomic.Int32
		)

		for range 1000 {
			start := time.Duration(1 + random.Int64N(int64(within)))
			read := rules(t, a)

			all.Go(func() {
				<-time.After(start)

				var (
					plan   sync.WaitGroup
					failed atomic.Bool
				)

				for range dataSources {
					plan.Go(func() {
						if read(t.Context()) != nil {
							failed.Store(true)
						}
					})
				}

				plan.Wait()

				if !failed.Load() {
					decided.Add(1)
				}
			})
		}

		all.Wait()

		result = outcome{a.requests, int(decided.Load()), !a.locked.IsZero()}
	})

	return result
}

// TestAThousandPipelines simulates a large team: a thousand pipelines with one company key. DESIGN.md shows the results and explains them.
func TestAThousandPipelines(t *testing.T) {
	t.Parallel()

	var lines strings.Builder

	w := tabwriter.NewWriter(&lines, 0, 0, 3, ' ', 0)
	fmt.Fprintln(w, "1,000 pipelines start\tdata sources each\tcase\trules\trequests\tplans decided\taccount")

	for _, test := range []struct {
		within       time.Duration
		dataSources  int
		situation    string
		wrongKey     bool
		outage       time.Duration
		ours         int // How many requests our rules send, if that is known.
		decided      int // How many plans our rules decide, at least.
		naiveIsWorse bool
	}{
		{time.Minute, 1, "right key", false, 0, 1000, 1000, false},
		{time.Minute, 10, "right key", false, 0, 1000, 1000, true},
		{time.Minute, 1, "busy for 5s", false, 5 * time.Second, 0, 900, false},
		{20 * time.Second, 1, "right key", false, 0, 0, 990, false},
		{time.Second, 1, "right key", false, 0, 0, 0, false},
		{time.Minute, 10, "wrong key", true, 0, 1000, 0, false},
	} {
		if testing.Short() && test.dataSources > 1 {
			continue // These need ten thousand goroutines, and most of the test's time.
		}

		outcomes := map[string]outcome{}

		for name, rules := range map[string]func(*testing.T, *account) reader{"ours": byOurRules, "naive": byNaiveRules} {
			outcomes[name] = simulate(t, &account{
				slots: 20, latency: 200 * time.Millisecond, daily: 5000, patience: 500, wrongKey: test.wrongKey, outage: test.outage,
			}, rules, test.dataSources, test.within)
		}

		for _, name := range []string{"ours", "naive"} {
			state := map[bool]string{false: "open", true: "LOCKED"}[outcomes[name].locked]
			fmt.Fprintf(w, "within %s\t%d\t%s\t%s\t%d\t%d\t%s\n",
				test.within, test.dataSources, test.situation, name, outcomes[name].requests, outcomes[name].decided, state)
		}

		ours := outcomes["ours"]
		if test.ours > 0 && ours.requests != test.ours || ours.decided < test.decided {
			t.Errorf("a thousand plans by our rules, within %s, %s: %+v, want %d requests and %d plans", test.within, test.situation, ours, test.ours, test.decided)
		}

		if test.naiveIsWorse && !outcomes["naive"].locked {
			t.Errorf("naive rules, within %s, %s, do not lock the account: %+v", test.within, test.situation, outcomes["naive"])
		}
	}

	w.Flush()
	t.Log("\n" + lines.String())
}

//go:build gateway

package gateway_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/qccpro/terraform-provider-qcc/internal/emulator"
	"github.com/qccpro/terraform-provider-qcc/internal/qcc"
	"github.com/qccpro/terraform-provider-qcc/internal/reservation"
	"github.com/qccpro/terraform-provider-qcc/internal/testkit"
)

// radarLeft is what the sample of the interface document leaves of radar_id.
const radarLeft = 48

// decision judges an order of one unit of radar_id, as a gate does at apply. It reads the quota with the client. It returns an error if the
// order cannot be judged.
type decision func(ctx context.Context, client *qcc.Client) (granted bool, err error)

// alone judges an order by what the service shows, as a gate does that knows only its own run.
func alone(ctx context.Context, client *qcc.Client) (granted bool, err error) {
	quota, err := client.Quota(ctx)
	if err != nil {
		return false, err
	}

	remaining := quota.Modules["radar_id"].Remaining

	return remaining != nil && *remaining >= 1, nil
}

// together returns a decision of gates that share a database. Each client has a connection of its own, and most of them wait for one.
func together(t *testing.T) decision {
	t.Helper()

	url := testkit.Postgres(t).URLOf(testkit.PostgresFleet)

	return func(ctx context.Context, client *qcc.Client) (granted bool, err error) {
		store, err := reservation.NewPostgres(reservation.Config{
			URL: url, Account: reservation.AccountName(emulator.DefaultKey), TTL: reservation.DefaultTTL, Holder: "a client", Timeout: time.Minute,
		})
		if err != nil {
			return false, err
		}
		defer store.Close()

		verdict, err := reservation.NewAccount(store).Apply(ctx, map[string]int64{"radar_id": 1}, func(ctx context.Context, after time.Time) (reservation.Reading, error) {
			quota, began, err := client.QuotaSince(ctx, after)
			reading := reservation.Reading{Quota: map[string]reservation.Quota{}, Began: began}

			if radar, found := quota.Modules["radar_id"]; found {
				reading.Quota["radar_id"] = reservation.Quota{Total: *radar.Total, Consumed: *radar.Consumed}
			}

			return reading, err
		})

		return verdict.Judged && len(verdict.Short) == 0, err
	}
}

// orders are what happened to the orders of many clients.
type orders struct{ granted, refused, placed, short atomic.Int64 }

// order lets a new client read through a gateway, and places its order at the service if it is granted.
func (o *orders) order(t *testing.T, u *upstream, g *gateway, decide decision) error {
	t.Helper()

	client, err := qcc.New(clientConfig(g.url))
	if err != nil {
		return err
	}

	granted, err := decide(t.Context(), client)
	if err != nil {
		return err
	}

	if !granted {
		o.refused.Add(1)

		return nil
	}

	o.granted.Add(1)

	err = u.Order(map[string]int64{"radar_id": 1})
	if _, short := errors.AsType[*emulator.ShortError](err); short {
		o.short.Add(1)

		return nil
	}

	if err == nil {
		o.placed.Add(1)
	}

	return err
}

// TestGatewayOfAThousandOrders has 1,000 clients with an order each, and quota for 48 of them. The service counts an order some time after
// it was placed. The test prints the table that DESIGN.md shows.
func TestGatewayOfAThousandOrders(t *testing.T) {
	if _, err := trusted(); err != nil {
		t.Fatal(err)
	}

	rows := []string{
		"| 1,000 orders, quota for 48 | gates of all runs | granted | refused | orders failed | longest wait |",
		"|---|---|--:|--:|--:|--:|",
	}

	const always = time.Hour // longer than the test

	for _, test := range []struct {
		name               string
		countAfter, behind time.Duration
		// together is true if all clients share a database.
		together bool
		// least is how many orders are granted at least if each client decides alone.
		least int64
	}{
		{name: "counted at once", least: radarLeft},
		{name: "counted after 5 s", countAfter: 5 * time.Second, least: radarLeft + 1},
		{name: "counted after 5 s, every second answer 5 s older", countAfter: 5 * time.Second, behind: 5 * time.Second, least: radarLeft + 1},
		{name: "counted after the last order", countAfter: always, least: clients},
		{name: "counted at once", together: true},
		{name: "counted after 5 s", countAfter: 5 * time.Second, together: true},
		{name: "counted after 5 s, every second answer 5 s older", countAfter: 5 * time.Second, behind: 5 * time.Second, together: true},
		{name: "counted after the last order", countAfter: always, together: true},
	} {
		t.Run(fmt.Sprintf("%s/together %t", test.name, test.together), func(t *testing.T) {
			u := serveQCC(t, emulator.Behavior{
				Concurrent: slots, LockAfter: patience, Delay: emulator.Duration(answerTime),
				CountAfter: emulator.Duration(test.countAfter), Behind: emulator.Duration(test.behind),
			}, nil)
			g := startGateway(t, u)

			decide, column := alone, "each for itself"
			if test.together {
				decide, column = together(t), "add up"
			}

			var got orders

			waits := burst(t, func() error { return got.order(t, u, g, decide) })
			granted, refused, placed, short := got.granted.Load(), got.refused.Load(), got.placed.Load(), got.short.Load()
			rows = append(rows, fmt.Sprintf("| %s | %s | %d | %d | %d | %s |", test.name, column, granted, refused, short, waits.wait()))
			t.Log(rows[len(rows)-1])

			if waits.failed > 0 || granted+refused != clients || u.Locked() {
				t.Errorf("%d orders were not judged: %v", clients-granted-refused, waits.errors)
			}

			if placed != radarLeft || placed+short != granted {
				t.Errorf("%d orders were granted; %d were placed and %d failed, want %d placed", granted, placed, short, radarLeft)
			}

			if !test.together && granted < test.least || test.together && granted != radarLeft {
				t.Errorf("%d orders were granted, want %d, or at least %d if each client decides alone", granted, radarLeft, test.least)
			}
		})
	}

	t.Log("\n" + strings.Join(rows, "\n"))
}

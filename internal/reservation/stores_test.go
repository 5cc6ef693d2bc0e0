package reservation_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/qccpro/terraform-provider-qcc/internal/reservation"
	"github.com/qccpro/terraform-provider-qcc/internal/testkit"
)

// TestBothStoresGiveTheSameVerdicts has random histories of three runs, whose gates need two modules. QCC counts orders late, and something
// consumes beside the gates.
func TestBothStoresGiveTheSameVerdicts(t *testing.T) {
	t.Parallel()

	database := testkit.Postgres(t)

	for seed := range uint64(4) {
		postgres, err := reservation.NewPostgres(reservation.Config{
			URL: database.URL(), Account: reservation.AccountName(fmt.Sprint(seed)), TTL: time.Hour, Holder: "a holder", Timeout: time.Minute,
		})
		if err != nil {
			t.Fatal(err)
		}
		defer postgres.Close()

		var (
			random  = rand.New(rand.NewPCG(seed, 0))
			stores  = []reservation.Store{reservation.NewMemory(time.Hour), postgres}
			runs    [3][2]*reservation.Account
			used    = map[string]int64{}
			pending = map[string]int64{}
		)

		for i := range runs {
			for k, store := range stores {
				runs[i][k] = reservation.NewAccount(store)
			}
		}

		for step := range 60 {
			quota := map[string]reservation.Quota{"a": {Total: 40, Consumed: used["a"]}, "b": {Total: 60, Consumed: used["b"]}}
			read := func(context.Context, time.Time) (reservation.Reading, error) {
				return reservation.Reading{Quota: quota, Began: time.Now()}, nil
			}
			claim := map[string]int64{"a": 1 + random.Int64N(3), "b": 1 + random.Int64N(3)}
			pair, plans := runs[random.IntN(3)], random.IntN(4) == 0

			var said [2]string

			for k, account := range pair {
				judge := account.Apply
				if plans {
					judge = func(ctx context.Context, adds map[string]int64, read reservation.Read) (reservation.Verdict, error) {
						return account.Plan(ctx, "", adds, read)
					}
				}

				v, err := judge(t.Context(), claim, read)

				said[k] = fmt.Sprint(v.Judged, saysOf(v.Short), v.Beside, err)
				if k == 0 && v.Judged && len(v.Short) == 0 && !plans {
					pending["a"] += claim["a"]
					pending["b"] += claim["b"]
				}
			}

			if said[0] != said[1] {
				t.Fatalf("seed %d, step %d: in memory %s, in PostgreSQL %s", seed, step, said[0], said[1])
			}

			for id := range quota {
				counted := random.Int64N(pending[id] + 1)
				pending[id] -= counted
				used[id] += counted

				if seed%2 == 1 && random.IntN(20) == 0 {
					used[id] += 3
				}
			}
		}
	}
}

// saysOf formats shortages as a text.
func saysOf(short []reservation.Shortage) string {
	lines := make([]string, 0, len(short))

	for _, s := range short {
		lines = append(lines, fmt.Sprintf("%s: %d after %d, and %d of others (%t), is short by %d", s.Module, s.Adds, s.Granted, s.Reserved, s.Beside, s.Short))
	}

	return strings.Join(lines, "; ")
}

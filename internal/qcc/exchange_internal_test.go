package qcc

import (
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// TestAnExchangeStartsFromTheKnownClock has a client that already signs with a corrected time.
func TestAnExchangeStartsFromTheKnownClock(t *testing.T) {
	t.Parallel()

	const (
		good = `{"status":"200","result":[]}`
		busy = `{"status":"199"}`
		old  = `{"status":"115"}`
	)

	for name, test := range map[string]struct {
		known, theirs time.Duration
		bodies        []string // These are the bodies of the answers. If one is empty, there is no answer.
		refused       bool     // The service refuses another read while the first request is under way.
		undated       bool
		signed        []time.Duration
		then          time.Duration
	}{
		"the clock is as known":                {time.Hour, time.Hour, []string{old}, false, false, []time.Duration{time.Hour}, time.Hour},
		"the clock differs by a minute":        {time.Hour, 61 * time.Minute, []string{old}, false, false, []time.Duration{time.Hour}, time.Hour},
		"the clock differs by over a minute":   {time.Hour, 61*time.Minute + time.Second, []string{old, good}, false, false, []time.Duration{time.Hour, 61*time.Minute + time.Second}, 61*time.Minute + time.Second},
		"the clock is right again":             {time.Hour, 0, []string{old, good}, false, false, []time.Duration{time.Hour, 0}, 0},
		"so, and the answers have no date":     {time.Hour, 0, []string{old, good}, false, true, []time.Duration{time.Hour, 0}, 0},
		"the clock is off to the other side":   {-time.Hour, time.Hour, []string{old, good}, false, false, []time.Duration{-time.Hour, time.Hour}, time.Hour},
		"the clock is off by days":             {time.Hour, 48 * time.Hour, []string{old}, false, false, []time.Duration{time.Hour}, time.Hour},
		"the second signature is refused, too": {0, time.Hour, []string{old, old}, false, false, []time.Duration{0, time.Hour}, 0},
		"the second answer is another refusal": {0, time.Hour, []string{old, busy}, false, false, []time.Duration{0, time.Hour}, time.Hour},
		"the second request fails":             {0, time.Hour, []string{old, ""}, false, false, []time.Duration{0, time.Hour}, 0},
		"the second answer is no JSON":         {0, time.Hour, []string{old, "<html>"}, false, false, []time.Duration{0, time.Hour}, 0},
		"another read is refused":              {0, time.Hour, []string{old}, true, false, []time.Duration{0}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var (
					signed []time.Duration
					client *Client
				)

				client = newBoundedClient(t, roundTrip(func(request *http.Request) (*http.Response, error) {
					seconds, err := strconv.ParseInt(request.Header.Get("Timespan"), 10, 64)
					if err != nil {
						t.Error(err)
					}

					signed = append(signed, time.Until(time.Unix(seconds, 0)))

					if test.refused {
						client.memory.remember(&ReadError{Err: &StatusError{Status: Lookup(106)}}, true)
					}

					body := test.bodies[min(len(signed), len(test.bodies))-1]
					if body == "" {
						return nil, io.ErrUnexpectedEOF
					}

					header := http.Header{}
					if !test.undated {
						header.Set("Date", time.Now().Add(test.theirs).UTC().Format(http.TimeFormat))
					}

					return &http.Response{StatusCode: http.StatusOK, Header: header, Body: io.NopCloser(strings.NewReader(body))}, nil
				}), nil)
				client.serverClockOffset.Store(int64(test.known))

				_, err := client.exchange(t.Context(), &Attempt{})
				if last := test.bodies[len(test.bodies)-1]; (err == nil) != (last == good) {
					t.Errorf("the error is %v after %s", err, last)
				}

				if refusal := signatureRefusal(err); refusal != nil && (refusal.Skew == nil) != test.refused {
					t.Errorf("the skew is %v, want none, because no request was signed with it", refusal.Skew)
				}

				if !slices.Equal(signed, test.signed) {
					t.Errorf("the requests were signed %v ahead, want %v", signed, test.signed)
				}

				if got := time.Duration(client.serverClockOffset.Load()); got != test.then {
					t.Errorf("afterwards, the client takes the clock to be %s ahead, want %s", got, test.then)
				}
			})
		})
	}
}

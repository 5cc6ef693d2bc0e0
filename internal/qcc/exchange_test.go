package qcc_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/qccpro/terraform-provider-qcc/internal/emulator"
	"github.com/qccpro/terraform-provider-qcc/internal/qcc"
)

func TestSkew(t *testing.T) {
	t.Parallel()

	const (
		good = `{"status":"200","result":[]}`
		// bad and old have the two codes of a refused signature.
		bad  = `{"status":"107"}`
		old  = `{"status":"115"}`
		busy = `{"status":"199"}`
	)

	// service accepts only signatures with its own time. Its answer to such a signature may still be an error.
	service := func(ahead time.Duration, refusal string, dated bool, then ...string) answer {
		asked := 0

		return func(r *http.Request) (*http.Response, error) {
			theirs := time.Now().Add(ahead)
			body := refusal

			if signed, _ := strconv.ParseInt(r.Header.Get("Timespan"), 10, 64); time.Unix(signed, 0).Sub(theirs).Abs() < 2*time.Second {
				body = then[min(asked, len(then)-1)]
				asked++
			}

			response := ok(body)
			if dated {
				response.Header.Set("Date", theirs.UTC().Format(http.TimeFormat))
			}

			return response, nil
		}
	}

	for name, test := range map[string]struct {
		service answer
		// requests of a first read and of a second one.
		first, second int
		skew          time.Duration
		code          int
	}{
		"clocks agree":                     {service(0, old, true, good), 1, 1, 0, 0},
		"this clock is behind":             {service(6*time.Minute, old, true, good), 2, 1, 6 * time.Minute, 0},
		"this clock is ahead":              {service(-24*time.Hour, old, true, good), 2, 1, -24 * time.Hour, 0},
		"refused with the other code":      {service(6*time.Minute, bad, true, good), 2, 1, 6 * time.Minute, 0},
		"this clock is a day behind":       {service(24*time.Hour, old, true, good), 2, 1, 24 * time.Hour, 0},
		"this clock is over a day behind":  {service(24*time.Hour+time.Second, old, true, good), 1, 0, 24*time.Hour + time.Second, 115},
		"this clock is over a day ahead":   {service(-24*time.Hour-time.Second, old, true, good), 1, 0, -24*time.Hour - time.Second, 115},
		"this clock is years behind":       {service(24*365*time.Hour, bad, true, good), 1, 0, 24 * 365 * time.Hour, 107},
		"just more than is tolerated":      {service(61*time.Second, old, true, good), 2, 1, 61 * time.Second, 0},
		"clocks nearly agree":              {service(time.Minute, old, true, good), 1, 0, time.Minute, 115},
		"clocks agree, signature is wrong": {service(0, old, true, bad), 1, 0, 0, 107},
		"clock and signature are wrong":    {service(6*time.Minute, old, true, bad), 2, 0, 6 * time.Minute, 107},
		"no date":                          {service(6*time.Minute, old, false, good), 1, 0, 0, 115},
		"another code":                     {service(6*time.Minute, `{"status":"101"}`, true, good), 1, 0, 0, 101},
		"busy when the clock is right":     {service(6*time.Minute, old, true, busy, good), 3, 1, 6 * time.Minute, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				requests, reported := 0, 0

				cfg := config(qcc.DefaultBaseURL)
				cfg.MaxRetries = 1
				cfg.OnAttempt = func(context.Context, qcc.Attempt) { reported++ }
				cfg.Transport = answer(func(r *http.Request) (*http.Response, error) {
					requests++

					return test.service(r)
				})
				client := newClient(t, cfg)

				for number, want := range []int{test.first, test.second} {
					requests, reported = 0, 0

					quota, err := client.Quota(t.Context())
					if requests != want || reported != want {
						t.Errorf("read %d took %d requests, and %d were reported, want %d", number+1, requests, reported, want)
					}

					if test.code == 0 {
						if err != nil || quota.Skew != test.skew {
							t.Errorf("read %d gives %+v, %v, want a skew of %s", number+1, quota, err, test.skew)
						}

						continue
					}

					refused := as[*qcc.StatusError](t, err)

					var skew time.Duration
					if refused.Skew != nil {
						skew = *refused.Skew
					}

					if refused.Status.Code != test.code || skew != test.skew {
						t.Errorf("read %d is refused with %d and a skew of %s, want %d and %s", number+1, refused.Status.Code, skew, test.code, test.skew)
					}
				}
			})
		})
	}
}

// TestAClockThatWasSetRightIsUsedAgain also has answers without a date, and clocks that are not at a whole second.
func TestAClockThatWasSetRightIsUsedAgain(t *testing.T) {
	t.Parallel()

	for _, dated := range []bool{true, false} {
		t.Run(fmt.Sprintf("dated: %t", dated), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				const late = 6 * time.Minute

				time.Sleep(700 * time.Millisecond)

				wrong, date := late, true
				service := through(emulator.New())
				cfg := config(qcc.DefaultBaseURL)
				cfg.Now = func() time.Time { return time.Now().Add(-wrong) }
				cfg.Transport = answer(func(r *http.Request) (*http.Response, error) {
					response, err := service(r)
					if !date {
						response.Header.Del("Date")
					}

					return response, err
				})
				client := newClient(t, cfg)

				if quota, err := client.Quota(t.Context()); err != nil || (quota.Skew-late).Abs() > time.Second {
					t.Errorf("with a clock %s late, the quota is %+v, %v", wrong, quota, err)
				}

				wrong, date = 0, dated

				for range 2 {
					if quota, err := client.Quota(t.Context()); err != nil || quota.Skew != 0 {
						t.Errorf("with a clock that is right, the quota is %+v, %v", quota, err)
					}
				}
			})
		})
	}
}

func TestACorrectionThatDidNotHelpIsNotKept(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var signed []time.Duration

		cfg := config(qcc.DefaultBaseURL)
		cfg.MaxRetries = 1
		cfg.Transport = answer(func(r *http.Request) (*http.Response, error) {
			seconds, err := strconv.ParseInt(r.Header.Get("Timespan"), 10, 64)
			if err != nil {
				t.Error(err)
			}

			signed = append(signed, time.Until(time.Unix(seconds, 0)).Round(time.Minute))

			// The second request gets no answer, so the client cannot know whether its signature was right.
			if len(signed) == 2 {
				return nil, io.ErrUnexpectedEOF
			}

			response := ok(`{"status":"115"}`)
			if len(signed) > 2 {
				response = ok(`{"status":"200","result":[]}`)
			}

			response.Header.Set("Date", time.Now().Add(time.Hour).UTC().Format(http.TimeFormat))

			return response, nil
		})

		if _, err := read(t, cfg); err != nil {
			t.Error(err)
		}

		if want := []time.Duration{0, time.Hour, 0}; !slices.Equal(signed, want) {
			t.Errorf("the requests were signed %v ahead, want %v", signed, want)
		}
	})
}

// TestASlowBodyIsNotTakenForASkew has an answer with a slow body. Its date is right when the headers arrive, and old at the end.
func TestASlowBodyIsNotTakenForASkew(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		requests := 0

		cfg := config(qcc.DefaultBaseURL)
		cfg.Timeout = qcc.MaxTimeout
		cfg.Transport = answer(func(*http.Request) (*http.Response, error) {
			requests++
			response := ok("")
			response.Header.Set("Date", time.Now().UTC().Format(http.TimeFormat))
			response.Body = io.NopCloser(slow{strings.NewReader(`{"status":"115"}`)})

			return response, nil
		})

		_, err := read(t, cfg)
		if refused := as[*qcc.StatusError](t, err); *refused.Skew != 0 || requests != 1 {
			t.Errorf("the skew is %s after %d requests", refused.Skew, requests)
		}
	})
}

package qcc_test

import (
	"context"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/qccpro/terraform-provider-qcc/internal/qcc"
)

func TestSkew(t *testing.T) {
	t.Parallel()

	const (
		good = noQuota
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

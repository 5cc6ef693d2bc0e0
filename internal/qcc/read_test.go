package qcc_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/qccpro/terraform-provider-qcc/internal/emulator"
	"github.com/qccpro/terraform-provider-qcc/internal/qcc"
)

// TestRetries runs with synctest, where time passes only while all goroutines wait.
func TestRetries(t *testing.T) {
	t.Parallel()

	const second = time.Second

	var (
		good    = withCode(200, "")
		busy    = withCode(199, "")
		refused = withCode(101, "")
		broken  = fails(io.ErrUnexpectedEOF)
		unknown = fails(&net.DNSError{IsNotFound: true})
		noDNS   = fails(&net.DNSError{IsTemporary: true})

		wait = func(retryAfter string) answer { return withStatus(http.StatusTooManyRequests, retryAfter) }
		// until answers with a Retry-After that is a date.
		until = func(from time.Duration) answer {
			return func(r *http.Request) (*http.Response, error) {
				return wait(time.Now().Add(from).UTC().Format(http.TimeFormat))(r)
			}
		}
		ahead = func(*http.Request) (*http.Response, error) {
			theirs := time.Now().Add(time.Hour).UTC()
			response := ok("")
			response.StatusCode = http.StatusServiceUnavailable
			response.Header = http.Header{"Retry-After": {theirs.Add(20 * second).Format(http.TimeFormat)}, "Date": {theirs.Format(http.TimeFormat)}}

			return response, nil
		}
	)

	for name, test := range map[string]struct {
		answers         []answer // The last one is repeated.
		attempts        int
		atLeast, atMost time.Duration
		fails           bool
		ends            qcc.End
		once            bool // The read has no retries.
	}{
		"success":                         {answers: []answer{good}, attempts: 1},
		"busy, then success":              {answers: []answer{busy, busy, good}, attempts: 3, atMost: 3 * second},
		"every transient HTTP status":     {answers: []answer{withStatus(500, ""), withStatus(408, ""), withStatus(425, ""), good}, attempts: 4, atMost: 7 * second},
		"broken connection, then success": {answers: []answer{broken, good}, attempts: 2, atMost: second},
		"name server away, then success":  {answers: []answer{noDNS, good}, attempts: 2, atMost: second},
		"unavailable, then success":       {answers: []answer{withStatus(503, ""), good}, attempts: 2, atMost: second},
		"a wait with a status code":       {answers: []answer{withCode(122, "20"), good}, attempts: 2, atLeast: 20 * second, atMost: 21 * second},
		"a wait with a refusal":           {answers: []answer{withCode(106, "20")}, attempts: 1, fails: true},
		"just over the timeout":           {answers: []answer{wait("61")}, attempts: 1, fails: true, ends: qcc.EndNoRoom},
		"a wait beyond all numbers":       {answers: []answer{wait(strings.Repeat("9", 30))}, attempts: 1, fails: true, ends: qcc.EndNoRoom},
		"a wait after a slow answer":      {answers: []answer{later(second, wait("99999999999999"))}, attempts: 1, atLeast: second, atMost: second, fails: true, ends: qcc.EndNoRoom},
		"a wait beyond the calendar":      {answers: []answer{wait("Fri, 31 Dec 9999 23:59:59 GMT")}, attempts: 1, fails: true, ends: qcc.EndNoRoom},
		"a date by a clock that is ahead": {answers: []answer{ahead, good}, attempts: 2, atLeast: 20 * second, atMost: 21 * second},
		"busy all the time":               {answers: []answer{busy}, attempts: 4, atMost: 7 * second, fails: true, ends: qcc.EndRetries},
		"refused":                         {answers: []answer{refused}, attempts: 1, fails: true},
		"busy, then refused":              {answers: []answer{busy, refused}, attempts: 2, atMost: second, fails: true},
		"unknown host":                    {answers: []answer{unknown}, attempts: 1, fails: true},
		"Retry-After in seconds":          {answers: []answer{wait("20"), good}, attempts: 2, atLeast: 20 * second, atMost: 21 * second},
		"Retry-After as a date":           {answers: []answer{until(20 * second), good}, attempts: 2, atLeast: 19 * second, atMost: 21 * second},
		"Retry-After in the past":         {answers: []answer{until(-time.Hour), good}, attempts: 2, atMost: second},
		"one hung connection":             {answers: []answer{hang, good}, attempts: 2, atLeast: 15 * second, atMost: 16 * second},
		"everything hangs":                {answers: []answer{hang}, attempts: 4, atLeast: 60 * second, atMost: 60 * second, fails: true, ends: qcc.EndTimeout},
		"everything hangs, no retries":    {answers: []answer{hang}, attempts: 1, atLeast: 60 * second, atMost: 60 * second, fails: true, ends: qcc.EndTimeout, once: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var (
					service  = &service{answers: test.answers}
					attempts []qcc.Attempt
					stamps   = map[string]bool{}
				)

				cfg := config(qcc.DefaultBaseURL)
				if !test.once {
					cfg.MaxRetries = qcc.DefaultMaxRetries
				}

				cfg.OnAttempt = func(_ context.Context, attempt qcc.Attempt) { attempts = append(attempts, attempt) }
				cfg.Transport = answer(func(r *http.Request) (*http.Response, error) {
					stamps[r.Header.Get("Timespan")] = true

					return service.RoundTrip(r)
				})

				started := time.Now()
				_, err := read(t, cfg)
				took := time.Since(started)

				if (err != nil) != test.fails {
					t.Fatalf("error is %v, want one: %t", err, test.fails)
				}

				if requests := int(service.requests.Load()); requests != test.attempts || len(attempts) != test.attempts {
					t.Errorf("%d requests, %d of them reported, want %d", requests, len(attempts), test.attempts)
				}

				if took < test.atLeast || took > test.atMost+gathering {
					t.Errorf("the read took %s, want %s to %s", took, test.atLeast, test.atMost)
				}

				if took >= 15*second && test.attempts > 1 && len(stamps) < 2 {
					t.Error("the requests were not signed afresh")
				}

				for i, attempt := range attempts {
					if last := i == len(attempts)-1; attempt.Number != i+1 || (attempt.Wait == 0) != last {
						t.Errorf("attempt %d was reported as %+v", i+1, attempt)
					}
				}

				if test.fails {
					failed := as[*qcc.ReadError](t, err)
					if failed.Attempts != test.attempts || failed.End != test.ends || failed.Timeout != cfg.Timeout {
						t.Errorf("error is %+v, want %d attempts and end %d", failed, test.attempts, test.ends)
					}
				}
			})
		})
	}
}

func TestAttemptsAreReported(t *testing.T) {
	t.Parallel()

	var got qcc.Attempt

	cfg := config(serve(t, emulator.New(emulator.WithBehavior(emulator.Behavior{Code: 107}))))
	cfg.OnAttempt = func(_ context.Context, attempt qcc.Attempt) { got = attempt }

	_, err := read(t, cfg)
	if err == nil || !strings.Contains(err.Error(), "107") {
		t.Errorf("error is %v, want one that names the code", err)
	}

	if got.Elapsed <= 0 {
		t.Errorf("the attempt took %s", got.Elapsed)
	}

	got.Elapsed = 0
	if want := (qcc.Attempt{Number: 1, HTTPStatus: http.StatusOK, Code: 107}); got != want {
		t.Errorf("attempt is %+v, want %+v", got, want)
	}
}

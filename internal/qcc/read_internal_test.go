package qcc

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// roundTrip is a RoundTripper.
type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(request *http.Request) (*http.Response, error) { return f(request) }

// busy is an answer of HTTP 503.
func busy(retryAfter string) *http.Response {
	return &http.Response{
		StatusCode: http.StatusServiceUnavailable, Header: http.Header{"Retry-After": {retryAfter}}, Body: io.NopCloser(strings.NewReader("")),
	}
}

func newBoundedClient(t *testing.T, transport http.RoundTripper, onAttempt func(context.Context, Attempt)) *Client {
	t.Helper()

	client, err := New(Config{
		Key: "test_key", SecretKey: "test_secret", BaseURL: DefaultBaseURL, Timeout: time.Minute, MaxRetries: 10, Transport: transport, OnAttempt: onAttempt,
	})
	if err != nil {
		t.Fatal(err)
	}

	return client
}

// TestAReadEndsInTimeWhateverItHasWaitedBefore is about reads that began before their request was made, or whose process stood still.
func TestAReadEndsInTimeWhateverItHasWaitedBefore(t *testing.T) {
	t.Parallel()

	hangs := func(request *http.Request) (*http.Response, error) {
		<-request.Context().Done()

		return nil, request.Context().Err()
	}

	late := func(retryAfter string) roundTrip {
		return func(*http.Request) (*http.Response, error) {
			time.Sleep(time.Second) // Whatever its context says.

			return busy(retryAfter), nil
		}
	}

	for name, test := range map[string]struct {
		transport roundTrip
		waited    time.Duration // Since the read began.
		ends      time.Duration // After the request was made, at the latest.
		attempts  int
		end       End
	}{
		"hangs with ten seconds left":           {hangs, 50 * time.Second, 10 * time.Second, 1, EndTimeout},
		"wants more time than is left":          {func(*http.Request) (*http.Response, error) { return busy("20"), nil }, 50 * time.Second, 0, 1, EndNoRoom},
		"answers when the time has passed":      {late(""), 59500 * time.Millisecond, time.Second, 1, EndTimeout},
		"answers so, and wants yet more":        {late("3600"), 59500 * time.Millisecond, time.Second, 1, EndTimeout},
		"answers at the moment the time passes": {late("1"), 59 * time.Second, time.Second, 1, EndTimeout},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var (
					reports int
					wait    time.Duration
				)

				client := newBoundedClient(t, test.transport, func(_ context.Context, attempt Attempt) { reports, wait = reports+1, attempt.Wait })
				asked := time.Now()

				_, err := client.read(t.Context(), asked.Add(-test.waited))

				failed, ok := errors.AsType[*ReadError](err)
				if !ok || failed.Attempts != test.attempts || reports != test.attempts || failed.End != test.end || failed.Timeout != time.Minute {
					t.Errorf("the read ended with %d reports and %+v, want %d attempts and end %d", reports, err, test.attempts, test.end)
				}

				if wait != 0 {
					t.Errorf("a wait of %s is reported, and there was none", wait)
				}

				if took := time.Since(asked); took > test.ends {
					t.Errorf("the read ended after %s, want %s", took, test.ends)
				}
			})
		})
	}
}

// TestAnAttemptIsReportedOnce ends a read while it waits, after it has reported its attempt and the wait.
func TestAnAttemptIsReportedOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()

		reports := 0
		client := newBoundedClient(t, roundTrip(func(*http.Request) (*http.Response, error) { return busy("20"), nil }),
			func(context.Context, Attempt) { reports++ })

		if _, err := client.read(ctx, time.Now()); err == nil || reports != 1 {
			t.Errorf("one attempt is reported %d times, error %v", reports, err)
		}
	})
}

func TestAReadThatComesAfterARefusalAsksNobody(t *testing.T) {
	t.Parallel()

	client := newBoundedClient(t, roundTrip(func(*http.Request) (*http.Response, error) {
		t.Error("a request was made")

		return busy(""), nil
	}), nil)
	refused := &ReadError{Err: &StatusError{Status: Lookup(101)}}

	client.memory.remember(refused, true)

	if _, err := client.read(t.Context(), time.Now()); !errors.Is(err, refused) {
		t.Errorf("the error is %v, want the refusal", err)
	}
}

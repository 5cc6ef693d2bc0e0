// Package qcc asks QCC Pro (企查查专业版) how much quota a company has left. It implements the quota query (额度查询接口) of the
// interface document V1.0 of 2020-04-24; comments name the section that they follow.
package qcc

import (
	"cmp"
	"compress/flate"
	"compress/gzip"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/cenkalti/backoff/v5"
)

const (
	// quotaPath is the path of the quota query. Source: interface document, section 6.1.
	quotaPath = "/api/company/quota/getQuota"
	// maxBody is how many bytes an answer may have: room for thousands of modules, where three are known.
	maxBody = 1 << 20
	// attemptsPerBudget is how many attempts that hang fit into the budget of a read.
	attemptsPerBudget = 4
	// ToleratedSkew is how far two clocks may be apart before that is taken for the reason of a refused signature. A Timespan is
	// said to be good for five minutes.
	ToleratedSkew = time.Minute
	// firstWait and longestWait bound the average wait before an attempt is repeated; it doubles each time, and each single wait is
	// anything between nothing and twice the average.
	firstWait   = 500 * time.Millisecond
	longestWait = 5 * time.Second
)

// Client reads one company's quota. It is safe for concurrent use.
type Client struct {
	config   Config
	endpoint *url.URL
	shared   sharer[Quota]
	// offset is by how many nanoseconds the service's clock is ahead of this machine's, where a signature was refused because of it.
	offset atomic.Int64
	// refused is the error of ClassRefused that a read has met; nil as long as none has.
	refused atomic.Pointer[ReadError]
}

// Attempt is what can be told of one request.
type Attempt struct {
	// Number counts the requests of one read, from 1.
	Number int
	// Elapsed is how long the request took, its answer included.
	Elapsed time.Duration
	// HTTPStatus is 0 if no answer came.
	HTTPStatus int
	// Code is the service's status code, 0 if the answer held none.
	Code int
	// Wait is how long the read waits before its next attempt; 0 if it does not wait, or makes none.
	Wait time.Duration
}

// New returns a client. It sends nothing. An error is the first *ConfigError of Config.Validate.
func New(config Config) (*Client, error) {
	if wrong := config.Validate(); len(wrong) > 0 {
		return nil, wrong[0]
	}

	base, _ := parseBaseURL(config.BaseURL)

	base.Path = cmp.Or(base.Path, "/") // Without which JoinPath would make a relative path.
	endpoint := base.JoinPath(quotaPath)
	endpoint.RawQuery = url.Values{"key": {config.Key}}.Encode()

	if config.Now == nil {
		config.Now = time.Now
	}

	if config.Transport == nil {
		config.Transport = newTransport()
	}

	c := &Client{config: config, endpoint: endpoint}
	c.shared.call = c.read

	return c, nil
}

// Quota asks the service for the quota, and never gives an answer to a request that began before the call. Calls that wait together
// share requests. It returns within Config.Timeout, and at once when ctx ends. An error is a *ReadError. After an error of
// ClassRefused it asks no more: later calls get the same error.
//
// Source: interface document, section 6.2.1.
func (c *Client) Quota(ctx context.Context) (Quota, error) {
	if refused := c.refused.Load(); refused != nil {
		return Quota{}, refused
	}

	quota, err := c.shared.do(ctx)

	var failed *ReadError
	if err != nil && !errors.As(err, &failed) {
		err = &ReadError{Err: err} // The context's own.
	}

	return quota, err
}

// read asks the service, again where that may help, for reads the oldest of which began at the given time.
func (c *Client) read(ctx context.Context, began time.Time) (Quota, error) {
	ctx, cancel := context.WithDeadline(ctx, began.Add(c.config.Timeout))
	defer cancel()

	var (
		attempt Attempt
		tries   int
		failure error
	)

	quota, err := backoff.Retry(ctx,
		func() (Quota, error) {
			if refused := c.refused.Load(); refused != nil { // By another read, while this one waited.
				failure = refused

				return Quota{}, backoff.Permanent(failure)
			}

			var quota Quota

			tries++
			quota, failure = c.try(ctx, &attempt, tries > c.config.MaxRetries)

			return quota, retryAdvice(failure)
		},
		backoff.WithBackOff(&backoff.ExponentialBackOff{
			InitialInterval: firstWait, MaxInterval: longestWait, Multiplier: 2, RandomizationFactor: 1,
		}),
		backoff.WithMaxTries(uint(c.config.MaxRetries)+1),
		backoff.WithMaxElapsedTime(c.config.Timeout-time.Since(began)),
		backoff.WithNotify(func(_ error, wait time.Duration) {
			attempt.Wait = wait
			c.report(ctx, attempt)
		}),
	)
	if attempt.Number > 0 && attempt.Wait == 0 {
		c.report(ctx, attempt)
	}

	if err == nil {
		return quota, nil
	}

	var (
		refused *ReadError
		status  *StatusError
	)

	if errors.As(failure, &refused) {
		return Quota{}, refused
	}

	failed := &ReadError{Err: failure, Attempts: attempt.Number}

	switch {
	case errors.As(failure, &status) && status.Status.Class == ClassRefused:
		c.refused.Store(failed)
	case isTransient(failure) && tries <= c.config.MaxRetries, ctx.Err() != nil:
		failed.Budget = c.config.Timeout
	}

	return Quota{}, failed
}

func (c *Client) report(ctx context.Context, attempt Attempt) {
	if c.config.OnAttempt != nil {
		c.config.OnAttempt(ctx, attempt)
	}
}

// retryAdvice tells backoff.Retry what to do after an attempt. A wait that its elapsed time leaves no room for it does not begin.
func retryAdvice(failure error) error {
	wait := (&ReadError{Err: failure}).RetryAfter()

	switch {
	case failure == nil:
		return nil
	case !isTransient(failure):
		return backoff.Permanent(failure)
	case wait > 0:
		return &backoff.RetryAfterError{Duration: wait}
	default:
		return failure
	}
}

// try makes an attempt that leaves time for another one, unless it is the last.
func (c *Client) try(ctx context.Context, attempt *Attempt, last bool) (Quota, error) {
	if !last {
		var cancel context.CancelFunc

		ctx, cancel = context.WithTimeout(ctx, c.config.Timeout/attemptsPerBudget)
		defer cancel()
	}

	return c.attempt(ctx, attempt)
}

// attempt sends one request. If it is refused for its signature, and the service's clock is not where this client takes it to be, it
// sends a second one at once, signed with the service's time. That one is no retry.
func (c *Client) attempt(ctx context.Context, attempt *Attempt) (Quota, error) {
	offset := time.Duration(c.offset.Load())

	quota, err := c.ask(ctx, attempt, offset)

	mended := clockOf(err)
	if !refusesSignature(err) || (mended-offset).Abs() <= ToleratedSkew || c.refused.Load() != nil {
		return quota, err
	}

	c.report(ctx, *attempt)

	quota, err = c.ask(ctx, attempt, mended)
	if attempt.Code != 0 && !refusesSignature(err) {
		c.offset.Store(int64(mended)) // The service has taken the signature, whatever else it says.
	}

	return quota, err
}

// refusesSignature tells whether the service did not take the signature of a request.
func refusesSignature(failure error) bool {
	var status *StatusError

	return errors.As(failure, &status) && status.Status.DependsOnClock()
}

// clockOf returns by how much a clock must be ahead of this machine's to be right, as far as a refusal tells: 0 if it tells nothing, or
// no more than clocks usually differ by.
func clockOf(failure error) time.Duration {
	var status *StatusError
	if !errors.As(failure, &status) || status.Skew == nil || status.Skew.Abs() <= ToleratedSkew {
		return 0
	}

	return *status.Skew
}

// ask sends one request, signed with the time of a clock that is ahead of this machine's by offset, and reads its answer. It notes in
// attempt what came back.
func (c *Client) ask(ctx context.Context, attempt *Attempt, offset time.Duration) (Quota, error) {
	started := time.Now()
	*attempt = Attempt{Number: attempt.Number + 1}

	defer func() { attempt.Elapsed = time.Since(started) }()

	var handshakeFailed atomic.Bool

	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		TLSHandshakeDone: func(_ tls.ConnectionState, err error) { handshakeFailed.Store(err != nil) },
	})

	request := c.request(ctx, c.config.Now().Add(offset))

	response, err := c.config.Transport.RoundTrip(request)
	if err != nil {
		return Quota{}, newTransportError(err, c.endpoint.Host, handshakeFailed.Load())
	}

	defer func() { _ = response.Body.Close() }() // What matters was read, or an error said so.

	attempt.HTTPStatus = response.StatusCode

	quota, status, err := c.interpret(response, c.config.Now())
	attempt.Code = status.Code

	if err != nil {
		return Quota{}, redacted(err, c.config.Key, c.config.SecretKey)
	}

	quota.Skew = offset

	return quota, nil
}

// interpret reads an answer that began to come at the given time. The Status is zero if the answer does not hold one. An error repeats
// words of the service as they came.
func (c *Client) interpret(response *http.Response, came time.Time) (Quota, Status, error) {
	facts := Response{
		Host:        c.endpoint.Host,
		StatusCode:  response.StatusCode,
		ContentType: response.Header.Get("Content-Type"),
		Length:      response.ContentLength,
	}
	wait := Wait{RetryAfter: retryAfter(response.Header, came)}

	if response.StatusCode != http.StatusOK {
		failure := &HTTPError{Response: facts, Wait: wait}
		if target, err := response.Location(); err == nil {
			failure.RedirectHost = target.Host
		}

		return Quota{}, Status{}, failure
	}

	body, err := io.ReadAll(io.LimitReader(response.Body, maxBody+1))

	switch {
	case isCorrupt(err):
		return Quota{}, Status{}, &AnswerError{Response: facts, Problem: "is not compressed as its header says"}
	case err != nil:
		return Quota{}, Status{}, newTransportError(err, c.endpoint.Host, false)
	case len(body) > maxBody:
		return Quota{}, Status{}, &AnswerError{Response: facts, Problem: "is longer than 1 MiB"}
	}

	facts.Length = int64(len(body))

	quota, status, err := decodeQuota(body)

	var stated *StatusError

	switch {
	case err == nil:
		return quota, status, nil
	case errors.As(err, &stated):
		stated.Wait = wait

		if date, err := http.ParseTime(response.Header.Get("Date")); err == nil && status.DependsOnClock() {
			stated.Skew = new(date.Sub(came).Round(time.Second))
		}

		return Quota{}, status, stated
	default:
		return Quota{}, status, &AnswerError{Response: facts, Problem: err.Error()}
	}
}

// request returns a request that is signed with a time. Source: interface document, sections 6.1 and 6.2.1.
func (c *Client) request(ctx context.Context, now time.Time) *http.Request {
	timespan := strconv.FormatInt(now.Unix(), 10)

	request := &http.Request{
		Method: http.MethodGet,
		URL:    c.endpoint,
		Header: http.Header{
			"Accept":        {"application/json"},
			"Cache-Control": {"no-cache"}, // No proxy on the way may answer with an older count.
			"Timespan":      {timespan},
			"Token":         {signature(c.config.Key, timespan, c.config.SecretKey)},
			"User-Agent":    {c.config.UserAgent},
		},
	}

	return request.WithContext(ctx)
}

// isCorrupt tells whether a body could not be decompressed.
func isCorrupt(err error) bool {
	var corrupt flate.CorruptInputError

	return errors.Is(err, gzip.ErrHeader) || errors.Is(err, gzip.ErrChecksum) || errors.As(err, &corrupt)
}

// longestRetryAfter is more than any read could wait, and little enough to reckon with; what is beyond it is not told apart.
const longestRetryAfter = 365 * 24 * time.Hour

// retryAfter reads the header of that name, a number of seconds or a date; 0 if it says neither, or a time that has passed. A date is
// taken by the clock that wrote it, if the answer has its time, else by the clock that says when the answer came.
func retryAfter(header http.Header, came time.Time) time.Duration {
	said := header.Get("Retry-After")
	if said == "" {
		return 0
	}

	if seconds, err := strconv.ParseUint(said, 10, 64); err == nil || errors.Is(err, strconv.ErrRange) {
		return time.Duration(min(seconds, uint64(longestRetryAfter/time.Second))) * time.Second
	}

	date, err := http.ParseTime(said)
	if err != nil {
		return 0
	}

	if theirs, err := http.ParseTime(header.Get("Date")); err == nil {
		came = theirs
	}

	return max(0, min(date.Sub(came.Truncate(time.Second)), longestRetryAfter))
}

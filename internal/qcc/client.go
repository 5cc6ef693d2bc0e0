// Package qcc asks QCC Pro (企查查专业版) how much quota a company has left. It implements the quota query (额度查询接口) of the
// interface document V1.0 of 2020-04-24; comments name the section that they follow.
package qcc

import (
	"cmp"
	"compress/flate"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"maps"
	"net/http"
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
	header   http.Header // Of every request, but for its signature.
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

	c := &Client{config: config, endpoint: endpoint, header: http.Header{
		"Accept":        {"application/json"},
		"Cache-Control": {"no-cache"}, // No proxy on the way may answer with an older count.
		"User-Agent":    {config.UserAgent},
	}}
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

// reading is a read under way.
type reading struct {
	deadline time.Time // When the oldest of the reads that it is for must end.
	tries    int
	attempt  Attempt // The last one.
	failure  error   // Of the last one; nil if it brought the quota.
}

// read asks the service, again where that may help, for reads the oldest of which began at the given time.
func (c *Client) read(ctx context.Context, began time.Time) (Quota, error) {
	r := &reading{deadline: began.Add(c.config.Timeout)}

	if refused := c.refused.Load(); refused != nil { // By another read, while this one waited.
		return Quota{}, refused
	}

	quota := c.try(ctx, r)
	if isTransient(r.failure) {
		quota = c.tryAgain(ctx, r)
	}

	if r.attempt.Wait == 0 {
		c.report(ctx, r.attempt)
	}

	if r.failure == nil {
		return quota, nil
	}

	if refused, ok := errors.AsType[*ReadError](r.failure); ok {
		return Quota{}, refused
	}

	failed := &ReadError{Err: r.failure, Attempts: r.attempt.Number}
	status, ok := errors.AsType[*StatusError](r.failure)

	switch {
	case ok && status.Status.Class == ClassRefused:
		c.refused.Store(failed)
	case isTransient(r.failure) && r.tries <= c.config.MaxRetries, !time.Now().Before(r.deadline):
		failed.Budget = c.config.Timeout
	}

	return Quota{}, failed
}

// tryAgain repeats an attempt as long as its failure may pass, and the retries and the time suffice. A wait that the time leaves no room
// for does not begin.
func (c *Client) tryAgain(ctx context.Context, r *reading) Quota {
	ctx, cancel := context.WithDeadline(ctx, r.deadline)
	defer cancel()

	failedBefore := true // The attempt that is repeated counts as the first here.

	quota, _ := backoff.Retry(ctx,
		func() (Quota, error) {
			if failedBefore {
				failedBefore = false

				return Quota{}, retryAdvice(r.failure)
			}

			if refused := c.refused.Load(); refused != nil { // By another read, while this one waited.
				r.failure = refused

				return Quota{}, backoff.Permanent(r.failure)
			}

			quota := c.try(ctx, r)

			return quota, retryAdvice(r.failure)
		},
		backoff.WithBackOff(&backoff.ExponentialBackOff{
			InitialInterval: firstWait, MaxInterval: longestWait, Multiplier: 2, RandomizationFactor: 1,
		}),
		backoff.WithMaxTries(uint(c.config.MaxRetries)+1),
		backoff.WithMaxElapsedTime(time.Until(r.deadline)), // No limit if it has passed; the context is one.
		backoff.WithNotify(func(_ error, wait time.Duration) {
			r.attempt.Wait = wait
			c.report(ctx, r.attempt)
		}),
	)

	return quota
}

func (c *Client) report(ctx context.Context, attempt Attempt) {
	if c.config.OnAttempt != nil {
		c.config.OnAttempt(ctx, attempt)
	}
}

// retryAdvice tells backoff.Retry what to do after an attempt.
func retryAdvice(failure error) error {
	if failure == nil {
		return nil
	}

	if !isTransient(failure) {
		return backoff.Permanent(failure)
	}

	if wait := (&ReadError{Err: failure}).RetryAfter(); wait > 0 {
		return &backoff.RetryAfterError{Duration: wait}
	}

	return failure
}

// try makes an attempt that leaves time for another one, unless it is the last.
func (c *Client) try(ctx context.Context, r *reading) (quota Quota) {
	r.tries++

	deadline := r.deadline
	if r.tries <= c.config.MaxRetries {
		deadline = earlier(deadline, time.Now().Add(c.config.Timeout/attemptsPerBudget))
	}

	ctx, cancel := context.WithDeadline(ctx, deadline)
	defer cancel()

	quota, r.failure = c.attempt(ctx, &r.attempt)

	return quota
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}

	return b
}

// attempt sends one request. If it is refused for its signature, and the service's clock is not where this client takes it to be, it
// sends a second one at once, signed with the service's time. That one is no retry.
func (c *Client) attempt(ctx context.Context, attempt *Attempt) (Quota, error) {
	offset := time.Duration(c.offset.Load())

	quota, err := c.ask(ctx, attempt, offset)
	if err == nil {
		return quota, nil
	}

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
	status, ok := errors.AsType[*StatusError](failure)

	return ok && status.Status.DependsOnClock()
}

// clockOf returns by how much a clock must be ahead of this machine's to be right, as far as a refusal tells: 0 if it tells nothing, or
// no more than clocks usually differ by.
func clockOf(failure error) time.Duration {
	status, ok := errors.AsType[*StatusError](failure)
	if !ok || status.Skew == nil || status.Skew.Abs() <= ToleratedSkew {
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

	ctx, handshake := watchHandshake(ctx)

	request := c.request(ctx, c.config.Now().Add(offset))

	response, err := c.config.Transport.RoundTrip(request)
	if err != nil {
		return Quota{}, newTransportError(err, c.endpoint.Host, handshake.failed.Load())
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
	signed := []string{timespan, signature(c.config.Key, timespan, c.config.SecretKey)}

	header := maps.Clone(c.header)
	header["Timespan"], header["Token"] = signed[:1:1], signed[1:]

	return (&http.Request{Method: http.MethodGet, URL: c.endpoint, Header: header}).WithContext(ctx)
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

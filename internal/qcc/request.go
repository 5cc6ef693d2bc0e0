package qcc

import (
	"context"
	"maps"
	"net/http"
	"strconv"
	"time"
)

// send sends one signed request and reads its answer. It signs with this machine's time plus offset. It stores the next number and the
// outcome in attempt.
func (c *Client) send(ctx context.Context, attempt *Attempt, offset time.Duration) (Quota, error) {
	started := time.Now()
	*attempt = Attempt{Number: attempt.Number + 1}

	defer func() { attempt.Elapsed = time.Since(started) }()

	ctx, p := watch(ctx)
	p.loopbackOnly = c.endpoint.Scheme == plainHTTP
	request, token := c.request(ctx, c.config.Now().Add(offset))
	c.tokens.add(token)

	response, err := c.config.Transport.RoundTrip(request)
	if err != nil {
		return Quota{}, newTransportError(err, c.endpoint.Host, p)
	}

	defer func() { _ = response.Body.Close() }() // An error of Close changes nothing: the answer was read, or there is an error already.

	received := reply{response: response, received: c.config.Now(), host: c.endpoint.Host, progress: p, redactor: c.redactor.with(c.tokens.held())}
	quota, status, err := received.parse()
	attempt.HTTPStatus, attempt.Code = response.StatusCode, status.Code
	quota.Skew = offset

	if err != nil {
		return Quota{}, err
	}

	return quota, nil
}

// request returns a request that is signed with the time now, and its Token. Source: interface document, sections 6.1 and 6.2.1.
func (c *Client) request(ctx context.Context, now time.Time) (*http.Request, string) {
	timespan := strconv.FormatInt(now.Unix(), 10)
	token := signature(c.config.Key, timespan, c.config.SecretKey)

	header := maps.Clone(c.header)
	header.Set("Timespan", timespan)
	header.Set("Token", token)

	return (&http.Request{Method: http.MethodGet, URL: c.endpoint, Header: header}).WithContext(ctx), token
}

package qcc

import (
	"context"
	"time"
)

const (
	// ToleratedSkew is the largest clock difference that cannot be the cause of a refused signature. As far as is known, the service accepts a
	// Timespan for five minutes.
	ToleratedSkew = time.Minute
	// MaxCorrectedSkew is the largest difference of the clocks that the client corrects. With a larger one, a false server could
	// collect signatures for the future.
	MaxCorrectedSkew = 24 * time.Hour
)

// exchange sends a request, and a second one if this machine's clock caused a refusal. The second request is signed with the service's
// time. The client sends it at once, and does not count it as a retry.
func (c *Client) exchange(ctx context.Context, attempt *Attempt) (Quota, error) {
	offset := time.Duration(c.serverClockOffset.Load())
	first := c.send(ctx, attempt, offset)

	corrected, ok := correctedOffset(first.skew)
	if !first.refusesSignature() || !ok || (corrected-offset).Abs() <= ToleratedSkew {
		return first.result()
	}

	if c.memory.refusal() != nil { // Another read was refused meanwhile. Without a second request, it is unknown whether the clock is the cause.
		first.skew = nil

		return first.result()
	}

	c.report(ctx, *attempt)

	second := c.send(ctx, attempt, corrected)
	if second.status.Code != 0 && !second.refusesSignature() {
		c.serverClockOffset.Store(int64(corrected)) // Any other status code means that the service accepted the signature.
	}

	return second.result()
}

// send sends one request and reads its answer. It signs with this machine's time plus offset. It stores the next number and the outcome in
// attempt.
func (c *Client) send(ctx context.Context, attempt *Attempt, offset time.Duration) reply {
	started := time.Now()
	*attempt = Attempt{Number: attempt.Number + 1}

	defer func() { attempt.Elapsed = time.Since(started) }()

	ctx, p := watch(ctx)
	p.loopbackOnly = c.endpoint.Scheme == plainHTTP
	request, token := c.request(ctx, c.config.Now().Add(offset))
	c.tokens.add(token)

	response, err := c.config.Transport.RoundTrip(request)
	if err != nil {
		return reply{failure: newTransportError(err, c.endpoint.Host, p)}
	}

	defer func() { _ = response.Body.Close() }() // An error of Close changes nothing: the answer was read, or there is an error already.

	received := c.receive(response, p)
	received.quota.Skew = offset
	attempt.HTTPStatus, attempt.Code = received.response.StatusCode, received.status.Code

	return received
}

// correctedOffset returns how far the service's clock is ahead of this machine's, from the skew of a refusal. It is 0 if there is no skew, or
// if the clocks differ by no more than ToleratedSkew. The result is false if they differ by more than MaxCorrectedSkew.
func correctedOffset(skew *time.Duration) (time.Duration, bool) {
	switch {
	case skew == nil || skew.Abs() <= ToleratedSkew:
		return 0, true
	case skew.Abs() > MaxCorrectedSkew:
		return 0, false
	default:
		return *skew, true
	}
}

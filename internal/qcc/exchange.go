package qcc

import (
	"context"
	"errors"
	"time"
)

const (
	// ToleratedSkew is how far two clocks may be apart before that is taken for the reason of a refused signature. A Timespan is
	// said to be good for five minutes.
	ToleratedSkew = time.Minute
	// MaxCorrectedSkew is how far this machine's clock may be off to be corrected. Beyond it, a false clock could collect
	// signatures for the future.
	MaxCorrectedSkew = 24 * time.Hour
)

// exchange sends a request, and a second one if the first was refused because of this machine's clock. The second request is signed with
// the service's time. It follows at once and does not count as a retry.
func (c *Client) exchange(ctx context.Context, attempt *Attempt) (Quota, error) {
	offset := time.Duration(c.serverClockOffset.Load())

	quota, err := c.send(ctx, attempt, offset)
	if !refusesSignature(err) {
		return quota, err
	}

	corrected, ok := correctedOffset(err)
	if !ok || (corrected-offset).Abs() <= ToleratedSkew || c.memory.refusal() != nil {
		return quota, err
	}

	c.report(ctx, *attempt)

	quota, err = c.send(ctx, attempt, corrected)
	if attempt.Code != 0 && !refusesSignature(err) {
		c.serverClockOffset.Store(int64(corrected)) // The service accepted the signature, whatever else it answered.
	}

	return quota, err
}

// refusesSignature reports whether the service refused the signature of a request.
func refusesSignature(err error) bool {
	status, ok := errors.AsType[*StatusError](err)

	return ok && status.Status.DependsOnClock()
}

// correctedOffset returns how far the service's clock is ahead of this machine's, by the Date of a refusal. It is 0 without a Date, or if
// the clocks differ by no more than ToleratedSkew. The result is false if they differ by more than MaxCorrectedSkew.
func correctedOffset(err error) (time.Duration, bool) {
	status, ok := errors.AsType[*StatusError](err)

	switch {
	case !ok || status.Skew == nil || status.Skew.Abs() <= ToleratedSkew:
		return 0, true
	case status.Skew.Abs() > MaxCorrectedSkew:
		return 0, false
	default:
		return *status.Skew, true
	}
}

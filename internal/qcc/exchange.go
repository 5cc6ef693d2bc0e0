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

	refusal := signatureRefusal(err)
	if refusal == nil {
		return quota, err
	}

	corrected, ok := correctedOffset(refusal.Skew)
	if !ok || (corrected-offset).Abs() <= ToleratedSkew {
		return quota, err
	}

	if c.memory.refusal() != nil { // Another read was refused meanwhile, so whether a correction helps stays unknown.
		refusal.Skew = nil

		return quota, err
	}

	c.report(ctx, *attempt)

	quota, err = c.send(ctx, attempt, corrected)
	if attempt.Code != 0 && signatureRefusal(err) == nil {
		c.serverClockOffset.Store(int64(corrected)) // The service accepted the signature, whatever else it answered.
	}

	return quota, err
}

// signatureRefusal returns the error of an answer that refuses the signature of a request; nil if err is another one.
func signatureRefusal(err error) *StatusError {
	status, ok := errors.AsType[*StatusError](err)
	if !ok || !status.Status.DependsOnClock() {
		return nil
	}

	return status
}

// correctedOffset returns how far the service's clock is ahead of this machine's, by the skew of a refusal. It is 0 without a skew, or if
// the clocks differ by no more than ToleratedSkew. The result is false if they differ by more than MaxCorrectedSkew.
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

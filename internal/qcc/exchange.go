package qcc

import (
	"context"
	"errors"
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

	quota, err := c.send(ctx, attempt, offset)

	refusal := signatureRefusal(err)
	if refusal == nil {
		return quota, err
	}

	corrected, ok := correctedOffset(refusal.Skew)
	if !ok || (corrected-offset).Abs() <= ToleratedSkew {
		return quota, err
	}

	if c.memory.refusal() != nil { // Another read was refused meanwhile. Without a second request, it is unknown whether the clock is the cause.
		refusal.Skew = nil

		return quota, err
	}

	c.report(ctx, *attempt)

	quota, err = c.send(ctx, attempt, corrected)
	if attempt.Code != 0 && signatureRefusal(err) == nil {
		c.serverClockOffset.Store(int64(corrected)) // Any other status code means that the service accepted the signature.
	}

	return quota, err
}

// signatureRefusal returns err as a StatusError if the service refused the signature, else nil.
func signatureRefusal(err error) *StatusError {
	status, ok := errors.AsType[*StatusError](err)
	if !ok || !status.Status.DependsOnClock() {
		return nil
	}

	return status
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

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
	// MaxCorrectedSkew is how far this machine's clock may be off to be corrected. Beyond it, a false clock could be there to collect
	// signatures for times to come.
	MaxCorrectedSkew = 24 * time.Hour
)

// exchange sends a request. If it is refused for its signature, and the service's clock is not where this client takes it to be, it
// sends a second one at once, signed with the service's time. The second one is no retry.
func (c *Client) exchange(ctx context.Context, attempt *Attempt) (Quota, error) {
	offset := time.Duration(c.serverClockOffset.Load())

	quota, err := c.send(ctx, attempt, offset)

	refusal := signatureRefusal(err)
	if refusal == nil {
		return quota, err
	}

	corrected, ok := correctedOffset(refusal.Skew)
	if !ok || (corrected-offset).Abs() <= ToleratedSkew || c.lesson.refusal() != nil {
		return quota, err
	}

	c.report(ctx, *attempt)

	quota, err = c.send(ctx, attempt, corrected)
	if attempt.Code != 0 && signatureRefusal(err) == nil {
		c.serverClockOffset.Store(int64(corrected)) // The service has taken the signature, whatever else it says.
	}

	return quota, err
}

// signatureRefusal returns the error of an answer that did not take the signature of a request; nil if err is no such error.
func signatureRefusal(err error) *StatusError {
	status, ok := errors.AsType[*StatusError](err)
	if !ok || !status.Status.DependsOnClock() {
		return nil
	}

	return status
}

// correctedOffset returns by how much the service's clock is ahead of this machine's, as far as the skew of a refusal tells: 0 if they differ
// by no more than clocks usually do. It is false if they differ by more than is corrected.
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

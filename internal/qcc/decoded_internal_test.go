package qcc

import (
	"errors"
	"time"
)

// decodeQuota returns the quota of a body, or the error that a reply with the body has.
func decodeQuota(body []byte, r *redactor) (Quota, Status, error) {
	received := reply{answer: decode(body, r), response: Response{StatusCode: 200}}
	quota, err := received.result()

	return quota, received.status, err
}

func isTransient(err error) bool { return reactionTo(err).transient }

func retryAfter(err error) time.Duration { return reactionTo(err).pause }

// signatureRefusal returns err as a StatusError if the service refused the signature, else nil.
func signatureRefusal(err error) *StatusError {
	status, ok := errors.AsType[*StatusError](err)
	if !ok || !status.Status.DependsOnClock() {
		return nil
	}

	return status
}

package qcc

import (
	"slices"
	"sync"
)

// heldTokens is how many Tokens a client stores. It is the largest number of requests of one read.
const heldTokens = 2 * (LimitMaxRetries + 1)

// tokens holds the Tokens of the client's latest requests, in folded case. The service may send any of them back. The zero value holds
// none.
type tokens struct {
	mu     sync.Mutex
	latest []string
}

// add stores a Token. Requests of the same second have the same Token, which is stored once.
func (t *tokens) add(token string) {
	t.mu.Lock()
	defer t.mu.Unlock()

	token = foldCase(token)
	if slices.Contains(t.latest, token) {
		return
	}

	latest := append([]string{token}, t.latest...)
	t.latest = latest[:min(len(latest), heldTokens)]
}

// held returns the Tokens, the latest one first. The list never changes, because add makes a new one.
func (t *tokens) held() []string {
	t.mu.Lock()
	defer t.mu.Unlock()

	return t.latest
}

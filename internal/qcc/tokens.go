package qcc

import (
	"slices"
	"sync"
)

// heldTokens is how many Tokens a client holds. A read sends no more requests than that.
const heldTokens = 2 * (LimitMaxRetries + 1)

// tokens holds the Tokens of the client's latest requests, in folded case. A service may repeat any of them. The zero value holds none.
type tokens struct {
	mu     sync.Mutex
	latest []string
}

// add holds a Token. Requests of the same second have the same one.
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

// held returns the Tokens, the latest one first. Nobody changes the list.
func (t *tokens) held() []string {
	t.mu.Lock()
	defer t.mu.Unlock()

	return t.latest
}

package qcc

import "sync"

// rememberedTokens is more than the requests of a read, which is at most twice its attempts.
const rememberedTokens = 2 * (LimitMaxRetries + 1)

// tokens holds the Tokens of the client's last requests, in folded case. A service may repeat any of them. The zero value holds none.
type tokens struct {
	mu   sync.Mutex
	last []string
}

// add adds a Token, and returns all that are held.
func (t *tokens) add(token string) []string {
	t.mu.Lock()
	defer t.mu.Unlock()

	held := append([]string{foldCase(token)}, t.last...)
	t.last = held[:min(len(held), rememberedTokens)]

	return t.last
}

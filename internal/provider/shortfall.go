package provider

import "math/big"

// shortfall returns by how much what remains is less than a need; nil if it suffices. A remaining of nil is unknown capacity, which is no
// capacity: the whole need is short. A need must be above 0, because 0 is never short.
func shortfall(need, remaining *big.Float) *big.Float {
	switch {
	case remaining == nil:
		return need
	case need.Cmp(remaining) > 0:
		return new(big.Float).Sub(need, remaining)
	default:
		return nil
	}
}

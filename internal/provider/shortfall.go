package provider

import "math/big"

// shortfall returns by how much a need is larger than the remaining quota; nil if it is not. If remaining is nil, the quota is unknown, and
// the shortfall is the whole need. The need must be above 0, because a need of 0 is never short.
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

package reservation

import "context"

// Store keeps what gates of several runs were granted. All times are those of the store's own clock, because the clocks of the runs differ.
type Store interface {
	// Clock returns the time of the store.
	Clock(ctx context.Context) (Instant, error)
	// Live returns the level of each of these modules, with the holders of its reservations. It counts the reservations of other runs than
	// run that end after since.
	Live(ctx context.Context, run string, since Instant, modules []string) (map[string]Level, error)
	// Reserve locks the account, and calls judge with the levels that Live would return, but without holders. If judge returns levels, one with
	// Committed for each module of the claim, Reserve stores them with the claim, and then calls granted. If judge returns nil, it stores
	// nothing. It may call judge several times before it returns, but granted only once. Calls of Reserve wait for each other, so no judge is
	// called between a judge and its granted.
	//
	// An error is an *Error or that of ctx. Then the claim may be stored or not, but granted was not called. The error is a FailureStale if
	// claim.Stamp is more than a minute old when Reserve holds the lock.
	Reserve(ctx context.Context, claim Claim, judge func(map[string]Level) map[string]Level, granted func()) error
}

// Instant is a time of a store's clock, in milliseconds since 1970.
type Instant int64

// Claim is what one gate adds.
type Claim struct {
	// Run identifies the run that the gate belongs to.
	Run string
	// Adds is the number of units by module id. Each is above 0.
	Adds map[string]int64
	// Stamp is a time before the reading that judges the claim began.
	Stamp Instant
}

// Level is what a store knows of a module.
type Level struct {
	// Reserved is the number of units that other runs have reserved.
	Reserved int64
	// Holders has at most three holders of these units, the largest first. Reserve neither sets nor reads it.
	Holders []Holder
	// Committed is the level to which the module was committed after the last grant: consumed and reserved units. It is nil before the first.
	Committed *int64
	// Beside reports whether something consumes the module's quota beside the gates, or did so within the last days.
	Beside bool
}

// Holder is who holds reservations of a module.
type Holder struct {
	// Name is untrusted text.
	Name string
	// Units is the sum of the reservations, and Until when the last of them ends.
	Units int64
	Until Instant
}

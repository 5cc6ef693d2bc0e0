// Package words has what users are told about each kind of failure: what it means, and what to do. The diagnostics of the provider and
// the guide "Status codes and errors" are made of it.
package words

// Explanation is what a user is told about a kind of failure.
type Explanation struct {
	// Summary is the title of the diagnostic: a constant noun phrase.
	Summary string
	// Meaning says what the failure means; empty if the description of what came back says it.
	Meaning string
	// Remedy says what a person can do; empty if there is nothing to do.
	Remedy string
}

// The titles of diagnostics about a read that failed.
const (
	summaryRefused     = "Quota query refused by QCC"
	summaryUnexpected  = "Unexpected status code from QCC"
	summaryUnavailable = "QCC service unavailable"
	summaryHTTP        = "Unexpected HTTP answer from QCC"
	summaryUnreadable  = "Unreadable answer from QCC"
	summaryNoAnswer    = "No answer from QCC"
)

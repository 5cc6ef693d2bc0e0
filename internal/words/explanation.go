// Package words explains each kind of failure to users: its meaning and its remedy. The provider's diagnostics and the guide "Status
// codes and errors" use these texts.
package words

// Explanation explains one kind of failure to users.
type Explanation struct {
	// Summary is the title of the diagnostic. It is a constant noun phrase.
	Summary string
	// Meaning says what the failure means. It is empty if the description of the response already says so.
	Meaning string
	// Remedy says what a person can do. It is empty if there is nothing to do.
	Remedy string
}

// Diagnostics about a failed read have these titles.
const (
	summaryRefused     = "Quota query refused by QCC"
	summaryUnexpected  = "Unexpected status code from QCC"
	summaryUnavailable = "QCC service unavailable"
	summaryHTTP        = "Unexpected HTTP answer from QCC"
	summaryUnreadable  = "Unreadable answer from QCC"
	summaryNoAnswer    = "No answer from QCC"
)

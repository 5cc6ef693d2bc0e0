package reservation

import "fmt"

// Failure is the kind of an error of a database.
type Failure string

// The failures of a database.
const (
	// FailureUnreachable: no connection can be made, or it was lost.
	FailureUnreachable Failure = "unreachable"
	// FailureTLS: the server's certificate cannot be verified, or the server has no TLS.
	FailureTLS Failure = "tls"
	// FailureLogin: the server refuses user, password or client certificate.
	FailureLogin Failure = "login"
	// FailureNoDatabase: the server does not have the database.
	FailureNoDatabase Failure = "no-database"
	// FailureReadOnly: the server is a standby, or its transactions are read-only.
	FailureReadOnly Failure = "read-only"
	// FailureNoTables: the database lacks the tables of schema.sql.
	FailureNoTables Failure = "no-tables"
	// FailureNoRights: the user may not read or write the tables.
	FailureNoRights Failure = "no-rights"
	// FailureTooManyConnections: the server accepts no further connection within the timeout.
	FailureTooManyConnections Failure = "too-many-connections"
	// FailureLocked: another run held the account's lock for the whole timeout.
	FailureLocked Failure = "locked"
	// FailureSlow: the server did not answer within the timeout.
	FailureSlow Failure = "slow"
	// FailureStale: each time that the database gave the lock, the reading was more than a minute old.
	FailureStale Failure = "stale"
	// FailureUnreadable: a table has a value that is not valid.
	FailureUnreadable Failure = "unreadable"
	// FailureUnknownOutcome: the connection was lost during COMMIT, and the claim could not be looked up afterwards.
	FailureUnknownOutcome Failure = "unknown-outcome"
	// FailureOther: another error of the server; Code has its SQLSTATE.
	FailureOther Failure = "other"
)

// Failures returns all failures of a database.
func Failures() []Failure {
	return []Failure{
		FailureUnreachable, FailureTLS, FailureLogin, FailureNoDatabase, FailureReadOnly, FailureNoTables, FailureNoRights,
		FailureTooManyConnections, FailureLocked, FailureSlow, FailureStale, FailureUnreadable, FailureUnknownOutcome, FailureOther,
	}
}

// Error means that a claim could not be judged by the database.
type Error struct {
	Failure Failure
	// Host is the host and port of the server, as the URL has them. It holds no credentials.
	Host string
	// Code is the SQLSTATE of the last answer; empty if the server gave none.
	Code string
}

// Error returns a text without secrets.
func (e *Error) Error() string {
	return fmt.Sprintf("reservation database at %s: %s %s", e.Host, e.Failure, e.Code)
}

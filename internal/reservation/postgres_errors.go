package reservation

import (
	"crypto/tls"
	"crypto/x509"
	"database/sql/driver"
	"errors"
	"io"
	"io/fs"
	"net"
	"slices"

	"github.com/lib/pq"
)

// errUnreadable means that a table has a value that is not valid.
var errUnreadable = errors.New("a value in the tables is not valid")

// step is a part of a transaction. The same error means different things in different steps.
type step string

const (
	stepConnect step = "connect"
	stepBegin   step = "begin"
	stepLock    step = "lock"
	stepCommit  step = "commit"
)

// stepError is an error in one step.
type stepError struct {
	error

	step step
}

// Unwrap returns the error of the driver.
func (e *stepError) Unwrap() error { return e.error }

// in adds the step to an error.
func in(step step, err error) error {
	if err == nil {
		return nil
	}

	return &stepError{err, step}
}

// stepOf returns the step of an error; "" if it has none.
func stepOf(err error) step {
	if failed := new(stepError); errors.As(err, &failed) {
		return failed.step
	}

	return ""
}

// outcomeUnknown reports whether an error of COMMIT leaves it open whether the server stored the claim. It does not if the server answered
// with an error, unless it then closed the connection. The driver returns its errors without code in that case.
func outcomeUnknown(err error) bool { return stepOf(err) == stepCommit && pq.As(err) == nil }

// failure returns the kind of a driver's error, its SQLSTATE, and whether the transaction can be tried again. The text of the error is lost,
// because it can hold users, hosts and values.
func (p *Postgres) failure(err error) (kind Failure, code string, again bool) {
	if answer := pq.As(err); answer != nil {
		kind, again = answerFailure(string(answer.Code), stepOf(err))

		return kind, string(answer.Code), again
	}

	if outcomeUnknown(err) {
		return FailureUnreachable, "", true
	}

	var (
		name      *net.DNSError
		operation *net.OpError
		timeout   net.Error
	)

	switch {
	case errors.Is(err, errUnreadable):
		return FailureUnreadable, "", false
	case isTLS(err):
		return FailureTLS, "", false
	case errors.As(err, &name):
		return FailureUnreachable, "", !name.IsNotFound
	case errors.As(err, &operation) && (operation.Op == "remote error" || operation.Op == "local error"): // An alert of TLS.
		return FailureTLS, "", false
	case errors.As(err, &timeout),
		slices.ContainsFunc([]error{driver.ErrBadConn, net.ErrClosed, io.EOF, io.ErrUnexpectedEOF}, func(lost error) bool { return errors.Is(err, lost) }):
		return FailureUnreachable, "", true
	case stepOf(err) == stepConnect && (p.attributes == pq.TargetSessionAttrsReadWrite || p.attributes == pq.TargetSessionAttrsPrimary):
		return FailureReadOnly, "", false // Other errors of connections have a type or a code.
	}

	return FailureOther, "", false
}

// isDial reports whether no connection could be made.
func isDial(err error) bool {
	operation := new(net.OpError)

	return errors.As(err, &operation) && operation.Op == "dial"
}

// isTLS reports whether a connection failed because of certificates, their files, or because the server has no TLS.
func isTLS(err error) bool {
	return errors.Is(err, pq.ErrSSLNotSupported) || errors.As(err, new(*tls.CertificateVerificationError)) || errors.As(err, new(tls.RecordHeaderError)) ||
		errors.As(err, new(x509.UnknownAuthorityError)) || errors.As(err, new(x509.CertificateInvalidError)) ||
		errors.As(err, new(x509.HostnameError)) || errors.As(err, new(*fs.PathError))
}

// answerFailure returns the kind of a server's error with this SQLSTATE, and whether the transaction can be tried again.
func answerFailure(code string, step step) (kind Failure, again bool) {
	switch code {
	case "55P03", "57014": // lock_not_available, query_canceled: by a limit of the server, or because the time of the call is over.
		if step == stepLock {
			return FailureLocked, true
		}

		return FailureSlow, true
	case "40001", "40P01", "25P03": // serialization_failure, deadlock_detected, idle_in_transaction_session_timeout
		return FailureSlow, true
	case "53300", "53400": // too_many_connections, configuration_limit_exceeded
		return FailureTooManyConnections, true
	case "57P01", "57P02", "57P03": // admin_shutdown, crash_shutdown, cannot_connect_now
		return FailureUnreachable, true
	case "3D000":
		return FailureNoDatabase, false
	case "42P01", "42703", "3F000": // undefined_table, undefined_column, invalid_schema_name
		return FailureNoTables, false
	case "42501":
		return FailureNoRights, false
	case "25006": // read_only_sql_transaction
		return FailureReadOnly, false
	}

	switch {
	case code[:2] == "08":
		return FailureUnreachable, true
	case code[:2] == "28":
		return FailureLogin, false
	case code == "0A000" && step == stepBegin: // A standby refuses BEGIN READ WRITE.
		return FailureReadOnly, false
	}

	return FailureOther, false
}

package qcc

import (
	"crypto/x509"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"slices"
)

// certificateFailure returns the failure of a certificate that was refused with an error.
func certificateFailure(err error) Failure {
	var (
		name    x509.HostnameError
		invalid x509.CertificateInvalidError
	)

	switch {
	case errors.As(err, &name) && len(name.Certificate.DNSNames)+len(name.Certificate.IPAddresses) == 0:
		return FailureNoSAN
	case isA[x509.HostnameError](err):
		return FailureCertificateName
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return FailureExpired
	case !isA[x509.UnknownAuthorityError](err) && !isA[x509.SystemRootsError](err):
		return FailureCertificate
	case hasNoTrustStore(os.Getenv("SSL_CERT_FILE"), os.Getenv("SSL_CERT_DIR")):
		return FailureTrustStore
	default:
		return FailureAuthority
	}
}

// hasNoTrustStore reports whether a value of SSL_CERT_FILE or SSL_CERT_DIR names something from which crypto/x509 reads no certificate, which
// it does not report. An empty value is not used. Windows and macOS have a trust store of their own.
func hasNoTrustStore(file, folders string) bool {
	if runtime.GOOS == "windows" || runtime.GOOS == "darwin" {
		return false
	}

	return file != "" && !hasCertificates(file) || folders != "" && !slices.ContainsFunc(filepath.SplitList(folders), isFolder)
}

// hasCertificates reports whether a file has certificates in PEM form. Those of a pipe cannot be read again.
func hasCertificates(file string) bool {
	if info, err := os.Stat(file); err == nil && info.Mode()&os.ModeNamedPipe != 0 { //nolint:gosec // crypto/x509 reads the same file.
		return true
	}

	certificates, err := os.ReadFile(file) //nolint:gosec // As above.

	return err == nil && x509.NewCertPool().AppendCertsFromPEM(certificates)
}

func isFolder(name string) bool {
	_, err := os.ReadDir(name)

	return err == nil
}

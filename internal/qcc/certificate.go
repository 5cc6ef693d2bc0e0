package qcc

import (
	"crypto/x509"
	"errors"
	"os"
	"path/filepath"
	"runtime"
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
	case name.Certificate != nil:
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
func hasNoTrustStore(file, dirs string) bool {
	if runtime.GOOS == "windows" || runtime.GOOS == "darwin" {
		return false
	}

	for _, dir := range filepath.SplitList(dirs) {
		if _, err := os.ReadDir(dir); err != nil {
			return true
		}
	}

	if file == "" {
		return false
	}

	info, err := os.Stat(file)

	switch {
	case err != nil || info.IsDir():
		return true
	case !info.Mode().IsRegular(): // The certificates of a pipe have been read.
		return false
	}

	certificates, err := os.ReadFile(file)

	return err != nil || !x509.NewCertPool().AppendCertsFromPEM(certificates)
}

package qcc

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"golang.org/x/net/http/httpproxy"

	"github.com/qccpro/terraform-provider-qcc/internal/emulator"
)

// selfSigned returns a certificate for this machine that is its own authority, as change leaves it.
func selfSigned(t *testing.T, change func(*x509.Certificate)) tls.Certificate {
	t.Helper()

	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}

	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "127.0.0.1"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), BasicConstraintsValid: true, IsCA: true,
	}
	change(template)

	certificate, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}

	return tls.Certificate{Certificate: [][]byte{certificate}, PrivateKey: key}
}

// TestFailuresOfCertificates has a server for each reason to refuse its certificate. The client trusts the authority.
func TestFailuresOfCertificates(t *testing.T) {
	t.Parallel()

	for want, change := range map[Failure]func(*x509.Certificate){
		"":                     func(*x509.Certificate) {},
		FailureExpired:         func(c *x509.Certificate) { c.NotAfter = time.Now().Add(-time.Minute) },
		FailureCertificateName: func(c *x509.Certificate) { c.IPAddresses, c.DNSNames = nil, []string{"gateway.example"} },
		FailureNoSAN:           func(c *x509.Certificate) { c.IPAddresses = nil },
		FailureCertificate:     func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth} },
	} {
		t.Run(string(want), func(t *testing.T) {
			t.Parallel()

			server := serveTLS(t, emulator.New(), &tls.Config{Certificates: []tls.Certificate{selfSigned(t, change)}})
			client := newTestClient(t, server.URL, func(c *Config) { c.Transport = trusting(server, "") })

			if want == "" {
				if _, err := client.Quota(t.Context()); err != nil {
					t.Error(err)
				}

				return
			}

			if failed := failure(t, client); failed.Failure != want || failed.Transient {
				t.Errorf("the failure is %+v, want %q", failed, want)
			}
		})
	}

	early := selfSigned(t, func(c *x509.Certificate) { c.NotBefore = time.Now().Add(time.Minute) })
	server := serveTLS(t, emulator.New(), &tls.Config{Certificates: []tls.Certificate{early}})

	if failed := failure(t, newTestClient(t, server.URL, func(c *Config) { c.Transport = trusting(server, "") })); failed.Failure != FailureExpired {
		t.Errorf("the failure of a certificate for later is %+v", failed)
	}
}

// TestATrustStoreThatCannotBeRead has values of SSL_CERT_FILE and SSL_CERT_DIR, which it sets for the whole process.
func TestATrustStoreThatCannotBeRead(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("some systems have a trust store of their own, and some have no /dev/fd")
	}

	var (
		folder      = t.TempDir()
		store       = filepath.Join(folder, "store.pem")
		binary      = filepath.Join(folder, "binary.cer")
		missing     = filepath.Join(folder, "s3cr3t")
		server      = serveTLS(t, emulator.New(), nil)
		certificate = selfSigned(t, func(*x509.Certificate) {}).Certificate[0]
	)

	for name, content := range map[string][]byte{
		store: pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificate}), binary: certificate,
	} {
		if err := os.WriteFile(name, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}

	piped, pipe, err := os.Pipe() // It has been read, as that of SSL_CERT_FILE=<(command) has.
	if err != nil {
		t.Fatal(err)
	}

	defer piped.Close()

	pipe.Close()

	for _, test := range []struct {
		file, dir string
		failure   Failure
	}{
		{fmt.Sprintf("/dev/fd/%d", piped.Fd()), "", FailureAuthority},
		{"", "", FailureAuthority},
		{store, folder, FailureAuthority},
		{missing, "", FailureTrustStore},
		{binary, "", FailureTrustStore},
		{folder, "", FailureTrustStore},
		{"", missing, FailureTrustStore},
		{"", missing + ":" + folder, FailureAuthority},
		{"", store, FailureTrustStore},
	} {
		t.Setenv("SSL_CERT_FILE", test.file)
		t.Setenv("SSL_CERT_DIR", test.dir)

		client := newTestClient(t, server.URL, func(c *Config) { c.Transport = newTransport(&httpproxy.Config{}) })
		if failed := failure(t, client); failed.Failure != test.failure || failed.Transient {
			t.Errorf("with SSL_CERT_FILE=%s and SSL_CERT_DIR=%s, the failure is %+v, want %q", test.file, test.dir, failed, test.failure)
		}
	}
}

// TestASmallHelloPassesANarrowLine has a line that resets connections whose first TLS message is above 1,300 bytes. The advice of the
// failure makes the message smaller.
func TestASmallHelloPassesANarrowLine(t *testing.T) {
	const narrow = 1300

	server := serveTLS(t, emulator.New(), nil)
	address := listen(t, func(connection net.Conn) {
		hello := make([]byte, 4<<10)

		length, err := connection.Read(hello)
		if err != nil {
			return
		}

		if length > narrow {
			_ = connection.(*net.TCPConn).SetLinger(0) //nolint:forcetypeassert // Close then resets the connection.

			return
		}

		relay(t, connection, io.MultiReader(bytes.NewReader(hello[:length]), connection), server)
	})
	client := func() *Client {
		return newTestClient(t, "https://"+address, func(c *Config) { c.Transport = trusting(server, "") })
	}

	if failed := failure(t, client()); failed.Failure != FailureHandshake || !failed.Transient {
		t.Errorf("the failure is %+v, want %q", failed, FailureHandshake)
	}

	t.Setenv("GODEBUG", "tlsmlkem=0")

	if _, err := client().Quota(t.Context()); err != nil {
		t.Errorf("with the advice, the error is %v", err)
	}
}

package qcc_test

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"syscall"
	"testing"

	"github.com/qccpro/terraform-provider-qcc/internal/emulator"
	"github.com/qccpro/terraform-provider-qcc/internal/qcc"
)

func TestFailuresOfTheConnection(t *testing.T) {
	t.Parallel()

	closed, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}

	if err := closed.Close(); err != nil {
		t.Fatal(err)
	}

	secure := httptest.NewTLSServer(emulator.New())
	t.Cleanup(secure.Close)
	secure.Config.ErrorLog = nil

	old := httptest.NewUnstartedServer(emulator.New())
	old.TLS = &tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11}
	old.StartTLS()
	t.Cleanup(old.Close)

	plain := serve(t, emulator.New())

	for name, broken := range map[string]struct {
		url       string
		failure   qcc.Failure
		transient bool
	}{
		"closed port":           {"http://" + closed.Addr().String(), qcc.FailureRefused, true},
		"dropped before answer": {serve(t, emulator.New(emulator.WithBehavior(emulator.Behavior{Drop: emulator.DropAnswer}))), qcc.FailureBroken, true},
		"dropped in the middle": {serve(t, emulator.New(emulator.WithBehavior(emulator.Behavior{Drop: emulator.DropHalf}))), qcc.FailureBroken, true},
		"unknown certificate":   {secure.URL, qcc.FailureCertificate, false},
		"old TLS":               {old.URL, qcc.FailureTLS, false},
		"no TLS":                {strings.Replace(plain, "http:", "https:", 1), qcc.FailureTLS, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			_, err := read(t, config(broken.url))

			got := as[*qcc.TransportError](t, err)
			if got.Failure != broken.failure || got.Transient != broken.transient {
				t.Errorf("failure is %+v, want %q, transient: %t", got, broken.failure, broken.transient)
			}

			if !strings.HasSuffix(broken.url, got.Host) || got.Host == "" {
				t.Errorf("host is %q, want that of %s", got.Host, broken.url)
			}
		})
	}
}

// TestFailuresOfTheNetwork has failures that a local server cannot cause in the same way on every system.
func TestFailuresOfTheNetwork(t *testing.T) {
	t.Parallel()

	const secret = "s3cr3t"

	for name, broken := range map[string]struct {
		err       error
		failure   qcc.Failure
		transient bool
	}{
		"unknown host":       {&net.OpError{Op: "dial", Err: &net.DNSError{Err: secret, Name: secret, IsNotFound: true}}, qcc.FailureName, false},
		"name server away":   {&net.OpError{Op: "dial", Err: &net.DNSError{Err: secret, IsTimeout: true}}, qcc.FailureName, true},
		"proxy away":         {&net.OpError{Op: "proxyconnect", Err: &net.OpError{Op: "dial", Err: errors.New(secret)}}, qcc.FailureProxy, true},
		"unreachable":        {&net.OpError{Op: "dial", Err: errors.New(secret)}, qcc.FailureConnect, true},
		"dial took too long": {&net.OpError{Op: "dial", Err: context.DeadlineExceeded}, qcc.FailureSlow, true},
		"certificate":        {&tls.CertificateVerificationError{Err: errors.New(secret)}, qcc.FailureCertificate, false},
		"reset":              {&net.OpError{Op: "read", Err: syscall.ECONNRESET}, qcc.FailureBroken, true},
		"anything else":      {errors.New(secret), qcc.FailureBroken, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			cfg := config(qcc.DefaultBaseURL)
			cfg.Transport = answer(func(*http.Request) (*http.Response, error) { return nil, broken.err })

			_, err := read(t, cfg)

			got := as[*qcc.TransportError](t, err)
			if got.Failure != broken.failure || got.Transient != broken.transient || got.Host != "pro.qcc.com" {
				t.Errorf("failure is %+v, want %q, transient: %t", got, broken.failure, broken.transient)
			}

			if strings.Contains(fmt.Sprintf("%v %+v %#v", err, got, got), secret) {
				t.Errorf("the error repeats the text of its cause: %v", err)
			}
		})
	}
}

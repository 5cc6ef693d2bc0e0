package qcc

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"golang.org/x/net/http/httpproxy"

	"github.com/qccpro/terraform-provider-qcc/internal/emulator"
)

// canned is a RoundTripper that returns a fixed body, at almost no cost.
type canned []byte

func (c canned) RoundTrip(*http.Request) (*http.Response, error) {
	return &http.Response{
		StatusCode: http.StatusOK, Header: http.Header{}, Body: io.NopCloser(bytes.NewReader(c)), ContentLength: int64(len(c)),
	}, nil
}

var sample = []byte(`{"status":"200","msg":"查询成功","result":[{"id":"radar_id","totalCount":50,"canDeletedCount":50,"consumedCount":2},` +
	`{"id":"bene_id","totalCount":100,"canDeletedCount":30,"consumedCount":2},` +
	`{"id":"natural_person_id","totalCount":50,"canDeletedCount":15,"consumedCount":0}]}`)

func BenchmarkSign(b *testing.B) {
	b.ReportAllocs()

	for b.Loop() {
		signature("0123456789abcdef0123456789abcdef", "1700000000", "FEDCBA9876543210FEDCBA9876543210")
	}
}

// newCannedClient returns a client that gets its answers from canned.
func newCannedClient(b *testing.B) *Client {
	b.Helper()

	client, err := New(Config{
		Key: "test_key", SecretKey: "test_secret", BaseURL: DefaultBaseURL, Timeout: DefaultTimeout, MaxRetries: DefaultMaxRetries,
		Transport: canned(sample),
	})
	if err != nil {
		b.Fatal(err)
	}

	return client
}

// BenchmarkReadWithoutNetwork measures a whole read of the sample, without the network and the wait for other reads.
func BenchmarkReadWithoutNetwork(b *testing.B) {
	client := newCannedClient(b)

	b.ReportAllocs()

	for b.Loop() {
		if _, err := client.read(b.Context(), time.Now()); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkSendWithoutNetwork measures the part of a read that signs, sends, decodes and classifies. The timeout and the retries are no part
// of it. The difference to BenchmarkDecodeSample is the cost of signing and classifying.
func BenchmarkSendWithoutNetwork(b *testing.B) {
	client := newCannedClient(b)

	b.ReportAllocs()

	for b.Loop() {
		if sent := client.send(b.Context(), new(Attempt), 0); sent.status.Class != ClassOK {
			b.Fatal(sent)
		}
	}
}

// BenchmarkDecodeSample measures what any client pays for net/http and encoding/json: making a request, reading the body and decoding it.
// BenchmarkSendWithoutNetwork contains these costs.
func BenchmarkDecodeSample(b *testing.B) {
	b.ReportAllocs()

	for b.Loop() {
		request, err := http.NewRequestWithContext(b.Context(), http.MethodGet, DefaultBaseURL+QuotaPath+"?key=test_key", nil)
		if err != nil {
			b.Fatal(err)
		}

		response, err := canned(sample).RoundTrip(request)
		if err != nil {
			b.Fatal(err)
		}

		body, err := io.ReadAll(response.Body)
		if err != nil {
			b.Fatal(err)
		}

		if _, _, err := decodeQuota(body, nil); err != nil {
			b.Fatal(err)
		}
	}
}

// newLoopbackClient returns a client that reads from an emulator on this machine.
func newLoopbackClient(b *testing.B) *Client {
	b.Helper()

	server := httptest.NewServer(emulator.New())
	b.Cleanup(server.Close)

	client, err := New(Config{
		Key: emulator.DefaultKey, SecretKey: emulator.DefaultSecretKey, BaseURL: server.URL, Timeout: DefaultTimeout, MaxRetries: DefaultMaxRetries,
	})
	if err != nil {
		b.Fatal(err)
	}

	return client
}

// BenchmarkGetOverLoopback measures a bare GET of the same body with net/http. BenchmarkReadOverLoopback cannot be faster.
func BenchmarkGetOverLoopback(b *testing.B) {
	client := newLoopbackClient(b)
	request, _ := client.request(b.Context(), time.Now())
	url, signed := client.endpoint.String(), request.Header
	bare := &http.Client{Transport: newTransport(&httpproxy.Config{})}

	b.ReportAllocs()

	for b.Loop() {
		request, err := http.NewRequestWithContext(b.Context(), http.MethodGet, url, nil)
		if err != nil {
			b.Fatal(err)
		}

		request.Header = signed

		response, err := bare.Do(request)
		if err != nil {
			b.Fatal(err)
		}

		if _, err := io.ReadAll(response.Body); err != nil {
			b.Fatal(err)
		}

		if err := response.Body.Close(); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkReadOverLoopback measures a whole read with its own connection, without the wait for other reads.
func BenchmarkReadOverLoopback(b *testing.B) {
	client := newLoopbackClient(b)

	b.ReportAllocs()

	for b.Loop() {
		if _, err := client.read(b.Context(), time.Now()); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkReaders measures how long readers wait that begin at the same time and share requests.
func BenchmarkReaders(b *testing.B) {
	for _, readers := range []int{1, 10, 50, 200} {
		b.Run(fmt.Sprintf("readers=%d", readers), func(b *testing.B) {
			client := newLoopbackClient(b)

			b.ReportAllocs()

			for b.Loop() {
				var group sync.WaitGroup

				for range readers {
					group.Go(func() {
						if _, err := client.Quota(b.Context()); err != nil {
							b.Error(err)
						}
					})
				}

				group.Wait()
			}
		})
	}
}

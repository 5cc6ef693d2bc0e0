package qcc

import (
	"bytes"
	"io"
	"net/http"
	"testing"
	"time"
)

// canned is a RoundTripper that costs next to nothing.
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

// newCannedClient returns a client whose requests cost next to nothing.
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

// BenchmarkReadWithoutNetwork is a whole read of the sample but for the network and the wait for others.
func BenchmarkReadWithoutNetwork(b *testing.B) {
	client := newCannedClient(b)

	b.ReportAllocs()

	for b.Loop() {
		if _, err := client.read(b.Context(), time.Now()); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkAskWithoutNetwork is the part of it that signs, sends, decodes and classifies: all but the budget and the retries. What it
// costs beyond BenchmarkDecodeSample is what signing and classifying cost.
func BenchmarkAskWithoutNetwork(b *testing.B) {
	client := newCannedClient(b)

	b.ReportAllocs()

	for b.Loop() {
		if _, err := client.ask(b.Context(), new(Attempt), 0); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkDecodeSample is the part of BenchmarkAskWithoutNetwork that net/http and encoding/json would cost anybody: making a request,
// reading the body and decoding it.
func BenchmarkDecodeSample(b *testing.B) {
	b.ReportAllocs()

	for b.Loop() {
		request, err := http.NewRequestWithContext(b.Context(), http.MethodGet, DefaultBaseURL+quotaPath+"?key=test_key", nil)
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

		if _, _, err := decodeQuota(body); err != nil {
			b.Fatal(err)
		}
	}
}

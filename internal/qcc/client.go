// Package qcc asks QCC Pro (企查查专业版) how much quota a company has left. It implements the quota query (额度查询接口) of the
// interface document V1.0 of 2020-04-24; comments name the section that they follow.
//
// A read goes one way: Quota, batch, read, exchange, send, parse, decodeQuota. Each step has a file of its own.
package qcc

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"net/url"
	"sync/atomic"
	"time"

	"golang.org/x/net/http/httpproxy"
)

// QuotaPath is the path of the quota query. Source: interface document, section 6.1.
const QuotaPath = "/api/company/quota/getQuota"

// Client reads one company's quota. It is safe for concurrent use.
type Client struct {
	config   Config
	endpoint *url.URL
	header   http.Header // Of every request, but for its signature.
	redactor *redactor   // Knows the credentials.
	shared   sharer[Quota]
	// serverClockOffset is by how many nanoseconds the service's clock is ahead of this machine's. It is 0 until the service takes a
	// signature only with the time of its own clock.
	serverClockOffset atomic.Int64
	memory            memory
	tokens            tokens
}

// New returns a client. It sends nothing. An error is the first *ConfigError of Config.Validate.
func New(config Config) (*Client, error) {
	if wrong := config.Validate(); len(wrong) > 0 {
		return nil, wrong[0]
	}

	base, _ := parseBaseURL(config.BaseURL)

	base.Path = cmp.Or(base.Path, "/") // Without which JoinPath would make a relative path.
	endpoint := base.JoinPath(QuotaPath)
	endpoint.RawQuery = url.Values{"key": {config.Key}}.Encode()

	if config.Now == nil {
		config.Now = time.Now
	}

	if config.Transport == nil {
		config.Transport = newTransport(httpproxy.FromEnvironment())
	}

	c := &Client{
		config:   config,
		endpoint: endpoint,
		redactor: newRedactor(config.Key, config.SecretKey),
		header: http.Header{
			"Accept":        {"application/json"},
			"Cache-Control": {"no-cache"}, // No proxy on the way may answer with an older count.
			"User-Agent":    {config.UserAgent},
		},
	}
	c.shared.read = c.read

	return c, nil
}

// Quota asks the service for the quota, and never returns an answer to a request that began before the call. Calls that wait together
// share requests. It returns within Config.Timeout, and at once when ctx ends. An error is a *ReadError.
//
// After a failed read, later calls may return the same error without a request: always after a refusal (ClassRefused), else for five
// seconds, or until ReadError.NotBefore if that is later. A call whose context has ended does not count as a failed read.
//
// Source: interface document, section 6.2.1.
func (c *Client) Quota(ctx context.Context) (Quota, error) {
	quota, _, err := c.QuotaSince(ctx, time.Now())

	return quota, err
}

// QuotaSince is like Quota, but may also return the answer of an earlier read that began after the given time. It also returns when the
// read began whose answer it returns; the zero time if there is none. The given time must come from time.Now, because the comparison
// uses its monotonic clock.
func (c *Client) QuotaSince(ctx context.Context, after time.Time) (quota Quota, began time.Time, err error) {
	if failed := c.memory.failure(); failed != nil {
		return Quota{}, time.Time{}, failed
	}

	quota, began, err = c.shared.do(ctx, after)

	var failed *ReadError
	if err != nil && !errors.As(err, &failed) {
		err = &ReadError{Err: err} // The context's own.
	}

	return quota, began, err
}

// Redact returns a text that comes from elsewhere in words that are fit to be shown: no part of a credential or of a recent Token is left.
func (c *Client) Redact(text string) Words {
	return c.redactor.with(c.tokens.held()).words(text)
}

// Package qcc reads from QCC Pro (企查查专业版) how much quota a company has left. It implements the quota query (额度查询接口) of the
// interface document V1.0 of 2020-04-24. Comments name the section that they follow.
//
// A read passes these steps, each of which has its own file: Quota, batch, read, exchange, send, parse, decodeQuota.
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
	header   http.Header // The headers of every request, without Timespan and Token.
	redactor *redactor   // Knows the credentials.
	shared   sharer[Quota]
	// serverClockOffset is how many nanoseconds the service's clock is ahead of this machine's. It is 0 until the service refuses a signature
	// with this machine's time and accepts one with the service's time.
	serverClockOffset atomic.Int64
	memory            memory
	tokens            tokens
}

// New returns a client. It sends no request. An error is the first *ConfigError that Config.Validate returns.
func New(config Config) (*Client, error) {
	if wrong := config.Validate(); len(wrong) > 0 {
		return nil, wrong[0]
	}

	base, _ := parseBaseURL(config.BaseURL)

	base.Path = cmp.Or(base.Path, "/") // If the path is empty, JoinPath returns a relative path.
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
			"Cache-Control": {"no-cache"}, // This forbids caches to answer with an older count.
			"User-Agent":    {config.UserAgent},
		},
	}
	c.shared.read = c.read

	return c, nil
}

// Quota reads the quota from the service. It never returns an answer to a request that began before the call. Calls that wait together
// share requests. Quota returns within Config.Timeout, and at once when ctx ends. An error is a *ReadError.
//
// After a failed read, later calls may return the same error without a request. After a refusal (ClassRefused) they always do. After
// another failure they do so for five seconds, or until ReadError.NotBefore if that is later. A call whose context has ended does not
// count as a failed read.
//
// Source: interface document, section 6.2.1.
func (c *Client) Quota(ctx context.Context) (Quota, error) {
	quota, _, err := c.QuotaSince(ctx, time.Now())

	return quota, err
}

// QuotaSince is like Quota, but may also return an earlier answer. The read of that answer must have begun after the given time. The
// result began is when the read of the answer began; it is the zero time if there is no answer. The given time must be from time.Now,
// because the comparison uses its monotonic clock.
func (c *Client) QuotaSince(ctx context.Context, after time.Time) (quota Quota, began time.Time, err error) {
	if failed := c.memory.failure(); failed != nil {
		return Quota{}, time.Time{}, failed
	}

	quota, began, err = c.shared.do(ctx, after)

	var failed *ReadError
	if err != nil && !errors.As(err, &failed) {
		err = &ReadError{Err: err} // The caller's context has ended.
	}

	return quota, began, err
}

// Redact makes a text safe to show. The result holds no part of a credential or of a recent Token.
func (c *Client) Redact(text string) Words {
	return c.redactor.with(c.tokens.held()).words(text)
}

// Package qcc reads from QCC Pro (企查查专业版) how much quota a company has left. It implements the quota query (额度查询接口) of the
// interface document V1.0 of 2020-04-24. Comments name the section that they follow.
//
// A read passes these files: read.go (retries until its timeout), coalesce.go (shares requests), exchange.go (signs, sends, corrects the
// clock), response.go (reads the body, and makes an error of what cannot be used), decode.go (the JSON). Every failure is
// classified in failure.go.
package qcc

import (
	"cmp"
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
	reads    coalescer[Quota]
	// serverClockOffset is how many nanoseconds the service's clock is ahead of this machine's. It is 0 until the service refuses a signature
	// with this machine's time and accepts one with the service's time.
	serverClockOffset atomic.Int64
	memory            memory
	tokens            tokens
}

// New returns a client. It sends no request. An error is a ConfigErrors with every invalid setting.
func New(config Config) (*Client, error) {
	base, wrong := config.validate()
	if len(wrong) > 0 {
		return nil, wrong
	}

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
	c.reads.read = c.read

	return c, nil
}

// Redact makes a text safe to show. The result holds no part of a credential or of a recent Token.
func (c *Client) Redact(text string) SafeText {
	return c.redactor.with(c.tokens.held()).safe(text)
}

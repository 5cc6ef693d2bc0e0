package qcc

import (
	"context"
	"maps"
	"net/http"
	"strconv"
	"time"
)

// request returns a request that is signed with the time now, and its Token. Source: interface document, sections 6.1 and 6.2.1.
func (c *Client) request(ctx context.Context, now time.Time) (*http.Request, string) {
	timespan := strconv.FormatInt(now.Unix(), 10)
	token := signature(c.config.Key, timespan, c.config.SecretKey)

	header := maps.Clone(c.header)
	header.Set("Timespan", timespan)
	header.Set("Token", token)

	return (&http.Request{Method: http.MethodGet, URL: c.endpoint, Header: header}).WithContext(ctx), token
}

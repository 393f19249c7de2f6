package tracker

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/deliver"
	"github.com/tocsin-oncall/tocsin/integrations/request"
)

// errGone is what do returns for 404 and 410, beside an error for people.
var errGone = errors.New("not found")

// do makes one request and reads its answer into into, which may be nil.
func (c *Client) do(ctx context.Context, method, address string, body, into any) error {
	return request.Exchange{
		Provider: "github", Method: method, URL: address,
		Header: http.Header{
			"Accept": {"application/vnd.github+json"}, "X-Github-Api-Version": {"2022-11-28"}, "Authorization": {"Bearer " + c.cfg.Token},
		},
		Body: body, Into: into, Refusal: c.refusal,
	}.Do(ctx, c.http)
}

// refused is what GitHub says of a request that it does not carry out.
type refused struct {
	Message string `json:"message"`
	Errors  []struct {
		Field   string `json:"field"`
		Code    string `json:"code"`
		Message string `json:"message"`
	} `json:"errors"`
}

// refusal sorts a refused request into tried again later and failed for good. Rate limits come as 429, or as 403 with
// Retry-After or without anything remaining.
func (c *Client) refusal(resp *http.Response, answer []byte) error {
	var said refused
	_ = json.Unmarshal(answer, &said) // proxies answer with pages
	what := fmt.Sprintf("HTTP %d", resp.StatusCode)
	if said.Message != "" {
		what += ": " + request.Clean(said.Message, c.cfg.Token)
	}
	for _, e := range said.Errors {
		what += fmt.Sprintf("; field %s: %s", request.Clean(e.Field, c.cfg.Token), request.Clean(e.Code+" "+e.Message, c.cfg.Token))
	}
	after := c.wait(resp.Header)
	switch status := resp.StatusCode; {
	case status == http.StatusTooManyRequests, status == http.StatusForbidden && after > 0:
		return deliver.Limited(max(after, time.Minute), "github: rate limit (%s)", what)
	case status >= 500, status == http.StatusRequestTimeout:
		return deliver.RetryAfter(after, "github: %s", what)
	case status == http.StatusUnauthorized:
		return deliver.Permanent("github: refused the token (%s): it is wrong or has expired; give another one under providers.github, then refresh", what)
	case status == http.StatusForbidden:
		return deliver.Permanent("github: the token may not do that (%s): give it the permission to read and write issues of the repository; then refresh", what)
	case status/100 == 3:
		return deliver.Permanent("github: %s: the repository moved; name it as it is called now", what)
	case status == http.StatusNotFound, status == http.StatusGone:
		return deliver.Permanent("github: %w there, or not shown to this token, or issues are turned off (%s)", errGone, what)
	}
	return deliver.Permanent("github: %s", what)
}

// wait is how long GitHub asks to be left alone; 0 when it does not.
func (c *Client) wait(h http.Header) time.Duration {
	if after := request.RetryAfter(h, c.now()); after > 0 {
		return after
	}
	reset, err := strconv.ParseInt(h.Get("X-RateLimit-Reset"), 10, 64)
	if err != nil || h.Get("X-RateLimit-Remaining") != "0" {
		return 0
	}
	return max(time.Second, min(time.Unix(reset, 0).Sub(c.now()), request.MaxWait))
}

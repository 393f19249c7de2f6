package jira

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/deliver"
	"github.com/tocsin-oncall/tocsin/integrations/request"
)

// errGone is what do returns for 404, beside an error for people.
var errGone = errors.New("not found")

// do makes one request below the API's version and reads its answer into into, which may be nil.
func (c *Client) do(ctx context.Context, method, path string, body, into any) error {
	login := "Bearer " + c.cfg.Token
	if c.cfg.Token == "" {
		login = "Basic " + base64.StdEncoding.EncodeToString([]byte(c.cfg.Email+":"+c.cfg.APIToken))
	}
	return request.Exchange{
		Provider: "jira", Method: method, URL: fmt.Sprintf("%s/rest/api/%d%s", c.cfg.BaseURL, c.cfg.API, path),
		Header: http.Header{"Accept": {"application/json"}, "Authorization": {login}},
		Body:   body, Into: into, Refusal: c.refusal,
	}.Do(ctx, c.http)
}

// refused is what Jira says of a request that it does not carry out. Errors are by field.
type refused struct {
	Messages []string          `json:"errorMessages"`
	Errors   map[string]string `json:"errors"`
}

// refusal sorts a refused request into tried again later and failed for good.
func (c *Client) refusal(resp *http.Response, answer []byte) error {
	var said refused
	_ = json.Unmarshal(answer, &said) // proxies answer with pages
	what := fmt.Sprintf("HTTP %d", resp.StatusCode)
	details := slices.Clone(said.Messages)
	for _, field := range slices.Sorted(maps.Keys(said.Errors)) {
		details = append(details, fmt.Sprintf("field %s: %s", field, said.Errors[field]))
	}
	if len(details) > 0 {
		what += ": " + request.Clean(strings.Join(details, "; "), c.cfg.APIToken, c.cfg.Token)
	}
	after := request.RetryAfter(resp.Header, c.now())
	switch status := resp.StatusCode; {
	case status == http.StatusTooManyRequests:
		return deliver.Limited(max(after, time.Second), "jira: rate limit (%s)", what)
	case status >= 500, status == http.StatusRequestTimeout, status == http.StatusTooEarly:
		return deliver.RetryAfter(after, "jira: %s", what)
	case status == http.StatusUnauthorized:
		return deliver.Permanent("jira: refused the login (%s): check email and api_token, or token, under providers.jira; then refresh", what)
	case status == http.StatusForbidden:
		return deliver.Permanent("jira: the account may not do that (%s): give it the permission in the project; then refresh", what)
	case status/100 == 3:
		return deliver.Permanent("jira: %s is a redirect, which is not followed: set base_url to the final address", what)
	case status == http.StatusNotFound:
		return deliver.Permanent("jira: %w there, or not shown to this account (%s)", errGone, what)
	case said.Errors["labels"] != "":
		return deliver.Permanent("jira: %s. Put the field labels on the screen by which issues of the project are created: it tells them from each other", what)
	}
	return deliver.Permanent("jira: %s", what)
}

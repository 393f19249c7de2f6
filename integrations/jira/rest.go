package jira

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/deliver"
)

const (
	maxAnswer = 8 << 20   // bytes: a hundred issues have much less
	maxWait   = time.Hour // that Jira may ask for
)

// errGone is what do returns for 404, beside an error for people.
var errGone = errors.New("not found")

// do makes one request below the API's version and reads its answer into into, which may be nil.
func (c *Client) do(ctx context.Context, method, path string, body, into any) error {
	data, err := json.Marshal(body)
	if err != nil {
		return deliver.Permanent("jira: writing the request: %w", err)
	}
	reader := io.Reader(bytes.NewReader(data))
	if body == nil {
		reader = nil
	}
	req, err := http.NewRequestWithContext(ctx, method, fmt.Sprintf("%s/rest/api/%d%s", c.cfg.BaseURL, c.cfg.API, path), reader)
	if err != nil {
		return deliver.Permanent("jira: base_url cannot be used for requests")
	}
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", "Tocsin")
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if c.cfg.Token != "" {
		req.Header.Set("Authorization", "Bearer "+c.cfg.Token)
	} else {
		req.SetBasicAuth(c.cfg.Email, c.cfg.APIToken)
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return deliver.RetryAfter(0, "jira: no answer: %w", withoutURL(err))
	}
	defer resp.Body.Close()
	answer, readErr := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if resp.StatusCode/100 != 2 {
		return c.refusal(resp, answer)
	}
	if into == nil {
		return nil
	}
	if err := errors.Join(readErr, json.Unmarshal(answer, into)); err != nil {
		return deliver.RetryAfter(0, "jira: answered %d with something that is not its JSON: is base_url a Jira, without a login page before it?", resp.StatusCode)
	}
	return nil
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
		what += ": " + c.clean(strings.Join(details, "; "))
	}
	after := retryAfter(resp.Header.Get("Retry-After"), c.now())
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

// clean keeps an answer short and without the credentials, should a proxy have echoed them.
func (c *Client) clean(s string) string {
	for _, secret := range []string{c.cfg.APIToken, c.cfg.Token} {
		if secret != "" {
			s = strings.ReplaceAll(s, secret, "***")
		}
	}
	if r := []rune(s); len(r) > 200 {
		s = string(r[:200]) + "…"
	}
	return strings.ToValidUTF8(s, "")
}

// withoutURL is the cause of a failed request, without the address.
func withoutURL(err error) error {
	var failed *url.Error
	if errors.As(err, &failed) {
		return failed.Err
	}
	return err
}

// retryAfter reads the header in both its forms, seconds and a date (RFC 9110 10.2.3); 0 when there is none.
func retryAfter(header string, now time.Time) time.Duration {
	header = strings.TrimSpace(header)
	if seconds, err := strconv.Atoi(header); err == nil {
		return time.Duration(max(0, min(seconds, int(maxWait/time.Second)))) * time.Second
	}
	if at, err := http.ParseTime(header); err == nil {
		return max(0, min(at.Sub(now), maxWait))
	}
	return 0
}

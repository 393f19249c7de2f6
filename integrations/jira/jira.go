// Package jira does the tasks of issues in Jira: it creates issues, has them show where they come from and reads how
// they are, over the REST API of Jira Cloud (version 3) and of Jira Data Center (version 2). It does not retry and keeps
// nothing; package issue says what is to be done, and when.
//
// The five calls that it needs are made with net/http: a client library would be many times their size.
// https://developer.atlassian.com/cloud/jira/platform/rest/v3/intro/
package jira

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/deliver"
	"github.com/tocsin-oncall/tocsin/engine/issue"
	"github.com/tocsin-oncall/tocsin/integrations/issuetask"
	"github.com/tocsin-oncall/tocsin/integrations/request"
)

// timeout bounds one request, from the connection to the last byte of the answer. A task may need several.
const timeout = 8 * time.Second

// Config says which Jira, and who we are there: Email and APIToken for Cloud, Token for Data Center.
type Config struct {
	BaseURL  string // https://example.atlassian.net
	Email    string
	APIToken string
	Token    string
	API      int // 2 or 3
}

// Client does tasks. It is safe for concurrent use.
type Client struct {
	cfg  Config
	http *http.Client
	now  func() time.Time
}

// New makes a Client; now is what the dates of answers are held against. A nil transport is http.DefaultTransport.
func New(cfg Config, transport http.RoundTripper, now func() time.Time) (*Client, error) {
	cfg.BaseURL = strings.TrimRight(cfg.BaseURL, "/")
	u, err := url.Parse(cfg.BaseURL)
	switch {
	case err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "":
		return nil, errors.New("jira: base_url must be an absolute http or https URL")
	case cfg.API != 2 && cfg.API != 3:
		return nil, fmt.Errorf("jira: there is no version %d of the API: 2 or 3", cfg.API)
	case cfg.Token == "" && (cfg.Email == "" || cfg.APIToken == ""):
		return nil, errors.New("jira: give email and api_token, or token")
	}
	return &Client{cfg: cfg, now: now, http: request.Client(transport, timeout)}, nil
}

// Send does the task of a message.
func (c *Client) Send(ctx context.Context, m deliver.Message) (deliver.Receipt, error) {
	return issuetask.Tracker{Name: "jira", Create: c.create, Attach: c.attach, Read: c.read}.Do(ctx, m)
}

// create makes an issue, unless an attempt before did.
func (c *Client) create(ctx context.Context, args map[string]string, link string) (map[string]issue.Facts, error) {
	key, err := c.find(ctx, args[issue.ArgProject], args[issue.ArgMarker])
	if err != nil {
		return nil, err
	}
	if key == "" {
		key, err = c.post(ctx, args, link)
	}
	return map[string]issue.Facts{issue.NewKey: {Key: key, URL: c.web(key)}}, err
}

// attach reads an issue, and has it show where it comes from. An issue that may be read, but not be linked, is a
// success with a remark.
func (c *Client) attach(ctx context.Context, args map[string]string, link string) (map[string]issue.Facts, error) {
	key := args[issue.ArgKey]
	f, err := c.get(ctx, key)
	if err != nil || f.Missing {
		return map[string]issue.Facts{key: f}, err
	}
	if err = c.remoteLink(ctx, f.Key, args, link); errors.Is(err, deliver.ErrPermanent) {
		f.Trouble = "it does not show " + args[issue.ArgOwner] + ": " + err.Error()
		err = nil
	}
	return map[string]issue.Facts{key: f}, err
}

// web is where people see an issue.
func (c *Client) web(key string) string { return c.cfg.BaseURL + "/browse/" + key }

// Package tracker does the tasks of issues on GitHub: it creates issues, comments on others where they are linked, and
// reads how they are, over the REST API (version 2022-11-28) and, to read many at once, over GraphQL. It does not retry
// and keeps nothing; package issue says what is to be done, and when.
//
// The five calls that it needs are made with net/http: the client library is larger than the rest of this program.
// https://docs.github.com/en/rest/issues and https://docs.github.com/en/graphql
package tracker

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/deliver"
	"github.com/tocsin-oncall/tocsin/integrations/issuetask"
	"github.com/tocsin-oncall/tocsin/integrations/request"
)

// timeout bounds one request, from the connection to the last byte of the answer. A task may need several.
const timeout = 8 * time.Second

// Config says which GitHub, and who we are there.
type Config struct {
	BaseURL string // of the REST API: https://api.github.com, https://HOST/api/v3
	Token   string
}

// Client does tasks. It is safe for concurrent use.
type Client struct {
	cfg     Config
	graphql string // the address of the GraphQL API
	http    *http.Client
	now     func() time.Time
}

// New makes a Client; now is what the dates of answers are held against. A nil transport is http.DefaultTransport.
func New(cfg Config, transport http.RoundTripper, now func() time.Time) (*Client, error) {
	cfg.BaseURL = strings.TrimRight(cfg.BaseURL, "/")
	u, err := url.Parse(cfg.BaseURL)
	switch {
	case err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "":
		return nil, errors.New("github: base_url must be an absolute http or https URL")
	case cfg.Token == "":
		return nil, errors.New("github: token is empty")
	}
	return &Client{cfg: cfg, now: now, graphql: strings.TrimSuffix(cfg.BaseURL, "/v3") + "/graphql", http: request.Client(transport, timeout)}, nil
}

// Send does the task of a message.
func (c *Client) Send(ctx context.Context, m deliver.Message) (deliver.Receipt, error) {
	return issuetask.Tracker{Name: "github", Create: c.create, Attach: c.attach, Read: c.read}.Do(ctx, m)
}

// hidden is a marker that people do not see.
func hidden(marker string) string { return "<!-- " + marker + " -->" }

// Package client asks a Tocsin server over its REST API, for the verbs of the command line. It sends requests and
// tells the ways in which they fail apart; what an answer means, and how it is shown, is the verbs' business. It
// never puts the key into an error.
package client

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

const (
	timeout   = 20 * time.Second // of one request; the server itself gives up after 10 s
	maxAnswer = 64 << 20         // bytes
	pageSize  = 200              // items asked for at once
)

// Client asks one server. It may be used concurrently.
type Client struct {
	Heard func(date time.Time) // is told what time each answer says that it is at the server; may be nil

	base *url.URL
	key  string
	http *http.Client
}

// New makes a client of the server at an address such as http://127.0.0.1:8080. The key may be empty; the transport
// may be nil for the default one.
func New(address, key string, transport http.RoundTripper) (*Client, error) {
	base, err := url.Parse(strings.TrimRight(address, "/"))
	if err != nil || base.Scheme != "http" && base.Scheme != "https" || base.Host == "" {
		return nil, errors.New("the server's address is not one: write it as http://HOST:PORT or https://HOST")
	}
	if strings.ContainsAny(key, "\r\n\x00") {
		return nil, errors.New("the API key holds a line break: it is one line of text")
	}
	return &Client{base: base, key: key, http: &http.Client{
		Transport: transport, Timeout: timeout,
		// A redirected POST becomes a GET, and a key must not wander.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}, nil
}

// Get asks for a path such as /api/v1/alerts and decodes the answer into out.
func (c *Client) Get(ctx context.Context, path string, query url.Values, out any) error {
	return c.Do(ctx, http.MethodGet, path, query, nil, out)
}

// Do sends a request; body and out may be nil. A body of type []byte is sent as it is, any other as JSON; an out of
// type *[]byte gets the answer as it is. The error is *Refused when the server answered and said no, *Unreachable
// when nobody answered.
func (c *Client) Do(ctx context.Context, method, path string, query url.Values, body, out any) error {
	var content io.Reader
	if body != nil {
		data, ok := body.([]byte)
		if !ok {
			var err error
			if data, err = json.Marshal(body); err != nil {
				return fmt.Errorf("write the request: %w", err)
			}
		}
		content = bytes.NewReader(data)
	}
	address := c.base.String() + path
	if len(query) > 0 {
		address += "?" + query.Encode()
	}
	request, err := http.NewRequestWithContext(ctx, method, address, content)
	if err != nil {
		return fmt.Errorf("write the request: %w", err)
	}
	if content != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	if c.key != "" {
		request.Header.Set("Authorization", "Bearer "+c.key)
	}
	response, err := c.http.Do(request)
	if err != nil {
		return &Unreachable{Address: c.base.Redacted(), Err: reason(err)}
	}
	defer response.Body.Close()
	data, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	if err != nil {
		return &Unreachable{Address: c.base.Redacted(), Err: fmt.Errorf("the answer broke off: %w", err)}
	}
	if date, err := http.ParseTime(response.Header.Get("Date")); err == nil && c.Heard != nil {
		c.Heard(date)
	}
	if response.StatusCode < 200 || response.StatusCode > 299 {
		return refused(response, data)
	}
	return decode(data, out)
}

func decode(data []byte, out any) error {
	switch out := out.(type) {
	case nil:
		return nil
	case *[]byte:
		*out = data
		return nil
	}
	if err := json.Unmarshal(data, out); err != nil {
		return fmt.Errorf("the answer is not Tocsin's: %w; is this the address of a Tocsin server?", err)
	}
	return nil
}

// List asks for the pages of a list until it has limit items, or all there are, and says whether there are more.
func (c *Client) List(ctx context.Context, path string, query url.Values, limit int) (items []json.RawMessage, more bool, err error) {
	ask := url.Values{}
	for name, values := range query {
		ask[name] = values
	}
	items = []json.RawMessage{}
	for {
		var page struct {
			Items []json.RawMessage `json:"items"`
			Next  string            `json:"next"`
		}
		ask.Set("limit", strconv.Itoa(min(limit-len(items), pageSize)))
		if err := c.Get(ctx, path, ask, &page); err != nil {
			return nil, false, err
		}
		items = append(items, page.Items...)
		if page.Next == "" || len(items) >= limit {
			return items, page.Next != "", nil
		}
		ask.Set("cursor", page.Next)
	}
}

// Package webhook posts alerts to URLs of the user's own, signed as Standard Webhooks says
// (https://www.standardwebhooks.com, symmetric v1 signatures). It does not retry and does not choose what is
// posted; both are decided by what calls it.
//
// Addresses inside a private network are allowed on purpose: the URLs come from the configuration, which
// whoever runs Tocsin writes, and most of them are at home.
package webhook

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

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/tocsin-oncall/tocsin/engine/deliver"
	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/integrations/request"
)

const (
	// timeout bounds one post, from the connection to the last byte of the answer.
	timeout = 10 * time.Second
	// maxAnswer is how much of an answer is read, so that the connection can be used again.
	maxAnswer = 64 << 10
)

// Sender posts messages to the URL of their channel. It is safe for concurrent use.
type Sender struct {
	http *http.Client
	now  func() time.Time
}

// New makes a Sender; now is what posts are dated and signed with. A nil transport is http.DefaultTransport.
func New(transport http.RoundTripper, now func() time.Time) *Sender {
	return &Sender{now: now, http: request.Client(transport, timeout)}
}

// Send posts a page, a notice or a reminder. The id of the post is the message's key, so a receiver can
// drop what it has seen; the receipt's Ref is the same key.
func (s *Sender) Send(ctx context.Context, m deliver.Message) (deliver.Receipt, error) {
	if err := s.post(ctx, m, m.Key, eventType(m)); err != nil {
		return deliver.Receipt{}, err
	}
	return deliver.Receipt{Ref: m.Key, Delivered: true, Editable: m.Alert != nil}, nil
}

// Update posts an alert that was posted before as it is now. Every revision of it has an id of its own.
func (s *Sender) Update(ctx context.Context, ref string, m deliver.Message) error {
	if m.Alert == nil {
		return deliver.Permanent("webhook: there is no alert to update %s with", ref)
	}
	return s.post(ctx, m, fmt.Sprintf("%s.rev%d", ref, m.Alert.Rev), TypeUpdated)
}

func (s *Sender) post(ctx context.Context, m deliver.Message, id, kind string) error {
	if m.Channel == nil {
		return deliver.Permanent("webhook: the message has no channel")
	}
	name, now := m.Channel.Name, s.now()
	if err := Validate(*m.Channel); err != nil {
		return deliver.Permanent("webhook: channel %q: %w", name, err)
	}
	body, err := json.Marshal(payload(m, kind, now))
	if err != nil {
		return deliver.Permanent("webhook: channel %q: writing the body: %w", name, err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, m.Channel.URL, bytes.NewReader(body))
	if err != nil {
		return deliver.Permanent("webhook: channel %q: its url cannot be used", name)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "Tocsin")
	if err := sign(req.Header, m.Channel.Secret, id, now, body); err != nil {
		return deliver.Permanent("webhook: channel %q: %w", name, err)
	}
	resp, err := s.http.Do(req)
	if err != nil {
		return deliver.RetryAfter(0, "webhook: channel %q: no answer: %w", name, request.Cause(err))
	}
	defer resp.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, maxAnswer)) // the status has said it all
	return sorted(resp, name, now)
}

// sorted turns a status into nothing, a failure that may pass, or one for good. A receiver that asks for
// patience (429) slows only its own channel, so it is not reported as a limit of all webhooks.
func sorted(resp *http.Response, name string, now time.Time) error {
	status := resp.StatusCode
	switch {
	case status/100 == 2:
		return nil
	case status == http.StatusGone:
		return deliver.Permanent("webhook: channel %q answered 410 Gone: the receiver wants no more posts; take the channel out of the configuration", name)
	case status/100 == 3:
		return deliver.Permanent("webhook: channel %q answered %d: redirects are not followed; configure the final url", name, status)
	case status == http.StatusTooManyRequests, status == http.StatusRequestTimeout, status == http.StatusTooEarly, status >= 500:
		return deliver.RetryAfter(request.RetryAfter(resp.Header, now), "webhook: channel %q answered %d", name, status)
	}
	return deliver.Permanent("webhook: channel %q answered %d", name, status)
}

// Validate checks what a webhook channel needs. Its errors hold neither the URL nor the secret.
func Validate(c directory.Channel) error {
	u, err := url.Parse(c.URL)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" {
		return errors.New("url must be an absolute http or https URL")
	}
	if c.Secret != "" {
		_, err = key(c.Secret)
	}
	return err
}

// sign sets the three headers of Standard Webhooks; without a secret there is no signature.
func sign(h http.Header, secret, id string, now time.Time, body []byte) error {
	// The library names its headers in lower case; Set writes the form that Go sends.
	h.Set(standardwebhooks.HeaderWebhookID, id)
	h.Set(standardwebhooks.HeaderWebhookTimestamp, strconv.FormatInt(now.Unix(), 10))
	if secret == "" {
		return nil
	}
	k, err := key(secret)
	if err != nil {
		return err
	}
	signature, err := k.Sign(id, now, body)
	if err != nil {
		return errors.New("signing failed")
	}
	h.Set(standardwebhooks.HeaderWebhookSignature, signature)
	return nil
}

// key reads a secret: "whsec_" and base64, as Standard Webhooks writes them; anything else is taken as
// the bytes of the key.
func key(secret string) (*standardwebhooks.Webhook, error) {
	if !strings.HasPrefix(secret, "whsec_") {
		return standardwebhooks.NewWebhookRaw([]byte(secret))
	}
	k, err := standardwebhooks.NewWebhook(secret)
	if err != nil || secret == "whsec_" {
		return nil, errors.New(`secret starts with "whsec_", but what follows is not base64: take the secret as its maker gave it, or one without that prefix`)
	}
	return k, nil
}

// Package twilio pages people by text message and by telephone, and takes their answers: replies to a text,
// keys pressed in a call, and what Twilio later says about both. It turns those into actions on alerts and
// decides nothing about who is paged.
//
// Protocol: Twilio REST API 2010-04-01 (Messages, Calls), TwiML, and request validation by X-Twilio-Signature.
package twilio

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/tocsin-oncall/tocsin/integrations/request"
)

// DefaultBaseURL is Twilio's own REST API.
const DefaultBaseURL = "https://api.twilio.com"

// requestTimeout bounds one REST request. Twilio usually answers in well under a second.
const requestTimeout = 15 * time.Second

// Config is an account with Twilio.
type Config struct {
	AccountSID string // AC…
	AuthToken  string // secret
	// OtherToken is a second token that requests from Twilio may be signed with, while the account's
	// token is being rotated; empty for none. Secret.
	OtherToken string
	From       string // the number that sends and calls, E.164
	BaseURL    string // DefaultBaseURL when empty; for tests and proxies
	PublicURL  string // how Twilio reaches this server, such as https://oncall.example.com
	// MachineDetection asks Twilio to tell people from voicemail. It costs extra and delays the first word
	// by some seconds; without it, a voicemail simply never presses a key.
	MachineDetection bool
}

// Client talks to Twilio's REST API. It is safe for concurrent use.
type Client struct {
	cfg  Config
	http *http.Client
}

// New checks the configuration. A nil transport is http.DefaultTransport.
func New(cfg Config, transport http.RoundTripper) (*Client, error) {
	if cfg.BaseURL == "" {
		cfg.BaseURL = DefaultBaseURL
	}
	cfg.BaseURL = strings.TrimRight(cfg.BaseURL, "/")
	cfg.PublicURL = strings.TrimRight(cfg.PublicURL, "/")
	switch {
	case cfg.AccountSID == "":
		return nil, errors.New("twilio: account_sid is missing: it is on the first page of the Twilio console, and starts with AC")
	case cfg.AuthToken == "":
		return nil, errors.New("twilio: auth_token is missing: it is on the first page of the Twilio console")
	case !isE164(cfg.From):
		return nil, fmt.Errorf("twilio: from %q is not a phone number: write it with + and the country code, like +15550199", cfg.From)
	}
	for name, base := range map[string]string{"base_url": cfg.BaseURL, "public_url": cfg.PublicURL} {
		if u, err := url.Parse(base); err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
			return nil, fmt.Errorf("twilio: %s is not an absolute http or https URL", name)
		}
	}
	return &Client{cfg: cfg, http: request.Client(transport, requestTimeout)}, nil
}

// callback is a URL of this server that Twilio calls about the page that a token names.
func (c *Client) callback(path, token string) string { return callback(c.cfg.PublicURL, path, token) }

func callback(public, path, token string) string {
	return public + path + "?t=" + url.QueryEscape(token)
}

// isE164 reports whether s is + and 7 to 15 digits.
func isE164(s string) bool {
	digits, plus := strings.CutPrefix(s, "+")
	return plus && len(digits) >= 7 && len(digits) <= 15 && strings.Trim(digits, "0123456789") == ""
}

// e164 takes the punctuation out of a number that people wrote.
func e164(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '+' || r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, s)
}

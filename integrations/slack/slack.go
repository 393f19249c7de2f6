// Package slack posts pages to people and channels of Slack, keeps what it posted up to date, and takes the
// buttons and slash commands that come back. It talks to Slack's Web API and to nothing else. It decides
// nothing about alerts: what a person asks for goes to Acts.
package slack

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	api "github.com/slack-go/slack"

	"github.com/tocsin-oncall/tocsin/engine/deliver"
	"github.com/tocsin-oncall/tocsin/engine/page"
	"github.com/tocsin-oncall/tocsin/integrations/request"
)

// DefaultBaseURL is Slack's Web API.
const DefaultBaseURL = api.APIURL

// Options are how to reach a workspace. The token is a bot's (xoxb-…) with the scopes chat:write,
// chat:write.public (for channels that the bot has not joined) and commands; for channels of incidents those that
// docs/channels/slack.md names, too.
type Options struct {
	Token   string
	BaseURL string        // empty for DefaultBaseURL
	Timeout time.Duration // of one call; 0 for 15 s
	Now     func() time.Time
}

// Sender posts messages; it implements deliver.Sender and deliver.Updater.
type Sender struct {
	client *api.Client
	now    func() time.Time
}

// New checks the options. It does not connect.
func New(o Options) (*Sender, error) {
	if o.Token == "" {
		return nil, errors.New("slack: bot_token is missing; it begins with xoxb- and is shown on your app's page under OAuth & Permissions")
	}
	base, err := baseURL(o.BaseURL)
	if err != nil {
		return nil, err
	}
	if o.Timeout <= 0 {
		o.Timeout = 15 * time.Second
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	client := api.New(o.Token, api.OptionAPIURL(base.String()), api.OptionHTTPClient(httpClient(o.Timeout)))
	return &Sender{client, o.Now}, nil
}

// baseURL checks where the API is, and makes it end with the slash that the client relies on.
func baseURL(s string) (*url.URL, error) {
	if s == "" {
		s = DefaultBaseURL
	}
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return nil, fmt.Errorf("slack: base_url must be a plain http or https address such as %s", DefaultBaseURL)
	}
	if !strings.HasSuffix(u.Path, "/") {
		u.Path += "/"
	}
	return u, nil
}

// maxAnswer is how much of an answer is read, in bytes: a page of 200 channels has a tenth of it.
const maxAnswer = 8 << 20

// bounded reads no more than maxAnswer of what it is answered.
type bounded struct{ http.RoundTripper }

func (b bounded) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := b.RoundTripper.RoundTrip(r)
	if err == nil {
		resp.Body = http.MaxBytesReader(nil, resp.Body, maxAnswer)
	}
	return resp, err
}

func httpClient(timeout time.Duration) *http.Client {
	return request.Client(bounded{http.DefaultTransport}, timeout)
}

// Send does m's task, where it has one (see task). Else it posts m to its address, a member id (which opens the direct
// message) or a channel; when an earlier message about the same alert is there, in its thread, where a page is shown to
// the channel, too. Only messages that show an alert as it is can be edited; what a notice said stays said.
func (s *Sender) Send(ctx context.Context, m deliver.Message) (deliver.Receipt, error) {
	if m.Task != nil {
		return s.task(ctx, m)
	}
	channel, thread := m.Address, ""
	if m.Thread != "" {
		var err error
		if channel, thread, err = parseRef(m.Thread); err != nil {
			return deliver.Receipt{}, err
		}
	}
	opts := look(m)
	if thread != "" {
		opts = append(opts, api.MsgOptionTS(thread))
		if m.Kind == page.Escalation {
			opts = append(opts, api.MsgOptionBroadcast())
		}
	}
	channel, ts, err := s.client.PostMessageContext(ctx, channel, opts...)
	if err != nil {
		return deliver.Receipt{}, sorted("chat.postMessage", err)
	}
	return deliver.Receipt{Ref: channel + ":" + ts, Editable: showsAlert(m)}, nil
}

// Update edits the message at ref to show m.Alert as it is now, of whatever kind m is.
func (s *Sender) Update(ctx context.Context, ref string, m deliver.Message) error {
	channel, ts, err := parseRef(ref)
	if err != nil {
		return err
	}
	if m.Alert == nil {
		return deliver.Permanent("slack: only a message about one alert can be edited")
	}
	if _, _, _, err := s.client.UpdateMessageContext(ctx, channel, ts, shown(alertBlocks(m))...); err != nil {
		return sorted("chat.update", err)
	}
	return nil
}

func parseRef(ref string) (channel, ts string, err error) {
	channel, ts, ok := strings.Cut(ref, ":")
	if !ok || channel == "" || ts == "" {
		return "", "", deliver.Permanent("slack: %q is not a message; expected CHANNEL:TIMESTAMP", ref)
	}
	return channel, ts, nil
}

// showsAlert reports whether m shows an alert as it is, rather than words said once.
func showsAlert(m deliver.Message) bool {
	return m.Alert != nil && len(m.Bundle) == 0 && m.Kind == page.Escalation
}

// look is a message as Slack shows it.
func look(m deliver.Message) []api.MsgOption {
	switch {
	case len(m.Bundle) > 0:
		return shown(bundleBlocks(m))
	case showsAlert(m):
		return shown(alertBlocks(m))
	}
	return shown(wordsBlocks(m))
}

// shown is blocks, and the text of their notification, which is escaped already.
func shown(text string, blocks []api.Block) []api.MsgOption {
	return []api.MsgOption{
		api.MsgOptionText(text, false),
		api.MsgOptionBlocks(blocks...),
		api.MsgOptionDisableLinkUnfurl(),
		api.MsgOptionDisableMediaUnfurl(),
	}
}

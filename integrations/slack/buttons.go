package slack

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	api "github.com/slack-go/slack"

	"github.com/tocsin-oncall/tocsin/engine/alert"
	"github.com/tocsin-oncall/tocsin/engine/store"
)

// interaction is what Slack sends for a click, and for a shortcut on a message; others are answered and ignored.
type interaction struct {
	Type string `json:"type"`
	User struct {
		ID string `json:"id"`
	} `json:"user"`
	Channel struct {
		ID string `json:"id"`
	} `json:"channel"`
	Team struct {
		Domain string `json:"domain"`
	} `json:"team"`
	CallbackID  string  `json:"callback_id"` // of a shortcut
	Message     message `json:"message"`
	ResponseURL string  `json:"response_url"`
	Actions     []struct {
		ID    string `json:"action_id"`
		Value string `json:"value"`
	} `json:"actions"`
}

// Buttons serves POST /slack/interactions. It acts, answers with an empty 200, and only then tells the
// person how it went through the response_url: in the same request, so that shutting down waits for it.
func (in *Interactions) Buttons(w http.ResponseWriter, r *http.Request) {
	form := in.authentic(w, r)
	if form == nil {
		return
	}
	var click interaction
	if err := json.Unmarshal([]byte(form.Get("payload")), &click); err != nil {
		http.Error(w, "The form's payload is not JSON.", http.StatusBadRequest)
		return
	}
	// A person's decision counts even when the connection is gone before it is carried out.
	ctx := context.WithoutCancel(r.Context())
	said := in.interact(ctx, click)
	answerNow(w)
	if said.Text == "" {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, replyBudget)
	defer cancel()
	if err := in.reply(ctx, click.ResponseURL, said); err != nil {
		in.log.Warn("slack: could not tell a person what came of a click", "member", word(click.User.ID), "error", err)
	}
}

// interact does what was asked for, and returns what to tell; no text when there was nothing to do.
func (in *Interactions) interact(ctx context.Context, click interaction) ephemeral {
	ctx, cancel := context.WithTimeout(ctx, actBudget)
	defer cancel()
	switch click.Type {
	case "block_actions":
		return in.clicked(ctx, click)
	case "message_action":
		return in.shortcut(ctx, click)
	}
	return ephemeral{}
}

// clicked does what the buttons say.
func (in *Interactions) clicked(ctx context.Context, click interaction) ephemeral {
	for _, c := range click.Actions {
		action, ok := in.actionOf(c.ID)
		adds := strings.HasPrefix(c.ID, actionAddTo)
		if !ok && !adds {
			continue // a link, which the reader's Slack has opened
		}
		user, ok := in.user(click.User.ID)
		if !ok {
			return only(unlinked(click.User.ID))
		}
		if adds {
			return in.chosen(ctx, c.Value, user)
		}
		id, err := store.ParseID(c.Value)
		if err != nil || id.Kind() != store.KindAlert {
			return only("This button does not name an alert. Use the link in the message.")
		}
		action.By, action.Via = user, "slack"
		return only(in.act(ctx, string(id), action))
	}
	return ephemeral{}
}

func (in *Interactions) actionOf(button string) (alert.Action, bool) {
	switch button {
	case ActionAck:
		return alert.Action{Do: alert.Ack}, true
	case ActionEscalate:
		return alert.Action{Do: alert.Escalate}, true
	case ActionSnooze:
		return alert.Action{Do: alert.Snooze, Until: in.now().Add(time.Hour)}, true
	case ActionClose:
		return alert.Action{Do: alert.Close}, true
	}
	return alert.Action{}, false
}

// answerNow sends the whole answer while the handler goes on.
func answerNow(w http.ResponseWriter) {
	w.Header().Set("Content-Length", "0")
	w.WriteHeader(http.StatusOK)
	_ = http.NewResponseController(w).Flush() // without a flush the answer waits for the reply, which is bounded
}

// ephemeral is a message that only the person who acted sees.
type ephemeral struct {
	Type    string `json:"response_type"`
	Replace bool   `json:"replace_original"`
	Text    string `json:"text"`

	Blocks []api.Block `json:"blocks,omitempty"`
}

// reply posts to a response_url. The URL came with a request, so it is followed only to Slack.
func (in *Interactions) reply(ctx context.Context, to string, said ephemeral) error {
	if !in.slacks(to) {
		return fmt.Errorf("the response_url is not Slack's")
	}
	body, err := json.Marshal(said)
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, to, bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("the response_url cannot be used")
	}
	req.Header.Set("Content-Type", "application/json; charset=utf-8")
	resp, err := in.client.Do(req)
	if err != nil {
		return sorted("response_url", err) // without the URL: whoever has it may post
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("the response_url answered HTTP %d", resp.StatusCode)
	}
	return nil
}

// slacks reports whether a response_url is on Slack's host for them, or on the host of the API that is
// configured (a proxy, or a test).
func (in *Interactions) slacks(to string) bool {
	u, err := url.Parse(to)
	if err != nil || u.User != nil {
		return false
	}
	return u.Scheme == "https" && u.Host == "hooks.slack.com" || u.Scheme == in.base.Scheme && u.Host == in.base.Host
}

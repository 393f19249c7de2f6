package slacktest

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"
)

// Answer is what the program said to a click or a command.
type Answer struct {
	Status int
	Body   string
}

// Click presses a button of a message as a member, and sends to targetURL what Slack would send.
func (s *Server) Click(t testing.TB, m Message, actionID, userID, targetURL string) Answer {
	t.Helper()
	return s.Send(t, targetURL, s.ClickBody(t, m, actionID, userID))
}

// ClickBody is the body that Slack sends for a click, unsigned.
func (s *Server) ClickBody(t testing.TB, m Message, actionID, userID string) string {
	t.Helper()
	b := m.Button(actionID)
	if b == nil {
		t.Fatalf("the message has no button %q: %v", actionID, m.Blocks)
	}
	value, _ := b["value"].(string)
	payload, err := json.Marshal(map[string]any{
		"type":         "block_actions",
		"user":         map[string]any{"id": userID, "username": strings.ToLower(userID), "team_id": "T1"},
		"team":         map[string]any{"id": "T1", "domain": "example"},
		"channel":      map[string]any{"id": m.Channel},
		"container":    map[string]any{"type": "message", "message_ts": m.TS, "channel_id": m.Channel},
		"trigger_id":   "1.2.3",
		"response_url": s.http.URL + "/response/" + userID,
		"actions": []any{map[string]any{"action_id": actionID, "block_id": "tocsin", "type": "button", "value": value,
			"action_ts": strconv.FormatInt(s.now(), 10) + ".5"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return url.Values{"payload": {string(payload)}}.Encode()
}

// Said is a message of somebody.
type Said struct {
	Channel, TS, ThreadTS string
	User                  string // a member, or
	Bot                   string // the name of an app
	Text                  string
	Attached              string // what an attachment says, where the text says nothing
}

// Shortcut uses a shortcut on a message as a member, and sends to targetURL what Slack would send.
func (s *Server) Shortcut(t testing.TB, callbackID string, m Said, userID, targetURL string) Answer {
	t.Helper()
	message := map[string]any{"type": "message", "ts": m.TS, "text": m.Text}
	if m.User != "" {
		message["user"] = m.User
	} else {
		message["bot_profile"] = map[string]any{"name": m.Bot}
	}
	if m.Attached != "" {
		message["attachments"] = []any{map[string]any{"id": 1, "fallback": m.Attached}}
	}
	if m.ThreadTS != "" {
		message["thread_ts"] = m.ThreadTS
	}
	payload, err := json.Marshal(map[string]any{
		"type": "message_action", "callback_id": callbackID, "trigger_id": "1.2.3", "action_ts": strconv.FormatInt(s.now(), 10) + ".5",
		"message_ts": m.TS, "message": message, "response_url": s.http.URL + "/response/" + userID,
		"user": map[string]any{"id": userID, "name": strings.ToLower(userID)}, "team": map[string]any{"id": "T1", "domain": "example"},
		"channel": map[string]any{"id": m.Channel, "name": "general"},
	})
	if err != nil {
		t.Fatal(err)
	}
	return s.Send(t, targetURL, url.Values{"payload": {string(payload)}}.Encode())
}

// Command types "/tocsin text" as a member, and sends to targetURL what Slack would send.
func (s *Server) Command(t testing.TB, text, userID, targetURL string) Answer {
	t.Helper()
	return s.CommandIn(t, "C1", text, userID, targetURL)
}

// CommandIn is Command in a channel.
func (s *Server) CommandIn(t testing.TB, channel, text, userID, targetURL string) Answer {
	t.Helper()
	return s.Send(t, targetURL, url.Values{
		"command": {"/tocsin"}, "text": {text}, "user_id": {userID}, "user_name": {strings.ToLower(userID)},
		"team_id": {"T1"}, "channel_id": {channel}, "trigger_id": {"1.2.3"}, "response_url": {s.http.URL + "/response/" + userID},
	}.Encode())
}

// patience is how long Slack waits for an answer before it shows the person an error.
const patience = 3 * time.Second

// Send posts a form body with Slack's signature. No answer within 3 s fails the test.
func (s *Server) Send(t testing.TB, targetURL, body string) Answer {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, targetURL, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	ts := strconv.FormatInt(s.now(), 10)
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("X-Slack-Request-Timestamp", ts)
	req.Header.Set("X-Slack-Signature", Sign(s.SigningSecret, ts, body))
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return Answer{resp.StatusCode, string(text)}
}

func (s *Server) now() int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.clock().Unix()
}

// Sign makes a v0 signature of Slack: HMAC-SHA256 of "v0:timestamp:body", in hex.
func Sign(secret, timestamp, body string) string {
	mac := hmac.New(sha256.New, []byte(secret))
	io.WriteString(mac, "v0:"+timestamp+":"+body)
	return "v0=" + hex.EncodeToString(mac.Sum(nil))
}

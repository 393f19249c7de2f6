package slacktest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
)

type answer map[string]any

func refused(code string) answer { return answer{"ok": false, "error": code} }

func (s *Server) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /api/{method}", s.call)
	mux.HandleFunc("POST /response/{user}", s.response)
	return mux
}

// call is one call of the Web API.
func (s *Server) call(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	s.calls++
	s.asked = append(s.asked, r.PathValue("method"))
	var f failure
	if len(s.failures) > 0 {
		f, s.failures = s.failures[0], s.failures[1:]
	}
	s.mu.Unlock()
	s.wait(r)
	if f.status != 0 {
		if f.retryAfter != "" {
			w.Header().Set("Retry-After", f.retryAfter)
		}
		http.Error(w, "<html>no</html>", f.status)
		return
	}
	a := refused(f.code)
	if f.code == "" {
		a = s.answer(r)
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	json.NewEncoder(w).Encode(a)
}

// wait holds a request while the server is told to.
func (s *Server) wait(r *http.Request) {
	s.mu.Lock()
	hold := s.hold
	s.mu.Unlock()
	if hold == nil {
		return
	}
	select {
	case <-hold:
	case <-r.Context().Done():
	}
}

func (s *Server) answer(r *http.Request) answer {
	if err := r.ParseForm(); err != nil {
		return refused("invalid_form_data")
	}
	token := r.PostForm.Get("token")
	if bearer, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok {
		token = bearer
	}
	switch token {
	case s.Token:
	case "":
		return refused("not_authed")
	default:
		return refused("invalid_auth")
	}
	switch r.PathValue("method") {
	case "auth.test":
		return answer{"ok": true, "url": "https://example.slack.com/", "team": "Example", "team_id": "T1", "user": "tocsin", "user_id": "UBOT", "bot_id": "B1"}
	case "conversations.open":
		return answer{"ok": true, "channel": answer{"id": channelID(r.PostForm.Get("users"))}}
	case "chat.postMessage", "chat.postEphemeral":
		return s.post(r)
	case "chat.update":
		return s.update(r)
	}
	if a := s.aboutChannels(r.PathValue("method"), r.PostForm); a != nil {
		return a
	}
	return refused("unknown_method")
}

// channelID turns what a post names into a channel: a member into their direct message, a name into an id.
func channelID(asked string) string {
	switch {
	case strings.HasPrefix(asked, "U"), strings.HasPrefix(asked, "W"):
		return "D" + asked[1:]
	case strings.HasPrefix(asked, "C"), strings.HasPrefix(asked, "D"), strings.HasPrefix(asked, "G"):
		return asked
	case strings.HasPrefix(asked, "#") && len(asked) > 1:
		return "C" + strings.ToUpper(asked[1:])
	}
	return ""
}

func (s *Server) post(r *http.Request) answer {
	form := r.PostForm
	asked := form.Get("channel")
	s.mu.Lock()
	defer s.mu.Unlock()
	if code := s.refuse[asked]; code != "" {
		return refused(code)
	}
	m := Message{Channel: channelID(asked), Asked: asked, ThreadTS: form.Get("thread_ts"),
		Broadcast: form.Get("reply_broadcast") == "true", Text: form.Get("text"), User: form.Get("user")}
	if m.Channel == "" {
		return refused("channel_not_found")
	}
	if code := s.closed(m.Channel); code != "" {
		return refused(code)
	}
	m.Metadata = form.Get("metadata")
	var bad answer
	if m.Blocks, bad = content(form.Get("text"), form.Get("blocks")); bad != nil {
		return bad
	}
	m.TS = fmt.Sprintf("%d.%06d", s.posted(), len(s.messages)+1)
	s.messages = append(s.messages, m)
	s.touch()
	if m.User != "" {
		return answer{"ok": true, "message_ts": m.TS}
	}
	return answer{"ok": true, "channel": m.Channel, "ts": m.TS, "message": answer{"text": m.Text, "ts": m.TS, "thread_ts": m.ThreadTS}}
}

func (s *Server) update(r *http.Request) answer {
	form := r.PostForm
	s.mu.Lock()
	defer s.mu.Unlock()
	if code := s.closed(form.Get("channel")); code != "" {
		return refused(code)
	}
	for i := range s.messages {
		m := &s.messages[i]
		if m.Channel != form.Get("channel") || m.TS != form.Get("ts") {
			continue
		}
		blocks, bad := content(form.Get("text"), form.Get("blocks"))
		if bad != nil {
			return bad
		}
		m.Text, m.Blocks = form.Get("text"), blocks
		m.Edits++
		s.touch()
		return answer{"ok": true, "channel": m.Channel, "ts": m.TS, "text": m.Text}
	}
	if channelID(form.Get("channel")) != form.Get("channel") {
		return refused("channel_not_found") // edits name channels by id
	}
	return refused("message_not_found")
}

// posted is when a message comes, in Unix time: on a Monday in March, unless the test has a clock.
func (s *Server) posted() int64 {
	if !s.clocked {
		return 1773025200
	}
	return s.clock().Unix()
}

func content(text, raw string) ([]map[string]any, answer) {
	var blocks []map[string]any
	if raw != "" {
		if err := json.Unmarshal([]byte(raw), &blocks); err != nil {
			return nil, refused("invalid_blocks_format")
		}
	}
	if text == "" && len(blocks) == 0 {
		return nil, refused("no_text")
	}
	if len(text) > 40000 {
		return nil, refused("msg_too_long")
	}
	if why := checkBlocks(blocks); why != "" {
		return nil, answer{"ok": false, "error": "invalid_blocks", "response_metadata": answer{"messages": []string{"[ERROR] " + why}}}
	}
	return blocks, nil
}

// response takes what is sent to a response_url.
func (s *Server) response(w http.ResponseWriter, r *http.Request) {
	s.wait(r)
	var body struct {
		Text string `json:"text"`
		Type string `json:"response_type"`

		Replace bool             `json:"replace_original"`
		Blocks  []map[string]any `json:"blocks"`
	}
	if err := json.NewDecoder(r.Body).Decode(&body); err != nil || body.Text == "" || checkBlocks(body.Blocks) != "" {
		http.Error(w, "invalid_payload", http.StatusBadRequest)
		return
	}
	s.mu.Lock()
	s.replies = append(s.replies, Reply{User: r.PathValue("user"), Text: body.Text, Type: body.Type, Replaces: body.Replace, Blocks: body.Blocks})
	s.touch()
	s.mu.Unlock()
	w.Write([]byte("ok"))
}

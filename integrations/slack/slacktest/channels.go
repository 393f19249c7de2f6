package slacktest

import (
	"encoding/json"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// bot is the member id of the app's bot.
const bot = "UBOT"

// Channel is a channel that was made by the API, or by somebody with MakeChannel.
type Channel struct {
	ID, Name       string
	Private        bool
	Archived       bool
	Deleted        bool
	Creator        string
	Created        int64 // Unix time
	Purpose, Topic string
	Members        []string
	Pins           []string // timestamps
}

// MakeChannel is a channel that a person makes.
func (s *Server) MakeChannel(name string) Channel {
	s.mu.Lock()
	defer s.mu.Unlock()
	return *s.make(name, false, "U01ETHAN")
}

// Channels returns all channels as they are now.
func (s *Server) Channels() []Channel {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []Channel
	for _, c := range s.channels {
		all = append(all, *c)
	}
	return all
}

// Change lets somebody change a channel by hand: archive it, delete it.
func (s *Server) Change(id string, f func(*Channel)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f(s.channel(id))
}

// Revoke takes scopes from the app.
func (s *Server) Revoke(scopes ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, scope := range scopes {
		s.revoked[scope] = true
	}
}

// Deny answers a method that is about channels with an error code, as a workspace does that forbids it.
func (s *Server) Deny(method, code string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refuse[method] = code
}

// Grant gives them back.
func (s *Server) Grant(scopes ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, scope := range scopes {
		delete(s.revoked, scope)
	}
}

// Unknown says that there is no such member.
func (s *Server) Unknown(member string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.unknown[member] = true
}

// Asked is how often a method of the API was called.
func (s *Server) Asked(method string) (n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, m := range s.asked {
		if m == method {
			n++
		}
	}
	return n
}

func (s *Server) make(name string, private bool, creator string) *Channel {
	c := &Channel{ID: fmt.Sprintf("C0INC%d", len(s.channels)+1), Name: name, Private: private, Creator: creator, Created: s.clock().Unix(), Members: []string{creator}}
	s.channels = append(s.channels, c)
	s.touch()
	return c
}

func (s *Server) channel(id string) *Channel {
	for _, c := range s.channels {
		if c.ID == id && !c.Deleted {
			return c
		}
	}
	return nil
}

// closed says why nothing can be posted to a channel; "" when it can. Channels that nobody made are always there.
func (s *Server) closed(id string) string {
	for _, c := range s.channels {
		switch {
		case c.ID != id:
		case c.Deleted:
			return "channel_not_found"
		case c.Archived:
			return "is_archived"
		}
	}
	return ""
}

// scopes are what a method needs for a public and for a private channel.
// Source: the method pages of Slack's Web API reference.
var scopes = map[string][2]string{
	"conversations.create": {"channels:manage", "groups:write"}, "conversations.setPurpose": {"channels:manage", "groups:write"},
	"conversations.setTopic": {"channels:manage", "groups:write"}, "conversations.invite": {"channels:manage", "groups:write"},
	"conversations.archive": {"channels:manage", "groups:write"}, "conversations.unarchive": {"channels:manage", "groups:write"},
	"users.conversations": {"channels:read", "groups:read"}, "conversations.history": {"channels:history", "groups:history"},
	"pins.add": {"pins:write", "pins:write"},
}

// aboutChannels answers the methods that are about channels; nil for others.
func (s *Server) aboutChannels(method string, form url.Values) answer {
	needed, known := scopes[method]
	if !known {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	defer s.touch()
	c := s.channel(form.Get("channel"))
	scope := needed[0]
	if form.Get("is_private") == "true" || form.Get("types") == "private_channel" || c != nil && c.Private {
		scope = needed[1]
	}
	if s.revoked[scope] {
		return answer{"ok": false, "error": "missing_scope", "needed": scope, "provided": "chat:write,commands"}
	}
	if code := s.refuse[method]; code != "" {
		return refused(code)
	}
	switch method {
	case "conversations.create":
		return s.create(form)
	case "users.conversations":
		return s.conversations(form)
	}
	if c == nil {
		return refused("channel_not_found")
	}
	return s.onChannel(method, c, form)
}

var special = regexp.MustCompile(`[^a-z0-9_-]`)

func (s *Server) create(form url.Values) answer {
	name := form.Get("name")
	switch {
	case name == "":
		return refused("invalid_name_required")
	case len(name) > 80:
		return refused("invalid_name_maxlength")
	case special.MatchString(name):
		return refused("invalid_name_specials")
	case strings.Trim(name, "-_") == "":
		return refused("invalid_name_punctuation")
	case slices.ContainsFunc(s.channels, func(c *Channel) bool { return c.Name == name && !c.Deleted }): // an archived one, too
		return refused("name_taken")
	}
	return answer{"ok": true, "channel": s.make(name, form.Get("is_private") == "true", bot).view()}
}

func (s *Server) conversations(form url.Values) answer {
	list := []answer{}
	for _, c := range s.channels {
		if !c.Deleted && !c.Archived && slices.Contains(c.Members, bot) && c.Private == (form.Get("types") == "private_channel") {
			list = append(list, c.view())
		}
	}
	return answer{"ok": true, "channels": list, "response_metadata": answer{"next_cursor": ""}}
}

func (s *Server) onChannel(method string, c *Channel, form url.Values) answer {
	if c.Archived && method != "conversations.unarchive" && method != "conversations.archive" && method != "conversations.history" {
		return refused("is_archived")
	}
	switch method {
	case "conversations.setPurpose", "conversations.setTopic":
		text := form.Get(strings.ToLower(strings.TrimPrefix(method, "conversations.set")))
		if len([]rune(text)) > 250 {
			return refused("too_long")
		}
		if method == "conversations.setPurpose" {
			c.Purpose = text
		} else {
			c.Topic = text
		}
	case "conversations.invite":
		member := form.Get("users")
		switch {
		case s.unknown[member]:
			return answer{"ok": false, "error": "user_not_found", "errors": []answer{{"user": member, "ok": false, "error": "user_not_found"}}}
		case slices.Contains(c.Members, member):
			return refused("already_in_channel")
		}
		c.Members = append(c.Members, member)
	case "conversations.archive":
		if c.Archived {
			return refused("already_archived")
		}
		c.Archived = true
		c.Members = slices.DeleteFunc(c.Members, func(m string) bool { return m == bot })
	case "conversations.unarchive":
		switch {
		case !c.Archived:
			return refused("not_archived")
		case !slices.Contains(c.Members, bot): // as archiving put it out
			return refused("not_in_channel")
		}
		c.Archived = false
	case "pins.add":
		if slices.Contains(c.Pins, form.Get("timestamp")) {
			return refused("already_pinned")
		}
		c.Pins = append(c.Pins, form.Get("timestamp"))
	case "conversations.history":
		return s.history(c)
	}
	return answer{"ok": true, "channel": c.view()}
}

func (s *Server) history(c *Channel) answer {
	list := []answer{}
	for _, m := range slices.Backward(s.messages) {
		if m.Channel == c.ID {
			one := answer{"type": "message", "ts": m.TS, "text": m.Text}
			if m.Metadata != "" {
				one["metadata"] = json.RawMessage(m.Metadata)
			}
			list = append(list, one)
		}
	}
	return answer{"ok": true, "messages": list, "has_more": false}
}

func (c *Channel) view() answer {
	return answer{
		"id": c.ID, "name": c.Name, "is_channel": true, "is_private": c.Private, "is_archived": c.Archived, "creator": c.Creator,
		"created": c.Created, "purpose": answer{"value": c.Purpose}, "topic": answer{"value": c.Topic},
	}
}

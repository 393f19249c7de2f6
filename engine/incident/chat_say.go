package incident

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/tocsin-oncall/tocsin/engine/directory"
)

// The name of a channel in Slack has at most maxChannelName characters; channelRoom of them are left for what tells
// it from others of the same name.
const (
	maxChannelName = 80
	channelRoom    = 4
)

// ChannelName makes of a text the name of a channel in Slack: lower case, letters, digits, - and _, 80 at most. What
// is between words becomes one -. It is empty when nothing is left.
func ChannelName(text string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(text) {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9', r == '_':
			b.WriteRune(r)
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
	}
	name := b.String()
	return strings.Trim(name[:min(len(name), maxChannelName-channelRoom)], "-")
}

// channelName is how the channel shall be called; inc-7 when the configured name comes to nothing.
func (s *State) channelName(cfg directory.Chat, env Env) string {
	text, err := cfg.Name(s.Facts(env.Now))
	if name := ChannelName(text); err == nil && name != "" {
		return name
	}
	return strings.ToLower(s.Name())
}

// Digest is the same for as long as the pinned message need not change.
func (s *State) Digest() string {
	calls := make([]string, 0, len(s.Calls))
	for _, c := range s.Calls {
		calls = append(calls, c.To+" "+string(c.Status)+" "+c.AnsweredBy)
	}
	text, _ := json.Marshal([]any{ // of texts, which always can be
		s.Title, s.Description, s.Status, s.Priority, s.Impacted(), s.Team, s.Roles, s.Responders, calls, s.Conference, s.Links, s.Postmortem,
	})
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:8])
}

// ToldInChat reports whether an entry is told in the channel: not what is about the channel, or was said in it.
func (s *State) ToldInChat(e Entry) bool {
	return e.Kind != kindChat && !strings.HasPrefix(e.Ref, MessageRef(s.Chat.Channel, ""))
}

// News are the entries after one and up to another that are told in the channel. Alerts that joined are told as one.
func (s *State) News(after, upTo int) []Entry {
	var out []Entry
	var joined []Entry
	for _, e := range s.Timeline {
		switch {
		case e.N <= after || e.N > upTo || !s.ToldInChat(e):
		case e.Kind == kindJoined:
			joined = append(joined, e)
			if len(joined) == 1 {
				out = append(out, e) // its place is that of the first
			}
		default:
			out = append(out, e)
		}
	}
	if len(joined) > 1 {
		for i := range out {
			if out[i].N == joined[0].N {
				out[i].By, out[i].Text = "", fmt.Sprintf("%d alerts joined, the first of them %s", len(joined), joined[0].Text)
			}
		}
	}
	return out
}

func (s *State) hasNews() bool {
	for _, e := range s.Timeline {
		if e.N > s.Chat.Posted && s.ToldInChat(e) {
			return true
		}
	}
	return false
}

// MessageRef is what a message in Slack is called in a timeline.
func MessageRef(channel, ts string) string { return "slack:" + channel + ":" + ts }

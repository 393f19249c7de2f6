package slack

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	api "github.com/slack-go/slack"

	"github.com/tocsin-oncall/tocsin/engine/deliver"
	"github.com/tocsin-oncall/tocsin/engine/incident"
	"github.com/tocsin-oncall/tocsin/engine/page"
)

const (
	maxNames   = 5   // how many names are tried for a channel before one that nobody has; Slack takes 20 calls a minute
	maxTopic   = 250 // characters of a topic and of a purpose
	maxChannel = 80  // characters of a name
	perList    = 200 // channels in one answer
)

// gone are the codes by which Slack says that a channel is not there for the bot any more.
var gone = map[string]string{
	"is_archived":       "somebody archived it in Slack",
	"channel_not_found": "it was deleted in Slack, or the bot was removed from it",
	"not_in_channel":    "the bot was removed from it",
}

// lost sorts what came of a call to a channel: that it is gone is something to know, not a failure.
func lost(method string, err error) (map[string]string, error) {
	if err == nil {
		return nil, nil
	}
	if why := gone[codeOf(err)]; why != "" {
		return map[string]string{incident.ResultGone: why}, nil
	}
	return nil, sorted(method, err)
}

// codeOf is what Slack calls an error; "" for what is none of its own.
func codeOf(err error) string {
	var refused api.SlackErrorResponse
	if errors.As(err, &refused) {
		return word(refused.Err)
	}
	return ""
}

// reason is an error without what only says that it is final.
func reason(err error) string {
	return strings.TrimPrefix(err.Error(), deliver.ErrPermanent.Error()+": ")
}

// makeChannel makes the channel of an incident, and says in its purpose whose it is: one that an attempt before made is
// known by that. Where a name is taken, others are tried: name-2, name-3, …, and at last one that nobody else can have.
func (s *Sender) makeChannel(ctx context.Context, m deliver.Message) (map[string]string, error) {
	me, err := s.client.AuthTestContext(ctx)
	if err != nil {
		return nil, sorted("auth.test", err)
	}
	private := m.Task.Args["private"] == "true"
	var ours map[string]api.Channel
	for n := 1; n <= maxNames+1; n++ {
		name := numbered(m.Task.Args["name"], n, m.Key)
		made, err := s.client.CreateConversationContext(ctx, api.CreateConversationParams{ChannelName: name, IsPrivate: private})
		if err == nil {
			return s.furnish(ctx, m.Incident, *made, me)
		}
		if codeOf(err) != "name_taken" {
			return nil, sorted("conversations.create", err)
		}
		if ours == nil {
			if ours, err = s.channels(ctx, private); err != nil {
				return nil, err
			}
		}
		old, there := ours[name]
		switch known, wait := s.madeFor(m, old, me.UserID); {
		case !there || !known:
		case wait > 0:
			return nil, deliver.RetryAfter(wait, "slack: #%s is just being made", name)
		default:
			return s.furnish(ctx, m.Incident, old, me)
		}
	}
	return nil, deliver.Permanent("slack conversations.create: the name %s and %d others like it are taken", m.Task.Args["name"], maxNames)
}

// numbered is the nth name that is tried for a channel; the last is made of the key of the task.
func numbered(name string, n int, key string) string {
	tail := "-" + strconv.Itoa(n)
	switch {
	case n == 1:
		return name
	case n > maxNames:
		sum := sha256.Sum256([]byte(key))
		tail = "-" + hex.EncodeToString(sum[:4])
	}
	return strings.TrimRight(name[:min(len(name), maxChannel-len(tail))], "-") + tail
}

// madeFor reports whether a channel of the bot was made for an incident: it says so, or an attempt that broke off had
// not come to say so. wait is how long that attempt may still be under way. Where no attempt was made before, a channel
// that does not say whose it is, is just being made for another incident of the same name.
func (s *Sender) madeFor(m deliver.Message, c api.Channel, bot string) (known bool, wait time.Duration) {
	inc := m.Incident
	if strings.Contains(c.Purpose.Value, string(inc.ID)) {
		return true, 0
	}
	created := c.Created.Time()
	if !m.Again || c.Purpose.Value != "" || c.Creator != bot || created.Before(inc.OpenedAt.Add(-time.Minute)) {
		return false, 0
	}
	return true, page.Lease - s.now().Sub(created)
}

// channels are those that the bot is in and that are not archived, by name.
func (s *Sender) channels(ctx context.Context, private bool) (map[string]api.Channel, error) {
	kind := "public_channel"
	if private {
		kind = "private_channel"
	}
	all := map[string]api.Channel{}
	for cursor := ""; ; {
		list, next, err := s.client.GetConversationsForUserContext(ctx, &api.GetConversationsForUserParameters{
			Types: []string{kind}, ExcludeArchived: true, Limit: perList, Cursor: cursor,
		})
		if err != nil {
			return nil, sorted("users.conversations", err)
		}
		for _, c := range list {
			all[c.Name] = c
		}
		if next == "" || next == cursor {
			return all, nil
		}
		cursor = next
	}
}

// furnish writes the purpose, by which the channel is known from now on, and the topic.
func (s *Sender) furnish(ctx context.Context, inc *incident.State, c api.Channel, me *api.AuthTestResponse) (map[string]string, error) {
	result := map[string]string{
		incident.ResultChannel: c.ID, incident.ResultName: c.Name, incident.ResultURL: strings.TrimSuffix(me.URL, "/") + "/archives/" + c.ID,
	}
	purpose := fmt.Sprintf("What is done about %s. Tocsin keeps this channel (%s).", inc.Name(), inc.ID)
	if _, err := s.client.SetPurposeOfConversationContext(ctx, c.ID, purpose); err != nil {
		if err = sorted("conversations.setPurpose", err); !errors.Is(err, deliver.ErrPermanent) {
			return nil, err
		}
		result[incident.ResultWarning] = "it does not say what it is for: " + reason(err)
	}
	if _, err := s.client.SetTopicOfConversationContext(ctx, c.ID, topic(inc)); err != nil {
		if err = sorted("conversations.setTopic", err); !errors.Is(err, deliver.ErrPermanent) {
			return nil, err
		}
		result[incident.ResultWarning] = "it has no topic: " + reason(err)
	}
	return result, nil
}

// topic is the title of an incident and where people meet, if both fit: half a link leads nowhere.
func topic(inc *incident.State) string {
	text := inc.Name() + " " + inc.Severity() + ": " + oneLine(inc.Title)
	if meet := " · " + inc.Conference; inc.Conference != "" && len(meet) < maxTopic/2 {
		return plain(text, maxTopic-len(meet)) + meet
	}
	return plain(text, maxTopic)
}

// revive takes an archived channel up again. Slack refuses that to bots that are not members any more, and archiving
// puts them out: then the incident gets another channel.
func (s *Sender) revive(ctx context.Context, m deliver.Message) (map[string]string, error) {
	old := m.Incident.Chat
	err := s.client.UnArchiveConversationContext(ctx, m.Task.Args["channel"])
	if err == nil || codeOf(err) == "not_archived" {
		return map[string]string{incident.ResultChannel: old.Channel, incident.ResultName: old.Name, incident.ResultURL: old.URL}, nil
	}
	if err = sorted("conversations.unarchive", err); !errors.Is(err, deliver.ErrPermanent) {
		return nil, err
	}
	return s.makeChannel(ctx, m)
}

// invite asks one person into the channel. Why somebody cannot be is for people to know.
func (s *Sender) invite(ctx context.Context, channel, member string) (map[string]string, error) {
	_, err := s.client.InviteUsersToConversationContext(ctx, channel, member)
	switch code := codeOf(err); {
	case err == nil, code == "already_in_channel", code == "cant_invite_self":
		return nil, nil
	case gone[code] != "":
		return lost("conversations.invite", err)
	}
	if err = sorted("conversations.invite", err); !errors.Is(err, deliver.ErrPermanent) {
		return nil, err
	}
	return map[string]string{incident.ResultMissed: reason(err)}, nil
}

package slack

import (
	"context"
	"errors"
	"strconv"

	api "github.com/slack-go/slack"

	"github.com/tocsin-oncall/tocsin/engine/deliver"
	"github.com/tocsin-oncall/tocsin/engine/incident"
)

// task does something about the channel of an incident. What is so already counts as done: it may be the second
// attempt.
func (s *Sender) task(ctx context.Context, m deliver.Message) (deliver.Receipt, error) {
	if m.Incident == nil {
		return deliver.Receipt{}, deliver.Permanent("slack: the task %q is about no incident", m.Task.Do)
	}
	do, channel := incident.ChatTask(m.Task.Do), m.Task.Args["channel"]
	var result map[string]string
	var err error
	switch do {
	case incident.ChatCreate:
		result, err = s.makeChannel(ctx, m)
	case incident.ChatRevive:
		result, err = s.revive(ctx, m)
	case incident.ChatInvite:
		result, err = s.invite(ctx, channel, m.Task.Args["member"])
	case incident.ChatSummary:
		result, err = s.summarise(ctx, m)
	case incident.ChatPost:
		after, _ := strconv.Atoi(m.Task.Args["after"])
		upTo, _ := strconv.Atoi(m.Task.Args["up_to"])
		result, err = s.say(ctx, m, shown(newsBlocks(m, after, upTo)))
	case incident.ChatClosing:
		result, err = s.say(ctx, m, shown(closingBlocks(m)))
	case incident.ChatArchive:
		if err = s.client.ArchiveConversationContext(ctx, channel); err != nil && codeOf(err) != "already_archived" {
			result, err = lost("conversations.archive", err)
		} else {
			err = nil
		}
	default:
		return deliver.Receipt{}, deliver.Permanent("slack: this version cannot do the task %q", m.Task.Do)
	}
	if err != nil {
		return deliver.Receipt{}, err
	}
	return deliver.Receipt{Ref: result[incident.ResultTS], Delivered: true, Result: result}, nil
}

// eventOfMessage is what the metadata of messages about incidents is called; their payload has the message's key.
const eventOfMessage = "tocsin_incident"

// say posts a message to the channel of an incident, unless an attempt before has.
func (s *Sender) say(ctx context.Context, m deliver.Message, look []api.MsgOption) (map[string]string, error) {
	channel := m.Task.Args["channel"]
	if m.Again {
		ts, err := s.said(ctx, channel, m.Key)
		if ts != "" || err != nil {
			return map[string]string{incident.ResultTS: ts}, err
		}
	}
	look = append(look, api.MsgOptionMetadata(api.SlackMetadata{EventType: eventOfMessage, EventPayload: map[string]any{"key": m.Key}}))
	_, ts, err := s.client.PostMessageContext(ctx, channel, look...)
	if err != nil {
		return lost("chat.postMessage", err)
	}
	return map[string]string{incident.ResultTS: ts}, nil
}

// saidAmong is how many of the latest messages of a channel are looked through for one.
const saidAmong = 100

// said finds the message with a key that an attempt before posted; "" when there is none, or when the app may not look:
// then a message may come twice, after a crash.
func (s *Sender) said(ctx context.Context, channel, key string) (ts string, err error) {
	history, err := s.client.GetConversationHistoryContext(ctx, &api.GetConversationHistoryParameters{
		ChannelID: channel, Limit: saidAmong, IncludeAllMetadata: true,
	})
	if err != nil {
		if err = sorted("conversations.history", err); errors.Is(err, deliver.ErrPermanent) {
			return "", nil
		}
		return "", err
	}
	for _, old := range history.Messages {
		if old.Metadata.EventType == eventOfMessage && old.Metadata.EventPayload["key"] == key {
			return old.Timestamp, nil
		}
	}
	return "", nil
}

// summarise posts the message about an incident and pins it, or brings it up to date. One that somebody deleted is
// posted again.
func (s *Sender) summarise(ctx context.Context, m deliver.Message) (map[string]string, error) {
	channel, ts := m.Task.Args["channel"], m.Task.Args["ts"]
	look := shown(summaryBlocks(m))
	if ts != "" {
		_, _, _, err := s.client.UpdateMessageContext(ctx, channel, ts, look...)
		if err == nil || codeOf(err) != "message_not_found" {
			return lost("chat.update", err)
		}
	}
	result, err := s.say(ctx, m, look)
	if err != nil || result[incident.ResultGone] != "" {
		return result, err
	}
	err = s.client.AddPinContext(ctx, channel, api.NewRefToMessage(channel, result[incident.ResultTS]))
	if err == nil || codeOf(err) == "already_pinned" {
		return result, nil
	}
	if err = sorted("pins.add", err); !errors.Is(err, deliver.ErrPermanent) {
		return nil, err
	}
	result[incident.ResultWarning] = "the summary is not pinned: " + reason(err)
	return result, nil
}

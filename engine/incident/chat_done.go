package incident

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/page"
)

// What a task in Slack gives, by name.
const (
	ResultChannel = "channel" // the id of the channel that was made or found
	ResultName    = "name"
	ResultURL     = "url"
	ResultTS      = "ts"      // the timestamp of the message that was posted
	ResultGone    = "gone"    // the channel is not there any more, and why
	ResultMissed  = "missed"  // why a person could not be invited
	ResultWarning = "warning" // what could not be done of it, and why
)

// chatted takes what came of the task under way.
func (s *State) chatted(p page.Page, o page.Outcome, env Env) {
	c := &s.Chat
	do, of, upTo := c.Doing, c.Of, c.UpTo
	c.Task, c.Doing, c.Of, c.UpTo = 0, "", "", 0
	if p.Status == page.Failed {
		s.chatFailed(do, of, p.Error, env)
		return
	}
	result := o.Result
	if why := result[ResultGone]; why != "" {
		s.chatGone(why, env)
		return
	}
	switch do {
	case ChatCreate, ChatRevive:
		s.chatIsThere(result, env)
	case ChatSummary:
		c.Shown = of
		if ts := result[ResultTS]; ts != "" {
			c.Summary = ts
		}
	case ChatInvite:
		s.invited(of, result[ResultMissed], env)
	case ChatPost:
		c.Posted, c.PostedAt = upTo, env.Now
	case ChatClosing:
		c.Closing, _ = time.Parse(time.RFC3339Nano, of) // it may have been closed anew meanwhile
	case ChatArchive:
		c.Status = ChatArchived
		s.note(env, kindChat, "", fmt.Sprintf("#%s is archived", c.Name))
	}
	if why := result[ResultWarning]; why != "" {
		s.note(env, kindChat, "", fmt.Sprintf("#%s: %s", c.Name, why))
	}
}

// chatIsThere takes a channel that was made, or an archived one that was taken up again.
func (s *State) chatIsThere(result map[string]string, env Env) {
	c := &s.Chat
	if c.Channel == result[ResultChannel] {
		s.note(env, kindChat, "", fmt.Sprintf("#%s is open again", c.Name))
	} else {
		c.Channel, c.Name, c.URL = result[ResultChannel], result[ResultName], result[ResultURL]
		c.Summary, c.Shown, c.Invited, c.Missed = "", "", nil, nil
		s.note(env, kindChat, "", fmt.Sprintf("its channel in Slack is #%s", c.Name))
		s.Timeline[len(s.Timeline)-1].Link = c.URL
	}
	c.Status, c.Error = ChatOpen, ""
}

func (s *State) invited(user, missed string, env Env) {
	c := &s.Chat
	c.Invited = append(c.Invited, user)
	if missed != "" {
		c.Missed = append(c.Missed, user)
		s.note(env, kindChat, "", fmt.Sprintf("%s could not be invited to #%s: %s", user, c.Name, missed))
	}
}

// inviteAgain invites those who could not be: what kept them out may be mended.
func (s *State) inviteAgain(a Action, env Env) {
	c := &s.Chat
	c.Invited = slices.DeleteFunc(c.Invited, func(user string) bool { return slices.Contains(c.Missed, user) })
	s.did(a, env, kindChat, "invites again: "+strings.Join(c.Missed, ", "))
	c.Missed = nil
}

// chatGone leaves a channel alone that somebody archived or deleted.
func (s *State) chatGone(why string, env Env) {
	c := &s.Chat
	c.Status, c.Error = ChatGone, why
	s.note(env, kindChat, "", fmt.Sprintf("#%s is left alone: %s", c.Name, why))
}

// chatFailed writes down what Slack refused for good. Without one person, or without a summary that is up to date, the
// channel is still of use; what cannot be posted at all ends it.
func (s *State) chatFailed(do ChatTask, of, why string, env Env) {
	c := &s.Chat
	switch {
	case do == ChatInvite:
		s.invited(of, why, env)
		return
	case do == ChatSummary && c.Summary != "":
		c.Shown = of
		s.note(env, kindChat, "", fmt.Sprintf("the summary in #%s is out of date: %s", c.Name, why))
		return
	case do == ChatArchive:
		c.Status, c.Error = ChatGone, why
		s.note(env, kindChat, "", fmt.Sprintf("#%s could not be archived: %s", c.Name, why))
		return
	}
	c.Status, c.Error = ChatFailed, why
	if c.Channel == "" {
		s.note(env, kindChat, "", "it has no channel in Slack: "+why)
	} else {
		s.note(env, kindChat, "", fmt.Sprintf("nothing more is said in #%s: %s", c.Name, why))
	}
}

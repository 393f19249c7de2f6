package incident

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/page"
)

// Chat is the incident's own channel in Slack. It is made and kept by tasks, one at a time and in order: the next is
// put in when the one before has come to its end, so that a Slack that is away gets everything later, and less of it.
type Chat struct {
	Status  ChatStatus `json:"status,omitempty"`
	Channel string     `json:"channel,omitempty"` // its id
	Name    string     `json:"name,omitempty"`    // without the #
	URL     string     `json:"url,omitempty"`
	Error   string     `json:"error,omitempty"` // why there is none, or none any more

	Invited   []string  `json:"invited,omitempty"` // the users who were, or could not be
	Missed    []string  `json:"missed,omitempty"`  // those of them who could not be
	Summary   string    `json:"summary,omitempty"` // the timestamp of the pinned message
	Shown     string    `json:"shown,omitempty"`   // what that one shows, as Digest writes it
	Posted    int       `json:"posted,omitempty"`  // up to which entry of the timeline the channel is told
	PostedAt  time.Time `json:"posted_at,omitzero"`
	Closing   time.Time `json:"closing,omitzero"`    // the close whose summary was posted
	Asked     bool      `json:"asked,omitempty"`     // somebody wants one, whatever the configuration says
	ArchiveAt time.Time `json:"archive_at,omitzero"` // when it will be archived

	Task  int      `json:"task,omitempty"`  // the page of the task under way; 0 for none
	Doing ChatTask `json:"doing,omitempty"` // what it does
	Of    string   `json:"of,omitempty"`    // whom it invites, what the summary will show, or when the close was whose end it tells
	UpTo  int      `json:"up_to,omitempty"` // up to which entry it tells
}

// ChatStatus is what is with the channel.
type ChatStatus string

// What can be with the channel of an incident.
const (
	ChatNone     ChatStatus = ""
	ChatMaking   ChatStatus = "making"   // asked for
	ChatOpen     ChatStatus = "open"     // it is there
	ChatArchived ChatStatus = "archived" // archived after the close
	ChatGone     ChatStatus = "gone"     // somebody archived or deleted it in Slack: it is left alone
	ChatFailed   ChatStatus = "failed"   // Slack refuses it for good
)

// ChatTask is what a task does in Slack.
type ChatTask string

// What tasks do. The names are in records.
const (
	ChatCreate  ChatTask = "create"  // makes the channel
	ChatRevive  ChatTask = "revive"  // takes an archived one up again, or makes another
	ChatSummary ChatTask = "summary" // posts the pinned message, or brings it up to date
	ChatInvite  ChatTask = "invite"  // invites one person
	ChatPost    ChatTask = "post"    // tells what is new in the timeline
	ChatClosing ChatTask = "closing" // tells how it ended
	ChatArchive ChatTask = "archive"
)

const (
	viaSlack = "slack"
	kindChat = "chat" // entries about the channel, which are not told in it
	// chatPace is the least time between two messages with news; what comes meanwhile is told together.
	chatPace   = 2 * time.Second
	maxInvited = 300
)

// chat puts in the next task of the channel, when none is under way.
func (s *State) chat(env Env) {
	c := &s.Chat
	c.ArchiveAt = time.Time{}
	cfg := env.Dir.Incident.Chat
	if c.Task != 0 && !s.goesOn(cfg, env.Now) {
		return
	}
	if cfg == nil {
		return
	}
	do, of := s.nextInChat(*cfg, env)
	if do == "" {
		return
	}
	p := page.Page{Kind: page.Work, Via: viaSlack, DueAt: env.Now, Task: &page.Task{Do: string(do), Args: s.chatArgs(do, of, *cfg, env)}}
	switch do {
	case ChatCreate, ChatRevive:
		c.Status, c.Error = ChatMaking, ""
	case ChatPost:
		c.UpTo = s.Noted
		if at := c.PostedAt.Add(chatPace); at.After(env.Now) {
			p.DueAt = at
		}
	}
	s.Out.Add(p)
	c.Task, c.Doing, c.Of = s.Out.Paged, do, of
}

// goesOn looks at the task under way, and reports whether there is none any more. News that wait to be posted take in
// what came since. What the configuration does not ask for any more, or what a reopening made wrong, is given up, also
// when a replica that had claimed it let its claim run out.
func (s *State) goesOn(cfg *directory.Chat, now time.Time) (free bool) {
	c := &s.Chat
	p := s.Out.Page(c.Task)
	if cfg == nil || c.Doing == ChatArchive && s.Status != Closed || c.Doing == ChatClosing && c.Of != s.end() {
		s.Out.Stop(now, func(q page.Page) bool { return q.N == c.Task })
	}
	switch {
	case p == nil:
	case p.Status == page.Cancelled && c.Doing == ChatArchive && p.Attempts > 0:
		c.Status = ChatArchived // perhaps: taking it up again mends it if it is so, and does no harm if not
	case p.Status == page.Cancelled:
	case c.Doing == ChatPost && p.Status == page.Pending && p.Attempts == 0:
		c.UpTo = s.Noted
		p.Task.Args["up_to"] = strconv.Itoa(c.UpTo)
		return false
	case c.Doing == ChatSummary && c.Summary != "" && p.Status == page.Pending:
		c.Of = s.Digest() // an edit shows the incident as it is when it is made
		return false
	default:
		return false
	}
	c.Task, c.Doing, c.Of, c.UpTo = 0, "", "", 0
	if c.Status == ChatMaking {
		c.Status = ChatNone
		if c.Channel != "" {
			c.Status = ChatArchived
		}
	}
	return true
}

// nextInChat is what is to be done in Slack now.
func (s *State) nextInChat(cfg directory.Chat, env Env) (do ChatTask, of string) {
	c := &s.Chat
	switch c.Status {
	case ChatNone:
		if s.Harmful() && (c.Asked || wanted(cfg, s.Facts(env.Now))) {
			return ChatCreate, ""
		}
		return "", ""
	case ChatArchived:
		if s.Harmful() {
			return ChatRevive, ""
		}
		return "", ""
	case ChatGone, ChatFailed:
		return "", ""
	}
	if c.Summary == "" {
		return ChatSummary, s.Digest()
	}
	if user := s.toInvite(cfg, env); user != "" {
		return ChatInvite, user
	}
	if s.hasNews() {
		return ChatPost, ""
	}
	c.Posted = s.Noted
	if digest := s.Digest(); digest != c.Shown {
		return ChatSummary, digest
	}
	if s.Status != Closed {
		return "", ""
	}
	if !c.Closing.Equal(s.ClosedAt) {
		return ChatClosing, s.end()
	}
	if cfg.ArchiveAfter > 0 {
		if at := s.ClosedAt.Add(cfg.ArchiveAfter); at.After(env.Now) {
			c.ArchiveAt = at
		} else {
			return ChatArchive, ""
		}
	}
	return "", ""
}

// end names the close whose end is told.
func (s *State) end() string { return s.ClosedAt.UTC().Format(time.RFC3339Nano) }

// wanted asks the configured condition. One that cannot be evaluated counts as fulfilled: a channel too many does no
// harm.
func wanted(cfg directory.Chat, facts directory.IncidentFacts) bool {
	if cfg.When == nil {
		return true
	}
	want, err := cfg.When(facts)
	return want || err != nil
}

// toInvite is the next who works on the incident, can be reached in Slack and was not invited; "" for nobody.
func (s *State) toInvite(cfg directory.Chat, env Env) string {
	if !cfg.Invite || s.Status == Closed || len(s.Chat.Invited) >= maxInvited {
		return ""
	}
	for _, user := range append([]string{s.OpenedBy}, s.Responders...) {
		if env.Dir.Users[user].Slack != "" && !slices.Contains(s.Chat.Invited, user) {
			return user
		}
	}
	return ""
}

// chatArgs is what a task is done with.
func (s *State) chatArgs(do ChatTask, of string, cfg directory.Chat, env Env) map[string]string {
	c := &s.Chat
	args := map[string]string{}
	if c.Channel != "" {
		args["channel"] = c.Channel
	}
	switch do {
	case ChatCreate, ChatRevive:
		args["name"], args["private"] = s.channelName(cfg, env), strconv.FormatBool(cfg.Private)
	case ChatSummary:
		if c.Summary != "" {
			args["ts"] = c.Summary
		}
	case ChatInvite:
		args["member"] = env.Dir.Users[of].Slack
	case ChatPost:
		args["after"], args["up_to"] = strconv.Itoa(c.Posted), strconv.Itoa(s.Noted)
	}
	return args
}

// again lets a new channel be made in place of one that is gone, or that could not be made.
func (c *Chat) again() {
	if c.Status == ChatGone || c.Status == ChatFailed {
		*c = Chat{Posted: c.Posted, PostedAt: c.PostedAt, Asked: c.Asked}
	}
}

// openChannel is a person's wish for a channel.
func (s *State) openChannel(a Action, env Env) error {
	switch {
	case env.Dir.Incident.Chat == nil:
		return &Refused{"There are no channels for incidents: incident.slack is not configured."}
	case !s.Harmful():
		return &Refused{fmt.Sprintf("%s is %s. Reopen it first.", s.Name(), s.Status)}
	case s.Chat.Status == ChatOpen && len(s.Chat.Missed) > 0:
		s.inviteAgain(a, env)
		return nil
	case s.Chat.Status == ChatOpen || s.Chat.Status == ChatMaking:
		return nil // it is what they wanted
	}
	s.Chat.again()
	s.Chat.Asked = true
	s.did(a, env, kindChat, "wants a channel in Slack")
	return nil
}

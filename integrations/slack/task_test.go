package slack_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-oncall/tocsin/engine/deliver"
	"github.com/tocsin-oncall/tocsin/engine/incident"
	"github.com/tocsin-oncall/tocsin/engine/page"
	"github.com/tocsin-oncall/tocsin/integrations/slack"
	"github.com/tocsin-oncall/tocsin/integrations/slack/slacktest"
)

const incidentID = "i00-06gzkcagnhyjb4p10rzav1ahw0"

// room is a workspace at a fixed time, and an incident that works in it.
type room struct {
	*slacktest.Server
	t      *testing.T
	sender *slack.Sender
	inc    *incident.State
	n      int
	now    time.Time
}

func open(t *testing.T) *room {
	t.Helper()
	r := &room{Server: slacktest.Start(t), t: t, now: three, inc: &incident.State{
		ID: incidentID, Number: 7, Status: incident.Open, Priority: "P1", Title: "Payments <!channel> fail", OpenedAt: three, Service: "payments",
		Conference: "https://meet.example.com/INC-7", Roles: map[string]string{"commander": "amir"}, Responders: []string{"amir", "darren"},
		Calls: []incident.Call{{To: "team:network", Status: incident.Notified}}, Description: "Cards are <declined>",
		Links: []incident.Link{{Text: "dash|board", Href: "https://grafana.example.com/d/1?a=1&b=2|3"}},
	}}
	r.SetClock(func() time.Time { return r.now })
	var err error
	if r.sender, err = slack.New(slack.Options{Token: r.Token, BaseURL: r.URL(), Now: func() time.Time { return r.now }}); err != nil {
		t.Fatal(err)
	}
	return r
}

// try does a task; args are pairs.
func (r *room) try(again bool, do incident.ChatTask, args ...string) (map[string]string, error) {
	r.t.Helper()
	if !again {
		r.n++
	}
	task := &page.Task{Do: string(do), Args: map[string]string{}}
	for i := 0; i < len(args); i += 2 {
		task.Args[args[i]] = args[i+1]
	}
	got, err := r.sender.Send(r.t.Context(), deliver.Message{Key: incidentID + "/" + string(rune('0'+r.n)), Kind: page.Work, Via: "slack", Incident: r.inc,
		Task: task, Again: again, Zone: time.UTC})
	return got.Result, err
}

func (r *room) do(do incident.ChatTask, args ...string) map[string]string {
	r.t.Helper()
	got, err := r.try(false, do, args...)
	if err != nil {
		r.t.Fatalf("%s: %v", do, err)
	}
	return got
}

func (r *room) make() string {
	r.t.Helper()
	return r.do(incident.ChatCreate, "name", "inc-7-payments")["channel"]
}

func TestAnIncidentsChannelIsMadeAndSaysWhatItIsFor(t *testing.T) {
	t.Parallel()
	r := open(t)
	got := r.do(incident.ChatCreate, "name", "inc-7-payments", "private", "false")
	if diff := cmp.Diff(map[string]string{"channel": "C0INC1", "name": "inc-7-payments", "url": "https://example.slack.com/archives/C0INC1"}, got); diff != "" {
		t.Error(diff)
	}
	c := r.Channels()[0]
	if c.Topic != "INC-7 SEV1: Payments <!channel> fail · https://meet.example.com/INC-7" || !strings.Contains(c.Purpose, incidentID) || c.Private {
		t.Errorf("the channel is %+v", c)
	}
	if r.do(incident.ChatCreate, "name", "inc-7-secret", "private", "true"); !r.Channels()[1].Private {
		t.Error("a private channel is public")
	}
}

func TestATakenNameGetsANumber(t *testing.T) {
	t.Parallel()
	r := open(t)
	long := strings.Repeat("x", 80)
	for _, name := range []string{"inc-7-payments", "inc-7-payments-2", long} {
		r.MakeChannel(name)
	}
	r.Change("C0INC2", func(c *slacktest.Channel) { c.Archived = true }) // an archived one takes its name, too
	if got := r.do(incident.ChatCreate, "name", "inc-7-payments")["name"]; got != "inc-7-payments-3" {
		t.Errorf("it is called %s", got)
	}
	if got := r.do(incident.ChatCreate, "name", long)["name"]; got != long[:78]+"-2" {
		t.Errorf("it is called %s", got)
	}
}

func TestACrashNeverMakesTwoChannels(t *testing.T) {
	t.Parallel()
	r := open(t)
	r.MakeChannel("inc-7-payments")
	first := r.do(incident.ChatCreate, "name", "inc-7-payments")
	again, err := r.try(true, incident.ChatCreate, "name", "inc-7-payments") // what came of the first was not recorded
	if diff := cmp.Diff(first, again); diff != "" || err != nil {
		t.Error(diff, err)
	}

	// One that broke off before it could say whose it is, is taken up when it cannot be under way any more.
	r = open(t)
	r.make()
	r.Change("C0INC1", func(c *slacktest.Channel) { c.Purpose = "" })
	_, err = r.try(true, incident.ChatCreate, "name", "inc-7-payments")
	var retry *deliver.Retry
	if !errors.As(err, &retry) || retry.After != page.Lease {
		t.Errorf("while it may be under way: %v", err)
	}
	r.now = r.now.Add(page.Lease)
	if got, err := r.try(true, incident.ChatCreate, "name", "inc-7-payments"); err != nil || got["channel"] != "C0INC1" {
		t.Errorf("taken up: %v, %v", got, err)
	}
	// But not that of another incident.
	r.Change("C0INC1", func(c *slacktest.Channel) { c.Purpose = "What is done about INC-6" })
	if got := r.do(incident.ChatCreate, "name", "inc-7-payments"); got["name"] != "inc-7-payments-2" {
		t.Errorf("that of another incident: %v", got)
	}
}

func TestPeopleAreInvitedAndWhoCannotBeIsNotFatal(t *testing.T) {
	t.Parallel()
	r := open(t)
	channel := r.make()
	for range 2 { // already_in_channel is fine
		if got := r.do(incident.ChatInvite, "channel", channel, "member", "U02"); got["missed"] != "" {
			t.Errorf("invited: %v", got)
		}
	}
	r.Unknown("U404")
	if got := r.do(incident.ChatInvite, "channel", channel, "member", "U404")["missed"]; got != "slack conversations.invite: user_not_found; check the user's slack member id" {
		t.Errorf("missed: %q", got)
	}
	if diff := cmp.Diff([]string{"UBOT", "U02"}, r.Channels()[0].Members); diff != "" {
		t.Error(diff)
	}
}

func TestTheSummaryIsPinnedOnceAndEdited(t *testing.T) {
	t.Parallel()
	r := open(t)
	channel := r.make()
	ts := r.do(incident.ChatSummary, "channel", channel)["ts"]
	again, err := r.try(true, incident.ChatSummary, "channel", channel)
	if err != nil || again["ts"] != ts || len(r.Messages()) != 1 {
		t.Errorf("after a crash: %v %v, %d messages", again, err, len(r.Messages()))
	}
	m := r.Messages()[0]
	for _, want := range []string{"INC-7 SEV1 open", "amir", "Called: team:network", "&lt;declined&gt;", "<https://grafana.example.com/d/1?a=1&amp;b=2%7C3|dash/board>"} {
		if !m.Contains(want) {
			t.Errorf("the summary does not have %q: %v", want, m.Blocks)
		}
	}
	if strings.Contains(m.Text, "<!channel>") || m.Button(slack.ActionConference)["url"] != "https://meet.example.com/INC-7" {
		t.Errorf("the summary is %+v", m)
	}
	if diff := cmp.Diff([]string{ts}, r.Channels()[0].Pins); diff != "" {
		t.Error(diff)
	}
	r.inc.Status = incident.Mitigated
	r.do(incident.ChatSummary, "channel", channel, "ts", ts)
	if m := r.Messages(); len(m) != 1 || m[0].Edits != 1 || !m[0].Contains("INC-7 SEV1 mitigated") {
		t.Errorf("edited: %+v", m)
	}
	if got := r.do(incident.ChatSummary, "channel", channel, "ts", "9.9")["ts"]; got == ts || len(r.Messages()) != 2 {
		t.Errorf("one that somebody deleted is not posted again: %q", got)
	}
}

func TestNewsAreToldOnceEachInTheirOrder(t *testing.T) {
	t.Parallel()
	r := open(t)
	channel := r.make()
	note := func(n int, by, text string) {
		r.inc.Timeline = append(r.inc.Timeline, incident.Entry{N: n, At: three, Kind: "note", By: by, Text: text})
	}
	note(1, "amir", "rollback <started>")
	note(2, "", strings.Repeat("x", 9000))
	for n := 3; n < 60; n++ {
		note(n, "darren", "line")
	}
	r.do(incident.ChatPost, "channel", channel, "after", "0", "up_to", "2")
	if _, err := r.try(true, incident.ChatPost, "channel", channel, "after", "0", "up_to", "2"); err != nil {
		t.Error(err)
	}
	m := r.Messages()
	if len(m) != 1 || !m[0].Contains("*amir*: rollback &lt;started&gt;") {
		t.Errorf("told: %+v", m)
	}
	r.do(incident.ChatPost, "channel", channel, "after", "2", "up_to", "59")
	if m := r.Messages()[1]; !m.Contains("_37 more before_") {
		t.Errorf("told: %+v", m)
	}
	// An app that may not look what it said says it twice rather than not at all.
	r.Revoke("channels:history")
	if _, err := r.try(true, incident.ChatPost, "channel", channel, "after", "2", "up_to", "59"); err != nil || len(r.Messages()) != 3 {
		t.Errorf("%v, %d messages", err, len(r.Messages()))
	}
}

func TestTheClosingSummarySaysHowLongAndWhatFollows(t *testing.T) {
	t.Parallel()
	r := open(t)
	channel := r.make()
	r.inc.Status, r.inc.ResolvedAt, r.inc.ClosedAt, r.inc.ClosedBy = incident.Closed, three.Add(65*time.Minute), three.Add(2*time.Hour), "amir"
	r.inc.Postmortem, r.inc.Count = "PM-3", 4
	r.do(incident.ChatClosing, "channel", channel)
	m := r.Messages()[0]
	for _, want := range []string{"INC-7 is closed", "*Lasted*\n1h5m", "*Harm lasted*\n1h5m", "*Alerts*\n4", "PM-3 is owed", "*Responders*\namir, darren"} {
		if !m.Contains(want) {
			t.Errorf("it does not say %q: %v", want, m.Blocks)
		}
	}
}

func TestAnArchivedChannelIsTakenUpAgainWhereSlackAllows(t *testing.T) {
	t.Parallel()
	r := open(t)
	channel := r.make()
	r.inc.Chat = incident.Chat{Channel: channel, Name: "inc-7-payments", URL: "https://example.slack.com/archives/C0INC1"}
	for range 2 {
		r.do(incident.ChatArchive, "channel", channel)
	}
	got := r.do(incident.ChatRevive, "channel", channel, "name", "inc-7-payments") // bots cannot unarchive
	if got["channel"] != "C0INC2" || got["name"] != "inc-7-payments-2" {
		t.Errorf("another one: %v", got)
	}
	r.Change(channel, func(c *slacktest.Channel) { c.Archived = false }) // somebody did it by hand
	if got := r.do(incident.ChatRevive, "channel", channel, "name", "inc-7-payments"); got["channel"] != channel {
		t.Errorf("the same: %v", got)
	}
}

func TestAChannelThatSomebodyArchivedOrDeletedIsNoFailure(t *testing.T) {
	t.Parallel()
	for why, change := range map[string]func(*slacktest.Channel){
		"somebody archived it in Slack":                           func(c *slacktest.Channel) { c.Archived = true },
		"it was deleted in Slack, or the bot was removed from it": func(c *slacktest.Channel) { c.Deleted = true },
	} {
		r := open(t)
		channel := r.make()
		ts := r.do(incident.ChatSummary, "channel", channel)["ts"]
		r.Change(channel, change)
		for do, args := range map[incident.ChatTask][]string{
			incident.ChatPost: {"after", "0", "up_to", "0"}, incident.ChatClosing: nil, incident.ChatInvite: {"member", "U02"}, incident.ChatSummary: {"ts", ts},
		} {
			if got := r.do(do, append(args, "channel", channel)...)["gone"]; got != why {
				t.Errorf("%s: %q, want %q", do, got, why)
			}
		}
	}
}

func TestAMissingScopeIsSaidWithWhatToAdd(t *testing.T) {
	t.Parallel()
	r := open(t)
	r.Revoke("channels:manage", "pins:write")
	_, err := r.try(false, incident.ChatCreate, "name", "inc-7")
	if !errors.Is(err, deliver.ErrPermanent) || !strings.Contains(err.Error(), "missing_scope channels:manage; add the scope to the app and install it again") {
		t.Errorf("create: %v", err)
	}
	r.Grant("channels:manage")
	channel := r.make()
	got := r.do(incident.ChatSummary, "channel", channel)
	if got["ts"] == "" || !strings.Contains(got["warning"], "the summary is not pinned: slack pins.add: missing_scope pins:write") {
		t.Errorf("without pins: %v", got)
	}
}

func TestARateLimitOfAChannelIsWaitedFor(t *testing.T) {
	t.Parallel()
	r := open(t)
	channel := r.make()
	r.RateLimit(1, "30")
	_, err := r.try(false, incident.ChatPost, "channel", channel)
	var retry *deliver.Retry
	if !errors.As(err, &retry) || retry.After != 30*time.Second || !retry.Limited {
		t.Errorf("limited: %v", err)
	}
	r.FailStatus(1, 503)
	if _, err = r.try(false, incident.ChatCreate, "name", "inc-8"); !errors.As(err, &retry) {
		t.Errorf("away: %v", err)
	}
}

package e2e

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tocsin-oncall/tocsin/integrations/slack/slacktest"
)

type chatView struct {
	Conference string `json:"conference"`
	Chat       struct {
		Status, Channel, Name, Error, Doing string
		Behind                              int
	} `json:"chat"`
	Timeline []struct {
		Kind, By, Text, Link string
		At                   time.Time
		LoggedBy             string    `json:"logged_by"`
		LoggedAt             time.Time `json:"logged_at"`
	} `json:"timeline"`
}

func TestAnIncidentIsWorkedOnInItsSlackChannel(t *testing.T) {
	t.Parallel()
	slack := slacktest.Start(t)
	s := serve(t, people+reach("{via: slack}")+standard(`0s: "user:jason"`)+integrations()+providers(slackProvider(slack))+`
services: [{name: payments, team: ops}]
postmortem: {required_when: 'incident.priority == "P1"', due: 7d}
incident:
  conference: "https://meet.example.com/{{ incident.name }}"
  slack: {channel: "inc-{{ incident.number }}-{{ incident.service }}", when: 'incident.priority == "P1"'}
`)
	commands, interactions := s.URL+"/slack/commands", s.URL+"/slack/interactions"
	slack.MakeChannel("inc-1-payments") // somebody has the name
	show := func() chatView { return as[chatView](t, s.get("/api/v1/incidents/INC-1"), http.StatusOK) }
	said := func(what, text string) slacktest.Message {
		t.Helper()
		return slackMessage(t, slack, what, func(m slacktest.Message) bool { return m.Channel == "C0INC2" && m.Contains(text) })
	}

	// Slack is away when it is opened: nothing is lost, and REST says what is waited for.
	slack.FailStatus(1, http.StatusServiceUnavailable)
	if a := slack.Command(t, "incident open Payments fail priority P1 service payments", "U01ETHAN", commands); !strings.Contains(a.Body, "INC-1 SEV1 open: Payments fail") {
		t.Fatalf("answered %s", a.Body)
	}
	until(t, "the wait to be shown", func() (bool, any) {
		v := show()
		return v.Chat.Status == "making" && strings.Contains(v.Chat.Error, "HTTP 503") || v.Chat.Status == "open", v.Chat
	})
	summary := said("the summary", "INC-1 SEV1 open")
	if u := summary.Button("tocsin_conference"); u == nil || u["url"] != "https://meet.example.com/INC-1" {
		t.Errorf("the conference: %v", u)
	}
	until(t, "whoever opened it to be invited", func() (bool, any) {
		c := slack.Channels()[1]
		return c.Name == "inc-1-payments-2" && slices.Contains(c.Members, "U01ETHAN") && len(c.Pins) == 1, c
	})

	// A note of the command is told; amir takes command, is invited, and the summary shows him.
	slack.CommandIn(t, "C0INC2", "incident note rollback started", "U01ETHAN", commands)
	said("the note", "rollback started")
	slack.CommandIn(t, "C0INC2", "incident role commander", "U02AMIR", commands)
	until(t, "amir to be invited, and shown", func() (bool, any) {
		c, m := slack.Channels()[1], slack.Messages()
		return slices.Contains(c.Members, "U02AMIR") && slices.ContainsFunc(m, func(m slacktest.Message) bool { return m.TS == summary.TS && m.Contains("amir") }), c
	})

	// What darren wrote a minute ago goes into the timeline, once, where it belongs.
	at := time.Now().Add(-time.Minute).Truncate(time.Second)
	message := slacktest.Said{Channel: "C0INC2", TS: fmt.Sprintf("%d.000200", at.Unix()), User: "U03DARREN", Text: "100 % of APAC"}
	for _, by := range []string{"U02AMIR", "U01ETHAN"} {
		slack.Shortcut(t, "tocsin_add_to_timeline", message, by, interactions)
	}
	until(t, "both to be answered", func() (bool, any) { r := slack.Replies(); return len(r) == 2, r })
	v := show()
	if first := v.Timeline[0]; first.Kind != "message" || first.By != "darren" || first.LoggedBy != "amir" || !first.At.Equal(at) || first.LoggedAt.Before(at) ||
		!strings.HasPrefix(first.Link, "https://example.slack.com/archives/C0INC2/p") {
		t.Errorf("the message in the timeline: %+v", first)
	}
	if r := slack.Replies()[1]; !strings.Contains(r.Text, "in the timeline of INC-1 already") {
		t.Errorf("the second time: %q", r.Text)
	}

	// The close tells how it ended.
	if a := slack.CommandIn(t, "C0INC2", "incident close a bad deploy", "U02AMIR", commands); !strings.Contains(a.Body, "Done.") {
		t.Fatalf("answered %s", a.Body)
	}
	closing := said("the closing summary", "INC-1 is closed")
	if !closing.Contains("PM-1 is owed") || !closing.Contains("*Responders*\namir") {
		t.Errorf("the closing summary: %v", closing.Blocks)
	}
	until(t, "nothing to be left", func() (bool, any) { v := show(); return v.Chat.Doing == "" && v.Chat.Behind == 0, v.Chat })
	if n := len(slack.Channels()); n != 2 {
		t.Errorf("there are %d channels", n)
	}
	for _, m := range slack.Messages() {
		if m.Channel == "C0INC2" && m.Contains("100 % of APAC") {
			t.Errorf("what was said in the channel was repeated there: %+v", m)
		}
	}
}

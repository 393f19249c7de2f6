package slack_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-oncall/tocsin/engine/alert"
	"github.com/tocsin-oncall/tocsin/engine/incident"
	"github.com/tocsin-oncall/tocsin/integrations/slack"
	"github.com/tocsin-oncall/tocsin/integrations/slack/slacktest"
)

func (e *engine) IncidentIn(_ context.Context, channel string) (*incident.State, error) {
	if channel == "C7" && len(e.incidents) > 0 {
		return e.incidents[0], e.err
	}
	return nil, e.err
}

func (e *engine) Incident(_ context.Context, name string) (*incident.State, error) {
	for _, s := range e.incidents {
		if s.Name() == name {
			return s, e.err
		}
	}
	return nil, &alert.Refused{Reason: "There is no such incident."}
}

func (e *engine) OpenIncidents(_ context.Context, limit int) ([]*incident.State, error) {
	return e.incidents[:min(limit, len(e.incidents))], e.err
}

func (e *engine) OpenIncident(_ context.Context, o incident.Opening) (*incident.State, bool, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.asked = append(e.asked, fmt.Sprintf("open %q %s %s %s by %s via %s", o.Title, o.Priority, o.Service, o.Team, o.By, o.Via))
	s := &incident.State{Number: 9, Status: incident.Open, Priority: "P1", Title: o.Title}
	s.Chat.Status = incident.ChatMaking
	return s, e.err == nil, e.err
}

func (e *engine) ActOnIncident(_ context.Context, name string, a incident.Action) (*incident.State, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.asked = append(e.asked, strings.Join(strings.Fields(fmt.Sprintf("%s %s %s %s %s by %s via %s", a.Do, name, a.Role, a.User, a.Note, a.By, a.Via)), " "))
	return e.incidents[0], e.err
}

func (e *engine) AddMessage(_ context.Context, name string, m incident.Message) (*incident.State, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.asked = append(e.asked, "add to "+name)
	e.messages = append(e.messages, m)
	return e.incidents[0], e.err
}

// incidents is a workspace whose channel C7 is that of INC-7; INC-8 is open, too.
func incidents(t *testing.T) *workspace {
	t.Helper()
	w := connect(t)
	for n := uint64(7); n <= 8; n++ {
		w.engine.incidents = append(w.engine.incidents, &incident.State{Number: n, Status: incident.Open, Priority: "P1", Title: "Payments <!here> fail", OpenedAt: three,
			Timeline: []incident.Entry{{N: 1, At: three, Kind: "note", By: "amir", Text: "rollback started"}}})
	}
	return w
}

// shortcut uses the shortcut on a message, and returns what the person is told.
func (w *workspace) shortcut(t *testing.T, m slacktest.Said, member string) slacktest.Reply {
	t.Helper()
	before := len(w.Replies())
	if a := w.Shortcut(t, slack.ShortcutTimeline, m, member, w.url+"/slack/interactions"); a.Status != http.StatusOK || a.Body != "" {
		t.Fatalf("answered %+v, want an empty 200", a)
	}
	return w.reply(t, before)
}

func (w *workspace) reply(t *testing.T, before int) slacktest.Reply {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	if _, err := w.WaitReply(ctx, func(slacktest.Reply) bool { return len(w.Replies()) > before }); err != nil {
		t.Fatal(err)
	}
	return w.Replies()[before]
}

func TestAMessageOfTheIncidentsChannelIsAddedToItsTimeline(t *testing.T) {
	t.Parallel()
	w := incidents(t)
	told := w.shortcut(t, slacktest.Said{Channel: "C7", TS: "1773025140.123456", ThreadTS: "1773025100.000100", User: "U02",
		Text: "<@U01ETHAN> see <https://example.com/d?a=1&amp;b=2|the graph>: 5 &lt; 7 in <#C9|ops>, <!here>"}, "U01ETHAN")
	if told.Text != "Added to the timeline of INC-7." {
		t.Errorf("told %q", told.Text)
	}
	want := []incident.Message{{At: time.Date(2026, 3, 9, 2, 59, 0, 123e6, time.UTC), By: "amir",
		Text: "@ethan see the graph (https://example.com/d?a=1&b=2): 5 < 7 in #ops, @here",
		Link: "https://example.slack.com/archives/C7/p1773025140123456?thread_ts=1773025100.000100&cid=C7",
		Ref:  "slack:C7:1773025140.123456", LoggedBy: "ethan", Via: "slack"}}
	if diff := cmp.Diff(want, w.engine.messages); diff != "" {
		t.Error(diff)
	}
	w.shortcut(t, slacktest.Said{Channel: "C7", TS: "1773025141.000000", Bot: "Grafana", Text: "CPU is high"}, "U01ETHAN")
	w.shortcut(t, slacktest.Said{Channel: "C7", TS: "1773025142.000000", User: "U99", Text: "I saw it"}, "U01ETHAN")
	if m := w.engine.messages; m[1].By != "Grafana" || m[2].By != "U99" {
		t.Errorf("said by %q and %q", m[1].By, m[2].By)
	}
	w.shortcut(t, slacktest.Said{Channel: "C7", TS: "1773025143.000000", Bot: "Grafana", Attached: "[FIRING] CPU &gt; 90 %"}, "U01ETHAN")
	if m := w.engine.messages[3]; m.Text != "[FIRING] CPU > 90 %" {
		t.Errorf("what a program attached is %q", m.Text)
	}
	for _, ts := range []string{"-62167219300.0", "99999999999999.0", "soon"} { // no year that a record could hold
		if told := w.shortcut(t, slacktest.Said{Channel: "C7", TS: ts, User: "U02", Text: "x"}, "U01ETHAN"); told.Text != "This message has no time, so it cannot be added." {
			t.Errorf("of %s: %q", ts, told.Text)
		}
	}
	w.engine.err = &alert.Refused{Reason: "This message is in the timeline of INC-7 already."}
	if told := w.shortcut(t, slacktest.Said{Channel: "C7", TS: "1773025141.000000", Bot: "Grafana", Text: "CPU is high"}, "U02"); told.Text != "This message is in the timeline of INC-7 already." {
		t.Errorf("told %q", told.Text)
	}
}

func TestAMessageFromElsewhereIsAddedToTheIncidentThatIsChosen(t *testing.T) {
	t.Parallel()
	w := incidents(t)
	said := slacktest.Said{Channel: "C1", TS: "1773025140.000000", User: "U02", Text: strings.Repeat("\"é", 3000)}
	asked := w.shortcut(t, said, "U01ETHAN")
	if asked.Text != "To which incident does it belong?" || len(w.engine.messages) != 0 {
		t.Fatalf("asked %q, added %v", asked.Text, w.engine.messages)
	}
	before := len(w.Replies())
	w.Click(t, slacktest.Message{Channel: "C1", Blocks: asked.Blocks}, "tocsin_add_to_1", "U01ETHAN", w.url+"/slack/interactions")
	if r := w.reply(t, before); !r.Replaces || !strings.HasPrefix(r.Text, "Added to the timeline of") {
		t.Errorf("told %+v", r)
	}
	if diff := cmp.Diff([]string{"add to INC-8"}, w.engine.did()); diff != "" {
		t.Error(diff)
	}
	if m := w.engine.messages[0]; m.Ref != "slack:C1:1773025140.000000" || m.By != "amir" || !strings.HasSuffix(m.Text, "…") || len(m.Text) < 1000 {
		t.Errorf("added %+v", m)
	}
	w.engine.incidents, said.TS = nil, "1773025150.000000"
	if told := w.shortcut(t, said, "U01ETHAN"); !strings.Contains(told.Text, "There is no incident that is open") {
		t.Errorf("told %q", told.Text)
	}
	if told := w.shortcut(t, said, "U99STRANGER"); !strings.Contains(told.Text, "is not linked") {
		t.Errorf("a stranger is told %q", told.Text)
	}
}

func TestCommandsAboutIncidents(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ channel, text, did, told string }{
		{"C1", "incident open Payments FAIL &amp; burn priority p1 service payments", `open "Payments FAIL & burn" P1 payments by ethan via slack`, "You have opened"},
		{"C1", "incident open Slow team", `open "Slow team" by ethan via slack`, "Its channel is being made"},
		{"C1", "incident list", "", "INC-8"},
		{"C1", "incident show inc-7", "", "*amir*: rollback started"},
		{"C7", "incident show", "", "INC-7"},
		{"C1", "incident show", "", "not the channel of an incident"},
		{"C7", "incident note Rollback 50 % done", "note INC-7 Rollback 50 % done by ethan via slack", "Done."},
		{"C7", "incident note INC-8 other", "note INC-8 other by ethan via slack", "Done."},
		{"C7", "incident note", "", "Say what is to be noted"},
		{"C7", "incident mitigate rolled back", "mitigate INC-7 rolled back by ethan via slack", "Done."},
		{"C7", "incident resolve", "resolve INC-7 by ethan via slack", "Done."},
		{"C1", "incident close INC-8 false alarm", "close INC-8 false alarm by ethan via slack", "Done."},
		{"C7", "incident role Commander", "role INC-7 commander ethan by ethan via slack", "Done."},
		{"C7", "incident role scribe <@U02|amir>", "role INC-7 scribe amir by ethan via slack", "Done."},
		{"C7", "incident page team:network packets get lost", "responder INC-7 team:network packets get lost by ethan via slack", "Done."},
		{"C7", "incident page team network", "responder INC-7 team:network by ethan via slack", "Done."},
		{"C7", "incident channel", "channel INC-7 by ethan via slack", "Done."},
		{"C7", "incident dance", "", "There is no command"},
		{"C7", "incident", "", "/tocsin incident open TITLE"},
	} {
		t.Run(tt.text, func(t *testing.T) {
			t.Parallel()
			w := incidents(t)
			a := w.CommandIn(t, tt.channel, tt.text, "U01ETHAN", w.url+"/slack/commands")
			did := strings.Join(strings.Fields(strings.Join(w.engine.did(), "; ")), " ")
			if did != tt.did {
				t.Errorf("did %q, want %q", did, tt.did)
			}
			if !strings.Contains(strings.ReplaceAll(a.Body, `\u0026`, "&"), tt.told) || strings.Contains(a.Body, `\u003c!here`) {
				t.Errorf("told %s", a.Body)
			}
		})
	}
	w := incidents(t)
	if a := w.CommandIn(t, "C7", "incident close", "U99STRANGER", w.url+"/slack/commands"); !strings.Contains(a.Body, "is not linked") || w.engine.did() != nil {
		t.Errorf("a stranger is told %s", a.Body)
	}
}

package rehearsal_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-oncall/tocsin/engine"
	"github.com/tocsin-oncall/tocsin/engine/alert"
	"github.com/tocsin-oncall/tocsin/engine/config"
	"github.com/tocsin-oncall/tocsin/engine/event"
	"github.com/tocsin-oncall/tocsin/engine/rehearsal"
)

// Sunday night.
var night = time.Date(2026, 11, 22, 3, 0, 0, 0, time.UTC)

// town is a configuration in which ethan and amir take turns by the day, amir on the 22nd, and darren is behind them.
const town = `
fallback: everyone
users:
  - {name: ethan, email: ethan@example.com, slack: U01ETHAN, phone: "+15550100"}
  - {name: amir, email: amir@example.com, slack: U01AMIR, phone: "+15550101"}
  - {name: darren, email: darren@example.com, slack: U01DARREN, phone: "+15550102"}
default_notify:
  high: [{via: slack}, {via: sms, after: 1m}, {via: voice, after: 3m}]
  low: [{via: email}]
teams: [{name: ops, members: [ethan, amir, darren]}]
schedules:
  - name: primary
    rotations: [{starts: 2026-11-21T00:00, every: 1d, participants: [ethan, amir]}]
policies:
  - name: standard
    steps:
      - {after: 0m, notify: ["schedule:primary"]}
      - {after: 10m, notify: ["user:darren"]}
  - {name: dice, steps: [{notify: ["random:ops"]}]}
  - {name: everyone, steps: [{notify: ["team:ops"]}]}
rules:
  - {name: dice, when: labels.dice == "yes", to: policy:dice}
  - {name: ours, to: policy:standard, incident: priority == "P1"}
integrations:
  - {name: prom, type: alertmanager, key: none}
  - {name: backup, type: heartbeat, key: none, every: 1h, grace: 10m, priority: P2}
providers:
  slack: {bot_token: xoxb-test}
  twilio: {account_sid: AC0, auth_token: test-auth-token, from: "+15550199"}
  smtp: {host: localhost, from: oncall@example.com, tls: none}
`

func world(t testing.TB, yaml string) *engine.World {
	t.Helper()
	path := filepath.Join(t.TempDir(), "town.yaml")
	if err := os.WriteFile(path, []byte(yaml), 0o600); err != nil {
		t.Fatal(err)
	}
	w, problems := config.Open([]string{path}, func(string) (string, bool) { return "", false })
	if w == nil {
		t.Fatal(problems)
	}
	return &engine.World{Dir: w.Dir, Router: w.Router}
}

func firing(key, priority string) rehearsal.Arrival {
	return rehearsal.Arrival{Integration: "prom", Event: event.Event{
		Status: event.Firing, DedupKey: key, Title: "Disk full on " + key, Priority: priority, Labels: map[string]string{},
	}}
}

// script is one P2 alert at night, and the six hours after it.
func script(change func(*rehearsal.Script)) rehearsal.Script {
	s := rehearsal.Script{Start: night, Until: 6 * time.Hour, Arrivals: []rehearsal.Arrival{firing("db-1", "P2")}}
	if change != nil {
		change(&s)
	}
	return s
}

func play(t testing.TB, w *engine.World, s rehearsal.Script) *rehearsal.Story {
	t.Helper()
	story, err := rehearsal.Play(t.Context(), w, s)
	if err != nil {
		t.Fatal(err)
	}
	return story
}

// pages are the pages of a story, a line each.
func pages(s *rehearsal.Story) (lines []string) {
	for _, e := range s.Pages() {
		line := fmt.Sprintf("%s %s %s", e.Offset, e.Page.To(), e.Page.Via)
		if !e.Page.Sent {
			line += " fails"
		}
		lines = append(lines, line)
	}
	return lines
}

// kinds are the entries of a story that are not pages, a line each.
func kinds(s *rehearsal.Story) (lines []string) {
	for _, e := range s.Entries {
		if e.Page == nil {
			lines = append(lines, strings.TrimSpace(fmt.Sprintf("%s %s %s", e.Offset, e.Kind, e.By)))
		}
	}
	return lines
}

func same(t testing.TB, what string, got, want []string) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s differ (-want +got):\n%s", what, diff)
	}
}

func TestANightInWhichNobodyAnswersGoesThroughPlansStepsAndFallbackToItsEnd(t *testing.T) {
	t.Parallel()
	story := play(t, world(t, town), script(nil))
	same(t, "pages", pages(story), []string{
		"0s amir slack", "1m0s amir sms", "3m0s amir voice",
		"10m0s darren slack", "11m0s darren sms", "13m0s darren voice",
		"15m0s ethan slack", "15m0s amir slack", "15m0s darren slack",
		"16m0s ethan sms", "16m0s amir sms", "16m0s darren sms",
		"18m0s ethan voice", "18m0s amir voice", "18m0s darren voice",
	})
	same(t, "entries", kinds(story), []string{
		"0s event", "0s created", "0s routed", "0s step", "10m0s step", "15m0s exhausted", "15m0s fallback", "15m0s step",
	})
	a := story.Alerts[0]
	if a.Rule != "ours" || a.Policy != "standard" || a.Status != "open" || a.ExhaustedAt.IsZero() || a.Pages != 15 || a.PagedAt != night {
		t.Errorf("alert %+v", a)
	}
	if !story.Quiet || story.Took[0] != a.Number {
		t.Errorf("quiet %t at %v, took %v", story.Quiet, story.End, story.Took)
	}
}

func TestAnAcknowledgementStopsTheNightAndTellsTheOthers(t *testing.T) {
	t.Parallel()
	story := play(t, world(t, town), script(func(s *rehearsal.Script) {
		s.Acts = []rehearsal.Act{{At: 10*time.Minute + 30*time.Second, On: rehearsal.Everything, Action: alert.Action{Do: alert.Ack}}}
	}))
	same(t, "pages", pages(story), []string{"0s amir slack", "1m0s amir sms", "3m0s amir voice", "10m0s darren slack"})
	if a := story.Alerts[0]; a.AckedBy != "darren" {
		t.Errorf("acknowledged by %q, want who was paged last", a.AckedBy)
	}
	last := story.Entries[len(story.Entries)-1]
	if last.Kind != rehearsal.Noticed || last.Page.User != "amir" || !story.Quiet {
		t.Errorf("the last entry is %+v, quiet %t", last, story.Quiet)
	}
}

func TestAnAcknowledgementComesBeforeTheStepOfTheSameInstant(t *testing.T) {
	t.Parallel()
	story := play(t, world(t, town), script(func(s *rehearsal.Script) {
		s.Acts = []rehearsal.Act{{At: 10 * time.Minute, Action: alert.Action{Do: alert.Ack, By: "amir"}}}
	}))
	same(t, "pages", pages(story), []string{"0s amir slack", "1m0s amir sms", "3m0s amir voice"})
}

func TestPeopleAnswerAfterTheirTimeUnlessTheyAreSilentOrAway(t *testing.T) {
	t.Parallel()
	w := world(t, town)
	everybody := map[string]time.Duration{rehearsal.Anybody: 2 * time.Minute}
	story := play(t, w, script(func(s *rehearsal.Script) { s.Answers = everybody }))
	same(t, "pages", pages(story), []string{"0s amir slack", "1m0s amir sms"})
	if a := story.Alerts[0]; a.AckedBy != "amir" || a.AckedAt != night.Add(2*time.Minute) {
		t.Errorf("acknowledged by %q at %v", a.AckedBy, a.AckedAt)
	}

	story = play(t, w, script(func(s *rehearsal.Script) { s.Answers, s.Silent = everybody, []string{"amir"} }))
	if a := story.Alerts[0]; a.AckedBy != "darren" || a.AckedAt != night.Add(12*time.Minute) {
		t.Errorf("acknowledged by %q at %v, though amir is silent", a.AckedBy, a.AckedAt)
	}
}

func TestAProviderThatIsDownMakesTheNextWayDueAndEveryTryIsSeen(t *testing.T) {
	t.Parallel()
	story := play(t, world(t, town), script(func(s *rehearsal.Script) {
		s.Outages = []rehearsal.Outage{{Via: "slack", From: 0, Until: 30 * time.Second}}
	}))
	same(t, "pages", pages(story)[:5], []string{
		"0s amir slack fails", "5s amir slack fails", "15s amir slack fails", "35s amir slack", "1m0s amir sms",
	})
	same(t, "entries", kinds(story)[:2], []string{"0s provider_down", "0s event"})
}

func TestAHeartbeatThatStopsOpensItsAlertWhenItIsLate(t *testing.T) {
	t.Parallel()
	story := play(t, world(t, town), script(func(s *rehearsal.Script) {
		s.Arrivals = nil
		s.Pings = []rehearsal.Ping{{At: 30 * time.Minute, Heartbeat: "backup"}}
		s.Until = 2 * time.Hour
	}))
	same(t, "pages", pages(story)[:2], []string{"1h40m0s amir slack", "1h41m0s amir sms"})
	if a := story.Alerts[0]; a.Title != "No heartbeat from backup" || a.Priority != "P2" {
		t.Errorf("alert %+v", a)
	}
}

func TestAMajorAlertOpensAnIncident(t *testing.T) {
	t.Parallel()
	story := play(t, world(t, town), script(func(s *rehearsal.Script) {
		s.Arrivals = []rehearsal.Arrival{firing("db-1", "P1"), firing("db-2", "P1")}
	}))
	if len(story.Incidents) != 1 || story.Incidents[0].Alerts != 2 || story.Alerts[1].Incident != "INC-1" {
		t.Errorf("incidents %+v, alert %+v", story.Incidents, story.Alerts[1])
	}
}

func TestTheEndOfAnAlertClosesIt(t *testing.T) {
	t.Parallel()
	over := firing("db-1", "P2")
	over.At, over.Event.Status = 4*time.Minute, event.Resolved
	story := play(t, world(t, town), script(func(s *rehearsal.Script) { s.Arrivals = append(s.Arrivals, over) }))
	same(t, "pages", pages(story), []string{"0s amir slack", "1m0s amir sms", "3m0s amir voice"})
	if a := story.Alerts[0]; a.Status != "closed" || a.ClosedAt != night.Add(4*time.Minute) || story.Took[1] != a.Number {
		t.Errorf("alert %+v, took %v", a, story.Took)
	}
}

func TestTheTimeIsOverBeforeTheNightIs(t *testing.T) {
	t.Parallel()
	story := play(t, world(t, town), script(func(s *rehearsal.Script) { s.Until = 5 * time.Minute }))
	if story.Quiet || story.End != night.Add(5*time.Minute) || len(pages(story)) != 3 {
		t.Errorf("quiet %t at %v: %v", story.Quiet, story.End, pages(story))
	}
}

func TestTheSameScriptGivesTheSameBytesAndTheSeedDecidesTheDice(t *testing.T) {
	t.Parallel()
	w := world(t, town)
	rolled := map[string]bool{}
	for seed := range uint64(8) {
		s := script(func(s *rehearsal.Script) { s.Seed = seed })
		s.Arrivals[0].Event.Labels["dice"] = "yes"
		for i := range 12 { // a storm: what is bundled must be in order, too
			s.Arrivals = append(s.Arrivals, firing(fmt.Sprintf("web-%d", i), "P2"))
		}
		one, err := json.Marshal(play(t, w, s))
		if err != nil {
			t.Fatal(err)
		}
		story := play(t, w, s)
		two, err := json.Marshal(story)
		if err != nil {
			t.Fatal(err)
		}
		if string(one) != string(two) {
			t.Fatalf("seed %d: two stories of one script:\n%s\n%s", seed, one, two)
		}
		rolled[story.Pages()[0].Page.User] = true
	}
	if len(rolled) != 3 {
		t.Errorf("eight seeds paged %v only", rolled)
	}
}

func TestAStormIsBundled(t *testing.T) {
	t.Parallel()
	story := play(t, world(t, town), script(func(s *rehearsal.Script) {
		s.Arrivals = nil
		for i := range 30 {
			s.Arrivals = append(s.Arrivals, firing(fmt.Sprintf("web-%d", i), "P2"))
		}
		s.Until = 3 * time.Minute
	}))
	bundled := 0
	for _, e := range story.Pages() {
		bundled += len(e.Page.Bundle)
	}
	if n := len(story.Pages()); n > 20 || bundled < 25 {
		t.Errorf("%d messages, %d alerts in bundles", n, bundled)
	}
}

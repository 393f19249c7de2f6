package replay_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/tocsin-oncall/tocsin/engine"
	"github.com/tocsin-oncall/tocsin/engine/config"
	"github.com/tocsin-oncall/tocsin/engine/event"
	"github.com/tocsin-oncall/tocsin/engine/history"
	"github.com/tocsin-oncall/tocsin/engine/rehearsal/replay"
)

const town = `
timezone: UTC
fallback: everyone
users:
  - {name: ethan, email: ethan@example.com, slack: U01ETHAN, phone: "+15550100001", timezone: America/New_York}
  - {name: amir, email: amir@example.com, slack: U01AMIR, phone: "+15550100002"}
  - {name: darren, email: darren@example.com, slack: U01DARREN, phone: "+15550100003"}
default_notify: {high: [{via: slack}, {via: email, after: 2m}], low: [{via: email}]}
teams: [{name: ops, members: [ethan, amir, darren]}, {name: db, members: [darren]}]
schedules:
  - {name: primary, timezone: UTC, rotations: [{participants: [ethan, amir], every: 1w, starts: 2026-03-02T09:00}]}
policies:
  - {name: standard, steps: [{notify: ["schedule:primary"]}, {after: 10m, notify: ["team:ops"]}], repeat: {every: 1h, times: 2}}
  - {name: slow, steps: [{after: 5m, notify: ["schedule:primary"]}]}
  - {name: everyone, steps: [{notify: ["team:ops"]}]}
rules:
  - {name: databases, when: 'labels.kind == "db"', set: {priority: P1}, to: policy:standard, incident: 'labels.env == "prod"'}
  - {name: noise, when: 'labels.kind == "noise"', to: nobody}
  - {name: web, when: 'labels.kind == "web"', to: policy:slow}
integrations: [{name: prom, type: alertmanager, key: none, reopen_within: 5m}]
providers: {slack: {bot_token: xoxb-test}, smtp: {host: localhost, from: oncall@example.com, tls: none}}
`

func world(t testing.TB, text string) *engine.World {
	t.Helper()
	path := filepath.Join(t.TempDir(), "tocsin.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	w, problems := config.Open([]string{path}, func(string) (string, bool) { return "", false })
	if w == nil {
		t.Fatal(problems)
	}
	return &engine.World{Dir: w.Dir, Router: w.Router}
}

// other is the town with something replaced.
func other(t testing.TB, pairs ...string) *engine.World {
	t.Helper()
	for i := 0; i < len(pairs); i += 2 {
		if !strings.Contains(town, pairs[i]) {
			t.Fatalf("there is no %q in the town", pairs[i])
		}
	}
	return world(t, strings.NewReplacer(pairs...).Replace(town))
}

var start = time.Date(2026, 3, 9, 3, 0, 0, 0, time.UTC)

// told is an event of an alert, so long after the start.
func told(after time.Duration, number uint64, kind string, status event.Status) history.Line {
	return history.Line{At: start.Add(after), Format: 1, Kind: history.Event, Alert: number, Integration: "prom", Event: &event.Event{
		Status: status, DedupKey: "k" + kind + string(rune('0'+number%10)), Title: kind + " is down", Priority: "P3",
		Labels: map[string]string{"kind": kind, "env": "prod"},
	}}
}

func did(after time.Duration, number uint64, kind, by string) history.Line {
	return history.Line{At: start.Add(after), Format: 1, Kind: kind, Alert: number, By: by}
}

func past(lines ...history.Line) *replay.Past {
	p := &replay.Past{}
	for _, l := range lines {
		p.Add(l)
	}
	return p
}

func compare(t testing.TB, p *replay.Past, before, after *engine.World, o replay.Options) *replay.Report {
	t.Helper()
	a, err := p.Play(t.Context(), before, o)
	if err != nil {
		t.Fatal(err)
	}
	b, err := p.Play(t.Context(), after, o)
	if err != nil {
		t.Fatal(err)
	}
	return p.Compare(a, b)
}

package rehearsal

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/tocsin-oncall/tocsin/engine"
	"github.com/tocsin-oncall/tocsin/engine/alert"
	"github.com/tocsin-oncall/tocsin/engine/config"
	"github.com/tocsin-oncall/tocsin/engine/event"
)

const busy = `
fallback: everyone
users:
  - {name: ethan, email: ethan@example.com, slack: U01ETHAN}
  - {name: amir, email: amir@example.com, slack: U01AMIR}
  - {name: darren, email: darren@example.com, slack: U01DARREN}
default_notify: {high: [{via: slack}, {via: email, after: 90s}], low: [{via: email}]}
teams: [{name: ops, members: [ethan, amir, darren]}]
policies:
  - {name: standard, ack_timeout: 20m, repeat: {every: 40m, times: 2}, steps: [{notify: ["random:ops"]}, {after: 6m, notify: ["team:ops", "channel:sre"]}]}
  - {name: everyone, steps: [{notify: ["team:ops"]}]}
channels: [{name: sre, type: slack, to: "#sre"}]
rules:
  - {when: labels.group != "", group_by: [labels.group], to: policy:standard, incident: priority == "P1"}
  - {to: policy:standard, incident: priority == "P1"}
integrations:
  - {name: prom, type: alertmanager, key: none, reopen_within: 10m}
  - {name: backup, type: heartbeat, key: none, every: 1h, grace: 10m}
providers: {slack: {bot_token: xoxb-test}, smtp: {host: localhost, from: oncall@example.com, tls: none}}
`

// Records that are kept instead of decoded must make no difference to anything, whatever happens.
func TestAStoryIsTheSameWithoutTheMemory(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "busy.yaml")
	if err := os.WriteFile(path, []byte(busy), 0o600); err != nil {
		t.Fatal(err)
	}
	world, problems := config.Open([]string{path}, func(string) (string, bool) { return "", false })
	if world == nil {
		t.Fatal(problems)
	}
	w := &engine.World{Dir: world.Dir, Router: world.Router}
	for seed := range uint64(3) {
		s := chaos(rand.New(rand.NewPCG(seed, 1)))
		s.Seed = seed
		with, err := Play(t.Context(), w, s)
		if err != nil {
			t.Fatal(err)
		}
		var entries []Entry
		without, err := stream(t.Context(), w, s, func(e Entry) { entries = append(entries, e) }, nil)
		if err != nil {
			t.Fatal(err)
		}
		without.Entries = entries
		one, _ := json.Marshal(with)
		two, _ := json.Marshal(without)
		if string(one) != string(two) || len(with.Alerts) < 5 || len(with.Pages()) < 20 {
			t.Fatalf("seed %d: with %d entries, without %d", seed, len(with.Entries), len(entries))
		}
	}
}

// chaos is a script of everything that can happen.
func chaos(dice *rand.Rand) Script {
	minutes := func(n int) time.Duration { return time.Duration(dice.IntN(n*60)) * time.Second }
	s := Script{
		Start: time.Date(2026, 11, 22, 3, 0, 0, 0, time.UTC), Until: 3 * time.Hour, Forget: time.Hour,
		Answers: map[string]time.Duration{"ethan": 4 * time.Minute},
		Outages: []Outage{{Via: "slack", From: minutes(20), Until: 30*time.Minute + minutes(60)}},
		Pings:   []Ping{{At: minutes(30), Heartbeat: "backup"}},
	}
	for i := range 40 {
		a := Arrival{At: minutes(120), Integration: "prom", Event: event.Event{
			Status: event.Firing, DedupKey: fmt.Sprintf("k%d", dice.IntN(9)), Title: "Disk full", Priority: event.Priorities[dice.IntN(5)],
			Labels: map[string]string{"group": []string{"", "", "web"}[dice.IntN(3)]}, Details: map[string]any{"n": i, "f": 1.5},
		}}
		if i > 15 && dice.IntN(3) == 0 {
			a.Event.Status = event.Resolved
		}
		s.Arrivals = append(s.Arrivals, a)
	}
	for range 12 {
		do := []alert.Do{alert.Ack, alert.Unack, alert.Escalate, alert.Close, alert.Note}[dice.IntN(5)]
		s.Acts = append(s.Acts, Act{At: minutes(150), On: dice.IntN(41) - 1, Action: alert.Action{Do: do, By: "amir", Note: "a word"}})
	}
	return s
}

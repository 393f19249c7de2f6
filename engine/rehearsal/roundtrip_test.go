package rehearsal_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-oncall/tocsin/engine"
	"github.com/tocsin-oncall/tocsin/engine/alert"
	"github.com/tocsin-oncall/tocsin/engine/event"
	"github.com/tocsin-oncall/tocsin/engine/history"
	"github.com/tocsin-oncall/tocsin/engine/record"
	"github.com/tocsin-oncall/tocsin/engine/rehearsal"
	"github.com/tocsin-oncall/tocsin/engine/rehearsal/replay"
	"github.com/tocsin-oncall/tocsin/engine/store"
)

const restless = `
timezone: UTC
fallback: everyone
users:
  - {name: ethan, email: ethan@example.com, slack: U01ETHAN}
  - {name: amir, email: amir@example.com, slack: U01AMIR}
  - {name: darren, email: darren@example.com, slack: U01DARREN}
default_notify: {high: [{via: slack}, {via: email, after: 90s}], low: [{via: email}]}
teams: [{name: ops, members: [ethan, amir, darren]}]
schedules: [{name: primary, rotations: [{participants: [ethan, amir], every: 1d, starts: 2026-11-02T09:00}]}]
policies:
  - {name: standard, ack_timeout: 50m, repeat: {every: 40m, times: 2}, steps: [{notify: ["schedule:primary"]}, {after: 6m, notify: ["team:ops"]}]}
  - {name: everyone, steps: [{notify: ["team:ops"]}]}
rules:
  - {when: 'labels.kind == "hot"', set: {priority: P1, title: "Hot: {{ title }}", tags: [hot], labels: {kind: cold}}, continue: true}
  - {when: 'labels.group != "" and labels.group != nil', group_by: [labels.group], group_limit: 3, to: policy:standard, incident: 'priority == "P1"'}
  - {name: links, when: 'labels.kind == "link"', throttle: {pages: 2, per: 20m}, to: policy:standard}
  - {when: 'labels.kind == "slow"', delay: 5m, to: policy:standard}
  - {when: 'labels.kind == "noise"', to: nobody}
  - {to: policy:standard}
integrations: [{name: prom, type: alertmanager, key: none, reopen_within: 10m}, {name: plain, type: alertmanager, key: none}]
providers: {slack: {bot_token: xoxb-test}, smtp: {host: localhost, from: oncall@example.com, tls: none}}
`

// restlessNight is a night of events and acknowledgements. Of what is sent while it is open, only how often is kept, and
// when it was last: nothing in this configuration looks at more.
func restlessNight(dice *rand.Rand) rehearsal.Script {
	s := rehearsal.Script{Start: time.Date(2026, 11, 22, 3, 0, 0, 0, time.UTC), Until: 12 * time.Hour, CloseIncidents: true}
	firing := map[string]bool{}
	at := time.Duration(0)
	for i := range 60 {
		at += time.Duration(1+dice.IntN(400)) * 1001 * time.Millisecond
		kind := []string{"hot", "link", "slow", "noise", "plain"}[dice.IntN(5)]
		integration := []string{"prom", "plain"}[dice.IntN(2)]
		a := rehearsal.Arrival{At: at, Integration: integration, Event: event.Event{
			Status: event.Firing, DedupKey: fmt.Sprintf("%s-%d", kind, dice.IntN(4)), Title: kind + " is full", Priority: []string{"", "P2", "P4"}[dice.IntN(3)],
			Labels: map[string]string{"kind": kind}, Details: map[string]any{"free": 1.5}, Tags: []string{"night"},
		}}
		if kind == "plain" {
			a.Event.Labels["group"] = fmt.Sprint(dice.IntN(2)) // a dedup key may be in several groups
			a.Event.DedupKey += "/" + a.Event.Labels["group"]
		}
		key := integration + a.Event.DedupKey
		if firing[key] && dice.IntN(3) > 0 {
			a.Event.Status = event.Resolved
		}
		firing[key] = a.Event.Status == event.Firing
		s.Arrivals = append(s.Arrivals, a)
		if dice.IntN(3) == 0 {
			do := []alert.Do{alert.Ack, alert.Ack, alert.Ack, alert.Unack, alert.Close}[dice.IntN(5)]
			on := dice.IntN(i + 1)
			s.Acts = append(s.Acts, rehearsal.Act{At: at + time.Duration(1+dice.IntN(300))*1003*time.Millisecond, On: on, Wanted: true, Action: alert.Action{Do: do, By: "amir"}})
		}
	}
	return s
}

// pagings are whom a night paged, and when.
func pagings(list *[]string) func(rehearsal.Entry) {
	return func(e rehearsal.Entry) {
		if e.Kind == rehearsal.Paged && e.Page.Sent {
			*list = append(*list, fmt.Sprintf("%s %s over %s, step %d of round %d", e.At.UTC().Format("15:04:05.000"), e.Page.User, e.Page.Via, e.Page.Step, e.Page.Round))
		}
	}
}

func TestWhatIsExportedPagesTheSameAgain(t *testing.T) {
	t.Parallel()
	w := world(t, restless)
	for seed := range uint64(10) {
		night := restlessNight(rand.New(rand.NewPCG(seed, 7)))
		records := map[store.ID][]byte{}
		night.Watch(func(rec record.Record) {
			if _, ok := rec.(*alert.State); ok {
				data, err := json.Marshal(rec)
				if err != nil {
					t.Fatal(err)
				}
				records[rec.Identity()] = data
			}
		})
		var was, is []string
		if _, err := rehearsal.Stream(t.Context(), w, night, pagings(&was)); err != nil {
			t.Fatal(err)
		}
		if err := again(t, w, records, night.Start.Add(night.Until), pagings(&is)); err != nil {
			t.Fatal(err)
		}
		slices.Sort(was)
		slices.Sort(is)
		if diff := cmp.Diff(was, is); diff != "" || len(was) < 20 {
			t.Fatalf("seed %d: of %d pages (- then, + now): %s", seed, len(was), diff)
		}
	}
}

// again replays what records tell, to a time.
func again(t *testing.T, w *engine.World, records map[store.ID][]byte, until time.Time, tell func(rehearsal.Entry)) error {
	t.Helper()
	var file bytes.Buffer
	for id, data := range records {
		rec, err := record.Decode(store.Record{ID: id, Version: 1, Data: data})
		if err != nil {
			return err
		}
		for _, l := range (history.Span{}).Of(rec) {
			if err := history.Write(&file, l); err != nil {
				return err
			}
		}
	}
	past := &replay.Past{}
	if err := history.Read(&file, func(l history.Line) error { past.Add(l); return nil }); err != nil {
		return err
	}
	_, err := past.Play(t.Context(), w, replay.Options{Recorded: true, Tell: func(e rehearsal.Entry) {
		if !e.At.After(until) {
			tell(e)
		}
	}})
	return err
}

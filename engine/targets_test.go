package engine_test

import (
	"strings"
	"testing"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/alert"
	"github.com/tocsin-oncall/tocsin/engine/event"
)

// notifying is a configuration whose only policy has one step with these targets.
func notifying(targets ...string) string {
	return `
policies: [{name: p, steps: [{notify: ["` + strings.Join(targets, `", "`) + `"]}], exhausted_after: 24h}]
rules: [{to: "policy:p"}]
`
}

func TestTargetsAreResolvedWhenTheStepIsTaken(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		target, at string
		want       string
	}{
		{"schedule:primary", "2026-03-09T03:00:00Z", "ethan"},
		{"schedule:primary", "2026-03-15T08:59:00Z", "ethan"},
		{"schedule:primary", "2026-03-15T09:01:00Z", "amir"},
		{"next:primary", "2026-03-09T03:00:00Z", "amir"},
		{"previous:primary", "2026-03-16T03:00:00Z", "ethan"},
		{"rotation:primary", "2026-03-09T03:00:00Z", "amir darren ethan jason"},
		{"random:west", "2026-03-09T03:00:00Z", "ethan"}, // the dice of these tests always show the first
		{"admins:west", "2026-03-09T03:00:00Z", "jason"},
		{"team:west", "2026-03-09T03:00:00Z", "ethan amir darren jason"},
		{"user:darren", "2026-03-09T03:00:00Z", "darren"},
		{"channel:sre", "2026-03-09T03:00:00Z", "sre"},
	} {
		t.Run(c.target+" at "+c.at, func(t *testing.T) {
			t.Parallel()
			tw := newTown(t, 1, notifying(c.target))
			tw.clock.t, _ = time.Parse(time.RFC3339, c.at)
			tw.fire(event.Event{DedupKey: "x", Title: "x", Priority: "P4"})
			var got []string
			for _, m := range tw.phones.got {
				if m.User != nil {
					got = append(got, m.User.Name)
				} else {
					got = append(got, m.Channel.Name)
				}
			}
			if strings.Join(got, " ") != c.want {
				t.Errorf("paged %v, want %s", got, c.want)
			}
		})
	}
}

func TestWhoIsNamedTwiceInOneStepIsPagedOnce(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, notifying("user:amir", "next:primary", "team:west", "random:west", "channel:sre", "channel:sre"))
	tw.fire(event.Event{DedupKey: "x", Title: "x", Priority: "P4"})
	if len(tw.phones.got) != 5 {
		t.Errorf("%d messages, want one each for four people and the channel:\n%s", len(tw.phones.got), tw.phones.log())
	}
}

func TestAPersonWithoutAWorkingWayIsWrittenDown(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, notifying("user:darren", "user:amir")+`
users: [{name: kate, phone: "+15550105", notify: {high: [{via: sms}], low: [{via: sms}]}}]
`)
	w := *tw.engines[0].World()
	dir := *w.Dir
	delete(dir.Users, "darren")
	tw.engines[0].Reload(&w)
	a := tw.fire(disk)
	if n := tw.timeline(a.ID, "unreachable"); n != 1 {
		t.Errorf("%d words in the timeline about darren, want one", n)
	}
	want(t, tw.phones.log(), "\n0s amir email\n")
}

func TestEveryChannelPostIsEditedWhenTheAlertChanges(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, `
policies: [{name: p, steps: [{notify: ["channel:sre"]}, {after: 5m, notify: ["channel:sre"]}], exhausted_after: 24h}]
rules: [{to: "policy:p"}]
`)
	a := tw.fire(disk)
	tw.wait(6 * time.Minute)
	if m := tw.phones.got[1]; m.Thread != "slack-1" {
		t.Errorf("the second post is in thread %q, want the first's", m.Thread)
	}
	tw.ack(a, "amir")
	if n := len(tw.phones.edit); n != 2 {
		t.Errorf("%d posts were edited, want both: the answer in the thread has buttons, too", n)
	}
}

func TestAResponderIsPagedWhateverBecameOfTheAlert(t *testing.T) {
	t.Parallel()
	for _, state := range []alert.Do{alert.Note, alert.Ack, alert.Snooze} {
		t.Run(string(state), func(t *testing.T) {
			t.Parallel()
			tw := newTown(t, 1, toAmir)
			a := tw.fire(disk)
			tw.act(a, alert.Action{Do: state, By: "amir", Note: "looking", Until: start.Add(time.Hour)})
			tw.act(a, alert.Action{Do: alert.AddResponder, By: "amir", Target: target(t, "user:jason")})
			if tw.phones.to("jason", "email") != 1 {
				t.Errorf("jason was not paged:\n%s", tw.phones.log())
			}
		})
	}
}

package alert_test

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/tocsin-oncall/tocsin/engine/alert"
	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/event"
	"github.com/tocsin-oncall/tocsin/engine/page"
	"github.com/tocsin-oncall/tocsin/engine/policy"
	"github.com/tocsin-oncall/tocsin/engine/record"
	"github.com/tocsin-oncall/tocsin/engine/store"
	"github.com/tocsin-oncall/tocsin/rules"
	"github.com/tocsin-oncall/tocsin/schedules"
)

// longest is how long an alert of checkout waits for the database.
const longest = 2 * time.Hour

// guarded is people with a service that waits for another one, and with what is known at run time: whether that one has
// an open alert, and maintenances of everything.
func guarded(t rapid.TB, blocked bool, spans [][2]time.Time) *directory.Directory {
	d := people()
	d.Policies["p"] = policy.Policy{Name: "p", Steps: []policy.Step{{Notify: []policy.Target{{Kind: policy.User, Name: "ethan"}}}}}
	d.Services = map[string]directory.Service{
		"checkout": {Name: "checkout", DependsOn: []string{"database"}, Inhibit: &directory.Inhibit{For: longest, Delay: 30 * time.Second}},
		"database": {Name: "database"},
	}
	d.Depends()
	if blocked {
		d.Blockers = []directory.Blocker{{Service: "database", High: true, Number: 7}}
	}
	router, problems := rules.Compile(rules.Spec{Fallback: "p"})
	if problems != nil {
		t.Fatal(problems)
	}
	always, problems := router.Condition("when", "true")
	if problems != nil {
		t.Fatal(problems)
	}
	for i, span := range spans {
		times, problems := schedules.NewRecurrence(schedules.RecurrenceSpec{From: span[0].Format(time.RFC3339), Until: span[1].Format(time.RFC3339), Zone: time.UTC})
		if problems != nil {
			t.Fatal(problems)
		}
		d.Maintenance = append(d.Maintenance, directory.Maintenance{Name: string(rune('a' + i)), When: always, Times: times})
	}
	return d
}

// However maintenances and alerts of other services come and go, and however late this replica hears of them, an alert that
// nobody touches and that still fires pages: within two minutes of the end of its last cause, and at the latest when no
// maintenance is in force and it has waited for others as long as it may. It never pages while a cause is known.
func TestWhateverHeldAnAlertItPagesWhenAllCausesHaveEnded(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		begin := time.Date(2026, 3, 8, 5, 0, 0, 0, time.UTC)
		minutes := func(what string, most int) time.Duration {
			return time.Duration(rapid.IntRange(1, most).Draw(t, what)) * time.Minute
		}
		var spans [][2]time.Time
		for range rapid.IntRange(0, 3).Draw(t, "maintenances") {
			from := begin.Add(minutes("from", 200) - 20*time.Minute)
			spans = append(spans, [2]time.Time{from, from.Add(minutes("length", 100))})
		}
		var flips []time.Time // when the other service's alert opens and closes, in turn; it is open at first
		for at, n := begin, rapid.IntRange(0, 6).Draw(t, "flips"); n > 0; n-- {
			at = at.Add(minutes("flip", 60))
			flips = append(flips, at)
		}
		taken := time.Time{} // when the maintenances are taken back
		if rapid.Bool().Draw(t, "taken back") {
			taken = begin.Add(minutes("taken back at", 150))
		}
		blocked := func(at time.Time) bool {
			open := true
			for _, f := range flips {
				if !f.After(at) {
					open = !open
				}
			}
			return open
		}
		known := func(now time.Time) directory.Env {
			lag := now.Add(-time.Duration(rapid.IntRange(0, 1000).Draw(t, "lag")) * time.Millisecond)
			left := spans
			if !taken.IsZero() && !taken.After(lag) {
				left = nil
			}
			env := at(now, guarded(t, blocked(lag), left))
			env.Known = lag
			return env
		}
		causes := func(at time.Time) (maintained, dependent bool) {
			for _, span := range spans {
				maintained = maintained || !at.Before(span[0]) && at.Before(span[1]) && (taken.IsZero() || at.Before(taken))
			}
			return maintained, blocked(at)
		}
		now := begin
		env := known(now)
		ev := event.Event{Status: event.Firing, DedupKey: "k", Title: "Disk full", Priority: "P1", Service: "checkout"}
		s, _ := alert.New(store.NewID(store.KindAlert, 3), 1, "prom", "k", ev, alert.Routing{Policy: "p", Rule: "r", Service: "checkout"}, env)
		// free is since when nothing has been a cause, until a moment at which nothing is.
		free := func(now time.Time) time.Time {
			edges := append(slices.Clone(flips), taken, s.DependUntil)
			for _, span := range spans {
				edges = append(edges, span[0], span[1])
			}
			slices.SortFunc(edges, time.Time.Compare)
			for _, edge := range slices.Backward(edges) {
				if edge.After(now) || !edge.After(begin) {
					continue
				}
				before := edge.Add(-time.Millisecond)
				maintained, dependent := causes(before)
				if maintained || dependent && (s.DependUntil.IsZero() || before.Before(s.DependUntil)) {
					return edge
				}
			}
			return begin.Add(30 * time.Second)
		}
		inTime := func() {
			maintained, dependent := causes(now)
			if maintained || dependent && (s.DependUntil.IsZero() || now.Before(s.DependUntil)) {
				return
			}
			if since := free(now); now.Sub(since) > 2*time.Minute {
				t.Fatalf("nothing has held it since %v, and at %v it has not paged: %+v", since, now, s.Holds)
			}
		}
		for len(s.Pages) == 0 {
			wake := record.Wake(s, env)
			if wake.IsZero() || now.Sub(begin) > 48*time.Hour {
				t.Fatalf("at %v it waits for nothing: %+v", now, s.Holds)
			}
			var in alert.Input = alert.Woken{}
			if resend := now.Add(minutes("resend", 90)); resend.Before(wake) {
				now, in = resend, alert.Fired{Event: ev}
			} else {
				now = wake
			}
			inTime()
			env = known(now)
			if _, err := alert.Apply(s, in, env); err != nil {
				t.Fatal(err)
			}
		}
		if in, _ := env.Dir.Maintained(s.RuleEvent, now); len(in) > 0 {
			t.Fatalf("it pages at %v, in the maintenance %s", now, in[0].Name)
		}
		if len(env.Dir.Blockers) > 0 && now.Before(s.DependUntil) {
			t.Fatalf("it pages at %v, though it waits for the database until %v", now, s.DependUntil)
		}
		if s.Pages[0].Kind != page.Escalation || s.Held() {
			t.Fatalf("it has %+v, and is held for %+v", s.Pages[0], s.Holds)
		}
	})
}

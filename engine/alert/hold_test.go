package alert_test

import (
	"encoding/json"
	"slices"
	"strings"
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
)

// nights is a window over the night of a zone in which clocks change.
func nights(t rapid.TB) *rules.Hours {
	router, problems := rules.Compile(rules.Spec{Fallback: "p", Windows: []rules.Window{{Name: "nights", Zone: "America/New_York", From: "22:00", To: "07:00"}}})
	if problems != nil {
		t.Fatal(problems)
	}
	h, _ := router.Hours("nights")
	return h
}

// hold is what maintenance, a dependency or something else does to an alert.
func (l *life) hold(t *rapid.T) {
	name := rapid.SampledFrom([]string{"a", "b"}).Draw(t, "name")
	if rapid.Bool().Draw(t, "released") {
		l.apply(t, "released", alert.Released{Reason: "other", Name: name})
		return
	}
	h := alert.Hold{Reason: "other", Name: name, Text: "something else"}
	if rapid.Bool().Draw(t, "ends") {
		h.Until = l.env.Now.Add(time.Duration(rapid.IntRange(-5, 200).Draw(t, "until")) * time.Minute)
	}
	l.apply(t, "held", alert.Held{Hold: h})
}

// checkHeld holds what waits against what it waits for.
func (l *life) checkHeld(t *rapid.T) {
	s := l.s
	if s.Held() == s.HeldAt.IsZero() {
		t.Fatalf("it has %d holds, since %v", len(s.Holds), s.HeldAt)
	}
	for _, p := range s.Pages {
		switch {
		case !s.Held() && p.Status == page.Held:
			t.Fatalf("page %d is held, and the alert is not", p.N)
		case s.Held() && p.Status == page.Pending && p.Kind == page.Escalation && p.Step > 0 && p.Attempts == 0:
			t.Fatalf("page %d of step %d waits to begin, though the alert is held for %+v", p.N, p.Step, s.Holds)
		}
	}
	if s.Held() && s.Overridden {
		t.Fatalf("a person has said that it shall not wait, and it is held for %+v", s.Holds)
	}
	if (s.Require != nil) != slices.ContainsFunc(s.Holds, func(h alert.Hold) bool { return h.Reason == alert.HoldRequire }) {
		t.Fatalf("it requires %+v, and is held for %+v", s.Require, s.Holds)
	}
}

// firing is an alert under a policy that pages ethan at once, then again after ten minutes.
func firing(d alert.Routing, env directory.Env) *alert.State {
	d.Policy, d.Rule = "p", "r"
	s, _ := alert.New(store.NewID(store.KindAlert, 3), 1, "prom", "k", event.Event{Status: event.Firing, DedupKey: "k", Title: "Disk full", Priority: "P1"}, d, env)
	return s
}

func at(now time.Time, dir *directory.Directory) directory.Env {
	return directory.Env{Now: now, Dir: dir, Pick: func(int) int { return 0 }}
}

// However it is held, and whatever fires again, an alert that nobody touches pages: at the latest when the last of its
// holds is over, and never before.
func TestAnAlertThatIsHeldAndKeepsFiringPagesInTheEnd(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		dir := people()
		dir.Policies["p"] = drawPolicy(t, "p")
		start := time.Date(2026, 3, 7, rapid.IntRange(0, 23).Draw(t, "hour"), 30, 0, 0, time.UTC) // the clocks change on the 8th
		if rapid.Bool().Draw(t, "quiet") {
			dir.QuietHours = []directory.Quiet{{Window: "nights", Hours: nights(t), Priorities: []string{"P1"}}}
		}
		minutes := func(what string, most int) time.Duration {
			return time.Duration(rapid.IntRange(0, most).Draw(t, what)) * time.Minute
		}
		d := alert.Routing{AutoClose: minutes("auto close", 120)}
		switch rapid.IntRange(0, 3).Draw(t, "how") {
		case 0:
			d.Delay = minutes("delay", 600)
		case 1:
			d.DelayUntil = start.Add(minutes("until", 2000))
		case 2:
			d.GroupKey, d.Group.Wait = "g", minutes("wait", 5)
		case 3:
			d.Require = &rules.Require{Events: rapid.IntRange(2, 5).Draw(t, "events"), Within: 10 * time.Minute}
		}
		s := firing(d, at(start, dir))
		end := start.Add(d.Delay + d.Group.Wait)
		if d.DelayUntil.After(end) {
			end = d.DelayUntil
		}
		if d.Require != nil {
			end = end.Add(time.Duration(d.Require.Events) * 2 * time.Minute)
		}
		for now := start; ; { // what fires is sent again every two minutes; wake-ups come in their time
			if first := slices.IndexFunc(s.Pages, func(p page.Page) bool { return p.Step > 0 }); first >= 0 || s.Started == 0 {
				if until, _ := dir.Quiet(s.Team, s.Priority, now); !until.IsZero() || now.Before(d.DelayUntil) || now.Before(start.Add(d.Delay)) {
					t.Fatalf("it pages at %v, held for %+v", now, s.Holds)
				}
				return
			}
			if now.After(end.Add(10 * time.Hour)) { // a night is nine hours long, the last of them ten
				t.Fatalf("it fires since %v and has paged nobody by %v: %s, held for %+v, %+v", start, now, s.Status, s.Holds, s.Timeline)
			}
			if s.Status == alert.Open && len(s.Runs) > 0 && s.Runs[0].Next > 0 {
				return // it has tried, and there is nobody
			}
			next := now.Truncate(2 * time.Minute).Add(2 * time.Minute)
			env := at(now, dir)
			if wake := record.Wake(s, env); !wake.IsZero() && wake.Before(next) && wake.After(now) {
				now = wake
				if _, err := alert.Apply(s, alert.Woken{}, at(now, dir)); err != nil {
					t.Fatal(err)
				}
				continue
			}
			now = next
			ev := event.Event{Status: event.Firing, DedupKey: "k", Title: "Disk full", Priority: "P1"}
			if _, err := alert.Apply(s, alert.Fired{Event: ev}, at(now, dir)); err != nil {
				t.Fatal(err)
			}
		}
	})
}

func TestAMaintenanceInTheMiddleStopsTheClockOfThePolicy(t *testing.T) {
	t.Parallel()
	dir := people()
	dir.Policies["p"] = twoSteps(t)
	start := time.Date(2026, 3, 9, 3, 0, 0, 0, time.UTC)
	s := firing(alert.Routing{}, at(start, dir))
	apply := func(in alert.Input, after time.Duration) {
		t.Helper()
		if _, err := alert.Apply(s, in, at(start.Add(after), dir)); err != nil {
			t.Fatal(err)
		}
	}
	s.Pages[0].Claim("r", start)
	apply(alert.Settled{Outcome: page.Outcome{N: 1, Fence: 1}}, time.Second)
	apply(alert.Held{Hold: alert.Hold{Reason: "other", Name: "MAINT-1", Text: "maintenance"}}, 30*time.Second)
	if s.Pages[1].Status != page.Held || s.Pages[0].Status != page.Sent {
		t.Errorf("pages %+v", s.Pages)
	}
	apply(alert.Woken{}, 8*time.Hour)
	apply(alert.Released{Reason: "other", Name: "MAINT-1"}, 8*time.Hour)
	if p := s.Pages[1]; p.Status != page.Pending || !p.DueAt.Equal(start.Add(8*time.Hour+30*time.Second)) { // 1m after the step, of which 30s had passed
		t.Errorf("page %+v", p)
	}
	if at, _ := s.NextStep(at(start.Add(8*time.Hour), dir)); !at.Equal(start.Add(8*time.Hour + 9*time.Minute + 30*time.Second)) {
		t.Errorf("the next step is at %v", at)
	}
}

func TestAFailureWhileItIsHeldBringsOnTheNextWayWhenItIsNot(t *testing.T) {
	t.Parallel()
	dir := people()
	dir.Policies["p"] = twoSteps(t)
	start := time.Date(2026, 3, 9, 3, 0, 0, 0, time.UTC)
	s := firing(alert.Routing{}, at(start, dir))
	s.Pages[0].Claim("r", start)
	for _, in := range []alert.Input{
		alert.Held{Hold: alert.Hold{Reason: "other", Text: "maintenance", Until: start.Add(time.Hour)}},
		alert.Settled{Outcome: page.Outcome{N: 1, Fence: 1, Error: "no such user", Permanent: true}},
	} {
		if _, err := alert.Apply(s, in, at(start.Add(10*time.Second), dir)); err != nil {
			t.Fatal(err)
		}
	}
	if s.Pages[1].Due(start.Add(time.Minute)) {
		t.Error("it pages while it is held")
	}
	if _, err := alert.Apply(s, alert.Woken{}, at(start.Add(time.Hour), dir)); err != nil || !s.Pages[1].Due(start.Add(time.Hour)) {
		t.Errorf("page %+v (%v)", s.Pages[1], err)
	}
}

func TestAHoldThatIsShortenedToNowEnds(t *testing.T) {
	t.Parallel()
	dir := people()
	dir.Policies["p"] = twoSteps(t)
	start := time.Date(2026, 3, 9, 3, 0, 0, 0, time.UTC)
	s := firing(alert.Routing{Delay: time.Minute}, at(start, dir))
	for _, until := range []time.Time{start.Add(time.Hour), start.Add(2 * time.Minute)} {
		in := alert.Held{Hold: alert.Hold{Reason: "other", Name: "a", Text: "maintenance", Until: until}}
		if _, err := alert.Apply(s, in, at(start.Add(2*time.Minute), dir)); err != nil {
			t.Fatal(err)
		}
	}
	if s.Held() || len(s.Pages) == 0 || !s.Pages[0].DueAt.Equal(start.Add(2*time.Minute)) {
		t.Errorf("held for %+v, pages %+v", s.Holds, s.Pages)
	}
}

func TestTheIncidentOfAnAlertWaitsWithIt(t *testing.T) {
	t.Parallel()
	dir := people()
	dir.Policies["p"] = twoSteps(t)
	start := time.Date(2026, 3, 9, 3, 0, 0, 0, time.UTC)
	s := firing(alert.Routing{Delay: time.Minute, Incident: true}, at(start, dir))
	if s.ClaimJoin(at(start, dir)) {
		t.Error("the incident is opened while the alert is held")
	}
	later := at(start.Add(time.Minute), dir)
	if _, err := alert.Apply(s, alert.Woken{}, later); err != nil || !s.ClaimJoin(later) {
		t.Errorf("the incident is not opened when the hold is over (%v)", err)
	}
}

func TestAPlainAlertIsNotLargerThanBefore(t *testing.T) {
	t.Parallel()
	dir := people()
	dir.Policies["p"] = twoSteps(t)
	s := firing(alert.Routing{}, at(time.Date(2026, 3, 9, 3, 0, 0, 0, time.UTC), dir))
	for _, word := range []string{"held", "hold", "require", "auto_close", "stale", "roster", "summary", "overridden"} {
		if has(t, s, word) {
			t.Errorf("its record says %q", word)
		}
	}
}

// twoSteps pages ethan at once, over slack and a minute later by text, and amir after ten minutes.
func twoSteps(t *testing.T) policy.Policy {
	t.Helper()
	target := func(text string) []policy.Target {
		to, err := policy.ParseTarget(text)
		if err != nil {
			t.Fatal(err)
		}
		return []policy.Target{to}
	}
	return policy.Policy{Name: "p", Steps: []policy.Step{{Notify: target("user:ethan")}, {After: 10 * time.Minute, Notify: target("user:amir")}}}
}

// has reports whether the record of an alert has a word in it.
func has(t *testing.T, s *alert.State, word string) bool {
	t.Helper()
	data, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Contains(string(data), word)
}

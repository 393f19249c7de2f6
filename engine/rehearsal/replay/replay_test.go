package replay_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-oncall/tocsin/engine/event"
	"github.com/tocsin-oncall/tocsin/engine/history"
	"github.com/tocsin-oncall/tocsin/engine/rehearsal/replay"
)

var recorded = replay.Options{Recorded: true}

// nights are three alerts: a database whose alert is acknowledged, a web server that recovers, and noise.
func nights() *replay.Past {
	return past(
		told(0, 1, "db", event.Firing), did(4*time.Minute, 1, history.Ack, "ethan"), told(30*time.Minute, 1, "db", event.Resolved),
		told(2*time.Hour, 2, "web", event.Firing), told(2*time.Hour+8*time.Minute, 2, "web", event.Resolved),
		told(9*time.Hour, 3, "noise", event.Firing), told(10*time.Hour, 3, "noise", event.Resolved),
	)
}

func TestTheSameConfigurationMakesNoDifference(t *testing.T) {
	t.Parallel()
	r := compare(t, nights(), world(t, town), world(t, town), recorded)
	if r.Changed+r.Repaged+len(r.Changes)+len(r.Patterns) != 0 {
		t.Errorf("%+v", r.Changes)
	}
	if diff := cmp.Diff(r.Old, r.New); diff != "" {
		t.Error(diff)
	}
	want := replay.Figures{
		Alerts: 3, Pages: 3, NightPages: 3, Nights: 1, Nobody: 1, Incidents: 1, MostPages: 3, MostNights: 1,
		FirstPage50: 0, FirstPage95: 300, FirstPage: 300,
	} // the database pages ethan over slack and e-mail at 23:00 and 23:02 in New York, the web server by e-mail at 01:05
	if diff := cmp.Diff(want, r.Old); diff != "" {
		t.Error(diff)
	}
}

func TestAnAlertOfAnAggregateIsNoChangeOfAnotherOneButSaid(t *testing.T) {
	t.Parallel()
	after := other(t, "rules:\n", "aggregates: [{name: outage, when: 'true', at_least: 2, to: policy:standard}]\nrules:\n")
	two := past(
		told(0, 1, "db", event.Firing), told(time.Minute, 2, "web", event.Firing),
		told(30*time.Minute, 1, "db", event.Resolved), told(31*time.Minute, 2, "web", event.Resolved),
	)
	r := compare(t, two, world(t, town), after, recorded)
	if len(r.Changes) != 0 || r.New.Pages <= r.Old.Pages || !strings.Contains(r.Unchanged(), "figures differ") {
		t.Errorf("%d changes, pages from %d to %d: %q", len(r.Changes), r.Old.Pages, r.New.Pages, r.Unchanged())
	}
}

func TestARuleThatIsMovedAboveChangesExactlyItsAlerts(t *testing.T) {
	t.Parallel()
	after := other(t, "rules:\n", "rules:\n  - {name: urgent web, when: 'labels.kind == \"web\"', set: {priority: P1}, to: policy:standard}\n")
	r := compare(t, nights(), world(t, town), after, recorded)
	if r.Changed != 1 || r.Repaged != 0 || len(r.Changes) != 1 {
		t.Fatalf("%d changed, %d repaged: %+v", r.Changed, r.Repaged, r.Changes)
	}
	c := r.Changes[0]
	if c.Alert != 2 || c.Old.Rule != "web" || c.New.Rule != "urgent web" || c.Old.FirstPage != 300 || c.New.FirstPage != 0 {
		t.Errorf("%+v", c)
	}
	if got := strings.Join(c.What, " "); got != "priority policy paged first_page" {
		t.Errorf("it differs in %s", got)
	}
	if p := r.Patterns; len(p) != 1 || p[0].Count != 1 || strings.Join(p[0].New.Paged, " ") != "ethan" {
		t.Errorf("%+v", p)
	}
}

func TestAGapInAScheduleReachesNobody(t *testing.T) {
	t.Parallel()
	gap := []string{"starts: 2026-03-02T09:00}", "starts: 2026-03-02T09:00, restrict: [{from: \"09:00\", to: \"17:00\"}]}",
		"fallback: everyone", "fallback: slow"}
	r := compare(t, nights(), world(t, town), other(t, gap...), recorded)
	if r.Old.Unreached != 0 || r.New.Unreached != 1 || r.Changes[0].Alert != 2 || !r.Changes[0].New.Unreached {
		t.Fatalf("%d are unreached, before %d; the worst is %+v", r.New.Unreached, r.Old.Unreached, r.Changes[0])
	}
	c, err := replay.Compile("new.unreached > old.unreached")
	if err != nil {
		t.Fatal(err)
	}
	if bad, figures, err := c.Holds(r); err != nil || !bad || figures != "new.unreached = 1, old.unreached = 0" {
		t.Errorf("%t: %s (%v)", bad, figures, err)
	}
}

func TestWhoIsPagedMayDifferWhereTheRouteIsTheSame(t *testing.T) {
	t.Parallel()
	r := compare(t, nights(), world(t, town), other(t, "participants: [ethan, amir]", "participants: [amir, ethan]"), recorded)
	if r.Changed != 0 || r.Repaged != 2 {
		t.Fatalf("%d changed, %d repaged", r.Changed, r.Repaged)
	}
	if p := r.People[0]; p.Old.Pages+p.New.Pages != 3 || p.Old.Pages != 0 && p.New.Pages != 0 {
		t.Errorf("%+v", p)
	}
	// At 03:00 UTC it is night in London, where amir's zone is the configuration's, but not yet in New York, where it is 23:00.
	if r.New.NightPages != 3 {
		t.Errorf("%d pages at night", r.New.NightPages)
	}
}

func TestEventsThatAreGroupedOtherwiseAreSaidToBe(t *testing.T) {
	t.Parallel()
	p := past(told(0, 1, "web", event.Firing), told(time.Minute, 2, "web", event.Firing), told(time.Hour, 1, "web", event.Resolved), told(time.Hour, 2, "web", event.Resolved))
	r := compare(t, p, world(t, town), other(t, "to: policy:slow}", "group_by: [labels.kind], to: policy:slow}"), recorded)
	if r.Old.Alerts != 2 || r.New.Alerts != 1 || r.Changed != 2 || r.Changes[0].What[len(r.Changes[0].What)-1] != replay.Grouping {
		t.Errorf("%d alerts become %d: %+v", r.Old.Alerts, r.New.Alerts, r.Changes)
	}
}

func TestPeopleAnswerAsTheyDidOrAsOneSays(t *testing.T) {
	t.Parallel()
	w := world(t, town)
	p := past(told(0, 1, "db", event.Firing), did(4*time.Minute, 1, history.Ack, "ethan"), told(8*time.Hour, 1, "db", event.Resolved))
	for name, c := range map[string]struct {
		o     replay.Options
		pages int
	}{
		"as they did":     {recorded, 2},
		"after a minute":  {replay.Options{After: time.Minute}, 1},
		"after a quarter": {replay.Options{After: 15 * time.Minute}, 8},
		"never":           {replay.Options{After: -1}, 30},
	} {
		r := compare(t, p, w, w, c.o)
		if r.Old.Pages != c.pages {
			t.Errorf("%s: %d pages, want %d", name, r.Old.Pages, c.pages)
		}
	}
}

func TestWhatAConfigurationDoesNotKnowIsSaid(t *testing.T) {
	t.Parallel()
	p := nights()
	p.Add(history.Line{At: start, Format: 1, Kind: history.Override, Stead: &history.Stead{Name: "OVR-1", Schedule: "primary", User: "jason", From: start, To: start.Add(time.Hour)}})
	p.Add(history.Line{At: start, Format: 1, Kind: history.Override, Stead: &history.Stead{Name: "OVR-2", Schedule: "primary", User: "darren", From: start, To: start.Add(time.Hour)}})
	p.Add(history.Line{At: start, Format: 1, Kind: history.Away, Away: &history.Absence{Name: "AWAY-1", User: "jason", From: start, To: start.Add(time.Hour)}})
	r := compare(t, p, world(t, town), world(t, town), recorded)
	if len(r.Notes) != 2 || !strings.Contains(r.Notes[0], "AWAY-1") || !strings.Contains(r.Notes[1], "OVR-1") {
		t.Errorf("%q", r.Notes)
	}
	if r.People[0].Name != "darren" || r.People[0].New.Pages != 2 {
		t.Errorf("%+v", r.People[0])
	}
}

func TestThereMustBeSomethingToPlay(t *testing.T) {
	t.Parallel()
	if _, err := past(did(0, 1, history.Ack, "ethan")).Play(t.Context(), world(t, town), recorded); !errors.Is(err, replay.ErrNothing) {
		t.Error(err)
	}
	far := past(told(0, 1, "db", event.Firing), told(3*365*24*time.Hour, 2, "db", event.Firing))
	if _, err := far.Play(t.Context(), world(t, town), recorded); err == nil || !strings.Contains(err.Error(), "1095 days") {
		t.Error(err)
	}
}

func TestConditionsAreCheckedBeforeAnythingIsPlayed(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"new.unreachd > 0":              "unreached",
		"new.pages":                     "bool",
		"new.pages > 'x'":               "mismatched",
		"changed >":                     "unexpected",
		strings.Repeat("changed+", 900): "bytes",
	} {
		if _, err := replay.Compile(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", text, err)
		}
	}
	r := compare(t, nights(), world(t, town), world(t, town), recorded)
	for text, want := range map[string]bool{
		"changed > 0": false,
		"new.night_pages > old.night_pages * 1.2":                  false,
		`new.people["ethan"].pages == 3`:                           true,
		`new.people["nobody"].pages > 0`:                           false,
		"new.first_page_max >= 300 && events == 6 && repaged == 0": true,
	} {
		c, err := replay.Compile(text)
		if err != nil {
			t.Fatal(err)
		}
		if got, figures, err := c.Holds(r); err != nil || got != want || figures == "" {
			t.Errorf("%s: %t (%v), of %s", text, got, err, figures)
		}
	}
}

func TestAMaintenanceThatWasMadeAtRunTimeHoldsInAReplayAsItDid(t *testing.T) {
	t.Parallel()
	maintained := func(made, cancelled time.Duration, when string) history.Line {
		m := &history.Upkeep{Name: "MNT-1", When: when, From: start.Add(-time.Hour), Until: start.Add(4 * time.Hour), Reason: "upgrade"}
		if cancelled != 0 {
			m.Cancelled = start.Add(cancelled)
		}
		return history.Line{At: start.Add(made), Format: 1, Kind: history.Maintenance, Maintenance: m}
	}
	w := world(t, town)
	for name, c := range map[string]struct {
		line  history.Line
		pages int     // the database pages ethan twice before he is
		first float64 // seconds
		notes int
	}{
		"in force":        {maintained(-time.Minute, 0, `labels.kind == "db"`), 0, 0, 0},
		"for others":      {maintained(-time.Minute, 0, `labels.kind == "web"`), 2, 0, 0},
		"made afterwards": {maintained(3*time.Minute, 0, `labels.kind == "db"`), 2, 0, 0},
		"cancelled":       {maintained(-time.Minute, 3*time.Minute, `labels.kind == "db"`), 2, 180, 0},
		"not understood":  {maintained(-time.Minute, 0, `during("gone")`), 2, 0, 2},
	} {
		p := past(c.line, told(0, 1, "db", event.Firing), did(6*time.Minute, 1, history.Ack, "ethan"), told(30*time.Minute, 1, "db", event.Resolved))
		r := compare(t, p, w, w, recorded)
		if r.Old.Pages != c.pages || r.Old.FirstPage != c.first || (r.Old.Held == 1) != (name == "in force" || name == "cancelled") {
			t.Errorf("%s: %d pages, the first after %v; %d held", name, r.Old.Pages, r.Old.FirstPage, r.Old.Held)
		}
		if c.notes > 0 != (len(r.Notes) > 0 && strings.HasPrefix(r.Notes[0], "maintenance MNT-1 is left out")) {
			t.Errorf("%s: %q", name, r.Notes)
		}
	}
}

func TestWhatPagesSomebodyAtLastIsNotWorseThanWhatPagesLater(t *testing.T) {
	t.Parallel()
	after := other(t, "rules:\n", "rules:\n  - {name: noise pages, when: 'labels.kind == \"noise\"', to: policy:slow}\n  - {name: web later, when: 'labels.kind == \"web\"', delay: 1m, to: policy:slow}\n")
	p := past(told(0, 3, "noise", event.Firing), told(8*time.Minute, 3, "noise", event.Resolved),
		told(time.Hour, 2, "web", event.Firing), told(time.Hour+8*time.Minute, 2, "web", event.Resolved))
	r := compare(t, p, world(t, town), after, recorded)
	if len(r.Changes) != 2 || r.Changes[0].Alert != 2 || r.Changes[1].Alert != 3 {
		t.Errorf("%+v", r.Changes)
	}
}

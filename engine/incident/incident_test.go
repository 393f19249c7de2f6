package incident

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/store"
)

var nine = time.Date(2026, 3, 9, 9, 0, 0, 0, time.UTC)

func at(minutes int) time.Time { return nine.Add(time.Duration(minutes) * time.Minute) }

// org is a directory whose postmortem condition is required.
func org(required func(directory.IncidentFacts) (bool, error)) *directory.Directory {
	d := &directory.Directory{
		Users:    map[string]directory.User{},
		Teams:    map[string]directory.Team{"payments": {Name: "payments"}},
		Services: map[string]directory.Service{"checkout": {Name: "checkout", Team: "payments"}},
	}
	for _, name := range []string{"ethan", "amir", "darren", "jason"} {
		d.Users[name] = directory.User{Name: name}
	}
	d.Postmortem.Required = required
	return d
}

func severe(f directory.IncidentFacts) (bool, error) {
	return f.Priority <= "P2" || f.Duration > time.Hour, nil
}

// story is one incident and the world around it.
type story struct {
	t *testing.T
	*State
	dir *directory.Directory
}

func begin(t *testing.T, dir *directory.Directory, o Opening) *story {
	t.Helper()
	return &story{t, New(store.NewID(store.KindIncident, Shard), 7, o, Env{Now: nine, Dir: dir}), dir}
}

func (s *story) must(minute int, in Input) Effects {
	s.t.Helper()
	fx, err := Apply(s.State, in, Env{Now: at(minute), Dir: s.dir})
	if err != nil {
		s.t.Fatalf("minute %d: %+v was refused: %v", minute, in, err)
	}
	return fx
}

// refused says why an input is refused, and that it changed nothing.
func (s *story) refused(minute int, in Input) string {
	s.t.Helper()
	before, _ := json.Marshal(s.State)
	_, err := Apply(s.State, in, Env{Now: at(minute), Dir: s.dir})
	var no *Refused
	if !errors.As(err, &no) {
		s.t.Fatalf("minute %d: %+v gave %v, want a refusal", minute, in, err)
	}
	after, _ := json.Marshal(s.State)
	if diff := cmp.Diff(string(before), string(after)); diff != "" {
		s.t.Errorf("a refused input changed the incident:\n%s", diff)
	}
	return no.Reason
}

func (s *story) says(kind string) string {
	for i := len(s.Timeline) - 1; i >= 0; i-- {
		if s.Timeline[i].Kind == kind {
			return s.Timeline[i].Text
		}
	}
	return ""
}

func joined(n int, priority string) Joined {
	id := store.ID("a00-" + strings.Repeat("0", 26-len(nth(n))) + nth(n))
	return Joined{Alert: Alert{ID: id, Number: uint64(n), Title: "checkout errors"}, Priority: priority, Tags: []string{"apac"}}
}

func nth(n int) string { return strings.TrimPrefix(Name(uint64(n)), "INC-") }

func equal[T any](t *testing.T, what string, got, want T) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

func TestAnIncidentGathersAlertsIsResolvedClosedAndOwesAPostmortem(t *testing.T) {
	t.Parallel()
	s := begin(t, org(severe), Opening{Title: "Checkout fails", Priority: "P3", Key: "checkout", Service: "checkout", Team: "payments", Reason: `rule "majors"`})
	equal(t, "name", s.Name(), "INC-7")
	equal(t, "lists", s.Lists(), []string{"incidents/open"})
	equal(t, "keys", s.Keys(), []string{"name/INC-7", "incident/checkout"})

	s.must(0, joined(1, "P3"))
	s.must(4, joined(2, "P1"))
	equal(t, "severity after a worse alert joined", s.Severity(), "SEV1")
	equal(t, "tags", s.Tags, []string{"apac"})

	s.must(6, Action{Do: SetRole, Role: Commander, User: "amir", By: "ethan"})
	s.must(7, Action{Do: Note, By: "amir", Note: "rollback started"})
	s.must(20, Action{Do: Resolve, By: "amir"})
	equal(t, "lists", s.Lists(), []string{"incidents/resolved"})
	equal(t, "keys while it waits to be closed", s.Keys(), []string{"name/INC-7", "incident/checkout"})

	fx := s.must(50, Action{Do: Close, By: "ethan", Note: "recovered"})
	equal(t, "effects of the close", fx, Effects{PostmortemOwed: true})
	equal(t, "keys once it is closed", s.Keys(), []string{"name/INC-7"})
	equal(t, "lists", s.Lists(), []string{"incidents/closed"})
	equal(t, "facts", s.Facts(at(90)), directory.IncidentFacts{
		Name: "INC-7", Number: 7, Status: "closed", Severity: "SEV1",
		Priority: "P1", Title: "Checkout fails", Service: "checkout", Team: "payments",
		Duration: 20 * time.Minute, Impact: 20 * time.Minute, Services: []string{"checkout"}, Alerts: 2, Tags: []string{"apac"},
	})

	s.must(50, PostmortemMade{ID: store.NewID(store.KindPostmortem, Shard), Name: "PM-3"})
	equal(t, "postmortem", s.Postmortem, "PM-3")

	var kinds []string
	for _, e := range s.Timeline {
		kinds = append(kinds, e.Kind)
	}
	equal(t, "timeline", kinds, []string{"opened", "joined", "joined", "priority", "responder", "role", "note", "resolved", "closed", "postmortem", "postmortem"})
}

func TestTheSameAlertJoinsOnce(t *testing.T) {
	t.Parallel()
	s := begin(t, org(nil), Opening{Title: "Checkout fails", Key: "checkout"})
	s.must(1, joined(1, "P2"))
	s.must(2, Action{Do: SetPriority, By: "ethan", Priority: "P4"})
	before := len(s.Timeline)
	s.must(3, joined(1, "P2"))
	equal(t, "alerts", s.Count, 1)
	equal(t, "priority that ethan set", s.Priority, "P4")
	equal(t, "timeline entries", len(s.Timeline), before)
	s.must(4, joined(2, "P3"))
	equal(t, "priority that a worse alert raised again", s.Priority, "P3")
}

func TestAnAlertThatJoinsAResolvedIncidentOpensItAgain(t *testing.T) {
	t.Parallel()
	s := begin(t, org(nil), Opening{Title: "Checkout fails", Key: "checkout"})
	s.must(5, Action{Do: Resolve, By: "amir"})
	fx := s.must(9, joined(2, "P3"))
	equal(t, "effects", fx, Effects{Reopened: true})
	equal(t, "status", s.Status, Open)
	equal(t, "reason", s.says("reopened"), "alert #2 (P3): checkout errors fires: open again")
	equal(t, "duration goes on", s.Duration(at(30)), 30*time.Minute)
}

func TestNothingJoinsAClosedIncident(t *testing.T) {
	t.Parallel()
	s := begin(t, org(nil), Opening{Title: "Checkout fails", Key: "checkout"})
	s.must(1, joined(1, "P3"))
	s.must(5, Action{Do: Close, By: "amir"})
	equal(t, "reason", s.refused(6, joined(2, "P3")), "INC-7 was closed by amir: no alert can join it any more.")
	s.must(6, joined(1, "P3")) // the one that had joined is told so again
	equal(t, "alerts", s.Count, 1)
}

func TestClosingAnOpenIncidentResolvesItToo(t *testing.T) {
	t.Parallel()
	s := begin(t, org(nil), Opening{Title: "Checkout fails"})
	s.must(90, Action{Do: Close, By: "amir", Via: "slack"})
	equal(t, "resolved", s.ResolvedAt, at(90))
	equal(t, "by", s.ResolvedBy, "amir")
	equal(t, "duration", s.Duration(at(500)), 90*time.Minute)
	equal(t, "said", s.says("closed"), "resolved and closed")
	equal(t, "where", s.Timeline[len(s.Timeline)-2].Via, "slack")
}

func TestTheCloseDecidesAboutThePostmortem(t *testing.T) {
	t.Parallel()
	broken := func(directory.IncidentFacts) (bool, error) { return false, errors.New("no field severity") }
	for _, c := range []struct {
		name     string
		required func(directory.IncidentFacts) (bool, error)
		priority string
		minutes  int
		owed     bool
		reason   string
	}{
		{"nothing is configured", nil, "P1", 10, false, "not owed: postmortem.required_when is not configured"},
		{"it was severe", severe, "P2", 10, true, "owed: postmortem.required_when is true"},
		{"it was long", severe, "P4", 61, true, "owed: postmortem.required_when is true"},
		{"it was small", severe, "P4", 60, false, "not owed: postmortem.required_when is false"},
		{"nobody can tell", broken, "P5", 1, true, "owed: postmortem.required_when could not be evaluated: no field severity"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := begin(t, org(c.required), Opening{Title: "Checkout fails", Priority: c.priority})
			equal(t, "owed", s.must(c.minutes, Action{Do: Close, By: "amir"}).PostmortemOwed, c.owed)
			equal(t, "reason", s.PostmortemReason, c.reason)
			equal(t, "timeline", s.says("postmortem"), c.reason)
			equal(t, "owed by a second close", s.must(c.minutes+1, Action{Do: Close, By: "jason"}).PostmortemOwed, false)
			equal(t, "closed by", s.ClosedBy, "amir")
		})
	}
}

func TestAReopenedIncidentKeepsItsPostmortem(t *testing.T) {
	t.Parallel()
	s := begin(t, org(severe), Opening{Title: "Checkout fails", Priority: "P1", Key: "checkout"})
	s.must(5, Action{Do: Close, By: "amir"})
	pm := PostmortemMade{ID: store.NewID(store.KindPostmortem, Shard), Name: "PM-3"}
	s.must(5, pm)

	fx := s.must(10, Action{Do: Reopen, By: "ethan", Note: "not over"})
	equal(t, "effects", fx, Effects{Reopened: true})
	equal(t, "keys", s.Keys(), []string{"name/INC-7", "incident/checkout"})
	equal(t, "closed at", s.ClosedAt, time.Time{})

	fx = s.must(20, Action{Do: Close, By: "ethan"})
	equal(t, "effects of the second close", fx, Effects{})
	equal(t, "postmortem", s.Postmortem, "PM-3")
	equal(t, "reason", s.PostmortemReason, "PM-3 is that of an earlier close")
	equal(t, "a second one", s.refused(20, PostmortemMade{ID: store.NewID(store.KindPostmortem, Shard), Name: "PM-4"}), "INC-7 has a postmortem already: PM-3.")
	s.must(20, pm)
}

func TestAnIncidentThatWasSucceededStaysClosed(t *testing.T) {
	t.Parallel()
	s := begin(t, org(nil), Opening{Title: "Checkout fails", Key: "checkout"})
	s.must(1, Action{Do: Close, By: "amir"})
	equal(t, "reason", s.refused(9, Action{Do: Reopen, By: "amir", Successor: "INC-9"}),
		"INC-9 has taken the place of INC-7: new alerts join it. Go on there, or close it first.")
	s.must(10, Action{Do: Reopen, By: "amir"})
}

func TestWhatCannotBeDoneIsRefusedWithAReason(t *testing.T) {
	t.Parallel()
	open := begin(t, org(nil), Opening{Title: "Checkout fails"})
	closed := begin(t, org(nil), Opening{Title: "Checkout fails"})
	closed.must(1, Action{Do: Close, By: "amir"})
	for _, c := range []struct {
		s      *story
		a      Action
		reason string
	}{
		{open, Action{Do: Note, Note: " \n"}, "A note needs a text."},
		{open, Action{Do: Note, Note: strings.Repeat("x", 10_001)}, "A note holds 10000 bytes at most, this one has 10001."},
		{open, Action{Do: SetPriority, Priority: "SEV1"}, `"SEV1" is not a priority: P1 to P5.`},
		{open, Action{Do: SetTitle, Title: " "}, "A title needs a text."},
		{open, Action{Do: SetRole, User: "amir"}, "Which role? The one who leads is the commander."},
		{open, Action{Do: SetRole, Role: Commander, User: "nobody"}, `There is no user "nobody".`},
		{open, Action{Do: AddResponder, User: "nobody"}, `There is no user "nobody".`},
		{open, Action{Do: "explode"}, `"explode" is not something that can be done to an incident.`},
		{closed, Action{Do: Resolve}, "INC-7 was closed by amir. Reopen it first."},
		{closed, Action{Do: SetPriority, Priority: "P1"}, "INC-7 was closed by amir. Reopen it first."},
		{closed, Action{Do: SetRole, Role: Commander, User: "amir"}, "INC-7 was closed by amir. Reopen it first."},
	} {
		equal(t, string(c.a.Do), c.s.refused(2, c.a), c.reason)
	}
}

func TestCommandIsHandedOver(t *testing.T) {
	t.Parallel()
	s := begin(t, org(nil), Opening{Title: "Checkout fails"})
	s.must(1, Action{Do: SetRole, Role: Commander, User: "amir", By: "amir"})
	s.must(2, Action{Do: SetRole, Role: Commander, User: "darren", By: "amir", Via: "slack"})
	equal(t, "roles", s.Roles, map[string]string{"commander": "darren"})
	equal(t, "said", s.says("role"), "darren is commander, after amir")
	equal(t, "responders", s.Responders, []string{"amir", "darren"})
	s.must(3, Action{Do: SetRole, Role: Commander, By: "darren"})
	equal(t, "roles", s.Roles, map[string]string{})
	equal(t, "said", s.says("role"), "darren is commander no more")
}

func TestAPersonsOpeningIsChecked(t *testing.T) {
	t.Parallel()
	env := Env{Now: nine, Dir: org(nil)}
	for reason, o := range map[string]Opening{
		"An incident needs a title.":          {Title: " "},
		`"high" is not a priority: P1 to P5.`: {Title: "x", Priority: "high"},
		`There is no team "paiments".`:        {Title: "x", Team: "paiments"},
		`There is no service "chekout".`:      {Title: "x", Service: "chekout"},
	} {
		if err := o.Check(env); err == nil || err.Error() != reason {
			t.Errorf("%+v: %v, want %s", o, err, reason)
		}
	}
	if err := (Opening{Title: "Checkout fails", Priority: "P1", Team: "payments", Service: "checkout"}).Check(env); err != nil {
		t.Error(err)
	}
}

func TestAClosedIncidentGoesWhenItsRetentionEnds(t *testing.T) {
	t.Parallel()
	dir := org(nil)
	s := begin(t, dir, Opening{Title: "Checkout fails"})
	env := Env{Now: nine, Dir: dir}
	s.must(60, Action{Do: Close, By: "amir"})
	equal(t, "for ever", s.GoneAt(env), time.Time{})
	dir.Retention.Incidents = 24 * time.Hour
	equal(t, "gone at", s.GoneAt(env), at(60+24*60))
	var waits []time.Time
	s.Waits(env, func(at time.Time) {
		if !at.IsZero() {
			waits = append(waits, at)
		}
	})
	equal(t, "waits", waits, []time.Time{at(60 + 24*60)})
	s.must(61, Action{Do: Reopen, By: "amir"})
	equal(t, "an open one", s.GoneAt(env), time.Time{})
}

func TestAStormOfAlertsDoesNotPushOutWhatPeopleWrote(t *testing.T) {
	t.Parallel()
	s := begin(t, org(nil), Opening{Title: "Everything fails"})
	for n := range 2500 {
		s.must(n/100, joined(n, "P3"))
		if n == 1500 {
			s.must(n/100, Action{Do: Note, By: "amir", Note: "rollback started"})
		}
	}
	equal(t, "alerts that joined", s.Count, 2500)
	equal(t, "alerts kept", len(s.Alerts), alertsMax)
	equal(t, "first", s.Alerts[0].Number, 0)
	equal(t, "last", s.Alerts[alertsMax-1].Number, 2499)
	equal(t, "timeline", len(s.Timeline), timelineMax)
	equal(t, "entries ever", s.Noted, 2502)
	equal(t, "the note", s.says("note"), "rollback started")
	if !slices.IsSortedFunc(s.Timeline, func(a, b Entry) int { return a.N - b.N }) {
		t.Error("the timeline is out of order")
	}
	if long := Key(strings.Repeat("k", 5000)); len(long) > store.MaxName {
		t.Errorf("the key of a long name has %d bytes", len(long))
	}
}

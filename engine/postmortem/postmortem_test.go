package postmortem

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/incident"
	"github.com/tocsin-oncall/tocsin/engine/page"
	"github.com/tocsin-oncall/tocsin/engine/policy"
	"github.com/tocsin-oncall/tocsin/engine/store"
)

// Monday, 9 March 2026.
var monday = time.Date(2026, 3, 9, 9, 0, 0, 0, time.UTC)

// org has team payments (ethan, and amir who is its admin), darren and jason, who is in New York.
func org(t *testing.T) *directory.Directory {
	d := &directory.Directory{
		Users: map[string]directory.User{
			"ethan":  {Name: "ethan", Email: "ethan@example.com"},
			"amir":   {Name: "amir", Email: "amir@example.com", Slack: "U1"},
			"darren": {Name: "darren", Phone: "+15550100", Notify: &directory.Plans{High: []directory.Method{{Via: "voice"}, {Via: "sms"}}}},
			"jason":  {Name: "jason", Email: "jason@example.com", Zone: zone(t, "America/New_York")},
		},
		Teams: map[string]directory.Team{
			"payments": {Name: "payments", Members: []directory.Member{{User: "ethan"}, {User: "amir", Admin: true}}},
		},
		Policies: map[string]policy.Policy{"everyone": {Name: "everyone", Steps: []policy.Step{{Notify: []policy.Target{{Kind: policy.User, Name: "jason"}}}}}},
		Fallback: "everyone",
		Vias:     map[string]bool{"email": true, "slack": true, "sms": true, "voice": true},
	}
	d.HighUrgency = []string{"P1", "P2"}
	d.Postmortem.Due = 7 * 24 * time.Hour
	d.Postmortem.Remind = directory.Remind{Every: 24 * time.Hour, At: "17:00", Days: workdays, Via: []string{"slack", "email"}}
	return d
}

// story is one postmortem and the world around it.
type story struct {
	t *testing.T
	*State
	dir *directory.Directory
	now time.Time
}

func (s *story) env() Env { return Env{Now: s.now, Dir: s.dir} }

// owed begins with the close, on Monday at nine, of an incident of a team.
func owed(t *testing.T, dir *directory.Directory, team string, acts ...incident.Action) *story {
	t.Helper()
	s := &story{t: t, dir: dir, now: monday}
	inc := incident.New(store.NewID(store.KindIncident, incident.Shard), 7,
		incident.Opening{Title: "Checkout fails", Priority: "P1", Team: team, Service: "checkout"}, Env{Now: monday.Add(-time.Hour), Dir: dir})
	for _, a := range append(acts, incident.Action{Do: incident.Close, By: "darren"}) {
		if _, err := incident.Apply(inc, a, s.env()); err != nil {
			t.Fatal(err)
		}
	}
	s.State = New(store.NewID(store.KindPostmortem, incident.Shard), 3, inc, "", nil, s.env())
	return s
}

func (s *story) must(in Input) Effects {
	s.t.Helper()
	fx, err := Apply(s.State, in, s.env())
	if err != nil {
		s.t.Fatalf("%+v was refused: %v", in, err)
	}
	return fx
}

func (s *story) refused(in Input) string {
	s.t.Helper()
	before, _ := json.Marshal(s.State)
	_, err := Apply(s.State, in, s.env())
	var no *Refused
	if !errors.As(err, &no) {
		s.t.Fatalf("%+v gave %v, want a refusal", in, err)
	}
	after, _ := json.Marshal(s.State)
	if diff := cmp.Diff(string(before), string(after)); diff != "" {
		s.t.Errorf("a refused input changed the postmortem:\n%s", diff)
	}
	return no.Reason
}

// wait lets time pass until the postmortem wants to be woken next, and wakes it.
func (s *story) wait() Effects {
	s.t.Helper()
	s.now = s.wake()
	if s.now.IsZero() {
		s.t.Fatal("it waits for nothing")
	}
	return s.must(Woken{})
}

func (s *story) wake() (at time.Time) {
	s.Waits(s.env(), func(t time.Time) {
		if !t.IsZero() && (at.IsZero() || t.Before(at)) {
			at = t
		}
	})
	return at
}

// deliver claims all pages that are due and says who got what.
func (s *story) deliver() (got []string) {
	s.t.Helper()
	for n := 1; n <= s.Paged; n++ {
		p := s.Page(n)
		if p == nil || !p.Due(s.now) {
			continue
		}
		if p.Kind != page.Reminder {
			s.t.Errorf("page %d is a %q", p.N, p.Kind)
		}
		p.Claim("r1", s.now)
		got = append(got, s.now.Format("Mon 15:04 ")+p.User+" "+p.Via)
		s.must(Settled{page.Outcome{N: n, Fence: p.Attempts, Ref: "x"}})
	}
	return got
}

func (s *story) says(kind string) string {
	for i := len(s.Timeline) - 1; i >= 0; i-- {
		if s.Timeline[i].Kind == kind {
			return s.Timeline[i].Text
		}
	}
	return ""
}

func equal[T any](t *testing.T, what string, got, want T) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

func TestAnOwedPostmortemHasAnOwnerADueDateAndItsSections(t *testing.T) {
	t.Parallel()
	s := owed(t, org(t), "payments", incident.Action{Do: incident.Note, By: "ethan", Note: "rollback\nstarted"})
	equal(t, "name", s.Name(), "PM-3")
	equal(t, "incident", s.Incident, "INC-7")
	equal(t, "owner", s.Owner, "amir")
	equal(t, "due", s.DueAt, monday.AddDate(0, 0, 7))
	equal(t, "lists", s.Lists(), []string{"postmortems/open"})
	equal(t, "keys", s.Keys(), []string{"name/PM-3"})
	equal(t, "sections", len(s.Sections), len(Standard()))
	if course := s.Sections[Course]; !strings.Contains(course, "- 2026-03-09 09:00:00Z note by ethan: rollback started\n") {
		t.Errorf("the course of the incident is\n%s", course)
	}
	equal(t, "overdue on its day", s.Overdue(s.DueAt), false)
	equal(t, "overdue after it", s.Overdue(s.DueAt.Add(time.Second)), true)
}

func TestTheOwnerIsTheCommanderElseWhoTookItUpFirstElseWhoAnswersForTheTeamElseWhoClosedIt(t *testing.T) {
	t.Parallel()
	takeCommand := incident.Action{Do: incident.SetRole, Role: incident.Commander, User: "jason"}
	equal(t, "commander", owed(t, org(t), "payments", takeCommand).Owner, "jason")
	acked := &incident.State{Number: 7, Team: "payments", EngagedBy: "ethan", ClosedBy: "darren"}
	owner, why := ownerFor(acked, Env{Dir: org(t)})
	equal(t, "who acknowledged first", owner+": "+why, "ethan: took up INC-7 first")
	equal(t, "of a team", owed(t, org(t), "payments").Owner, "amir")
	equal(t, "who closed it", owed(t, org(t), "").Owner, "darren")
	dir := org(t)
	delete(dir.Users, "darren")
	s := owed(t, dir, "")
	equal(t, "nobody", s.Owner, "")
	equal(t, "said", s.says("unowned"), "nobody can be named as its owner: PM-3 wants to be assigned")
}

func TestAWaiverNeedsAReasonAndCanBeTakenBack(t *testing.T) {
	t.Parallel()
	s := owed(t, org(t), "payments")
	equal(t, "refusal", s.refused(Action{Do: Waive, By: "amir", Note: " "}), "Say why PM-3 is not needed.")
	s.must(Action{Do: Waive, By: "amir", Note: "a planned test"})
	equal(t, "lists", s.Lists(), []string{"postmortems/waived"})
	equal(t, "reason", s.WaivedFor, "a planned test")
	for _, do := range []Do{Complete, Assign, Update} {
		equal(t, string(do), s.refused(Action{Do: do, By: "amir", Owner: "ethan"}), "PM-3 was waived by amir. Reopen it first.")
	}
	s.must(Action{Do: Waive, By: "ethan"}) // nothing more to do
	equal(t, "waived by", s.WaivedBy, "amir")

	s.now = s.now.AddDate(0, 0, 1)
	s.must(Action{Do: Reopen, By: "ethan"})
	equal(t, "reason", s.WaivedFor, "")
	s.wait()
	equal(t, "reminders go on", s.deliver(), []string{"Tue 17:00 amir slack", "Tue 17:00 amir email"})
	s.must(Action{Do: Complete, By: "amir"})
	equal(t, "refusal", s.refused(Action{Do: Waive, By: "amir", Note: "x"}), "PM-3 was completed by amir. Reopen it first.")
}

func TestSectionsAndActionItemsAreWrittenAndFollowed(t *testing.T) {
	t.Parallel()
	s := owed(t, org(t), "payments")
	done, undone := true, false
	friday := monday.AddDate(0, 0, 4)
	s.must(Action{Do: Update, By: "amir", Edit: Edit{
		Title:    "Checkout failed in APAC",
		Sections: map[string]string{Summary: "A deploy broke it.", "customers": "Two called."},
		Actions:  []ItemEdit{{Text: "Test the rollback", Owner: "ethan", DueAt: friday}, {Text: "Alert on 5xx"}},
	}})
	equal(t, "said", s.says("updated"), `title "Checkout failed in APAC"; section customers; section summary; new action 1: Test the rollback; new action 2: Alert on 5xx`)

	s.must(Action{Do: Complete, By: "amir"})
	s.must(Action{Do: Update, By: "ethan", Edit: Edit{Actions: []ItemEdit{{N: 1, Done: &done}, {N: 2, Owner: "jason"}}, Sections: map[string]string{Summary: "", "customers": ""}}})
	equal(t, "said", s.says("updated"), "section customers; section summary; action 1 done; action 2")
	equal(t, "actions", s.Actions, []Item{
		{N: 1, Text: "Test the rollback", Owner: "ethan", DueAt: friday, Done: true, DoneAt: monday, DoneBy: "ethan"},
		{N: 2, Text: "Alert on 5xx", Owner: "jason"},
	})
	equal(t, "sections", len(s.Sections), len(Standard()))
	s.must(Action{Do: Update, By: "ethan", Edit: Edit{Actions: []ItemEdit{{N: 1, Done: &undone}}}})
	equal(t, "said", s.says("updated"), "action 1 not done after all")
	before := len(s.Timeline)
	s.must(Action{Do: Update, By: "ethan"})
	equal(t, "an edit that changes nothing says nothing", len(s.Timeline), before)
}

func TestWhatCannotBeDoneIsRefusedWithAReason(t *testing.T) {
	t.Parallel()
	s := owed(t, org(t), "payments")
	for reason, a := range map[string]Action{
		"A note needs a text.":      {Do: Note},
		`There is no user "nobod".`: {Do: Assign, Owner: "nobod"},
		`"explode" is not something that can be done to a postmortem.`:  {Do: "explode"},
		"An action item needs a text.":                                  {Do: Update, Edit: Edit{Title: "New", Actions: []ItemEdit{{Owner: "ethan"}}}},
		"PM-3 has no action item 4.":                                    {Do: Update, Edit: Edit{Title: "New", Actions: []ItemEdit{{N: 4, Text: "x"}}}},
		`There is no user "me".`:                                        {Do: Update, Edit: Edit{Title: "New", Actions: []ItemEdit{{Text: "x", Owner: "me"}}}},
		"PM-3 cannot be due before it was made, 2026-03-09T09:00:00Z.":  {Do: Update, Edit: Edit{Title: "New", DueAt: monday.Add(-time.Second)}},
		"Say why PM-3 is due on another day than 2026-03-16T09:00:00Z.": {Do: Update, Edit: Edit{Title: "New", DueAt: monday.AddDate(0, 0, 9)}},
		"The name of a section has 1 to 60 bytes.":                      {Do: Update, Edit: Edit{Title: "New", Sections: map[string]string{"": "x"}}},
	} {
		equal(t, "refusal", s.refused(a), reason)
	}
}

func TestAPostmortemGoesWhenItsRetentionEndsButNeverWhileItIsOwed(t *testing.T) {
	t.Parallel()
	dir := org(t)
	dir.Retention.Postmortems = time.Hour
	s := owed(t, dir, "payments")
	equal(t, "owed", s.GoneAt(s.env()), time.Time{})
	s.must(Action{Do: Complete})
	equal(t, "completed", s.GoneAt(s.env()), monday.Add(time.Hour))
	s.must(Action{Do: Reopen})
	s.must(Action{Do: Waive, Note: "x"})
	equal(t, "waived", s.GoneAt(s.env()), monday.Add(time.Hour))
	dir.Retention.Postmortems = 0
	equal(t, "for ever", s.GoneAt(s.env()), time.Time{})
}

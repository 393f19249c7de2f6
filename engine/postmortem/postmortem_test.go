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
	"github.com/tocsin-oncall/tocsin/engine/record"
	"github.com/tocsin-oncall/tocsin/engine/store"
)

var _ record.Record = (*State)(nil)

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
	s.State = New(store.NewID(store.KindPostmortem, incident.Shard), 3, inc, s.env())
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
	equal(t, "sections", len(s.Sections), len(Sections))
	if course := s.Sections[Course]; !strings.Contains(course, "- 2026-03-09 09:00:00Z note by ethan: rollback started\n") {
		t.Errorf("the course of the incident is\n%s", course)
	}
	equal(t, "overdue on its day", s.Overdue(s.DueAt), false)
	equal(t, "overdue after it", s.Overdue(s.DueAt.Add(time.Second)), true)
}

func TestTheOwnerIsWhoAnswersForTheTeamElseTheCommanderElseWhoClosedTheIncident(t *testing.T) {
	t.Parallel()
	takeCommand := incident.Action{Do: incident.SetRole, Role: incident.Commander, User: "jason"}
	equal(t, "of a team", owed(t, org(t), "payments", takeCommand).Owner, "amir")
	equal(t, "commander", owed(t, org(t), "", takeCommand).Owner, "jason")
	equal(t, "who closed it", owed(t, org(t), "").Owner, "darren")
	dir := org(t)
	delete(dir.Users, "darren")
	s := owed(t, dir, "")
	equal(t, "nobody", s.Owner, "")
	equal(t, "said", s.says("unowned"), "nobody can be named as its owner: PM-3 wants to be assigned")
}

func TestTheOwnerIsRemindedEveryWorkingDayUntilItIsCompleted(t *testing.T) {
	t.Parallel()
	s := owed(t, org(t), "payments")
	var got []string
	for range 6 {
		equal(t, "reminder pages", s.wait().Reminded, 2)
		got = append(got, s.deliver()...)
	}
	equal(t, "reminders", got, []string{
		"Mon 17:00 amir slack", "Mon 17:00 amir email", "Tue 17:00 amir slack", "Tue 17:00 amir email",
		"Wed 17:00 amir slack", "Wed 17:00 amir email", "Thu 17:00 amir slack", "Thu 17:00 amir email",
		"Fri 17:00 amir slack", "Fri 17:00 amir email", "Mon 17:00 amir slack", "Mon 17:00 amir email",
	})
	equal(t, "the first", s.Pages[0].Text, "Postmortem PM-3 of incident INC-7 (Checkout fails) is due on Mon 16 Mar 2026 09:00 UTC, in 6 days.")
	equal(t, "the last", s.Pages[11].Text, "Postmortem PM-3 of incident INC-7 (Checkout fails) was due on Mon 16 Mar 2026 09:00 UTC: overdue by 8 hours.")

	s.must(Action{Do: Complete, By: "amir"})
	equal(t, "lists", s.Lists(), []string{"postmortems/completed"})
	equal(t, "overdue", s.Overdue(s.now), false)
	equal(t, "waits for", s.wake(), time.Time{})
}

func TestRemindersKeepTheirDistance(t *testing.T) {
	t.Parallel()
	dir := org(t)
	dir.Postmortem.Remind.Every = 48 * time.Hour
	s := owed(t, dir, "payments")
	var got []string
	for range 4 {
		s.wait()
		got = append(got, s.deliver()[0])
	}
	equal(t, "reminders", got, []string{"Mon 17:00 amir slack", "Wed 17:00 amir slack", "Fri 17:00 amir slack", "Mon 17:00 amir slack"})
}

func TestAFormerOwnerIsNotRemindedAnyMore(t *testing.T) {
	t.Parallel()
	s := owed(t, org(t), "payments")
	s.wait()
	s.must(Action{Do: Assign, Owner: "ethan", By: "amir", Via: "slack"})
	equal(t, "said", s.says("assigned"), "assigned to ethan, after amir over slack")
	equal(t, "what was about to go out", s.deliver(), nil)
	s.wait()
	equal(t, "the next", s.deliver(), []string{"Tue 17:00 ethan email"})
}

func TestRemindersComeInTheOwnersZone(t *testing.T) {
	t.Parallel()
	s := owed(t, org(t), "payments")
	s.must(Action{Do: Assign, Owner: "jason", By: "amir"})
	s.wait()
	equal(t, "reminded at", s.now, time.Date(2026, 3, 9, 21, 0, 0, 0, time.UTC))
	equal(t, "text", s.Pages[0].Text, "Postmortem PM-3 of incident INC-7 (Checkout fails) is due on Mon 16 Mar 2026 05:00 EDT, in 6 days.")
	equal(t, "got", s.deliver(), []string{"Mon 21:00 jason email"})
}

func TestAReminderFindsAWayEvenWhenTheUsualOnesHaveNoAddress(t *testing.T) {
	t.Parallel()
	s := owed(t, org(t), "") // darren has a phone only
	s.wait()
	equal(t, "no phone rings for it", s.deliver(), []string{"Mon 17:00 darren sms"})
}

func TestAReminderForWhomNobodyCanReachGoesToTheTeamAndThenToTheFallback(t *testing.T) {
	t.Parallel()
	dir := org(t)
	s := owed(t, dir, "payments")
	delete(dir.Users, "amir") // amir left
	s.wait()
	equal(t, "the team", s.deliver(), []string{"Mon 17:00 ethan email"})
	equal(t, "text", s.Pages[0].Text, "Postmortem PM-3 of incident INC-7 (Checkout fails) is due on Mon 16 Mar 2026 09:00 UTC, in 6 days. Its owner amir cannot be reached: assign it to somebody else.")
	equal(t, "said", s.says("reminded"), "reminds ethan over email (its owner amir is not in the configuration any more)")

	delete(dir.Teams, "payments")
	s.wait()
	equal(t, "the fallback", s.deliver(), []string{"Tue 17:00 jason email"})

	dir.Fallback = ""
	equal(t, "effects", s.wait(), Effects{Unreachable: true})
	equal(t, "said", s.says("unreachable"), "the reminder reaches nobody (its owner amir is not in the configuration any more)")
	equal(t, "tried again", s.wake(), monday.Add(3*24*time.Hour+8*time.Hour))
}

func TestALongOutageEndsWithOneReminder(t *testing.T) {
	t.Parallel()
	s := owed(t, org(t), "payments")
	s.now = monday.AddDate(0, 0, 20).Add(3 * time.Hour)
	equal(t, "pages", s.must(Woken{}).Reminded, 2)
	equal(t, "pages a moment later", s.must(Woken{}).Reminded, 0)
	equal(t, "the next", s.RemindAt, time.Date(2026, 3, 30, 17, 0, 0, 0, time.UTC))
}

func TestAReminderThatDidNotGoOutIsReplacedByTheNext(t *testing.T) {
	t.Parallel()
	s := owed(t, org(t), "payments")
	s.wait()
	s.Page(1).Claim("r1", s.now) // and the replica dies
	s.now = s.RemindAt
	s.must(Woken{})
	equal(t, "the one that was being sent", s.Page(1).Status, page.Cancelled)
	equal(t, "the one that waited", s.Page(2).Status, page.Cancelled)
	equal(t, "got", s.deliver(), []string{"Tue 17:00 amir slack", "Tue 17:00 amir email"})
}

func TestNothingIsSentOnceItIsOver(t *testing.T) {
	t.Parallel()
	for _, over := range []Action{{Do: Complete, By: "amir"}, {Do: Waive, By: "amir", Note: "a test"}} {
		s := owed(t, org(t), "payments")
		s.wait()
		s.Page(1).Claim("r1", s.now)
		s.must(over)
		equal(t, "the one that waits", s.Page(2).Status, page.Cancelled)
		s.must(Settled{page.Outcome{N: 1, Fence: 1, Error: "slack is away", Wait: time.Minute}})
		equal(t, "the one that was being sent", s.Page(1).Status, page.Cancelled)
		equal(t, "waits for", s.wake(), time.Time{})
	}
}

func TestAReminderThatFailsIsTriedAgainAndThenWrittenDown(t *testing.T) {
	t.Parallel()
	s := owed(t, org(t), "payments")
	s.wait()
	s.Page(1).Claim("r1", s.now)
	s.must(Settled{page.Outcome{N: 1, Fence: 1, Error: "slack is away", Wait: time.Minute}})
	equal(t, "tried again", s.Page(1).DueAt, s.now.Add(time.Minute))
	s.now = s.now.Add(time.Minute)
	s.Page(1).Claim("r2", s.now)
	s.must(Settled{page.Outcome{N: 1, Fence: 2, Error: "no such member", Permanent: true}})
	equal(t, "said", s.says("failed"), "amir could not be reminded over slack: no such member")
	s.must(Settled{page.Outcome{N: 1, Fence: 1, Ref: "late"}})
	equal(t, "said", s.says("late_outcome"), "reminder 1 attempt 1 came to its end after its claim was over: it may have been sent twice")

	s.Page(2).Claim("r1", s.now)
	s.must(Settled{page.Outcome{N: 2, Fence: 1, Ref: "m1"}})
	s.must(Reported{Page: 2, Ref: "m1", Reason: "mailbox full"})
	equal(t, "said", s.says("failed"), "amir did not get the email: mailbox full")
}

func TestAProvidersWordThatComesBeforeItsAnswerCounts(t *testing.T) {
	t.Parallel()
	s := owed(t, org(t), "payments")
	s.wait()
	s.Page(1).Claim("r1", s.now)
	s.must(Reported{Page: 1, Ref: "m1", Delivered: true})
	s.must(Settled{page.Outcome{N: 1, Fence: 1, Ref: "m1"}})
	equal(t, "status", s.Page(1).Status, page.Delivered)
	equal(t, "said", s.says("late_outcome"), "")
}

func TestNoReminderThatWaitsIsDroppedForSpace(t *testing.T) {
	t.Parallel()
	dir := org(t)
	s := owed(t, dir, "payments")
	delete(dir.Users, "amir")
	team := directory.Team{Name: "payments"}
	for n := range 2 * pagesMax {
		name := Name(uint64(n))
		dir.Users[name] = directory.User{Name: name, Email: name + "@example.com"}
		team.Members = append(team.Members, directory.Member{User: name})
	}
	dir.Teams["payments"] = team
	s.wait()
	equal(t, "got", len(s.deliver()), 2*pagesMax)
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
	equal(t, "sections", len(s.Sections), len(Sections))
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
		`"explode" is not something that can be done to a postmortem.`: {Do: "explode"},
		"An action item needs a text.":                                 {Do: Update, Edit: Edit{Title: "New", Actions: []ItemEdit{{Owner: "ethan"}}}},
		"PM-3 has no action item 4.":                                   {Do: Update, Edit: Edit{Title: "New", Actions: []ItemEdit{{N: 4, Text: "x"}}}},
		`There is no user "me".`:                                       {Do: Update, Edit: Edit{Title: "New", Actions: []ItemEdit{{Text: "x", Owner: "me"}}}},
		"PM-3 cannot be due before it was made, 2026-03-09T09:00:00Z.": {Do: Update, Edit: Edit{Title: "New", DueAt: monday.Add(-time.Second)}},
		"The name of a section has 1 to 60 bytes.":                     {Do: Update, Edit: Edit{Title: "New", Sections: map[string]string{"": "x"}}},
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

func TestAPostmortemThatWaitsForYearsStaysSmall(t *testing.T) {
	t.Parallel()
	s := owed(t, org(t), "payments")
	for range 1000 {
		s.wait()
		s.deliver()
	}
	equal(t, "reminders", s.Reminders, 1000)
	equal(t, "pages ever", s.Paged, 2000)
	equal(t, "pages", len(s.Pages), pagesMax)
	equal(t, "timeline", len(s.Timeline), timelineMax)
}

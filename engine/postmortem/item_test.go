package postmortem

import (
	"strings"
	"testing"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/page"
)

func TestAnActionIsOpenThenDoneThenVerifiedByEvidence(t *testing.T) {
	t.Parallel()
	s := written(t)
	verify := func(evidence string) Action {
		return Action{Do: Update, By: "jason", Edit: Edit{Actions: []ItemEdit{{N: 1, Verified: ptr(true), Evidence: evidence}}}}
	}
	equal(t, "too early", s.refused(verify("x")), "Action item 1 is not done yet: it cannot be verified.")
	s.write(Edit{Actions: []ItemEdit{{N: 1, Done: ptr(true), Issue: "https://jira.example.com/PAY-7"}}})
	if no := s.refused(verify(" ")); !strings.HasPrefix(no, "Say by which evidence action item 1 is known to have worked") {
		t.Error(no)
	}
	s.now = monday.AddDate(0, 0, 5)
	s.must(verify("The load test of 14 March fills the cache, and nothing stops."))
	item := s.Item(1)
	equal(t, "verifier", item.VerifiedBy, "jason")
	equal(t, "verified", item.VerifiedAt, s.now)
	s.write(Edit{Actions: []ItemEdit{{N: 1, Done: ptr(false)}}})
	equal(t, "not done after all, and so not verified", s.Item(1).Evidence, "")

	for reason, e := range map[string]ItemEdit{
		`There is no horizon "soon": short (hours), mid (weeks) or long.`: {N: 1, Horizon: "soon"},
		"The issue of an action is its address, https://…":                {N: 1, Issue: "javascript:alert(1)"},
		"PM-3 has no lesson 4.":               {N: 1, Lesson: 4},
		"Evidence belongs to a verification.": {N: 1, Evidence: "x"},
	} {
		equal(t, "refusal", s.refused(Action{Do: Update, Edit: Edit{Title: "New", Actions: []ItemEdit{e}}}), reason)
	}
}

func TestASlipIsCountedAgainstThePromise(t *testing.T) {
	t.Parallel()
	s := written(t)
	friday := monday.AddDate(0, 0, 4)
	later := ItemEdit{N: 1, DueAt: friday.AddDate(0, 2, 0)}
	equal(t, "no reason", s.refused(Action{Do: Update, Edit: Edit{Actions: []ItemEdit{later}}}), "Say why action item 1 is due on another day than was promised.")
	later.Why = "the vendor is late"
	s.write(Edit{Actions: []ItemEdit{later}})
	item := s.Item(1)
	equal(t, "slips", item.Slips, 1)
	equal(t, "promised", item.Promised(), friday)
	equal(t, "who and why", item.Moves, []Move{{At: monday, By: "amir", From: friday, To: later.DueAt, Why: "the vendor is late"}})
	equal(t, "before the promise", item.DaysLate(friday), 0)
	equal(t, "overdue as it is now", item.Overdue(friday.AddDate(0, 0, 1)), false)
	equal(t, "a moment late", item.DaysLate(friday.Add(time.Minute)), 1)
	equal(t, "two months late", item.DaysLate(friday.AddDate(0, 2, 0)), 61)
	s.now = friday.Add(24 * time.Hour)
	s.write(Edit{Actions: []ItemEdit{{N: 1, Done: ptr(true)}}})
	equal(t, "it stays a day late", s.Item(1).DaysLate(friday.AddDate(1, 0, 0)), 1)
	s.write(Edit{Actions: []ItemEdit{{N: 1, DueAt: friday, Why: "sooner"}}})
	equal(t, "sooner is no slip", s.Item(1).Slips, 1)
}

func TestWhoOwesActionsGetsOneMessageForAllOfThemAfterTheirDueDate(t *testing.T) {
	t.Parallel()
	s := written(t)
	s.write(Edit{Actions: []ItemEdit{
		{Text: "Alert on the pool", Owner: "ethan", DueAt: monday.AddDate(0, 0, 3)},
		{Text: "Rehearse", Owner: "jason", DueAt: monday.AddDate(0, 0, 3)},
	}})
	s.must(Action{Do: Complete, By: "amir"})
	equal(t, "nothing before it is due", s.deliver(), nil)
	s.wait()
	equal(t, "at the hour of the one", s.deliver(), []string{"Thu 17:00 ethan email"})
	equal(t, "text", s.Pages[len(s.Pages)-1].Text, "1 action of postmortem PM-3 (Checkout fails) is overdue:\n- 2: Alert on the pool, due Thu 12 Mar 2026, 1 day late")
	s.wait()
	equal(t, "and of the other, in New York", s.deliver(), []string{"Thu 21:00 jason email"})
	s.write(Edit{Actions: []ItemEdit{{N: 3, Done: ptr(true)}}})
	s.wait()
	equal(t, "both of one person in one", s.deliver(), []string{"Fri 17:00 ethan email"})
	equal(t, "text", s.Pages[len(s.Pages)-1].Text, "2 actions of postmortem PM-3 (Checkout fails) are overdue:\n- 1: Bound the cache, due Fri 13 Mar 2026, 1 day late\n- 2: Alert on the pool, due Thu 12 Mar 2026, 2 days late")

	s.write(Edit{Actions: []ItemEdit{{N: 1, Done: ptr(true)}, {N: 2, Done: ptr(true)}}})
	s.wait()
	equal(t, "a week after the first is done its evidence is asked for", s.deliver(), []string{"Fri 17:00 amir slack", "Fri 17:00 amir email"})
	equal(t, "text", s.Pages[len(s.Pages)-1].Text, "Postmortem PM-3 of incident INC-7 (Checkout fails) is published.\n- verify actions 1, 2, 3: say by which evidence")
	s.now = s.now.AddDate(0, 0, 3)
	s.must(Woken{}) // asked again
	for n := 1; n <= 3; n++ {
		s.write(Edit{Actions: []ItemEdit{{N: n, Verified: ptr(true), Evidence: "the pool was filled, nothing failed"}}})
	}
	equal(t, "what was to be said of it is not said any more", s.deliver(), nil)
	equal(t, "nothing once all are verified", s.wake(), time.Time{})
}

func TestAnOwnerWhoOwesThePostmortemToo(t *testing.T) {
	t.Parallel()
	s := written(t)
	s.write(Edit{Actions: []ItemEdit{{Text: "Alert on the pool", Owner: "amir", DueAt: monday.Add(time.Hour)}}})
	s.wait()
	equal(t, "is told of both in one message", s.deliver(), []string{"Mon 17:00 amir slack", "Mon 17:00 amir email"})
	if text := s.Pages[0].Text; !strings.Contains(text, "is due on Mon 16 Mar") || !strings.Contains(text, "Alert on the pool") {
		t.Error(text)
	}
}

func TestAnActionThatIsRemindedOfInVainIsEscalatedToTheTeamsAdmins(t *testing.T) {
	t.Parallel()
	s := written(t)
	s.must(Action{Do: Complete, By: "amir"})
	var got []string
	for range 4 {
		s.wait()
		got = append(got, s.deliver()...)
	}
	equal(t, "got", got, []string{
		"Fri 17:00 ethan email", "Mon 17:00 ethan email", "Tue 17:00 ethan email",
		"Wed 17:00 ethan email", "Wed 17:00 amir slack", "Wed 17:00 amir email",
	})
	equal(t, "said", s.says("reminded"), "reminds ethan over email; amir over slack, email (escalated, after 3 reminders)")
	equal(t, "text to the admin", s.Pages[len(s.Pages)-1].Text, "1 action of postmortem PM-3 (Checkout fails) is overdue:\n- 1: Bound the cache (ethan), due Fri 13 Mar 2026, 6 days late")

	s.write(Edit{Actions: []ItemEdit{{N: 1, DueAt: s.now.AddDate(0, 0, 10), Why: "the vendor"}}})
	s.wait()
	equal(t, "a new date begins anew", s.deliver(), []string{"Mon 17:00 ethan email"})
}

func TestActionsOfSomebodyWhoLeftGoToTheTeam(t *testing.T) {
	t.Parallel()
	s := written(t)
	s.must(Action{Do: Complete, By: "amir"})
	delete(s.dir.Users, "ethan")
	s.wait()
	equal(t, "got", s.deliver(), []string{"Fri 17:00 amir slack", "Fri 17:00 amir email"})
	equal(t, "said", s.says("reminded"), "reminds amir over slack, email (its owner ethan is not in the configuration any more)")
}

func TestAReminderOfAnActionIsNotSentOnceItIsDone(t *testing.T) {
	t.Parallel()
	s := written(t)
	s.must(Action{Do: Complete, By: "amir"})
	s.wait()
	s.write(Edit{Actions: []ItemEdit{{N: 1, Done: ptr(true)}}})
	equal(t, "got", s.deliver(), nil)
	equal(t, "cancelled", s.Pages[0].Status, page.Cancelled)
}

func TestAPublishedPostmortemStaysUntilItsActionsAreVerified(t *testing.T) {
	t.Parallel()
	s := written(t)
	s.dir.Retention = directory.Retention{Postmortems: time.Hour}
	s.must(Action{Do: Publish, By: "amir"})
	s.write(Edit{Actions: []ItemEdit{{N: 1, Done: ptr(true)}}})
	equal(t, "done", s.GoneAt(s.env()), time.Time{})
	s.write(Edit{Actions: []ItemEdit{{N: 1, Verified: ptr(true), Evidence: "A load test."}}})
	equal(t, "verified", s.GoneAt(s.env()), monday.Add(time.Hour))
}

func TestThoseWhoStandInForAnOwnerAreToldOfAnActionOnceInAMessage(t *testing.T) {
	t.Parallel()
	s := written(t)
	s.must(Action{Do: Complete, By: "amir"})
	delete(s.dir.Users, "ethan")
	for range 6 { // more often than an escalation takes
		s.wait()
		s.deliver()
	}
	if text := s.Pages[len(s.Pages)-1].Text; strings.Count(text, "Bound the cache") != 1 {
		t.Error(text)
	}
}

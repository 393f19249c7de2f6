package postmortem

import (
	"testing"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/page"
)

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
	equal(t, "the first", s.Pages[0].Text, "Postmortem PM-3 of incident INC-7 (Checkout fails) is due on Mon 16 Mar 2026 09:00 UTC, in 6 days.\n- schedule the review meeting, by Wed 11 Mar 2026")
	equal(t, "the last", s.Pages[11].Text, "Postmortem PM-3 of incident INC-7 (Checkout fails) was due on Mon 16 Mar 2026 09:00 UTC: overdue by 8 hours."+
		"\n- schedule the review meeting, by Wed 11 Mar 2026 (overdue)\n- fill in the metrics (impact, detection), by Thu 12 Mar 2026 (overdue)"+
		"\n- write the retrospective and submit it for review\n- publish it")

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
	equal(t, "text", s.Pages[0].Text, "Postmortem PM-3 of incident INC-7 (Checkout fails) is due on Mon 16 Mar 2026 05:00 EDT, in 6 days.\n- schedule the review meeting, by Tue 10 Mar 2026")
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
	equal(t, "text", s.Pages[0].Text, "Postmortem PM-3 of incident INC-7 (Checkout fails) is due on Mon 16 Mar 2026 09:00 UTC, in 6 days. Its owner amir cannot be reached: assign it to somebody else.\n- schedule the review meeting, by Wed 11 Mar 2026")
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

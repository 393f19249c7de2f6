package postmortem

import (
	"strings"
	"testing"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/page"
)

// planned says how far the steps are and when they are due.
func (s *story) planned() (steps []string) {
	for _, step := range s.Plan(s.env()) {
		text := string(step.Name) + " " + string(step.State)
		if !step.DueAt.IsZero() {
			text += " " + step.DueAt.Format("Mon 2 Jan 15:04")
		}
		steps = append(steps, strings.TrimSuffix(text+": "+step.Done, ": "))
	}
	return steps
}

func TestThePlanLeadsToTheDueDateAndEachStepIsDoneByWhatTheRecordSays(t *testing.T) {
	t.Parallel()
	s := owed(t, org(t), "payments")
	equal(t, "at the beginning", s.planned(), []string{
		"meeting open Wed 11 Mar 03:00", "metrics ahead Thu 12 Mar 21:00", "write ahead Mon 16 Mar 09:00", "send ahead Mon 16 Mar 09:00", "actions ahead",
	})
	s.must(Action{Do: Update, By: "amir", Edit: Edit{
		Sections: map[string]string{Impact: "Nobody could pay.", Detection: "An alert, after 2 minutes."},
		Actions:  []ItemEdit{{Text: "Test the rollback", Owner: "ethan", DueAt: monday.AddDate(0, 0, 14)}},
	}})
	s.must(Action{Do: Submit, By: "amir", Reviewers: []string{"jason"}})
	s.now = monday.AddDate(0, 0, 3)
	equal(t, "in review", s.planned(), []string{
		"meeting overdue Wed 11 Mar 03:00", "metrics done Thu 12 Mar 21:00: impact and detection are written",
		"write done Mon 16 Mar 09:00: in review", "send ahead Mon 16 Mar 09:00", "actions open Mon 23 Mar 09:00",
	})
	s.must(Action{Do: Complete, By: "amir"})
	equal(t, "the last step", s.planned()[4], "actions open Mon 23 Mar 09:00")
	done := true
	s.must(Action{Do: Update, By: "amir", Edit: Edit{Actions: []ItemEdit{{N: 1, Done: &done, Verified: &done, Evidence: "rolled back in 40 s"}}}})
	equal(t, "the last step", s.planned()[4], "actions done Mon 23 Mar 09:00: 1 action verified")
	s.must(Action{Do: Reopen, By: "amir"})
	s.must(Action{Do: Waive, By: "amir", Note: "a test"})
	equal(t, "of a waived one", s.planned(), nil)
}

func TestWhoIsAheadOfThePlanIsLeftInPeaceUntilTheNextStep(t *testing.T) {
	t.Parallel()
	s := owed(t, org(t), "payments")
	s.must(Action{Do: Mark, Step: StepMeeting, By: "amir", Note: "it is on Thursday"})
	equal(t, "said", s.says("plan"), "step meeting of the plan is done: it is on Thursday")
	equal(t, "how", s.planned()[0], "meeting done Wed 11 Mar 03:00: marked by amir: it is on Thursday")
	s.wait()
	equal(t, "got", s.deliver(), []string{"Wed 17:00 amir slack", "Wed 17:00 amir email"})
	equal(t, "text", s.Pages[0].Text, "Postmortem PM-3 of incident INC-7 (Checkout fails) is due on Mon 16 Mar 2026 09:00 UTC, in 4 days.\n"+
		"- fill in the metrics (impact, detection), by Thu 12 Mar 2026")
	equal(t, "counted", s.Plan(s.env())[1].Reminded, 1)
	s.must(Action{Do: Unmark, Step: StepMeeting, By: "amir"})
	s.wait()
	equal(t, "text", strings.Count(s.Pages[2].Text, "schedule the review meeting"), 1)
	equal(t, "refusal", s.refused(Action{Do: Mark, Step: "party", By: "amir"}), `The plan has no step "party": meeting, metrics, write, send, actions.`)
}

func TestAStepThatIsDoneIsNotRemindedOfThoughItsReminderWasDue(t *testing.T) {
	t.Parallel()
	s := owed(t, org(t), "payments")
	s.wait()
	s.must(Action{Do: Mark, Step: StepMeeting, By: "amir"})
	equal(t, "what was about to go out", s.deliver(), nil)
	equal(t, "the next", s.RemindAt, time.Date(2026, 3, 11, 17, 0, 0, 0, time.UTC))
}

func TestASnoozeIsForOnePersonAndEndsWhenItsTimeIsOver(t *testing.T) {
	t.Parallel()
	s := owed(t, org(t), "payments")
	s.wait()
	thursday := monday.AddDate(0, 0, 3)
	s.must(Action{Do: Snooze, Until: thursday, By: "amir", Via: "api"})
	equal(t, "said", s.says("snoozed"), "no reminders to amir until 2026-03-12T09:00:00Z over api")
	equal(t, "what was about to go out", s.deliver(), nil)
	s.wait()
	equal(t, "the next", s.deliver(), []string{"Thu 17:00 amir slack", "Thu 17:00 amir email"})

	s.must(Action{Do: Snooze, Until: monday.AddDate(0, 0, 10), By: "amir"})
	equal(t, "past its due date", s.says("snoozed"), "no reminders to amir until 2026-03-19T09:00:00Z, past its due date")
	s.must(Action{Do: Snooze, By: "amir"})
	equal(t, "taken back", s.says("snoozed"), "amir is reminded again")
	equal(t, "the next", s.RemindAt, thursday.AddDate(0, 0, 1).Add(8*time.Hour))
	equal(t, "too long", s.refused(Action{Do: Snooze, Until: monday.AddDate(1, 0, 0)}), "Reminders are snoozed for 31 days at most.")
	equal(t, "over", s.refused(Action{Do: Snooze, Until: monday}), "Snooze until when? That time is over.")
	equal(t, "of nobody", s.refused(Action{Do: Snooze, User: "nobod", Until: thursday.AddDate(0, 0, 9)}), `Whose reminders are snoozed? There is no user "nobod".`)
}

func TestWhatASnoozeHoldsBackOfActionsComesAfterIt(t *testing.T) {
	t.Parallel()
	s := owed(t, org(t), "payments")
	s.must(Action{Do: Update, By: "amir", Edit: Edit{Actions: []ItemEdit{{Text: "Test the rollback", Owner: "ethan", DueAt: monday.AddDate(0, 0, 1)}}}})
	s.must(Action{Do: Complete, By: "amir"})
	s.must(Action{Do: Snooze, User: "ethan", Until: monday.AddDate(0, 0, 3), By: "ethan"})
	s.wait()
	equal(t, "got", s.deliver(), []string{"Thu 17:00 ethan email"})
}

func TestADueDateOnAHolidayOrAWeekendMovesToTheNextWorkingDayAndTheRecordSaysWhy(t *testing.T) {
	t.Parallel()
	dir := org(t)
	dir.Holidays = map[string]directory.Holidays{"uk": {
		{Date: time.Date(2026, 3, 16, 0, 0, 0, 0, time.UTC), Name: "a bank holiday"}, {Date: time.Date(2026, 3, 10, 0, 0, 0, 0, time.UTC)},
	}}
	s := owed(t, dir, "payments")
	equal(t, "due", s.DueAt, time.Date(2026, 3, 17, 9, 0, 0, 0, time.UTC))
	equal(t, "why", s.DueWhy, "Mon 16 Mar 2026 is a holiday")
	s.must(Action{Do: Update, By: "amir", Note: "the vendor is slow", Edit: Edit{DueAt: time.Date(2026, 3, 21, 9, 0, 0, 0, time.UTC)}})
	equal(t, "due", s.DueAt, time.Date(2026, 3, 23, 9, 0, 0, 0, time.UTC))
	equal(t, "why", s.DueWhy, "Sat 21 Mar 2026 is a Saturday")
	equal(t, "said", s.says("updated"), "due 2026-03-23T09:00:00Z, after 2026-03-17T09:00:00Z (Sat 21 Mar 2026 is a Saturday): the vendor is slow")
	s.wait()
	s.deliver()
	s.wait()
	equal(t, "nobody is reminded on a holiday", s.deliver(), []string{"Wed 17:00 amir slack", "Wed 17:00 amir email"})
}

func TestWhatComesLateWaitsForTheWorkingHoursOfWhoGetsIt(t *testing.T) {
	t.Parallel()
	dir := org(t)
	dir.Postmortem.Remind.From, dir.Postmortem.Remind.To = "09:00", "17:30"
	s := owed(t, dir, "payments")
	s.now = monday.Add(13 * time.Hour) // Monday, 22:00: nothing ran at 17:00
	s.must(Woken{})
	equal(t, "at night", s.deliver(), nil)
	s.wait()
	equal(t, "in the morning", s.deliver(), []string{"Tue 09:00 amir slack", "Tue 09:00 amir email"})
	for in, want := range map[string]string{
		"2026-03-13T16:59:00Z": "2026-03-13T16:59:00Z", "2026-03-13T17:59:00Z": "2026-03-13T17:59:00Z", // the hour of reminders
		"2026-03-13T18:00:00Z": "2026-03-16T09:00:00Z", "2026-03-14T12:00:00Z": "2026-03-16T09:00:00Z", "2026-03-12T08:00:00Z": "2026-03-12T09:00:00Z",
	} {
		equal(t, in, workTime("amir", Env{Now: instant(t, in), Dir: dir}), instant(t, want))
	}
	equal(t, "in New York", workTime("jason", Env{Now: instant(t, "2026-03-12T08:00:00Z"), Dir: dir}), instant(t, "2026-03-12T13:00:00Z"))
}

func TestRemindersWaitToBeSentTogetherWithThoseOfOtherPostmortems(t *testing.T) {
	t.Parallel()
	s := owed(t, org(t), "payments")
	s.wait()
	for _, p := range s.Pages {
		equal(t, "kind", p.Kind, page.Reminder)
		equal(t, "together", p.Together(), true)
	}
}

func TestAReminderThatWaitedForTheMorningSaysWhatIsOwedThen(t *testing.T) {
	t.Parallel()
	dir := org(t)
	dir.Postmortem.Remind.From, dir.Postmortem.Remind.To = "09:00", "17:00"
	s := owed(t, dir, "payments")
	s.now = time.Date(2026, 3, 10, 20, 0, 0, 0, time.UTC) // nothing ran at five
	s.must(Woken{})
	first := s.Pages[0]
	equal(t, "in the evening", strings.Contains(first.Text, "schedule the review meeting"), true)
	s.now = first.DueAt.Add(-time.Hour)
	s.must(Action{Do: Meet, By: "amir", Plans: Plans{At: thursday}})
	s.must(Action{Do: Update, By: "amir", Edit: Edit{DueAt: s.now.Add(2 * time.Hour)}, Note: "sooner"})
	s.now = first.DueAt
	s.must(Woken{})
	p := s.Page(first.N)
	if p.Status != page.Pending || strings.Contains(p.Text, "schedule the review meeting") || !strings.Contains(p.Text, "in 1 hour.") {
		t.Errorf("%s: %s", p.Status, p.Text)
	}
}

func TestAReminderOfActionsIsNotSentToThoseWhoHaveDoneTheirs(t *testing.T) {
	t.Parallel()
	dir := org(t)
	s := owed(t, dir, "payments")
	due := s.now.Add(time.Hour)
	s.must(Action{Do: Update, By: "amir", Edit: Edit{Actions: []ItemEdit{{Text: "one", Owner: "ethan", DueAt: due}, {Text: "two", Owner: "jason", DueAt: due}}}})
	s.now = time.Date(2026, 3, 9, 23, 0, 0, 0, time.UTC)
	s.must(Woken{})
	s.must(Action{Do: Update, By: "ethan", Edit: Edit{Actions: []ItemEdit{{N: 1, Done: ptr(true)}}}})
	for _, p := range s.Pages {
		if want := map[string]page.Status{"ethan": page.Cancelled, "jason": page.Pending}[p.User]; want != "" && p.Status != want {
			t.Errorf("the reminder to %s is %s, want %s", p.User, p.Status, want)
		}
	}
}

func TestOnlyWhatIsPublishedIsSent(t *testing.T) {
	t.Parallel()
	s := owed(t, org(t), "payments")
	equal(t, "refusal", s.refused(Action{Do: Mark, Step: StepSend, By: "amir"}), "PM-3 is not published yet: publish it, or waive it.")
}

func TestMetricsAreFilledInAsFarAsTheOutlineAsksForThem(t *testing.T) {
	t.Parallel()
	s := owed(t, org(t), "payments")
	s.Outline = []Heading{{Name: Impact, Title: "Impact"}, {Name: Summary, Title: "Summary"}}
	equal(t, "before", strings.HasPrefix(s.planned()[1], "metrics ahead"), true)
	s.must(Action{Do: Update, By: "amir", Edit: Edit{Sections: map[string]string{Impact: "A tenth of the payments failed for an hour."}}})
	equal(t, "after", strings.HasPrefix(s.planned()[1], "metrics done"), true)
}

func TestWhoIsSnoozedUntilTheTimeOfRemindersIsRemindedThen(t *testing.T) {
	t.Parallel()
	s := owed(t, org(t), "payments")
	five := time.Date(2026, 3, 10, 17, 0, 0, 0, time.UTC)
	s.must(Action{Do: Snooze, By: "amir", User: "amir", Until: five})
	equal(t, "reminded", s.RemindAt, five)
}

func TestSnoozesThatAreOverAreForgotten(t *testing.T) {
	t.Parallel()
	s := owed(t, org(t), "payments")
	s.must(Action{Do: Snooze, By: "amir", User: "jason", Until: s.now.Add(time.Hour)})
	s.now = s.now.Add(2 * time.Hour)
	s.must(Action{Do: Snooze, By: "amir", User: "amir", Until: s.now.Add(time.Hour)})
	equal(t, "kept", len(s.Snoozes), 1)
}

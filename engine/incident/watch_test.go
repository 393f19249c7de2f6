package incident

import (
	"testing"

	"github.com/tocsin-oncall/tocsin/engine/page"
)

func (s *story) due(audience string) string {
	w := s.WatchOf(audience)
	if w == nil {
		return ""
	}
	return string(w.Why) + " " + w.Due.Format("15:04")
}

func TestWhoeverDoesTheCommunicationIsRemindedThenTheCommanderThenAll(t *testing.T) {
	t.Parallel()
	s := begin(t, audiences(), Opening{Title: "Payments fail", Priority: "P1", By: "amir"})
	s.must(1, Action{Do: SetRole, By: "amir", Role: Commander, User: "amir"})
	s.must(1, Action{Do: SetRole, By: "amir", Role: Communications, User: "jason"})
	s.must(1, Action{Do: AddResponder, By: "darren", User: "darren"})
	equal(t, "due", s.due("stakeholders"), "first 09:10")
	s.must(9, Woken{})
	equal(t, "before it is due", s.sent(page.Reminder), nil)

	first := ": INC-7: nobody has told stakeholders anything yet. tocsin incident tell INC-7 --audience stakeholders --phase investigating"
	for minute, want := range map[int][]string{10: {"jason" + first}} {
		s.must(minute, Woken{})
		equal(t, "the lead first", s.sent(page.Reminder), want)
	}
	s.must(20, Woken{})
	equal(t, "then the commander, too", s.sent(page.Reminder), []string{"jason" + first, "amir" + first})
	s.must(30, Woken{})
	equal(t, "then all", s.sent(page.Reminder), []string{"jason" + first, "amir" + first, "darren" + first})
	equal(t, "timeline", s.says("status-update-due"), "a status update to stakeholders is due: reminded jason, amir, darren")

	s.must(31, telling("stakeholders", "", ""))
	equal(t, "reminders that are not needed any more", s.sent(page.Reminder), nil)
	equal(t, "due", s.due("stakeholders"), "next 10:01")
	s.must(61, Woken{})
	equal(t, "the next one", s.sent(page.Reminder),
		[]string{"jason: INC-7: the next status update to stakeholders is due. tocsin incident tell INC-7 --audience stakeholders --phase investigating"})
}

func TestWhereNobodyHasARoleThoseWhoWorkOnItAreReminded(t *testing.T) {
	t.Parallel()
	s := begin(t, audiences(), Opening{Title: "Payments fail", Priority: "P1", By: "amir"})
	s.must(10, Woken{})
	equal(t, "nobody at all", s.says("status-update-due"), "a status update to stakeholders is due, and nobody could be reminded")
	s.must(12, Action{Do: AddResponder, By: "darren", User: "darren"})
	s.must(20, Woken{})
	equal(t, "reminded", s.says("status-update-due"), "a status update to stakeholders is due: reminded darren")
}

func TestAReloadThatTakesAnAudienceOutStopsItsTimer(t *testing.T) {
	t.Parallel()
	dir := audiences()
	s := begin(t, dir, Opening{Title: "Payments fail", Priority: "P1", By: "amir"})
	s.must(1, Action{Do: SetRole, By: "amir", Role: Communications, User: "jason"})
	s.must(10, Woken{})
	equal(t, "reminded", len(s.sent(page.Reminder)), 1)
	dir.Incident.Audiences = nil
	s.must(11, Woken{})
	equal(t, "what waits to be sent", s.sent(page.Reminder), nil)
	equal(t, "due", s.due("stakeholders"), "")
	s.must(60, Woken{})
	equal(t, "later", s.sent(page.Reminder), nil)
	equal(t, "told", s.refused(61, telling("stakeholders", "", "x")), `There is no audience "stakeholders": the configuration names none under incident.audiences.`)
}

func TestAForgottenIncidentGoesOnRemindingAndKeepsItsTimeline(t *testing.T) {
	t.Parallel()
	s := begin(t, audiences(), Opening{Title: "Payments fail", Priority: "P1", By: "amir"})
	s.must(1, Action{Do: AddResponder, By: "darren", User: "darren"})
	for minute := 2; minute < 3000; minute += 5 {
		s.must(minute, Woken{})
	}
	if w := s.WatchOf("stakeholders"); w.Asked < 200 || len(s.Timeline) > 20 || len(s.Out.Pages) > 200 {
		t.Errorf("reminded %d times, with %d lines in the timeline and %d pages", w.Asked, len(s.Timeline), len(s.Out.Pages))
	}
}

func TestTheEndIsAskedForAFewTimesAndNotSentByItself(t *testing.T) {
	t.Parallel()
	s := begin(t, audiences(), Opening{Title: "Payments fail", Priority: "P1", By: "amir"})
	s.must(1, Action{Do: SetRole, By: "amir", Role: Commander, User: "amir"})
	s.must(5, telling("stakeholders", "", ""))
	s.must(20, Action{Do: Resolve, By: "amir"})
	equal(t, "due", s.due("stakeholders"), "resolved 09:25")
	equal(t, "customers were told nothing, and need no end", s.due("customers"), "")
	for minute := 21; minute < 200; minute++ {
		s.must(minute, Woken{})
	}
	equal(t, "asked", s.WatchOf("stakeholders").Asked, 3)
	equal(t, "updates", len(s.Updates), 1)
	s.must(201, telling("stakeholders", PhaseOfResolved, ""))
	equal(t, "after the end", s.due("stakeholders"), "")
	equal(t, "reminders", s.sent(page.Reminder), nil)

	s.must(210, Action{Do: Reopen, By: "amir"})
	equal(t, "it was said to be over, and is not", s.due("stakeholders"), "again 12:40")
	s.must(220, Woken{})
	equal(t, "reminded", s.sent(page.Reminder), []string{"amir: INC-7: stakeholders was told that it is resolved, but it is open. tocsin incident tell INC-7 --audience stakeholders --phase investigating"})
}

func TestAMoreSevereIncidentIsDueSooner(t *testing.T) {
	t.Parallel()
	s := begin(t, audiences(), Opening{Title: "Payments fail", Priority: "P3", By: "amir"})
	equal(t, "a small one", s.due("stakeholders"), "")
	s.must(3, Action{Do: SetPriority, By: "amir", Priority: "P1"})
	equal(t, "a large one", s.due("stakeholders"), "first 09:10")
}

func TestAFirstAndALastUpdateGoByThemselvesWhereTheConfigurationSaysSo(t *testing.T) {
	t.Parallel()
	dir := audiences()
	dir.Incident.Audiences[1].AutoFirst, dir.Incident.Audiences[1].AutoResolved = []string{"P1"}, true
	byHand := begin(t, dir, Opening{Title: "Payments fail", Priority: "P1", By: "amir"})
	equal(t, "of a person's incident", len(byHand.Updates), 0)
	small := begin(t, dir, Opening{Title: "Payments fail", Priority: "P2"})
	equal(t, "of a small one", len(small.Updates), 0)

	s := begin(t, dir, Opening{Title: "HighErrors on web-17.internal", Priority: "P1", Service: "checkout"})
	equal(t, "of a rule's", len(s.Updates), 1)
	equal(t, "names of ours are not told", s.Updates[0].Title+": "+s.Updates[0].Text, "Problem with checkout: We are looking into it.")
	s.must(20, Action{Do: Resolve, By: "amir"})
	s.must(21, Woken{})
	equal(t, "how many", len(s.Updates), 2)
	equal(t, "the end", s.Updates[1].Phase, PhaseOfResolved)
}

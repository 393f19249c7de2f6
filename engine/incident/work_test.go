package incident

import (
	"strings"
	"testing"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/directory"
)

func TestTheTimesThatMatterComeFromTheRecordUntilSomebodyKnowsBetter(t *testing.T) {
	t.Parallel()
	s := begin(t, org(nil), Opening{Title: "Payments fail", Service: "checkout"})
	first := joined(1, "P2")
	first.StartsAt, first.CreatedAt = at(-12), at(-5)
	s.must(0, first)
	s.must(4, Answered{Alert: first.Alert.ID, Number: 1, Status: Aware, By: "amir", At: at(3)})
	s.must(20, Action{Do: Mitigate, By: "amir"})
	s.must(40, Action{Do: Resolve, By: "amir"})
	for m, want := range map[Moment]time.Time{ImpactStart: at(-12), Detection: at(-5), Engagement: at(3), Mitigation: at(20), Resolution: at(40)} {
		equal(t, string(m), s.Time(m), Time{At: want})
	}
	equal(t, "harm", s.ImpactDuration(at(90)), 32*time.Minute)
	equal(t, "elapsed", s.Duration(at(90)), 40*time.Minute)
	equal(t, "responders", s.Responders, []string{"amir"})

	set := func(times map[Moment]time.Time) Action { return Action{Do: SetTimes, By: "ethan", Times: times} }
	s.must(50, set(map[Moment]time.Time{ImpactStart: at(-30), Mitigation: at(15)}))
	equal(t, "who set it, and when", s.Time(ImpactStart), Time{At: at(-30), By: "ethan", SetAt: at(50)})
	equal(t, "harm", s.ImpactDuration(at(90)), 45*time.Minute)
	equal(t, "out of order", s.refused(51, set(map[Moment]time.Time{Mitigation: at(2)})),
		"mitigated would be at 2026-03-09T09:02:00Z, before engaged at 2026-03-09T09:03:00Z. Set both, if both are wrong.")
	equal(t, "to come", s.refused(51, set(map[Moment]time.Time{Resolution: at(52)})), "resolved would be at 2026-03-09T09:52:00Z, which is still to come.")
	equal(t, "no such time", s.refused(51, set(map[Moment]time.Time{"lunch": at(2)})),
		`"lunch" is not a time of an incident: impact_start, detected, engaged, mitigated, resolved.`)
	s.must(52, set(map[Moment]time.Time{ImpactStart: {}}))
	equal(t, "as recorded again", s.Time(ImpactStart), Time{At: at(-12)})

	s.must(60, Action{Do: Reopen, By: "ethan"})
	equal(t, "mitigated after it was opened again", s.Time(Mitigation), Time{})
	equal(t, "too early", s.refused(61, set(map[Moment]time.Time{Mitigation: at(60)})), "INC-7 is open: say that it is mitigated first.")
}

func TestAnIncidentIsReopenedFromWhereverItIs(t *testing.T) {
	t.Parallel()
	for _, do := range []Do{Mitigate, Resolve, Close} {
		s := begin(t, org(nil), Opening{Title: "Payments fail"})
		s.must(1, Action{Do: do, By: "amir"})
		s.must(2, Action{Do: Reopen, By: "amir"})
		equal(t, string(do), s.Status, Open)
		equal(t, string(do), []time.Time{s.MitigatedAt, s.ResolvedAt, s.ClosedAt}, make([]time.Time, 3))
	}
}

func TestAnIncidentIsClosedWhenItsChecklistIsDone(t *testing.T) {
	t.Parallel()
	dir := org(nil)
	dir.Incident.Checklist = []string{"Users are fine", "Logs are kept"}
	s := begin(t, dir, Opening{Title: "Payments fail"})
	shut := Action{Do: Close, By: "amir"}
	equal(t, "nothing is done", s.refused(1, shut), "INC-7 cannot be closed yet. Tick or skip: 1. Users are fine; 2. Logs are kept. Or force it, and say why.")
	s.must(2, Action{Do: Tick, Item: "1", By: "amir"})
	equal(t, "no reason", s.refused(2, Action{Do: Skip, Item: "Logs are kept"}), `Say why "Logs are kept" is skipped.`)
	equal(t, "no such item", s.refused(2, Action{Do: Tick, Item: "3"}), `The checklist has no item "3". Write a number from 1 to 2, or its text.`)
	equal(t, "one is left", s.refused(3, shut), "INC-7 cannot be closed yet. Tick or skip: 2. Logs are kept. Or force it, and say why.")
	equal(t, "forced without a reason", s.refused(3, Action{Do: Close, By: "amir", Force: true}), "Say why INC-7 is closed without its checklist.")
	s.must(4, Action{Do: Skip, Item: "2", By: "ethan", Note: "there are none"})
	s.must(5, shut)
	equal(t, "said", s.says("closed"), "resolved and closed")

	s.must(6, Action{Do: Reopen, By: "amir"})
	equal(t, "the checklist begins anew", s.Checks, nil)
	s.must(7, Action{Do: Close, By: "amir", Force: true, Note: "a false alarm"})
	equal(t, "said", s.says("closed"), "resolved and closed by force, without: Users are fine; Logs are kept: a false alarm")
	equal(t, "forced", s.Forced, "a false alarm")
}

func TestChannelsAreToldOfEveryChangeInAsFewMessagesAsTheReceiverTakes(t *testing.T) {
	t.Parallel()
	dir := org(nil)
	dir.Incident.Channels = []string{"hook"}
	dir.Channels = map[string]directory.Channel{"hook": {Name: "hook", Type: "webhook"}}
	s := begin(t, dir, Opening{Title: "Payments fail", By: "amir"})
	s.must(1, Action{Do: Note, By: "amir", Note: "rollback started"})
	equal(t, "messages while none was taken", len(s.Out.Pages), 1)
	equal(t, "what it says", s.Out.Pages[0].Text, "amir: opened\namir: rollback started")
	s.Out.Pages[0].Claim("r1", at(1))
	s.must(2, Action{Do: Resolve, By: "amir"})
	equal(t, "messages", len(s.Out.Pages), 2)
	equal(t, "what the second says", s.Out.Pages[1].Text, "amir: resolved")
}

func TestWhatAnIncidentSaysIsBounded(t *testing.T) {
	t.Parallel()
	s := begin(t, org(nil), Opening{Title: "Payments fail", Service: "checkout"})
	for reason, e := range map[string]Edit{
		`There is no service "shop".`: {AddServices: []string{"shop"}},
		"A tag has 1 to 200 bytes.":   {AddTags: []string{strings.Repeat("x", 201)}},
		`"javascript:alert(1)" is not a link: write an absolute http or https URL of 2000 bytes at most.`: {AddLinks: []Link{{Text: "x", Href: "javascript:alert(1)"}}},
		"A link needs a text of 500 bytes at most.":                                                       {AddLinks: []Link{{Href: "https://example.com"}}},
	} {
		equal(t, "reason", s.refused(1, Action{Do: Update, Edit: e}), reason)
	}
	s.must(2, Action{Do: Update, By: "amir", Edit: Edit{RemoveServices: []string{"checkout"}, AddTags: []string{"apac"}, AddLinks: []Link{{"graph", "https://example.com/d"}}}})
	equal(t, "said", s.says("updated"), "does not impact checkout; tag apac; link graph: https://example.com/d")
	equal(t, "impacted", len(s.Impacted()), 0)
}

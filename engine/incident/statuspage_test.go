package incident

import (
	"fmt"
	"strings"
	"testing"

	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/page"
)

// publicOrg is an org whose customers are told over Statuspage, and whose colleagues are told, too.
func publicOrg() *directory.Directory {
	d := org(nil)
	d.Services["checkout"] = directory.Service{Name: "checkout", Component: "cmp1"}
	d.Incident.Statuspage = true
	d.Incident.Audiences = []directory.Audience{{Name: "customers", Public: true}, {Name: "staff"}}
	d.StatusPage.States = map[string]string{"P1": "major_outage", "P3": "degraded_performance"}
	return d
}

func tell(audience string, phase Phase, text string) Action {
	return Action{Do: Tell, By: "ethan", Draft: Draft{Audience: audience, Phase: phase, Title: "Payments fail", Text: text}}
}

// publishing is the publication under way, nil when there is none.
func (s *story) publishing() *Publication {
	s.t.Helper()
	var found *Publication
	for _, p := range s.Out.Pages {
		if p.Kind != page.Work || !p.Waiting() {
			continue
		}
		pub, err := PublicationOf(p.Task)
		if err != nil || found != nil {
			s.t.Fatalf("more than one publication at a time, or a bad one: %v", err)
		}
		found = &pub
	}
	return found
}

// done claims the publication under way and says what came of it.
func (s *story) done(minute int, o page.Outcome) {
	s.t.Helper()
	p := s.Out.Page(s.Statuspage.Page)
	p.Claim("r1", at(minute))
	o.N, o.Fence = p.N, p.Attempts
	s.Settled(o, Env{Now: at(minute), Dir: s.dir})
}

var there = page.Outcome{Result: map[string]string{StatuspageID: "in1", StatuspageURL: "https://stspg.example/in1"}}

func TestWhatThePublicIsToldIsPublishedInOrderOneAtATime(t *testing.T) {
	t.Parallel()
	s := begin(t, publicOrg(), Opening{Title: "db-3 is full of secrets", Service: "checkout", Priority: "P1"})
	s.must(1, tell("staff", Investigating, "db-3 is full"))
	if s.publishing() != nil {
		t.Fatal("what colleagues are told is published")
	}
	s.must(2, tell("customers", Investigating, "We are looking into it."))
	s.must(3, tell("customers", Identified, "The cause is known."))
	equal(t, "the first", *s.publishing(), Publication{
		Key: string(s.ID), Update: 2, Name: "Payments fail", Phase: "investigating", Body: "We are looking into it.",
		Components: map[string]string{"cmp1": "major_outage"},
	})
	s.done(4, there)
	second := s.publishing()
	equal(t, "the second", []any{second.ID, second.Update, second.Phase}, []any{"in1", 3, "identified"})
	s.done(5, there)
	equal(t, "nothing is left", s.publishing(), nil)
	equal(t, "what is known", s.Statuspage, Statuspage{ID: "in1", URL: "https://stspg.example/in1", Published: 3, Seen: 3})
	s.must(6, Action{Do: Mitigate, By: "amir"})
	s.must(7, tell("customers", Monitoring, "It works again."))
	equal(t, "the harm is stopped", s.publishing().Components, map[string]string{"cmp1": "operational"})
	for _, p := range s.Out.Pages {
		if text := fmt.Sprint(p.Task); strings.Contains(text, "db-3") {
			t.Errorf("what is not for the public leaves: %s", text)
		}
	}
}

func TestOfSeveralUpdatesThatWaitOnlyTheLastNotifies(t *testing.T) {
	t.Parallel()
	s := begin(t, publicOrg(), Opening{Title: "x", Service: "checkout"})
	for i, phase := range []Phase{Investigating, Identified, Monitoring} {
		s.must(i, tell("customers", phase, "…"))
	}
	s.done(4, there)
	equal(t, "the second is followed by a third", s.publishing().Silent, true)
	s.done(5, there)
	equal(t, "the third is the last", s.publishing().Silent, false)
}

func TestAnUpdateThatIsRefusedForGoodDoesNotHoldUpTheNext(t *testing.T) {
	t.Parallel()
	s := begin(t, publicOrg(), Opening{Title: "x"})
	s.must(1, tell("customers", Investigating, "one"))
	s.must(2, tell("customers", Identified, "two"))
	s.done(3, page.Outcome{Error: "statuspage: answered 422", Permanent: true})
	equal(t, "the next", s.publishing().Update, 2)
	equal(t, "what is known", []any{s.Statuspage.Failed, s.Statuspage.Error}, []any{1, "statuspage: answered 422"})
	equal(t, "the timeline", s.Timeline[len(s.Timeline)-1].Text, "status update 1 is not published on Statuspage, and will not be: statuspage: answered 422")
	s.done(4, there)
	equal(t, "well again", []any{s.Statuspage.Published, s.Statuspage.Error}, []any{2, ""})
}

func TestWhileStatuspageIsAwayTheUpdateIsTriedForDaysAndTheTimelineSaysSoOnce(t *testing.T) {
	t.Parallel()
	s := begin(t, publicOrg(), Opening{Title: "x"})
	s.must(1, tell("customers", Investigating, "one"))
	for minute := 2; minute < 24*60; minute += 16 {
		s.done(minute, page.Outcome{Error: "statuspage: answered 502"})
	}
	if s.publishing() == nil {
		t.Fatal("it was given up")
	}
	said := 0
	for _, e := range s.Timeline {
		if e.Kind == "statuspage" {
			said++
		}
	}
	equal(t, "said", said, 1)
	equal(t, "shown", s.Statuspage.Error, "statuspage: answered 502")
	s.done(25*60, there)
	equal(t, "published", s.Statuspage.Published, 1)
}

func TestAnIncidentRemovedFromStatuspageIsLeftAlone(t *testing.T) {
	t.Parallel()
	s := begin(t, publicOrg(), Opening{Title: "x"})
	s.must(1, tell("customers", Investigating, "one"))
	s.done(2, there)
	s.must(3, tell("customers", Identified, "two"))
	s.must(3, tell("customers", Monitoring, "three"))
	s.done(4, page.Outcome{Result: map[string]string{StatuspageGone: "true"}})
	s.must(5, tell("customers", PhaseOfResolved, "four"))
	equal(t, "nothing more", s.publishing(), nil)
	equal(t, "shown", []any{s.Statuspage.Gone, s.Statuspage.Published}, []any{true, 1})
}

func TestTheOutcomeOfAClaimThatRanOutCountsForNothing(t *testing.T) {
	t.Parallel()
	s := begin(t, publicOrg(), Opening{Title: "x"})
	s.must(1, tell("customers", Investigating, "one"))
	p := s.Out.Page(s.Statuspage.Page)
	p.Claim("r1", at(2))
	p.Claim("r2", at(3))
	late := there
	late.N, late.Fence = p.N, 1
	s.Settled(late, Env{Now: at(4), Dir: s.dir})
	equal(t, "still under way", s.publishing().Update, 1)
	equal(t, "published", s.Statuspage.Published, 0)
	late.Fence = 2
	s.Settled(late, Env{Now: at(4), Dir: s.dir})
	s.Settled(late, Env{Now: at(4), Dir: s.dir})
	equal(t, "once", s.Statuspage.Published, 1)
}

func TestWhatWasSaidBeforeStatuspageWasConfiguredIsNotPublished(t *testing.T) {
	t.Parallel()
	dir := publicOrg()
	dir.Incident.Statuspage = false
	s := begin(t, dir, Opening{Title: "x"})
	s.must(1, tell("customers", Investigating, "one"))
	dir.Incident.Statuspage = true
	s.must(2, tell("customers", Identified, "two"))
	equal(t, "only the new one", s.publishing().Update, 2)

	s = begin(t, dir, Opening{Title: "x"})
	s.Updates = []StatusUpdate{{N: 1, At: nine, Audience: "customers", Phase: Investigating}} // of a version before
	s.must(24*60, Woken{})
	equal(t, "of yesterday", s.publishing(), nil)
}

func TestThePublicIsToldOfServicesByTheNamesThatItKnows(t *testing.T) {
	t.Parallel()
	dir := publicOrg()
	dir.Services["db-3"] = directory.Service{Name: "db-3"}
	title := func(service string) string {
		s := begin(t, dir, Opening{Title: "x", Service: service, Services: []string{"checkout", "db-3"}})
		s.must(1, Action{Do: Tell, By: "ethan", Draft: Draft{Audience: "customers"}})
		return s.Updates[0].Title
	}
	equal(t, "without a page of their own", title(""), "Problem with checkout, db-3")
	dir.StatusPage.Services = []directory.PublicService{{Service: "checkout", Name: "Payments"}}
	equal(t, "with one", title(""), "Problem with Payments")
	dir.Incident.Audience("customers").Title = func(i directory.IncidentFacts, _ directory.UpdateFacts) (string, error) {
		return i.Service + " fails", nil
	}
	equal(t, "in a template", title("checkout"), "Payments fails")
	equal(t, "of a service that they do not know", title("db-3"), "fails")
}

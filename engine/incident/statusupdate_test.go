package incident

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/page"
)

// audiences is a company that tells its stakeholders every half hour, and its customers without names of ours.
func audiences() *directory.Directory {
	dir := org(nil)
	dir.Vias = map[string]bool{"console": true}
	dir.DefaultNotify = directory.Plans{High: []directory.Method{{Via: "console"}}, Low: []directory.Method{{Via: "console"}}}
	dir.HighUrgency = []string{"P1"}
	dir.Channels = map[string]directory.Channel{"exec": {Name: "exec", Type: "webhook"}}
	dir.Incident.Audiences = []directory.Audience{{
		Name: "stakeholders", Channels: []string{"exec", "gone"},
		FirstWithin: map[string]time.Duration{"P1": 10 * time.Minute}, Every: map[string]time.Duration{"P1": 30 * time.Minute},
		Templates: map[string]directory.Words{string(Identified): func(i directory.IncidentFacts, u directory.UpdateFacts) (string, error) {
			return fmt.Sprintf("%s %s: the cause is known. Next by %s (in %s).", i.Name, i.Title, u.Next, u.NextIn), nil
		}},
	}, {Name: "customers", Public: true}}
	return dir
}

func telling(audience string, phase Phase, text string) Action {
	return Action{Do: Tell, By: "jason", Via: "api", Draft: Draft{Audience: audience, Phase: phase, Text: text}}
}

// sent are the texts of the waiting pages of a kind, and whom they go to.
func (s *story) sent(kind page.Kind) (list []string) {
	for _, p := range s.Out.Pages {
		if p.Kind == kind && p.Status == page.Pending {
			list = append(list, p.User+p.Channel+": "+p.Text)
		}
	}
	return list
}

func TestAnAudienceIsToldPhaseByPhase(t *testing.T) {
	t.Parallel()
	s := begin(t, audiences(), Opening{Title: "Payments fail", Priority: "P1", Service: "checkout", By: "amir"})
	s.must(4, telling("stakeholders", "", ""))
	s.must(20, telling("stakeholders", Identified, ""))
	s.must(25, telling("customers", Investigating, ""))
	s.must(30, telling("stakeholders", PhaseOfResolved, "It is over."))
	s.must(35, telling("stakeholders", Investigating, "Sorry, it is not over."))

	type line struct {
		N            int
		To           string
		Phase        Phase
		Title, Text  string
		Minute, Next time.Time
	}
	var got []line
	for _, u := range s.Updates {
		got = append(got, line{u.N, u.Audience, u.Phase, u.Title, u.Text, u.At, u.NextBy})
	}
	equal(t, "updates", got, []line{
		{1, "stakeholders", Investigating, "Payments fail", "Payments fail: We are looking into it. The next update follows by 09:34 UTC.", at(4), at(34)},
		{2, "stakeholders", Identified, "Payments fail", "INC-7 Payments fail: the cause is known. Next by 09:50 UTC (in 30m).", at(20), at(50)},
		{3, "customers", Investigating, "Problem with checkout", "We are looking into it.", at(25), time.Time{}},
		{4, "stakeholders", PhaseOfResolved, "Payments fail", "It is over.", at(30), time.Time{}},
		{5, "stakeholders", Investigating, "Payments fail", "Sorry, it is not over.", at(35), at(65)},
	})
	equal(t, "first to anybody", s.FirstUpdate("").N, 1)
	equal(t, "first to customers", s.FirstUpdate("customers").N, 3)
	equal(t, "to the channel", len(s.sent(page.Update)), 4)
	equal(t, "the timeline says", s.says("status-update"), "status update 5 to stakeholders, investigating: Sorry, it is not over.")
	equal(t, "with where it was done", s.Timeline[len(s.Timeline)-1].Via, "api")
}

func TestARequestThatIsRepeatedTellsOnce(t *testing.T) {
	t.Parallel()
	s := begin(t, audiences(), Opening{Title: "Payments fail", Priority: "P1"})
	a := telling("customers", Investigating, "We look into it.")
	a.Draft.Request = "key-1"
	s.must(1, a)
	s.must(2, a)
	equal(t, "updates", len(s.Updates), 1)
	other := a
	other.Draft.Audience = "stakeholders"
	equal(t, "the same name for another", s.refused(3, other), "This request was made before with another content: it is update 1 of INC-7.")
	a.Draft.Request = ""
	s.must(3, a)
	s.must(3, a)
	equal(t, "two people at once: both go", len(s.Updates), 3)
}

func TestWhatCannotBeToldIsRefusedWithTheReason(t *testing.T) {
	t.Parallel()
	dir := audiences()
	dir.Incident.Audiences[1].Templates = map[string]directory.Words{string(Identified): func(directory.IncidentFacts, directory.UpdateFacts) (string, error) {
		return "", errors.New("no such tag")
	}}
	s := begin(t, dir, Opening{Title: "Payments fail", Priority: "P1"})
	soon := telling("customers", Investigating, "x")
	soon.Draft.NextIn = time.Second
	last := telling("customers", PhaseOfResolved, "x")
	last.Draft.NextIn = time.Hour
	for want, a := range map[string]Action{
		`There is no audience "press": stakeholders, customers.`:                               telling("press", "", ""),
		`"over" is not a phase: investigating, identified, monitoring, resolved.`:              telling("customers", "over", ""),
		"A status update holds 5000 bytes at most, this one has 5001.":                         telling("customers", "", strings.Repeat("x", 5001)),
		"The template identified for customers cannot be filled in: no such tag. Give a text.": telling("customers", Identified, ""),
		"The next update may follow after 1m at the earliest, and after 168h at the latest.":   soon,
		"Nothing follows when it is resolved: promise no next update.":                         last,
	} {
		equal(t, "refused", s.refused(1, a), want)
	}
	for range maxUpdates {
		s.must(2, telling("customers", "", "x"))
	}
	equal(t, "one too many", s.refused(3, telling("customers", "", "x")), "INC-7 has 200 status updates already.")
	s.must(4, Woken{})
	equal(t, "what cannot be sent is not asked for", s.due("stakeholders"), "")
	s.must(5, Action{Do: Resolve, By: "amir"})
	equal(t, "the end can still be told, and is asked for", s.due("customers"), "resolved 09:10")
	s.must(6, telling("customers", PhaseOfResolved, "It is over."))
	equal(t, "the end", s.LatestUpdate("customers").Text, "It is over.")
}

func TestAClosedIncidentCanStillBeToldOf(t *testing.T) {
	t.Parallel()
	s := begin(t, audiences(), Opening{Title: "Payments fail", Priority: "P1"})
	s.must(1, Action{Do: Close, By: "amir"})
	s.must(2, telling("customers", PhaseOfResolved, ""))
	equal(t, "text", s.LatestUpdate("customers").Text, "It is resolved.")
}

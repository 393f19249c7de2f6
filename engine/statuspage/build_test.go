package statuspage_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/incident"
	"github.com/tocsin-oncall/tocsin/engine/statuspage"
	"github.com/tocsin-oncall/tocsin/engine/store"
	"github.com/tocsin-oncall/tocsin/schedules"
)

var noon = time.Date(2026, 3, 9, 12, 0, 0, 0, time.UTC)

func at(hours float64) time.Time { return noon.Add(time.Duration(hours * float64(time.Hour))) }

func org() *directory.Directory {
	return &directory.Directory{
		Zone:  time.UTC,
		Users: map[string]directory.User{"amir": {Name: "amir"}},
		Services: map[string]directory.Service{
			"checkout-v2": {Name: "checkout-v2"}, "idp": {Name: "idp"}, "batch": {Name: "batch"},
		},
		Incident: directory.Incident{Audiences: []directory.Audience{{Name: "customers", Public: true}, {Name: "staff"}}},
		StatusPage: directory.StatusPage{
			Title: "Status", History: 30 * 24 * time.Hour,
			Services: []directory.PublicService{{Service: "checkout-v2", Name: "Checkout", Group: "Shop"}, {Service: "idp", Name: "Login"}},
			States:   map[string]string{"P1": "major_outage", "P2": "partial_outage", "P3": "degraded_performance", "P5": "operational"},
		},
	}
}

// story is one incident, and what is done to it.
type story struct {
	t   *testing.T
	dir *directory.Directory
	*incident.State
}

func open(t *testing.T, dir *directory.Directory, hour float64, priority string, services ...string) *story {
	t.Helper()
	o := incident.Opening{Title: "SECRET title", Description: "SECRET description", Priority: priority, Services: services, Tags: []string{"SECRET"}, Reason: "SECRET", By: "amir"}
	return &story{t, dir, incident.New(store.NewID(store.KindIncident, incident.Shard), 7, o, directory.Env{Now: at(hour), Dir: dir})}
}

func (s *story) do(hour float64, a incident.Action) *story {
	s.t.Helper()
	a.By, a.Via = "amir", "api"
	if _, err := incident.Apply(s.State, a, directory.Env{Now: at(hour), Dir: s.dir}); err != nil {
		s.t.Fatal(err)
	}
	return s
}

func (s *story) tell(hour float64, audience string, phase incident.Phase, text string) *story {
	return s.do(hour, incident.Action{Do: incident.Tell, Draft: incident.Draft{Audience: audience, Phase: phase, Title: "Payments " + string(phase), Text: text}})
}

func (s *story) mitigate(hour float64) *story {
	return s.do(hour, incident.Action{Do: incident.Mitigate})
}

func (s *story) resolve(hour float64) *story {
	return s.do(hour, incident.Action{Do: incident.Resolve})
}

func build(dir *directory.Directory, hour float64, stories ...*story) statuspage.Page {
	var list []*incident.State
	for _, s := range stories {
		list = append(list, s.State)
	}
	return statuspage.Build(dir, list, at(hour))
}

func equal(t *testing.T, what string, got, want any) {
	t.Helper()
	if diff := cmp.Diff(want, got, cmp.Comparer(func(a, b *time.Location) bool { return a == b })); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

// states are those of the page and of its services.
func states(p statuspage.Page) string {
	text := string(p.State)
	for _, g := range p.Groups {
		for _, s := range g.Services {
			text += fmt.Sprintf(" %s=%s", s.Name, s.State)
		}
	}
	return text
}

func TestAnIncidentIsOnThePageFromItsFirstPublicUpdateUntilItIsOver(t *testing.T) {
	t.Parallel()
	dir := org()
	s := open(t, dir, 0, "P1", "checkout-v2", "batch")
	well := "operational Checkout=operational Login=operational"
	p := build(dir, 0.1, s)
	equal(t, "nobody told the public", states(p), well)
	equal(t, "incidents", len(p.Active), 0)

	s.tell(0.2, "customers", incident.Investigating, "We look into it.")
	p = build(dir, 0.3, s)
	equal(t, "told", states(p), "major_outage Checkout=major_outage Login=operational")
	equal(t, "the incident", p.Active[0].Services, []string{"Checkout"})
	equal(t, "began", p.Active[0].Began, at(0))

	s.mitigate(1).tell(1.1, "customers", incident.Monitoring, "It works again.")
	p = build(dir, 1.2, s)
	equal(t, "the harm is stopped", states(p), well)
	equal(t, "still watched", p.Active[0].Phase, incident.Monitoring)

	s.resolve(2)
	p = build(dir, 3, s)
	equal(t, "active", len(p.Active), 0)
	equal(t, "past", []any{p.Past[0].Title, p.Past[0].Phase, p.Past[0].Over}, []any{"Payments monitoring", incident.PhaseOfResolved, at(2)})
	equal(t, "updates, the latest first", []string{p.Past[0].Updates[0].Text, p.Past[0].Updates[1].Text}, []string{"It works again.", "We look into it."})
	equal(t, "after the history", len(build(dir, 2+30*24+1, s).Past), 0)
}

func TestWhatIsNotForCustomersIsNotOnThePage(t *testing.T) {
	t.Parallel()
	dir := org()
	s := open(t, dir, 0, "P1", "checkout-v2", "batch")
	env := directory.Env{Now: at(0.1), Dir: dir}
	for _, in := range []incident.Input{
		incident.Joined{Alert: incident.Alert{ID: "a01-x", Number: 4711, Title: "SECRET alert"}, Priority: "P1", Tags: []string{"SECRET"}, AckedBy: "amir", AckedAt: at(0.1)},
		incident.Action{Do: incident.Note, Note: "SECRET note", By: "amir"},
		incident.Action{Do: incident.AddResponder, User: "amir", By: "amir"},
		incident.Action{Do: incident.Update, By: "amir", Edit: incident.Edit{Properties: map[string]string{"SECRET": "SECRET"}, AddLinks: []incident.Link{{Text: "SECRET", Href: "https://secret.example.com"}}}},
	} {
		if _, err := incident.Apply(s.State, in, env); err != nil {
			t.Fatal(err)
		}
	}
	s.tell(0.2, "staff", incident.Identified, "SECRET words").tell(0.3, "customers", incident.Investigating, "We look into it.")
	m, err := schedules.NewRecurrence(schedules.RecurrenceSpec{From: "2026-03-09T11:00", Until: "2026-03-09T18:00", Zone: time.UTC})
	if err != nil {
		t.Fatal(err)
	}
	dir.Maintenance = []directory.Maintenance{
		{Name: "SECRET", Reason: "SECRET", Condition: "SECRET", Times: m, Service: "idp"},
		{Name: "SECRET", Reason: "SECRET", Condition: "SECRET", Times: m, Service: "batch", Public: "We move house."},
	}
	p := build(dir, 1, s)
	text, jsonErr := json.Marshal(p)
	if jsonErr != nil {
		t.Fatal(jsonErr)
	}
	for _, leak := range []string{"SECRET", "secret", "amir", "INC-7", "batch", "checkout-v2", "idp", "a01-x", "4711", string(s.ID)} {
		if strings.Contains(string(text), leak) {
			t.Errorf("%q is on the page: %s", leak, text)
		}
	}
	if len(p.Active) != 1 || len(p.Active[0].Updates) != 1 || len(p.Planned) != 1 {
		t.Errorf("the page is %s", text)
	}
}

func TestUptimeCountsOutagesOnceAndNothingElse(t *testing.T) {
	t.Parallel()
	dir := org()
	const day = 24
	one := open(t, dir, -10*day, "P1", "checkout-v2").tell(-10*day+0.1, "customers", incident.Investigating, "…").mitigate(-10*day + 2).resolve(-10*day + 5)
	two := open(t, dir, -10*day+1, "P2", "checkout-v2").tell(-10*day+1.5, "customers", incident.Investigating, "…").resolve(-10*day + 3) // overlaps
	slow := open(t, dir, -5*day, "P3", "checkout-v2").tell(-5*day+1, "customers", incident.Investigating, "…").resolve(-5*day + 6)
	silent := open(t, dir, -3*day, "P1", "checkout-v2").resolve(-3*day + 9)
	checkout := func(p statuspage.Page) statuspage.Service { return p.Groups[0].Services[0] }

	got := checkout(build(dir, 0, one, two, slow, silent))
	equal(t, "an outage", got.Days[79], statuspage.Day{Date: at(-10*day - 12), State: statuspage.Major, Down: 3 * time.Hour})
	equal(t, "degraded", got.Days[84], statuspage.Day{Date: at(-5*day - 12), State: statuspage.Degraded})
	equal(t, "not told", got.Days[86], statuspage.Day{Date: at(-3*day - 12), State: statuspage.Operational})
	equal(t, "uptime of 89.5 days", []any{got.Uptime, got.Counted}, []any{99.86, 90})

	dir.StatusPage.Since = time.Date(2026, 2, 28, 0, 0, 0, 0, time.UTC)
	got = checkout(build(dir, 0, one, two, slow, silent))
	equal(t, "uptime of 9.5 days", []any{got.Uptime, got.Counted}, []any{100.0, 10})
	equal(t, "before", got.Days[79].State, statuspage.Unknown)
}

func TestAnOutageOverMidnightBelongsToBothDaysOfTheZone(t *testing.T) {
	t.Parallel()
	dir := org()
	dir.Zone = time.FixedZone("there", 10*3600) // its midnight is 14:00 UTC
	s := open(t, dir, 1, "P1", "idp").tell(1.1, "customers", incident.Investigating, "…")
	login := build(dir, 3, s).Groups[1].Services[0]
	equal(t, "yesterday", login.Days[88].Down, time.Hour)
	equal(t, "today", []any{login.Days[89].Down, login.Days[89].State}, []any{time.Hour, statuspage.Major})
}

func TestThePageIsTheSameForFiveMinutesUnlessSomethingIsSaid(t *testing.T) {
	t.Parallel()
	dir := org()
	s := open(t, dir, 0, "P1", "idp").tell(0, "customers", incident.Investigating, "…")
	equal(t, "four minutes later", build(dir, 4/60.0, s), build(dir, 0, s))
	s.tell(4/60.0, "customers", incident.Identified, "…")
	equal(t, "said", build(dir, 4/60.0, s).Changed, at(4/60.0))
	late := open(t, dir, 1/60.0, "P1", "checkout-v2").tell(2/60.0, "customers", incident.Investigating, "…")
	equal(t, "what began since", build(dir, 3/60.0, s, late).Groups[0].Services[0].Days[89].State, statuspage.Major)
}

func TestMaintenancesWithAPublicTextAreAnnounced(t *testing.T) {
	t.Parallel()
	dir := org()
	times := func(from, until string) *schedules.Recurrence {
		r, problems := schedules.NewRecurrence(schedules.RecurrenceSpec{From: from, Until: until, Zone: time.UTC})
		if problems != nil {
			t.Fatal(problems)
		}
		return r
	}
	dir.Maintenance = []directory.Maintenance{
		{Public: "later", Service: "idp", Times: times("2026-03-15T02:00", "2026-03-15T04:00")},
		{Public: "now", Service: "checkout-v2", Times: times("2026-03-09T11:00", "2026-03-09T13:00")},
		{Public: "too far", Service: "idp", Times: times("2026-03-24T02:00", "2026-03-24T04:00")},
		{Public: "over", Service: "idp", Times: times("2026-03-09T09:00", "2026-03-09T10:00")},
		{Public: "cancelled", Service: "idp", Times: times("2026-03-09T11:00", "2026-03-09T13:00"), Cancelled: at(-0.5)},
	}
	p := build(dir, 0)
	equal(t, "states", states(p), "under_maintenance Checkout=under_maintenance Login=operational")
	equal(t, "planned", p.Planned, []statuspage.Maintenance{
		{Text: "now", From: at(-1), Until: at(1), Now: true, Service: "Checkout"},
		{Text: "later", From: time.Date(2026, 3, 15, 2, 0, 0, 0, time.UTC), Until: time.Date(2026, 3, 15, 4, 0, 0, 0, time.UTC), Service: "Login"},
	})
	s := open(t, dir, -0.5, "P2", "checkout-v2").tell(-0.4, "customers", incident.Investigating, "…")
	equal(t, "an outage is worse", states(build(dir, 0, s)), "partial_outage Checkout=partial_outage Login=operational")
}

func TestAnIncidentThatOpensAgainIsBackWithTheNextPublicWord(t *testing.T) {
	t.Parallel()
	dir := org()
	s := open(t, dir, 0, "P1", "idp").tell(0.1, "customers", incident.Investigating, "…").resolve(1).tell(1.1, "customers", incident.PhaseOfResolved, "It is over.")
	s.do(2, incident.Action{Do: incident.Reopen})
	p := build(dir, 2.1, s)
	equal(t, "nobody told the public", []any{len(p.Active), len(p.Past), states(p)}, []any{0, 1, "operational Checkout=operational Login=operational"})
	s.tell(2.2, "customers", incident.Investigating, "It is back.")
	p = build(dir, 2.3, s)
	equal(t, "told", []any{len(p.Active), len(p.Past), states(p)}, []any{1, 0, "major_outage Checkout=operational Login=major_outage"})
}

func TestWhatColleaguesWereToldStaysTheirsWhenTheirAudienceBecomesPublic(t *testing.T) {
	t.Parallel()
	dir := org()
	s := open(t, dir, 0, "P1", "idp").tell(0.1, "staff", incident.Investigating, "SECRET").tell(0.2, "customers", incident.Identified, "The cause is known.")
	dir.Incident.Audiences = []directory.Audience{{Name: "clients", Public: true}, {Name: "staff", Public: true}}
	p := build(dir, 1, s)
	equal(t, "updates; the other audience has a new name", p.Active[0].Updates[0].Text, "The cause is known.")
	equal(t, "how many", len(p.Active[0].Updates), 1)
	dir.Incident.Audiences = []directory.Audience{{Name: "customers"}}
	equal(t, "the audience is not public any more", len(build(dir, 1, s).Active), 0)
}

func TestEveryDayHasItsOwnDateWhereTheClockSkipsMidnight(t *testing.T) {
	t.Parallel()
	for name, day := range map[string]time.Time{
		"America/Santiago": time.Date(2026, 9, 6, 12, 0, 0, 0, time.UTC), "Africa/Cairo": time.Date(2026, 4, 24, 12, 0, 0, 0, time.UTC),
	} {
		dir := org()
		zone, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		dir.Zone = zone
		days := statuspage.Build(dir, nil, day.AddDate(0, 0, 2)).Groups[0].Services[0].Days
		for i, want := range []time.Time{day.AddDate(0, 0, -1), day, day.AddDate(0, 0, 1)} {
			equal(t, name, days[statuspage.Days-4+i].Date.Format(time.DateOnly), want.Format(time.DateOnly))
		}
	}
}

func TestOfVeryManyPastIncidentsTheLatestAreShown(t *testing.T) {
	t.Parallel()
	dir := org()
	var all []*story
	for i := range statuspage.MostPast + 5 {
		all = append(all, open(t, dir, float64(i), "P1", "idp").tell(float64(i), "customers", incident.Investigating, "…").resolve(float64(i)+0.5))
	}
	p := build(dir, statuspage.MostPast+10, all...)
	equal(t, "shown", len(p.Past), statuspage.MostPast)
	equal(t, "the oldest of them", p.Past[statuspage.MostPast-1].Began, at(5))
}

func TestOnlyTheLatestUpdatePromisesTheNextAndNoneDoesWhenItIsOver(t *testing.T) {
	t.Parallel()
	dir := org()
	s := open(t, dir, 0, "P1", "idp")
	for i := range 2 {
		s.do(float64(i), incident.Action{Do: incident.Tell, Draft: incident.Draft{Audience: "customers", Text: "…", NextIn: 2 * time.Hour}})
	}
	next := func(list []statuspage.Incident) (at []time.Time) {
		for _, u := range list[0].Updates {
			at = append(at, u.Next)
		}
		return at
	}
	equal(t, "active", next(build(dir, 1, s).Active), []time.Time{at(3), {}})
	equal(t, "over", next(build(dir, 2, s.resolve(1.5)).Past), []time.Time{{}, {}})
}

func TestWhatIsWrongWithNoServiceOfThePageShowsInTheStateOfTheWhole(t *testing.T) {
	t.Parallel()
	dir := org()
	m, problems := schedules.NewRecurrence(schedules.RecurrenceSpec{From: "2026-03-09T11:00", Until: "2026-03-09T13:00", Zone: time.UTC})
	if problems != nil {
		t.Fatal(problems)
	}
	dir.Maintenance = []directory.Maintenance{{Public: "We move house.", Times: m}}
	equal(t, "maintenance", states(build(dir, 0)), "under_maintenance Checkout=operational Login=operational")
	s := open(t, dir, 0, "P2", "batch").tell(0.1, "customers", incident.Investigating, "…")
	equal(t, "an incident", states(build(dir, 0.2, s)), "partial_outage Checkout=operational Login=operational")
}

func TestAnOutageEndsWhenThePublicIsToldSoThoughNobodyHasResolvedItYet(t *testing.T) {
	t.Parallel()
	dir := org()
	s := open(t, dir, 1, "P1", "idp").tell(1.1, "customers", incident.Investigating, "…").tell(2, "customers", incident.PhaseOfResolved, "It is over.")
	login := func() time.Duration { return build(dir, 5, s).Groups[1].Services[0].Days[89].Down }
	equal(t, "not mitigated", login(), time.Hour)
	s.mitigate(4)
	equal(t, "mitigated later", login(), time.Hour)
}

func TestOutagesCountOnceWhicheverIsKnownFirstAndUptimeIsRoundedDown(t *testing.T) {
	t.Parallel()
	dir := org()
	long := open(t, dir, 1, "P1", "idp").tell(1, "customers", incident.Investigating, "…").resolve(6)
	within := open(t, dir, 2, "P2", "idp").tell(2, "customers", incident.Investigating, "…").resolve(3)
	after := open(t, dir, 5, "P2", "idp").tell(5, "customers", incident.Investigating, "…").resolve(8)
	for _, order := range [][]*story{{long, within, after}, {after, within, long}} {
		equal(t, "from 1 to 8", build(dir, 10, order...).Groups[1].Services[0].Days[89].Down, 7*time.Hour)
	}
	second := open(t, dir, 1, "P1", "idp").tell(1, "customers", incident.Investigating, "…").resolve(1 + 1/3600.0)
	equal(t, "one second of 90 days", build(dir, 10, second).Groups[1].Services[0].Uptime, 99.99)
}

package coverage

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/tocsin-oncall/tocsin/schedules"
)

var (
	phone = []Channel{{Kind: "slack", Verified: true}, {Kind: SMS, After: time.Minute, Verified: true}}
	mail  = []Channel{{Kind: Email, After: 2 * time.Minute, Verified: true}}
	from  = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC) // a Monday
	to    = from.AddDate(0, 0, 14)
)

func turns(users ...string) [][]string {
	groups := make([][]string, len(users))
	for i, user := range users {
		groups[i] = []string{user}
	}
	return groups
}

func build(t testing.TB, spec schedules.Spec) *schedules.Schedule {
	t.Helper()
	s, problems := schedules.New(spec)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	return s
}

// rota is a schedule that hands over daily at 09:00 UTC.
func rota(t testing.TB, name string, change func(*schedules.RotationSpec), users ...string) *schedules.Schedule {
	r := schedules.RotationSpec{Name: "daily", Starts: "2026-03-02T09:00", Every: "1d", Participants: turns(users...)}
	if change != nil {
		change(&r)
	}
	return build(t, schedules.Spec{Name: name, Rotations: []schedules.RotationSpec{r}})
}

func everyone(channels []Channel, users ...string) map[string]Person {
	people := map[string]Person{}
	for _, user := range users {
		people[user] = Person{Urgent: channels, Other: channels}
	}
	return people
}

var four = []string{"amir", "darren", "ethan", "jason"}

// when writes spans briefly.
func when(spans []Span) (out []string) {
	for _, s := range spans {
		out = append(out, s.From.Format("02 15:04")+" to "+s.To.Format("02 15:04"))
	}
	return out
}

// brief is a finding without its reasons.
type brief struct {
	Kind     Kind
	About    string
	Step     int
	Spans    []string
	Severity Severity
}

func briefs(findings []Finding) (out []brief) {
	for _, f := range findings {
		about := f.Policy
		for _, more := range []string{f.Schedule, f.Rotation, f.User} {
			if more != "" {
				about += " " + more
			}
		}
		out = append(out, brief{f.Kind, strings.TrimSpace(about), f.Step, when(f.Spans), f.Severity})
	}
	return out
}

func TestAPlanWithoutFaultHasNoFindings(t *testing.T) {
	t.Parallel()
	primary := rota(t, "primary", nil, "ethan", "amir", "darren")
	report := Audit(Plan{
		People: everyone(phone, four...), Schedules: []*schedules.Schedule{primary},
		Policies: []Policy{{Name: "standard", Urgent: true, MinPeople: 2, Steps: []Step{
			{Targets: []Target{OnCall(primary), Place("channel:sre")}},
			{After: 10 * time.Minute, Targets: []Target{Next(primary)}},
		}}},
	}, from, to)
	if diff := cmp.Diff([]brief(nil), briefs(report.Findings)); diff != "" {
		t.Error(diff)
	}
	want := Reach{From: from, To: from.AddDate(0, 0, 1).Add(-10 * time.Minute), People: []string{"amir", "ethan"}, Places: []string{"channel:sre"}, Channels: []string{"slack", "sms"}}
	if diff := cmp.Diff(want, report.Policies[0].Reach[0]); diff != "" {
		t.Error(diff)
	}
}

func TestAGapIsFoundToTheSecondAndWithTheOffsetOfTheStep(t *testing.T) {
	t.Parallel()
	primary := rota(t, "primary", nil, "ethan", schedules.Nobody, "amir")
	backup := rota(t, "backup", func(r *schedules.RotationSpec) {
		r.Restrict = []schedules.RestrictionSpec{{From: "06:00", To: "20:00"}}
	}, "darren")
	report := Audit(Plan{
		People: everyone(phone, four...),
		Policies: []Policy{{Name: "standard", MinPeople: 1, Steps: []Step{
			{Targets: []Target{OnCall(primary)}},
			{After: 30 * time.Minute, Targets: []Target{OnCall(backup)}},
		}}},
	}, from, from.AddDate(0, 0, 3))
	// On the second day nobody is primary. Step 2 then fires at once, so backup counts when the alert comes in. On the other
	// days it counts half an hour later.
	want := []brief{
		{Gap, "standard", 0, []string{"03 20:00 to 04 06:00"}, Error},
		{EmptyStep, "standard", 1, []string{"03 09:00 to 03 20:00", "04 06:00 to 04 09:00"}, Warning},
		{EmptyStep, "standard", 2, []string{"02 19:30 to 03 05:30", "04 19:30 to 05 05:30"}, Warning},
	}
	if diff := cmp.Diff(want, briefs(report.Findings)); diff != "" {
		t.Error(diff)
	}
	if gaps := report.Policies[0].Gaps(); gaps != 10*time.Hour {
		t.Errorf("gaps of %v", gaps)
	}
}

func TestFindingsAboutPeople(t *testing.T) {
	t.Parallel()
	primary := rota(t, "primary", nil, "ethan", "amir")
	backup := rota(t, "backup", nil, "ethan", "darren")
	people := everyone(phone, four...)
	people["amir"] = Person{Urgent: mail}
	people["darren"] = Person{}
	people["ethan"] = Person{Urgent: []Channel{{Kind: SMS}}}
	report := Audit(Plan{
		People: people, Schedules: []*schedules.Schedule{primary, backup}, Severities: map[Kind]Severity{Unverified: Warning},
		Policies: []Policy{{Name: "p1", Urgent: true, Steps: []Step{
			{Targets: []Target{OnCall(primary)}},
			{After: time.Hour, Targets: []Target{OnCall(backup)}},
		}}},
	}, from, from.AddDate(0, 0, 2))
	first, second, last := "02 09:00 to 03 09:00", "03 09:00 to 04 09:00", "03 08:00 to 04 08:00"
	want := []brief{
		{Unreachable, "p1", 2, []string{last}, Error}, // darren
		{NoChannel, "backup darren", 0, []string{second}, Error},
		{EmailOnly, "p1", 1, []string{second}, Error},
		{Single, "p1 amir", 0, []string{"03 09:00 to 04 08:00"}, Warning},
		{Single, "p1 ethan", 0, []string{first}, Warning},
		{DoubleBooked, "p1 backup ethan", 2, []string{"02 09:00 to 03 08:00"}, Warning},
		{NoPhone, "primary amir", 0, []string{second}, Warning},
		{Unverified, "backup ethan", 0, []string{first}, Warning},
		{Unverified, "primary ethan", 0, []string{first}, Warning},
	}
	if diff := cmp.Diff(want, briefs(report.Findings)); diff != "" {
		t.Error(diff)
	}
	worst := report.Policies[0].Worst()
	if worst.Delay != 2*time.Minute || !cmp.Equal(worst.People, []string{"amir"}) || !cmp.Equal(worst.Channels, []string{"email"}) {
		t.Errorf("worst: %+v", worst)
	}
}

func TestFewPeopleAreThoseBelowWhatIsAskedFor(t *testing.T) {
	t.Parallel()
	primary := rota(t, "primary", nil, "ethan", "amir")
	for want, min := range map[Kind]int{"": 2, FewPeople: 3} {
		report := Audit(Plan{People: everyone(phone, four...), Policies: []Policy{{
			Name: "p", MinPeople: min, Steps: []Step{{Targets: []Target{OnCall(primary), Always("user:jason", "jason")}}},
		}}}, from, to)
		var got Kind
		for _, f := range report.Findings {
			got = f.Kind
		}
		if got != want {
			t.Errorf("%d people asked for: %q, want %q", min, got, want)
		}
	}
}

func TestOneOfSomeCountsAsTheWorst(t *testing.T) {
	t.Parallel()
	people := everyone(phone, four...)
	people["jason"] = Person{Urgent: mail}
	report := Audit(Plan{People: people, Policies: []Policy{{
		Name: "p1", Urgent: true, Steps: []Step{{Targets: []Target{OneOf("random:west", four...)}}},
	}}}, from, to)
	all := when([]Span{{from, to}})
	want := []brief{{EmailOnly, "p1", 1, all, Error}, {Single, "p1 jason", 0, all, Warning}}
	if diff := cmp.Diff(want, briefs(report.Findings)); diff != "" {
		t.Error(diff)
	}
}

func TestEndingsAndAbsencesAreFoundBeforeTheyHurt(t *testing.T) {
	t.Parallel()
	s := rota(t, "primary", func(r *schedules.RotationSpec) { r.Ends = "2026-03-10T09:00" }, "ethan", "amir")
	report := Audit(Plan{
		People: everyone(phone, four...), Schedules: []*schedules.Schedule{s},
		Away: []schedules.Away{{User: "amir", From: from.AddDate(0, 0, 3).Add(time.Hour), Until: from.AddDate(0, 0, 6), Reason: "skiing"}},
	}, from, to)
	want := []brief{
		{Uncovered, "primary amir", 0, []string{"05 10:00 to 06 09:00", "07 09:00 to 08 09:00"}, Error},
		{RotationEnds, "primary daily", 0, []string{"10 09:00 to 16 09:00"}, Warning},
		{NobodyOnCall, "primary", 0, []string{"10 09:00 to 16 09:00"}, Info},
	}
	if diff := cmp.Diff(want, briefs(report.Findings)); diff != "" {
		t.Error(diff)
	}
	if report.Findings[0].Why != "away: skiing" {
		t.Error(report.Findings[0].Why)
	}
}

func TestAWaiverAcceptsUntilItEnds(t *testing.T) {
	t.Parallel()
	policy := Policy{Name: "p", Steps: []Step{{Targets: []Target{Always("user:ethan", "ethan")}}}}
	until := from.AddDate(0, 0, 5)
	report := Audit(Plan{
		People: everyone(phone, four...), Policies: []Policy{policy},
		Waivers: []Waiver{
			{Kind: Single, Policy: "p", Reason: "a new team", Until: until},
			{Kind: Single, Policy: "other", Reason: "elsewhere", Until: to},
			{Kind: Single, Until: to}, // without a reason it waives nothing
		},
	}, from, to)
	if diff := cmp.Diff([]Span{{until, to}}, report.Findings[0].Spans); diff != "" {
		t.Errorf("open:\n%s", diff)
	}
	if diff := cmp.Diff([]Span{{from, until}}, report.Waived[0].Spans); diff != "" {
		t.Errorf("waived:\n%s", diff)
	}
	if w := report.Waived[0].Waiver; w == nil || w.Reason != "a new team" {
		t.Errorf("waived by %+v", w)
	}
}

func TestSeveritiesAreThePlans(t *testing.T) {
	t.Parallel()
	plan := Plan{People: everyone(phone, four...), Policies: []Policy{{Name: "p", Steps: []Step{{Targets: []Target{Always("user:ethan", "ethan")}}}}}}
	plan.Severities = map[Kind]Severity{Single: Error}
	if got := Audit(plan, from, to).Findings[0].Severity; got != Error {
		t.Errorf("severity %s", got)
	}
	plan.Severities[Single] = Off
	if got := Audit(plan, from, to).Findings; got != nil {
		t.Errorf("turned off and found: %v", got)
	}
}

func TestAWrongWaiverSaysWhatIsMissing(t *testing.T) {
	t.Parallel()
	for _, w := range []Waiver{
		{Kind: "gaps", Reason: "x", Until: to}, {Reason: "x", Until: to}, {Kind: Gap, Until: to}, {Kind: Gap, Reason: "x"},
	} {
		if err := w.Check(); err == nil {
			t.Errorf("%+v is fine", w)
		}
	}
}

func TestNoTimeHasNoFindings(t *testing.T) {
	t.Parallel()
	want := Report{From: to, To: from}
	if diff := cmp.Diff(want, Audit(Plan{Policies: []Policy{{Name: "p"}}}, to, from), cmpopts.EquateEmpty()); diff != "" {
		t.Error(diff)
	}
}

func TestAPolicyThatOnlyPostsToAChannelPagesNobodyButHasNoGap(t *testing.T) {
	t.Parallel()
	weekdays := rota(t, "weekdays", nil, "ethan", schedules.Nobody)
	report := Audit(Plan{
		People: everyone(phone, four...),
		Policies: []Policy{{Name: "quiet", MinPeople: 1, Steps: []Step{
			{Targets: []Target{Place("channel:sre")}},
			{After: 10 * time.Minute, Targets: []Target{OnCall(weekdays)}},
		}}},
	}, from, from.AddDate(0, 0, 2))
	want := []brief{
		{ChannelOnly, "quiet", 0, []string{"03 08:50 to 04 08:50"}, Warning},
	}
	if diff := cmp.Diff(want, briefs(report.Findings)); diff != "" {
		t.Error(diff)
	}
	worst := report.Policies[0].Worst()
	if report.Policies[0].Gaps() != 0 || len(worst.People) > 0 || !cmp.Equal(worst.Places, []string{"channel:sre"}) {
		t.Errorf("at worst %+v", worst)
	}
}

func TestARotationAsATargetIsWhoTakesPartThen(t *testing.T) {
	t.Parallel()
	primary := rota(t, "primary", func(r *schedules.RotationSpec) {
		r.Members = []schedules.MemberSpec{{User: "amir", From: "2026-03-04T00:00"}, {User: "ethan", Until: "2026-03-06T00:00"}}
	}, "ethan", "amir")
	reach := Audit(Plan{
		People:   everyone(phone, four...),
		Policies: []Policy{{Name: "all", Steps: []Step{{Targets: []Target{Members(primary)}}}}},
	}, from, to).Policies[0].Reach
	var got []string
	for _, r := range reach {
		got = append(got, r.From.Format("02 15:04 ")+strings.Join(r.People, " "))
	}
	if diff := cmp.Diff([]string{"02 09:00 ethan", "04 00:00 amir ethan", "06 00:00 amir"}, got); diff != "" {
		t.Error(diff)
	}
}

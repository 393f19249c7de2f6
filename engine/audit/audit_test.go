package audit_test

import (
	"slices"
	"testing"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/audit"
	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/policy"
	"github.com/tocsin-oncall/tocsin/schedules"
	"github.com/tocsin-oncall/tocsin/schedules/coverage"
)

var monday = time.Date(2026, 3, 9, 0, 0, 0, 0, time.UTC)

// site is a team of two, of whom amir has a phone, and a schedule that is on call on weekdays only.
func site(t *testing.T, steps ...policy.Step) *directory.Directory {
	t.Helper()
	weekdays, problems := schedules.New(schedules.Spec{Name: "weekdays", Rotations: []schedules.RotationSpec{{
		Name: "daily", Starts: "2026-03-02T00:00", Every: "1d", Participants: [][]string{{"ethan"}, {"amir"}},
		Restrict: []schedules.RestrictionSpec{{Days: []string{"mon", "tue", "wed", "thu", "fri"}}},
	}}})
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	return &directory.Directory{
		Users: map[string]directory.User{
			"ethan": {Name: "ethan", Email: "ethan@example.com"},
			"amir":  {Name: "amir", Email: "amir@example.com", Phone: "+15550101"},
		},
		Teams:         map[string]directory.Team{"ops": {Name: "ops", Members: []directory.Member{{User: "ethan"}, {User: "amir", Admin: true}}}},
		Schedules:     map[string]*schedules.Schedule{"weekdays": weekdays},
		Policies:      map[string]policy.Policy{"standard": {Name: "standard", Steps: steps}},
		DefaultNotify: directory.Plans{High: []directory.Method{{Via: "email"}, {Via: "sms", After: time.Minute}}, Low: []directory.Method{{Via: "email"}}},
		HighUrgency:   []string{"P1"},
		Vias:          map[string]bool{"email": true, "sms": true},
	}
}

func notify(t *testing.T, after time.Duration, targets ...string) policy.Step {
	t.Helper()
	s := policy.Step{After: after}
	for _, text := range targets {
		target, err := policy.ParseTarget(text)
		if err != nil {
			t.Fatal(err)
		}
		s.Notify = append(s.Notify, target)
	}
	return s
}

func week(t *testing.T, dir *directory.Directory, s audit.Settings, away ...schedules.Away) coverage.Report {
	t.Helper()
	return coverage.Audit(audit.Plan(dir, away, nil, s), monday, monday.AddDate(0, 0, 7))
}

func find(r coverage.Report, kind coverage.Kind) (coverage.Finding, bool) {
	i := slices.IndexFunc(r.Findings, func(f coverage.Finding) bool { return f.Kind == kind })
	if i < 0 {
		return coverage.Finding{}, false
	}
	return r.Findings[i], true
}

func TestAWeekendWithoutAnybodyIsFoundToTheMinute(t *testing.T) {
	t.Parallel()
	gap, ok := find(week(t, site(t, notify(t, 0, "schedule:weekdays")), audit.Settings{}), coverage.Gap)
	if !ok || len(gap.Spans) != 1 || !gap.Spans[0].From.Equal(monday.AddDate(0, 0, 5)) || !gap.Spans[0].To.Equal(monday.AddDate(0, 0, 7)) {
		t.Errorf("the gap: %t, %+v", ok, gap)
	}
}

func TestAWeekendThatOnlyAChannelSeesIsNoGapButSaid(t *testing.T) {
	t.Parallel()
	found := week(t, site(t, notify(t, 0, "schedule:weekdays", "channel:sre")), audit.Settings{})
	only, ok := find(found, coverage.ChannelOnly)
	if _, gap := find(found, coverage.Gap); gap || !ok || !only.Spans[0].From.Equal(monday.AddDate(0, 0, 5)) {
		t.Errorf("gap: %t, channel-only: %t, %+v", gap, ok, only)
	}
}

func TestEveryKindOfTargetReachesItsPeople(t *testing.T) {
	t.Parallel()
	for target, want := range map[string][]string{
		"user:amir": {"amir"}, "team:ops": {"amir", "ethan"}, "admins:ops": {"amir"}, "rotation:weekdays": {"amir", "ethan"},
		"schedule:weekdays": {"amir"}, "next:weekdays": {"ethan"}, "previous:weekdays": {"ethan"},
		"user:gone": nil, "team:gone": nil, "schedule:gone": nil, "channel:sre": nil,
	} {
		got := week(t, site(t, notify(t, 0, target)), audit.Settings{}).Policies[0].Reach[0]
		if !slices.Equal(got.People, want) {
			t.Errorf("%s reaches %v, want %v", target, got.People, want)
		}
	}
}

func TestMailAloneIsTooLittleForUrgentPoliciesOnly(t *testing.T) {
	t.Parallel()
	dir := site(t, notify(t, 0, "user:ethan"), notify(t, 5*time.Minute, "team:ops"))
	if _, ok := find(week(t, dir, audit.Settings{}), coverage.EmailOnly); !ok {
		t.Error("ethan has e-mail alone, and it is not said")
	}
	if f, ok := find(week(t, dir, audit.Settings{Urgent: []string{}}), coverage.EmailOnly); ok {
		t.Errorf("no policy is urgent, and there is %+v", f)
	}
}

func TestTheConfigurationSaysHowManyPeopleAreEnough(t *testing.T) {
	t.Parallel()
	dir := site(t, notify(t, 0, "team:ops"))
	if f, ok := find(week(t, dir, audit.Settings{MinPeople: 2}), coverage.FewPeople); ok {
		t.Errorf("two of two, and there is %+v", f)
	}
	if _, ok := find(week(t, dir, audit.Settings{MinPeople: 3}), coverage.FewPeople); !ok {
		t.Error("two of three, and it is not said")
	}
}

func TestSomebodyOnCallWhoIsAwayIsFound(t *testing.T) {
	t.Parallel()
	dir := site(t, notify(t, 0, "schedule:weekdays"))
	away := schedules.Away{User: "amir", From: monday, Until: monday.Add(12 * time.Hour)}
	f, ok := find(week(t, dir, audit.Settings{}, away), coverage.Uncovered)
	if !ok || f.User != "amir" || f.Total() != 12*time.Hour {
		t.Errorf("amir is on call on Monday, and away until noon: %t, %+v", ok, f)
	}
}

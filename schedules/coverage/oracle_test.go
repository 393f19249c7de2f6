package coverage

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/tocsin-oncall/tocsin/schedules"
)

// TestAnAuditAgreesWithFollowingAlertsOneByOne draws plans, and asks at random instants and at both sides of every boundary
// what would become of an alert, step by step, by asking the schedules then.
func TestAnAuditAgreesWithFollowingAlertsOneByOne(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var rotas []*schedules.Schedule
		for i := range rapid.IntRange(1, 3).Draw(t, "schedules") {
			rotas = append(rotas, drawRota(t, fmt.Sprint("s", i)))
		}
		people := map[string]Person{}
		for _, user := range four {
			people[user] = Person{Urgent: rapid.SampledFrom([][]Channel{phone, mail, nil}).Draw(t, "channels of "+user)}
		}
		type asked struct {
			after   time.Duration
			targets []func(time.Time) []string
		}
		var truth []asked
		policy := Policy{Name: "p", Urgent: true}
		after := time.Duration(0)
		for range rapid.IntRange(1, 4).Draw(t, "steps") {
			step, own := Step{After: after}, asked{after: after}
			for range rapid.IntRange(1, 2).Draw(t, "targets") {
				s := rapid.SampledFrom(rotas).Draw(t, "schedule")
				switch rapid.IntRange(0, 3).Draw(t, "kind") {
				case 0:
					step.Targets, own.targets = append(step.Targets, Next(s)), append(own.targets, s.Next)
				case 1:
					step.Targets, own.targets = append(step.Targets, Previous(s)), append(own.targets, s.Previous)
				default:
					step.Targets, own.targets = append(step.Targets, OnCall(s)), append(own.targets, s.OnCall)
				}
			}
			policy.Steps, truth = append(policy.Steps, step), append(truth, own)
			after += time.Duration(rapid.IntRange(0, 200).Draw(t, "minutes")) * time.Minute
		}
		report := Audit(Plan{Policies: []Policy{policy}, People: people}, from, to)
		follow := func(alert time.Time) (reached []string, delay time.Duration) {
			fire, atOnce := time.Duration(0), false
			delay = -1
			for _, step := range truth {
				if !atOnce {
					fire = step.after
				}
				atOnce = true
				for _, target := range step.targets {
					for _, user := range target(alert.Add(fire)) {
						if len(people[user].Urgent) == 0 {
							continue
						}
						atOnce = false
						reached = append(reached, user)
						if d := fire + people[user].Urgent[0].After; delay < 0 || d < delay {
							delay = d
						}
					}
				}
			}
			slices.Sort(reached)
			return slices.Compact(reached), max(0, delay)
		}
		instants := []time.Time{from, to.Add(-time.Second)}
		for _, r := range report.Policies[0].Reach[1:] {
			instants = append(instants, r.From, r.From.Add(-time.Second))
		}
		for range 20 {
			instants = append(instants, from.Add(time.Duration(rapid.IntRange(0, 14*24*3600-1).Draw(t, "second"))*time.Second))
		}
		for _, alert := range instants {
			n := slices.IndexFunc(report.Policies[0].Reach, func(r Reach) bool { return r.To.After(alert) })
			got := report.Policies[0].Reach[n]
			reached, delay := follow(alert)
			if diff := cmp.Diff(reached, got.People); diff != "" || delay != got.Delay {
				t.Fatalf("an alert at %v reaches after %v, audited %v (-followed +audited):\n%s", alert, delay, got.Delay, diff)
			}
			inGap := false
			for _, f := range report.Findings {
				for _, s := range f.Spans {
					inGap = inGap || f.Kind == Gap && !alert.Before(s.From) && alert.Before(s.To)
				}
			}
			if inGap != (len(reached) == 0) {
				t.Fatalf("at %v a gap is %v, and %v are reached", alert, inGap, reached)
			}
		}
	})
}

func drawRota(t *rapid.T, name string) *schedules.Schedule {
	spec := schedules.Spec{Name: name, Zone: rapid.SampledFrom([]string{"UTC", "America/New_York"}).Draw(t, "zone")}
	for i := range rapid.IntRange(1, 2).Draw(t, "rotations") {
		r := schedules.RotationSpec{
			Name: fmt.Sprint("r", i), Starts: "2026-02-02T07:30",
			Every:        rapid.SampledFrom([]string{"6h", "12h", "1d", "5d", "1w"}).Draw(t, "every"),
			Participants: turns(rapid.SliceOfN(rapid.SampledFrom(append([]string{schedules.Nobody}, four...)), 1, 4).Draw(t, "turns")...),
		}
		r.Participants = append(r.Participants, []string{"ethan"})
		if rapid.Bool().Draw(t, "restricted") {
			r.Restrict = []schedules.RestrictionSpec{{Days: []string{"mon", "tue", "sat"}, From: "08:00", To: "03:00"}}
		}
		spec.Rotations = append(spec.Rotations, r)
	}
	if rapid.Bool().Draw(t, "override") {
		spec.Overrides = []schedules.OverrideSpec{{User: "jason", From: "2026-03-07T00:00", To: "2026-03-09T12:34:56"}}
	}
	s, problems := schedules.New(spec)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	return s
}

// BenchmarkAudit is 90 days of 200 policies of four steps over 100 schedules of eight people, with restrictions and 50 overrides
// each.
func BenchmarkAudit(b *testing.B) {
	var rotas []*schedules.Schedule
	people := map[string]Person{}
	for i := range 100 {
		var users []string
		for j := range 8 {
			user := fmt.Sprintf("u%d", (i*3+j)%200)
			users = append(users, user)
			people[user] = Person{Urgent: phone, Other: mail}
		}
		spec := schedules.Spec{Name: fmt.Sprint("s", i), Zone: "America/New_York", Rotations: []schedules.RotationSpec{{
			Starts: "2016-03-02T09:00", Every: "1d", Participants: turns(users...),
			Restrict: []schedules.RestrictionSpec{{Days: []string{"mon", "tue", "wed", "thu", "fri"}, From: "17:00", To: "09:00"}, {Days: []string{"sat", "sun"}}},
		}}}
		for k := range 50 {
			at := from.Add(time.Duration(k*43) * time.Hour)
			spec.Overrides = append(spec.Overrides, schedules.OverrideSpec{
				User: users[k%8], From: at.Format("2006-01-02T15:04"), To: at.Add(7 * time.Hour).Format("2006-01-02T15:04"),
			})
		}
		rotas = append(rotas, build(b, spec))
	}
	plan := Plan{People: people, Schedules: rotas}
	for i := range 200 {
		s, backup := rotas[i%100], rotas[(i*7+1)%100]
		plan.Policies = append(plan.Policies, Policy{Name: fmt.Sprint("p", i), Urgent: true, MinPeople: 3, Steps: []Step{
			{Targets: []Target{OnCall(s)}},
			{After: 10 * time.Minute, Targets: []Target{OnCall(backup), Place("channel:sre")}},
			{After: 30 * time.Minute, Targets: []Target{Next(s)}},
			{After: 90 * time.Minute, Targets: []Target{Always(fmt.Sprint("team:", i), "u1", "u2", "u3", "u4")}},
		}})
	}
	b.ReportAllocs()
	for b.Loop() {
		Audit(plan, from, from.AddDate(0, 0, 90))
	}
}

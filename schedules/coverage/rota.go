package coverage

import (
	"slices"
	"time"

	"github.com/tocsin-oncall/tocsin/schedules"
)

// schedule notes what is wrong with a schedule, whatever policies ask it.
func (a *auditor) schedule(s *schedules.Schedule) {
	from, to := time.Unix(a.from, 0), time.Unix(a.to, 0)
	for _, i := range s.Intervals(from, to) {
		if len(i.Shifts) == 0 {
			a.book.note(about{kind: NobodyOnCall, schedule: s.Name(), why: "nobody is on call"}, i.From.Unix(), i.To.Unix())
		}
	}
	for _, shift := range s.Shifts(from, to) {
		for kind, why := range a.faults(shift.User) {
			a.book.note(about{kind: kind, schedule: s.Name(), user: shift.User, why: why}, shift.From.Unix(), shift.Until.Unix())
		}
	}
	for _, shift := range s.Uncovered(a.plan.Away, from, to) {
		a.book.note(about{kind: Uncovered, schedule: s.Name(), user: shift.User, why: a.absence(shift)}, shift.From.Unix(), shift.Until.Unix())
	}
	for _, e := range s.Endings(from, to) {
		a.book.note(about{kind: RotationEnds, schedule: s.Name(), rotation: e.Rotation, why: endings[e.Why]}, e.At.Unix(), max(a.to, e.At.Unix()))
	}
}

var endings = map[string]string{
	schedules.Ends:       "the rotation ends",
	schedules.NoMembers:  "the rotation runs out of people",
	schedules.LastTurn:   "the rotation's rule hands over for the last time; that turn would never end",
	schedules.LastInList: "the calendar has no turn after this",
}

// faults says why somebody is hard to reach when it matters.
func (a *auditor) faults(user string) map[Kind]string {
	channels := a.plan.People[user].Urgent
	has := func(f func(Channel) bool) bool { return slices.ContainsFunc(channels, f) }
	if len(channels) == 0 {
		return map[Kind]string{NoChannel: "there is no way to reach them"}
	}
	found := map[Kind]string{}
	if !has(func(c Channel) bool { return c.Kind == SMS || c.Kind == Voice }) {
		found[NoPhone] = "they can be neither called nor sent an SMS"
	}
	if !has(func(c Channel) bool { return c.Verified }) {
		found[Unverified] = "none of their channels was ever seen to work"
	}
	return found
}

// absence names the reason for which somebody is away in a shift.
func (a *auditor) absence(shift schedules.Shift) string {
	for _, away := range a.plan.Away {
		if away.User == shift.User && away.Reason != "" && away.From.Before(shift.Until) && shift.From.Before(away.Until) {
			return "away: " + away.Reason
		}
	}
	return "away"
}

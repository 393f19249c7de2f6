package config

import (
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/tocsin-oncall/tocsin/schedules"
	"github.com/tocsin-oncall/tocsin/schedules/fairness"
)

// Unfair warns of rotations that by themselves give people more or less than fairness.max_share allows of the hours, the
// nights or the weekends. Each is counted alone, without overrides, over whole rounds of at least a year, after the last of its
// joins and leaves. Holidays are too few for that. It counts a year of each rotation, so it is for checking, not for loading.
func (w *World) Unfair() Problems {
	var out Problems
	for i, s := range w.File.Schedules {
		built := w.Dir.Schedules[string(s.Name)]
		if built == nil {
			continue
		}
		for j, r := range s.Rotations {
			if message := w.unfair(r, built.Location()); message != "" {
				out = append(out, w.File.Problem(Warning, fmt.Sprintf("schedules[%d].rotations[%d]", i, j), -1, message,
					"another length of turns, or a rotation of their own for weekends or nights, may share them better; fairness.max_share is how much is accepted"))
			}
		}
	}
	return out
}

// unfair says what a rotation shares unfairly, and nothing if it is fair.
func (w *World) unfair(r Rotation, zone *time.Location) string {
	spec := r.spec()
	spec.Name, spec.Ends = "alone", ""
	alone, problems := schedules.New(schedules.Spec{Location: zone, Rotations: []schedules.RotationSpec{spec}})
	if len(problems) > 0 {
		return ""
	}
	var settled time.Time // when nobody joins or leaves any more
	for _, m := range r.Members {
		for _, date := range []string{m.From, m.Until} {
			if at, err := schedules.ParseTime(date, zone); err == nil && at.After(settled) {
				settled = at
			}
		}
	}
	from, ok := alone.Round("alone", settled)
	if !ok {
		return ""
	}
	to, ok := alone.Round("alone", from.AddDate(1, 0, 0))
	if !ok || to.After(from.AddDate(5, 0, 0)) {
		return ""
	}
	in := fairness.Input{
		Schedules: []*schedules.Schedule{alone}, From: from, To: to, Users: alone.RotationMembers("alone", from),
		Zones: map[string]*time.Location{}, Night: w.Dir.Fairness.Night, Weekend: w.Dir.Fairness.Weekend,
	}
	for _, user := range in.Users {
		in.Zones[user] = w.Dir.Users[user].Zone
	}
	people, err := fairness.Count(in)
	if err != nil {
		return ""
	}
	worst := map[string]fairness.Warning{}
	for _, warning := range fairness.Unfair(people, w.Dir.Fairness.MaxShare) {
		if math.Abs(warning.Share) > math.Abs(worst[warning.What].Share) {
			worst[warning.What] = warning
		}
	}
	var parts []string
	for _, what := range []string{fairness.Hours, fairness.Nights, fairness.Weekends} {
		if warning, found := worst[what]; found {
			parts = append(parts, warning.String())
		}
	}
	if len(parts) == 0 {
		return ""
	}
	return fmt.Sprintf("this is not shared fairly: in %d days %s", int(to.Sub(from).Round(24*time.Hour)/(24*time.Hour)), strings.Join(parts, "; "))
}

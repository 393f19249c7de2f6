package calendar

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/schedules"
	"github.com/tocsin-oncall/tocsin/schedules/ical"
)

// Report is what became of a rotation's calendar.
type Report struct {
	Schedule, Rotation string
	Index              int    // of the rotation
	Calendar           string // directory.Calendar.ID
	Known              bool   // there is a copy; without one, nobody is on call by the rotation
	Events             int    // in the window, repeated ones counted each time
	Unknown            []ical.Event
	Problems           []ical.Problem // events that make no sense
	Err                error          // why nothing could be made of the copy
}

// Apply gives the directory with the turns that calendars have. The directory itself does not change.
func Apply(dir *directory.Directory, copies Copies, w Window, books *Books) (*directory.Directory, []Report) {
	if len(dir.Imported) == 0 {
		return dir, nil
	}
	people := PeopleOf(dir)
	with := *dir
	with.Schedules, with.Handoffs = maps.Clone(dir.Schedules), maps.Clone(dir.Handoffs)
	var reports []Report
	for _, name := range slices.Sorted(maps.Keys(dir.Imported)) {
		imported := dir.Imported[name]
		spec := imported.Spec
		spec.Rotations = slices.Clone(spec.Rotations)
		rotations := dir.Schedules[name].Rotations()
		for _, i := range slices.Sorted(maps.Keys(imported.Calendars)) {
			r := Report{Schedule: name, Rotation: rotations[i], Index: i, Calendar: imported.Calendars[i]}
			zone := dir.Schedules[name].Location()
			if c := copies[r.Calendar]; c.Known {
				found := books.read(leaf{c.Sum, zone.String(), w.From}, c, zone, w)
				r.Known, r.Err, r.Problems, r.Events = true, found.err, found.calendar.Problems, len(found.calendar.Events)
				var turns []schedules.CalendarTurn
				turns, r.Unknown = people.Turns(found.calendar.Events)
				spec.Rotations[i].Calendar = &schedules.CalendarSpec{Turns: turns}
			}
			if h, told := with.Handoffs[name]; told && copies[r.Calendar].Local() { // each replica has files of its own
				h.Edition += "/" + copies[r.Calendar].Sum
				with.Handoffs[name] = h
			}
			reports = append(reports, r)
		}
		built, problems := schedules.New(spec)
		if built == nil { // the rest of the schedule was fine without the turns
			for j := range reports {
				if reports[j].Schedule == name && reports[j].Err == nil {
					reports[j].Err = fmt.Errorf("no turns can be made of it: %w", problems[0])
				}
			}
			continue
		}
		with.Schedules[name] = built
	}
	return &with, reports
}

// PeopleOf finds the users of a directory by name, full name and e-mail address.
func PeopleOf(dir *directory.Directory) ical.People {
	spellings := map[string][]string{}
	for name, u := range dir.Users {
		spellings[name] = []string{u.FullName, u.Email}
	}
	return ical.NewPeople(spellings)
}

// Complaint says what of a calendar is not understood, "" where all is. The names in it are those of events.
func (r Report) Complaint() string {
	var parts []string
	if r.Err != nil {
		parts = append(parts, r.Err.Error())
	}
	if n := len(r.Unknown); n > 0 {
		parts = append(parts, fmt.Sprintf("%s no user: %s", plural(n, "event names", "events name"), strings.Join(r.Names(3), ", ")))
	}
	if n := len(r.Problems); n > 0 {
		parts = append(parts, fmt.Sprintf("%s no sense, first at line %d: %s", plural(n, "event makes", "events make"), r.Problems[0].Line, r.Problems[0].Message))
	}
	return strings.Join(parts, "; ")
}

// Names are the titles of events that name no user, each once, at most so many.
func (r Report) Names(most int) []string {
	var names []string
	for _, e := range r.Unknown {
		name := fmt.Sprintf("%q", clip(e.Summary))
		if slices.Contains(names, name) {
			continue
		}
		if len(names) == most {
			return append(names, "…")
		}
		names = append(names, name)
	}
	return names
}

func clip(s string) string {
	const most = 60 // characters
	if r := []rune(s); len(r) > most {
		return string(r[:most]) + "…"
	}
	return s
}

func plural(n int, one, several string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, several)
}

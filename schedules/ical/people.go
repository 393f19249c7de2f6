package ical

import (
	"cmp"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/tocsin-oncall/tocsin/schedules"
)

// People finds users in events.
type People struct {
	users map[string]string // by spelling, lower case
}

// NewPeople makes People of how each user may be written: the user name itself, and such as a full name or an e-mail
// address. Case does not matter. A spelling of two users means neither.
func NewPeople(spellings map[string][]string) People {
	p := People{map[string]string{}}
	for user, others := range spellings {
		for _, s := range append([]string{user}, others...) {
			s = plain(s)
			if known, taken := p.users[s]; taken && known != user {
				p.users[s] = ""
				continue
			}
			if s != "" {
				p.users[s] = user
			}
		}
	}
	return p
}

func plain(s string) string { return strings.ToLower(strings.Join(strings.Fields(s), " ")) }

// level is a priority as Grafana OnCall has it, at the beginning of a summary: [L1].
var level = regexp.MustCompile(`^\s*\[[Ll](\d)\]`)

var separators = regexp.MustCompile(`\s*[,;/&+|\n]\s*|\s+and\s+`)

// Find returns the users whom an event's summary names: all of it, or its parts between commas, semicolons, slashes, &, + or
// "and". Where it names none, those of its attendees who are users.
func (p People) Find(e Event) []string {
	summary := level.ReplaceAllString(e.Summary, "")
	names := append([]string{summary}, separators.Split(summary, 100)...)
	found := p.known(names)
	if len(found) == 0 {
		found = p.known(e.Attendees)
	}
	return found
}

func (p People) known(names []string) []string {
	var found []string
	for _, name := range names {
		if user := p.users[plain(name)]; user != "" && !slices.Contains(found, user) {
			found = append(found, user)
		}
	}
	slices.Sort(found)
	return found
}

// Turns makes the turns of a rotation of events. An event of a higher level ([L1] … [L9] at the beginning of its summary)
// hides those of lower ones, and those without. Events that name nobody known are returned too, and hide nothing.
func (p People) Turns(events []Event) (turns []schedules.CalendarTurn, unknown []Event) {
	byLevel := map[int][]schedules.CalendarTurn{}
	for _, e := range events {
		users := p.Find(e)
		if len(users) == 0 {
			unknown = append(unknown, e)
		}
		n := 0
		if match := level.FindStringSubmatch(e.Summary); match != nil {
			n, _ = strconv.Atoi(match[1]) // one digit
		}
		for _, user := range users {
			byLevel[n] = append(byLevel[n], schedules.CalendarTurn{User: user, From: e.From, Until: e.To})
		}
	}
	var hidden []schedules.CalendarTurn // by higher levels: apart and ascending
	for n := 9; n >= 0; n-- {
		for _, turn := range byLevel[n] {
			turns = append(turns, without(turn, hidden)...)
		}
		hidden = union(append(hidden, byLevel[n]...))
	}
	slices.SortStableFunc(turns, func(a, b schedules.CalendarTurn) int {
		return cmp.Or(a.From.Compare(b.From), cmp.Compare(a.User, b.User))
	})
	return turns, unknown
}

// without cuts hidden times out of a turn.
func without(turn schedules.CalendarTurn, hidden []schedules.CalendarTurn) []schedules.CalendarTurn {
	first, _ := slices.BinarySearchFunc(hidden, turn.From, func(h schedules.CalendarTurn, t time.Time) int {
		if h.Until.After(t) {
			return 1
		}
		return -1
	})
	var parts []schedules.CalendarTurn
	for _, h := range hidden[first:] {
		if !h.From.Before(turn.Until) {
			break
		}
		if turn.From.Before(h.From) {
			part := turn
			part.Until = h.From
			parts = append(parts, part)
		}
		turn.From = h.Until
	}
	if turn.From.Before(turn.Until) {
		parts = append(parts, turn)
	}
	return parts
}

// union joins times that overlap or touch.
func union(times []schedules.CalendarTurn) []schedules.CalendarTurn {
	times = slices.Clone(times)
	slices.SortFunc(times, func(a, b schedules.CalendarTurn) int { return a.From.Compare(b.From) })
	var out []schedules.CalendarTurn
	for _, t := range times {
		if n := len(out); n > 0 && !t.From.After(out[n-1].Until) {
			if t.Until.After(out[n-1].Until) {
				out[n-1].Until = t.Until
			}
			continue
		}
		out = append(out, t)
	}
	return out
}

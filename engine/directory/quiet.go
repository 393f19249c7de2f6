package directory

import (
	"slices"
	"time"

	"github.com/tocsin-oncall/tocsin/rules"
)

// Quiet are hours in which alerts of some priorities wait before they page.
type Quiet struct {
	Window     string // its name
	Hours      *rules.Hours
	Priorities []string
	Team       string // whose alerts; empty for all
}

// Quiet returns when the quiet hours end that hold back an alert of the team and priority now, and the name of their
// window. The time is zero when there are none, or when they have no end: then nobody would ever be paged.
func (d *Directory) Quiet(team, priority string, now time.Time) (until time.Time, window string) {
	for i := range d.QuietHours {
		q := &d.QuietHours[i]
		if q.Team != "" && q.Team != team || !slices.Contains(q.Priorities, priority) || !q.Hours.Contains(now) {
			continue
		}
		if at, ends := q.Hours.Ends(now); ends && at.After(until) {
			until, window = at, q.Window
		}
	}
	return until, window
}

// Wait returns when a method may be used for a page that is due: at once, or when its window begins. A window that
// never begins is not waited for.
func (m Method) Wait(due time.Time) time.Time {
	if m.During == nil {
		return due
	}
	if at, ok := m.During.Begins(due); ok {
		return at
	}
	return due
}

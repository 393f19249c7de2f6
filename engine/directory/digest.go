package directory

import (
	"fmt"
	"slices"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/policy"
	"github.com/tocsin-oncall/tocsin/schedules"
)

// Digest is the review that comes again and again, and the message that goes ahead of it; it is stored with what was
// sent, so that any replica can do it.
type Digest struct {
	From    string          `json:"from"` // wall clock in Zone: the first review
	Until   string          `json:"until"`
	RRule   string          `json:"rrule"`
	Zone    string          `json:"zone"`
	Ahead   time.Duration   `json:"ahead"` // how long before a review the message goes out, on the wall clock
	Targets []policy.Target `json:"targets,omitempty"`
	Emails  []string        `json:"emails,omitempty"` // of people who are not in the configuration
	Room    string          `json:"room,omitempty"`
	Agenda  string          `json:"agenda,omitempty"`
}

// On reports whether there is one.
func (d Digest) On() bool { return d.From != "" }

// Equal reports whether two are the same.
func (d Digest) Equal(o Digest) bool {
	return d.From == o.From && d.Until == o.Until && d.RRule == o.RRule && d.Zone == o.Zone && d.Ahead == o.Ahead &&
		slices.Equal(d.Targets, o.Targets) && slices.Equal(d.Emails, o.Emails) && d.Room == o.Room && d.Agenda == o.Agenda
}

// Times are when the reviews are.
func (d Digest) Times() (*schedules.Recurrence, []schedules.Problem) {
	zone, err := time.LoadLocation(d.Zone)
	if err != nil {
		return nil, []schedules.Problem{{Path: "timezone", Message: err.Error()}}
	}
	return schedules.NewRecurrence(schedules.RecurrenceSpec{From: d.From, Until: d.Until, RRule: d.RRule, Zone: zone})
}

// Review is one of them.
type Review struct {
	SendAt      time.Time // when the message goes out
	From, Until time.Time
}

// Next is the first review whose message goes out after a time; false where none comes any more.
func (d Digest) Next(after time.Time) (Review, bool) {
	times, problems := d.Times()
	if problems != nil {
		return Review{}, false
	}
	for t := after; ; {
		o, ok := times.Next(t)
		if !ok {
			return Review{}, false
		}
		r := Review{SendAt: d.ahead(o.From), From: o.From.UTC(), Until: o.Until.UTC()}
		if r.SendAt.After(after) {
			return r, true
		}
		t = o.Until // at From it would be found again
	}
}

// ahead is so long before a time on the wall clock of the reviews: a day before is the same hour, whatever clocks do.
func (d Digest) ahead(at time.Time) time.Time {
	zone, err := time.LoadLocation(d.Zone)
	if err != nil {
		zone = time.UTC
	}
	y, m, day := at.In(zone).Date()
	hour, minute, second := at.In(zone).Clock()
	wall := time.Date(y, m, day, hour, minute, second, 0, time.UTC).Add(-d.Ahead)
	return schedules.Instant(wall, zone).UTC()
}

// String names it in errors.
func (d Digest) String() string { return fmt.Sprintf("the review of %s, %s", d.From, d.RRule) }

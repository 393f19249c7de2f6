// Package fairness counts what being on call costs each person: hours, nights, weekends, holidays and pages, and says when
// it is shared unfairly. It is pure; pages and holidays are given to it as data.
package fairness

import (
	"time"

	"github.com/tocsin-oncall/tocsin/schedules"
)

// Input is what to count. From and To bound it all.
type Input struct {
	Schedules []*schedules.Schedule // being on call in several at once counts once
	From, To  time.Time
	Zones     map[string]*time.Location // where users live, for their nights, weekends and holidays; else the zone of the first schedule
	Night     schedules.RestrictionSpec // zero: every day from 22:00 to 06:00
	Weekend   schedules.RestrictionSpec // zero: Saturday and Sunday, from midnight to midnight
	Holidays  map[string][]time.Time    // days off of each user, from midnight to midnight, of which only the date counts
	Pages     []Page
	Users     []string // who is listed even without any time on call
}

// Page is a notification that somebody was sent.
type Page struct {
	User string
	At   time.Time
}

// Person is what one user had. A time can be night, weekend and holiday at once.
type Person struct {
	User                            string
	OnCall, Night, Weekend, Holiday time.Duration
	Shifts                          int // times on call without a break
	Pages, NightPages               int
}

package api

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/tocsin-oncall/tocsin/engine"
	"github.com/tocsin-oncall/tocsin/engine/report"
	"github.com/tocsin-oncall/tocsin/engine/store"
	"github.com/tocsin-oncall/tocsin/schedules"
	"github.com/tocsin-oncall/tocsin/schedules/fairness"
)

// Fairness is what being on call cost each person.
type Fairness struct {
	From      Time       `json:"from"`
	To        Time       `json:"to"`
	Schedules []string   `json:"schedules"`
	People    []Duty     `json:"people" doc:"By name. Everybody in the schedules, and those without any time, too."`
	Warnings  []Unfairly `json:"warnings" doc:"Who has more or less than a fair share."`
}

// Duty is what one person had. An hour can be of the night, of the weekend and of a holiday at once; all are in the user's
// zone.
type Duty struct {
	User         string  `json:"user"`
	Hours        float64 `json:"hours" doc:"On call; several schedules at once count once."`
	NightHours   float64 `json:"night_hours" doc:"By the configuration's fairness.night; from 22:00 to 06:00 without it."`
	WeekendHours float64 `json:"weekend_hours" doc:"By fairness.weekend; Saturday and Sunday without it."`
	HolidayHours float64 `json:"holiday_hours" doc:"On the days of the user's calendars under holidays."`
	Shifts       int     `json:"shifts" doc:"Times on call without a break."`
	Pages        int     `json:"pages" doc:"Sent in that time, as far as the alerts are still kept."`
	NightPages   int     `json:"night_pages"`
}

// Unfairly says that somebody has more or less than others.
type Unfairly struct {
	User  string  `json:"user"`
	What  string  `json:"what" doc:"hours, nights, weekends or holidays."`
	Share float64 `json:"share" doc:"How far from the mean: 0.5 is half as much again, -1 is nothing at all."`
	Text  string  `json:"text"`
}

const defaultFairness = 28 * 24 * time.Hour

var fairnessParams = []param{
	{name: "schedule", doc: "Only these.", list: true},
	{name: "share", doc: "Warn from this share of the mean on; fairness.max_share of the configuration, 0.25 without it."},
	{name: "from", doc: "RFC 3339; 28 days ago by default."},
	{name: "to", doc: "RFC 3339, excluded; at most 366 days later; by default 28 days later."},
}

func getFairness(c *call) (any, error) {
	share := c.env.Dir.Fairness.MaxShare
	if s := c.query.text("share"); s != "" {
		n, err := strconv.ParseFloat(s, 64)
		if err != nil || !(n > 0 && n <= 100) {
			return nil, invalid("share", "%q is not a share such as 0.25", clip(s))
		}
		share = n
	}
	from, to, err := c.span(c.env.Now.Add(-defaultFairness), defaultFairness)
	if err != nil {
		return nil, err
	}
	in := fairness.Input{
		From: from, To: to, Zones: map[string]*time.Location{}, Holidays: map[string][]time.Time{},
		Night: c.env.Dir.Fairness.Night, Weekend: c.env.Dir.Fairness.Weekend,
	}
	names := c.query.texts("schedule")
	if len(names) == 0 {
		names = sortedKeys(c.env.Dir.Schedules)
	}
	for _, name := range names {
		s, ok := c.env.Dir.Schedules[name]
		if !ok {
			return nil, noSuch("schedule", name)
		}
		in.Schedules = append(in.Schedules, s)
		in.Users = append(in.Users, s.Participants()...)
	}
	in.Users = slices.DeleteFunc(in.Users, func(u string) bool { return u == schedules.Nobody })
	for name, u := range c.env.Dir.Users {
		if u.Zone != nil {
			in.Zones[name] = u.Zone
		}
		in.Holidays[name] = c.env.Dir.HolidaysOf(name)
	}
	if in.Pages, err = c.pages(from, to); err != nil {
		return nil, err
	}
	people, err := fairness.Count(in)
	if err != nil {
		return nil, fmt.Errorf("count: %w", err)
	}
	out := Fairness{From: utc(from), To: utc(to), Schedules: some(names), People: []Duty{}, Warnings: []Unfairly{}}
	for _, p := range people {
		out.People = append(out.People, Duty{
			User: p.User, Hours: p.OnCall.Hours(), NightHours: p.Night.Hours(), WeekendHours: p.Weekend.Hours(), HolidayHours: p.Holiday.Hours(),
			Shifts: p.Shifts, Pages: p.Pages, NightPages: p.NightPages,
		})
	}
	for _, w := range fairness.Unfair(people, share) {
		out.Warnings = append(out.Warnings, Unfairly{w.User, w.What, w.Share, w.String()})
	}
	return out, nil
}

// pages are those that were sent to people between two instants, for alerts that began at most report.Lookback before.
func (c *call) pages(from, to time.Time) (out []fairness.Page, err error) {
	if !from.Before(c.env.Now) {
		return nil, nil
	}
	var before store.Cursor
	for {
		alerts, next, err := c.Engine.Alerts(c.ctx, engine.Filter{Since: from.Add(-report.Lookback)}, before, maxLimit)
		if err != nil {
			return nil, err
		}
		for _, a := range alerts {
			for _, p := range a.Pages {
				if p.Interrupts() && !p.SentAt.Before(from) && p.SentAt.Before(to) {
					out = append(out, fairness.Page{User: p.User, At: p.SentAt})
				}
			}
		}
		if before = next; next == (store.Cursor{}) {
			return out, nil
		}
	}
}

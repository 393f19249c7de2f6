package api

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/tocsin-oncall/tocsin/engine"
	"github.com/tocsin-oncall/tocsin/engine/page"
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

// Duty is what one person had. An hour can be of the night and of the weekend at once; both are in the user's zone.
type Duty struct {
	User         string  `json:"user"`
	Hours        float64 `json:"hours" doc:"On call; several schedules at once count once."`
	NightHours   float64 `json:"night_hours" doc:"From 22:00 to 06:00."`
	WeekendHours float64 `json:"weekend_hours" doc:"Saturday and Sunday."`
	Shifts       int     `json:"shifts" doc:"Times on call without a break."`
	Pages        int     `json:"pages" doc:"Sent for alerts that began in that time."`
	NightPages   int     `json:"night_pages"`
}

// Unfairly says that somebody has more or less than others.
type Unfairly struct {
	User  string  `json:"user"`
	What  string  `json:"what" doc:"hours, nights, weekends or holidays."`
	Share float64 `json:"share" doc:"How far from the mean: 0.5 is half as much again, -1 is nothing at all."`
	Text  string  `json:"text"`
}

const (
	defaultFairness = 28 * 24 * time.Hour
	defaultShare    = 0.25
)

var fairnessParams = []param{
	{name: "schedule", doc: "Only these.", list: true},
	{name: "share", doc: "Warn from this share of the mean on; 0.25 by default."},
	{name: "from", doc: "RFC 3339; 28 days ago by default."},
	{name: "to", doc: "RFC 3339, excluded; at most 366 days later; by default 28 days later."},
}

func getFairness(c *call) (any, error) {
	share := defaultShare
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
	in := fairness.Input{From: from, To: to, Zones: map[string]*time.Location{}}
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
			User: p.User, Hours: p.OnCall.Hours(), NightHours: p.Night.Hours(), WeekendHours: p.Weekend.Hours(),
			Shifts: p.Shifts, Pages: p.Pages, NightPages: p.NightPages,
		})
	}
	for _, w := range fairness.Unfair(people, share) {
		out.Warnings = append(out.Warnings, Unfairly{w.User, w.What, w.Share, w.String()})
	}
	return out, nil
}

// pages are those that were sent to people between two instants, for alerts that began between them, too.
func (c *call) pages(from, to time.Time) (out []fairness.Page, err error) {
	if !from.Before(c.env.Now) {
		return nil, nil
	}
	var before store.Cursor
	for {
		alerts, next, err := c.Engine.Alerts(c.ctx, engine.Filter{Since: from}, before, maxLimit)
		if err != nil {
			return nil, err
		}
		for _, a := range alerts {
			for _, p := range a.Pages {
				if p.Kind == page.Escalation && p.User != "" && !p.SentAt.IsZero() && p.SentAt.Before(to) {
					out = append(out, fairness.Page{User: p.User, At: p.SentAt})
				}
			}
		}
		if before = next; next == (store.Cursor{}) {
			return out, nil
		}
	}
}

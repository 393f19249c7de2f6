package app

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/calendar"
	"github.com/tocsin-oncall/tocsin/engine/config"
	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/integrations/webcal"
)

// CheckCalendars finds what is not understood of the calendars of which rotations are made, at that time. Those at URLs are
// fetched only if that is wanted; skipped are the hosts of those that were not.
func CheckCalendars(ctx context.Context, world *config.World, now time.Time, fetch bool) (problems config.Problems, skipped []string) {
	copies, failed := calendar.Copies{}, map[string]error{}
	fetcher := webcal.New(transport())
	for id, c := range world.Dir.Calendars {
		switch {
		case c.File != "":
			copies[id] = calendar.LocalCopy(c.Text, now)
		case fetch:
			got, err := fetcher.Fetch(ctx, c, calendar.Tags{})
			if failed[id] = err; err == nil {
				copies[id] = calendar.LocalCopy(got.Text, now)
			}
		case !slices.Contains(skipped, c.Host):
			skipped = append(skipped, c.Host)
		}
	}
	slices.Sort(skipped)
	_, reports := calendar.Apply(world.Dir, copies, calendar.WindowAt(now), &calendar.Books{})
	for _, r := range reports {
		i := slices.IndexFunc(world.File.Schedules, func(s config.Schedule) bool { return string(s.Name) == r.Schedule })
		warn := func(message, hint string) {
			path := fmt.Sprintf("schedules[%d].rotations[%d].ical", i, r.Index)
			problems = append(problems, world.File.Problem(config.Warning, path, -1, message, hint))
		}
		switch {
		case failed[r.Calendar] != nil:
			warn("the calendar cannot be fetched now: "+failed[r.Calendar].Error(), "until it can for the first time, nobody is on call by it")
		case r.Complaint() != "":
			warn("not everything in the calendar is understood: "+r.Complaint(), "write a user's name, full_name or email into the titles of events")
		}
	}
	return problems, skipped
}

// fetchCalendars fetches all calendars once, for who asks offline.
func (a *App) fetchCalendars(ctx context.Context) error {
	dir := a.engine.World().Dir
	remote := maps.Clone(dir.Calendars)
	maps.DeleteFunc(remote, func(_ string, c directory.Calendar) bool { return c.URL == "" })
	for range remote { // several at a time: it is at its end before that
		if _, err := a.engine.Import(ctx, a.engine.Now()); err != nil {
			return err
		}
		if err := a.sends.Wait(ctx); err != nil {
			return err
		}
	}
	return nil
}

package main

import (
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/tocsin-oncall/tocsin/engine/config"
	"github.com/tocsin-oncall/tocsin/integrations/api"
	"github.com/tocsin-oncall/tocsin/schedules"
	"github.com/tocsin-oncall/tocsin/schedules/draw"
)

// maxHorizon is how far the API looks.
const maxHorizon = 366 * 24 * time.Hour

// horizon reads how far to look.
func horizon(flag, text string) (time.Duration, error) {
	d, err := config.ParseDuration(text)
	if err != nil {
		return 0, fmt.Errorf("%s: %w", flag, err)
	}
	if d < time.Minute || d > maxHorizon {
		return 0, fmt.Errorf("%s %s: from 1m to 366d", flag, text)
	}
	return d, nil
}

// period is a time that flags give.
type period struct {
	from, to string
	weeks    int
}

// read gives the instants in a zone: from start, and so many weeks, unless the flags say otherwise.
func (p period) read(loc *time.Location, start time.Time) (from, to time.Time, err error) {
	from = start
	if p.from != "" {
		if from, err = schedules.ParseTime(p.from, loc); err != nil {
			return from, to, fmt.Errorf("--from: %w", err)
		}
	}
	to = schedules.Instant(from.In(loc).AddDate(0, 0, 7*p.weeks), loc)
	if p.to != "" {
		if to, err = schedules.ParseTime(p.to, loc); err != nil {
			return from, to, fmt.Errorf("--to: %w", err)
		}
	}
	if !to.After(from) {
		return from, to, fmt.Errorf("--to: %s is not after %s", to.Format(time.RFC3339), from.Format(time.RFC3339))
	}
	return from, to, nil
}

func (d *duties) showVerb() *cobra.Command {
	var p period
	var svg, html string
	c := &cobra.Command{
		Use:   "show SCHEDULE",
		Short: "Draw a schedule",
		Long: `Draws a schedule: each rotation, the overrides, and who is on call in the end, with gaps and weekends marked.
In a terminal with letters; --svg and --html write a picture, and a page for a wall, to a file ("-" is standard
output). It begins today and is two weeks long unless flags say otherwise. Times are wall clock in the schedule's zone.`,
		Example: `  tocsin schedule show primary
  tocsin schedule show primary --weeks 4 --html wall.html
  tocsin schedule show primary --config config.yaml --from 2026-12-21 --to 2027-01-04 --svg holidays.svg`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if p.weeks < 1 || p.weeks > 52 {
				return fmt.Errorf("--weeks %d: from 1 to 52", p.weeks)
			}
			ask, err := d.over(c.Context(), d.files)
			if err != nil {
				return err
			}
			zones, err := zonesOf(c.Context(), ask)
			if err != nil {
				return err
			}
			zone, ok := zones[args[0]]
			if !ok {
				return noSchedule(args[0], zones)
			}
			loc, err := time.LoadLocation(zone)
			if err != nil {
				return fmt.Errorf("the zone %s is not known here", zone)
			}
			from, to, err := p.read(loc, midnight(d.now(), loc))
			if err != nil {
				return err
			}
			var raw json.RawMessage
			if err := ask.Get(c.Context(), timelinePath(args[0]), between(from, to), &raw); err != nil {
				return failed(err)
			}
			return d.draw(raw, loc, svg, html)
		},
	}
	f := c.Flags()
	f.IntVar(&p.weeks, "weeks", 2, "how many weeks")
	f.StringVar(&p.from, "from", "", "when it begins, such as 2026-12-21 (default: today)")
	f.StringVar(&p.to, "to", "", "until when, rather than --weeks")
	f.StringVar(&svg, "svg", "", "write a picture to this file")
	f.StringVar(&html, "html", "", "write a page to this file")
	c.MarkFlagsMutuallyExclusive("weeks", "to")
	c.MarkFlagsMutuallyExclusive("svg", "html")
	return c
}

func timelinePath(schedule string) string {
	return "/api/v1/schedules/" + url.PathEscape(schedule) + "/timeline"
}

// midnight is when the day of an instant begins in a zone.
func midnight(t time.Time, loc *time.Location) time.Time {
	y, m, day := t.In(loc).Date()
	return schedules.Instant(time.Date(y, m, day, 0, 0, 0, 0, time.UTC), loc)
}

func (d *duties) draw(raw json.RawMessage, loc *time.Location, svg, html string) error {
	var problem error
	err := show(d.remote, raw, func(answer api.Timeline) {
		tl := timelineOf(answer, loc)
		o := draw.Options{Now: d.now()}
		switch {
		case svg != "":
			problem = d.write(svg, draw.SVG(tl, o))
		case html != "":
			problem = d.write(html, draw.HTML(tl, o))
		default:
			o.Width, o.Color = d.width, d.paint(bold, "x") != "x"
			_, problem = fmt.Fprint(d.out, draw.Text(tl, o))
		}
		d.calendars(answer.Rotations)
	})
	if err != nil {
		return err
	}
	return problem
}

// calendars says what is wrong with the calendars of which rotations are made.
func (d *duties) calendars(rotations []api.TimelineRotation) {
	for _, r := range rotations {
		c := r.Calendar
		if c == nil {
			continue
		}
		if !c.Known {
			fmt.Fprintf(d.err, "%s: the calendar at %s was never read, so nobody is on call by it%s\n", line(r.Name), line(c.Host), line(because(c.Error)))
		} else if c.Error != "" {
			fmt.Fprintf(d.err, "%s: the calendar could not be refreshed since %s: %s\n", line(r.Name), d.at(c.FetchedAt.Time), line(c.Error))
		}
		if c.Why != "" {
			fmt.Fprintf(d.err, "%s: not everything in the calendar is understood: %s\n", line(r.Name), line(c.Why))
		}
	}
}

func because(why string) string {
	if why == "" {
		return ""
	}
	return ": " + why
}

// write writes a file, or to standard output for "-".
func (io stdio) write(path, text string) error {
	if path == "-" {
		_, err := fmt.Fprint(io.out, text)
		return err
	}
	return os.WriteFile(path, []byte(text), 0o644)
}

// timelineOf is a timeline as the drawings want it.
func timelineOf(a api.Timeline, loc *time.Location) schedules.Timeline {
	tl := schedules.Timeline{
		Schedule: a.Schedule, From: a.From.In(loc), To: a.To.In(loc), Base: intervalsOf(a.Base, loc), Final: intervalsOf(a.Final, loc),
	}
	for _, r := range a.Rotations {
		tl.Rotations = append(tl.Rotations, schedules.RotationLine{Name: r.Name, Intervals: intervalsOf(r.Intervals, loc)})
	}
	for _, o := range a.Overrides {
		tl.Overrides = append(tl.Overrides, schedules.Override{
			OverrideSpec: schedules.OverrideSpec{
				ID: o.ID, User: o.User, Replace: o.Replace, Rotation: o.Rotation, Reason: o.Reason, By: o.By,
			},
			From: o.From.In(loc), To: o.To.In(loc),
		})
	}
	return tl
}

func intervalsOf(list []api.Interval, loc *time.Location) []schedules.Interval {
	out := make([]schedules.Interval, len(list))
	for i, in := range list {
		out[i] = schedules.Interval{From: in.From.In(loc), To: in.To.In(loc)}
		for _, s := range in.OnCall {
			out[i].Shifts = append(out[i].Shifts, schedules.Shift{
				User: s.User, Rotation: s.Rotation, From: s.From.In(loc), Until: s.Until.In(loc), Override: s.Override,
			})
		}
	}
	return out
}

package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/tocsin-oncall/tocsin/integrations/api"
	"github.com/tocsin-oncall/tocsin/schedules/draw"
	"github.com/tocsin-oncall/tocsin/schedules/fairness"
)

func (d *duties) fairnessVerb() *cobra.Command {
	p := period{weeks: 4}
	var svg, csv string
	c := &cobra.Command{
		Use:   "fairness [SCHEDULE…]",
		Short: "Count what being on call costs each person",
		Long: `Counts for each person the hours on call by all schedules, or by those named, how many of them are of the night
(22:00 to 06:00), of the weekend and of holidays where the person lives, and the pages they were sent. Several
schedules at once count once. Says who has more or less than the mean by more than a quarter. What is night, weekend
and unfair is under fairness: in the configuration, holidays are under holidays:. With --config there are no pages.
It begins today and is four weeks long unless flags say otherwise; pages are of the past, so give --from for those.`,
		Example: `  tocsin schedule fairness --from 2026-01-01 --to 2026-04-01
  tocsin schedule fairness primary backup --from 2026-01-01 --to 2026-04-01 --csv fairness.csv
  tocsin schedule fairness --config config.yaml --weeks 52 --svg fairness.svg`,
		RunE: func(c *cobra.Command, names []string) error {
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
			for _, name := range names {
				if _, ok := zones[name]; !ok {
					return noSchedule(name, zones)
				}
			}
			from, to, err := p.read(d.zone, midnight(d.now(), d.zone))
			if err != nil {
				return err
			}
			query := between(from, to)
			if len(names) > 0 {
				query["schedule"] = names
			}
			var raw json.RawMessage
			if err := ask.Get(c.Context(), "/api/v1/fairness", query, &raw); err != nil {
				return failed(err)
			}
			return d.fairness(raw, svg, csv)
		},
	}
	f := c.Flags()
	f.IntVar(&p.weeks, "weeks", p.weeks, "how many weeks")
	f.StringVar(&p.from, "from", "", "when it begins, wall clock in this machine's zone (default: today)")
	f.StringVar(&p.to, "to", "", "until when, rather than --weeks")
	f.StringVar(&svg, "svg", "", `write a picture to this file ("-" is standard output)`)
	f.StringVar(&csv, "csv", "", `write a table for spreadsheets to this file ("-" is standard output)`)
	c.MarkFlagsMutuallyExclusive("weeks", "to")
	c.MarkFlagsMutuallyExclusive("svg", "csv")
	return c
}

func (d *duties) fairness(raw json.RawMessage, svg, csv string) error {
	var problem error
	err := show(d.remote, raw, func(f api.Fairness) {
		switch {
		case svg != "":
			title := fmt.Sprintf("On call %s to %s: %s", d.day(f.From.Time), d.day(f.To.Time), strings.Join(f.Schedules, ", "))
			problem = d.write(svg, draw.Fairness(personsOf(f.People), draw.Options{Title: title}))
		case csv != "":
			var b strings.Builder
			if problem = fairness.WriteCSV(&b, personsOf(f.People)); problem == nil {
				problem = d.write(csv, b.String())
			}
		default:
			d.fair(f)
		}
	})
	if err != nil {
		return err
	}
	return problem
}

func (d *duties) day(t time.Time) string { return d.format(t, "2006-01-02") }

func (d *duties) fair(f api.Fairness) {
	t := table{head: []string{"PERSON", "HOURS", "NIGHTS", "WEEKENDS", "HOLIDAYS", "SHIFTS", "PAGES", "AT NIGHT"}}
	hours := func(h float64) cell { return textf("%.1fh", h) }
	for _, p := range f.People {
		t.row(text(p.User), hours(p.Hours), hours(p.NightHours), hours(p.WeekendHours), hours(p.HolidayHours),
			textf("%d", p.Shifts), textf("%d", p.Pages), textf("%d", p.NightPages))
	}
	d.table(t)
	for _, w := range f.Warnings {
		fmt.Fprintln(d.out, d.paint(yellow, "warning:"), line(w.Text))
	}
}

func personsOf(list []api.Duty) (out []fairness.Person) {
	hours := func(h float64) time.Duration { return time.Duration(h * float64(time.Hour)).Round(time.Second) }
	for _, p := range list {
		out = append(out, fairness.Person{
			User: p.User, OnCall: hours(p.Hours), Night: hours(p.NightHours), Weekend: hours(p.WeekendHours), Holiday: hours(p.HolidayHours),
			Shifts: p.Shifts, Pages: p.Pages, NightPages: p.NightPages,
		})
	}
	return out
}

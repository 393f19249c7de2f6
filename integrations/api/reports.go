package api

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/event"
	"github.com/tocsin-oncall/tocsin/engine/report"
	"github.com/tocsin-oncall/tocsin/engine/report/collect"
	"github.com/tocsin-oncall/tocsin/engine/report/picture"
	"github.com/tocsin-oncall/tocsin/schedules"
)

const (
	// reportPatience is how long a report may take: it reads every alert of two periods.
	reportPatience = 45 * time.Second
	// reportWait is how much of that it may wait for another one, so that what begins has the time to end.
	reportWait = 15 * time.Second
)

const defaultPeriod = "7d"

var reportParams = []param{
	{name: "period", doc: report.Periods + ". Default " + defaultPeriod + "."},
	{name: "from", doc: "Instead of a period: RFC 3339, or wall clock in the zone, such as 2026-03-01."},
	{name: "to", doc: "Excluded; now by default. At most two years after from."},
	{name: "timezone", doc: "In which days, weeks and months begin; that of the configuration by default."},
	{name: "team", doc: "Only these.", list: true},
	{name: "service", doc: "Only these. An incident is of all that it impacts.", list: true},
	{name: "priority", doc: "Only these.", list: true, of: event.Priorities[:]},
	{name: "by", doc: "Every number for each of them, too.", of: []string{"team", "service", "priority"}},
	{name: "format", doc: "json by default, or what the header Accept asks for.", of: reportFormats()},
}

// reportFormat is how a report is written.
type reportFormat struct {
	name, kind, ending string
	write              func(io.Writer, *report.Report) error
}

// writtenReports are the formats beside JSON.
var writtenReports = []reportFormat{
	{"csv", "text/csv; charset=utf-8; header=present", ".csv", report.WriteCSV},
	{"svg", "image/svg+xml", ".svg", picture.WriteSVG},
	{"html", "text/html; charset=utf-8", ".html", picture.WriteHTML},
}

func reportFormats() []string {
	names := []string{"json"}
	for _, f := range writtenReports {
		names = append(names, f.name)
	}
	return names
}

// reportKinds are the media types of the formats beside JSON.
func reportKinds() (kinds []string) {
	for _, f := range writtenReports {
		kind, _, _ := strings.Cut(f.kind, ";")
		kinds = append(kinds, kind)
	}
	return kinds
}

func getReport(c *call) (any, error) {
	in, err := c.reportInput()
	if err != nil {
		return nil, err
	}
	done, err := c.reportTurn()
	if err != nil {
		return nil, err
	}
	defer done()
	r, err := collect.Report(c.ctx, c.Engine, in, c.env)
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return nil, errSlow
	case err != nil:
		return nil, err
	}
	for _, f := range writtenReports {
		if f.name != c.reportFormat() {
			continue
		}
		var out bytes.Buffer
		if err := f.write(&out, r); err != nil {
			return nil, fmt.Errorf("write a report: %w", err)
		}
		name := "tocsin-" + r.Period.From.Format(time.DateOnly) + f.ending
		return download{[]string{f.kind}, name, func(_ context.Context, w http.ResponseWriter) error {
			_, err := out.WriteTo(w)
			return err
		}}, nil
	}
	return r, nil
}

// reportTurn waits until no other report is computed: each costs as much as a backup. Call done after it.
func (c *call) reportTurn() (done func(), err error) {
	wait, cancel := context.WithTimeout(c.ctx, reportWait)
	defer cancel()
	select {
	case c.reports <- struct{}{}:
		return func() { <-c.reports }, nil
	case <-wait.Done():
		return nil, errBusy
	}
}

var (
	errBusy = &problem{http.StatusServiceUnavailable, "busy", "another report is being computed", "try again soon"}
	errSlow = &problem{http.StatusServiceUnavailable, "too_long", fmt.Sprintf("the report takes longer than %s", reportPatience), "ask for a shorter period"}
)

// reportFormat is what the parameter says, or else the header.
func (c *call) reportFormat() string {
	if format := c.query.text("format"); format != "" {
		return format
	}
	for accepted := range strings.SplitSeq(c.echo.Request().Header.Get("Accept"), ",") {
		kind, _, _ := strings.Cut(strings.TrimSpace(accepted), ";")
		for i, of := range reportKinds() {
			if kind == of {
				return writtenReports[i].name
			}
		}
		if kind == "application/json" {
			break
		}
	}
	return "json"
}

func (c *call) reportInput() (in report.Input, err error) {
	in.Filter = report.Filter{Teams: c.query.texts("team"), Services: c.query.texts("service"), Priorities: c.query.texts("priority")}
	in.By = report.By(c.query.text("by"))
	for _, name := range in.Filter.Teams {
		if _, ok := c.env.Dir.Teams[name]; !ok {
			return in, noSuch("team", name)
		}
	}
	in.Zone = cmp.Or(c.env.Dir.Zone, time.UTC)
	if name := c.query.text("timezone"); name != "" {
		if in.Zone, err = schedules.LoadZone(name); err != nil {
			return in, invalid("timezone", "%v", err)
		}
	}
	in.Period, err = c.period(in.Zone)
	return in, err
}

func (c *call) period(zone *time.Location) (report.Period, error) {
	name, from := c.query.text("period"), c.query.text("from")
	if from == "" {
		if c.query.text("to") != "" {
			return report.Period{}, invalid("to", "it needs from")
		}
		p, err := report.Named(cmp.Or(name, defaultPeriod), zone, c.env.Now)
		if err != nil {
			return p, invalid("period", "%v", err)
		}
		return p, nil
	}
	if name != "" {
		return report.Period{}, invalid("period", "it excludes from and to")
	}
	start, err := wallTime("from", from, zone)
	if err != nil {
		return report.Period{}, err
	}
	end := c.env.Now
	if to := c.query.text("to"); to != "" {
		if end, err = wallTime("to", to, zone); err != nil {
			return report.Period{}, err
		}
	}
	p, err := report.Between(start, end, zone)
	if err != nil {
		return p, invalid("from", "%v", err)
	}
	return p, nil
}

// listDefinitions lists what each number of a report is.
func listDefinitions(*call) (any, error) {
	return List[report.Definition]{Items: report.Definitions()}, nil
}

package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/tocsin-oncall/tocsin/engine/report"
)

// reportWish is what a report is to be about, and how it is written.
type reportWish struct {
	*remote
	period, from, to, zone, by, format, file string
	teams, services, priorities              []string
	definitions                              bool
}

func reportVerb(io stdio) *cobra.Command {
	r := &reportWish{remote: &remote{stdio: io}}
	c := &cobra.Command{
		Use:   "report",
		Short: "How alerts, incidents, pages and postmortems went, compared with the time before",
		Long: `Computes how fast alerts and incidents were taken up and ended, how many pages came at night and to whom, what was
noise, and which promises were kept, in a period and in the one before. What each number is: --definitions, or
docs/reports.md. Days, weeks (from Monday) and months are those of --timezone, by default that of the configuration.

Periods: ` + strings.ReplaceAll(report.Periods, "; ", ";\n  ") + `.`,
		Example: "  tocsin report --period last-month --team west\n  tocsin report --from 2026-01-01 --to 2026-04-01 --by service --format csv -o quarter.csv",
		Args:    cobra.NoArgs,
		RunE:    func(c *cobra.Command, _ []string) error { return r.run(c) },
	}
	f := c.Flags()
	f.StringVar(&r.period, "period", "", "what time (default 7d)")
	f.StringVar(&r.from, "from", "", "instead of --period: RFC 3339, or wall clock in the zone such as 2026-03-01")
	f.StringVar(&r.to, "to", "", "with --from: until when, excluded (default now)")
	f.StringVar(&r.zone, "timezone", "", "an IANA name such as Europe/Berlin")
	f.StringSliceVar(&r.teams, "team", nil, "only these teams")
	f.StringSliceVar(&r.services, "service", nil, "only these services")
	f.StringSliceVar(&r.priorities, "priority", nil, "only these priorities, such as P1,P2")
	f.StringVar(&r.by, "by", "", "every number for each team, service or priority, too")
	f.StringVar(&r.format, "format", "text", strings.Join(reportFormats, ", "))
	f.StringVarP(&r.file, "output", "o", "", "the file to write (default: standard output)")
	f.BoolVar(&r.definitions, "definitions", false, "print what each number is")
	c.MarkFlagsMutuallyExclusive("period", "from")
	suggest(c, "format", reportFormats)
	suggest(c, "by", []string{"team", "service", "priority"})
	r.flags(c)
	return c
}

var reportFormats = []string{"text", "json", "csv", "svg", "html"}

func (r *reportWish) query() url.Values {
	q := url.Values{}
	for name, value := range map[string]string{"period": r.period, "from": r.from, "to": r.to, "timezone": r.zone, "by": r.by} {
		if value != "" {
			q.Set(name, value)
		}
	}
	for name, list := range map[string][]string{"team": r.teams, "service": r.services, "priority": r.priorities} {
		if len(list) > 0 {
			q[name] = list
		}
	}
	return q
}

func (r *reportWish) run(c *cobra.Command) error {
	switch {
	case r.definitions:
		return r.define()
	case !slices.Contains(reportFormats, r.format):
		return fmt.Errorf("--format %s: one of %s", r.format, strings.Join(reportFormats, ", "))
	case r.to != "" && r.from == "":
		return errors.New("--to needs --from")
	case r.json && r.format == "text":
		r.format = "json"
	}
	ask, err := r.client()
	if err != nil {
		return err
	}
	q := r.query()
	q.Set("format", r.format)
	if r.format == "text" {
		q.Set("format", "json")
	}
	body, err := ask.Stream(c.Context(), "/api/v1/reports?"+q.Encode())
	if err != nil {
		return failed(err)
	}
	defer body.Close()
	data, err := io.ReadAll(body)
	if err != nil {
		return failed(err)
	}
	if r.file == "" {
		return r.write(r.out, data)
	}
	var b strings.Builder
	if err := r.write(&b, data); err != nil {
		return err
	}
	return os.WriteFile(r.file, []byte(b.String()), 0o600)
}

// write writes the answer of the server in the format that is wanted.
func (r *reportWish) write(out io.Writer, data []byte) error {
	switch r.format {
	case "json":
		to := *r.remote
		to.out = out
		return to.printJSON(json.RawMessage(data))
	case "text":
		var got report.Report
		if err := json.Unmarshal(data, &got); err != nil {
			return fmt.Errorf("the answer is not of this version's kind: %w; --format json shows it", err)
		}
		to := r.stdio
		to.out = out
		to.report(&got)
		return nil
	}
	_, err := out.Write(data)
	return err
}

// define prints what each number is; no server is asked.
func (r *reportWish) define() error {
	if r.json || r.format == "json" {
		data, err := json.Marshal(report.Definitions())
		if err != nil {
			return err
		}
		return r.printJSON(data)
	}
	for _, d := range report.Definitions() {
		fmt.Fprintf(r.out, "%s  %s\n  %s\n  Of: %s.\n  %s\n\n", r.paint(bold, d.Name), d.Title, d.Text, d.Of, d.Edges)
	}
	return nil
}

package report

import (
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"time"

	"github.com/tocsin-oncall/tocsin/schedules/fairness"
)

// Weekdays are the days of Report.Hours.
var Weekdays = [7]string{"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"}

// WriteCSV writes a report as one table for spreadsheets (RFC 4180), one number a line, whatever it is of: the column
// section says which part of the report it is from, name which day, group, person, step or hour. Times are in the zone of the
// period. A text that a spreadsheet would take for a formula has a ' before it.
func WriteCSV(w io.Writer, r *Report) error {
	t := &sheet{out: csv.NewWriter(w)}
	t.out.UseCRLF = true
	t.out.Write([]string{"section", "name", "number", "unit", "from", "to", "of", "value", "median", "p90"})
	for _, n := range r.Numbers {
		t.line("period", "", n.Name, n.Unit, r.Period.Span, n.Now)
	}
	for _, n := range r.Numbers {
		t.line("period before", "", n.Name, n.Unit, r.Period.Before, n.Before)
	}
	for _, p := range r.Trend {
		for _, n := range r.Numbers {
			if v, ok := p.Values[n.Name]; ok {
				t.line("trend", p.From.Format(time.DateOnly), n.Name, n.Unit, p.Span, v)
			}
		}
	}
	for _, g := range r.Groups {
		for _, n := range g.Numbers {
			t.line(string(r.By), g.Name, n.Name, n.Unit, r.Period.Span, n.Now)
		}
	}
	for _, s := range r.Steps {
		t.line("acknowledged by step", s.Step, "alerts", Count, r.Period.Span, count(s.Alerts))
	}
	for _, p := range r.People {
		t.line("person", p.User, "pages", Count, r.Period.Span, count(p.Pages))
		t.line("person", p.User, "night_pages", Count, r.Period.Span, count(p.Night))
		t.line("person", p.User, "interrupted_nights", Count, r.Period.Span, count(p.Nights))
	}
	for d, hours := range r.Hours {
		for h, n := range hours {
			t.line("hour", fmt.Sprintf("%s %02d:00", Weekdays[d], h), "pages", Count, r.Period.Span, count(n))
		}
	}
	for _, f := range r.Frequent {
		t.line("most frequent", f.Integration+": "+f.DedupKey, "alerts", Count, r.Period.Span, count(f.Alerts))
		t.line("most frequent", f.Integration+": "+f.DedupKey, "fired", Count, r.Period.Span, count(f.Fired))
	}
	for _, n := range r.Numbers {
		for _, o := range n.Outliers {
			v := o.Seconds
			t.line("outlier", o.Ref+" "+o.Title, n.Name, n.Unit, r.Period.Span, Value{Of: 1, Value: &v})
		}
	}
	t.out.Flush()
	return t.out.Error() // of any of the lines
}

type sheet struct{ out *csv.Writer }

func (t *sheet) line(section, name, number string, unit Unit, s Span, v Value) {
	figure := func(f *float64) string {
		if f == nil {
			return ""
		}
		return strconv.FormatFloat(*f, 'f', -1, 64)
	}
	t.out.Write([]string{
		section, fairness.Cell(name), number, string(unit), s.From.Format(time.RFC3339), s.To.Format(time.RFC3339),
		strconv.Itoa(v.Of), figure(v.Value), figure(v.Median), figure(v.P90),
	})
}

package draw

import (
	_ "embed"
	"html/template"
	"strings"
	"time"

	"github.com/tocsin-oncall/tocsin/schedules"
)

//go:embed page.html
var pageText string

var page = template.Must(template.New("page").Parse(pageText))

// HTML draws a timeline as a page that stands alone, with nothing to load: the picture, and the same as a table for those who
// do not see it. Printed, it fits a landscape page.
func HTML(tl schedules.Timeline, o Options) string {
	data := struct {
		Title, Period, Gaps, Scheme string
		Picture                     template.HTML
		Overrides                   []string
		Rows                        []row
	}{
		Title: o.title(tl), Period: period(tl), Gaps: gapText(tl), Scheme: "light dark",
		Picture: template.HTML(SVG(tl, o)), //nolint:gosec // SVG escapes what it writes
	}
	if o.Theme != Auto {
		data.Scheme = string(o.Theme)
	}
	for _, v := range tl.Overrides {
		data.Overrides = append(data.Overrides, overrideText(v, o))
	}
	for _, i := range tl.Final {
		data.Rows = append(data.Rows, rowOf(i, o))
	}
	var b strings.Builder
	if err := page.Execute(&b, data); err != nil {
		// Writing to memory cannot fail, and a test runs every part of the template.
		return ""
	}
	return b.String()
}

// row is one line of the table.
type row struct {
	From, To, ISO, Users string
	Gap                  bool
}

func rowOf(i schedules.Interval, o Options) row {
	const layout = "Mon 2 Jan 15:04"
	r := row{From: i.From.Format(layout), To: i.To.Format(layout), ISO: i.From.Format(time.RFC3339), Gap: len(i.Shifts) == 0}
	var names []string
	for _, s := range i.Shifts {
		name := o.name(s.User)
		if s.Override {
			name += " (override)"
		}
		names = append(names, name)
	}
	if r.Gap {
		names = []string{"nobody"}
	}
	r.Users = strings.Join(names, ", ")
	return r
}

package draw

import (
	"fmt"
	"html"
	"slices"
	"strings"
	"time"

	"github.com/tocsin-oncall/tocsin/schedules/fairness"
)

// Fairness draws what each person had as bars, next to a line at what would be fair, in columns: hours on call, nights,
// weekends, holidays and pages. Columns of nothing are left out. Title and Theme, Width and Names of the options count.
func Fairness(people []fairness.Person, o Options) string {
	width := 1200.0
	if o.Width != 0 {
		width = float64(min(4000, max(480, o.Width)))
	}
	c := &chart{people: people, options: o, width: width, label: 90}
	for _, p := range people {
		c.label = min(200, max(c.label, 24+letter*float64(cellsOf(o.name(p.User)))))
	}
	return c.document()
}

type chart struct {
	people       []fairness.Person
	options      Options
	width, label float64
	body         strings.Builder
}

// column is one thing that is counted.
type column struct {
	title string
	of    func(fairness.Person) float64
	text  func(float64) string
}

func columns() []column {
	hours := func(of func(fairness.Person) time.Duration) func(fairness.Person) float64 {
		return func(p fairness.Person) float64 { return of(p).Hours() }
	}
	inHours := func(v float64) string { return fmt.Sprintf("%.0f h", v) }
	plain := func(v float64) string { return fmt.Sprintf("%.0f", v) }
	return []column{
		{"On call", hours(func(p fairness.Person) time.Duration { return p.OnCall }), inHours},
		{"Nights", hours(func(p fairness.Person) time.Duration { return p.Night }), inHours},
		{"Weekends", hours(func(p fairness.Person) time.Duration { return p.Weekend }), inHours},
		{"Holidays", hours(func(p fairness.Person) time.Duration { return p.Holiday }), inHours},
		{"Pages", func(p fairness.Person) float64 { return float64(p.Pages) }, plain},
		{"Pages by night", func(p fairness.Person) float64 { return float64(p.NightPages) }, plain},
	}
}

func (c *chart) document() string {
	const rowStep, heading, least = 34.0, 40.0, 150.0
	var shown []column
	for _, col := range columns() {
		if slices.ContainsFunc(c.people, func(p fairness.Person) bool { return col.of(p) > 0 }) {
			shown = append(shown, col)
		}
	}
	title := "Who carries how much"
	if c.options.Title != "" {
		title = printable(c.options.Title)
	}
	c.printf(`<text class="title" x="%.1f" y="%.1f">%s</text>`, margin, margin+18, html.EscapeString(title))
	c.printf(`<path class="fair" d="M%.1f %.1fV%.1f"/><text class="faint small" x="%.1f" y="%.1f">a fair share</text>`,
		margin+2, margin+29, margin+43, margin+10, margin+40)
	side := max(1, min(len(shown), int((c.width-2*margin-c.label)/least))) // how many columns there is room for
	room := (c.width - 2*margin - c.label) / float64(side)
	top := margin + 56.0
	for columns := range slices.Chunk(shown, side) {
		top += heading
		for i, p := range c.people {
			c.printf(`<text class="strong" x="%.1f" y="%.1f">%s</text>`, margin, top+rowStep*float64(i)+17, html.EscapeString(fit(c.options.name(p.User), c.label-8)))
		}
		for n, col := range columns {
			c.column(col, margin+c.label+room*float64(n), room-28, top, rowStep)
		}
		top += rowStep * float64(len(c.people))
	}
	height := top + margin
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 %.0f %.0f" width="%.0f" height="%.0f" class="schedule">`+"\n",
		c.width, height, c.width, height)
	fmt.Fprintf(&b, "<title>%s</title>\n<style>\n%s</style>\n<rect class=\"page\" width=\"%.0f\" height=\"%.0f\"/>\n%s</svg>\n",
		html.EscapeString(title), c.style(), c.width, height, c.body.String())
	return b.String()
}

func (c *chart) printf(format string, args ...any) { fmt.Fprintf(&c.body, format+"\n", args...) }

// column draws the bars of one thing.
func (c *chart) column(col column, x, room, top, step float64) {
	most, total := 0.0, 0.0
	for _, p := range c.people {
		most, total = max(most, col.of(p)), total+col.of(p)
	}
	c.printf(`<text class="day" x="%.1f" y="%.1f">%s</text>`, x, top-14, col.title)
	full := room - 60 // room for the number
	for i, p := range c.people {
		v := col.of(p)
		y, length := top+step*float64(i), full*v/most
		c.printf(`<g class="u%d"><title>%s: %s, %s</title><rect class="bar" x="%.1f" y="%.1f" width="%.1f" height="24" rx="3"/></g>`,
			i, html.EscapeString(c.options.name(p.User)), col.title, col.text(v), x, y, max(1, length))
		c.printf(`<text class="small" x="%.1f" y="%.1f">%s</text>`, x+full+8, y+16.5, col.text(v))
	}
	fair := x + full*total/float64(len(c.people))/most
	c.printf(`<g><title>fair: %s each</title><path class="fair" d="M%.1f %.1fV%.1f"/></g>`,
		col.text(total/float64(len(c.people))), fair, top-6, top+step*float64(len(c.people))-4)
}

func (c *chart) style() string {
	colours := func(dark bool) string {
		var b strings.Builder
		g := groundOf(dark)
		fmt.Fprintf(&b, ".schedule .page{fill:%s}.schedule text{fill:%s}.schedule .faint{fill:%s}.schedule .fair{stroke:%s}\n", g.page, g.ink, g.faint, g.ink)
		for i, p := range c.people {
			paint := paintOf(p.User, dark)
			fmt.Fprintf(&b, ".schedule .u%d .bar{fill:%s;stroke:%s}\n", i, paint.fill, paint.edge)
		}
		return b.String()
	}
	return themed(c.options.Theme, colours) + ".schedule .fair{fill:none;stroke-width:1.5;stroke-dasharray:3 3}\n"
}

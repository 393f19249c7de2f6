package picture

import (
	"fmt"
	"strings"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/report"
)

// trend draws how long something took over the period: the mean as a line, the median as a broken one, up to the 90th
// percentile as a band; what took far longer is a triangle at its time, at the top where it is higher than the plot.
func (c *canvas) trend(r *report.Report, name string) {
	var n report.Number
	for _, k := range r.Numbers {
		if k.Name == name {
			n = k
		}
	}
	const left, right, height = 96.0, width - margin, 170.0
	top := c.y + 58
	c.text("head", margin, c.y+14, n.Title)
	c.text("small", margin, c.y+34, fmt.Sprintf("mean %s (before: %s), half within %s, 90 of 100 within %s; %d far above the rest",
		n.Unit.Text(n.Now.Value), n.Unit.Text(n.Before.Value), n.Unit.Text(n.Now.Median), n.Unit.Text(n.Now.P90), n.Far))
	most := 1.0
	for _, p := range r.Trend {
		if v := p.Values[name]; v.Value != nil {
			most = max(most, *v.Value, *v.P90)
		}
	}
	if n.Now.P90 != nil { // so that one bad day does not flatten the others
		most = min(most, max(*n.Now.P90*4, 1))
	}
	every := nice(most / 3)
	most = every * float64(int(most/every)+1)
	y := func(seconds float64) float64 { return top + height*(1-min(seconds, most)/most) }
	length := r.Period.To.Sub(r.Period.From)
	x := func(at time.Time) float64 {
		return left + (right-left)*float64(at.Sub(r.Period.From))/float64(length)
	}
	for v := 0.0; v <= most; v += every {
		c.printf(`<path class="grid" d="M%.1f %.1fH%.1f"/>`, left, y(v), right)
		c.end("small", left-8, y(v)+4, report.Took(v))
	}
	c.axis(r, x, top+height)
	var band, mean, median strings.Builder
	var under []string
	open := false
	flush := func() {
		for i := len(under) - 1; i >= 0; i-- {
			band.WriteString(under[i])
		}
		if under != nil {
			band.WriteString("Z")
		}
		under, open = nil, false
	}
	dots := []func(){}
	for _, p := range r.Trend {
		v := p.Values[name]
		if v.Value == nil {
			flush()
			continue
		}
		move := "L"
		if !open {
			move, open = "M", true
		}
		at := x(p.From.Add(p.To.Sub(p.From) / 2))
		fmt.Fprintf(&band, "%s%.1f %.1f", move, at, y(*v.P90))
		under = append(under, fmt.Sprintf("L%.1f %.1f", at, y(0)))
		fmt.Fprintf(&mean, "%s%.1f %.1f", move, at, y(*v.Value))
		fmt.Fprintf(&median, "%s%.1f %.1f", move, at, y(*v.Median))
		tip := fmt.Sprintf("%s: mean %s, half within %s, 90 of 100 within %s, of %d", p.From.Format("Mon 2 Jan 2006"), report.Took(*v.Value), report.Took(*v.Median), report.Took(*v.P90), v.Of)
		dots = append(dots, func() {
			c.tip("dot", tip, fmt.Sprintf(`<circle cx="%.1f" cy="%.1f" r="3.4"/>`, at, y(*v.Value)))
		})
	}
	flush()
	c.printf(`<path class="band" d="%s"/><path class="median" d="%s"/><path class="mean" d="%s"/>`, band.String(), median.String(), mean.String())
	for _, dot := range dots {
		dot()
	}
	for _, o := range n.Outliers {
		at, h := x(o.At), y(o.Seconds)
		c.tip("far", fmt.Sprintf("%s %s: %s", o.Ref, o.Title, report.Took(o.Seconds)), fmt.Sprintf(`<path d="M%.1f %.1fl6 -10h-12z"/>`, at, h-1))
	}
	c.y = top + height + 38
	c.legend(left)
	c.y += 34
}

// legend says what the signs of a trend mean.
func (c *canvas) legend(x float64) {
	for _, sign := range [...]struct{ shape, text string }{
		{`<path class="mean" d="M%.1f %.1fh22"/>`, "mean"},
		{`<path class="median" d="M%.1f %.1fh22"/>`, "half of them"},
		{`<path class="band" d="M%.1f %.1fm0 -6h22v12h-22z"/>`, "90 of 100"},
		{`<g class="far"><path d="M%.1f %.1fm11 5l6 -10h-12z"/></g>`, "far above the rest; at the top where it is higher still"},
	} {
		c.printf(sign.shape, x, c.y-4)
		c.text("small", x+28, c.y, sign.text)
		x += 28 + letter*float64(len(sign.text)) + 22
	}
}

// axis writes the dates of the trend below a plot, as many as there is room for.
func (c *canvas) axis(r *report.Report, x func(time.Time) float64, y float64) {
	layout := "2 Jan"
	if len(r.Trend) > 0 && r.Trend[0].To.Sub(r.Trend[0].From) > 20*24*time.Hour {
		layout = "Jan 2006"
	}
	last := -100.0
	for _, p := range r.Trend {
		if at := x(p.From); at-last > 62 && at < width-margin-36 {
			c.printf(`<path class="grid" d="M%.1f %.1fv5"/>`, at, y)
			c.text("small", at, y+18, p.From.Format(layout))
			last = at
		}
	}
}

// nice is a length of time that people count in, at least so many seconds.
func nice(seconds float64) float64 {
	for _, s := range [...]float64{1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 21600, 43200, 86400} {
		if s >= seconds {
			return s
		}
	}
	days := 1.0
	for days*86400 < seconds {
		days *= 2
	}
	return days * 86400
}

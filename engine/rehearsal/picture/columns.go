package picture

import (
	"fmt"
	"html"
	"maps"
	"slices"
	"time"
)

// columns draws the lanes, the states of the alerts and the outages, from the first row to the last.
func (p *drawing) columns() {
	first := p.top + 22
	for _, l := range p.lanes {
		class := "lane"
		if l.away {
			class = "lane away"
		}
		if !l.outage {
			fmt.Fprintf(&p.ground, "<path class=%q d=\"M%.1f %.1fV%.1f\"/>\n", class, p.x[l.name], first, p.last)
		}
	}
	began := map[string]float64{}
	for _, r := range p.rows {
		y := p.y[r.at.UnixMilli()]
		for _, name := range r.down {
			began[name] = y
		}
		for _, name := range r.up {
			p.outage(name, began[name], y)
			delete(began, name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(began)) {
		p.outage(name, began[name], p.last)
	}
	for i, number := range slices.Sorted(maps.Keys(p.states)) {
		x := margin + timeWidth + float64(i)*(barWidth+3)
		for _, st := range p.states[number] {
			from, to := p.yOf(st.from), p.yOf(st.to)
			fmt.Fprintf(&p.ground, "<rect class=\"state %s\" x=\"%.1f\" y=\"%.1f\" width=\"%.0f\" height=\"%.1f\"><title>#%d is %s</title></rect>\n",
				st.state, x, from, barWidth, max(3, to-from), number, st.state)
			if st.state == "held" {
				fmt.Fprintf(&p.ground, "<rect class=\"hold\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"/>\n", p.left, from, p.right-p.left, max(3, to-from))
			}
		}
	}
}

func (p *drawing) outage(name string, from, to float64) {
	fmt.Fprintf(&p.ground, "<rect class=\"outage\" x=\"%.1f\" y=\"%.1f\" width=\"26\" height=\"%.1f\" rx=\"3\"><title>%s</title></rect>\n",
		p.x[name]-13, from, max(6, to-from), html.EscapeString(name))
}

// yOf is where an instant is; what is later than the last row is at the end.
func (p *drawing) yOf(t time.Time) float64 {
	if y, ok := p.y[t.UnixMilli()]; ok {
		return y
	}
	return p.last
}

package picture

import (
	"cmp"
	"fmt"
	"html"
	"maps"
	"math"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/tocsin-oncall/tocsin/engine/rehearsal"
)

// Sizes in pixels.
const (
	margin     = 24.0
	timeWidth  = 142.0 // of the clock and the offset
	barWidth   = 9.0
	laneWidth  = 92.0
	outageLane = 78.0
	noteWidth  = 500.0 // the longest note, in bold letters
	lineHeight = 17.0
	markHeight = 20.0
	letter     = 6.6 // of a note, about
	// noteLetters is how long a note may be.
	noteLetters = 65
)

// Options say what the picture is of.
type Options struct {
	Title string
	Zone  *time.Location // in which times are written; UTC for nil
}

// SVG draws a story.
func SVG(s *rehearsal.Story, o Options) string {
	if o.Zone == nil {
		o.Zone = time.UTC
	}
	p := &drawing{story: s, zone: o.Zone, states: bars(s), x: map[string]float64{}, y: map[int64]float64{}}
	p.rows, p.lanes, p.more = rowsOf(s, o.Zone)
	p.place()
	p.heading(o.Title)
	p.body()
	p.footer()
	return p.document(o.Title)
}

// drawing is one picture.
type drawing struct {
	story  *rehearsal.Story
	zone   *time.Location
	rows   []*row
	lanes  []lane
	more   int
	states map[uint64][]stretch

	x      map[string]float64 // the middle of a lane
	left   float64            // where lanes begin,
	right  float64            // and end
	notes  float64            // where words begin
	width  float64
	at     float64           // where the next thing goes, from above
	y      map[int64]float64 // the middle of a row, by its time in milliseconds
	last   float64           // the end of the lanes
	ground strings.Builder   // lanes and times,
	under  strings.Builder   // the lines over them,
	over   strings.Builder   // and marks and words
	top    float64
	height float64
}

func (p *drawing) text(b *strings.Builder, class string, x, y float64, text string) {
	fmt.Fprintf(b, "<text class=%q x=\"%.1f\" y=\"%.1f\">%s</text>\n", class, x, y, html.EscapeString(text))
}

// place finds where the lanes are.
func (p *drawing) place() {
	x := margin + timeWidth
	x += float64(len(p.states))*(barWidth+3) + 14
	p.left = x
	for _, l := range p.lanes {
		width := laneWidth
		if l.outage {
			width = outageLane
		}
		width = max(width, float64(utf8.RuneCountInString(label(l)))*7.4+12)
		p.x[l.name] = x + width/2
		x += width
	}
	p.right = x
	p.notes = x + 16
	p.width = p.notes + noteWidth + margin
}

func label(l lane) string { return strings.TrimPrefix(l.name, "channel:") }

func (p *drawing) heading(title string) {
	p.text(&p.over, "title", margin, margin+18, fit(title, int((p.width-2*margin)/10.5)))
	start := p.story.Start.In(p.zone)
	p.text(&p.over, "faint", margin, margin+40, start.Format("Monday 2 January 2006, 15:04 MST")+" · "+p.zone.String())
	p.at = margin + 58
	for _, a := range p.story.Alerts[:min(3, len(p.story.Alerts))] {
		p.text(&p.over, "note", margin, p.at+6, fit(about(a), int((p.width-2*margin)/letter)))
		p.at += 19
	}
	if n := len(p.story.Alerts) - 3; n > 0 {
		p.text(&p.over, "note faint", margin, p.at+6, fmt.Sprintf("and %d more alerts", n))
		p.at += 19
	}
	p.at += 14
	p.top = p.at
	for _, l := range p.lanes {
		class := "head"
		if l.channel || l.outage {
			class = "head faint"
		}
		name := label(l)
		if l.away {
			name += " (away)"
		}
		fmt.Fprintf(&p.over, "<text class=%q text-anchor=\"middle\" x=\"%.1f\" y=\"%.1f\">%s</text>\n", class, p.x[l.name], p.at+13, html.EscapeString(name))
	}
	p.at += 24
}

// about is an alert in a line.
func about(a *rehearsal.Alert) string {
	parts := []string{fmt.Sprintf("#%d %s", a.Number, a.Title), a.Priority, "rule " + a.Rule}
	if a.Team != "" {
		parts = append(parts, "team "+a.Team)
	}
	parts = append(parts, cmp.Or(a.Policy, "nobody is paged"))
	if a.Policy != "" {
		parts[len(parts)-1] = "policy " + a.Policy
	}
	return strings.Join(parts, " · ")
}

// body draws the rows, one under the other; the distance tells how long nothing happened, on a scale that bends.
func (p *drawing) body() {
	for i, r := range p.rows {
		day := i == 0 || r.at.In(p.zone).YearDay() != p.rows[i-1].at.In(p.zone).YearDay()
		if i > 0 {
			gap := r.at.Sub(p.rows[i-1].at)
			p.at += distance(gap)
			if gap >= 5*time.Minute {
				p.text(&p.over, "gap", margin+62, p.at-distance(gap)/2+8, "· "+strings.TrimPrefix(Offset(gap.Round(time.Second)), "+")+" ·")
			}
		}
		if day && i > 0 {
			p.text(&p.over, "note strong", margin, p.at+10, r.at.In(p.zone).Format("Mon 2 Jan 2006"))
			p.at += 22
		}
		p.row(r)
	}
	p.last = p.at + 4
	p.columns()
}

// distance is how far two rows are from each other.
func distance(gap time.Duration) float64 {
	return 4 + min(44, 9*math.Log2(1+gap.Minutes()))
}

func (p *drawing) row(r *row) {
	lines := max(1, len(r.notes))
	stack := 1
	for _, marks := range r.marks {
		stack = max(stack, len(marks))
	}
	height := max(float64(lines)*lineHeight, float64(stack)*(markHeight+2)) + 6
	middle := p.at + 11
	p.y[r.at.UnixMilli()] = middle
	clock := r.at.In(p.zone).Format("15:04:05")
	p.text(&p.over, "clock", margin, middle+4.5, strings.TrimSuffix(clock, ":00"))
	p.text(&p.over, "faint small", margin+68, middle+4.5, Offset(r.offset))
	switch {
	case len(r.acks) > 0:
		fmt.Fprintf(&p.under, "<path class=\"ack\" d=\"M%.1f %.1fH%.1f\"/>\n", p.left, middle, p.right)
	case r.step:
		fmt.Fprintf(&p.under, "<path class=\"step\" d=\"M%.1f %.1fH%.1f\"/>\n", p.left, middle, p.right)
	default:
		fmt.Fprintf(&p.under, "<path class=\"tick\" d=\"M%.1f %.1fH%.1f\"/>\n", p.left, middle, p.right)
	}
	for _, name := range slices.Sorted(maps.Keys(r.marks)) {
		for k, m := range r.marks[name] {
			p.mark(p.x[name], middle+float64(k)*(markHeight+2), m)
		}
	}
	for _, who := range r.acks {
		if x, ok := p.x[who]; ok {
			y := middle + float64(len(r.marks[who]))*(markHeight+2)
			fmt.Fprintf(&p.over, "<g class=\"acked\"><circle cx=\"%.1f\" cy=\"%.1f\" r=\"10\"/><path d=\"M%.1f %.1fl3.5 3.5l6 -7\"/></g>\n", x, y, x-4.5, y+.5)
		}
	}
	for k, n := range r.notes {
		p.text(&p.over, strings.TrimSpace("note "+n.class), p.notes, middle+4.5+float64(k)*lineHeight, fit(n.text, noteLetters))
	}
	p.at += height
}

func (p *drawing) mark(x, y float64, m mark) {
	class, text := "page", m.text
	switch {
	case m.failed:
		class, text = "page failed", "✗ "+text
	case m.notice:
		class = "page notice"
	case strings.HasPrefix(text, "and "):
		class = "page notice"
	}
	width := float64(utf8.RuneCountInString(text))*6.7 + 16
	fmt.Fprintf(&p.over, "<g class=%q><title>%s</title><rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.0f\" rx=\"%.0f\"/><text text-anchor=\"middle\" x=\"%.1f\" y=\"%.1f\">%s</text></g>\n",
		class, html.EscapeString(m.title), x-width/2, y-markHeight/2, width, markHeight, markHeight/2, x, y+4.2, html.EscapeString(text))
}

// fit shortens a text to so many letters.
func fit(text string, room int) string {
	if r := []rune(text); len(r) > room {
		return string(r[:max(1, room-1)]) + "…"
	}
	return text
}

package draw

import (
	"fmt"
	"html"
	"strings"
	"time"

	"github.com/tocsin-oncall/tocsin/schedules"
)

// Sizes in pixels.
const (
	margin      = 24.0
	leastLabel  = 120.0 // of the column of names
	mostLabel   = 180.0
	rowHeight   = 26.0
	finalRow    = 34.0
	laneGap     = 8.0
	axisHeight  = 34.0
	stripGap    = 26.0
	letter      = 8.1 // a letter in bold, about
	plainLetter = 7.4 // of a label
	smallLetter = 6.1 // of a narrow name
)

// SVG draws a timeline as a picture that stands alone.
func SVG(tl schedules.Timeline, o Options) string {
	p := &picture{tl: tl, options: o, lanes: lanesOf(tl, o), width: 1200}
	if o.Width != 0 {
		p.width = float64(min(4000, max(480, o.Width)))
	}
	p.label = leastLabel
	for _, l := range p.lanes {
		p.label = min(mostLabel, max(p.label, plainLetter*float64(cellsOf(l.name))+16))
	}
	p.users = map[string]int{}
	for i, user := range usersIn(p.lanes) {
		p.users[user] = i
	}
	p.y = margin
	p.heading()
	for _, s := range strips(tl, 8) {
		p.strip(s)
	}
	p.legend()
	return p.document()
}

type picture struct {
	tl      schedules.Timeline
	options Options
	lanes   []lane
	users   map[string]int // the number of each person's style
	width   float64
	label   float64 // the width of the column of names
	y       float64 // where the next thing goes
	body    strings.Builder
	names   strings.Builder // of the strip that is being drawn
}

func (p *picture) printf(format string, args ...any) { fmt.Fprintf(&p.body, format+"\n", args...) }

func (p *picture) text(class string, x, y float64, text string) {
	p.printf(`<text class="%s" x="%.1f" y="%.1f">%s</text>`, class, x, y, html.EscapeString(text))
}

func (p *picture) heading() {
	p.text("title", margin, p.y+18, p.options.title(p.tl))
	p.text("faint", margin, p.y+40, period(p.tl))
	p.y += 58
}

// period says what time is drawn, in which zone.
func period(tl schedules.Timeline) string {
	const day = "Mon 2 Jan 2006"
	last := tl.To.Add(-time.Second)
	text := tl.From.Format(day)
	if other := last.Format(day); other != text {
		text += " – " + other
	}
	return text + " · " + tl.From.Location().String() + clockChanges(tl)
}

// clockChanges says on which nights the clock changes.
func clockChanges(tl schedules.Timeline) (text string) {
	for at := tl.From; at.Before(tl.To); {
		next := earlier(midnight(at, 1), tl.To)
		_, before := at.Zone()
		_, after := next.Zone()
		switch by := time.Duration(after-before) * time.Second; {
		case by > 0:
			text += " · the clock goes forward by " + length(by) + " on " + at.Format("Mon 2 Jan")
		case by < 0:
			text += " · the clock goes back by " + length(-by) + " on " + at.Format("Mon 2 Jan")
		}
		at = next
	}
	return text
}

// x is where in a strip a time is drawn.
func (p *picture) x(s strip, t time.Time) float64 {
	left := margin + p.label
	return left + s.at(t)*(p.width-margin-left)
}

func (p *picture) strip(s strip) {
	lanes := during(p.lanes, s)
	height := -laneGap
	for _, l := range lanes {
		height += l.height() + laneGap
	}
	top := p.y + axisHeight
	p.weekends(s, top, height)
	p.axis(s, top, height)
	y := top + laneGap
	for _, l := range lanes {
		class := "label"
		if l.final {
			class = "label strong"
		}
		p.text(class, margin, y+l.height()/2+4, fit(l.name, (p.label-8)*letter/plainLetter))
		for i, b := range l.bars {
			p.bar(s, l, b, y, l.optional && p.beside(s, l, i, y))
		}
		y += l.height() + laneGap
	}
	p.now(s, top, y-top)
	p.body.WriteString(p.names.String())
	p.names.Reset()
	p.y = y + stripGap
}

func (l lane) height() float64 { return float64(l.rows) * l.rowHeight() }

func (l lane) rowHeight() float64 {
	if l.final {
		return finalRow
	}
	return rowHeight
}

func (p *picture) weekends(s strip, top, height float64) {
	days := s.days()
	for i, d := range days[:len(days)-1] {
		if weekend(d) {
			left, right := p.x(s, d), p.x(s, days[i+1])
			p.printf(`<rect class="weekend" x="%.1f" y="%.1f" width="%.1f" height="%.1f"/>`, left, top-6, right-left, height+2*laneGap+6)
		}
	}
}

// axis writes days, or hours, and a line at each.
func (p *picture) axis(s strip, top, height float64) {
	bottom := top + height + 2*laneGap
	tick := func(x float64, class string) {
		p.printf(`<path class="%s" d="M%.1f %.1fV%.1f"/>`, class, x, top-6, bottom)
	}
	if s.hours {
		hours := s.to.Sub(s.from).Hours()
		every := 1
		for (p.width-margin*2-p.label)/hours*float64(every) < 48 {
			every++
		}
		for t := s.from.Truncate(time.Hour); !t.After(s.to); t = t.Add(time.Hour) {
			if t.Before(s.from) || t.Hour()%every != 0 || t.Minute() != 0 {
				continue
			}
			tick(p.x(s, t), "tick")
			switch room := p.width - margin - p.x(s, t); {
			case t.Hour() == 0 && t.After(s.from) && room > 36:
				p.text("day", p.x(s, t)+4, top-12, t.Format("Mon 2"))
			case room > 20:
				p.text("faint small", p.x(s, t)+4, top-12, t.Format("15:04"))
			}
		}
		return
	}
	days := s.days()
	for i, d := range days {
		if !d.Before(s.from) {
			tick(p.x(s, d), "tick")
		}
		if i == len(days)-1 {
			continue
		}
		left, right := p.x(s, d), p.x(s, days[i+1])
		label := d.Format("Mon 2 Jan")
		if room := right - left; room < 90 {
			label = d.Format("Mon 2")
			if room < 56 {
				label = d.Format("2")
			}
			if room < 24 {
				label = ""
			}
		}
		class := "day"
		if weekend(d) || !days[i+1].After(p.tl.From) || !d.Before(p.tl.To) {
			class = "day faint"
		}
		p.text(class, left+6, top-12, label)
	}
}

// now draws today's line.
func (p *picture) now(s strip, top, height float64) {
	at := p.options.Now.In(p.tl.From.Location())
	if p.options.Now.IsZero() || !s.contains(at) {
		return
	}
	x := p.x(s, at)
	p.printf(`<path class="now" d="M%.1f %.1fV%.1f"/>`, x, top-8, top+height)
	label := at.Format("15:04")
	left := min(x-21, p.width-margin-42)
	p.printf(`<rect class="pill" x="%.1f" y="%.1f" width="42" height="17" rx="8.5"/>`, left, top+height-2)
	p.printf(`<text class="pilltext" text-anchor="middle" x="%.1f" y="%.1f">%s</text>`, left+21, top+height+10.5, label)
}

// legend names the people and what a gap and an override look like.
func (p *picture) legend() {
	x, y := margin, p.y
	entry := func(class, name string) {
		width := 34 + float64(cellsOf(name))*letter
		if x+width > p.width-margin && x > margin {
			x, y = margin, y+24
		}
		p.printf(`<g class="%s"><rect class="bar" x="%.1f" y="%.1f" width="18" height="14" rx="3"/></g>`, class, x, y)
		p.text("legend", x+24, y+11.5, name)
		x += width + 10
	}
	for _, user := range usersIn(p.lanes) {
		entry(fmt.Sprintf("u%d", p.users[user]), p.options.name(user))
	}
	if len(p.tl.Overrides) > 0 {
		entry("override key", "by override")
	}
	if count, _ := gapsIn(p.tl); count > 0 {
		entry("gap", "nobody")
	}
	p.text("faint", margin, y+42, gapText(p.tl))
	p.y = y + 42 + margin
}

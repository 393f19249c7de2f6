package draw

import (
	"fmt"
	"html"
	"strings"
)

// bar draws one bar of a lane whose first row is at y. Its name is left out where it is written elsewhere.
func (p *picture) bar(s strip, l lane, b bar, y float64, named bool) {
	height := l.rowHeight()
	left, right := p.x(s, b.from), p.x(s, b.to)
	width := max(2, right-left-1.5)
	class, name := "gap", "nobody"
	if i, known := p.users[b.user]; known {
		class, name = fmt.Sprintf("u%d", i), p.options.name(b.user)
	} else if b.user == "" {
		height = l.height()
	}
	if b.override {
		class += " override"
	}
	y += float64(b.row) * height
	p.printf(`<g class="%s"><title>%s</title><rect class="bar" x="%.1f" y="%.1f" width="%.1f" height="%.1f" rx="4"/>`,
		class, html.EscapeString(b.tip), left, y, width, height-3)
	if strings.HasPrefix(class, "u") && width > 8 {
		p.printf(`<rect class="edge" x="%.1f" y="%.1f" width="4" height="%.1f" rx="2"/>`, left, y, height-3)
	}
	middle := y + (height-3)/2
	switch {
	case named:
	case !strings.HasPrefix(class, "u"): // there is no edge, and what is meant can be seen without the word
		if needed := smallLetter*float64(len(name)) + 1; width-4 >= needed {
			p.name(class, name, left+4, middle, max(needed, width-12))
		}
	default:
		p.name(class, name, left+7, middle, width-8)
	}
	p.printf(`</g>`)
}

// beside writes the name of an override that is too short for it next to it, if there is room until the next one, and says
// whether it has.
func (p *picture) beside(s strip, l lane, i int, y float64) bool {
	b := l.bars[i]
	left, right := p.x(s, b.from), p.x(s, b.to)
	name := p.options.name(b.user)
	room, needed := p.width-margin-right, smallLetter*float64(cellsOf(name))
	if right-left-9.5 >= needed {
		return false // it stands inside
	}
	for _, next := range l.bars[i+1:] {
		if next.row == b.row {
			room = p.x(s, next.from) - right
			break
		}
	}
	if room < needed+8 {
		return false
	}
	p.text("small", right+5, y+float64(b.row)*rowHeight+(rowHeight-3)/2+4, name)
	return true
}

// name writes a name into a bar, above today's line: smaller where it would not fit, and shortened where even that does not.
func (p *picture) name(class, name string, x, middle, room float64) {
	style, down, text := "name", 4.5, name
	if fit(name, room) != name {
		style, down, text = "name narrow", 4, fit(name, room*letter/smallLetter)
	}
	if text != "" {
		fmt.Fprintf(&p.names, `<g class="%s"><text class="%s" x="%.1f" y="%.1f">%s</text></g>`+"\n", class, style, x, middle+down, html.EscapeString(text))
	}
}

// fit shortens a name to so many pixels, to nothing if there is no room for anything.
func fit(name string, width float64) string { return shorten(name, int(width/letter)) }

package draw

import (
	"fmt"
	"strings"
	"time"

	"github.com/tocsin-oncall/tocsin/schedules"
)

// Text draws a timeline with letters, for a terminal. A name begins where its bar does, ░ is a gap, ▲ is now. Below it
// stand the overrides and the gaps in words.
func Text(tl schedules.Timeline, o Options) string {
	width := 100
	if o.Width != 0 {
		width = min(400, max(40, o.Width))
	}
	t := &typed{tl: tl, options: o, label: 8}
	lanes := lanesOf(tl, o)
	for _, l := range lanes {
		t.label = min(16, max(t.label, cellsOf(l.name)))
	}
	t.columns = width - t.label - 2
	fmt.Fprintf(&t.out, "%s  %s\n", t.bold(o.title(tl)), t.faint(period(tl)))
	for _, s := range strips(tl, max(7, t.columns/10)) {
		t.strip(s, during(lanes, s))
	}
	t.notes()
	return t.out.String()
}

type typed struct {
	tl             schedules.Timeline
	options        Options
	label, columns int
	out            strings.Builder
}

func (t *typed) strip(s strip, lanes []lane) {
	t.out.WriteString("\n")
	t.line("", t.axis(s))
	for _, l := range lanes {
		rows := make([][]cell, l.rows)
		for i := range rows {
			rows[i] = make([]cell, t.columns)
			for c := range rows[i] {
				rows[i][c].letter = " "
			}
		}
		for _, b := range l.bars {
			if b.user == "" {
				for _, row := range rows {
					t.paint(row, s, b, "")
				}
				continue
			}
			t.paint(rows[b.row], s, b, t.options.name(b.user))
		}
		for i, row := range rows {
			name := l.name
			if i > 0 {
				name = ""
			}
			t.line(name, t.render(row))
		}
	}
	if now := t.options.Now; !now.IsZero() && s.contains(now) {
		at := min(t.columns-1, int(s.at(now)*float64(t.columns)))
		t.line("", strings.Repeat(" ", at)+t.bold("▲ "+now.In(t.tl.From.Location()).Format("15:04")))
	}
}

// line writes a label and what belongs to it.
func (t *typed) line(label, text string) {
	label = shorten(label, t.label)
	line := label + strings.Repeat(" ", t.label-cellsOf(label)) + "  " + text
	t.out.WriteString(strings.TrimRight(line, " ") + "\n")
}

// axis names the days, or hours.
func (t *typed) axis(s strip) string {
	row := []rune(strings.Repeat(" ", t.columns+16))
	put := func(at time.Time, texts ...string) {
		column := int(s.at(at) * float64(t.columns))
		text := ""
		for _, candidate := range texts { // the longest that fits
			if text = candidate; column+len(text) <= t.columns {
				break
			}
		}
		copy(row[column:], []rune(text))
	}
	if s.hours {
		step := 1
		for float64(step*t.columns)/s.to.Sub(s.from).Hours() < 7 {
			step++
		}
		for at := s.from.Truncate(time.Hour); at.Before(s.to); at = at.Add(time.Hour) {
			if !at.Before(s.from) && at.Hour()%step == 0 && at.Minute() == 0 {
				put(at, at.Format("15:04"), "")
			}
		}
	} else {
		days := s.days()
		room := t.columns / (len(days) - 1)
		for _, d := range days[:len(days)-1] {
			switch {
			case room >= 11:
				put(later(d, s.from), d.Format("Mon 2 Jan"), d.Format("Mon 2"), d.Format("2"))
			case room >= 7:
				put(later(d, s.from), d.Format("Mon 2"), d.Format("2"))
			default:
				put(later(d, s.from), d.Format("2"))
			}
		}
	}
	return t.faint(strings.TrimRight(string(row[:t.columns]), " "))
}

// cell is one column on the screen.
type cell struct {
	letter string // with its accents; empty where the letter before takes two columns
	user   string
	gap    bool
}

// paint puts a bar into a row: at least one letter wide, so that nothing is lost.
func (t *typed) paint(row []cell, s strip, b bar, name string) {
	from := int(s.at(b.from)*float64(len(row)) + 0.5)
	to := int(s.at(b.to)*float64(len(row)) + 0.5)
	from = min(from, len(row)-1)
	to = max(to, from+1)
	gap := b.user == "" || b.user == schedules.Nobody
	filling := cell{"·", b.user, false}
	switch {
	case gap:
		filling, name = cell{"░", "", true}, ""
	case t.options.Color:
		filling.letter = " "
	default:
		name = "│" + name
	}
	for c := from; c < to; c++ {
		row[c] = filling
	}
	c := from
	for _, r := range cut(name, to-from) {
		if cells(r) == 0 && c > from {
			row[c-1].letter += string(r)
			continue
		}
		row[c].letter = string(r)
		for range cells(r) - 1 {
			c++
			row[c].letter = ""
		}
		c++
	}
}

func (t *typed) render(row []cell) string {
	var b strings.Builder
	for i := 0; i < len(row); {
		end := i
		var letters strings.Builder
		for end < len(row) && row[end].user == row[i].user && row[end].gap == row[i].gap {
			letters.WriteString(row[end].letter)
			end++
		}
		b.WriteString(t.coloured(row[i], letters.String()))
		i = end
	}
	return b.String()
}

func (t *typed) notes() {
	if len(t.tl.Overrides) > 0 {
		t.out.WriteString("\n" + t.bold("Overrides") + "\n")
		for _, v := range t.tl.Overrides {
			t.out.WriteString("  " + overrideText(v, t.options) + "\n")
		}
	}
	if count, _ := gapsIn(t.tl); count > 0 {
		t.out.WriteString("\n" + t.bold(gapText(t.tl)) + "\n")
		const most = 20
		for _, i := range t.tl.Final {
			if len(i.Shifts) > 0 {
				continue
			}
			if count--; count < most {
				t.out.WriteString("  " + span(i.From, i.To) + "  " + length(i.To.Sub(i.From)) + "\n")
			}
		}
	}
}

package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// style is how a terminal shows a text: the number of an SGR escape sequence.
type style string

const (
	plain  style = ""
	bold   style = "1"
	faint  style = "2"
	red    style = "31"
	green  style = "32"
	yellow style = "33"
	cyan   style = "36"
)

// paint colours a text, where colours are wanted: on a terminal, unless NO_COLOR is set.
func (io stdio) paint(s style, text string) string {
	off, _ := io.env("NO_COLOR")
	kind, _ := io.env("TERM")
	if s == plain || !io.terminal || off != "" || kind == "dumb" {
		return text
	}
	return "\x1b[" + string(s) + "m" + text + "\x1b[0m"
}

// states are the styles of statuses and priorities; what is not here is plain.
var states = map[string]style{
	"open": red, "firing": red, "failed": red, "P1": red, "P2": yellow,
	"acked": yellow, "sending": yellow, "started": yellow, "succeeded": green, "pending": cyan, "snoozed": cyan,
	"mitigated": yellow, "ticked": green, "skipped": faint, "resolved": green, "closed": green, "completed": green, "delivered": green, "sent": green,
	"waived": faint, "cancelled": faint, "nobody": red,
}

// line is a text made fit for one line of a terminal.
func line(text string) string { return strings.TrimSpace(printable(text)) }

// printable is a text without control characters: what senders and people wrote cannot move the cursor.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, text)
}

// paragraph prints a text of several lines, indented.
func (io stdio) paragraph(text string) {
	for l := range strings.Lines(strings.TrimSpace(text)) {
		fmt.Fprintln(io.out, strings.TrimRight("  "+printable(l), " "))
	}
}

// cell is one place of a table.
type cell struct {
	text  string
	style style
}

func text(s string) cell            { return cell{text: line(s)} }
func styled(s style, t string) cell { return cell{text: line(t), style: s} }
func state(s string) cell           { return cell{text: line(s), style: states[s]} }
func textf(f string, a ...any) cell { return text(fmt.Sprintf(f, a...)) }

// table is rows under a head. On a terminal the column number wide is cut so that rows fit on one line.
type table struct {
	head []string
	wide int
	rows [][]cell
}

func (t *table) row(cells ...cell) { t.rows = append(t.rows, cells) }

const (
	gap      = "  "
	leastCut = 12 // characters that a cut column keeps in the narrowest terminal
)

func (io stdio) table(t table) {
	head := make([]cell, len(t.head))
	for i, h := range t.head {
		head[i] = cell{h, bold}
	}
	rows := append([][]cell{head}, t.rows...)
	widths := make([]int, len(head))
	total := -len(gap)
	for i := range widths {
		for _, row := range rows {
			widths[i] = max(widths[i], utf8.RuneCountInString(row[i].text))
		}
		total += widths[i] + len(gap)
	}
	if over := total - io.width; io.width > 0 && over > 0 {
		widths[t.wide] = min(widths[t.wide], max(leastCut, widths[t.wide]-over))
	}
	for _, row := range rows {
		var b strings.Builder
		for i, c := range row {
			shown := cut(c.text, widths[i])
			b.WriteString(io.paint(c.style, shown))
			if i < len(row)-1 {
				b.WriteString(strings.Repeat(" ", widths[i]-utf8.RuneCountInString(shown)) + gap)
			}
		}
		fmt.Fprintln(io.out, strings.TrimRight(b.String(), " "))
	}
}

func cut(text string, width int) string {
	if r := []rune(text); len(r) > width {
		return string(r[:width-1]) + "…"
	}
	return text
}

// at is a time in this machine's zone, to the minute, "" for none.
func (io stdio) at(t time.Time) string { return io.format(t, "2006-01-02 15:04 MST") }

// exactly is a time in this machine's zone, to the second, "" for none.
func (io stdio) exactly(t time.Time) string { return io.format(t, "2006-01-02 15:04:05 MST") }

func (io stdio) format(t time.Time, layout string) string {
	if t.IsZero() {
		return ""
	}
	return t.In(io.zone).Format(layout)
}

// moment is a time and how far it is away.
func (io stdio) moment(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return io.at(t) + " (" + io.away(t) + ")"
}

// away is how far a time is from now: "3m ago", "in 2h".
func (io stdio) away(t time.Time) string {
	switch d := io.now().Sub(t).Round(time.Second); {
	case t.IsZero():
		return ""
	case d >= time.Second:
		return span(d) + " ago"
	case d <= -time.Second:
		return "in " + span(-d)
	}
	return "now"
}

// span is a duration in its two largest units, the smaller one left out when it is zero: 45s, 3m, 1h30m, 2d5h.
func span(d time.Duration) string {
	const day = 24 * time.Hour
	switch {
	case d < time.Minute:
		return fmt.Sprintf("%ds", d/time.Second)
	case d < time.Hour:
		return fmt.Sprintf("%dm", d/time.Minute)
	case d < 2*day:
		return units(d, time.Hour, "h", time.Minute, "m")
	}
	return units(d, day, "d", time.Hour, "h")
}

func units(d, large time.Duration, largeName string, small time.Duration, smallName string) string {
	text := fmt.Sprintf("%d%s", d/large, largeName)
	if rest := d % large / small; rest > 0 {
		text += fmt.Sprintf("%d%s", rest, smallName)
	}
	return text
}

// printJSON prints a value for programs.
func (io stdio) printJSON(v any) error {
	e := json.NewEncoder(io.out)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(v)
}

// Package draw draws a schedule's timeline for a terminal, as an SVG picture and as an HTML page for a wall.
//
// It shows each rotation, the overrides and who is on call in the end, today's line, weekends, and gaps hatched. Up to 16
// days are one strip; longer times are a strip for each week. It is pure: what it draws and the time of the
// line are arguments.
//
// A person's colour depends on nothing but their name, so it is the same in every picture. Names, tips and a table say in
// words what colours do, and no text of a schedule reaches the output unescaped.
package draw

import (
	"time"

	"github.com/tocsin-oncall/tocsin/schedules"
)

// Options are how to draw. The zero value is fine.
type Options struct {
	Title string    // empty: the schedule's name
	Now   time.Time // where today's line is; zero: no line
	Theme Theme
	Width int               // SVG, HTML: pixels, 480 to 4000, 1200 by default. Text: columns, 40 to 400, 100 by default
	Names map[string]string // what to call users; those who are not in it by their user name
	Color bool              // Text: ANSI colours (256)
}

// Theme is light or dark.
type Theme string

// Themes. Auto follows whoever looks at it.
const (
	Auto  Theme = ""
	Light Theme = "light"
	Dark  Theme = "dark"
)

func (o Options) name(user string) string {
	if name := o.Names[user]; name != "" {
		return printable(name)
	}
	return printable(user)
}

func (o Options) title(tl schedules.Timeline) string {
	if o.Title != "" {
		return printable(o.Title)
	}
	return printable(tl.Schedule)
}

package report

import (
	"fmt"
	"html"
	"html/template"
	"maps"
	"slices"
	"strings"

	"github.com/tocsin-oncall/tocsin/engine/rehearsal/replay"
)

// paged are people and how often they are paged.
func paged(n map[string]int) string {
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(n)) {
		parts = append(parts, fmt.Sprintf("%s ×%d", name, n[name]))
	}
	return strings.Join(parts, ", ")
}

// drawn is how many people the plots have.
const drawn = 40

// longestName is how many characters of a name the plots have room for.
const longestName = 18

func label(name string) string {
	if r := []rune(name); len(r) > longestName {
		name = string(r[:longestName-1]) + "…"
	}
	return html.EscapeString(name)
}

// bars draws the pages of each person before and after; the dark part is at night.
func bars(people []replay.Person) template.HTML {
	const left, width, right, row, bar = 150, 640, 90, 46, 15
	people = people[:min(len(people), drawn)]
	most := 1
	for _, p := range people {
		most = max(most, p.Old.Pages, p.New.Pages)
	}
	var b strings.Builder
	fmt.Fprintf(&b, `<svg role="img" viewBox="0 0 %d %d" xmlns="http://www.w3.org/2000/svg"><title>Pages of each person, before and after</title>`, left+width+right, len(people)*row+8)
	for i, p := range people {
		y := i*row + 6
		fmt.Fprintf(&b, `<text class="name" x="%d" y="%d" text-anchor="end"><title>%s</title>%s</text>`, left-12, y+bar+6, html.EscapeString(p.Name), label(p.Name))
		for k, l := range [2]replay.Load{p.Old, p.New} {
			class := [2]string{"old", "new"}[k]
			top := y + k*(bar+2)
			whole, dark := l.Pages*width/most, l.NightPages*width/most
			fmt.Fprintf(&b, `<g class="bar %s"><title>%s: %d pages, %d at night, %d interrupted nights</title><rect x="%d" y="%d" width="%d" height="%d"/><rect class="night" x="%d" y="%d" width="%d" height="%d"/></g>`,
				class, [2]string{"before", "after"}[k], l.Pages, l.NightPages, l.Nights, left, top, whole, bar, left, top, dark, bar)
			fmt.Fprintf(&b, `<text class="value" x="%d" y="%d">%d</text>`, left+whole+6, top+bar-3, l.Pages)
		}
	}
	b.WriteString("</svg>")
	return template.HTML(b.String())
}

// hours draws when in the day each person is paged, before and after, by the hour in that person's zone.
func hours(people []replay.Person) template.HTML {
	const left, cell, gap, between, top = 150, 14, 1, 40, 34
	people = people[:min(len(people), drawn)]
	most := 1
	for _, p := range people {
		for h := range 24 {
			most = max(most, p.Old.Hours[h], p.New.Hours[h])
		}
	}
	half := 24 * (cell + gap)
	var b strings.Builder
	fmt.Fprintf(&b, `<svg role="img" viewBox="0 0 %d %d" xmlns="http://www.w3.org/2000/svg"><title>Pages by the hour of the day, before and after</title>`, left+2*half+between, top+len(people)*(cell+6)+6)
	for k, name := range [2]string{"before", "after"} {
		x := left + k*(half+between)
		fmt.Fprintf(&b, `<text class="head" x="%d" y="12">%s</text>`, x, name)
		for h := 0; h < 24; h += 6 {
			fmt.Fprintf(&b, `<text class="tick" x="%d" y="28">%02d:00</text>`, x+h*(cell+gap), h)
		}
	}
	for i, p := range people {
		y := top + i*(cell+6)
		fmt.Fprintf(&b, `<text class="name" x="%d" y="%d" text-anchor="end">%s</text>`, left-12, y+cell-3, label(p.Name))
		for k, l := range [2]replay.Load{p.Old, p.New} {
			for h, n := range l.Hours {
				x := left + k*(half+between) + h*(cell+gap)
				shade := 0.0
				if n > 0 {
					shade = .15 + .85*float64(n)/float64(most)
				}
				fmt.Fprintf(&b, `<g><title>%s, %02d:00: %d pages</title><rect class="cell" x="%d" y="%d" width="%d" height="%d"/><rect class="heat" x="%d" y="%d" width="%d" height="%d" fill-opacity="%.2f"/></g>`,
					html.EscapeString(p.Name), h, n, x, y, cell, cell, x, y, cell, cell, shade)
			}
		}
	}
	b.WriteString("</svg>")
	return template.HTML(b.String())
}

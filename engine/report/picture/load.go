package picture

import (
	"fmt"

	"github.com/tocsin-oncall/tocsin/engine/report"
)

// hours draws the pages by the hour of the week, where the person lives.
func (c *canvas) hours(r *report.Report) {
	const left, cell, gap = 96.0, 33.0, 3.0
	most, total := 0, 0
	for _, day := range r.Hours {
		for _, n := range day {
			most, total = max(most, n), total+n
		}
	}
	c.text("head", margin, c.y+14, "Pages by the hour of the week")
	c.text("small", margin, c.y+34, fmt.Sprintf("%d messages to people, by the clock where the person lives", total))
	top := c.y + 62
	for h := 0; h < 24; h += 3 {
		c.text("small", left+float64(h)*(cell+gap), top-6, fmt.Sprintf("%02d:00", h))
	}
	for d, day := range r.Hours {
		y := top + float64(d)*(20+gap)
		c.end("small", left-10, y+14.5, report.Weekdays[d])
		for h, n := range day {
			x := left + float64(h)*(cell+gap)
			shapes := fmt.Sprintf(`<rect class="cell" x="%.1f" y="%.1f" width="%.0f" height="20" rx="2"/>`, x, y, cell)
			if n > 0 {
				shade := .1 + .4*float64(n)/float64(most)
				shapes += fmt.Sprintf(`<rect class="heat" x="%.1f" y="%.1f" width="%.0f" height="20" rx="2" fill-opacity="%.2f"/><text text-anchor="middle" class="count" x="%.1f" y="%.1f">%d</text>`,
					x, y, cell, shade, x+cell/2, y+14.5, n)
			}
			c.tip("hour", fmt.Sprintf("%s %02d:00: %d pages", report.Weekdays[d], h, n), shapes)
		}
	}
	c.y = top + 7*(20+gap) + 34
}

// drawn is how many people a picture has.
const drawn = 40

// people draws the pages of each person, the part at night dark, and beside it those of the period before.
func (c *canvas) people(r *report.Report) {
	if len(r.People) == 0 {
		return
	}
	const left, room, row = 160.0, 540.0, 36.0
	c.text("head", margin, c.y+14, "Whose nights")
	c.text("small", margin, c.y+34, "Pages of each person, the dark part at night; the thin bar is the period before")
	list := r.People[:min(len(r.People), drawn)]
	most := 1
	for _, p := range list {
		most = max(most, p.Pages, p.Before.Pages)
	}
	length := func(n int) float64 { return room * float64(n) / float64(most) }
	top := c.y + 50
	for i, p := range list {
		y := top + float64(i)*row
		c.end("strong", left-12, y+15, between(p.User, left-margin-12))
		c.tip("person", fmt.Sprintf("%s: %d pages, %d at night, %d interrupted nights; before: %d, %d, %d", p.User, p.Pages, p.Night, p.Nights, p.Before.Pages, p.Before.Night, p.Before.Nights),
			fmt.Sprintf(`<rect class="day" x="%.1f" y="%.1f" width="%.1f" height="18" rx="2"/><rect class="night" x="%.1f" y="%.1f" width="%.1f" height="18" rx="2"/><rect class="old" x="%.1f" y="%.1f" width="%.1f" height="5"/>`,
				left, y, length(p.Pages), left, y, length(p.Night), left, y+20, length(p.Before.Pages)))
		c.text("small", left+length(max(p.Pages, p.Before.Pages))+8, y+14, fmt.Sprintf("%d, %d at night, %s", p.Pages, p.Night, nights(p.Nights)))
	}
	c.y = top + float64(len(list))*row + margin
	if more := len(r.People) - len(list); more > 0 {
		c.text("small", left, c.y-10, fmt.Sprintf("%d more people are not drawn.", more))
		c.y += 14
	}
}

func nights(n int) string {
	if n == 1 {
		return "1 interrupted night"
	}
	return fmt.Sprintf("%d interrupted nights", n)
}

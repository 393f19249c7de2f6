package draw

import (
	"fmt"
	"html"
	"strings"
)

// document puts the picture together.
func (p *picture) document() string {
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 %.0f %.0f" width="%.0f" height="%.0f" class="schedule">`+"\n",
		p.width, p.y, p.width, p.y)
	fmt.Fprintf(&b, "<title>%s</title>\n<desc>%s</desc>\n", html.EscapeString("Who is on call: "+p.options.title(p.tl)), html.EscapeString(p.summary()))
	fmt.Fprintf(&b, "<style>\n%s</style>\n", p.style())
	b.WriteString(`<defs><pattern id="hatch" width="8" height="8" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">` +
		`<rect class="hatch" width="8" height="8"/><path class="stroke" d="M0 0V8"/></pattern></defs>` + "\n")
	fmt.Fprintf(&b, `<rect class="page" width="%.0f" height="%.0f"/>`+"\n", p.width, p.y)
	b.WriteString(p.body.String())
	b.WriteString("</svg>\n")
	return b.String()
}

// summary is the picture in a sentence or two.
func (p *picture) summary() string {
	var names []string
	for _, user := range usersIn(p.lanes) {
		names = append(names, p.options.name(user))
	}
	people := strings.Join(names, ", ")
	if people == "" {
		people = "nobody"
	}
	return period(p.tl) + ". On call in turn: " + people + ". " + gapText(p.tl)
}

const fixedStyle = `.schedule text{font-family:system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;font-size:13px}
.schedule .title{font-size:20px;font-weight:650}
.schedule .small{font-size:12px}
.schedule .day{font-size:12.5px;font-weight:600}
.schedule .strong,.schedule .name{font-weight:600}
.schedule .name{pointer-events:none}
.schedule .narrow{font-size:11px;font-weight:500;letter-spacing:-.02em}
.schedule .tick{fill:none;stroke-width:1}
.schedule .now{fill:none;stroke-width:2;stroke-opacity:.8}
.schedule .pilltext{font-size:11px;font-weight:700}
.schedule .gap .bar{fill:url(#hatch)}
.schedule .gap .name{paint-order:stroke;stroke-width:3px;stroke-linejoin:round}
.schedule .override .bar{stroke-width:2;stroke-dasharray:5 3}
`

func (p *picture) style() string { return themed(p.options.Theme, p.colours) }

// themed is the rules of a theme, or of both.
func themed(theme Theme, colours func(dark bool) string) string {
	switch theme {
	case Light:
		return fixedStyle + colours(false)
	case Dark:
		return fixedStyle + colours(true)
	}
	return fixedStyle + colours(false) + "@media screen and (prefers-color-scheme:dark){\n" + colours(true) + "}\n"
}

// colours are the rules of one theme.
func (p *picture) colours(dark bool) string {
	var b strings.Builder
	g := groundOf(dark)
	fmt.Fprintf(&b, ".schedule .page{fill:%s}.schedule text{fill:%s}.schedule .faint{fill:%s}.schedule .tick{stroke:%s}.schedule .weekend{fill:%s}\n",
		g.page, g.ink, g.faint, g.line, g.weekend)
	fmt.Fprintf(&b, ".schedule .hatch{fill:%s;fill-opacity:.45}.schedule .stroke{stroke:%s;stroke-width:3;stroke-opacity:.55}.schedule .gap .bar{stroke:%s;stroke-width:1}.schedule .gap .name{fill:%s;stroke:%s}\n",
		g.gap, g.gapInk, g.gapInk, g.gapInk, g.page)
	fmt.Fprintf(&b, ".schedule .now{stroke:%s}.schedule .pill{fill:%s}.schedule .pilltext{fill:%s}.schedule .key .bar{fill:none;stroke:%s}\n", g.now, g.now, g.page, g.faint)
	for _, user := range usersIn(p.lanes) {
		i, c := p.users[user], paintOf(user, dark)
		fmt.Fprintf(&b, ".schedule .u%d .bar{fill:%s;stroke:%s}.schedule .u%d .edge{fill:%s}.schedule .u%d .name{fill:%s}\n", i, c.fill, c.edge, i, c.edge, i, c.text)
	}
	return b.String()
}

package topology

import (
	"fmt"
	"html"
	"math"
	"slices"
	"strings"
	"unicode/utf8"
)

// What one picture shows; ask for what is Around one of the services when there are more.
const (
	Most       = 300
	mostPieces = 10_000 // of the boxes, and of the lines between two layers
)

// TooMuch says that a graph has more than one picture can show.
type TooMuch struct{ Services, Lines int }

func (t *TooMuch) Error() string {
	return fmt.Sprintf("a picture of %d services and %d dependencies cannot be read", t.Services, t.Lines)
}

// Sizes in pixels.
const (
	boxWidth  = 208.0
	boxHeight = 56.0
	columnGap = 28.0
	layerGap  = 64.0
	margin    = 28.0
	heading   = 64.0
	legend    = 40.0
	nameFits  = 22 // letters
	lineFits  = 33
)

// SVG draws the graph as a picture that stands alone, light or dark as the reader has it. What a service needs is below it. It
// fails with *TooMuch.
func SVG(g *Graph, title string) (string, error) {
	layer := layersOf(g)
	if lines, pieces := weigh(g, layer); len(g.services) > Most || pieces > mostPieces {
		return "", &TooMuch{len(g.services), lines}
	}
	p := &picture{graph: g, layout: lay(g, layer), harmed: g.Harmed()}
	p.measure()
	p.text("title", margin, margin+20, title)
	p.text("faint", margin, margin+42, p.summary())
	for _, line := range p.layout.lines {
		p.line(line)
	}
	for _, pl := range p.layout.places {
		if pl.name != "" {
			p.box(pl)
		}
	}
	p.legend()
	return p.document(title), nil
}

type picture struct {
	graph  *Graph
	layout *layout
	harmed map[string]bool
	left   float64 // the leftmost place
	width  float64
	height float64
	body   strings.Builder
}

func (p *picture) measure() {
	right := 0.0
	for _, pl := range p.layout.places {
		p.left, right = math.Min(p.left, pl.x), math.Max(right, pl.x)
	}
	p.width = math.Max(760, (right-p.left)*(boxWidth+columnGap)+boxWidth+2*margin)
	p.height = margin + heading + float64(len(p.layout.layers))*(boxHeight+layerGap) - layerGap + legend + 2*margin
}

func (p *picture) x(pl place) float64 {
	return margin + boxWidth/2 + (pl.x-p.left)*(boxWidth+columnGap)
}

func (p *picture) top(pl place) float64 {
	return margin + heading + float64(pl.layer)*(boxHeight+layerGap)
}

func (p *picture) printf(format string, args ...any) { fmt.Fprintf(&p.body, format+"\n", args...) }

func (p *picture) text(class string, x, y float64, text string) {
	p.printf(`<text class="%s" x="%.1f" y="%.1f">%s</text>`, class, x, y, html.EscapeString(text))
}

// line joins a service to one that it needs, past the boxes between them. It is marked when what it leads to is not quiet.
func (p *picture) line(way []int) {
	first, last := p.layout.places[way[0]], p.layout.places[way[len(way)-1]]
	var d strings.Builder
	x, y := p.x(first), p.top(first)+boxHeight
	fmt.Fprintf(&d, "M%.1f %.1f", x, y)
	for i, n := range way[1:] {
		to := p.layout.places[n]
		tx, ty := p.x(to), p.top(to)
		fmt.Fprintf(&d, "C%.1f %.1f %.1f %.1f %.1f %.1f", x, (y+ty)/2, tx, (y+ty)/2, tx, ty)
		if i < len(way)-2 {
			ty += boxHeight
			fmt.Fprintf(&d, "V%.1f", ty)
		}
		x, y = tx, ty
	}
	class := "line"
	if s, _ := p.graph.Service(last.name); !s.State.Quiet() {
		class = "line hot"
	}
	p.printf(`<path class="%s" d="%s" marker-end="url(#%s)"><title>%s depends on %s</title></path>`, class, d.String(),
		strings.ReplaceAll(class, " ", "-"), html.EscapeString(first.name), html.EscapeString(last.name))
}

func (p *picture) box(pl place) {
	s, _ := p.graph.Service(pl.name)
	x, y := p.x(pl)-boxWidth/2, p.top(pl)
	class, words := p.look(s)
	p.printf(`<g class="service %s"><title>%s</title><rect x="%.1f" y="%.1f" width="%.1f" height="%.1f" rx="8"/>`, class,
		html.EscapeString(s.Name+": "+words), x, y, boxWidth, boxHeight)
	p.text("name", x+14, y+24, fit(s.Name, nameFits))
	p.text("small", x+14, y+43, fit(words, lineFits))
	p.printf(`</g>`)
}

// look is how a service is drawn, and what is going on there in words: a colour alone says nothing to some.
func (p *picture) look(s Service) (class, words string) {
	st := s.State
	if st.Quiet() {
		if p.harmed[s.Name] {
			return "harmed", "may be harmed"
		}
		return "quiet", s.Team
	}
	var parts []string
	switch all := st.Open + st.Acked; {
	case all > 0 && st.Open == 0:
		parts = append(parts, fmt.Sprintf("%s, all acked", alerts(all)))
	case st.Acked > 0:
		parts = append(parts, fmt.Sprintf("%s, %d acked", alerts(all), st.Acked))
	case all > 0:
		parts = append(parts, alerts(all))
	}
	if st.Priority != "" {
		parts = append([]string{st.Priority}, parts...)
	}
	switch n := len(st.Incidents); {
	case n == 1:
		parts = append([]string{st.Incidents[0]}, parts...)
	case n > 1:
		parts = append([]string{fmt.Sprintf("%d incidents", n)}, parts...)
	}
	class = "low"
	switch {
	case st.Open == 0 && len(st.Incidents) == 0:
		class = "acked"
	case len(st.Incidents) > 0 || slices.Contains([]string{"P1", "P2"}, st.Priority):
		class = "high"
	}
	return class, strings.Join(parts, " · ")
}

func alerts(n int) string {
	if n == 1 {
		return "1 alert"
	}
	return fmt.Sprintf("%d alerts", n)
}

// summary is the picture in a sentence.
func (p *picture) summary() string {
	var busy []string
	for _, s := range p.graph.services {
		if !s.State.Quiet() {
			busy = append(busy, s.Name)
		}
	}
	text := fmt.Sprintf("%d services. ", len(p.graph.services))
	if len(p.graph.services) == 1 {
		text = "1 service. "
	}
	switch {
	case len(busy) == 0:
		return text + "All are quiet."
	case len(busy) > 5:
		return text + fmt.Sprintf("Something is going on at %d of them; %d more may be harmed.", len(busy), len(p.harmed))
	}
	text += "Something is going on at " + strings.Join(busy, ", ")
	if len(p.harmed) > 0 {
		text += fmt.Sprintf("; %d more may be harmed", len(p.harmed))
	}
	return text + "."
}

func (p *picture) legend() {
	x, y := margin, p.height-margin-14
	for _, e := range [...][2]string{{"high", "P1, P2 or an incident"}, {"low", "alerts"}, {"acked", "acknowledged"}, {"harmed", "needs one of those"}, {"quiet", "quiet"}} {
		p.printf(`<g class="service %s"><rect x="%.1f" y="%.1f" width="20" height="14" rx="4"/></g>`, e[0], x, y)
		p.text("small", x+28, y+11.5, e[1])
		x += 52 + 6.8*float64(len(e[1]))
	}
}

func (p *picture) document(title string) string {
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 %.0f %.0f" width="%.0f" height="%.0f" class="topology">`+"\n", p.width, p.height, p.width, p.height)
	fmt.Fprintf(&b, "<title>%s</title>\n<desc>%s</desc>\n<style>\n%s</style>\n", html.EscapeString(title), html.EscapeString(p.summary()), style)
	for _, name := range [...]string{"line", "line-hot"} {
		fmt.Fprintf(&b, `<defs><marker id="%s" class="head %s" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0L8 4L0 8Z"/></marker></defs>`+"\n",
			name, strings.TrimPrefix(name, "line-"))
	}
	fmt.Fprintf(&b, `<rect class="page" width="%.0f" height="%.0f"/>`+"\n%s</svg>\n", p.width, p.height, p.body.String())
	return b.String()
}

// style has the colours of paper, and those of a dark screen.
const style = `.topology text{font-family:system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;font-size:13px;fill:#1b1f24}
.topology .title{font-size:20px;font-weight:650}
.topology .name{font-size:14px;font-weight:600}
.topology .small{font-size:12px}
.topology .faint{fill:#59636e}
.topology .page{fill:#fff}
.topology .line{fill:none;stroke:#9aa4af;stroke-width:1.5}
.topology .line.hot{stroke:#cf222e;stroke-width:2}
.topology .head path{fill:#9aa4af}
.topology .head.hot path{fill:#cf222e}
.topology .service rect{fill:#f6f8fa;stroke:#c4ccd4;stroke-width:1.5}
.topology .high rect{fill:#ffebe9;stroke:#cf222e;stroke-width:2.5}
.topology .low rect{fill:#fff4d6;stroke:#9a6700;stroke-width:2}
.topology .acked rect{fill:#ddf4ff;stroke:#0969da;stroke-width:2}
.topology .harmed rect{fill:#fff;stroke:#9a6700;stroke-width:2;stroke-dasharray:6 4}
@media screen and (prefers-color-scheme:dark){
.topology text{fill:#e6edf3}.topology .faint{fill:#9198a1}.topology .page{fill:#0d1117}
.topology .line{stroke:#59636e}.topology .line.hot{stroke:#ff7b72}.topology .head path{fill:#59636e}.topology .head.hot path{fill:#ff7b72}
.topology .service rect{fill:#161b22;stroke:#3d444d}
.topology .high rect{fill:#4c1519;stroke:#ff7b72}.topology .low rect{fill:#3a2a05;stroke:#d29922}
.topology .acked rect{fill:#0c2d4a;stroke:#58a6ff}.topology .harmed rect{fill:#0d1117;stroke:#d29922}
}
`

// fit shortens a text to a number of letters.
func fit(s string, most int) string {
	if utf8.RuneCountInString(s) <= most {
		return s
	}
	return string([]rune(s)[:most-1]) + "…"
}

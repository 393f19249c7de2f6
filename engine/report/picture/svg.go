// Package picture draws a report: the trend of how long things take with what took far longer, pages by the hour of the
// week, and what they cost each person; as an SVG picture, and as an HTML page that needs nothing from elsewhere and runs no
// script. Colours are never the only thing that tells: numbers, shapes and tips say the same. It does no I/O, and no text
// of a record reaches the output unescaped.
package picture

import (
	"fmt"
	"html"
	"io"
	"strings"

	"github.com/tocsin-oncall/tocsin/engine/report"
)

// Sizes in pixels.
const (
	width  = 1000.0
	margin = 24.0
	letter = 7.2 // about
)

// WriteSVG draws a report as a picture that stands alone. It follows whoever looks at it, light or dark.
func WriteSVG(w io.Writer, r *report.Report) error {
	c := &canvas{y: margin}
	c.text("title", margin, c.y+18, heading(r))
	c.text("faint", margin, c.y+40, r.Period.String()+", compared with "+report.Period{Span: r.Period.Before, Zone: r.Period.Zone}.String())
	c.y += 62
	c.all(r)
	_, err := fmt.Fprintf(w, `<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 %.0f %.0f" width="%.0f" height="%.0f" class="report">
<title>%s</title>
<desc>%s</desc>
<style>
%s</style>
<rect class="page" width="%.0f" height="%.0f"/>
%s</svg>
`, width, c.y, width, c.y, html.EscapeString(heading(r)), html.EscapeString(summary(r)), style, width, c.y, c.body.String())
	return err
}

// all draws every plot, one below the other.
func (c *canvas) all(r *report.Report) {
	for _, name := range trends(r) {
		c.trend(r, name)
	}
	c.hours(r)
	c.people(r)
}

// trends are the durations that are drawn: those that there are any of, and that are not nothing throughout.
func trends(r *report.Report) (names []string) {
	for _, n := range r.Numbers {
		if n.Unit == report.Seconds && n.Now.P90 != nil && *n.Now.P90 > 0 {
			names = append(names, n.Name)
		}
	}
	return names
}

func heading(r *report.Report) string {
	text := "Alerts, incidents and pages"
	for _, list := range [][]string{r.Filter.Teams, r.Filter.Services, r.Filter.Priorities} {
		if len(list) > 0 {
			text += " · " + fit(strings.Join(list, ", "), 300)
		}
	}
	return text
}

// summary is the picture in words.
func summary(r *report.Report) string {
	parts := []string{r.Period.String()}
	for _, n := range r.Numbers {
		if n.Now.Value != nil {
			parts = append(parts, n.Title+": "+n.Unit.Text(n.Now.Value))
		}
	}
	return strings.Join(parts, ". ") + "."
}

// canvas is what is drawn so far.
type canvas struct {
	y    float64 // where the next thing goes
	body strings.Builder
}

func (c *canvas) printf(format string, args ...any) { fmt.Fprintf(&c.body, format+"\n", args...) }

func (c *canvas) text(class string, x, y float64, text string) {
	c.printf(`<text class="%s" x="%.1f" y="%.1f">%s</text>`, class, x, y, html.EscapeString(printable(text)))
}

// end is text that ends at x.
func (c *canvas) end(class string, x, y float64, text string) {
	c.printf(`<text class="%s" text-anchor="end" x="%.1f" y="%.1f">%s</text>`, class, x, y, html.EscapeString(printable(text)))
}

// tip is what is said of the shapes in it.
func (c *canvas) tip(class, tip, shapes string) {
	c.printf(`<g class="%s"><title>%s</title>%s</g>`, class, html.EscapeString(printable(tip)), shapes)
}

// printable is a text without control characters, which XML does not allow.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r == 0xfffe || r == 0xffff {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(text, "�"))
}

// fit shortens a text to so many pixels.
func fit(text string, room float64) string {
	if r := []rune(text); len(r) > int(room/letter) {
		return string(r[:max(1, int(room/letter)-1)]) + "…"
	}
	return text
}

// between shortens a name to so many pixels in its middle: names that begin alike often end otherwise.
func between(text string, room float64) string {
	r, most := []rune(text), int(room/letter)
	if len(r) <= most {
		return text
	}
	return string(r[:most/2]) + "…" + string(r[len(r)-(most-most/2-1):])
}

// Light and dark grounds, and the colours on them. In print it is light.
const style = `.report{--page:#fff;--ink:#1c2128;--faint:#5a6472;--line:#dfe4ea;--cell:#f1f3f6;--mean:#2f5fb3;--band:#2f5fb3;--far:#b42318;--day:#9db9ea;--night:#3b3f8f;--old:#c3cad4}
@media screen and (prefers-color-scheme:dark){.report{--page:#15181d;--ink:#e8eaed;--faint:#a3a9b3;--line:#333a45;--cell:#20262f;--mean:#8ab0f2;--band:#8ab0f2;--far:#ff8a7a;--day:#4d6fae;--night:#b9a5f5;--old:#525b68}}
.report text{font-family:system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;font-size:13px;fill:var(--ink)}
.report .title{font-size:20px;font-weight:650}.report .head{font-size:15px;font-weight:650}.report .faint{fill:var(--faint)}.report .small{font-size:12px;fill:var(--faint)}.report .strong{font-weight:600}
.report .page{fill:var(--page)}.report .grid{stroke:var(--line);fill:none}.report .cell{fill:var(--cell)}
.report .mean{stroke:var(--mean);stroke-width:2.2;fill:none;stroke-linejoin:round}.report .dot{fill:var(--mean)}.report .median{stroke:var(--mean);stroke-width:1.6;stroke-dasharray:5 4;fill:none}.report .band{fill:var(--band);fill-opacity:.16}
.report .count{font-size:12px;font-weight:600}.report .far path{fill:var(--far)}.report .day{fill:var(--day)}.report .night{fill:var(--night)}.report .old{fill:var(--old)}.report .heat{fill:var(--night)}
`

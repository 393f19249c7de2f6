package picture

import (
	"fmt"
	"html"
	"slices"
	"strings"

	"github.com/tocsin-oncall/tocsin/engine/rehearsal"
)

const style = `.night text{font-family:system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;font-size:13px;fill:#1d2430}
.night .sheet{fill:#fff}.night .title{font-size:20px;font-weight:650}.night .head{font-weight:650}.night .clock{font-weight:600;font-variant-numeric:tabular-nums}
.night .small{font-size:12px}.night .note{font-size:12.5px}.night .gap{font-size:11px;fill:#7a8494}
.night .faint{fill:#667085}.night .strong{font-weight:600}.night .good{fill:#17663a;font-weight:600}.night .bad{fill:#a3201d;font-weight:600}
.night .lane{stroke:#c9d0da;stroke-width:1.5;fill:none}.night .lane.away{stroke:#e4e7ec;stroke-width:26}
.night .tick{stroke:#edf0f4;stroke-width:1}.night .step{stroke:#7c93c3;stroke-width:1.5}.night .ack{stroke:#1f8a4c;stroke-width:2.5}
.night .page rect{fill:#dfe9fb;stroke:#2f5fb3;stroke-width:1.2}.night .page text{font-size:11.5px;font-weight:600;fill:#173a75}
.night .failed rect{fill:#fff;stroke:#b42318;stroke-dasharray:3 2}.night .failed text{fill:#b42318}
.night .notice rect{fill:#fff;stroke:#98a2b3}.night .notice text{fill:#475467;font-weight:500}
.night .acked circle{fill:#1f8a4c}.night .acked path{fill:none;stroke:#fff;stroke-width:2.2}
.night .open{fill:#d92d20}.night .state.acked{fill:#f0b429}.night .snoozed{fill:#8ea6d4}.night .held{fill:#98a2b3}
.night .hold{fill:url(#held)}.night .outage{fill:url(#down);stroke:#b42318;stroke-width:1}
`

const patterns = `<defs><pattern id="held" width="8" height="8" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><path d="M0 0V8" stroke="#98a2b3" stroke-width="2" stroke-opacity=".35"/></pattern>` +
	`<pattern id="down" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(-45)"><rect width="6" height="6" fill="#fdeceb"/><path d="M0 0V6" stroke="#b42318" stroke-width="1.5" stroke-opacity=".55"/></pattern></defs>`

// footer says what the signs mean, and how the story ends.
func (p *drawing) footer() {
	p.at = p.last + 20
	p.text(&p.over, "note strong", margin, p.at+4, Ending(p.story, func(e rehearsal.Entry) string {
		return e.At.In(p.zone).Format("15:04 MST")
	}))
	p.at += 24
	x := margin
	entry := func(sign string, width float64, text string) {
		fmt.Fprintf(&p.over, "<g transform=\"translate(%.1f %.1f)\">%s</g>\n", x, p.at, sign)
		p.text(&p.over, "faint small", x+width+6, p.at+4, text)
		x += width + 6 + float64(len(text))*7 + 18
	}
	pill := `<g class="page%s"><rect x="0" y="-9" width="%d" height="18" rx="9"/><text text-anchor="middle" x="%d" y="4">%s</text></g>`
	entry(fmt.Sprintf(pill, "", 34, 17, "sms"), 34, "a page")
	entry(fmt.Sprintf(pill, " notice", 34, 17, "sms"), 34, "word of what became of it")
	if slices.ContainsFunc(p.story.Entries, func(e rehearsal.Entry) bool { return e.Page != nil && !e.Page.Sent }) {
		entry(fmt.Sprintf(pill, " failed", 48, 24, "✗ sms"), 48, "failed")
	}
	entry(`<path class="step" d="M0 0H26"/>`, 26, "step")
	if slices.ContainsFunc(p.story.Entries, func(e rehearsal.Entry) bool { return e.Kind == "acked" }) {
		entry(`<path class="ack" d="M0 0H26"/>`, 26, "acknowledged")
	}
	states := map[string]bool{}
	for _, list := range p.states {
		for _, s := range list {
			states[s.state] = true
		}
	}
	for _, s := range []string{"open", "acked", "held", "snoozed"} {
		if states[s] {
			entry(fmt.Sprintf(`<rect class="state %s" x="0" y="-7" width="9" height="14"/>`, s), 9, s)
		}
	}
	p.at += 18
	if p.more > 0 {
		p.text(&p.over, "faint", margin, p.at+4, fmt.Sprintf("%d more entries are not drawn.", p.more))
		p.at += 20
	}
	p.height = p.at + margin/2
}

// document puts the picture together.
func (p *drawing) document(title string) string {
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 %.0f %.0f" width="%.0f" height="%.0f" class="night">`+"\n", p.width, p.height, p.width, p.height)
	fmt.Fprintf(&b, "<title>%s</title>\n<style>\n%s</style>\n%s\n", html.EscapeString(title), style, patterns)
	fmt.Fprintf(&b, "<rect class=\"sheet\" width=\"%.0f\" height=\"%.0f\"/>\n", p.width, p.height)
	b.WriteString(p.ground.String())
	b.WriteString(p.under.String())
	b.WriteString(p.over.String())
	b.WriteString("</svg>\n")
	return b.String()
}

// HTML is a page with the picture, for a browser and for paper.
func HTML(s *rehearsal.Story, o Options) string {
	return "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>" +
		html.EscapeString(o.Title) + "</title>\n<style>body{margin:0;background:#fff}svg{display:block;max-width:100%;height:auto;margin:0 auto}@page{margin:10mm}</style>\n</head>\n<body>\n" +
		SVG(s, o) + "</body>\n</html>\n"
}

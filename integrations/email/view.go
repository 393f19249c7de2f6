package email

import (
	_ "embed"
	"fmt"
	htmltemplate "html/template"
	"maps"
	"net/url"
	"slices"
	"text/template"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/alert"
	"github.com/tocsin-oncall/tocsin/engine/deliver"
	"github.com/tocsin-oncall/tocsin/engine/page"
	"github.com/tocsin-oncall/tocsin/engine/postmortem"
	"github.com/tocsin-oncall/tocsin/engine/postmortem/export"
)

//go:embed page.html.tmpl
var htmlSource string

//go:embed page.txt.tmpl
var textSource string

var (
	htmlPage = htmltemplate.Must(htmltemplate.New("html").Parse(htmlSource))
	textPage = template.Must(template.New("text").Parse(textSource))
)

const (
	maxDescription = 8000 // runes
	maxValue       = 500
	maxLabels      = 40
	maxListed      = 50 // alerts of a bundle
)

// view is what both templates show. Every string in it is printable and bounded.
type view struct {
	Heading     string
	Lead        string            // what happened, for a notice; the words of a reminder
	Rich        htmltemplate.HTML // Lead, where it is Markdown
	Colour      string            // of the priority
	Facts       []fact
	Description string
	Labels      []fact
	MoreLabels  int
	Alerts      []string
	MoreAlerts  int
	Next        string
	Button      string
	Link        string
	Links       []fact
	Unsubscribe string // where a subscriber leaves
}

type fact struct{ Name, Value string }

func (s *Sender) view(m deliver.Message) view {
	v := view{Lead: cut(printable(m.Text), maxDescription), Next: next(m), Colour: colourOf(""), Button: "Open"}
	if m.Markdown {
		v.markdown(m.Text)
	}
	if web(m.Link) {
		v.Link = m.Link
	}
	if web(m.Unsubscribe) {
		v.Unsubscribe = m.Unsubscribe
	}
	switch {
	case len(m.Bundle) > 0:
		v.bundle(m)
	case m.Alert != nil:
		v.alert(m)
	default:
		v.Heading = value(m.Title)
	}
	return v
}

// markdown shows a long text of people as it is meant; where it cannot be rendered it is shown as it was written.
func (v *view) markdown(text string) {
	v.Lead = cut(printable(text), postmortem.MaxRetrospective)
	if page, err := export.Fragment(v.Lead); err == nil {
		v.Rich = htmltemplate.HTML(page) //nolint:gosec // the renderer lets no HTML of people through
	}
}

func (v *view) bundle(m deliver.Message) {
	v.Heading = fmt.Sprintf("%d alerts for you", len(m.Bundle))
	v.Colour = colourOf(m.Bundle[0].Priority)
	v.Button = fmt.Sprintf("Acknowledge all %d", len(m.Bundle))
	for _, a := range m.Bundle[:min(len(m.Bundle), maxListed)] {
		v.Alerts = append(v.Alerts, headline(a))
	}
	v.MoreAlerts = len(m.Bundle) - len(v.Alerts)
}

func (v *view) alert(m deliver.Message) {
	a := m.Alert
	v.Heading = headline(a)
	v.Colour = colourOf(a.Priority)
	if a.Status == alert.Open && m.Kind == page.Escalation {
		v.Button = "Acknowledge"
	}
	v.fact("Status", status(a))
	v.fact("Service", a.Service)
	v.fact("Team", a.Team)
	v.fact("Source", a.Source)
	if a.Count > 1 {
		v.fact("Seen", fmt.Sprintf("%d times", a.Count))
	}
	since := a.StartsAt
	if since.IsZero() {
		since = a.CreatedAt
	}
	if !since.IsZero() {
		v.fact("Since", clock(since, m.Zone))
	}
	v.Description = cut(printable(a.Description), maxDescription)
	for _, name := range slices.Sorted(maps.Keys(a.Labels)) {
		if len(v.Labels) == maxLabels {
			v.MoreLabels = len(a.Labels) - maxLabels
			break
		}
		v.Labels = append(v.Labels, fact{value(name), value(a.Labels[name])})
	}
	for _, l := range []fact{{"Runbook", a.Runbook}, {"Source", a.Link}} {
		if web(l.Value) {
			v.Links = append(v.Links, l)
		} else {
			v.fact(l.Name, l.Value)
		}
	}
}

func (v *view) fact(name, text string) {
	if text = value(text); text != "" {
		v.Facts = append(v.Facts, fact{name, text})
	}
}

func value(text string) string { return cut(oneLine(text), maxValue) }

func headline(a *alert.State) string {
	return value(fmt.Sprintf("[%s] #%d %s", a.Priority, a.Number, a.Title))
}

func status(a *alert.State) string {
	by := ""
	switch a.Status {
	case alert.Acked:
		by = a.AckedBy
	case alert.Closed:
		by = a.ClosedBy
	}
	if by == "" {
		return string(a.Status)
	}
	return string(a.Status) + " by " + by
}

func next(m deliver.Message) string {
	switch {
	case m.NextText == "" && m.NextAt.IsZero():
		return ""
	case m.NextAt.IsZero():
		return value(m.NextText)
	case m.NextText == "":
		return "at " + clock(m.NextAt, m.Zone)
	}
	return value(m.NextText) + " at " + clock(m.NextAt, m.Zone)
}

func clock(t time.Time, zone *time.Location) string {
	if zone == nil {
		zone = time.UTC
	}
	return t.In(zone).Format("Mon 2 Jan 15:04 MST")
}

// web reports whether a link leads to a web page; everything else is shown as text.
func web(link string) bool {
	u, err := url.Parse(link)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" && len(link) <= 2000
}

// colourOf a priority has enough contrast with white text.
func colourOf(priority string) string {
	switch priority {
	case "P1":
		return "#b3131b"
	case "P2":
		return "#b34700"
	case "P3":
		return "#8a6100"
	}
	return "#1f5f99"
}

package publicpage

import (
	"fmt"
	"html/template"
	"strings"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/incident"
	"github.com/tocsin-oncall/tocsin/engine/statuspage"
)

// view is what the page of HTML shows.
type view struct {
	statuspage.Page
	Style        template.CSS
	CSP          string
	Icon         template.URL
	Class        string // of the whole
	Summary      string
	Groups       []group
	Active, Past []event
	Planned      []planned
	HistoryDays  int
	AsOf         moment
	JSON, RSS    string
}

type group struct {
	Name     string
	Services []service
}

type service struct {
	statuspage.Service
	Class, Words string
	Uptime       string // empty where nothing is counted
	Bars         []bar
	Spoken       string // what the bars say
}

type bar struct {
	X     int
	Class string
	Title string
}

type event struct {
	statuspage.Incident
	Class, Words string
	Where        string
	When         moment
	Lasted       string
	Updates      []update
}

type update struct {
	Words string
	At    moment
	Text  template.HTML
	Next  *moment
}

type planned struct {
	Now         bool
	Words       string
	Where       string
	Text        template.HTML
	From, Until moment
}

// moment is an instant for programs and for people.
type moment struct{ ISO, Text string }

func (r *Renderer) view(p statuspage.Page) view {
	v := view{
		Page: p, Style: r.style, CSP: r.csp, Icon: icons[p.State], Class: classes[p.State], Summary: summary(p),
		HistoryDays: int(p.History / (24 * time.Hour)), AsOf: momentOf(p.AsOf, p), JSON: JSONName, RSS: RSSName,
		Active: events(p.Active, p), Past: events(p.Past, p),
	}
	for _, g := range p.Groups {
		out := group{Name: g.Name}
		for _, s := range g.Services {
			out.Services = append(out.Services, serviceView(s))
		}
		v.Groups = append(v.Groups, out)
	}
	for _, m := range p.Planned {
		words := "Planned"
		if m.Now {
			words = "In progress"
		}
		v.Planned = append(v.Planned, planned{m.Now, words, m.Service, prose(m.Text), momentOf(m.From, p), momentOf(m.Until, p)})
	}
	return v
}

// classes are those of the style sheet, by state.
var classes = map[statuspage.State]string{
	statuspage.Unknown: "unknown", statuspage.Operational: "well", statuspage.Maintained: "maintained",
	statuspage.Degraded: "degraded", statuspage.Partial: "partial", statuspage.Major: "major",
}

// stateWords are what people read.
var stateWords = map[statuspage.State]string{
	statuspage.Unknown: "No data", statuspage.Operational: "Operational", statuspage.Maintained: "Under maintenance",
	statuspage.Degraded: "Degraded", statuspage.Partial: "Partial outage", statuspage.Major: "Major outage",
}

// summary says in a sentence how everything is.
func summary(p statuspage.Page) string {
	switch p.State {
	case statuspage.Maintained:
		return "Maintenance is in progress"
	case statuspage.Degraded:
		return "Some services are degraded"
	case statuspage.Partial:
		return "Some services are partly unavailable"
	case statuspage.Major:
		return "There is a major outage"
	}
	if len(p.Active) > 0 {
		return "All services work, and we are watching an incident"
	}
	return "All services work"
}

// phases are what people read.
var phases = map[incident.Phase]string{
	incident.Investigating: "Investigating", incident.Identified: "Identified", incident.Monitoring: "Monitoring", incident.PhaseOfResolved: "Resolved",
}

func phaseWords(p incident.Phase) string {
	if words := phases[p]; words != "" {
		return words
	}
	return string(p)
}

func serviceView(s statuspage.Service) service {
	v := service{Service: s, Class: classes[s.State], Words: stateWords[s.State]}
	bad := 0
	for i, d := range s.Days {
		title := d.Date.Format("2 Jan 2006") + ": " + strings.ToLower(stateWords[d.State])
		if d.Down > 0 {
			title += ", " + span(d.Down) + " of outage"
		}
		if d.State.Down() || d.State == statuspage.Degraded {
			bad++
		}
		v.Bars = append(v.Bars, bar{X: 4 * i, Class: classes[d.State], Title: title})
	}
	if s.Counted > 0 {
		v.Uptime = fmt.Sprintf("%.2f", s.Uptime)
	}
	v.Spoken = fmt.Sprintf("%s in the last %d days: %d of them with a degradation or an outage", s.Name, len(s.Days), bad)
	return v
}

func events(list []statuspage.Incident, p statuspage.Page) (out []event) {
	for _, in := range list {
		v := event{Incident: in, Class: classes[in.State], Words: phaseWords(in.Phase), Where: strings.Join(in.Services, ", "), When: momentOf(in.Began, p)}
		if !in.Over.IsZero() {
			v.Lasted = span(in.Over.Sub(in.Began))
		}
		for _, u := range in.Updates {
			up := update{Words: phaseWords(u.Phase), At: momentOf(u.At, p), Text: prose(u.Text)}
			if !u.Next.IsZero() {
				next := momentOf(u.Next, p)
				up.Next = &next
			}
			v.Updates = append(v.Updates, up)
		}
		out = append(out, v)
	}
	return out
}

func momentOf(t time.Time, p statuspage.Page) moment {
	return moment{t.UTC().Format(time.RFC3339), t.In(p.Zone).Format("2 Jan 2006, 15:04 MST")}
}

// span is a duration for people: 45 min, 2 h 5 min, 3 d 4 h.
func span(d time.Duration) string {
	d = max(d.Round(time.Minute), time.Minute)
	const day = 24 * time.Hour
	part := func(n time.Duration, unit string) string {
		if n == 0 {
			return ""
		}
		return fmt.Sprintf("%d %s", n, unit)
	}
	days, hours, minutes := d/day, d%day/time.Hour, d%time.Hour/time.Minute
	if days > 0 {
		minutes = 0
	}
	return strings.Join(strings.Fields(part(days, "d")+" "+part(hours, "h")+" "+part(minutes, "min")), " ")
}

// icons are dots in the colour of a state.
var icons = map[statuspage.State]template.URL{
	statuspage.Operational: dot("2da160"), statuspage.Maintained: dot("3b7ddd"), statuspage.Degraded: dot("d9a514"),
	statuspage.Partial: dot("e07b1f"), statuspage.Major: dot("d63f3f"),
}

func dot(colour string) template.URL {
	return template.URL("data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Ccircle cx='8' cy='8' r='7' fill='%23" + colour + "'/%3E%3C/svg%3E")
}

package publicpage

import (
	"encoding/json"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/statuspage"
)

// Version is that of status.json. It is raised when a reader of an earlier one could go wrong; what is added does not
// raise it.
const Version = 1

// Document is status.json. Times are RFC 3339 in UTC, null where there is none; lists are never null.
type Document struct {
	Version     int              `json:"version"`
	Title       string           `json:"title"`
	Description string           `json:"description"`
	URL         string           `json:"url"`
	Support     string           `json:"support"`
	State       statuspage.State `json:"state"`
	Summary     string           `json:"summary"`
	Timezone    string           `json:"timezone"`
	AsOf        *time.Time       `json:"as_of"`
	Changed     *time.Time       `json:"changed_at"`
	Services    []ServiceOut     `json:"services"`
	Active      []IncidentOut    `json:"incidents"`
	Planned     []MaintenanceOut `json:"maintenances"`
	Past        []IncidentOut    `json:"past_incidents"`
}

// ServiceOut is one service.
type ServiceOut struct {
	Name        string           `json:"name"`
	Description string           `json:"description"`
	Group       string           `json:"group"`
	State       statuspage.State `json:"state"`
	Uptime      *float64         `json:"uptime_percent"`
	Counted     int              `json:"uptime_days"`
	Days        []DayOut         `json:"days"`
}

// DayOut is one day of a service.
type DayOut struct {
	Date  string           `json:"date"`
	State statuspage.State `json:"state"`
	Down  int64            `json:"down_seconds"`
}

// IncidentOut is one incident.
type IncidentOut struct {
	ID       string           `json:"id"`
	Title    string           `json:"title"`
	Phase    string           `json:"phase"`
	State    statuspage.State `json:"state"`
	Began    *time.Time       `json:"began_at"`
	Over     *time.Time       `json:"resolved_at"`
	Services []string         `json:"services"`
	Updates  []UpdateOut      `json:"updates"`
}

// UpdateOut is one update.
type UpdateOut struct {
	ID    string     `json:"id"`
	At    *time.Time `json:"at"`
	Phase string     `json:"phase"`
	Text  string     `json:"text"`
	Next  *time.Time `json:"next_update_at"`
}

// MaintenanceOut is one maintenance.
type MaintenanceOut struct {
	Text       string     `json:"text"`
	Service    string     `json:"service"`
	From       *time.Time `json:"from"`
	Until      *time.Time `json:"until"`
	InProgress bool       `json:"in_progress"`
}

func document(p statuspage.Page) Document {
	d := Document{
		Version: Version, Title: p.Title, Description: p.Description, URL: p.URL, Support: p.Support, State: p.State, Summary: summary(p),
		Timezone: p.Zone.String(), AsOf: when(p.AsOf), Changed: when(p.Changed),
		Services: []ServiceOut{}, Active: incidents(p.Active), Planned: []MaintenanceOut{}, Past: incidents(p.Past),
	}
	for _, g := range p.Groups {
		for _, s := range g.Services {
			out := ServiceOut{Name: s.Name, Description: s.Description, Group: g.Name, State: s.State, Counted: s.Counted}
			if s.Counted > 0 {
				out.Uptime = &s.Uptime
			}
			for _, day := range s.Days {
				out.Days = append(out.Days, DayOut{day.Date.Format(time.DateOnly), day.State, int64(day.Down / time.Second)})
			}
			d.Services = append(d.Services, out)
		}
	}
	for _, m := range p.Planned {
		d.Planned = append(d.Planned, MaintenanceOut{m.Text, m.Service, when(m.From), when(m.Until), m.Now})
	}
	return d
}

func incidents(list []statuspage.Incident) []IncidentOut {
	out := []IncidentOut{}
	for _, in := range list {
		v := IncidentOut{ID: in.ID, Title: in.Title, Phase: string(in.Phase), State: in.State, Began: when(in.Began), Over: when(in.Over), Services: in.Services}
		for _, u := range in.Updates {
			v.Updates = append(v.Updates, UpdateOut{u.ID, when(u.At), string(u.Phase), u.Text, when(u.Next)})
		}
		out = append(out, v)
	}
	return out
}

func when(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}

func renderJSON(p statuspage.Page) ([]byte, error) {
	text, err := json.MarshalIndent(document(p), "", "  ")
	return append(text, '\n'), err
}

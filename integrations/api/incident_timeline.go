package api

import (
	"context"
	"io"
	"net/http"

	"github.com/tocsin-oncall/tocsin/engine/incident"
)

var courseParams = []param{{name: "format", of: []string{"json", "md"}, doc: "md: a Markdown document about the whole incident. Default json."}}

// Course is an incident with everything that happened.
type Course struct {
	Incident Incident     `json:"incident"`
	Lines    []CourseLine `json:"lines" doc:"What happened to it, to its alerts, and to the alerts that call responders, in order."`
	Left     int          `json:"left" doc:"How many lines in the middle are left out, where there are too many."`
}

// CourseLine is one line of what happened.
type CourseLine struct {
	Entry
	Via   string `json:"via" doc:"Where it was done; empty for what happens by itself."`
	Alert uint64 `json:"alert" doc:"The number of the alert that tells it; 0 for the incident itself."`

	LoggedAt Time   `json:"logged_at" doc:"When it was written down, where that was later than at."`
	LoggedBy string `json:"logged_by" doc:"Who wrote down what by had said."`
	Link     string `json:"link" doc:"Where it can be seen."`
}

func getCourse(c *call) (any, error) {
	s, lines, left, err := c.Engine.IncidentTimeline(c.ctx, c.name("INC"))
	if err != nil {
		return nil, err
	}
	if c.query.text("format") == "md" {
		text := incident.Markdown(s, lines, left, c.env)
		return download{[]string{"text/markdown; charset=utf-8"}, s.Name() + ".md", func(_ context.Context, w http.ResponseWriter) error {
			_, err := io.WriteString(w, text)
			return err
		}}, nil
	}
	out := Course{Incident: c.showIncident(s), Lines: make([]CourseLine, len(lines)), Left: left}
	for i, l := range lines {
		out.Lines[i] = CourseLine{Entry{utc(l.At), l.Kind, l.By, l.Text}, l.Via, l.Alert, utc(l.LoggedAt), l.LoggedBy, l.Link}
	}
	return out, nil
}

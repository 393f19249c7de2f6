package api

import (
	"context"
	"errors"
	"io"
	"net/http"

	"github.com/tocsin-oncall/tocsin/engine/store"
	"github.com/tocsin-oncall/tocsin/engine/topology"
)

// Service is a service of the configuration, and what is going on there.
type Service struct {
	Name      string   `json:"name"`
	Team      string   `json:"team"`
	DependsOn []string `json:"depends_on" doc:"Directly."`
	State     string   `json:"state" doc:"quiet; harmed: it is quiet, and something that it depends on is not; acked: all its alerts are acknowledged; alerting."`
	Open      int      `json:"open" doc:"Alerts that nobody has acknowledged."`
	Acked     int      `json:"acked" doc:"Alerts that somebody has."`
	Priority  string   `json:"priority" doc:"The worst of its alerts."`
	Incidents []string `json:"incidents" doc:"That harm it now: INC-7."`

	Dependencies []RelatedService `json:"dependencies,omitempty" doc:"All that it needs, directly or over others, the nearest first. Of one service only."`
	Dependents   []RelatedService `json:"dependents,omitempty" doc:"All that need it, who may be harmed by it. Of one service only."`
}

// RelatedService is one that another depends on, or that depends on it.
type RelatedService struct {
	Name  string   `json:"name"`
	Team  string   `json:"team"`
	State string   `json:"state"`
	Path  []string `json:"path" doc:"From the service asked for to this one."`
}

// standing is the state of a service in a word.
func standing(s topology.Service, harmed map[string]bool) string {
	switch {
	case s.State.Quiet() && harmed[s.Name]:
		return "harmed"
	case s.State.Quiet():
		return "quiet"
	case s.State.Open == 0 && len(s.State.Incidents) == 0:
		return "acked"
	}
	return "alerting"
}

func serviceOf(s topology.Service, harmed map[string]bool) Service {
	return Service{
		Name: s.Name, Team: s.Team, DependsOn: some(s.DependsOn), State: standing(s, harmed),
		Open: s.State.Open, Acked: s.State.Acked, Priority: s.State.Priority, Incidents: some(s.State.Incidents),
	}
}

func listServices(c *call) (any, error) {
	g, err := c.Engine.Services(c.ctx, c.env.Dir)
	if err != nil {
		return nil, err
	}
	harmed := g.Harmed()
	return listOf(g.Services(), store.Cursor{}, func(s topology.Service) Service { return serviceOf(s, harmed) }), nil
}

func getService(c *call) (any, error) {
	g, err := c.Engine.Services(c.ctx, c.env.Dir)
	if err != nil {
		return nil, err
	}
	name := c.param("ref")
	s, ok := g.Service(name)
	if !ok {
		return nil, noSuch("service", name)
	}
	harmed := g.Harmed()
	related := func(list []topology.Related) (out []RelatedService) {
		for _, r := range list {
			at, _ := g.Service(r.Name)
			out = append(out, RelatedService{Name: r.Name, Team: at.Team, State: standing(at, harmed), Path: r.Path})
		}
		return out
	}
	out := serviceOf(s, harmed)
	out.Dependencies, out.Dependents = related(g.Dependencies(name)), related(g.Dependents(name))
	return out, nil
}

const svgType = "image/svg+xml"

var serviceGraphParams = []param{{name: "service", doc: "Only this one, what it depends on, and what depends on it."}}

func getServiceGraph(c *call) (any, error) {
	g, err := c.Engine.Services(c.ctx, c.env.Dir)
	if err != nil {
		return nil, err
	}
	title, file := "Services and what they depend on", "services.svg"
	if name := c.query.text("service"); name != "" {
		if _, ok := g.Service(name); !ok {
			return nil, noSuch("service", name)
		}
		g, title, file = g.Around(name), "What "+name+" depends on, and what depends on it", name+".svg"
	}
	picture, err := topology.SVG(g, title)
	var much *topology.TooMuch
	if errors.As(err, &much) {
		p := invalid("service", "%v", much)
		p.hint = "name a service that depends on less, and on which less depends"
		return nil, p
	}
	if err != nil {
		return nil, err
	}
	return download{[]string{svgType}, file, func(_ context.Context, w http.ResponseWriter) error {
		_, err := io.WriteString(w, picture)
		return err
	}}, nil
}

package engine

import (
	"context"
	"slices"

	"github.com/tocsin-oncall/tocsin/engine/alert"
	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/incident"
	"github.com/tocsin-oncall/tocsin/engine/store"
	"github.com/tocsin-oncall/tocsin/engine/topology"
)

// pageOfServices is how many records are read at a time to see what is going on.
const pageOfServices = 500

// Services is the graph of the configured services, each with its alerts that are not closed and the incidents that are
// neither resolved nor closed. Alerts that call responders do not count: their incident does.
func (e *Engine) Services(ctx context.Context, dir *directory.Directory) (*topology.Graph, error) {
	states := map[string]*topology.State{}
	for name := range dir.Services {
		states[name] = &topology.State{}
	}
	if err := e.alertsOfServices(ctx, states); err != nil {
		return nil, err
	}
	if err := e.incidentsOfServices(ctx, states); err != nil {
		return nil, err
	}
	var list []topology.Service
	for name, s := range dir.Services {
		list = append(list, topology.Service{Name: name, Team: s.Team, DependsOn: s.DependsOn, State: *states[name]})
	}
	return topology.New(list), nil
}

func (e *Engine) alertsOfServices(ctx context.Context, states map[string]*topology.State) error {
	f := Filter{Statuses: []alert.Status{alert.Open, alert.Acked, alert.Snoozed}}
	for before := (store.Cursor{}); ; {
		alerts, next, err := e.Alerts(ctx, f, before, pageOfServices)
		if err != nil {
			return err
		}
		for _, a := range alerts {
			st := states[a.Service]
			if st == nil || a.Integration == incident.Integration {
				continue
			}
			if a.Status == alert.Acked {
				st.Acked++
			} else {
				st.Open++
			}
			if st.Priority == "" || a.Priority < st.Priority {
				st.Priority = a.Priority
			}
		}
		if before = next; next == (store.Cursor{}) {
			return nil
		}
	}
}

func (e *Engine) incidentsOfServices(ctx context.Context, states map[string]*topology.State) error {
	harmful := []incident.Status{incident.Open, incident.Mitigated}
	for before := (store.Cursor{}); ; {
		incidents, next, err := e.Incidents(ctx, harmful, before, pageOfServices)
		if err != nil {
			return err
		}
		for _, inc := range incidents {
			for _, name := range inc.Impacted() {
				if st := states[name]; st != nil && !slices.Contains(st.Incidents, inc.Name()) {
					st.Incidents = append(st.Incidents, inc.Name())
				}
			}
		}
		if before = next; next == (store.Cursor{}) {
			return nil
		}
	}
}

package engine

import (
	"context"
	"errors"
	"slices"

	"github.com/tocsin-oncall/tocsin/engine/alert"
	"github.com/tocsin-oncall/tocsin/engine/incident"
	"github.com/tocsin-oncall/tocsin/engine/store"
)

// told is how many alerts of an incident tell what happened to them: the first and the latest that joined.
const told = 200

// IncidentTimeline is an incident with everything that happened, in order: to it, to its alerts, to those that call
// responders, and what was deployed of its services meanwhile. It is put together when it is asked for; what an alert has to tell goes when the alert does, at the end of
// its retention. left is how many lines are not told.
func (e *Engine) IncidentTimeline(ctx context.Context, name string) (inc *incident.State, lines []incident.Line, left int, err error) {
	if inc, err = e.Incident(ctx, name); err != nil {
		return nil, nil, 0, err
	}
	lines = inc.Lines()
	for part := range slices.Chunk(tellers(inc), batch) {
		found, err := e.store.Load(ctx, part...)
		if err != nil {
			return nil, nil, 0, err
		}
		for _, r := range found {
			a, err := asAlert(r)
			if errors.Is(err, ErrNotFound) {
				continue
			}
			if err != nil {
				return nil, nil, 0, err
			}
			for _, entry := range a.Timeline {
				if of(inc, a, entry) {
					lines = append(lines, incident.Line{At: entry.At, Kind: entry.Kind, By: entry.By, Text: entry.Text, Alert: a.Number})
				}
			}
		}
	}
	deployed, err := e.deploymentLines(ctx, inc)
	if err != nil {
		return nil, nil, 0, err
	}
	lines, left = incident.Merge(append(lines, deployed...))
	return inc, lines, left, nil
}

// tellers are the alerts that have something to tell.
func tellers(inc *incident.State) (ids []store.ID) {
	alerts := inc.Alerts
	if over := len(alerts) - told; over > 0 {
		alerts = slices.Delete(slices.Clone(alerts), told/2, told/2+over)
	}
	for _, a := range alerts {
		ids = append(ids, a.ID)
	}
	for _, c := range inc.Calls {
		if c.Alert != "" && !slices.Contains(ids, c.Alert) {
			ids = append(ids, c.Alert)
		}
	}
	return ids
}

// of reports whether an entry of an alert tells anything that the incident does not tell itself.
func of(inc *incident.State, a *alert.State, entry alert.Entry) bool {
	switch entry.Kind {
	case "incident", "routed", "rule_error", "late_outcome":
		return false
	}
	return inc.ClosedAt.IsZero() || !entry.At.After(inc.ClosedAt) || a.Responds != ""
}

package engine

import (
	"context"

	"github.com/tocsin-oncall/tocsin/engine/incident"
	"github.com/tocsin-oncall/tocsin/engine/page"
	"github.com/tocsin-oncall/tocsin/engine/store"
)

// IncidentCounts is how many incidents there are, and what is behind.
type IncidentCounts struct {
	ByStatus map[incident.Status]int
	Untold   int            // status updates that are due, of those that are not closed
	Failing  map[string]int // tasks at each provider that were refused and are tried again
}

// tasks are how the providers are called at which incidents have tasks.
var tasks = [...]string{"slack", "statuspage", "jira", "github"}

// IncidentCounts counts incidents. What is behind is that of incidents which are not closed.
func (e *Engine) IncidentCounts(ctx context.Context) (c IncidentCounts, err error) {
	lists := make([]string, len(incident.Statuses))
	for i, s := range incident.Statuses {
		lists[i] = incident.ListOf(s)
	}
	n, err := e.store.Count(ctx, lists...)
	if err != nil {
		return c, err
	}
	c.ByStatus, c.Failing = map[incident.Status]int{}, map[string]int{}
	for i, s := range incident.Statuses {
		c.ByStatus[s] = n[i]
	}
	for _, via := range tasks {
		c.Failing[via] = 0
	}
	now := e.Now()
	for before := (store.Cursor{}); ; {
		active, next, err := e.Incidents(ctx, []incident.Status{incident.Open, incident.Mitigated, incident.Resolved}, before, 500)
		if err != nil {
			return c, err
		}
		for _, inc := range active {
			for _, w := range inc.Watches {
				if !w.Due.After(now) {
					c.Untold++
				}
			}
			for i := range inc.Out.Pages {
				if p := &inc.Out.Pages[i]; p.Kind == page.Work && p.Waiting() && p.Failures > 0 {
					c.Failing[p.Via]++
				}
			}
		}
		if before = next; next == (store.Cursor{}) {
			return c, nil
		}
	}
}

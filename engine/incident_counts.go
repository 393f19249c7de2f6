package engine

import (
	"context"

	"github.com/tocsin-oncall/tocsin/engine/incident"
)

// IncidentCounts is how many incidents there are, and what is behind.
type IncidentCounts struct {
	ByStatus map[incident.Status]int
	Untold   int            // status updates that are due, of those that are not closed
	Failing  map[string]int // incidents that are not closed and have tasks which were refused and are tried again, by provider
}

// tasks are how the providers are called at which incidents have tasks.
var tasks = [...]string{"slack", "statuspage", "jira", "github"}

// IncidentCounts counts incidents. It reads none of them, so that it takes no longer when they pile up. What is behind is
// that of incidents which are not closed, and of audiences that the configuration has.
func (e *Engine) IncidentCounts(ctx context.Context) (c IncidentCounts, err error) {
	var lists []string
	for _, s := range incident.Statuses {
		lists = append(lists, incident.ListOf(s))
	}
	for _, via := range tasks {
		lists = append(lists, incident.ListFailing(via))
	}
	for _, a := range e.Directory().Incident.Audiences {
		lists = append(lists, incident.ListUntold(a.Name))
	}
	n, err := e.store.Count(ctx, lists...)
	if err != nil {
		return c, err
	}
	c.ByStatus, c.Failing = map[incident.Status]int{}, map[string]int{}
	for _, s := range incident.Statuses {
		c.ByStatus[s], n = n[0], n[1:]
	}
	for _, via := range tasks {
		c.Failing[via], n = n[0], n[1:]
	}
	for _, untold := range n {
		c.Untold += untold
	}
	return c, nil
}

package engine

import (
	"context"
	"slices"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/incident"
	"github.com/tocsin-oncall/tocsin/engine/postmortem"
	"github.com/tocsin-oncall/tocsin/engine/record"
	"github.com/tocsin-oncall/tocsin/engine/store"
)

// PostmortemPatterns is what the postmortems of incidents that were opened in a period have in common; see
// postmortem.Patterns.
func (e *Engine) PostmortemPatterns(ctx context.Context, from, to time.Time) (list []postmortem.Pattern, whole postmortem.Pattern, err error) {
	var cases []postmortem.Case
	var before store.Cursor
	for {
		page, next, err := e.Postmortems(ctx, []postmortem.Status{postmortem.Open, postmortem.Completed}, before, learnAtOnce)
		if err != nil {
			return nil, whole, err
		}
		got, err := e.cases(ctx, page)
		if err != nil {
			return nil, whole, err
		}
		cases = append(cases, got...)
		// None is made before its incident is opened: what comes now is older than the period before.
		if last := len(page) - 1; next == (store.Cursor{}) || last >= 0 && page[last].CreatedAt.Before(from.Add(from.Sub(to))) {
			list, whole = postmortem.Patterns(cases, from, to)
			return list, whole, nil
		}
		before = next
	}
}

// cases adds to postmortems what is known of their incidents.
func (e *Engine) cases(ctx context.Context, page []*postmortem.State) ([]postmortem.Case, error) {
	if len(page) == 0 {
		return nil, nil
	}
	now := e.Now()
	cases := make([]postmortem.Case, len(page))
	var ids []store.ID
	for i, s := range page {
		cases[i] = postmortem.Case{State: s, At: s.CreatedAt}
		ids = append(ids, s.IncidentID)
	}
	found, err := e.store.Load(ctx, ids...)
	if err != nil {
		return nil, err
	}
	for i, r := range found {
		if !r.Exists() {
			continue
		}
		rec, err := record.Decode(r)
		if err != nil {
			return nil, err
		}
		if inc, ok := rec.(*incident.State); ok {
			cases[i].Deployed = inc.Cause.Service
			cases[i].At, cases[i].Impact, cases[i].Services = inc.OpenedAt, inc.ImpactDuration(now), slices.Clone(inc.Impacted())
		}
	}
	return cases, nil
}

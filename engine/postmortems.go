package engine

import (
	"context"

	"github.com/tocsin-oncall/tocsin/engine/alert"
	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/postmortem"
	"github.com/tocsin-oncall/tocsin/engine/record"
	"github.com/tocsin-oncall/tocsin/engine/store"
)

// Postmortem returns a postmortem by its name, PM-3.
func (e *Engine) Postmortem(ctx context.Context, name string) (*postmortem.State, error) {
	return named[*postmortem.State](ctx, e, "postmortem", name)
}

// ActOnPostmortem does one thing to a postmortem, named PM-3.
func (e *Engine) ActOnPostmortem(ctx context.Context, name string, act postmortem.Action) (*postmortem.State, error) {
	s, err := e.Postmortem(ctx, name)
	if err != nil {
		return nil, err
	}
	return one[*postmortem.State](ctx, e, s.ID, func(rec record.Record, env directory.Env) (alert.Effects, error) {
		_, err := postmortem.Apply(rec.(*postmortem.State), act, env)
		return alert.Effects{}, err
	})
}

// SnoozeReminders puts off what a person is reminded of, in every postmortem of which they owe something now, and
// returns the names of these. Where it fails, those before are snoozed, and it can be done again.
func (e *Engine) SnoozeReminders(ctx context.Context, act postmortem.Action) (names []string, err error) {
	var before store.Cursor
	for {
		list, next, err := e.Postmortems(ctx, []postmortem.Status{postmortem.Open, postmortem.Completed}, before, 1000)
		if err != nil {
			return names, err
		}
		for _, s := range list {
			if !s.Owes(act.User, e.Env()) {
				continue
			}
			if _, err := e.ActOnPostmortem(ctx, s.Name(), act); err != nil {
				return names, err
			}
			names = append(names, s.Name())
		}
		if before = next; next == (store.Cursor{}) {
			return names, nil
		}
	}
}

// Postmortems returns a page of postmortems, newest first; no statuses means all.
func (e *Engine) Postmortems(ctx context.Context, statuses []postmortem.Status, before store.Cursor, limit int) ([]*postmortem.State, store.Cursor, error) {
	if len(statuses) == 0 {
		statuses = postmortemStatuses
	}
	var lists []string
	for _, s := range statuses {
		lists = append(lists, postmortem.ListOf(s))
	}
	return pageOf[*postmortem.State](ctx, e, lists, before, limit)
}

var postmortemStatuses = []postmortem.Status{postmortem.Open, postmortem.Completed, postmortem.Waived}

// PostmortemCounts returns how many postmortems there are by status, and how many are overdue.
func (e *Engine) PostmortemCounts(ctx context.Context) (counts map[postmortem.Status]int, overdue int, err error) {
	var lists []string
	for _, s := range postmortemStatuses {
		lists = append(lists, postmortem.ListOf(s))
	}
	n, err := e.store.Count(ctx, lists...)
	if err != nil {
		return nil, 0, err
	}
	counts = map[postmortem.Status]int{}
	for i, s := range postmortemStatuses {
		counts[s] = n[i]
	}
	now := e.Now()
	var before store.Cursor
	for {
		open, next, err := e.Postmortems(ctx, []postmortem.Status{postmortem.Open}, before, 1000)
		if err != nil {
			return nil, 0, err
		}
		for _, pm := range open {
			if pm.Overdue(now) {
				overdue++
			}
		}
		if before = next; next == (store.Cursor{}) {
			return counts, overdue, nil
		}
	}
}

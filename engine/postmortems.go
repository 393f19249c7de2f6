package engine

import (
	"context"
	"fmt"

	"github.com/tocsin-oncall/tocsin/engine/alert"
	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/incident"
	"github.com/tocsin-oncall/tocsin/engine/postmortem"
	"github.com/tocsin-oncall/tocsin/engine/record"
	"github.com/tocsin-oncall/tocsin/engine/store"
)

// Postmortem returns a postmortem by its name, PM-3.
func (e *Engine) Postmortem(ctx context.Context, name string) (*postmortem.State, error) {
	found, err := e.store.Find(ctx, store.Key{Shard: incident.Shard, Name: postmortem.NameKey(name)})
	if err != nil {
		return nil, err
	}
	if !found[0].Exists() {
		return nil, fmt.Errorf("%w: there is no postmortem %q", ErrNotFound, clip(name))
	}
	return asPostmortem(found[0])
}

func asPostmortem(r store.Record) (*postmortem.State, error) {
	rec, err := record.Decode(r)
	if err != nil {
		return nil, err
	}
	s, ok := rec.(*postmortem.State)
	if !ok {
		return nil, fmt.Errorf("%w: %s is not a postmortem", ErrNotFound, r.ID)
	}
	return s, nil
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

// Postmortems returns a page of postmortems, newest first; no statuses means all.
func (e *Engine) Postmortems(ctx context.Context, statuses []postmortem.Status, before store.Cursor, limit int) ([]*postmortem.State, store.Cursor, error) {
	if len(statuses) == 0 {
		statuses = postmortemStatuses
	}
	var lists []string
	for _, s := range statuses {
		lists = append(lists, postmortem.ListOf(s))
	}
	found, next, err := e.store.List(ctx, store.Query{Lists: lists, Before: before, Limit: limit})
	if err != nil {
		return nil, next, err
	}
	var out []*postmortem.State
	for _, r := range found {
		s, err := asPostmortem(r)
		if err != nil {
			return nil, next, err
		}
		out = append(out, s)
	}
	return out, next, nil
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

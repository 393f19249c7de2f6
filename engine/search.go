package engine

import (
	"context"

	"github.com/tocsin-oncall/tocsin/engine/incident"
	"github.com/tocsin-oncall/tocsin/engine/postmortem"
	"github.com/tocsin-oncall/tocsin/engine/record"
	"github.com/tocsin-oncall/tocsin/engine/search"
	"github.com/tocsin-oncall/tocsin/engine/store"
)

// Found is a record that was found; either Incident or Postmortem is set.
type Found struct {
	search.Hit
	Incident   *incident.State
	Postmortem *postmortem.State
	Fragments  []search.Fragment
}

// Search finds incidents and postmortems, best first, and says how many there are in all. It fails with *NotLearned
// until all records were read once.
func (e *Engine) Search(ctx context.Context, w search.Wish) (list []Found, total int, err error) {
	if err := e.searchable(ctx); err != nil {
		return nil, 0, err
	}
	hits, total, err := e.learning.index.Find(ctx, w)
	if err != nil || len(hits) == 0 {
		return nil, total, err
	}
	ids := make([]store.ID, len(hits))
	for i, h := range hits {
		ids[i] = h.ID
	}
	records, err := e.store.Load(ctx, ids...)
	if err != nil {
		return nil, 0, err
	}
	for i, r := range records {
		var rec record.Record
		if r.Exists() {
			rec, err = record.Decode(r)
		}
		if rec == nil || err != nil { // another replica has deleted it, or one of a newer version has written it
			e.learning.changed(ids[i])
			total--
			continue
		}
		f := Found{Hit: hits[i]}
		switch s := rec.(type) {
		case *incident.State:
			f.Incident, f.Fragments = s, w.Fragments(search.OfIncident(s, r.Version))
		case *postmortem.State:
			f.Postmortem, f.Fragments = s, w.Fragments(search.OfPostmortem(s, r.Version))
		}
		list = append(list, f)
	}
	return list, total, nil
}

// searchable lets what this replica has committed be found, and reports whether everything can be.
func (e *Engine) searchable(ctx context.Context) error {
	l := &e.learning
	if l.index == nil {
		return ErrNoIndex
	}
	l.mu.Lock()
	ready, state := l.ready, NotLearned{l.read, l.of}
	l.mu.Unlock()
	if !ready {
		return &state
	}
	return e.catchUp(ctx)
}

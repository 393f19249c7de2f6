package engine

import (
	"context"
	"errors"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/incident"
	"github.com/tocsin-oncall/tocsin/engine/postmortem"
	"github.com/tocsin-oncall/tocsin/engine/record"
	"github.com/tocsin-oncall/tocsin/engine/search"
	"github.com/tocsin-oncall/tocsin/engine/store"
)

const (
	noteAbove = 0.5              // how alike another incident must be for a new one to say so
	noteFor   = 15 * time.Minute // how old an incident is at most that says so
)

// Similar is an incident that is like another one, and what is known of how it ended.
type Similar struct {
	search.Like
	Incident   *incident.State
	Postmortem *postmortem.State // nil when there is none
}

// SimilarIncidents are those that are like an incident, named INC-7, the most alike first.
func (e *Engine) SimilarIncidents(ctx context.Context, name string, limit int) ([]Similar, error) {
	inc, err := e.Incident(ctx, name)
	if err != nil {
		return nil, err
	}
	if err := e.searchable(ctx); err != nil {
		return nil, err
	}
	return e.similar(ctx, inc, limit)
}

func (e *Engine) similar(ctx context.Context, inc *incident.State, limit int) (list []Similar, err error) {
	likes, err := e.learning.index.Similar(ctx, search.OfIncident(inc, 1), limit)
	if err != nil {
		return nil, err
	}
	for _, like := range likes {
		other, err := byID[*incident.State](ctx, e, "incident", like.ID)
		if errors.Is(err, ErrNotFound) || errors.Is(err, record.ErrNewer) {
			e.learning.changed(like.ID) // another replica has deleted it, or one of a newer version has written it
			continue
		}
		if err != nil {
			return nil, err
		}
		s := Similar{Like: like, Incident: other}
		if other.PostmortemID != "" {
			if s.Postmortem, err = byID[*postmortem.State](ctx, e, "postmortem", other.PostmortemID); err != nil && !errors.Is(err, ErrNotFound) {
				return nil, err
			}
		}
		list = append(list, s)
	}
	return list, nil
}

// compareFresh lets incidents that have just been opened say which one they are like, if there is one that is very
// much so. Whoever is paged reads it in the timeline. It is tried once by each replica, and said once: a replica that
// ends before has another one say it, or nobody; similar incidents are shown in any case.
func (e *Engine) compareFresh(ctx context.Context, now time.Time) {
	l := &e.learning
	l.mu.Lock()
	fresh := l.fresh
	l.fresh = nil
	l.mu.Unlock()
	for _, id := range fresh {
		if err := e.compare(ctx, id, now); err != nil && !errors.Is(err, ErrNotFound) {
			e.log.Warn("an incident could not be compared with those before", "id", id, "error", err)
		}
	}
}

func (e *Engine) compare(ctx context.Context, id store.ID, now time.Time) error {
	inc, err := byID[*incident.State](ctx, e, "incident", id)
	if err != nil || !inc.Harmful() || now.Sub(inc.OpenedAt) > noteFor {
		return err
	}
	likes, err := e.similar(ctx, inc, 1)
	if err != nil || len(likes) == 0 || likes[0].Score < noteAbove {
		return err
	}
	_, err = e.onIncident(ctx, inc.Name(), incident.Likened{To: likes[0].Incident.Name(), Title: likes[0].Incident.Title})
	return err
}

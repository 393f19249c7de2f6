package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/incident"
	"github.com/tocsin-oncall/tocsin/engine/postmortem"
	"github.com/tocsin-oncall/tocsin/engine/record"
	"github.com/tocsin-oncall/tocsin/engine/search"
	"github.com/tocsin-oncall/tocsin/engine/store"
)

const (
	learnEach   = time.Second     // how often what this replica has committed is taken into the index, unless somebody searches,
	activeEach  = 5 * time.Second // and what others have: of what is not over all, and a page of the rest
	learnAtOnce = 100             // how many records are read at once
)

// ErrNoIndex says that this process does not search.
var ErrNoIndex = errors.New("there is no search here")

// NotLearned says that the index is still being made.
type NotLearned struct{ Read, Of int }

func (n *NotLearned) Error() string {
	return fmt.Sprintf("the search is not ready yet: %d of %d records are read", n.Read, n.Of)
}

// The lists of what can still change every minute, and of what rarely does.
var (
	activeLists = []string{
		incident.ListOf(incident.Open), incident.ListOf(incident.Mitigated), incident.ListOf(incident.Resolved), postmortem.ListOf(postmortem.Open),
	}
	overLists = []string{incident.ListOf(incident.Closed), postmortem.ListOf(postmortem.Completed), postmortem.ListOf(postmortem.Waived)}
)

// learning is what this replica knows of the records that are searched. The index holds the records, by their versions;
// what is in it of the active and of the over ones is kept here, to notice what other replicas have deleted.
type learning struct {
	index *search.Index // nil where nothing is searched

	catching sync.Mutex // whoever searches waits for what is being taken in
	mu       sync.Mutex // guards what follows
	dirty    map[store.ID]bool
	ready    bool
	read, of int // of the first reading
	active   map[store.ID]bool
	activeAt time.Time // when they were last read
	over     round     // goes on a page at a time
	fresh    []store.ID
	odd      map[store.ID]uint64 // the versions of records that cannot be read, such as those of a newer Tocsin
}

// complains reports whether it is news that a record cannot be read.
func (l *learning) complains(r store.Record) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.odd[r.ID] == r.Version {
		return false
	}
	if l.odd == nil {
		l.odd = map[store.ID]uint64{}
	}
	l.odd[r.ID] = r.Version
	return true
}

// round is a reading of lists from the newest record to the oldest.
type round struct {
	before    store.Cursor
	seen, was map[store.ID]bool // in this round so far; in the round before
}

// changed says that a record was committed, or deleted, by this replica.
func (l *learning) changed(id store.ID) {
	if kind := id.Kind(); l.index == nil || kind != store.KindIncident && kind != store.KindPostmortem {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.dirty == nil {
		l.dirty = map[store.ID]bool{}
	}
	l.dirty[id] = true
}

// take gives out the records that were changed.
func (l *learning) take() []store.ID {
	l.mu.Lock()
	defer l.mu.Unlock()
	ids := make([]store.ID, 0, len(l.dirty))
	for id := range l.dirty {
		ids = append(ids, id)
	}
	clear(l.dirty)
	return ids
}

// Learn takes incidents and postmortems into the index, and says when to be called again: at first all of them, and
// then what has changed. What this replica commits is known at once to whoever searches here; what other replicas do to
// those that are not over after activeEach, and to the others when their turn comes.
func (e *Engine) Learn(ctx context.Context, now time.Time) (next time.Time, err error) {
	l := &e.learning
	next = now.Add(learnEach)
	if l.index == nil {
		return next, nil
	}
	if !l.isReady() {
		return now, e.learnFirst(ctx)
	}
	if err := e.catchUp(ctx); err != nil {
		return next, err
	}
	if now.Sub(l.activeAt) >= activeEach || now.Before(l.activeAt) {
		if err := e.learnActive(ctx); err != nil {
			return next, err
		}
		if err := e.learnOver(ctx); err != nil {
			return next, err
		}
		l.activeAt = now
		if err := e.catchUp(ctx); err != nil { // what was missed
			return next, err
		}
	}
	e.compareFresh(ctx, now)
	return next, nil
}

func (l *learning) isReady() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.ready
}

// learnFirst reads a page of the first reading, which is of everything.
func (e *Engine) learnFirst(ctx context.Context) error {
	l := &e.learning
	lists := slices.Concat(activeLists, overLists)
	counts, err := e.store.Count(ctx, lists...)
	if err != nil {
		return err
	}
	done, err := e.learnPage(ctx, &l.over, lists)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.of = 0
	for _, n := range counts {
		l.of += n
	}
	l.read = len(l.over.seen)
	if done && err == nil {
		l.ready = true
		l.over = round{}
	}
	return err
}

// learnActive reads all that is not over. What was among it, and is not any more, is looked at: it is over, or gone.
func (e *Engine) learnActive(ctx context.Context) error {
	r := round{was: e.learning.active}
	for {
		done, err := e.learnPage(ctx, &r, activeLists)
		if err != nil {
			return err
		}
		if done {
			e.learning.active = r.was
			return nil
		}
	}
}

// learnOver reads a page of what is over.
func (e *Engine) learnOver(ctx context.Context) error {
	_, err := e.learnPage(ctx, &e.learning.over, overLists)
	return err
}

// learnPage reads the next page of a round, and reports whether that was the last. Then it has the records looked at
// that were in the round before and are not in this one, and a new round begins.
func (e *Engine) learnPage(ctx context.Context, r *round, lists []string) (done bool, err error) {
	found, next, err := e.store.List(ctx, store.Query{Lists: lists, Before: r.before, Limit: learnAtOnce})
	if err != nil {
		return false, err
	}
	if r.seen == nil {
		r.seen = map[store.ID]bool{}
	}
	for _, rec := range found {
		r.seen[rec.ID] = true
	}
	if err := e.learn(found); err != nil {
		return false, err
	}
	if r.before = next; next != (store.Cursor{}) {
		return false, nil
	}
	for id := range r.was {
		if !r.seen[id] {
			e.learning.changed(id)
		}
	}
	r.was, r.seen = r.seen, nil
	return true, nil
}

// catchUp takes in what was changed, as it is now.
func (e *Engine) catchUp(ctx context.Context) error {
	l := &e.learning
	l.catching.Lock()
	defer l.catching.Unlock()
	ids := l.take()
	for part := range slices.Chunk(ids, learnAtOnce) {
		found, err := e.store.Load(ctx, part...)
		var gone []store.ID
		for i, rec := range found {
			if !rec.Exists() {
				gone = append(gone, part[i])
			}
		}
		if err == nil {
			err = errors.Join(e.learn(found), l.index.Remove(gone...))
		}
		if err != nil {
			for _, id := range ids {
				l.changed(id)
			}
			return err
		}
	}
	return nil
}

// learn takes in records as they were read, unless the index knows them. One that cannot be read is not searched.
func (e *Engine) learn(found []store.Record) error {
	l := &e.learning
	var docs []search.Doc
	for _, r := range found {
		if !r.Exists() || l.index.Version(r.ID) >= r.Version {
			continue
		}
		rec, err := record.Decode(r)
		if err != nil {
			if l.complains(r) {
				e.log.Error("a record cannot be read; it is not searched", "id", r.ID, "error", err)
			}
			continue
		}
		switch s := rec.(type) {
		case *incident.State:
			docs = append(docs, search.OfIncident(s, r.Version))
			if s.Status == incident.Open && s.Alike == "" && l.index.Version(r.ID) == 0 {
				l.mu.Lock()
				l.fresh = append(l.fresh, r.ID)
				l.mu.Unlock()
			}
		case *postmortem.State:
			docs = append(docs, search.OfPostmortem(s, r.Version))
		}
	}
	return l.index.Put(docs...)
}

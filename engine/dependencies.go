package engine

import (
	"context"
	"slices"

	"github.com/tocsin-oncall/tocsin/engine/alert"
	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/record"
	"github.com/tocsin-oncall/tocsin/engine/store"
)

// blocking is what the store said of the alerts that others wait for.
type blocking struct {
	of     []string // the services that were asked for
	counts []int    // of their alerts: of high urgency, of low, and so on
	list   []directory.Blocker
}

// blockers is what this replica knows of them. duty.mu guards it.
type blockers struct {
	now   blocking
	freed []string // services of which an alert blocked, and none does any more; their dependents are to be told
}

// apply is a directory with the blockers.
func (b *blockers) apply(d *directory.Directory) *directory.Directory {
	if len(b.now.list) == 0 {
		return d
	}
	with := *d
	with.Blockers = b.now.list
	return &with
}

// take takes what was read, and says whether it differs.
func (b *blockers) take(got blocking) (differs bool) {
	for _, was := range b.now.list {
		if !slices.ContainsFunc(got.list, func(is directory.Blocker) bool { return is.Service == was.Service && (is.High || !was.High) }) &&
			!slices.Contains(b.freed, was.Service) {
			b.freed = append(b.freed, was.Service)
		}
	}
	differs = !slices.Equal(b.now.list, got.list)
	b.now = got
	return differs
}

// blocked says whether a service is known to block others.
func (d *duty) blocked(service string, high bool) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.ContainsFunc(d.now.list, func(b directory.Blocker) bool { return b.Service == service && b.High == high })
}

// before is what was read of the blockers last.
func (d *duty) before() blocking {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.now
}

// released gives the services whose dependents are to be told, once.
func (d *duty) released() (services []string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	services, d.freed = d.freed, nil
	return services
}

// namedBlockers is how many of the alerts that block are read for their numbers.
const namedBlockers = 200

// blocking reads which services have alerts that others wait for. What is read is counts, however many alerts there
// are; the alerts themselves are read when a count has changed.
func (e *Engine) blocking(ctx context.Context, dir *directory.Directory) (got blocking, err error) {
	if len(dir.Depended) == 0 {
		return got, nil
	}
	any, err := e.store.Count(ctx, alert.ListBlocking)
	if err != nil || any[0] == 0 {
		return got, err
	}
	var lists []string
	for _, service := range dir.Depended {
		lists = append(lists, alert.ListBlockingOf(service, true), alert.ListBlockingOf(service, false))
	}
	got.of = dir.Depended
	if got.counts, err = e.store.Count(ctx, lists...); err != nil {
		return got, err
	}
	if was := e.duty.before(); slices.Equal(was.counts, got.counts) && slices.Equal(was.of, got.of) {
		return was, nil
	}
	var there []string
	for i, n := range got.counts {
		if n > 0 {
			there = append(there, lists[i])
			got.list = append(got.list, directory.Blocker{Service: dir.Depended[i/2], High: i%2 == 0})
		}
	}
	if len(there) == 0 {
		return got, nil
	}
	found, _, err := e.store.List(ctx, store.Query{Lists: there, Limit: namedBlockers})
	for _, r := range found {
		rec, err := record.Decode(r)
		if err != nil {
			continue // it blocks without a number
		}
		a, ok := rec.(*alert.State)
		for i := range got.list {
			b := &got.list[i]
			if ok && b.Service == a.Service && alert.Urgency(b.High) == a.Blocks && b.Number < a.Number {
				b.Number = a.Number
			}
		}
	}
	return got, err
}

// unblock has the alerts that waited for a service look at once whether they still have to. Every replica does so when it
// hears of it; who is late finds nothing left to do.
func (e *Engine) unblock(ctx context.Context) {
	for _, service := range e.duty.released() {
		e.sweep(ctx, alert.HoldDependency, service)
	}
}

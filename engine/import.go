package engine

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/alert"
	"github.com/tocsin-oncall/tocsin/engine/calendar"
	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/record"
	"github.com/tocsin-oncall/tocsin/engine/store"
	"github.com/tocsin-oncall/tocsin/schedules/ical"
)

// Fetcher fetches calendars.
type Fetcher interface {
	// Fetch returns a calendar as it is now; have is what is known of the copy that there is, zero for none. It is over
	// within calendar.Lease. Its error names no URL: that is a secret.
	Fetch(ctx context.Context, c directory.Calendar, have calendar.Tags) (calendar.Fetched, error)
}

const (
	importEach = time.Second // how often it is looked whether a calendar has to be refreshed
	atOnce     = 8           // how many calendars a replica refreshes at once
)

// importing is what this replica is about to refresh, and what it has said of that.
type importing struct {
	mu     sync.Mutex
	active map[string]bool   // by directory.Calendar.ID
	said   map[string]string // complaints in the log, by schedule and rotation
}

func (i *importing) begin(id string) bool {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.active == nil {
		i.active = map[string]bool{}
	}
	if i.active[id] || len(i.active) >= atOnce {
		return false
	}
	i.active[id] = true
	return true
}

func (i *importing) end(id string) {
	i.mu.Lock()
	defer i.mu.Unlock()
	delete(i.active, id)
}

// Import refreshes the calendars that are due, and says when to be called again. Fetching goes on after it has returned.
func (e *Engine) Import(ctx context.Context, now time.Time) (next time.Time, err error) {
	next = now.Add(importEach)
	e.complain()
	if e.fetch == nil {
		return next, nil
	}
	dir, copies := e.World().Dir, e.duty.known()
	for _, id := range slices.Sorted(maps.Keys(dir.Calendars)) {
		c, known := dir.Calendars[id], copies[id]
		if known.State.DueAt(c.Every).After(now) || !e.importing.begin(id) {
			continue
		}
		if c.URL != "" {
			claimed, claimErr := e.claim(ctx, c)
			if !claimed {
				e.importing.end(id)
				err = errors.Join(err, claimErr)
				continue
			}
		}
		e.run(func() {
			defer e.importing.end(id)
			e.fetchOne(ctx, c)
			e.keepSoon() // people may have come on call by it
		})
	}
	return next, err
}

var errTaken = errors.New("another replica refreshes it")

// claim says in the store that this replica fetches a calendar now, unless another one does or just did.
func (e *Engine) claim(ctx context.Context, c directory.Calendar) (bool, error) {
	key := calendar.Key(c.ID)
	fresh := func(env directory.Env) record.Record {
		return calendar.New(store.NewID(store.KindCalendar, key.Shard), c.ID, env)
	}
	_, err := e.keyed(ctx, key, fresh, func(rec record.Record, env directory.Env) (alert.Effects, error) {
		s, ok := rec.(*calendar.State)
		if !ok || s.DueAt(c.Every).After(env.Now) {
			return alert.Effects{}, errTaken
		}
		s.Claim(env)
		return alert.Effects{}, nil
	})
	if errors.Is(err, errTaken) {
		return false, nil
	}
	return err == nil, err
}

// fetchOne fetches a calendar and records what came of it.
func (e *Engine) fetchOne(ctx context.Context, c directory.Calendar) {
	ctx, cancel := context.WithTimeout(ctx, calendar.Lease)
	defer cancel()
	was := e.duty.known()[c.ID]
	var have calendar.Tags
	if was.Known && was.Sum == was.State.Sum {
		have = was.State.Tags
	}
	got, err := e.fetch.Fetch(ctx, c, have)
	if ctx.Err() != nil && err != nil && context.Cause(ctx) == context.Canceled {
		return // the server stops: that says nothing of the calendar, and its lease runs out
	}
	if err == nil && got.Unchanged {
		if !was.Known {
			err = errors.New("the server says that it has not changed, and there is no copy of it here")
		}
		got.Text, got.Tags = was.Text, have
	} else if err == nil {
		got.Text = calendar.Plain(got.Text)
		err = acceptable(got.Text, e.Now())
	}
	if c.File != "" {
		e.settleFile(c, was, got, err)
		return
	}
	if err := e.settleCalendar(ctx, c, got, err); err != nil {
		e.log.Warn("what came of refreshing a calendar cannot be recorded; it is refreshed again", "calendar", c.Host, "error", err)
	}
}

// acceptable refuses what is no calendar, so that it does not replace one that is.
func acceptable(text []byte, now time.Time) error {
	if len(text) > calendar.MaxBytes {
		return fmt.Errorf("it is larger than %d bytes", calendar.MaxBytes)
	}
	w := calendar.WindowAt(now)
	_, err := ical.Read(text, time.UTC, w.From, w.To)
	return err
}

// refreshed says once that refreshing a calendar begins to fail, and that it works again.
func (e *Engine) refreshed(c directory.Calendar, failures int, s *calendar.State) {
	switch {
	case s.Failures > 0 && failures == 0 && s.FetchedAt.IsZero():
		e.log.Error("a calendar cannot be read; until it can, nobody is on call by its rotations", "calendar", c.Host, "error", s.Error)
	case s.Failures > 0 && failures == 0:
		e.log.Warn("a calendar cannot be refreshed; the copy of it stays in force", "calendar", c.Host, "copy_of", s.FetchedAt, "error", s.Error)
	case s.Failures == 0 && failures > 0:
		e.log.Info("a calendar can be refreshed again", "calendar", c.Host)
	}
}

// complain says once what of a calendar is not understood.
func (e *Engine) complain() {
	e.Directory() // so that the reports are those of the latest copies
	e.importing.mu.Lock()
	defer e.importing.mu.Unlock()
	said := map[string]string{}
	for _, r := range e.duty.reported() {
		name, text := r.Schedule+"/"+r.Rotation, r.Complaint()
		said[name] = text
		if text != "" && text != e.importing.said[name] {
			e.log.Warn("not everything in a calendar is understood; at those times nobody is on call by it", "schedule", r.Schedule, "rotation", r.Rotation, "why", text)
		}
	}
	e.importing.said = said
}

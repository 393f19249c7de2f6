// Package record is what all durable records have in common: when they want to be woken, where they are
// found, and which pages they hold. It turns the difference between a record before and after a transition
// into a store.Change. It decides nothing and does no I/O.
package record

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/page"
	"github.com/tocsin-oncall/tocsin/engine/store"
)

// Record is anything that the store keeps: an alert, an incident, an override, …
type Record interface {
	Identity() store.ID
	// Born is when it was created: its place in every list.
	Born() time.Time
	// Waits calls add with every time that the record is waiting for; zero times are none.
	Waits(env directory.Env, add func(time.Time))
	// GoneAt is when the record is deleted; zero for never.
	GoneAt(directory.Env) time.Time
	// Lists and Keys are where it is found.
	Lists() []string
	Keys() []string
	// Paging are its pages, which a claim changes in place.
	Paging() []page.Page
}

// Wake is the earliest time that r waits for, zero for none.
func Wake(r Record, env directory.Env) time.Time { return earliest(r, env, time.Time{}) }

// WakeAfter is the earliest time after now that r waits for, zero for none: when it wants to be woken if what
// is due now cannot be done yet.
func WakeAfter(r Record, env directory.Env) time.Time { return earliest(r, env, env.Now) }

func earliest(r Record, env directory.Env, after time.Time) (at time.Time) {
	r.Waits(env, func(t time.Time) {
		if !t.IsZero() && t.After(after) && (at.IsZero() || t.Before(at)) {
			at = t
		}
	})
	// Stores keep milliseconds: round up, so that nothing is done early.
	if whole := at.Truncate(time.Millisecond); whole.Before(at) {
		at = whole.Add(time.Millisecond)
	}
	return at
}

// Gone reports whether r is to be deleted by now: nothing may come of it any more.
func Gone(r Record, env directory.Env) bool {
	at := r.GoneAt(env)
	return !at.IsZero() && !at.After(env.Now)
}

// Image is how a record was found in the store.
type Image struct {
	ID      store.ID
	Version uint64
	lists   []string
	keys    []string
}

// ImageOf remembers what must be undone when r changes. Take it before the transition.
func ImageOf(r Record, version uint64) Image {
	return Image{r.Identity(), version, r.Lists(), r.Keys()}
}

// Change is the commit that brings the record from its image to what it is now. holders says who holds its
// lookup keys at present, by key; a missing one is nobody.
func Change(was Image, r Record, env directory.Env, holders map[string]store.ID) (store.Change, error) {
	id := r.Identity()
	c := store.Change{ID: id, Expect: was.Version, Order: r.Born().UnixMilli()}
	lists, keys := r.Lists(), r.Keys()
	if Gone(r, env) {
		c.Delete = true
		lists, keys = nil, nil
	} else {
		data, err := json.Marshal(r)
		if err != nil {
			return c, fmt.Errorf("encode %s: %w", id, err)
		}
		c.Data, c.Wake = data, Wake(r, env)
	}
	c.Join, c.Leave = without(lists, was.lists), without(was.lists, lists)
	for _, k := range without(keys, was.keys) {
		c.Keys = append(c.Keys, store.KeyChange{Name: k, From: holders[k], To: id})
	}
	for _, k := range without(was.keys, keys) {
		c.Keys = append(c.Keys, store.KeyChange{Name: k, From: id})
	}
	return c, nil
}

// few is up to how many names it is faster to look through all of them; an alert that gathers has hundreds of keys.
const few = 16

// without is the names that are not among others.
func without(names, others []string) (rest []string) {
	has := func(name string) bool { return slices.Contains(others, name) }
	if len(others) > few {
		set := make(map[string]bool, len(others))
		for _, o := range others {
			set[o] = true
		}
		has = func(name string) bool { return set[name] }
	}
	for _, name := range names {
		if !has(name) {
			rest = append(rest, name)
		}
	}
	return rest
}

package sim

import (
	"cmp"
	"slices"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/override"
	"github.com/tocsin-oncall/tocsin/engine/store"
)

// knownFor is the documented bound: an override that was made on any replica counts on every one from then on.
const knownFor = time.Second

// unread is the documented time for which a replica that has just begun decides nothing while it cannot read them.
const unread = 30 * time.Second

// standIn is an override that was made while everything ran, in all its versions.
type standIn struct {
	id       store.ID
	versions []standInVersion
}

type standInVersion struct {
	state    *override.State
	since    time.Time // when it was committed
	by       *call
	answered time.Time // when whoever made it was told so
}

// overrideCommitted takes note of one that is new or changed.
func (o *observer) overrideCommitted(c *call, s *override.State) {
	i := slices.IndexFunc(o.duty, func(d standIn) bool { return d.id == s.ID })
	if i < 0 {
		o.duty = append(o.duty, standIn{id: s.ID})
		i = len(o.duty) - 1
	}
	o.changed = o.sim.now
	if s.Status == override.Cancelled && s.Counts && s.To.After(o.sim.now.Add(time.Second)) {
		o.sim.broke("stand-in", 0, "%s was taken back, and goes on until %s", s.Name(), clock(s.To))
	}
	d := &o.duty[i]
	d.versions = append(slices.Clip(d.versions), standInVersion{state: s, since: o.sim.now, by: c})
	o.sim.tell(0, "%s commits (%s): %s is %s, %s for %q on %s from %s to %s", c.replica.name, c.what, s.Name(), s.Status, s.User, s.Replace, s.Schedule, clock(s.From), clock(s.To))
}

// checkMade holds that what was made is what was wanted.
func (o *observer) checkMade(w override.Wish, s *override.State) {
	begins := later(w.From, s.CreatedAt).UTC().Truncate(time.Second)
	if s.Schedule != w.Schedule || s.User != w.User || s.Replace != "" || !s.From.Equal(begins) || !s.To.Equal(w.To.UTC().Truncate(time.Second)) {
		o.sim.broke("stand-in", 0, "%s is %q on %s from %s to %s, wanted was %+v", s.Name(), s.User, s.Schedule, clock(s.From), clock(s.To), w)
	}
}

// answeredDuty takes note of somebody being told that it was done: on that replica it counts from now on.
func (o *observer) answeredDuty(c *call) {
	for i := range o.duty {
		for n := range o.duty[i].versions {
			if v := &o.duty[i].versions[n]; v.by == c {
				v.answered = o.sim.now
			}
		}
	}
}

// standIns are the overrides as everybody knows them in the end.
func (o *observer) standIns() late {
	var list []*override.State
	for _, d := range o.duty {
		list = append(list, d.versions[len(d.versions)-1].state)
	}
	return bySchedule(list)
}

func bySchedule(list []*override.State) late {
	list = slices.DeleteFunc(slices.Clone(list), func(s *override.State) bool { return !s.Counts })
	slices.SortFunc(list, func(a, b *override.State) int {
		return cmp.Or(a.CreatedAt.Compare(b.CreatedAt), cmp.Compare(a.Number, b.Number))
	})
	over := late{}
	for _, s := range list {
		over[s.Schedule] = append(over[s.Schedule], s)
	}
	return over
}

// mostViews bounds in how many ways overrides are combined that were changed just now.
const mostViews = 32

// views are the overrides that a call may have known when it decided, at a time by its replica's clock: each as it was a
// second before, or as it was changed since. What its own replica was answered for counts at once. Where its store or its
// clock failed it just then, it may have known only what is older.
func (o *observer) views(c *call, when time.Time) []late {
	at := when.Add(-c.replica.skew)
	if (c.replica.knows.IsZero() || at.Before(c.replica.knows)) && at.Sub(c.replica.begunAt) >= unread { // a store that goes on failing a replica that has just begun
		return o.viewsSince(c, at, longest)
	}
	if at.Sub(c.replica.hurt) < 3*time.Second {
		return o.viewsSince(c, at, fresh)
	}
	return o.viewsSince(c, at, knownFor)
}

// viewsSince are the overrides that a call may have known at a time which is told of each within a delay.
func (o *observer) viewsSince(c *call, at time.Time, delay time.Duration) []late {
	all := [][]*override.State{nil}
	for _, d := range o.duty {
		var may []*override.State
		surely := false
		for n := len(d.versions) - 1; n >= 0 && !surely; n-- {
			v := d.versions[n]
			if v.since.After(at) {
				continue
			}
			may = append(may, v.state)
			surely = v.since.Add(delay).Before(at) || !v.answered.IsZero() && v.answered.Before(at) && v.by.replica == c.replica && delay < fresh
		}
		if !surely {
			may = append(may, nil)
		}
		if len(may) == 0 || len(may) == 1 && may[0] == nil {
			continue
		}
		var next [][]*override.State
		for _, list := range all {
			for _, s := range may {
				if s == nil {
					next = append(next, list)
				} else {
					next = append(next, append(slices.Clip(list), s))
				}
			}
		}
		all = next[:min(len(next), mostViews)]
	}
	views := make([]late, len(all))
	for i, list := range all {
		views[i] = bySchedule(list)
	}
	return views
}

// checkTogether holds that a swap that was accepted, or an absence that is covered, is committed with the overrides that
// carry it out, and with nothing less.
func (o *observer) checkTogether(tx store.Tx) {
	made := 0
	for i := range tx {
		if tx[i].ID.Kind() == store.KindOverride && tx[i].Expect == 0 {
			made++
		}
	}
	for i := range tx {
		if kind := tx[i].ID.Kind(); tx[i].Delete || kind != store.KindSwap && kind != store.KindAbsence {
			continue
		}
		want := 0
		switch was, s := o.others[tx[i].ID], decoded(store.Record{ID: tx[i].ID, Data: tx[i].Data}); s := s.(type) {
		case *override.Swap:
			if old, ok := was.(*override.Swap); ok && s.Status == override.Accepted && old.Status != override.Accepted {
				want = 1
			}
		case *override.Absence:
			if old, ok := was.(*override.Absence); ok {
				want = taken(s) - taken(old)
			}
		}
		if made < want {
			o.sim.broke("stand-in", 0, "%d overrides were committed for what needs %d", made, want)
		}
	}
}

func taken(s *override.Absence) (n int) {
	for _, a := range s.Asks {
		if a.TakenBy != "" {
			n++
		}
	}
	return n
}

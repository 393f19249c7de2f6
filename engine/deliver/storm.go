package deliver

import (
	"cmp"
	"slices"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/page"
	"github.com/tocsin-oncall/tocsin/engine/record"
	"github.com/tocsin-oncall/tocsin/engine/store"
)

// gatherFor is how long a bundle waits for the others of its moment: they were all put off to the same one.
const gatherFor = 250 * time.Millisecond

// Recipient is one person over one way, for messages of one kind: news must not use up what pages need.
type Recipient struct {
	User, Via string
	Kind      page.Kind
}

func (r Recipient) compare(s Recipient) int {
	return cmp.Or(cmp.Compare(r.User, s.User), cmp.Compare(r.Via, s.Via), cmp.Compare(r.Kind, s.Kind))
}

// budget is what a recipient was sent in the present window, and what waits to be sent in one message.
// The first message of a quiet time opens a window and never waits.
type budget struct {
	limit  directory.Storm // as it was when last asked
	opened time.Time
	sent   int
	flush  time.Time // when to send the bundle; zero when none is being gathered
	ids    []store.ID
	has    map[store.ID]bool
}

func (b *budget) roll(limit directory.Storm, now time.Time) {
	if !now.Before(b.opened.Add(limit.Per)) || now.Before(b.opened) {
		b.opened, b.sent = now, 0
	}
}

// take counts a message if the window has room for one.
func (b *budget) take(limit directory.Storm, now time.Time) bool {
	b.roll(limit, now)
	if limit.Messages > 0 && b.sent >= limit.Messages {
		return false
	}
	b.sent++
	return true
}

// closes is when the window is over.
func (b *budget) closes(limit directory.Storm) time.Time { return b.opened.Add(limit.Per) }

// gather adds a record to the bundle.
func (b *budget) gather(id store.ID, now time.Time) {
	if b.has[id] {
		return
	}
	if b.has == nil {
		b.has = map[store.ID]bool{}
	}
	if b.flush.IsZero() {
		b.flush = now.Add(gatherFor)
	}
	b.has[id] = true
	b.ids = append(b.ids, id)
}

// drain returns what was gathered.
func (b *budget) drain() []store.ID {
	ids := b.ids
	b.ids, b.has, b.flush = nil, nil, time.Time{}
	return ids
}

// gathered is a bundle that is ready to be claimed and sent.
type gathered struct {
	to    Recipient
	name  string
	ids   []store.ID
	setup *Setup
}

// ripe returns the bundles whose time has come and for which their provider has a place, and moves next to
// when there is more to do. It forgets what is over: quiet recipients and pauses that have passed.
func (d *Deliverer) ripe(now time.Time, next *time.Time) (ready []gathered) {
	d.mu.Lock()
	defer d.mu.Unlock()
	soonest := func(t time.Time) {
		if !t.IsZero() && (next.IsZero() || t.Before(*next)) {
			*next = t
		}
	}
	var due []Recipient
	for to, b := range d.budgets {
		switch {
		case b.flush.IsZero():
			if !now.Before(b.closes(b.limit)) {
				delete(d.budgets, to)
			}
		case b.flush.After(now) && b.flush.Sub(now) <= gatherFor+b.limit.Per: // more is a clock that was set back
			soonest(b.flush)
		default:
			due = append(due, to)
		}
	}
	slices.SortFunc(due, Recipient.compare)
	for _, to := range due {
		b := d.budgets[to]
		switch {
		case !b.take(b.limit, now):
			b.flush = b.closes(b.limit)
			soonest(b.flush)
		case !d.pool(to.Via).place(now):
			b.sent--
			b.flush = now.Add(gatherFor)
			soonest(b.flush)
		default:
			d.bundles++
			ready = append(ready, gathered{to, bundleName(d.replica, now, d.bundles), b.drain(), d.setup})
		}
	}
	for to, until := range d.paused {
		if !until.After(now) {
			delete(d.paused, to)
		}
	}
	for _, p := range d.pools {
		soonest(p.callAt(now))
	}
	return ready
}

// ClaimFor claims every page of a record that waits to be bundled for the recipient.
func (d *Deliverer) ClaimFor(rec record.Record, to Recipient, bundle string, now time.Time) (jobs []Job) {
	pages := rec.Paging()
	for i := range pages {
		p := &pages[i]
		if p.Together() && (Recipient{p.User, p.Via, p.Kind}) == to && p.Due(now) {
			p.ClaimIn(bundle, d.replica, now)
			jobs = append(jobs, Job{rec: rec, page: p.N, fence: p.Attempts, until: p.LeaseUntil, pool: to.Via})
		}
	}
	return jobs
}

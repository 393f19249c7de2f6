package deliver

import (
	"slices"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/alert"
	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/page"
	"github.com/tocsin-oncall/tocsin/engine/postmortem"
	"github.com/tocsin-oncall/tocsin/engine/record"
	"github.com/tocsin-oncall/tocsin/engine/store"
)

// Job is one claimed page or edit.
type Job struct {
	rec   record.Record
	page  int // N of the page; 0 for an edit
	post  int // index of the post
	fence int
	until time.Time // when the claim ends
	pool  string
	spent *Recipient // whose budget was charged, nil when none was
}

// Claims is what a replica takes of one record in one commit.
type Claims struct {
	Jobs []Job
	// Parked says that something is due that waits for this replica: a free place, or a bundle.
	Parked bool
	lines  []string // the pools in whose line it was put for a place
}

// Claim takes what is due in the record and can be sent now; it changes the record in place, and counts only
// when the record is then committed: call Dispatch after the commit, or Release when there was none.
func (d *Deliverer) Claim(rec record.Record, env directory.Env) Claims {
	d.mu.Lock()
	defer d.mu.Unlock()
	var c Claims
	pages := rec.Paging()
	for i := range pages {
		if p := &pages[i]; p.Due(env.Now) {
			d.claimPage(rec, p, env, &c)
		}
	}
	if a, ok := rec.(*alert.State); ok {
		for i := range a.Posts {
			if p := &a.Posts[i]; p.Due(env.Now) {
				d.claimPost(a, i, p, env, &c)
			}
		}
	}
	return c
}

func (d *Deliverer) claimPage(rec record.Record, p *page.Page, env directory.Env, c *Claims) {
	a, _ := rec.(*alert.State)
	if until := d.paused[destination(p.Via, p.User, p.Channel)]; until.After(env.Now) {
		if a == nil {
			p.Defer(until)
		} else {
			a.PutOff(p, until, env)
		}
		return
	}
	var spent *Recipient
	if budgeted(rec, p) {
		to := Recipient{p.User, p.Via, p.Kind}
		if !d.allow(to, rec.Identity(), p, env, c) {
			return
		}
		if p.Status == page.Pending {
			spent = &to
		}
	}
	key := poolOf(p)
	if !d.pool(key).take(rec.Identity(), env.Now) {
		d.refund(spent)
		c.Parked, c.lines = true, append(c.lines, key)
		return
	}
	p.Claim(d.replica, env.Now)
	c.Jobs = append(c.Jobs, Job{rec: rec, page: p.N, fence: p.Attempts, until: p.LeaseUntil, pool: key, spent: spent})
}

// budgeted reports whether a page counts for how many messages a person is given: those of alerts, and the reminders of
// postmortems, which are always sent together.
func budgeted(rec record.Record, p *page.Page) bool {
	switch rec.(type) {
	case *alert.State:
		return p.User != ""
	case *postmortem.State:
		return p.User != "" && p.Together()
	}
	return false
}

// allow asks the person's budget. What exceeds it is put off to the end of the window, to be sent together.
func (d *Deliverer) allow(to Recipient, id store.ID, p *page.Page, env directory.Env, c *Claims) bool {
	b, ok := d.budgets[to]
	if !ok {
		b = &budget{}
		d.budgets[to] = b
	}
	limit := env.Dir.Storm
	b.limit = limit
	switch {
	case p.Together():
		b.gather(id, env.Now)
		d.wake()
		c.Parked = true
		return false
	case p.Status == page.Sending: // a claim that ran out was counted when it was made
		return true
	case b.take(limit, env.Now):
		return true
	}
	p.Bundled = true
	p.Defer(b.closes(limit))
	return false
}

// refund gives back what allow had counted for a page that was not sent after all; nil is nothing.
func (d *Deliverer) refund(spent *Recipient) {
	if spent == nil {
		return
	}
	if b, ok := d.budgets[*spent]; ok && b.sent > 0 {
		b.sent--
	}
}

func (d *Deliverer) claimPost(a *alert.State, i int, p *alert.Post, env directory.Env, c *Claims) {
	key := poolKey(p.Via, p.Channel)
	if until := d.paused[destination(p.Via, p.User, p.Channel)]; until.After(env.Now) {
		p.Defer(until)
		return
	}
	if !d.pool(key).take(a.ID, env.Now) {
		c.Parked, c.lines = true, append(c.lines, key)
		return
	}
	p.Claim(d.replica, env.Now)
	c.Jobs = append(c.Jobs, Job{rec: a, post: i, fence: p.Attempts, until: p.LeaseUntil, pool: key})
}

// Called reports whether the turn of a record in line for a place came while it was being committed, when nobody could
// hand it out yet. Ask after it is armed.
func (d *Deliverer) Called(id store.ID, c Claims) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.ContainsFunc(c.lines, func(key string) bool { return !d.pool(key).inLine[id] })
}

// Release gives back what claims had taken whose commit failed: places, and budgets.
func (d *Deliverer) Release(c Claims) {
	for _, j := range c.Jobs {
		d.release(j.pool, j.spent)
	}
}

// release gives a place back and calls the next in line; spent is a budget that is given back with it.
func (d *Deliverer) release(key string, spent *Recipient) {
	d.mu.Lock()
	d.refund(spent)
	p := d.pools[key]
	p.busy--
	line := len(p.waiting) > 0
	d.mu.Unlock()
	if line {
		d.call(p, 1)
		d.wake() // should the one that was called need nothing any more, Step calls another
	}
}

// call lets the next n in line look again, as far as there are places for them.
func (d *Deliverer) call(p *pool, n int) {
	for n > 0 {
		d.mu.Lock()
		id, ok := p.call(d.now())
		d.mu.Unlock()
		if !ok {
			return
		}
		if d.ledger.Ready(id) {
			n--
		}
	}
}

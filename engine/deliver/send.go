package deliver

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/alert"
	"github.com/tocsin-oncall/tocsin/engine/digest"
	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/handoff"
	"github.com/tocsin-oncall/tocsin/engine/page"
	"github.com/tocsin-oncall/tocsin/engine/postmortem"
	"github.com/tocsin-oncall/tocsin/engine/subscriber"
)

// Dispatch sends what was claimed, after the commit. It returns at once.
func (d *Deliverer) Dispatch(c Claims, env directory.Env) {
	d.mu.Lock()
	setup := d.setup
	d.mu.Unlock()
	for _, j := range c.Jobs {
		d.run(func() {
			defer d.release(j.pool, nil)
			d.settle(d.do(j, setup, env))
		})
	}
}

// errHeldUp is what comes of a claim whose replica was frozen, or whose commit took too long.
var errHeldUp = errors.New("this replica was held up for as long as its claim lasted")

// before returns a context that ends well before a claim does. The context has ended when nothing may be sent
// any more: by now another replica may have sent the page, or somebody may have acknowledged.
func (d *Deliverer) before(until time.Time) (context.Context, context.CancelFunc) {
	left := until.Sub(d.now()) - (page.Lease - page.SendTimeout)
	return context.WithTimeoutCause(context.Background(), min(left, page.SendTimeout), errHeldUp)
}

// do sends one page or makes one edit.
func (d *Deliverer) do(j Job, setup *Setup, env directory.Env) Settlement {
	ctx, cancel := d.before(j.until)
	defer cancel()
	if j.page == 0 {
		return d.edit(ctx, j, setup, env)
	}
	p := pageOf(j.rec, j.page)
	m := compose(j.rec, p, setup, env)
	if s, ok := j.rec.(*handoff.State); ok && m.User != nil {
		d.digest(ctx, &m, s, p.Round, setup, env)
	}
	var receipt Receipt
	var err error
	switch s := j.rec.(type) {
	case *digest.State:
		err = d.review(ctx, &m, s, p.Round)
	case *subscriber.State:
		err = d.retrospective(ctx, &m, s.RetrospectiveOf(p.N))
	}
	if err == nil {
		receipt, err = d.send(ctx, setup, m)
	}
	out := page.Outcome{N: j.page, Fence: j.fence, Ref: receipt.Ref, Delivered: receipt.Delivered, Result: receipt.Result}
	if a, ok := j.rec.(*alert.State); ok {
		out.Editable, out.Rev = receipt.Editable && p.Kind == page.Escalation, a.Rev
	}
	d.judge(err, p.Via, p.User, p.Channel, &out)
	return Settlement{ID: j.rec.Identity(), Page: &out}
}

func (d *Deliverer) edit(ctx context.Context, j Job, setup *Setup, env directory.Env) Settlement {
	a := j.rec.(*alert.State)
	post := a.Posts[j.post]
	m := composeEdit(a, post, setup, env)
	var err error
	if up, ok := setup.Senders[post.Via].(Updater); ok {
		began := d.clock()
		err = guard(ctx, func() error { return up.Update(ctx, post.Ref, m) })
		d.watch.Delivered(post.Via, "edit_"+outcome(err), d.clock().Sub(began))
	}
	var out page.Outcome
	d.judge(err, post.Via, post.User, post.Channel, &out)
	return Settlement{ID: a.ID, Edit: &alert.Posted{
		Via: post.Via, Ref: post.Ref, Fence: j.fence, Rev: a.Rev,
		Error: out.Error, Permanent: out.Permanent, Wait: out.Wait,
	}}
}

// send hands the message to the sender of its way.
func (d *Deliverer) send(ctx context.Context, setup *Setup, m Message) (receipt Receipt, err error) {
	s, ok := setup.Senders[m.Via]
	switch {
	case !ok:
		return Receipt{}, Permanent("there is no provider for %s in the configuration", m.Via)
	case m.Task != nil: // is for the provider itself
	case m.User == nil && m.Channel == nil && m.Address == "":
		return Receipt{}, Permanent("the configuration no longer names the recipient")
	case m.User != nil && m.Address == "":
		return Receipt{}, Permanent("%s has no address for %s", m.User.Name, m.Via)
	}
	began := d.clock()
	err = guard(ctx, func() error {
		receipt, err = s.Send(ctx, m)
		return err
	})
	if m.Task == nil { // a ticket that waits for its system does not mean that nobody can be paged
		d.mu.Lock()
		d.trouble.note(err, d.now())
		d.mu.Unlock()
	}
	d.watch.Delivered(m.Via, outcome(err), d.clock().Sub(began))
	return receipt, err
}

// guard turns a sender's panic into an error: one bad message must not stop the others. It does not call f
// when it is too late.
func guard(ctx context.Context, f func() error) (err error) {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	defer func() {
		if p := recover(); p != nil {
			err = Permanent("the sender failed: %v", p)
		}
	}()
	return f()
}

// outcome sorts an error for the metric.
func outcome(err error) string {
	var retry *Retry
	switch {
	case err == nil:
		return "sent"
	case errors.Is(err, ErrPermanent):
		return "failed"
	case errors.As(err, &retry) && retry.Limited:
		return "limited"
	}
	return "retry"
}

// judge sorts an error into retry or failed for good, and remembers a destination that asked for quiet.
func (d *Deliverer) judge(err error, via, user, channel string, out *page.Outcome) {
	if err == nil {
		return
	}
	out.Error = clip(err.Error(), 300)
	out.Permanent = errors.Is(err, ErrPermanent)
	var retry *Retry
	if errors.As(err, &retry) {
		out.Wait = min(retry.After, time.Hour)
		if retry.Limited && retry.After > 0 {
			d.mu.Lock()
			d.paused[destination(via, user, channel)] = d.now().Add(out.Wait)
			d.mu.Unlock()
		}
	}
}

func clip(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n]) + "…"
	}
	return s
}

// settle commits what came of a message. When the store is away it is kept and tried again by Step: what is
// known to be sent must not be sent again if that can be helped.
func (d *Deliverer) settle(done ...Settlement) {
	ctx, cancel := context.WithTimeout(context.Background(), page.SendTimeout)
	defer cancel()
	if err := d.ledger.Settle(ctx, done); err != nil {
		d.mu.Lock()
		d.unsettled = append(d.unsettled, done...)
		d.mu.Unlock()
		d.wake()
	}
}

// Step does what is due by itself: bundles, outcomes that could not be committed, places that a rate limit
// gave free. It says when to be called again; zero for not before it is nudged.
func (d *Deliverer) Step(ctx context.Context, now time.Time) (next time.Time, err error) {
	d.mu.Lock()
	again := d.unsettled
	d.unsettled = nil
	d.mu.Unlock()
	if len(again) > 0 {
		if err = d.ledger.Settle(ctx, again); err != nil {
			d.mu.Lock()
			d.unsettled = append(again, d.unsettled...)
			d.mu.Unlock()
			next = now.Add(500 * time.Millisecond)
		}
	}
	d.callDue(now)
	for _, b := range d.ripe(now, &next) {
		d.bundle(ctx, b)
	}
	return next, err
}

// callDue calls those in line for whom there is a place by now.
func (d *Deliverer) callDue(now time.Time) {
	type line struct {
		pool   *pool
		places int
	}
	var due []line
	d.mu.Lock()
	for _, key := range slices.Sorted(maps.Keys(d.pools)) {
		p := d.pools[key]
		if at := p.callAt(now); !at.IsZero() && !at.After(now) {
			due = append(due, line{p, p.places(now)})
		}
	}
	d.mu.Unlock()
	for _, l := range due {
		d.call(l.pool, l.places)
	}
}

// bundle claims and sends what was gathered for one recipient, worst first.
func (d *Deliverer) bundle(ctx context.Context, b gathered) {
	to := b.to
	jobs, env := d.ledger.ClaimBundle(ctx, b.ids, to, b.name)
	if len(jobs) == 0 {
		d.release(to.Via, &to)
		return
	}
	slices.SortStableFunc(jobs, worse)
	if to.Kind != page.Reminder { // which always wait for each other
		d.watch.Bundled(len(jobs))
	}
	until := slices.MinFunc(jobs, func(x, y Job) int { return x.until.Compare(y.until) }).until
	d.run(func() {
		defer d.release(to.Via, nil)
		ctx, cancel := d.before(until)
		defer cancel()
		receipt, err := d.send(ctx, b.setup, composeBundle(jobs, b.name, b.setup, env))
		var done []Settlement
		for _, j := range jobs {
			out := page.Outcome{N: j.page, Fence: j.fence, Ref: receipt.Ref, Delivered: receipt.Delivered}
			d.judge(err, to.Via, to.User, "", &out)
			done = append(done, Settlement{ID: j.rec.Identity(), Page: &out})
		}
		d.settle(done...)
	})
}

// worse sorts what is told in one message: alerts by their priority, postmortems by when they are due.
func worse(x, y Job) int {
	switch a := x.rec.(type) {
	case *alert.State:
		if b, ok := y.rec.(*alert.State); ok {
			return cmp.Or(cmp.Compare(a.Priority, b.Priority), cmp.Compare(a.Number, b.Number))
		}
	case *postmortem.State:
		if b, ok := y.rec.(*postmortem.State); ok {
			return cmp.Or(a.DueAt.Compare(b.DueAt), cmp.Compare(a.Number, b.Number))
		}
	}
	return 0
}

func bundleName(replica string, now time.Time, n int) string {
	return fmt.Sprintf("b-%s-%x-%x", replica, now.UnixMilli(), n)
}

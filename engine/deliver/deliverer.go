package deliver

import (
	"context"
	"sync"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/alert"
	"github.com/tocsin-oncall/tocsin/engine/digest"
	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/page"
	"github.com/tocsin-oncall/tocsin/engine/postmortem"
	"github.com/tocsin-oncall/tocsin/engine/store"
	"github.com/tocsin-oncall/tocsin/engine/token"
)

// Setup is what the configuration says of delivery. It is replaced whole on a reload; messages under way
// keep the one they began with.
type Setup struct {
	Senders   map[string]Sender // by way: "slack", "sms", "webhook", …
	Limits    map[string]Limit
	PublicURL string // without a slash at its end
	Signer    *token.Signer
	LinkTTL   time.Duration
}

// Ledger is where outcomes are committed and where bundles claim their pages; the engine is it.
type Ledger interface {
	// Settle commits what came of messages. An error means that some may not be committed; settling twice
	// does no harm.
	Settle(ctx context.Context, done []Settlement) error
	// ClaimBundle claims what is due for a recipient in these records (see Deliverer.ClaimFor), to go out in one
	// message, and returns the claims that were committed.
	ClaimBundle(ctx context.Context, ids []store.ID, to Recipient, bundle string) ([]Job, directory.Env)
	// Waiting returns what is open, for who comes on call by a schedule, the worst first; more says that there may be
	// others.
	Waiting(ctx context.Context, schedule string) (alerts []Waiting, more bool, err error)
	// Review returns what a review of postmortems is about: what was published after since, and what is late now.
	Review(ctx context.Context, since time.Time) (digest.Content, error)
	// Postmortem returns a postmortem by its name, PM-3.
	Postmortem(ctx context.Context, name string) (*postmortem.State, error)
	// Ready says that a record that had to wait for a place can be looked at again. It returns false when
	// nobody here waits for the record any more.
	Ready(id store.ID) bool
}

// Settlement is what came of one page or one edit.
type Settlement struct {
	ID   store.ID
	Page *page.Outcome
	Edit *alert.Posted
}

// Observer counts deliveries. The labels are bounded: ways and outcomes.
type Observer interface {
	Delivered(via, outcome string, took time.Duration)
	Bundled(alerts int)
}

// Deliverer is the delivery of one replica. It starts goroutines only through Go.
type Deliverer struct {
	replica string
	now     func() time.Time // whole milliseconds, as everything that is planned
	clock   func() time.Time // as fine as it goes, for measuring
	run     func(func())
	watch   Observer

	mu        sync.Mutex
	ledger    Ledger
	setup     *Setup
	pools     map[string]*pool
	budgets   map[Recipient]*budget
	paused    map[string]time.Time // destinations whose provider asked to wait
	unsettled []Settlement
	bundles   int
	trouble   trouble
	nudge     chan struct{}
}

// New makes the delivery of a replica. run starts a function concurrently, as a goroutine or in a simulation.
func New(replica string, clock func() time.Time, run func(func()), watch Observer) *Deliverer {
	return &Deliverer{
		replica: replica, clock: clock, run: run, watch: watch,
		now:   func() time.Time { return clock().Truncate(time.Millisecond) },
		setup: &Setup{}, pools: map[string]*pool{}, budgets: map[Recipient]*budget{}, paused: map[string]time.Time{},
		nudge: make(chan struct{}, 1),
	}
}

// Attach names the ledger, once, before anything is claimed.
func (d *Deliverer) Attach(l Ledger) { d.ledger = l }

// Configure replaces the setup. Pools whose limits changed start anew; what is under way goes on.
func (d *Deliverer) Configure(s *Setup) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.setup = s
	for key, p := range d.pools {
		want := newPool(s.Limits[viaOf(key)])
		if p.limit != want.limit {
			p.limit, p.rate = want.limit, want.rate
		}
	}
	d.wake() // there may be more places now
}

func (d *Deliverer) pool(key string) *pool {
	p, ok := d.pools[key]
	if !ok {
		p = newPool(d.setup.Limits[viaOf(key)])
		d.pools[key] = p
	}
	return p
}

func (d *Deliverer) wake() {
	select {
	case d.nudge <- struct{}{}:
	default:
	}
}

// Nudged is readable when Step has something to do earlier than it had said.
func (d *Deliverer) Nudged() <-chan struct{} { return d.nudge }

// poolKey names the provider: every webhook is one of its own, everything else is one by its way.
func poolKey(via, channel string) string {
	if via == "webhook" || via == "shoutrrr" {
		return via + ":" + channel
	}
	return via
}

// poolOf is the pool of a page. Tasks, and mails to the thousands who may be subscribed to an incident, have pools of their
// own at each provider: they never take the places of pages, nor keep them waiting.
func poolOf(p *page.Page) string {
	switch {
	case p.Kind == page.Work:
		return p.Via + "::work"
	case p.Kind == page.Update && p.Channel == "":
		return p.Via + "::mailing"
	}
	return poolKey(p.Via, p.Channel)
}

func viaOf(key string) string {
	for i := range key {
		if key[i] == ':' {
			return key[:i]
		}
	}
	return key
}

func destination(via, user, channel string) string { return via + "\x00" + user + "\x00" + channel }

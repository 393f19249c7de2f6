// Package sim runs the whole engine in virtual time: the real engine, wheel, delivery, schedules and rules, on
// the store in memory, with replicas that crash, freeze and disagree about the time, a store and providers that
// fail, and people who react. One seed decides everything; the same seed gives the same run to the last line.
// An observer that shares no code with the engine's decisions reads every commit, every accepted event and
// every message, and says which promise was broken. The package is for tests and for make sim only.
package sim

import (
	"fmt"
	"hash"
	"hash/fnv"
	"math/rand/v2"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/store"
	"github.com/tocsin-oncall/tocsin/engine/store/mem"
	"github.com/tocsin-oncall/tocsin/engine/token"
	"github.com/tocsin-oncall/tocsin/engine/virtual"
)

// Options say what to run.
type Options struct {
	Seed uint64
	Days float64 // of virtual time; 30 by default
	// Calm leaves out classes of faults, Keep all of the script but these items (nil keeps all): both are for
	// making a failing run smaller.
	Calm int
	Keep map[int]bool
	// Doubt names a promise that counts as broken the first time that it is kept by an accepted event: the
	// simulator's own tests need a failure that is none.
	Doubt string
}

// Classes of faults that Options.Calm can leave out.
const (
	calmLatency = 1 << iota
	calmStore
	calmProviders
	calmPeople
	calmClasses = iota
)

// Result is what came of a run.
type Result struct {
	Seed    uint64
	Broken  *Broken // nil when every promise was kept
	Hash    uint64  // of the journal
	Virtual time.Duration
	Alerts  int
	Commits int
	Pages   int // messages that providers accepted
	Journal []Line
	Items   []int // of the script, that were run
}

// Sim is one run.
type Sim struct {
	seed  uint64
	calm  int
	doubt string
	plan  *script
	queue virtual.Queue
	now   time.Time
	call  *call // who has the word

	dice, net, air, folk, hall *rand.Rand

	store   *shared
	places  []*replica
	members []*replica
	born    int
	skews   []time.Duration
	towns   []*town
	config  int // index of the latest

	outages  map[int]time.Time // machine → until when it does not reach the store; -1 is all
	weather  map[string]storm
	fog      time.Time // until when Slack does not do well with tasks
	backup   *backup
	signer   *token.Signer
	watch    *observer
	journal  []Line
	hash     hash.Hash64
	quiet    time.Time // since when nothing has been wrong
	broken   *Broken
	accepted int
	end      time.Time
}

// Line is one line of the journal.
type Line struct {
	At    time.Time
	Alert uint64 // 0 for what concerns all
	Text  string
}

func (l Line) String() string { return l.At.Format("Jan 02 15:04:05.000") + " " + l.Text }

// Broken is a promise that was not kept.
type Broken struct {
	Promise string // its name; see Promises
	At      time.Time
	Alert   uint64
	Text    string
}

func (b *Broken) Error() string {
	return fmt.Sprintf("%s: %s (%s)", b.Promise, b.Text, b.At.Format("2006-01-02 15:04:05.000"))
}

// settling is how long a run goes on without faults and events before the books are closed.
const settling = 3 * time.Hour

// Run runs one seed. The error is a mistake of the simulator itself.
func Run(o Options) (*Result, error) {
	if o.Days <= 0 {
		o.Days = 30
	}
	s := &Sim{
		seed: o.Seed, calm: o.Calm, doubt: o.Doubt, plan: newScript(o.Seed, o.Days),
		dice: stream(o.Seed, "pick"), net: stream(o.Seed, "net"), air: stream(o.Seed, "air"), folk: stream(o.Seed, "folk"), hall: stream(o.Seed, "hall"),
		outages: map[int]time.Time{}, weather: map[string]storm{}, hash: fnv.New64a(),
	}
	s.now = s.plan.start
	s.quiet = s.now
	s.end = s.now.Add(time.Duration(o.Days * 24 * float64(time.Hour)))
	s.store = &shared{mem.New(func() time.Time { return s.now }), map[store.ID]bool{}}
	s.watch = newObserver(s)
	var err error
	if s.signer, err = token.NewSigner([]byte("a key that is long enough")); err != nil {
		return nil, err
	}
	if err := s.prepareTowns(o.Keep); err != nil {
		return nil, err
	}
	s.places = make([]*replica, s.plan.machines)
	s.skews = s.plan.skews
	for i := range s.places {
		s.start(i)
	}
	var items []int
	for _, it := range s.plan.items {
		if o.Keep == nil || o.Keep[it.n] {
			s.queue.Add(s.plan.start.Add(it.at), func() { s.happen(it) })
			items = append(items, it.n)
		}
	}
	s.queue.Add(s.end, s.calmDown)
	s.run(s.end.Add(settling))
	if s.broken == nil {
		s.watch.close()
	}
	for _, r := range s.places {
		if r != nil {
			r.end()
		}
	}
	s.drainEnds()
	return &Result{
		Seed: o.Seed, Broken: s.broken, Hash: s.hash.Sum64(), Virtual: s.now.Sub(s.plan.start),
		Alerts: len(s.watch.alerts), Commits: s.watch.commits, Pages: s.accepted, Journal: s.journal, Items: items,
	}, nil
}

func (s *Sim) run(until time.Time) {
	for s.broken == nil {
		at, do, ok := s.queue.Next()
		if !ok || at.After(until) {
			break
		}
		if at.After(s.now) {
			s.now = at
			s.watch.onTime()
		}
		do()
	}
	if s.broken == nil {
		s.now = until
	}
}

// drainEnds lets the calls of the replicas come to their end, so that no coroutine is left.
func (s *Sim) drainEnds() {
	for _, r := range s.members {
		r.dead = true
		for len(r.calls) > 0 {
			c := r.calls[0]
			s.call = c
			c.stop()
			r.forget(c)
		}
	}
}

func (s *Sim) after(d time.Duration, do func()) { s.queue.Add(s.now.Add(d), do) }

// jitter is up to ms milliseconds.
func (s *Sim) jitter(ms int) time.Duration {
	return time.Duration(s.net.IntN(ms+1)) * time.Millisecond
}

// tell writes a line of the journal.
func (s *Sim) tell(alert uint64, format string, args ...any) {
	l := Line{s.now, alert, fmt.Sprintf(format, args...)}
	s.journal = append(s.journal, l)
	fmt.Fprintf(s.hash, "%d %d %s\n", l.At.UnixMilli(), alert, l.Text)
}

// broke says that a promise was broken. Only the first counts: the run ends with it.
func (s *Sim) broke(promise string, alert uint64, format string, args ...any) {
	if s.broken == nil {
		s.broken = &Broken{promise, s.now, alert, fmt.Sprintf(format, args...)}
		s.tell(alert, "BROKEN %s: %s", promise, s.broken.Text)
	}
}

// disturbed says that something is wrong now: promises about time count from here.
func (s *Sim) disturbed() { s.quiet = s.now }

// away reports whether the replica does not reach the store.
func (s *Sim) away(r *replica) bool {
	return s.now.Before(s.outages[r.place]) || s.now.Before(s.outages[-1])
}

func (s *Sim) skewOf(place int) time.Duration { return s.skews[place] }

// prepareTowns makes the first configuration and those of all reloads.
func (s *Sim) prepareTowns(keep map[int]bool) error {
	rng := stream(s.seed, "towns")
	t := newTown(rng, s.plan.start)
	t.tells, t.beats, t.canary, t.rooms, t.archive = s.plan.tells, s.plan.beats, s.plan.canary, s.plan.rooms, s.plan.archive
	s.towns = append(s.towns, t)
	for _, it := range s.plan.items {
		if it.what == "reload" {
			t = t.reloaded(rng, s.plan.start.Add(it.at))
			s.towns = append(s.towns, t)
		}
	}
	for i, t := range s.towns {
		if keep != nil && i > 0 && len(keep) == 0 {
			continue
		}
		if err := t.load(); err != nil {
			return err
		}
		s.probe(rng, t)
	}
	return nil
}

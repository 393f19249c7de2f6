package sim

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"time"
)

// script is all that a seed plans before anything runs: how hostile the world is, and what happens in it. What
// it does not plan (which commit fails, how long a message takes) is diced at the moment, by streams of their
// own, so that leaving out one thing changes little else.
type script struct {
	start    time.Time
	machines int
	items    []item

	skews     []time.Duration // how far the machines' clocks are ahead at first
	latency   float64         // how often the way to the store takes a while
	slowest   int             // milliseconds
	lostReads float64
	commits   [6]float64 // chances of the commit faults
	provider  [7]float64 // chances of the provider's faults in fair weather
	tells     bool       // people are told of hand-offs
	beats     bool       // there is a heartbeat
	canary    bool
	rooms     bool          // incidents have channels
	archive   time.Duration // after their close; 0 for never
	nerves    float64       // how often people react to a page at all
}

// item is one thing that happens in the world.
type item struct {
	n    int
	at   time.Duration // since the start
	what string        // send, crash, freeze, leave, outage, blackout, shutdown, jump, lose, reload, weather, act, backup, restore, incident, postmortem, stand-in, swap, absence, beat, room
	ms   int           // how long, in milliseconds, or how far a clock jumps
	i, j int           // which machine, provider, …
	news []*news       // for send: what comes in one request
}

// news is one event as its sender sends it.
type news struct {
	integration, key, priority, policy, group, service string
	firing, quiet, incident                            bool
	hold                                               string // which kind of rule holds it; see holds
	expires                                            time.Duration
}

func (i item) String() string {
	return fmt.Sprintf("%d:%s", i.n, i.what)
}

// starts are beginnings of months in which clocks change somewhere.
var starts = []time.Time{
	time.Date(2026, 2, 25, 3, 0, 0, 0, time.UTC),
	time.Date(2026, 3, 20, 12, 0, 0, 0, time.UTC),
	time.Date(2026, 9, 1, 0, 0, 0, 0, time.UTC),
	time.Date(2026, 10, 20, 18, 0, 0, 0, time.UTC),
}

func newScript(seed uint64, days float64) *script {
	rng := stream(seed, "script")
	s := &script{start: starts[rng.IntN(len(starts))], machines: 1 + rng.IntN(4), nerves: rng.Float64()}
	length := time.Duration(days * 24 * float64(time.Hour))
	for range s.machines {
		s.skews = append(s.skews, time.Duration(rng.IntN(601)-300)*time.Millisecond*time.Duration(rng.IntN(2)))
	}
	s.slowest = []int{5, 50, 400}[rng.IntN(3)]
	s.latency = []float64{0, 0.05, 0.3}[rng.IntN(3)]
	bad := []float64{0, 0.01, 0.05}[rng.IntN(3)]
	s.lostReads = bad * rng.Float64()
	for i := range s.commits {
		s.commits[i] = bad * rng.Float64()
	}
	for i := range s.provider {
		s.provider[i] = []float64{0, 0.01, 0.15}[rng.IntN(3)] * rng.Float64()
	}
	s.loads(rng, length)
	s.faults(rng, length)
	s.duties(stream(seed, "duty"), length)
	s.holdSome(stream(seed, "holds"))
	s.halls(stream(seed, "halls"), length)
	for i := range s.items {
		s.items[i].n = i
	}
	return s
}

func (s *script) add(at time.Duration, i item) {
	i.at = at.Truncate(time.Millisecond)
	s.items = append(s.items, i)
}

// loads are the alerts: mostly a trickle, sometimes a busy month, and now and then a storm.
func (s *script) loads(rng *rand.Rand, length time.Duration) {
	low, high, storms := 3, 9, 0
	switch rng.IntN(10) {
	case 0, 1:
		storms = 1
	case 2, 3, 4:
		low, high = 8, 18
	}
	for n := range scaled(rng, length, low, high) {
		s.story(rng, fmt.Sprintf("k%d", n), within(rng, length), length, "")
	}
	for st := range scaled(rng, length, storms, storms) {
		at := within(rng, length)
		group := ""
		if rng.IntN(3) == 0 {
			group = fmt.Sprintf("g%d", st)
		}
		spread, policy := []int{1500, 20000}[rng.IntN(2)], fmt.Sprintf("p%d", rng.IntN(policies))
		var batch *[]*news
		if rng.IntN(2) == 0 {
			batch = &[]*news{}
		}
		for n := range 6 + rng.IntN(18) {
			from := len(s.items)
			s.story(rng, fmt.Sprintf("s%d-%d", st, n), at+time.Duration(rng.IntN(spread))*time.Millisecond, length, group)
			for _, it := range s.items[from:] {
				it.news[0].policy = policy
			}
			if batch != nil && len(s.items) > from { // they come in one request
				first := s.items[from].news[0]
				first.integration = "prom"
				*batch = append(*batch, first)
				s.items = slices.Delete(s.items, from, from+1)
			}
		}
		if batch != nil {
			s.add(at, item{what: "send", news: *batch, i: rng.IntN(4)})
		}
	}
}

// holdSome lets rules hold some of the alerts.
func (s *script) holdSome(rng *rand.Rand) {
	chosen := map[string]string{}
	for _, it := range s.items {
		for _, n := range it.news {
			hold, ok := chosen[n.key]
			if !ok {
				if rng.IntN(4) == 0 && n.group == "" && !n.quiet {
					hold = holds[rng.IntN(len(holds))]
				}
				chosen[n.key] = hold
			}
			n.hold = hold
		}
	}
}

// scaled is a number of things between low and high in 30 days, fewer in less.
func scaled(rng *rand.Rand, length time.Duration, low, high int) int {
	n := max(0, low+rng.IntN(high-low+1))
	share := length.Hours() / (30 * 24)
	return int(float64(n)*share + 0.999*min(1, float64(n)))
}

func within(rng *rand.Rand, length time.Duration) time.Duration {
	return time.Duration(rng.Int64N(int64(length)))
}

// story is the life of one alert as its source tells it: it fires, fires again, is over; some of it twice, late
// or in the wrong order.
func (s *script) story(rng *rand.Rand, key string, at, length time.Duration, group string) {
	base := news{
		integration: []string{"prom", "prom", "prom", "keep"}[rng.IntN(4)], key: key, group: group,
		priority: fmt.Sprintf("P%d", 1+rng.IntN(5)), policy: fmt.Sprintf("p%d", rng.IntN(policies)),
		quiet: rng.IntN(30) == 0, incident: rng.IntN(5) == 0, service: []string{"", "bank", "shop"}[rng.IntN(3)],
	}
	if base.incident && rng.IntN(2) == 0 {
		base.priority = "P1" // those owe a postmortem
	}
	if group != "" {
		base.integration, base.quiet = "prom", false
	}
	put := func(at time.Duration, firing bool) {
		n := base
		n.firing = firing
		if at < length {
			s.add(at, item{what: "send", news: []*news{&n}, i: rng.IntN(4)})
		}
	}
	for range 1 + rng.IntN(2) { // some fire again after they were over
		over := at + time.Duration(rng.Int64N(int64(6*time.Hour)))
		if rng.IntN(6) == 0 {
			base.expires = time.Duration(5+rng.IntN(60)) * time.Minute
		}
		put(at, true)
		for range rng.IntN(4) {
			put(at+time.Duration(rng.Int64N(int64(over-at)+1)), true)
		}
		if rng.IntN(5) == 0 {
			put(at+time.Duration(rng.IntN(1000))*time.Millisecond, true) // a duplicate that races
		}
		if base.expires == 0 && rng.IntN(6) > 0 {
			put(over, false)
			for range rng.IntN(3) {
				put(over+time.Duration(rng.IntN(900))*time.Second, false)
			}
			if rng.IntN(10) == 0 {
				put(over+time.Second, true) // reordered
			}
		}
		at = over + time.Duration(rng.Int64N(int64(30*time.Minute)))
	}
}

func (s *script) faults(rng *rand.Rand, length time.Duration) {
	hostile := rng.IntN(3) // 0: only reloads and people
	kinds := []struct {
		what   string
		most   int
		longMS int
	}{
		{"reload", 4, 1}, {"weather", 8, 2 * 3600_000}, {"incident", 4, 1}, {"postmortem", 4, 1}, {"act", 12, 1},
		{"crash", 12, 120_000}, {"freeze", 8, 90_000}, {"leave", 4, 600_000}, {"outage", 5, 240_000},
		{"blackout", 3, 180_000}, {"shutdown", 1, 4 * 24 * 3600_000}, {"jump", 6, 800}, {"lose", 5, 1},
	}
	for i, k := range kinds {
		if i >= 5 && hostile == 0 {
			break
		}
		for range scaled(rng, length, -1, k.most*(1+hostile)/2) {
			it := item{what: k.what, i: rng.IntN(64), j: rng.IntN(64), ms: 1 + rng.IntN(k.longMS)}
			at := within(rng, length)
			if near := rng.IntN(3); near < 2 && len(s.items) > 0 { // something that happens anyway: that is where faults hurt
				other := s.items[rng.IntN(len(s.items))]
				at, it.i = other.at+time.Duration(rng.IntN([]int{1500, 20000}[near]))*time.Millisecond, other.i
			}
			if k.what == "freeze" && rng.IntN(2) == 0 {
				it.ms = 14000 + rng.IntN(14000) // about as long as a claim
			}
			s.add(at, it)
		}
	}
	if hostile > 0 && rng.IntN(8) == 0 {
		at := within(rng, length)
		s.add(at, item{what: "backup"})
		s.add(at+time.Duration(rng.IntN(6*3600_000))*time.Millisecond, item{what: "restore", ms: 1000 + rng.IntN(600_000)})
	}
}

// stream is a source of randomness of its own for a purpose.
func stream(seed uint64, purpose string) *rand.Rand {
	h := uint64(14695981039346656037)
	for i := range len(purpose) {
		h = (h ^ uint64(purpose[i])) * 1099511628211
	}
	return rand.New(rand.NewPCG(seed, h))
}

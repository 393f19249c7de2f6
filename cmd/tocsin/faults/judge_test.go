package faults

import (
	"fmt"
	"slices"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/page"
)

// span is from when to when something was broken.
type span struct {
	what     string
	from, to time.Time
}

// What the judge allows.
const (
	// settling is what a busy machine may take between the arrival of a page and the commit that says so.
	settling = 2 * time.Second
	// clocks is by how much a replica may take a step too early: it knows the time of Redis within half a round trip,
	// and gives a round trip up after 3 s.
	clocks = 1600 * time.Millisecond
	// hurry is what a busy machine may take to send a page, beyond the time that it gives itself.
	hurry = 2 * time.Second
)

// underWay is the most that one replica sends at the same moment: texts, and posts to one webhook.
const underWay = 16 + 4

// evidence is all that the judge has: what clients were told, what arrived, and when something was broken.
type evidence struct {
	lives    map[uint64]*life
	known    map[uint64]known // as the list shows them in the end
	arrivals []arrival
	spans    []span
}

// verdict is what is wrong, and the figures.
type verdict struct {
	wrong []string

	accepted, untold      int // of which so many were acknowledged before their first page
	pages, refused        int
	byFault, byLostAnswer int           // pages that came twice
	slowest               time.Duration // from the 2xx to the first page
	calm                  time.Duration // the same, of alerts accepted and paged while nothing was broken
	early                 time.Duration // by which a step was taken before it was due
}

func (v *verdict) blame(format string, args ...any) {
	v.wrong = append(v.wrong, fmt.Sprintf(format, args...))
}

// judge compares what was accepted with what was sent.
func judge(e evidence) *verdict {
	v := &verdict{accepted: len(e.lives)}
	taken := map[uint64]map[string][]arrival{} // by alert and way, without those that were refused
	refusals := map[uint64][]arrival{}
	slices.SortStableFunc(e.arrivals, func(a, b arrival) int { return a.at.Compare(b.at) })
	for _, a := range e.arrivals {
		if k, ok := e.known[a.number]; !ok || k.DedupKey != a.key {
			v.blame("%s was paged as #%d, which is not known (%q)", a.key, a.number, k.DedupKey)
		}
		if a.refused {
			v.refused++
			refusals[a.number] = append(refusals[a.number], a)
			continue
		}
		v.pages++
		if taken[a.number] == nil {
			taken[a.number] = map[string][]arrival{}
		}
		taken[a.number][a.way] = append(taken[a.number][a.way], a)
	}
	for _, a := range e.lives {
		v.paged(e, a, taken[a.number])
		v.notAfterAck(a, taken[a.number], refusals[a.number])
	}
	for number, ways := range taken {
		if !ofCrowd(e.known[number].DedupKey) { // those are given back, and paged anew
			for _, arrivals := range ways {
				v.twice(e, arrivals)
			}
		}
	}
	if most := underWay * max(1, len(e.spans)); v.byFault > most {
		v.blame("%d pages came twice by a fault; at most the %d under way in each of %d faults may", v.byFault, underWay, len(e.spans))
	}
	return v
}

// paged checks that an accepted alert is there and has reached everybody whom it had to reach.
func (v *verdict) paged(e evidence, a *life, ways map[string][]arrival) {
	if k, ok := e.known[a.number]; !ok || k.DedupKey != a.key || k.ID != a.id {
		v.blame("%s was accepted as #%d and is lost (there is %q under that number)", a.key, a.number, k.DedupKey)
		return
	}
	if len(ways[bySMS]) == 0 {
		if a.asked.IsZero() {
			v.blame("%s (#%d) was accepted and ethan was never texted", a.key, a.number)
		}
		v.untold++
		return
	}
	if a.asked.IsZero() && len(ways[bySecond]) == 0 {
		v.blame("%s (#%d) was never acknowledged and did not escalate", a.key, a.number)
	}
	for _, p := range ways[bySecond] {
		v.early = max(v.early, p.created.Add(escalates).Sub(p.at))
	}
	if v.early > clocks {
		v.blame("%s (#%d) escalated %s before it was due", a.key, a.number, v.early)
	}
	first := ways[bySMS][0].at
	v.slowest = max(v.slowest, first.Sub(a.accepted))
	if !e.broken(a.accepted, first) {
		v.calm = max(v.calm, first.Sub(a.accepted))
	}
}

// broken says whether something was broken at any time from one moment to another.
func (e evidence) broken(from, to time.Time) bool {
	return slices.ContainsFunc(e.spans, func(s span) bool { return !s.to.Add(settling).Before(from) && !s.from.Add(-settling).After(to) })
}

// notAfterAck checks what can be known from outside: a page was claimed no earlier than its step was due, no earlier
// than an earlier attempt at it was refused, no longer before its arrival than sending may take, and, when it had
// arrived before, only after the lease of its first claim. When even that is after the answer to the ack, the claim was
// made after the ack.
func (v *verdict) notAfterAck(a *life, ways map[string][]arrival, refusals []arrival) {
	if a.acked.IsZero() {
		return
	}
	for way, arrivals := range ways {
		for i, p := range arrivals {
			due := a.sent
			if way == bySecond {
				due = p.created.Add(escalates)
			}
			if i > 0 && !arrivals[i-1].lost {
				due = due.Add(page.Lease)
			}
			earliest := later(due.Add(-clocks), p.at.Add(-page.SendTimeout-hurry))
			for _, r := range refusals {
				if r.way == way && r.at.Before(p.at) {
					earliest = later(earliest, r.at)
				}
			}
			if earliest.After(a.acked) {
				v.blame("%s (#%d) was acknowledged at %s; its page by %s at %s cannot have been claimed before %s",
					a.key, a.number, clock(a.acked), way, clock(p.at), clock(earliest))
			}
		}
	}
}

// twice explains each page that came again: the answer to the one before was lost, or something broke before its commit.
func (v *verdict) twice(e evidence, arrivals []arrival) {
	for i := 1; i < len(arrivals); i++ {
		before := arrivals[i-1]
		switch {
		case before.lost:
			v.byLostAnswer++
		case e.broken(before.at, before.at):
			v.byFault++
		default:
			v.blame("%s (#%d) was paged by %s at %s and again at %s, and nothing explains it",
				before.key, before.number, before.way, clock(before.at), clock(arrivals[i].at))
		}
	}
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func clock(t time.Time) string { return t.Format("15:04:05.000") }

// String is the figures.
func (v *verdict) String() string {
	return fmt.Sprintf("%d alerts accepted, %d of them acknowledged before a page; %d pages taken, %d refused; twice by a fault %d, by a lost answer %d; "+
		"from the 2xx to the page at most %.3f s, %.3f s while nothing was broken; a step early by at most %.3f s",
		v.accepted, v.untold, v.pages, v.refused, v.byFault, v.byLostAnswer, v.slowest.Seconds(), v.calm.Seconds(), v.early.Seconds())
}

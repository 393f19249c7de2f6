package report

import (
	"fmt"
	"slices"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/alert"
	"github.com/tocsin-oncall/tocsin/engine/canary"
)

// How an alert was acknowledged, where it was not after a step of the first round of its policy.
const (
	before = "before" // before any page was sent
	again  = "again"  // in a repetition, or when the fallback policy had taken over
	never  = "never"
)

// course is what counts of an alert.
type course struct {
	ref, title  string
	integration string
	key         string
	number      uint64
	calls       bool // responders, and is no alert of its own
	routed      bool // to a policy

	created   time.Time
	again     []time.Time // when it fired again after its close
	acked     time.Time   // first; zero when never
	ackedFrom time.Time   // since when it had fired then
	step      string      // after which step that was
	closed    time.Time   // zero while it is open
	unseen    bool        // it is closed, and nobody had to do with it
	exhausted bool

	pages []call
}

// call is one message to a person.
type call struct {
	user   string
	at     time.Time
	about  time.Time // when the alert began, or the latest of several
	bundle string    // names the message that it was a part of
}

// courseOf reads an alert; nil for one that is no alert.
func courseOf(s *alert.State) *course {
	if s.Integration == canary.Integration {
		return nil
	}
	c := &course{
		ref: fmt.Sprintf("#%d", s.Number), title: s.Title, integration: s.Integration, key: s.DedupKey, number: s.Number,
		calls: s.Responds != "", routed: s.Policy != "", created: s.CreatedAt, acked: s.AckedAt, closed: s.ClosedAt,
		exhausted: !s.ExhaustedAt.IsZero(),
	}
	var more time.Time // when a repetition began, or the fallback took over
	first := false
	c.ackedFrom = s.CreatedAt
	for _, e := range s.Timeline {
		switch e.Kind {
		case "acked", "snoozed":
			if !first {
				c.acked, first = e.At, true
			}
		case "reopened":
			c.again = append(c.again, e.At)
			if !first {
				c.ackedFrom = e.At
			}
		case "exhausted":
			c.exhausted = true
		case "repeat", "fallback":
			if !first && more.IsZero() {
				more = e.At
			}
		}
	}
	c.unseen = !c.closed.IsZero() && s.ClosedBy == "" && c.acked.IsZero()
	for _, p := range s.Pages {
		if p.Interrupts() {
			c.pages = append(c.pages, call{user: p.User, at: p.SentAt, about: s.CreatedAt, bundle: p.Bundle})
		}
	}
	c.step = stepOf(s, c.acked, !more.IsZero())
	return c
}

// stepOf is the latest step of which a message had been sent when an alert was acknowledged.
func stepOf(s *alert.State, acked time.Time, more bool) string {
	switch {
	case acked.IsZero():
		return never
	case more:
		return again
	}
	step := 0
	for _, p := range s.Pages {
		if p.OfStep() && !p.SentAt.IsZero() && !p.SentAt.After(acked) {
			step = max(step, p.Step)
		}
	}
	if step == 0 {
		return before
	}
	return fmt.Sprint(step)
}

// alert counts an alert and its pages. Those of a message about several alerts are counted when all are known.
func (t *tally) alert(c *course) {
	for _, p := range c.pages {
		if p.bundle == "" {
			t.page(p)
		}
	}
	if c.calls || !t.Holds(c.created) {
		return
	}
	t.alerts++
	if c.routed {
		t.routed++
		t.steps[c.step]++
	}
	if !c.acked.IsZero() {
		t.toAck.add(c.acked.Sub(c.ackedFrom), c.created, c.ref, c.title)
	}
	if !c.closed.IsZero() {
		t.toClose.add(c.closed.Sub(c.created), c.created, c.ref, c.title)
	}
	if c.unseen {
		t.unseen++
	}
	if c.exhausted {
		t.exhausted++
	}
	t.source(c)
}

// source is what one dedup key of an integration had.
type source struct {
	integration, key, title string
	alerts                  int
	unseen                  int
	latest                  uint64  // the number of its newest alert
	began                   []int64 // when it began to fire, in milliseconds
}

func (t *tally) source(c *course) {
	if t.sources == nil {
		return
	}
	name := c.integration + "\x00" + c.key
	s := t.sources[name]
	if s == nil {
		s = &source{integration: c.integration, key: c.key}
		t.sources[name] = s
	}
	s.alerts++
	if c.unseen {
		s.unseen++
	}
	if c.number >= s.latest {
		s.latest, s.title = c.number, c.title
	}
	s.began = append(s.began, c.created.UnixMilli())
	for _, at := range c.again {
		if t.Holds(at) {
			s.began = append(s.began, at.UnixMilli())
		}
	}
}

const (
	flaps      = 3
	flapWithin = time.Hour
)

// flapping is how many sources began to fire again and again.
func (t *tally) flapping() (n int) {
	for _, s := range t.sources {
		if s.flaps() {
			n++
		}
	}
	return n
}

func (s *source) flaps() bool {
	slices.Sort(s.began)
	for i := flaps - 1; i < len(s.began); i++ {
		if s.began[i]-s.began[i-flaps+1] <= flapWithin.Milliseconds() {
			return true
		}
	}
	return false
}

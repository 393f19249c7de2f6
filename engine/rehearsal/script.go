// Package rehearsal plays what would happen: the real engine, with its rules, schedules, wheel and delivery, on a store
// in memory, in virtual time, following a script: what arrives when, who acknowledges, which provider is down. Of it
// comes a Story: everything that happened, in order, with exact times. Nothing is ever sent, no clock is read, no
// goroutine is started, and the same script gives the same story to the last byte.
//
// Providers take messages at once and without limits of rate, unless the script says that they are down. Heartbeats that
// the script does not name are taken to be heard of; no canary is sent, and nobody is told of hand-offs.
package rehearsal

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/tocsin-oncall/tocsin/engine"
	"github.com/tocsin-oncall/tocsin/engine/alert"
	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/event"
	"github.com/tocsin-oncall/tocsin/engine/record"
	"github.com/tocsin-oncall/tocsin/rules/nearest"
	"github.com/tocsin-oncall/tocsin/schedules"
)

// Longest is how much virtual time a rehearsal may take: two years.
const Longest = 731 * 24 * time.Hour

// DefaultSteps is how many steps the engine may take where a Script does not say. A step is a message, a look at what is
// due, or a thing of the script; an alert that nobody acknowledges takes some dozens.
const DefaultSteps = 1_000_000

// Script is what happens from outside. Offsets (At, From, Until) count from Start and are taken in whole milliseconds.
// What the script says of an instant happens before what the engine does at it, in the order: outages, pings,
// arrivals, acts.
type Script struct {
	Start time.Time
	// Until is how long the rehearsal goes on at most; it ends earlier when nothing more would happen.
	Until time.Duration

	Arrivals []Arrival
	Acts     []Act
	// Answers says how long after the first page about an alert each person acknowledges it, if it is still open; who
	// is not named does not answer. Anybody is who is not named.
	Answers map[string]time.Duration
	// Silent are people who neither answer nor act, whatever Answers and Acts say of everybody.
	Silent []string
	// Away are absences. They take nobody off call; but who is away is Silent.
	Away []schedules.Away
	// Outages are providers that do not work for a time.
	Outages []Outage
	// Pings are heartbeats that are heard of. A heartbeat that has one opens its alert when no more come.
	Pings []Ping
	// Overrides put other people on call, by schedule.
	Overrides map[string][]schedules.OverrideSpec
	// Maintenance is what holds alerts beside that of the configuration, in the language of the world's rules.
	Maintenance []directory.Maintenance

	// CloseIncidents closes an incident once none of its alerts is open any more, as people would, and lets none owe a
	// postmortem. Otherwise incidents stay open.
	CloseIncidents bool

	// Seed decides what is random: random: targets.
	Seed uint64
	// Steps bounds the work; 0 is DefaultSteps.
	Steps int
	// Forget is how long after its close an alert is forgotten, so that a long rehearsal stays small; 0 is never. An
	// alert that is forgotten is not re-opened.
	Forget time.Duration

	records func(record.Record) // for tests: is told of every record as it is committed
}

// Anybody, in Script.Answers, is everybody who is not named there.
const Anybody = ""

// Arrival is an event that comes in. Those of one integration that follow each other in Script.Arrivals with the same
// At come in one request.
type Arrival struct {
	At          time.Duration
	Integration string // "api" where nobody else sent it
	Event       event.Event
}

// Act is something that a person does.
type Act struct {
	At time.Duration
	// On is the alert that Script.Arrivals[On] went to, or Everything.
	On int
	// Action is what is done. By may be empty: then it is whoever was paged last about the alert and is not silent.
	Action alert.Action
	// Wanted leaves it out where it would change nothing by then: an acknowledgement of what is not open, an unack of what
	// is, a close of what is closed, anything of an alert that there is not.
	Wanted bool
}

// Everything, as Act.On, is every alert that is not closed; for an acknowledgement, every one that is open.
const Everything = -1

// Outage is a time in which a provider takes no message: every attempt fails, and is tried again as ever.
type Outage struct {
	Via         string // slack, sms, …
	From, Until time.Duration
}

// Ping is a heartbeat that is heard of.
type Ping struct {
	At        time.Duration
	Heartbeat string // the integration
}

// check says what is wrong with the script in this world.
func (s *Script) check(w *engine.World) error {
	dir := w.Dir
	switch {
	case s.Start.IsZero():
		return fmt.Errorf("the rehearsal has no start")
	case s.Until <= 0 || s.Until > Longest:
		return fmt.Errorf("a rehearsal of %s: it may be as long as two years, and must be longer than nothing", s.Until)
	case s.Steps < 0 || s.Forget < 0:
		return fmt.Errorf("steps and the time after which alerts are forgotten cannot be negative")
	}
	for i, a := range s.Arrivals {
		if a.At < 0 {
			return fmt.Errorf("event %d arrives before the start", i+1)
		}
	}
	for _, a := range s.Acts {
		switch {
		case a.At < 0:
			return fmt.Errorf("%s by %s is before the start", a.Action.Do, a.Action.By)
		case a.On != Everything && (a.On < 0 || a.On >= len(s.Arrivals)):
			return fmt.Errorf("%s is to be done to the alert of event %d, which there is not", a.Action.Do, a.On+1)
		}
	}
	for _, o := range s.Outages {
		if err := known("provider", o.Via, slices.Sorted(maps.Keys(ways(dir)))); err != nil {
			return err
		}
		if o.From < 0 || o.Until <= o.From {
			return fmt.Errorf("%s is down from %s to %s: it must begin at the start or later, and end after that", o.Via, o.From, o.Until)
		}
	}
	for _, p := range s.Pings {
		if err := known("heartbeat", p.Heartbeat, slices.Sorted(maps.Keys(dir.Heartbeats))); err != nil {
			return err
		}
		if p.At < 0 {
			return fmt.Errorf("heartbeat %s is heard of before the start", p.Heartbeat)
		}
	}
	return s.checkPeople(dir)
}

// checkPeople says who or what of the script there is not. People who act may be API keys or nobody: those are not
// looked for.
func (s *Script) checkPeople(dir *directory.Directory) error {
	users := slices.Sorted(maps.Keys(dir.Users))
	for name := range s.Answers {
		if name != Anybody {
			if err := known("user", name, users); err != nil {
				return err
			}
		}
	}
	for _, name := range s.Silent {
		if err := known("user", name, users); err != nil {
			return err
		}
	}
	for _, a := range s.Away {
		if err := known("user", a.User, users); err != nil {
			return err
		}
	}
	for _, name := range slices.Sorted(maps.Keys(s.Overrides)) {
		if err := known("schedule", name, slices.Sorted(maps.Keys(dir.Schedules))); err != nil {
			return err
		}
		specs := s.Overrides[name]
		for _, o := range specs {
			if o.User != schedules.Nobody {
				if err := known("user", o.User, users); err != nil {
					return err
				}
			}
		}
		if _, problems := dir.Schedules[name].With(specs); len(problems) > 0 {
			return fmt.Errorf("schedule %s: %w", name, problems[0])
		}
	}
	return nil
}

func known(what, name string, names []string) error {
	if slices.Contains(names, name) {
		return nil
	}
	err := fmt.Errorf("there is no %s called %q in the configuration", what, name)
	if near := nearest.To(name, names); near != "" {
		return fmt.Errorf("%w; did you mean %q?", err, near)
	}
	return err
}

// ways are all ways that a message can go in a world.
func ways(dir *directory.Directory) map[string]bool {
	all := maps.Clone(dir.Vias)
	if all == nil {
		all = map[string]bool{}
	}
	for _, c := range dir.Channels {
		all[c.Type] = true
	}
	return all
}

package coverage

import (
	"fmt"
	"slices"
	"sort"
	"strings"
	"time"
)

// watch follows one policy through time.
type watch struct {
	*auditor
	policy Policy
	steps  []stepLines

	// For each look, kept to save allocations.
	people, channels []string
	onCall           []booking
}

// stepLines is one step with the lines of its targets.
type stepLines struct {
	after   int64
	places  []string
	targets []targetLine
	offsets []int64 // when it may fire: its own offset, and those of steps before it that may reach nobody
}

type targetLine struct {
	Target
	line []slot
}

// booking is somebody who is on call for a step.
type booking struct {
	user, schedule string
	step           int
}

func (a *auditor) watch(p Policy) *watch {
	w := &watch{auditor: a, policy: p}
	var inherited []int64
	for _, s := range p.Steps {
		step := stepLines{after: seconds(s.After)}
		for _, t := range s.Targets {
			if t.place {
				step.places = append(step.places, t.name)
			}
			step.targets = append(step.targets, targetLine{t, a.line(t)})
		}
		step.offsets = append(step.offsets, step.after)
		for _, earlier := range inherited {
			if earlier < step.after {
				step.offsets = append(step.offsets, earlier)
			}
		}
		inherited = nil
		if w.mayFail(step) {
			inherited = step.offsets
		}
		w.steps = append(w.steps, step)
	}
	return w
}

// mayFail says whether a step reaches nobody at some time.
func (w *watch) mayFail(s stepLines) bool {
	if len(s.places) > 0 {
		return false
	}
	for _, t := range s.targets {
		always := !slices.ContainsFunc(t.line, func(sl slot) bool {
			return !slices.ContainsFunc(sl.users, w.reachable)
		})
		if always && !t.one {
			return false
		}
	}
	return true
}

func (w *watch) reachable(user string) bool {
	return len(w.plan.People[user].channels(w.policy.Urgent)) > 0
}

// instants returns when the fate of an alert may change with the time at which it comes in, from from to to, both among them.
func (w *watch) instants(from, to int64) []int64 {
	all := []int64{from, to}
	for _, s := range w.steps {
		for _, t := range s.targets {
			for _, sl := range t.line {
				for _, offset := range s.offsets {
					if at := sl.from - offset; from < at && at < to {
						all = append(all, at)
					}
				}
			}
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// look follows an alert that comes in at at, and notes what is wrong until until.
func (w *watch) look(at, until int64) Reach {
	w.people, w.channels, w.onCall = w.people[:0], w.channels[:0], w.onCall[:0]
	r := Reach{From: time.Unix(at, 0).UTC(), To: time.Unix(until, 0).UTC()}
	first, fire := int64(-1), int64(0)
	atOnce := false
	var faults []about
	for i, s := range w.steps {
		if !atOnce {
			fire = s.after
		}
		fire = min(fire, s.after)
		got := w.step(i, at+fire)
		if got.reached && (first < 0 || fire+got.delay < first) {
			first = fire + got.delay
		}
		atOnce = !got.reached && len(s.places) == 0
		r.Places = append(r.Places, s.places...)
		switch {
		case got.reached && got.emailOnly && w.policy.Urgent:
			faults = append(faults, about{kind: EmailOnly, step: i + 1, why: "everybody in this step is reached by e-mail alone"})
		case atOnce && len(got.users) > 0:
			faults = append(faults, about{kind: Unreachable, step: i + 1, why: fmt.Sprintf("no channel to %v", got.users)})
		case atOnce:
			faults = append(faults, about{kind: EmptyStep, step: i + 1, why: "the step means nobody"})
		}
	}
	slices.Sort(w.people)
	slices.Sort(w.channels)
	w.people, w.channels = slices.Compact(w.people), slices.Compact(w.channels)
	r.People, r.Channels = w.people, w.channels
	slices.Sort(r.Places)
	r.Places = slices.Compact(r.Places)
	if first > 0 {
		r.Delay = time.Duration(first) * time.Second
	}
	w.judge(r, faults)
	return r
}

// judge notes what is wrong with the people reached.
func (w *watch) judge(r Reach, faults []about) {
	note := func(f about) {
		f.policy = w.policy.Name
		w.book.note(f, r.From.Unix(), r.To.Unix())
	}
	switch n := len(w.people); {
	case n == 0 && len(r.Places) > 0:
		note(about{kind: ChannelOnly, why: "nobody is paged; it only shows in " + strings.Join(r.Places, ", ")})
	case n == 0:
		note(about{kind: Gap, why: "no step reaches anybody"})
	case n == 1 && w.policy.MinPeople != 1:
		note(about{kind: Single, user: w.people[0], why: "every step that reaches anybody reaches only them"})
	case n < w.policy.MinPeople:
		note(about{kind: FewPeople, why: fmt.Sprintf("%d people are reached, %d are asked for", n, w.policy.MinPeople)})
	}
	for _, f := range faults {
		if f.kind != EmptyStep || len(w.people) > 0 {
			note(f)
		}
	}
	for i, later := range w.onCall {
		for _, earlier := range w.onCall[:i] {
			if earlier.user == later.user && earlier.step < later.step && earlier.schedule != later.schedule {
				note(about{kind: DoubleBooked, step: later.step + 1, user: later.user, schedule: later.schedule,
					why: fmt.Sprintf("on call for step %d (%s) too", earlier.step+1, earlier.schedule)})
			}
		}
	}
}

// notified is what a step does.
type notified struct {
	users     []string // meant, when none of them is reached
	reached   bool
	emailOnly bool
	delay     int64
}

// step notifies the targets of step i at an instant.
func (w *watch) step(i int, at int64) (got notified) {
	got.emailOnly = true
	for _, t := range w.steps[i].targets {
		n := sort.Search(len(t.line), func(n int) bool { return t.line[n].from > at }) - 1
		users := t.line[max(0, n)].users
		if t.one && len(users) > 0 {
			users = []string{w.worst(users)}
		}
		for _, user := range users {
			if t.schedule != "" {
				w.onCall = append(w.onCall, booking{user, t.schedule, i})
			}
			w.notify(user, &got)
		}
	}
	if got.reached {
		got.users = nil
	}
	return got
}

// notify adds one person to those reached.
func (w *watch) notify(user string, got *notified) {
	channels := w.plan.People[user].channels(w.policy.Urgent)
	if len(channels) == 0 {
		if !got.reached && !slices.Contains(got.users, user) {
			got.users = append(got.users, user)
		}
		return
	}
	w.people = append(w.people, user)
	for _, c := range channels {
		w.channels = append(w.channels, c.Kind)
		got.emailOnly = got.emailOnly && c.Kind == Email
		if after := seconds(c.After); !got.reached || after < got.delay {
			got.reached, got.delay = true, after
		}
	}
}

// worst returns who of some people is hardest to reach.
func (w *watch) worst(users []string) string {
	rank := func(user string) int {
		channels := w.plan.People[user].channels(w.policy.Urgent)
		switch {
		case len(channels) == 0:
			return 0
		case !slices.ContainsFunc(channels, func(c Channel) bool { return c.Kind != Email }):
			return 1
		}
		return 2
	}
	return slices.MinFunc(users, func(a, b string) int { return rank(a) - rank(b) })
}

package coverage

import (
	"slices"
	"time"
)

// Report is what an audit found.
type Report struct {
	From, To time.Time
	Findings []Finding // the worst first
	Waived   []Finding
	Policies []Outcome // in the order of the plan
}

// Outcome is whom a policy reaches, for alerts that come in between From and To of a Reach. They follow each other without
// gap, and neighbours differ.
type Outcome struct {
	Policy string
	Reach  []Reach
}

// Reach is what becomes of an alert that comes in from From until To.
type Reach struct {
	From, To time.Time
	People   []string      // whom the policy reaches, sorted
	Places   []string      // the places that are notified, as the policy calls them, sorted; neither people nor places is a gap
	Delay    time.Duration // until the first message to anybody
	Channels []string      // over which people are reached, sorted
}

// Worst returns the Reach that is a gap, or else has only places, or else has the longest delay; the first of those that are
// alike. It is zero without any.
func (o Outcome) Worst() (worst Reach) {
	for i, r := range o.Reach {
		if i == 0 || r.rank() < worst.rank() || r.rank() == worst.rank() && r.Delay > worst.Delay {
			worst = r
		}
	}
	return worst
}

// rank orders by what is reached: nothing, places only, people.
func (r Reach) rank() int {
	switch {
	case len(r.People) > 0:
		return 2
	case len(r.Places) > 0:
		return 1
	}
	return 0
}

// Gaps is for how long alerts would reach neither people nor places.
func (o Outcome) Gaps() (total time.Duration) {
	for _, r := range o.Reach {
		if r.rank() == 0 {
			total += r.To.Sub(r.From)
		}
	}
	return total
}

// Audit looks at all alerts that may come in from from until to. Its cost grows with the number of hand-offs in that time,
// times the number of policies and steps.
func Audit(plan Plan, from, to time.Time) Report {
	report := Report{From: from, To: to}
	a := &auditor{plan: plan, from: from.Unix(), to: to.Unix(), book: book{map[about][]period{}}, lines: map[string][]slot{}}
	if a.from >= a.to {
		return report
	}
	a.last = a.to
	for _, p := range plan.Policies {
		for _, s := range p.Steps {
			a.last = max(a.last, a.to+seconds(s.After))
		}
	}
	for _, p := range plan.Policies {
		report.Policies = append(report.Policies, a.policy(p))
	}
	for _, s := range plan.Schedules {
		a.schedule(s)
	}
	report.Findings, report.Waived = waive(a.book.findings(plan), plan.Waivers)
	return report
}

type auditor struct {
	plan     Plan
	from, to int64 // Unix seconds
	last     int64 // when the last step of the last alert fires
	book     book
	lines    map[string][]slot // of targets, by name
}

func seconds(d time.Duration) int64 { return max(0, int64(d/time.Second)) }

// line returns whom a target means when, until the last step.
func (a *auditor) line(t Target) []slot {
	line, known := a.lines[t.name]
	if !known {
		line = t.resolve(time.Unix(a.from, 0), time.Unix(a.last+1, 0))
		a.lines[t.name] = line
	}
	return line
}

// policy looks at one policy in each interval in which nothing changes.
func (a *auditor) policy(p Policy) Outcome {
	w := a.watch(p)
	out := Outcome{Policy: p.Name}
	instants := w.instants(a.from, a.to)
	for i, at := range instants[:len(instants)-1] {
		until := instants[i+1]
		r := w.look(at, until)
		if n := len(out.Reach); n > 0 && same(out.Reach[n-1], r) {
			out.Reach[n-1].To = r.To
			continue
		}
		r.People, r.Channels = append([]string(nil), r.People...), append([]string(nil), r.Channels...)
		out.Reach = append(out.Reach, r)
	}
	return out
}

func same(a, b Reach) bool {
	return a.Delay == b.Delay && slices.Equal(a.People, b.People) && slices.Equal(a.Places, b.Places) && slices.Equal(a.Channels, b.Channels)
}

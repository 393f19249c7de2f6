package api

import (
	"cmp"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/event"
	"github.com/tocsin-oncall/tocsin/engine/policy"
	"github.com/tocsin-oncall/tocsin/rules"
)

// Explanation is what would become of an event, and why. Nothing is stored and nobody is paged.
type Explanation struct {
	At          Time           `json:"at" doc:"When the event is imagined to come."`
	Integration string         `json:"integration"`
	DedupKey    string         `json:"dedup_key" doc:"What makes it the same alert as another event of the integration, unless decision.group_key does; empty for an event that only a query describes."`
	Event       rules.Event    `json:"event"`
	Decision    rules.Decision `json:"decision" doc:"What the rules make of it."`
	Tried       []rules.Tried  `json:"tried" doc:"The rules that were tried, in their order."`
	Policy      string         `json:"policy" doc:"The policy that runs; empty when nobody is paged."`
	Text        string         `json:"text" doc:"The same in a sentence."`
	Held        []string       `json:"held" doc:"What the alert would wait for before it pages, in words; the steps count from the end of what has a known one."`
	Aggregates  []string       `json:"aggregates" doc:"The aggregates that the alert would count for, with the value that it would count as."`
	Steps       []PlannedStep  `json:"steps" doc:"Who would be paged when, if nobody acknowledged."`
	Repeat      *Repeat        `json:"repeat,omitempty"`
	Fallback    string         `json:"fallback" doc:"The policy that runs when this one reaches nobody or is exhausted."`
}

// PlannedStep is a step of a policy, with whom its targets mean when it is taken.
type PlannedStep struct {
	Step     int           `json:"step"`
	After    string        `json:"after" doc:"Since the policy began."`
	At       Time          `json:"at"`
	Targets  []string      `json:"targets"`
	Unless   string        `json:"unless" jsonschema:"enum=acked,enum=closed"`
	Users    []PlannedUser `json:"users"`
	Channels []string      `json:"channels"`
	Missing  []string      `json:"missing" doc:"The targets that mean nobody, and why."`
}

// PlannedUser is somebody who would be paged.
type PlannedUser struct {
	User string       `json:"user"`
	Ways []PlannedWay `json:"ways" doc:"Empty when no way to them works."`
}

// PlannedWay is how somebody would be paged, and when.
type PlannedWay struct {
	Via string `json:"via"`
	At  Time   `json:"at"`
}

// Repeat is how a policy is run again.
type Repeat struct {
	Every    string `json:"every"`
	Times    int    `json:"times"`
	FromStep int    `json:"from_step"`
}

// explain routes an event without consequence, and plans its policy.
func (c *call) explain(ev rules.Event, dedupKey string, at time.Time) Explanation {
	found := c.Engine.World().Router.Explain(ev, at)
	x := Explanation{
		At: utc(at), Integration: ev.Integration, DedupKey: dedupKey, Event: ev, Decision: found.Decision, Tried: found.Tried,
		Held: []string{}, Aggregates: []string{}, Steps: []PlannedStep{}, Fallback: c.env.Dir.Fallback,
	}
	d := found.Decision
	switch {
	case ev.Status == string(event.Resolved):
		x.Text = "the end of an alert: it is not routed, but closes the alert of its dedup key"
		return x
	case d.Nobody:
		x.Text = d.Rule + ": recorded, pages nobody"
		return x
	case d.Suppress:
		x.Text = d.Rule + ": suppressed, pages nobody"
		return x
	}
	p, ok := c.env.Dir.Policies[d.Policy]
	if !ok {
		p, ok = c.env.Dir.Policies[c.env.Dir.Fallback]
	}
	if !ok {
		x.Text = d.Rule + ": there is no policy to page anybody with"
		return x
	}
	x.Policy, x.Text = p.Name, d.Rule+": policy "+p.Name
	priority := cmp.Or(d.Priority, event.DefaultPriority)
	begin := c.hold(&x, at, ev, d, priority)
	c.aggregate(&x, at, ev, d, priority)
	for _, why := range x.Held {
		x.Text += "; held: " + why
	}
	for i, step := range p.Steps {
		x.Steps = append(x.Steps, c.plan(i, step, begin, priority))
	}
	if r := p.Repeat; r.Times > 0 {
		x.Repeat = &Repeat{r.Every.String(), r.Times, r.From + 1}
	}
	return x
}

// plan is one step as it would be taken.
func (c *call) plan(i int, step policy.Step, base time.Time, priority string) PlannedStep {
	at := base.Add(step.After)
	to := c.env.Dir.Resolve(step.Notify, at, c.env.Pick)
	unless := policy.UnlessClosed
	if step.Unless == policy.UnlessAcked {
		unless = "acked"
	}
	planned := PlannedStep{
		Step: i + 1, After: step.After.String(), At: utc(at), Targets: targetNames(step.Notify), Unless: string(unless),
		Users: []PlannedUser{}, Channels: some(to.Channels), Missing: some(to.Missing),
	}
	for _, user := range to.Users {
		u := PlannedUser{User: user, Ways: []PlannedWay{}}
		for k, way := range c.env.Dir.Reach(user, priority) {
			when := at // the first way that works is used at once, whatever stood before it
			if k > 0 {
				when = at.Add(way.After)
			}
			u.Ways = append(u.Ways, PlannedWay{way.Via, utc(way.Wait(when))})
		}
		planned.Users = append(planned.Users, u)
	}
	return planned
}

package rules

import (
	"fmt"
	"time"
)

// The actions of a rule that reach beyond the moment: whoever keeps the alerts acts on them. This package only
// checks them and puts them into the Decision.

// Require holds an alert until it has had so many events within a time.
type Require struct {
	Events int           `json:"events"`
	Within time.Duration `json:"within_ns"`
}

// Throttle bounds how many alerts of a rule begin to page.
type Throttle struct {
	// Pages is how many begin within Per; what exceeds it is gathered and pages once when Per is over.
	Pages int
	Per   time.Duration
	// By are expressions; each combination of what they give has a count of its own.
	By []string
}

// Throttled is the count that a Decision belongs to.
type Throttled struct {
	Pages int           `json:"pages"`
	Per   time.Duration `json:"per_ns"`
	// Key names the count: the rule, where it sends the event, and the values of By. Bounded and readable.
	Key string `json:"key"`
	// Rule is what explanations call the rule that throttles; others may have decided the rest.
	Rule string `json:"rule"`
}

// Group is how a group_by gathers. Its zero value gathers for ever and pages at once.
type Group struct {
	// Wait is how long a new group gathers before it pages.
	Wait time.Duration `json:"wait_ns,omitempty"`
	// Window is how long after its beginning a group takes new members; later ones begin another. 0 is for ever.
	Window time.Duration `json:"window_ns,omitempty"`
	// Limit is how many members a group takes; more begin another. 0 is MaxMembers.
	Limit int `json:"limit,omitempty"`
}

// The bounds of what is kept for every alert, group or key.
const (
	MaxRequired = 100 // events of a Require
	MaxPages    = 100 // pages of a Throttle
	MaxMembers  = 500 // members of a group
)

// stateful are the compiled parts of such actions.
type stateful struct {
	until      *until        // nil for no delay_until
	throttleBy []*expression // the By of the rule's Throttle
}

func (c *compiler) compileStateful(path string, r Rule) (s stateful) {
	if r.DelayUntil != "" {
		if r.Delay > 0 {
			c.report(path+".delay_until", "a rule delays for a while or until a time, not both", "leave out delay or delay_until")
		}
		s.until = c.compileUntil(path+".delay_until", r.DelayUntil)
	}
	c.checkGroup(path, r)
	if q := r.Require; q != nil {
		c.checkBetween(path+".require.events", "events", q.Events, 2, MaxRequired)
		c.checkSpan(path+".require.within", "events", q.Within)
	}
	if t := r.Throttle; t != nil {
		c.checkBetween(path+".throttle.pages", "pages", t.Pages, 1, MaxPages)
		c.checkSpan(path+".throttle.per", "pages", t.Per)
		for i, source := range t.By {
			s.throttleBy = append(s.throttleBy, c.compileExpression(fmt.Sprintf("%s.throttle.by[%d]", path, i), source))
		}
		c.gathers = true
	}
	if r.AutoClose < 0 {
		c.report(path+".auto_close", fmt.Sprintf("%s is in the past", r.AutoClose), "")
	}
	return s
}

func (c *compiler) checkGroup(path string, r Rule) {
	for _, key := range [...]struct {
		name    string
		written bool
	}{{"group_wait", r.Group.Wait != 0}, {"group_window", r.Group.Window != 0}, {"group_limit", r.Group.Limit != 0}} {
		if key.written && len(r.GroupBy) == 0 {
			c.report(path+"."+key.name, key.name+" is of no use without group_by", "add group_by, such as group_by: [labels.cluster]")
		}
	}
	if r.Group.Limit != 0 {
		c.checkBetween(path+".group_limit", "members", r.Group.Limit, 2, MaxMembers)
	}
	if r.Group.Window > 0 && r.Group.Wait > r.Group.Window {
		c.report(path+".group_wait", "the group waits longer for members than it takes any", "make group_wait shorter than group_window")
	}
}

func (c *compiler) checkBetween(path, what string, n, least, most int) {
	if n < least || n > most {
		c.report(path, fmt.Sprintf("%d %s are not possible", n, what), fmt.Sprintf("write a number from %d to %d", least, most))
	}
}

// maxSpan bounds what is counted over, so that what is kept for it has an end.
const maxSpan = 7 * 24 * time.Hour

func (c *compiler) checkSpan(path, what string, d time.Duration) {
	if d <= 0 || d > maxSpan {
		c.report(path, fmt.Sprintf("%s cannot be counted over %s", what, d), "write a time up to 7d, such as 10m")
	}
}

// applyStateful puts what a matching rule says into the decision. What cannot be evaluated holds nothing back.
func (e *evaluator) applyStateful(r *rule, instead string) error {
	d := &e.decision
	if r.Delay > 0 {
		d.Delay, d.DelayUntil = r.Delay, time.Time{}
	}
	if r.AutoClose > 0 {
		d.AutoClose = r.AutoClose
	}
	if r.Require != nil && e.silences(r, "require", instead) {
		d.Require = r.Require
	}
	var err error
	if r.until != nil {
		d.Delay = 0
		if d.DelayUntil, err = r.until.from(e.now); err != nil {
			e.fail(r, "delay_until", err)
		}
	}
	if r.Throttle != nil {
		key, keyErr := e.throttleKey(r)
		if keyErr != nil {
			e.fail(r, "throttle", keyErr)
			return keyErr
		}
		d.Throttle = &Throttled{Pages: r.Throttle.Pages, Per: r.Throttle.Per, Key: key, Rule: r.label()}
	}
	return err
}

// throttleKey names the count of a rule for the event at hand. Unlike a group, events for which all is empty share one.
func (e *evaluator) throttleKey(r *rule) (string, error) {
	key, err := e.groupKey(r.throttleBy)
	return fmt.Sprintf("%q|", bounded(r.label())) + key, err
}

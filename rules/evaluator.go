package rules

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/vm"
)

// maxErrors bounds what one decision reports.
const maxErrors = 20

// evaluator runs rules over one event at a time. Evaluators are reused, since
// setting one up costs more than most rules.
type evaluator struct {
	vm   vm.VM
	work work
	env  map[string]any // what expressions see

	loc      *time.Location
	decision Decision
	tried    *[]Tried
}

func newEvaluator(r *Router) *evaluator {
	return &evaluator{vm: vm.VM{MemoryBudget: maxElements}, env: fields(), loc: r.loc}
}

// begin takes an event up.
func (e *evaluator) begin(ev Event, now time.Time, tried *[]Tried) {
	e.tried = tried
	e.decision = Decision{
		Team: ev.Team, Priority: ev.Priority, Title: ev.Title,
		Description: ev.Description, Service: ev.Service, Tags: slices.Clone(ev.Tags),
	}
	now = now.In(e.loc)
	e.env["source"] = ev.Source
	e.env["title"] = ev.Title
	e.env["description"] = ev.Description
	e.env["status"] = ev.Status
	e.env["priority"] = ev.Priority
	e.env["tags"] = e.decision.Tags
	e.env["actions"] = ev.Actions
	e.env["labels"] = ev.Labels
	e.env["details"] = ev.Details
	e.env["service"] = ev.Service
	e.env["team"] = ev.Team
	e.env["integration"] = ev.Integration
	e.env["starts_at"] = ev.StartsAt.In(e.loc)
	e.env["now"] = now
	e.env["weekday"] = weekdays[now.Weekday()]
	e.env[workName] = &e.work
}

// finish hands the decision over and lets go of the event.
func (e *evaluator) finish() Decision {
	d := e.decision
	if d.GroupKey != "" {
		d.GroupKey = groupPrefix(d) + d.GroupKey
	}
	clear(e.env)
	clear(e.vm.Stack[:cap(e.vm.Stack)])
	clear(e.vm.Variables)
	e.decision, e.tried = Decision{}, nil
	return d
}

// firstMatch applies the rules that match, up to the first that does not
// continue, and gives that one; nil if there is none.
func (e *evaluator) firstMatch(list []rule) *rule {
	for i := range list {
		r := &list[i]
		matched, err := e.condition(r.when, true)
		if err != nil {
			matched = false
			e.fail(r, "when", err)
		}
		if matched {
			err = errors.Join(err, e.apply(r))
		}
		if e.tried != nil {
			e.trace(r, matched, err)
		}
		if matched && !r.Continue {
			return r
		}
	}
	return nil
}

// condition runs a condition; one that is not written gives otherwise.
func (e *evaluator) condition(x *expression, otherwise bool) (bool, error) {
	if x == nil {
		return otherwise, nil
	}
	value, err := e.run(x)
	if err != nil {
		return false, err
	}
	yes, ok := value.(bool)
	if !ok {
		return false, fmt.Errorf("the condition gives %T, not true or false", value)
	}
	return yes, nil
}

// run evaluates an expression. A panic inside is an error like any other.
func (e *evaluator) run(x *expression) (value any, err error) {
	defer func() {
		if p := recover(); p != nil {
			value, err = nil, fmt.Errorf("the expression failed: %v", p)
		}
	}()
	e.work.left = maxWork
	return e.vm.Run(x.program, e.env)
}

// apply does what a matching rule says.
func (e *evaluator) apply(r *rule) error {
	if r.Set != nil {
		e.set(r.Set)
	}
	e.decision.Suppress = e.decision.Suppress || r.Suppress
	if r.Delay > 0 {
		e.decision.Delay = r.Delay
	}
	incident, err := e.condition(r.incident, false)
	if err != nil {
		e.fail(r, "incident", err)
	}
	e.decision.Incident = e.decision.Incident || incident
	if len(r.groupBy) > 0 {
		key, groupErr := e.groupKey(r.groupBy)
		if groupErr != nil {
			e.fail(r, "group_by", groupErr)
		}
		e.decision.GroupKey = key
		err = errors.Join(err, groupErr)
	}
	return err
}

// set changes the decision and what later conditions see. The event's own maps
// and slices belong to the caller and are never written to.
func (e *evaluator) set(s *Set) {
	d := &e.decision
	e.setText("priority", &d.Priority, s.Priority)
	e.setText("service", &d.Service, s.Service)
	e.setText("title", &d.Title, s.Title)
	e.setText("description", &d.Description, s.Description)
	if s.Team != "" {
		e.setTeam(s.Team)
	}
	for _, tag := range s.Tags {
		if !slices.Contains(d.Tags, tag) {
			d.Tags = append(d.Tags, tag)
		}
	}
	e.env["tags"] = d.Tags
	if len(s.Labels) > 0 {
		d.Labels = added(d.Labels, s.Labels)
		e.env["labels"] = added(maps.Clone(e.env["labels"].(map[string]string)), s.Labels)
	}
	if len(s.Details) > 0 {
		d.Details = added(d.Details, s.Details)
		details := maps.Clone(e.env["details"].(map[string]any))
		if details == nil {
			details = make(map[string]any, len(s.Details))
		}
		for name, value := range s.Details {
			details[name] = value
		}
		e.env["details"] = details
	}
}

func (e *evaluator) setText(field string, target *string, value string) {
	if value != "" {
		*target = value
		e.env[field] = value
	}
}

func (e *evaluator) setTeam(name string) { e.setText("team", &e.decision.Team, name) }

// added puts more into m, which may be nil.
func added(m, more map[string]string) map[string]string {
	if m == nil {
		m = make(map[string]string, len(more))
	}
	maps.Copy(m, more)
	return m
}

// decidedBy adds a step to what decided.
func (e *evaluator) decidedBy(label string) {
	if e.decision.Rule != "" {
		label = e.decision.Rule + " > " + label
	}
	e.decision.Rule = label
}

// fail reports that a part of a rule could not be evaluated.
func (e *evaluator) fail(r *rule, part string, err error) {
	switch d := &e.decision; {
	case len(d.Errors) < maxErrors-1:
		d.Errors = append(d.Errors, fmt.Sprintf("%s.%s: %s", r.path, part, reason(err)))
	case len(d.Errors) == maxErrors-1:
		d.Errors = append(d.Errors, "further rules failed too")
	}
}

// reason puts what expr says on one line.
func reason(err error) string {
	var at *file.Error
	if errors.As(err, &at) {
		return fmt.Sprintf("%s (at character %d)", at.Message, at.From+1)
	}
	return err.Error()
}

package rules

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/vm"

	"github.com/tocsin-oncall/tocsin/rules/budget"
)

// maxErrors bounds what one decision reports.
const maxErrors = 20

// evaluator runs rules over one event at a time. Evaluators are reused, since
// setting one up costs more than most rules.
type evaluator struct {
	vm     vm.VM
	work   budget.Work
	left   int // of the work for all rules together
	view   view
	search search

	loc      *time.Location
	teams    map[string]*teamRoutes
	given    *Set // what the latest rule that matched set
	now      time.Time
	decision Decision
	doubt    bool // whether something failed that may have mattered; see doubt.go
	tried    *[]Tried
}

func newEvaluator(r *Router) *evaluator {
	e := &evaluator{vm: vm.VM{MemoryBudget: budget.MaxElements}, view: view{env: fields(), high: r.high}, loc: r.loc, teams: r.teams}
	e.view.env[budget.Name] = &e.work
	return e
}

// begin takes an event up.
func (e *evaluator) begin(ev Event, now time.Time, tried *[]Tried) {
	e.tried = tried
	e.decision = Decision{
		Team: ev.Team, Priority: ev.Priority, Title: ev.Title,
		Description: ev.Description, Service: ev.Service, Tags: slices.Clone(ev.Tags),
	}
	e.view.see(ev, e.decision.Tags, now, e.loc)
	e.now, e.left = now, budget.MaxTogether
}

// finish hands the decision over and lets go of the event.
func (e *evaluator) finish() Decision {
	d := e.decision
	if d.GroupKey != "" {
		d.GroupKey = groupPrefix(d) + d.GroupKey
	} else {
		d.Group = Group{}
	}
	if d.Throttle != nil {
		d.Throttle.Key = groupPrefix(d) + d.Throttle.Key
	}
	e.view.forget()
	e.search.forget()
	clear(e.vm.Stack[:cap(e.vm.Stack)])
	clear(e.vm.Variables)
	e.decision, e.doubt, e.given, e.tried = Decision{}, false, nil, nil
	return d
}

// firstMatch applies the rules that match, up to the first that does not continue, and gives where that one sends
// the event. The policy that stands where none decides is in instead; it may be empty. Rules that the index rules
// out are not tried, unless the way is to be explained.
func (e *evaluator) firstMatch(list *ruleList, instead string) destination {
	if e.tried != nil {
		e.search.all(len(list.rules))
	} else {
		e.search.start(list.index, len(list.rules), &e.view)
	}
	for i := e.search.next(); i >= 0; i = e.search.next() {
		if e.tried == nil && list.tests[i](&e.view) == no {
			continue
		}
		r := &list.rules[i]
		var dest destination
		matched, err := e.condition(r.when, true)
		ends := matched && !r.Continue
		if err != nil {
			e.fail(r, "when", err)
			dest, ends = e.failed(r, instead)
		}
		if matched {
			dest, err = e.apply(r, instead)
		}
		if e.tried != nil {
			e.trace(r, matched, err)
		}
		if ends {
			return dest
		}
		if matched && r.Set != nil {
			e.search.again(&e.view) // what it set may bring other rules in
		}
	}
	return destination{}
}

// condition runs a condition; one that is not written gives otherwise.
func (e *evaluator) condition(x *expression, otherwise bool) (bool, error) {
	if x == nil {
		return otherwise, nil
	}
	if e.tried == nil { // an explanation is plain evaluation, and so a check on the rest
		if answer := x.test(&e.view); answer != unknown {
			return answer == yes, nil
		}
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
	e.work.ResetTo(e.left)
	allowed := e.work.Left()
	defer func() {
		if p := recover(); p != nil {
			value, err = nil, fmt.Errorf("the expression failed: %v", p)
		}
		left := e.work.Left()
		e.left -= allowed - left
		if err != nil && left == 0 && allowed < budget.MaxWork {
			err = errTogether
		}
	}()
	return e.vm.Run(x.program, e.view.fill(x.reads))
}

// apply does what a matching rule says, and gives where it sends the event.
func (e *evaluator) apply(r *rule, instead string) (destination, error) {
	dest := r.dest
	if dest.kind == toNobody && !e.silences(r, "nobody", instead) {
		dest = destination{kind: toFallback}
	}
	if r.Suppress && e.silences(r, "suppress", instead) {
		e.decision.Suppress = true
	}
	if !r.Continue {
		e.decidedBy(r.label())
	}
	var setErr error
	if r.Set != nil {
		e.given, setErr = e.filled(r)
		e.set(e.given)
	}
	statefulErr := e.applyStateful(r, instead)
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
		e.decision.GroupKey, e.decision.Group = key, r.Group
		err = errors.Join(err, groupErr)
	}
	e.doubt = e.doubt || setErr != nil
	return dest, errors.Join(setErr, err, statefulErr)
}

// set changes the decision and what later conditions see.
func (e *evaluator) set(s *Set) {
	d := &e.decision
	e.setText(priorityField, &d.Priority, s.Priority)
	e.setText(serviceField, &d.Service, s.Service)
	e.setText(titleField, &d.Title, s.Title)
	e.setText(descriptionField, &d.Description, s.Description)
	e.setText(linkField, &d.Link, s.Link)
	e.setText(runbookField, &d.Runbook, s.Runbook)
	if s.Team != "" {
		e.setTeam(s.Team)
	}
	for _, tag := range s.Tags {
		if !slices.Contains(d.Tags, tag) {
			d.Tags = append(d.Tags, tag)
		}
	}
	e.view.setTags(d.Tags)
	if len(s.Labels) > 0 {
		d.Labels = added(d.Labels, s.Labels)
		e.view.addLabels(s.Labels)
	}
	if len(s.Details) > 0 {
		d.Details = added(d.Details, s.Details)
		e.view.addDetails(s.Details)
	}
}

func (e *evaluator) setText(field textField, target *string, value string) {
	if value != "" {
		*target = value
		e.view.setText(field, value)
	}
}

func (e *evaluator) setTeam(name string) { e.setText(teamField, &e.decision.Team, name) }

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
	e.decision.Failed++
	e.note(fmt.Sprintf("%s.%s: %s", r.path, part, reason(err)))
}

// note adds to what is said about failed rules.
func (e *evaluator) note(text string) {
	switch d := &e.decision; {
	case len(d.Errors) < maxErrors-1:
		d.Errors = append(d.Errors, text)
	case len(d.Errors) == maxErrors-1:
		d.Errors = append(d.Errors, "further rules failed too")
	}
}

// errTogether is for the rule at which the work for all of them is done, and those after it.
var errTogether = fmt.Errorf("the rules together do too much work for this event; it is limited to %d times what one expression may do", budget.MaxTogether/budget.MaxWork)

// maxReason bounds what is told of one failure, in bytes: it may quote the event.
const maxReason = 400

// reason puts what expr says on one line.
func reason(err error) string {
	text := err.Error()
	var at *file.Error
	if errors.As(err, &at) {
		text = fmt.Sprintf("%s (at character %d)", cut(at.Message, maxReason), at.From+1)
	}
	return cut(text, maxReason+30)
}

// cut shortens a text to so many bytes, between two characters.
func cut(text string, limit int) string {
	if len(text) <= limit {
		return text
	}
	for limit > 0 && !utf8.RuneStart(text[limit]) {
		limit--
	}
	return text[:limit] + "…"
}

package rules

import (
	"maps"
	"slices"
	"time"

	"github.com/expr-lang/expr/vm"
)

// textField is a field of the event that is one text.
type textField int

const (
	sourceField textField = iota
	titleField
	descriptionField
	statusField
	priorityField
	serviceField
	teamField
	integrationField
	weekdayField
	urgencyField
	linkField
	runbookField
	textFields // how many there are
)

var textFieldNames = [textFields]string{
	"source", "title", "description", "status", "priority", "service", "team", "integration", "weekday",
	"urgency", "link", "runbook",
}

// view is what conditions see of an event: its own values and, over them, what
// rules have set. The event's maps and slices belong to the caller and are
// never written to.
type view struct {
	text          [textFields]string
	tags, actions []string
	labels        map[string]string
	details       map[string]any
	startsAt, now time.Time
	high          []string // the priorities whose urgency is high

	env    map[string]any // the same for the virtual machine, where it is in filled
	filled fieldSet
}

// fieldSet is a set of fields, one bit each in the order of envNames.
type fieldSet uint32

// envNames are the fields that are not one text, after those that are.
var envNames = append(textFieldNames[:], "tags", "actions", "labels", "details", "starts_at", "now")

// see takes an event up.
func (v *view) see(ev Event, tags []string, now time.Time, loc *time.Location) {
	now = now.In(loc)
	v.text = [textFields]string{
		sourceField: ev.Source, titleField: ev.Title, descriptionField: ev.Description, statusField: ev.Status,
		priorityField: ev.Priority, serviceField: ev.Service, teamField: ev.Team, integrationField: ev.Integration,
		weekdayField: weekdays[now.Weekday()], urgencyField: v.urgency(ev.Priority),
		linkField: ev.Link, runbookField: ev.Runbook,
	}
	v.tags, v.actions, v.labels, v.details = tags, ev.Actions, ev.Labels, ev.Details
	v.startsAt, v.now = ev.StartsAt.In(loc), now
}

// forget lets go of the event.
func (v *view) forget() {
	for i, name := range envNames {
		if v.filled&(1<<i) != 0 {
			v.env[name] = nil
		}
	}
	*v = view{env: v.env, high: v.high}
}

// fill gives the environment of the virtual machine, with at least the fields
// that are needed: boxing all of them costs more than most conditions.
func (v *view) fill(needed fieldSet) map[string]any {
	if needed&^v.filled == 0 {
		return v.env
	}
	for i, name := range envNames {
		if bit := fieldSet(1) << i; needed&bit != 0 && v.filled&bit == 0 {
			v.env[name] = v.value(i)
			v.filled |= bit
		}
	}
	return v.env
}

// value is a field, by its place in envNames.
func (v *view) value(i int) any {
	if i < int(textFields) {
		return v.text[i]
	}
	switch envNames[i] {
	case "tags":
		return v.tags
	case "actions":
		return v.actions
	case "labels":
		return v.labels
	case "details":
		return v.details
	case "starts_at":
		return v.startsAt
	default:
		return v.now
	}
}

// fieldsOf gives the fields that a program reads.
func fieldsOf(program *vm.Program) fieldSet {
	var read fieldSet
	for at, op := range program.Bytecode {
		if op != vm.OpLoadFast {
			continue
		}
		name, _ := program.Constants[program.Arguments[at]].(string)
		if i := slices.Index(envNames, name); i >= 0 {
			read |= 1 << i
		}
	}
	return read
}

func (v *view) setText(field textField, value string) {
	v.text[field] = value
	v.filled &^= 1 << field
	if field == priorityField {
		v.setText(urgencyField, v.urgency(value))
	}
}

func (v *view) urgency(priority string) string {
	if slices.Contains(v.high, priority) {
		return "high"
	}
	return "low"
}

func (v *view) setTags(tags []string) {
	v.tags = tags
	v.changed("tags")
}

func (v *view) addLabels(more map[string]string) {
	v.labels = added(maps.Clone(v.labels), more)
	v.changed("labels")
}

func (v *view) addDetails(more map[string]string) {
	v.details = maps.Clone(v.details)
	if v.details == nil {
		v.details = make(map[string]any, len(more))
	}
	for name, value := range more {
		v.details[name] = value
	}
	v.changed("details")
}

// changed has the field filled anew.
func (v *view) changed(name string) { v.filled &^= 1 << slices.Index(envNames, name) }

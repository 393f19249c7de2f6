package event

import (
	"maps"
	"reflect"
	"slices"
	"time"
)

// Delta is what makes another event of one: what is different in that one, and nothing else. It is stored as JSON.
type Delta struct {
	DedupKey    *string            `json:"dedup_key,omitempty"`
	Title       *string            `json:"title,omitempty"`
	Description *string            `json:"description,omitempty"`
	Source      *string            `json:"source,omitempty"`
	Priority    *string            `json:"priority,omitempty"`
	Service     *string            `json:"service,omitempty"`
	Team        *string            `json:"team,omitempty"`
	Tags        *[]string          `json:"tags,omitempty"`
	Actions     *[]string          `json:"actions,omitempty"`
	Labels      map[string]*string `json:"labels,omitempty"`  // nil for a label that the other has not
	Details     map[string]*any    `json:"details,omitempty"` // the same; a detail that is null is one that there is not
	Link        *string            `json:"link,omitempty"`
	Runbook     *string            `json:"runbook,omitempty"`
	StartsAt    *time.Time         `json:"starts_at,omitempty"`
}

// Diff is what makes to of from; nil where they are the same. Status and ExpiresAt are not compared.
func Diff(from, to Event) *Delta {
	d := &Delta{
		DedupKey: changed(from.DedupKey, to.DedupKey), Title: changed(from.Title, to.Title),
		Description: changed(from.Description, to.Description), Source: changed(from.Source, to.Source),
		Priority: changed(from.Priority, to.Priority), Service: changed(from.Service, to.Service), Team: changed(from.Team, to.Team),
		Link: changed(from.Link, to.Link), Runbook: changed(from.Runbook, to.Runbook),
		Labels:  entries(from.Labels, to.Labels, func(a, b string) bool { return a == b }),
		Details: entries(from.Details, to.Details, func(a, b any) bool { return reflect.DeepEqual(a, b) }),
	}
	if !slices.Equal(from.Tags, to.Tags) {
		d.Tags = listed(to.Tags)
	}
	if !slices.Equal(from.Actions, to.Actions) {
		d.Actions = listed(to.Actions)
	}
	if !from.StartsAt.Equal(to.StartsAt) {
		d.StartsAt = &to.StartsAt
	}
	if reflect.DeepEqual(*d, Delta{}) {
		return nil
	}
	return d
}

// Of is the event that the Delta makes of another. What it gives may share tags with it, but no maps.
func (d *Delta) Of(ev Event) Event {
	ev.Labels, ev.Details = maps.Clone(ev.Labels), maps.Clone(ev.Details)
	if d == nil {
		return ev
	}
	set(&ev.DedupKey, d.DedupKey)
	set(&ev.Title, d.Title)
	set(&ev.Description, d.Description)
	set(&ev.Source, d.Source)
	set(&ev.Priority, d.Priority)
	set(&ev.Service, d.Service)
	set(&ev.Team, d.Team)
	setList(&ev.Tags, d.Tags)
	setList(&ev.Actions, d.Actions)
	set(&ev.Link, d.Link)
	set(&ev.Runbook, d.Runbook)
	set(&ev.StartsAt, d.StartsAt)
	ev.Labels, ev.Details = with(ev.Labels, d.Labels), with(ev.Details, d.Details)
	return ev
}

func changed(from, to string) *string {
	if from == to {
		return nil
	}
	return &to
}

func set[T any](field, to *T) {
	if to != nil {
		*field = *to
	}
}

// listed is a list of which JSON tells that it is there, even when it is empty.
func listed(list []string) *[]string {
	list = append([]string{}, list...)
	return &list
}

func setList(field, to *[]string) {
	if to == nil {
		return
	}
	*field = nil
	if len(*to) > 0 {
		*field = *to
	}
}

// entries is what is different in a map.
func entries[V any](from, to map[string]V, same func(a, b V) bool) map[string]*V {
	var d map[string]*V
	put := func(k string, v *V) {
		if d == nil {
			d = map[string]*V{}
		}
		d[k] = v
	}
	for k, v := range to {
		if old, ok := from[k]; !ok || !same(old, v) {
			put(k, &v)
		}
	}
	for k := range from {
		if _, ok := to[k]; !ok {
			put(k, nil)
		}
	}
	return d
}

func with[V any](m map[string]V, d map[string]*V) map[string]V {
	for k, v := range d {
		if v == nil {
			delete(m, k)
			continue
		}
		if m == nil {
			m = map[string]V{}
		}
		m[k] = *v
	}
	if len(m) == 0 {
		return nil
	}
	return m
}

package jsonhook

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/expr-lang/expr/vm"

	"github.com/tocsin-oncall/tocsin/engine/event"
	"github.com/tocsin-oncall/tocsin/integrations/payload"
	"github.com/tocsin-oncall/tocsin/rules/budget"
)

// Decode evaluates the map over a body: one event for an object, one for each element of an array. Headers and query
// reach the expressions without the credentials in them. An error says which mapping failed and why, and
// means that nothing of the body is to be stored.
func (m *Mapping) Decode(body []byte, headers http.Header, query url.Values, now time.Time) ([]event.Event, error) {
	v, err := payload.Any(body)
	if err != nil {
		return nil, fmt.Errorf("json: %w", err)
	}
	env := environment{Headers: headersOf(headers), Query: queryOf(query), Now: now, Work: &budget.Work{}}
	elements, many := v.([]any)
	if !many {
		elements = []any{v}
	}
	events := make([]event.Event, 0, len(elements))
	machine := vm.VM{MemoryBudget: budget.MaxElements}
	for i, element := range elements {
		env.Body = element
		e, err := m.event(&machine, env)
		if err != nil && many {
			err = fmt.Errorf("element %d of %d: %w", i+1, len(elements), err)
		}
		if err != nil {
			return nil, fmt.Errorf("json: %w", err)
		}
		events = append(events, e)
	}
	return events, nil
}

func (m *Mapping) event(machine *vm.VM, env environment) (event.Event, error) {
	e := event.Event{Status: event.Firing}
	for i, program := range m.programs {
		if program == nil {
			continue
		}
		env.Work.Reset()
		v, err := machine.Run(program, env)
		if err != nil {
			return e, fmt.Errorf("map.%s failed: %s; where a value may be absent, write ?. and ??", Fields[i], reason(err))
		}
		if err := assign(&e, Fields[i], v); err != nil {
			return e, fmt.Errorf("map.%s: %w", Fields[i], err)
		}
	}
	if strings.TrimSpace(e.DedupKey) == "" {
		return e, errors.New("map.dedup_key gave nothing: the value that it names is absent or empty, and without a key no alert can be told from another")
	}
	e.Title = cmp.Or(e.Title, e.DedupKey)
	return e, nil
}

func assign(e *event.Event, field string, v any) (err error) {
	switch field {
	case "dedup_key":
		e.DedupKey, err = text(v)
	case "title":
		e.Title, err = text(v)
	case "status":
		e.Status, err = status(v)
	case "description":
		e.Description, err = text(v)
	case "priority":
		e.Priority, err = priority(v)
	case "source":
		e.Source, err = text(v)
	case "service":
		e.Service, err = text(v)
	case "team":
		e.Team, err = text(v)
	case "tags":
		e.Tags, err = list(v)
	case "actions":
		e.Actions, err = list(v)
	case "labels":
		e.Labels, err = labels(v)
	case "details":
		e.Details, err = details(v)
	case "link":
		e.Link, err = text(v)
	case "runbook":
		e.Runbook, err = text(v)
	case "starts_at":
		e.StartsAt, err = payload.Time(v)
	case "expires_at":
		e.ExpiresAt, err = payload.Time(v)
	}
	return err
}

// credentials are the headers that no expression sees, so that no mapping can store them.
var credentials = map[string]bool{"Authorization": true, "Proxy-Authorization": true, "Cookie": true}

func headersOf(headers http.Header) map[string]string {
	m := make(map[string]string, len(headers))
	for name, values := range headers {
		if !credentials[name] {
			m[strings.ToLower(name)] = strings.Join(values, ", ")
		}
	}
	return m
}

func queryOf(query url.Values) map[string]string {
	m := make(map[string]string, len(query))
	for name := range query {
		if name != "key" {
			m[name] = query.Get(name)
		}
	}
	return m
}

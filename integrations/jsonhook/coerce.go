package jsonhook

import (
	"encoding/json"
	"fmt"
	"maps"
	"strings"

	"github.com/tocsin-oncall/tocsin/engine/event"
	"github.com/tocsin-oncall/tocsin/integrations/payload"
)

func text(v any) (string, error) {
	s, ok := payload.Text(v)
	if !ok {
		return "", fmt.Errorf("gave %s where text was expected; toJSON() makes text of it", kind(v))
	}
	return s, nil
}

func status(v any) (event.Status, error) {
	s, ok := v.(string)
	switch word := strings.ToLower(strings.TrimSpace(s)); {
	case ok && word == string(event.Firing):
		return event.Firing, nil
	case ok && word == string(event.Resolved):
		return event.Resolved, nil
	case ok:
		return "", fmt.Errorf(`gave %.60q; it must give "firing" or "resolved"`, s)
	}
	return "", fmt.Errorf(`gave %s; it must give "firing" or "resolved"`, kind(v))
}

// priority takes P1 to P5 in either case, and 1 to 5. Anything else is passed on as it is, for the intake to note
// and leave out: a priority that nobody knows must not cost the alert.
func priority(v any) (string, error) {
	s, err := text(v)
	if err != nil {
		return "", err
	}
	p := strings.ToUpper(strings.TrimSpace(s))
	if p == "" {
		return "", nil
	}
	if !strings.HasPrefix(p, "P") {
		p = "P" + p
	}
	if !event.ValidPriority(p) {
		return s, nil
	}
	return p, nil
}

// list takes a list of scalars, or text with commas.
func list(v any) ([]string, error) {
	switch v := v.(type) {
	case nil:
		return nil, nil
	case string:
		var items []string
		for part := range strings.SplitSeq(v, ",") {
			if part = strings.TrimSpace(part); part != "" {
				items = append(items, part)
			}
		}
		return items, nil
	case []string:
		return v, nil
	case []any:
		var items []string
		for _, element := range v {
			s, ok := payload.Text(element)
			if !ok {
				return nil, fmt.Errorf("gave a list with %s in it; a list of texts was expected", kind(element))
			}
			if s != "" {
				items = append(items, s)
			}
		}
		return items, nil
	}
	return nil, fmt.Errorf("gave %s where a list, or text with commas, was expected", kind(v))
}

// labels takes an object; what is not a scalar in it becomes JSON text, null is left out.
func labels(v any) (map[string]string, error) {
	switch v := v.(type) {
	case nil:
		return nil, nil
	case map[string]string: // headers or query, which all events of the request share
		return maps.Clone(v), nil
	case map[string]any:
		m := make(map[string]string, len(v))
		for name, value := range v {
			if value == nil {
				continue
			}
			s, ok := payload.Text(value)
			if !ok {
				encoded, err := json.Marshal(value)
				if err != nil {
					return nil, fmt.Errorf("gave a value for %q that is not JSON: %w", name, err)
				}
				s = string(encoded)
			}
			m[name] = s
		}
		return m, nil
	}
	return nil, fmt.Errorf("gave %s where an object was expected", kind(v))
}

func details(v any) (map[string]any, error) {
	switch v := v.(type) {
	case nil:
		return nil, nil
	case map[string]any:
		return v, nil
	case map[string]string:
		m := make(map[string]any, len(v))
		for name, value := range v {
			m[name] = value
		}
		return m, nil
	}
	return nil, fmt.Errorf("gave %s where an object was expected", kind(v))
}

// kind names a value as the author of a map knows it.
func kind(v any) string {
	switch v.(type) {
	case nil:
		return "nothing (null)"
	case string:
		return "text"
	case bool:
		return "true or false"
	case int, int64, float64:
		return "a number"
	case []any, []string:
		return "a list"
	case map[string]any, map[string]string:
		return "an object"
	}
	return fmt.Sprintf("a %T", v)
}

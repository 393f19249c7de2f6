package intake

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"time"
)

// cleanDetails gives the details within the limits: the notes, then the alphabetically first as long as there is
// room. When there is too much, text is cut, a list or an object that does not fit is left out, and truncated_details
// says how many were. All values are what JSON can hold.
func cleanDetails(details, notes map[string]any) map[string]any {
	if len(details) == 0 && len(notes) == 0 {
		return nil
	}
	if len(notes) == 0 && texts(details) {
		return details
	}
	all := make(map[string]any, len(details)+len(notes)+1)
	total := 0
	for _, key := range slices.Sorted(maps.Keys(details)) {
		if name := cutName(key); name != "" {
			all[name] = plain(details[key], 0)
		}
	}
	maps.Copy(all, notes)
	for name, value := range all {
		total += len(name) + size(value)
	}
	if len(all) <= MaxDetails && total <= MaxDetailBytes {
		return all
	}
	return cutDetails(all, notes)
}

// texts reports whether the details are nothing but clean texts within the limits, as most senders' are.
func texts(details map[string]any) bool {
	total := 0
	for name, value := range details {
		s, ok := value.(string)
		if !ok || cutName(name) != name || name == "" || text(s) != s {
			return false
		}
		total += len(name) + len(s)
	}
	return len(details) <= MaxDetails && total <= MaxDetailBytes
}

func cutDetails(all, notes map[string]any) map[string]any {
	const note = "truncated_details"
	kept := map[string]any{}
	room := MaxDetailBytes - len(note) - scalar
	keep := func(name string) {
		value := all[name]
		left := room - len(name)
		if s, ok := value.(string); ok && left > 0 {
			value = cutBytes(s, min(left, MaxDetailBytes/4)) // no single text takes the room of the others
		}
		if left -= size(value); left >= 0 && len(kept) < MaxDetails-1 {
			room = left
			kept[name] = value
		}
	}
	for _, name := range slices.Sorted(maps.Keys(notes)) {
		keep(name)
	}
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if _, done := notes[name]; !done && name != note {
			keep(name)
		}
	}
	if dropped := len(all) - len(kept); dropped > 0 {
		kept[note] = dropped
	}
	return kept
}

// maxNesting is how deep details may be; deeper values are named, not kept.
const maxNesting = 64

// plain gives a value of nil, bool, string, numbers, lists and objects, whatever an expression made.
func plain(v any, depth int) any {
	if depth > maxNesting {
		return "…"
	}
	switch v := v.(type) {
	case nil, bool, int, int64, uint64:
		return v
	case string:
		return text(v)
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return fmt.Sprint(v)
		}
		return v
	case json.Number:
		return text(v.String())
	case time.Time:
		return v.UTC().String()
	case []string:
		list := make([]any, len(v))
		for i := range v {
			list[i] = text(v[i])
		}
		return list
	case []any:
		list := make([]any, len(v))
		for i := range v {
			list[i] = plain(v[i], depth+1)
		}
		return list
	case map[string]string:
		object := make(map[string]any, len(v))
		for name, value := range v {
			object[text(name)] = text(value)
		}
		return object
	case map[string]any:
		object := make(map[string]any, len(v))
		for name, value := range v {
			object[text(name)] = plain(value, depth+1)
		}
		return object
	}
	return text(fmt.Sprint(v))
}

// scalar is what a value takes that is not text, and what a list or an object takes besides what is in it.
const scalar = 8

// size is about what a plain value takes, in bytes.
func size(v any) int {
	switch v := v.(type) {
	case string:
		return len(v)
	case []any:
		n := scalar
		for i := range v {
			n += size(v[i])
		}
		return n
	case map[string]any:
		n := scalar
		for name, value := range v {
			n += len(name) + size(value)
		}
		return n
	}
	return scalar
}

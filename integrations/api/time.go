package api

import (
	"encoding/json"
	"time"

	"github.com/invopop/jsonschema"
)

// Time is a time as the API writes it: RFC 3339 in UTC, and null for none.
type Time struct{ time.Time }

// MarshalJSON implements json.Marshaler.
func (t Time) MarshalJSON() ([]byte, error) {
	if t.IsZero() {
		return []byte("null"), nil
	}
	return json.Marshal(t.UTC())
}

// JSONSchema describes it.
func (Time) JSONSchema() *jsonschema.Schema {
	return &jsonschema.Schema{
		Description: "RFC 3339 in UTC; null for none.",
		AnyOf:       []*jsonschema.Schema{{Type: "string", Format: "date-time"}, {Type: "null"}},
	}
}

func utc(t time.Time) Time { return Time{t.UTC()} }

// some is a list that is never null.
func some[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

// filled is a map that is never null.
func filled[K comparable, V any](m map[K]V) map[K]V {
	if m == nil {
		return map[K]V{}
	}
	return m
}

// Package payload reads what senders write: JSON with errors that the sender understands, numbers that keep
// their digits, and points in time in whichever form and unit they came. The decoders of sources share it; it
// knows nothing of events and does no I/O.
package payload

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
)

// Unmarshal is json.Unmarshal with errors for the reader of the answer: what is wrong, and at which byte.
func Unmarshal(body []byte, into any) error {
	return explain(body, json.Unmarshal(body, into))
}

// Any decodes one JSON value into nil, bool, string, int, float64, []any and map[string]any. Whole numbers that
// fit become int, so that a long id keeps all its digits.
func Any(body []byte) (any, error) {
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.UseNumber()
	var v any
	if err := dec.Decode(&v); err != nil {
		return nil, explain(body, err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("not valid JSON: more follows the value that ends at byte %d", dec.InputOffset())
	}
	return plain(v), nil
}

func plain(v any) any {
	switch v := v.(type) {
	case json.Number:
		if n, err := strconv.Atoi(v.String()); err == nil {
			return n
		}
		f, err := v.Float64()
		if err != nil {
			return v.String() // 1e999: no number that a program can hold
		}
		return f
	case []any:
		for i := range v {
			v[i] = plain(v[i])
		}
	case map[string]any:
		for k := range v {
			v[k] = plain(v[k])
		}
	}
	return v
}

// Text gives a scalar as text: numbers without an exponent, null as "". It reports false for a list or an object.
func Text(v any) (string, bool) {
	switch v := v.(type) {
	case nil:
		return "", true
	case string:
		return v, true
	case bool:
		return strconv.FormatBool(v), true
	case int:
		return strconv.Itoa(v), true
	case int64:
		return strconv.FormatInt(v, 10), true
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64), true
	case fmt.Stringer: // durations and times that an expression made
		return v.String(), true
	}
	return "", false
}

func explain(body []byte, err error) error {
	if err == nil {
		return nil
	}
	var syntax *json.SyntaxError
	var mismatch *json.UnmarshalTypeError
	switch {
	case len(bytes.TrimSpace(body)) == 0:
		return errors.New("the body is empty; JSON was expected")
	case errors.As(err, &syntax):
		return fmt.Errorf("not valid JSON at byte %d: %w", syntax.Offset, err)
	case errors.Is(err, io.ErrUnexpectedEOF):
		return fmt.Errorf("not valid JSON: the body ends too early, after %d bytes", len(body))
	case errors.As(err, &mismatch) && mismatch.Field == "":
		return fmt.Errorf("the body is of the wrong shape: got JSON %s", mismatch.Value)
	case errors.As(err, &mismatch):
		return fmt.Errorf("%s: JSON %s is not what belongs here (at byte %d)", mismatch.Field, mismatch.Value, mismatch.Offset)
	}
	return fmt.Errorf("not readable as JSON: %w", err)
}

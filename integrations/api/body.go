package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"strings"
)

// maxBody is how long a body may be, in bytes.
const maxBody = 1 << 20

// raw reads the body, of at most so many bytes.
func (c *call) raw(most int64) ([]byte, error) {
	data, err := io.ReadAll(http.MaxBytesReader(c.echo.Response(), c.echo.Request().Body, most))
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return nil, &problem{http.StatusRequestEntityTooLarge, "too_large", fmt.Sprintf("the body has more than %d bytes", most), ""}
	case err != nil:
		return nil, invalid("body", "it could not be read to its end: %v", err)
	}
	return data, nil
}

// read decodes the body, a JSON object, into what v points to. No body at all is an empty object: what is then
// missing is missed by name.
func (c *call) read(v any) error {
	data, err := c.raw(maxBody)
	if err != nil || len(bytes.TrimSpace(data)) == 0 {
		return err
	}
	return decode(data, v)
}

// decode is strict: a field that is not known is a mistake that would go unseen.
func decode(data []byte, v any) error {
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return notJSON(err, v)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return invalid("body", "there is something after its JSON object")
	}
	return nil
}

func notJSON(err error, v any) error {
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		return invalid("body", "it is not JSON: %v (at byte %d)", err, syntax.Offset)
	case errors.As(err, &kind) && kind.Field == "":
		return invalid("body", "a JSON object was expected, not %s", article(kind.Value))
	case errors.As(err, &kind):
		// encoding/json names the embedded struct, too.
		return invalid(strings.TrimPrefix(kind.Field, reflect.TypeFor[Actor]().Name()+"."), "%s was expected, not %s", wanted(kind.Type), article(kind.Value))
	case errors.Is(err, io.ErrUnexpectedEOF):
		return invalid("body", "it is not JSON: it ends too early")
	}
	// encoding/json has no type for this error.
	if name, ok := strings.CutPrefix(err.Error(), "json: unknown field "); ok {
		p := invalid(strings.Trim(clip(name), `"`), "there is no such field")
		p.hint = "the fields are " + strings.Join(fieldNames(reflect.TypeOf(v).Elem()), ", ")
		return p
	}
	return invalid("body", "%v", err)
}

func article(kind string) string {
	kind, _, _ = strings.Cut(kind, " ") // "number 5" names the number, too
	if kind == "array" || kind == "object" {
		return "an " + kind
	}
	return "a " + kind
}

func wanted(t reflect.Type) string {
	switch t.Kind() {
	case reflect.String:
		return "a string"
	case reflect.Bool:
		return "true or false"
	case reflect.Slice:
		return "an array"
	case reflect.Map, reflect.Struct:
		return "an object"
	}
	return "a number"
}

// fieldNames are the JSON names of a body's fields, those of listed objects with the name of the list before them.
func fieldNames(t reflect.Type) (names []string) {
	for _, f := range reflect.VisibleFields(t) {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name == "" || f.Anonymous {
			continue
		}
		names = append(names, name)
		if f.Type.Kind() == reflect.Slice && f.Type.Elem().Kind() == reflect.Struct {
			for _, inner := range fieldNames(f.Type.Elem()) {
				names = append(names, name+"."+inner)
			}
		}
	}
	return names
}

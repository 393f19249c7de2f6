package api

import (
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"regexp"
	"strings"

	"github.com/invopop/jsonschema"

	"github.com/tocsin-oncall/tocsin/engine/report"
)

const openAPIPath = "/openapi.json"

// pathParam is a part of a path that stands for something, such as {ref}.
var pathParam = regexp.MustCompile(`\{(\w+)\}`)

// object is a JSON object of the document.
type object map[string]any

// documentOf describes routes in an OpenAPI 3.1 document, whose schemas are JSON Schema 2020-12.
func documentOf(table []route) []byte {
	d := describer{schemas: object{}}
	failure := d.content(Failure{}, false)
	paths := object{}
	for _, r := range table {
		at, ok := paths[r.path].(object)
		if !ok {
			at = object{}
			paths[r.path] = at
		}
		at[strings.ToLower(r.method)] = d.operation(r)
	}
	paths[openAPIPath] = object{"get": object{
		"operationId": "getOpenAPI", "summary": "This document. It needs no key.", "security": []object{},
		"responses": object{"200": object{"description": "The document.", "content": d.content(anything{}, false)}},
	}}
	doc, err := json.Marshal(object{
		"openapi": "3.1.0",
		"info":    object{"title": "Tocsin", "version": "1", "description": "Alerts, incidents, postmortems and who is on call. " + rolesDoc},
		"servers": []object{{"url": Prefix}},
		"paths":   paths,
		"components": object{
			"schemas":         d.schemas,
			"securitySchemes": object{"key": object{"type": "http", "scheme": "bearer", "description": "One of api_keys in the configuration."}},
			"responses":       object{"Failure": object{"description": "What was wrong, and what to do about it.", "content": failure}},
		},
		"security": []object{{"key": []string{}}},
	})
	if err != nil {
		return nil // the document holds nothing that JSON cannot express
	}
	return doc
}

const rolesDoc = "A viewer's key looks, a responder's acts too, an admin's may do everything."

type describer struct{ schemas object }

func (d describer) operation(r route) object {
	op := object{
		"operationId": r.id, "summary": r.doc, "description": "For the role " + string(r.role) + ".",
		"tags": []string{strings.Split(r.path, "/")[1]}, "parameters": d.parameters(r),
	}
	if r.body != nil {
		op["requestBody"] = d.requestBody(r.body)
	}
	answers := object{"default": object{"$ref": "#/components/responses/Failure"}}
	statuses := r.statuses
	if len(statuses) == 0 {
		statuses = []int{r.success()}
	}
	for _, status := range statuses {
		content := d.content(r.answer, false)
		for _, kind := range r.also {
			content[kind] = object{"schema": object{"type": "string"}}
		}
		answers[fmt.Sprint(status)] = object{"description": http.StatusText(status), "content": content}
	}
	op["responses"] = answers
	return op
}

// requestBody describes a body. One that is anything need not even be JSON.
func (d describer) requestBody(body any) object {
	if _, ok := body.(anything); ok {
		return object{"required": true, "content": object{"*/*": object{}}}
	}
	return object{"required": needsBody(body), "content": d.content(body, true)}
}

// needsBody says whether a body of the type has anything that must be there.
func needsBody(body any) bool {
	for _, f := range reflect.VisibleFields(reflect.TypeOf(body)) {
		if tag := f.Tag.Get("json"); !f.Anonymous && tag != "" && !strings.Contains(tag, ",omit") {
			return true
		}
	}
	return false
}

func (d describer) parameters(r route) []object {
	list := []object{}
	for _, in := range pathParam.FindAllStringSubmatch(r.path, -1) {
		list = append(list, object{"name": in[1], "in": "path", "required": true, "schema": object{"type": "string"}})
	}
	for _, p := range r.params {
		schema := object{"type": "string"}
		if p.kind != "" {
			schema["type"] = p.kind
		}
		if len(p.of) > 0 && p.kind == "" {
			schema["enum"] = p.of
		}
		out := object{"name": p.name, "in": "query", "schema": schema}
		if p.list {
			out["schema"], out["style"], out["explode"] = object{"type": "array", "items": schema}, "form", false
		}
		if p.doc != "" {
			out["description"] = p.doc
		}
		list = append(list, out)
	}
	return list
}

// content is a body of JSON. Bodies of requests are strict, as they are read; those of answers may get more fields.
func (d describer) content(v any, strict bool) object {
	if _, ok := v.(anything); ok {
		return object{"application/json": object{"schema": object{}}}
	}
	if file, ok := v.(download); ok {
		kinds := object{}
		for _, kind := range file.kinds {
			kind, _, _ = strings.Cut(kind, ";")
			kinds[kind] = object{"schema": object{"type": "string", "format": "binary"}}
		}
		return kinds
	}
	r := jsonschema.Reflector{Anonymous: true, AllowAdditionalProperties: !strict, Namer: schemaName, LookupComment: comment}
	s := r.Reflect(v)
	for name, def := range s.Definitions {
		d.schemas[name] = relocated(def)
	}
	s.Definitions, s.Version = nil, ""
	return object{"application/json": object{"schema": relocated(s)}}
}

// relocated makes references to definitions ones to components.
func relocated(s *jsonschema.Schema) json.RawMessage {
	data, err := json.Marshal(s)
	if err != nil {
		return json.RawMessage("true") // a schema is always expressible
	}
	return json.RawMessage(strings.ReplaceAll(string(data), "#/$defs/", "#/components/schemas/"))
}

// schemaName writes List[…/api.Alert] as AlertList.
func schemaName(t reflect.Type) string {
	name, of, generic := strings.Cut(t.Name(), "[")
	if !generic {
		if t.PkgPath() == reportPath && name != reflect.TypeFor[report.Report]().Name() {
			return "Report" + name // of a report: a name such as Period is taken
		}
		return name
	}
	of = strings.TrimSuffix(of, "]")
	return of[strings.LastIndexByte(of, '.')+1:] + name
}

var reportPath = reflect.TypeFor[report.Report]().PkgPath()

// comment is what the doc tag of a field says.
func comment(t reflect.Type, field string) string {
	if field == "" || t.Kind() != reflect.Struct {
		return ""
	}
	f, _ := t.FieldByName(field)
	return f.Tag.Get("doc")
}

package config

import (
	"encoding/json"
	"reflect"
	"strings"

	"github.com/invopop/jsonschema"

	"github.com/tocsin-oncall/tocsin/engine/policy"
)

// Schema returns the JSON Schema (draft 2020-12) of a configuration file, for editors. Any value may also be
// given by a variable, ${NAME}. What the schema allows may still be wrong, such as a name that there is not; what
// Load and Build allow, the schema allows, but for keys left empty and lists of one that are written without a list.
func Schema() []byte { return SchemaOf(&File{}, "Tocsin configuration") }

// SchemaOf is the same for a document; see ReadDocument.
func SchemaOf(document any, title string) []byte {
	r := &jsonschema.Reflector{
		Anonymous: true, ExpandedStruct: true,
		Mapper:           schemaOf,
		AdditionalFields: secretFiles,
		LookupComment:    comment,
	}
	s := r.Reflect(document)
	s.Title = title
	loosen(s)
	exemplify("File", s)
	for name, def := range s.Definitions {
		loosen(def)
		exemplify(name, def)
	}
	data, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return nil // the schema holds nothing that JSON cannot express
	}
	return append(data, '\n')
}

const (
	variablePattern = `\$\{`
	templatePattern = `\{\{`
)

// orVariable is a text of a form, or one with a variable in it.
func orVariable(s *jsonschema.Schema) *jsonschema.Schema {
	return &jsonschema.Schema{AnyOf: []*jsonschema.Schema{s, {Type: "string", Pattern: variablePattern}}}
}

func pattern(p string) *jsonschema.Schema {
	return orVariable(&jsonschema.Schema{Type: "string", Pattern: p})
}

// oneOrMany is a thing or a list of it.
func oneOrMany(s *jsonschema.Schema) *jsonschema.Schema {
	return &jsonschema.Schema{AnyOf: []*jsonschema.Schema{s, {Type: "array", Items: s}}}
}

func plain(t string) *jsonschema.Schema { return &jsonschema.Schema{Type: t} }

// schemaOf returns the schemas of types that are not written as Go has them; nil for the others.
func schemaOf(t reflect.Type) *jsonschema.Schema {
	switch t {
	case secretType, storeType:
		return plain("string")
	case secretsType, namesType:
		return oneOrMany(plain("string"))
	case exprType:
		return &jsonschema.Schema{AnyOf: []*jsonschema.Schema{plain("string"), plain("boolean"), plain("number")}}
	case listType:
		texts := &jsonschema.Schema{Type: "array", Items: plain("string")}
		return &jsonschema.Schema{AnyOf: []*jsonschema.Schema{texts, {Type: "object", AdditionalProperties: texts}}}
	case reflect.TypeFor[Duration]():
		return &jsonschema.Schema{AnyOf: []*jsonschema.Schema{pattern(durationPattern), {Const: 0}}}
	case reflect.TypeFor[Keep]():
		return pattern("^forever$|" + durationPattern)
	case reflect.TypeFor[policy.Target]():
		return pattern("^(" + strings.Join(texts(policy.Kinds[:]), "|") + "):.+$")
	case reflect.TypeFor[Member](), reflect.TypeFor[Holiday]():
		return shortSchema(t)
	}
	switch value := reflect.Zero(t).Interface().(type) {
	case checked:
		return pattern(value.pattern())
	case choice:
		s := plain("string")
		for _, c := range value.choices() {
			s.Enum = append(s.Enum, c)
		}
		if _, ok := value.(templated); ok {
			return &jsonschema.Schema{AnyOf: []*jsonschema.Schema{s, {Type: "string", Pattern: variablePattern + "|" + templatePattern}}}
		}
		return orVariable(s)
	}
	return nil
}

// shortSchema is a mapping, or a bare text for its first key: a member or a holiday.
func shortSchema(t reflect.Type) *jsonschema.Schema {
	s := plain("object")
	s.Properties = jsonschema.NewProperties()
	var short *jsonschema.Schema
	for _, f := range fieldsOf(t) {
		property := schemaOf(f.kind)
		if property == nil {
			property = plain("string")
		}
		if short == nil {
			form := *property
			short = &form
		}
		property.Description = f.tag.Get("doc")
		s.Properties.Set(f.key, property)
		if f.required {
			s.Required = append(s.Required, f.key)
		}
	}
	s.AdditionalProperties = jsonschema.FalseSchema
	return &jsonschema.Schema{AnyOf: []*jsonschema.Schema{short, s}}
}

// secretFiles adds the *_file keys.
func secretFiles(t reflect.Type) []reflect.StructField {
	if t.Kind() != reflect.Struct {
		return nil
	}
	var fields []reflect.StructField
	for _, f := range fieldsOf(t) {
		if !f.file() {
			continue
		}
		kind := reflect.TypeFor[string]()
		if f.kind == secretsType {
			kind = namesType
		}
		fields = append(fields, reflect.StructField{
			Name: "File" + t.FieldByIndex(f.index).Name, Type: kind,
			Tag: reflect.StructTag(`json:"` + f.key + `_file,omitempty" jsonschema_description:"A file with ` + f.key + ` in it, relative to this one."`),
		})
	}
	return fields
}

// loosen lets a required secret be given by its file instead, and anything by a variable.
func loosen(s *jsonschema.Schema) {
	if s.Properties == nil {
		return
	}
	var required []string
	for _, key := range s.Required {
		if _, ok := s.Properties.Get(key + "_file"); !ok {
			required = append(required, key)
			continue
		}
		s.AllOf = append(s.AllOf, &jsonschema.Schema{OneOf: []*jsonschema.Schema{{Required: []string{key}}, {Required: []string{key + "_file"}}}})
	}
	s.Required = required
	for p := s.Properties.Oldest(); p != nil; p = p.Next() {
		switch p.Value.Type {
		case "integer", "number", "boolean":
			description := p.Value.Description
			p.Value.Description = ""
			p.Value = orVariable(p.Value)
			p.Value.Description = description
		}
	}
}

// comment is what the schema says about a field.
func comment(t reflect.Type, name string) string {
	if t.Kind() != reflect.Struct {
		return ""
	}
	f, _ := t.FieldByName(name)
	return f.Tag.Get("doc")
}

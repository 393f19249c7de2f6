package config

import (
	"fmt"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/tocsin-oncall/tocsin/rules/nearest"
)

// maxSecret bounds a file that holds a secret, in bytes.
const maxSecret = 64 << 10

// field is one key of a struct.
type field struct {
	key      string
	index    []int
	kind     reflect.Type
	required bool
	tag      reflect.StructTag
}

func (f field) secret() bool {
	return f.file() || f.kind == storeType
}

// file says that there is a key that names a file instead.
func (f field) file() bool { return f.kind == secretType || f.kind == secretsType }

// fieldsOf returns the keys of a struct, those of embedded ones included.
func fieldsOf(t reflect.Type) []field {
	var fields []field
	for _, f := range reflect.VisibleFields(t) {
		tag := f.Tag.Get("json")
		if tag == "" {
			continue
		}
		key, options, _ := strings.Cut(tag, ",")
		fields = append(fields, field{key: key, index: f.Index, kind: f.Type, required: options == "", tag: f.Tag})
	}
	return fields
}

func (l *loader) decodeStruct(n *node, v reflect.Value, what string) {
	if short, ok := v.Addr().Interface().(setText); ok && n.kind == text {
		short.setText(n.text)
		return
	}
	if n.kind != mapping {
		l.wrong(n, "a mapping", "")
		return
	}
	fields := fieldsOf(v.Type())
	misspelt := l.unknown(n, fields, what)
	for _, f := range fields {
		e, file := n.entry(f.key), (*entry)(nil)
		if f.file() {
			file = n.entry(f.key + "_file")
		}
		switch {
		case e != nil && file != nil:
			e.value.hide()
			l.report(Error, file.at, n.path, fmt.Sprintf("%s and %s exclude each other", f.key, file.key), "keep one of the two")
		case file != nil:
			l.decodeSecretFile(file.value, v.FieldByIndex(f.index))
		case e != nil:
			l.decode(e.value, v.FieldByIndex(f.index), f.key)
			l.checkLimits(e.value, v.FieldByIndex(f.index), f)
		}
		if f.required && e.empty() && file.empty() && !misspelt[f.key] {
			l.report(Error, n.at, n.path, fmt.Sprintf("%s is missing", f.key), meaning(f))
		}
	}
}

// empty says that there is no such key, or nothing behind it.
func (e *entry) empty() bool { return e == nil || e.value.kind == nothing }

// meaning tells what a missing key is for.
func meaning(f field) string {
	doc := strings.TrimSuffix(f.tag.Get("doc"), ".")
	if doc == "" {
		return ""
	}
	return fmt.Sprintf("write %s: (%s)", f.key, doc)
}

// unknown reports the keys that there are not, and returns those that may have been meant. A value is hidden where it may
// be that of a misspelt secret.
func (l *loader) unknown(n *node, fields []field, what string) (misspelt map[string]bool) {
	misspelt = map[string]bool{}
	var keys []string
	secrets := false
	for _, f := range fields {
		keys = append(keys, f.key)
		if f.file() {
			keys = append(keys, f.key+"_file")
		}
		secrets = secrets || f.secret()
	}
	slices.Sort(keys)
	for _, e := range n.entries {
		if slices.Contains(keys, e.key) {
			continue
		}
		if secrets || looksSecret(e.key) {
			e.value.hide()
		}
		hint := didYouMean(e.key, keys)
		if hint == "" {
			hint = "the keys here are " + strings.Join(keys, ", ")
		}
		misspelt[nearest.To(e.key, keys)] = true
		l.report(Error, e.at, e.value.path, fmt.Sprintf("unknown key %q in %s", e.key, what), hint)
	}
	return misspelt
}

// checkLimits holds numbers and lists against the limits in their tags, which the schema also states.
func (l *loader) checkLimits(n *node, v reflect.Value, f field) {
	if n.kind == nothing || n.kind == broken || len(l.problems) > 0 && l.problems[len(l.problems)-1].at == n.at {
		return
	}
	for rule := range strings.SplitSeq(f.tag.Get("jsonschema"), ",") {
		name, value, _ := strings.Cut(rule, "=")
		limit, err := strconv.ParseFloat(value, 64)
		if err != nil {
			continue
		}
		switch {
		case name == "minItems" && v.Kind() == reflect.Slice && n.kind == list && v.Len() < int(limit),
			name == "minimum" && v.Kind() == reflect.Int && float64(v.Int()) < limit:
			l.report(Error, n.at, n.path, fmt.Sprintf("%s must be at least %s", describe(f, name), value), "")
		case name == "maximum" && v.Kind() == reflect.Int && float64(v.Int()) > limit:
			l.report(Error, n.at, n.path, fmt.Sprintf("%s must be at most %s", f.key, value), "")
		case name == "exclusiveMinimum" && v.Kind() == reflect.Float64 && v.Float() <= limit:
			l.report(Error, n.at, n.path, fmt.Sprintf("%s must be more than %s", f.key, value), "")
		}
	}
}

func describe(f field, rule string) string {
	if rule == "minItems" {
		return "the number of " + f.key
	}
	return f.key
}

// decodeSecret fills a Secret, Secrets or StoreURL, and sees to it that it is never shown.
func (l *loader) decodeSecret(n *node, v reflect.Value) {
	if v.Type() == storeType { // whether it holds a password is seen only when it is taken apart
		if n.kind == text && NewStoreURL(n.text).String() != n.text {
			n.hide()
			l.secrets = append(l.secrets, n.text, n.raw)
		}
	} else {
		n.hide()
	}
	if n.kind == list && v.Type() == secretsType {
		for _, item := range n.items {
			if item.kind != text {
				l.wrong(item, "text", "put it in quotes")
				item = &node{} // so that the others keep their places
			}
			l.addSecret(item.text, v)
		}
		return
	}
	if n.kind != text {
		l.wrong(n, "text", "put it in quotes")
		return
	}
	l.addSecret(n.text, v)
}

func (l *loader) addSecret(value string, v reflect.Value) {
	switch v.Type() {
	case secretType:
		v.Set(reflect.ValueOf(Secret{value}))
	case storeType:
		v.Set(reflect.ValueOf(NewStoreURL(value)))
		return
	case secretsType:
		v.Set(reflect.Append(v, reflect.ValueOf(Secret{value})))
	}
	if value != "" {
		l.secrets = append(l.secrets, value)
	}
}

// decodeSecretFile fills a Secret or Secrets from the files that n names.
func (l *loader) decodeSecretFile(n *node, v reflect.Value) {
	switch {
	case n.kind == list && v.Type() == secretsType:
		for _, item := range n.items {
			l.decodeSecretFile(item, v)
		}
		return
	case n.kind == nothing || n.kind == broken:
		return
	case n.kind != text:
		l.wrong(n, "the path of a file", "")
		return
	}
	path := n.text
	if !filepath.IsAbs(path) {
		path = filepath.Join(filepath.Dir(n.at.src.name), path)
	}
	data, err := read(path, maxSecret)
	if err != nil {
		l.invalid(n, fmt.Sprintf("the file %q %s", n.text, reason(err)), "")
		return
	}
	value := strings.TrimRight(data, "\r\n")
	if value == "" {
		l.invalid(n, fmt.Sprintf("the file %q is empty", n.text), "")
		return
	}
	l.addSecret(value, v)
}

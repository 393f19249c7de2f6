package config

import (
	"encoding"
	"fmt"
	"math"
	"reflect"
	"strconv"
	"strings"
)

// decodeFile fills f from what was read.
func (l *loader) decodeFile(f *File) {
	l.decode(l.tree, reflect.ValueOf(f).Elem(), "the configuration")
}

// setText is a type that may be written as a bare text.
type setText interface{ setText(string) }

var (
	secretType  = reflect.TypeFor[Secret]()
	secretsType = reflect.TypeFor[Secrets]()
	storeType   = reflect.TypeFor[StoreURL]()
	namesType   = reflect.TypeFor[Names]()
	exprType    = reflect.TypeFor[Expr]()
	listType    = reflect.TypeFor[List]()
)

// decode fills v from n. What is said of the place where a mistake is, such as "a user", is in what.
func (l *loader) decode(n *node, v reflect.Value, what string) {
	if n.kind == nothing || n.kind == broken {
		return
	}
	switch v.Type() {
	case secretType, secretsType, storeType:
		l.decodeSecret(n, v)
		return
	case listType:
		if n.kind == mapping {
			l.decode(n, v.FieldByName("Lists"), what)
		} else {
			l.decode(n, v.FieldByName("Values"), what)
		}
		return
	case namesType:
		if n.scalar() {
			v.Set(reflect.MakeSlice(namesType, 1, 1))
			l.decode(n, v.Index(0), what)
			return
		}
	}
	if target, ok := v.Addr().Interface().(encoding.TextUnmarshaler); ok {
		l.decodeText(n, target)
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		l.decode(n, v.Elem(), what)
	case reflect.Struct:
		l.decodeStruct(n, v, what)
	case reflect.Slice:
		l.decodeList(n, v, what)
	case reflect.Map:
		l.decodeMap(n, v, what)
	default:
		l.decodeScalar(n, v)
	}
}

// wrong reports a node that is not of the kind that is wanted.
func (l *loader) wrong(n *node, want, hint string) {
	l.report(Error, n.at, n.path, fmt.Sprintf("this must be %s, not %s", want, n.kind), hint)
}

// invalid reports what is wrong with a scalar. Where its text came from the environment, it is not told.
func (l *loader) invalid(n *node, message, hint string) {
	l.report(Error, n.at, n.path, n.conceal(message), n.conceal(hint))
}

// conceal puts what is written in the file in the place of what came from the environment.
func (n *node) conceal(message string) string {
	if !n.expanded || n.text == "" {
		return message
	}
	if len(n.text) < shortest {
		return strings.ReplaceAll(message, strconv.Quote(n.text), strconv.Quote(n.raw))
	}
	return strings.NewReplacer(strconv.Quote(n.text), strconv.Quote(n.raw), n.text, n.raw).Replace(message)
}

func (l *loader) decodeText(n *node, target encoding.TextUnmarshaler) {
	if !n.scalar() {
		l.wrong(n, "text", "")
		return
	}
	if err := target.UnmarshalText([]byte(n.text)); err != nil {
		l.invalid(n, err.Error(), "")
	}
}

func (l *loader) decodeList(n *node, v reflect.Value, what string) {
	if n.kind != list {
		hint := "begin it with a dash"
		if n.kind == mapping {
			hint = "begin each item with a dash"
		}
		l.wrong(n, "a list", hint)
		return
	}
	v.Set(reflect.MakeSlice(v.Type(), len(n.items), len(n.items)))
	for i, item := range n.items {
		if item.kind == nothing {
			l.report(Error, n.at, item.path, fmt.Sprintf("item %d of the list is empty", i+1), "")
		}
		l.decode(item, v.Index(i), what)
	}
}

func (l *loader) decodeMap(n *node, v reflect.Value, what string) {
	if n.kind != mapping {
		l.wrong(n, "a mapping", "write key: value")
		return
	}
	v.Set(reflect.MakeMap(v.Type()))
	for _, e := range n.entries {
		value := reflect.New(v.Type().Elem()).Elem()
		l.decode(e.value, value, what)
		v.SetMapIndex(reflect.ValueOf(e.key), value)
	}
}

func (l *loader) decodeScalar(n *node, v reflect.Value) {
	if !n.scalar() {
		hint := ""
		if n.kind == mapping && v.Kind() == reflect.String {
			hint = "put text that begins with a brace in quotes"
		}
		l.wrong(n, wanted(v.Kind()), hint)
		return
	}
	switch v.Kind() {
	case reflect.String:
		if n.kind != text && v.Type() != exprType {
			l.wrong(n, "text", fmt.Sprintf("put it in quotes: %q", n.raw))
			return
		}
		v.SetString(n.text)
		l.checkText(n, v)
	case reflect.Bool:
		if n.text != "true" && n.text != "false" || n.kind != boolean && !n.expanded {
			l.wrong(n, wanted(v.Kind()), "")
		}
		v.SetBool(n.text == "true")
	case reflect.Int:
		i, err := strconv.ParseInt(n.text, 0, 32)
		if err != nil || n.kind != integer && !n.expanded {
			l.wrong(n, wanted(v.Kind()), "")
		}
		v.SetInt(i)
	case reflect.Float64:
		f, err := strconv.ParseFloat(n.text, 64)
		if err != nil || math.IsNaN(f) || math.IsInf(f, 0) || n.kind == text && !n.expanded {
			l.wrong(n, wanted(v.Kind()), "")
		}
		v.SetFloat(f)
	}
}

func wanted(k reflect.Kind) string {
	switch k {
	case reflect.Bool:
		return "true or false"
	case reflect.Int:
		return "a whole number"
	case reflect.Float64:
		return "a number"
	}
	return "text"
}

// checkText checks texts of a form, and those that are one of a few.
func (l *loader) checkText(n *node, v reflect.Value) {
	switch value := v.Interface().(type) {
	case checked:
		if err := value.check(); err != nil {
			l.invalid(n, err.Error(), "")
		}
	case choice:
		if _, ok := value.(templated); ok && strings.Contains(n.text, "{{") {
			return
		}
		choices := value.choices()
		for _, c := range choices {
			if n.text == c {
				return
			}
		}
		hint := didYouMean(n.text, choices)
		if hint == "" {
			hint = "write one of " + strings.Join(choices, ", ")
		}
		l.invalid(n, fmt.Sprintf("%q is not known here", n.text), hint)
	}
}

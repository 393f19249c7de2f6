package budget

import (
	"reflect"
	"strings"

	"github.com/expr-lang/expr/builtin"
	"github.com/expr-lang/expr/vm/runtime"
)

// The functions that stand in for expr's own where those could do unbounded work. Each is given the evaluation's
// Work first and spends before it builds.

func takeTurn(args ...any) (any, error) {
	return true, args[0].(*Work).Spend(turn)
}

func plus(args ...any) (any, error) {
	left, leftText := args[1].(string)
	right, rightText := args[2].(string)
	if !leftText || !rightText {
		return runtime.Add(args[1], args[2]), nil
	}
	if err := args[0].(*Work).Spend(len(left) + len(right)); err != nil {
		return nil, err
	}
	return left + right, nil
}

// in compares with each element.
func in(args ...any) (any, error) {
	w := args[0].(*Work)
	before := w.left
	if err := deep(w, args[1], 0); err != nil {
		return nil, err
	}
	if err := w.Spend(times(before-w.left, lengthOf(args[2]))); err != nil {
		return nil, err
	}
	if kind := reflect.ValueOf(args[2]).Kind(); kind == reflect.Map {
		if _, text := args[1].(string); !text {
			return false, nil // the keys are texts, and expr would panic
		}
	}
	return runtime.In(args[1], args[2]), nil
}

// weigh gives what it is given, and spends its length.
func weigh(args ...any) (any, error) {
	return args[1], args[0].(*Work).Spend(lengthOf(args[1]))
}

// weighDeep gives what it is given, and spends all that is in it: a list that holds another one twice, which does the
// same, is small in memory and has no end for who goes through it.
func weighDeep(args ...any) (any, error) {
	return args[1], deep(args[0].(*Work), args[1], 0)
}

func deep(w *Work, value any, depth int) error {
	if err := w.Spend(1 + depth + textLength(value)); err != nil {
		return err
	}
	switch value := value.(type) {
	case nil, string, bool, int, float64:
		return nil
	case []any:
		for _, item := range value {
			if err := deep(w, item, depth+1); err != nil {
				return err
			}
		}
		return nil
	case map[string]any:
		for name, item := range value {
			if err := deep(w, item, depth+1+len(name)); err != nil {
				return err
			}
		}
		return nil
	}
	return deepOther(w, reflect.ValueOf(value), depth)
}

// deepOther is for lists and maps of other types; what is in anything else is not gone into by expr.
func deepOther(w *Work, v reflect.Value, depth int) error {
	switch v.Kind() {
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			if err := deep(w, v.Index(i).Interface(), depth+1); err != nil {
				return err
			}
		}
	case reflect.Map:
		for entries := v.MapRange(); entries.Next(); {
			if err := deep(w, entries.Key().Interface(), depth+1); err != nil {
				return err
			}
			if err := deep(w, entries.Value().Interface(), depth+1); err != nil {
				return err
			}
		}
	}
	return nil
}

func textLength(value any) int {
	s, _ := value.(string)
	return len(s)
}

// lengthOf is how long a text, list or map is; 0 for anything else.
func lengthOf(value any) int {
	switch value := value.(type) {
	case nil:
		return 0
	case string:
		return len(value)
	case []string:
		return len(value)
	case []any:
		return len(value)
	}
	switch v := reflect.ValueOf(value); v.Kind() {
	case reflect.Slice, reflect.Array, reflect.Map, reflect.String:
		return v.Len()
	}
	return 0
}

// spending is expr's own function of that name, after the cost of it is spent.
func spending(name string, cost func(args []any) int) func(...any) (any, error) {
	own := builtin.Builtins[builtin.Index[name]]
	return func(args ...any) (any, error) {
		if err := args[0].(*Work).Spend(cost(args[1:])); err != nil {
			return nil, err
		}
		if own.Func != nil {
			return own.Func(args[1:]...)
		}
		result, _, err := own.Safe(args[1:]...)
		return result, err
	}
}

func repeatWork(args []any) int {
	return times(len(args[0].(string)), max(0, args[1].(int)))
}

func replaceWork(args []any) int {
	text, from, to := args[0].(string), args[1].(string), args[2].(string)
	return times(strings.Count(text, from), len(to)) + len(text)
}

func joinWork(args []any) int {
	glue, total := 0, 0
	if len(args) == 2 {
		glue = len(args[1].(string))
	}
	switch list := args[0].(type) {
	case []string:
		for _, s := range list {
			total += len(s) + glue
		}
	case []any:
		for _, item := range list {
			total += textLength(item) + glue
		}
	}
	return total
}

// uniqWork is the square, since uniq compares each with each, and what is in them.
func uniqWork(args []any) int {
	w := Work{left: MaxWork}
	if err := deep(&w, args[0], 0); err != nil {
		return MaxWork + 1
	}
	return times(lengthOf(args[0]), MaxWork-w.left)
}

// times multiplies, and gives more than all work where that would be too much.
func times(a, b int) int {
	if b != 0 && a > MaxWork/b {
		return MaxWork + 1
	}
	return a * b
}

package rules

import (
	"strings"

	"github.com/expr-lang/expr/builtin"
	"github.com/expr-lang/expr/vm/runtime"
)

// The functions that stand in for expr's own where those could do unbounded
// work. Each is given the evaluation's *work first and spends before it builds.

func step(args ...any) (any, error) {
	return true, args[0].(*work).spend(loopWork)
}

func plus(args ...any) (any, error) {
	left, leftText := args[1].(string)
	right, rightText := args[2].(string)
	if !leftText || !rightText {
		return runtime.Add(args[1], args[2]), nil
	}
	if err := args[0].(*work).spend(len(left) + len(right)); err != nil {
		return nil, err
	}
	return left + right, nil
}

// spending is expr's own function of that name, after the cost of it is spent.
func spending(name string, cost func(args []any) int) func(...any) (any, error) {
	own := builtin.Builtins[builtin.Index[name]]
	return func(args ...any) (any, error) {
		if err := args[0].(*work).spend(cost(args[1:])); err != nil {
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
			s, _ := item.(string)
			total += len(s) + glue
		}
	}
	return total
}

// uniqWork is the square: uniq compares each with each.
func uniqWork(args []any) int {
	n := runtime.Len(args[0])
	return times(n, n)
}

// times multiplies, and gives more than all work where that would be too much.
func times(a, b int) int {
	if b != 0 && a > maxWork/b {
		return maxWork + 1
	}
	return a * b
}

package rules

import (
	"maps"
	"slices"
	"strings"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/parser"
)

// maxBranches is from how many alternatives on a condition is not looked into.
const maxBranches = 64

// branch is one alternative of a condition: all of its parts hold. A part asks whether something is one of
// a few values, or it is anything else, and then it has no values. A branch without parts always holds.
type branch map[string]set

// branchesOf takes a condition apart: it holds where one of the branches does. One that never holds has none.
func branchesOf(n ast.Node) []branch {
	switch n := n.(type) {
	case *ast.BoolNode:
		if n.Value {
			return []branch{{}}
		}
		return nil
	case *ast.BinaryNode:
		switch n.Operator {
		case "or", "||":
			return append(branchesOf(n.Left), branchesOf(n.Right)...)
		case "and", "&&":
			return bothBranches(n, branchesOf(n.Left), branchesOf(n.Right))
		case "==":
			if text, ok := textOf(n.Right); ok {
				return []branch{{n.Left.String(): {text: {}}}}
			}
			if text, ok := textOf(n.Left); ok {
				return []branch{{n.Right.String(): {text: {}}}}
			}
		case "in":
			if values, ok := writtenOut(n.Right); ok {
				return []branch{{n.Left.String(): values}}
			}
		}
	}
	return []branch{{n.String(): nil}}
}

// bothBranches are those of a and b together.
func bothBranches(n ast.Node, left, right []branch) []branch {
	if len(left)*len(right) > maxBranches {
		return []branch{{n.String(): nil}}
	}
	var all []branch
	for _, l := range left {
		for _, r := range right {
			if joined, possible := l.and(r); possible {
				all = append(all, joined)
			}
		}
	}
	return all
}

// and gives the branch that holds where both do, and whether it ever does.
func (b branch) and(other branch) (joined branch, possible bool) {
	joined = maps.Clone(b)
	for subject, values := range other {
		mine, twice := joined[subject]
		if twice && values != nil && mine != nil {
			values = maps.Clone(values)
			maps.DeleteFunc(values, func(v string, _ struct{}) bool { _, both := mine[v]; return !both })
			if len(values) == 0 {
				return nil, false
			}
		}
		joined[subject] = values
	}
	return joined, true
}

// covers says whether b holds wherever other does.
func (b branch) covers(other branch) bool {
	for subject, values := range b {
		theirs, there := other[subject]
		if !there || (values == nil) != (theirs == nil) {
			return false
		}
		for v := range theirs {
			if _, ok := values[v]; !ok {
				return false
			}
		}
	}
	return true
}

// keys are what a branch is found by among many, by subject: whatever it covers has one of the keys of each.
func (b branch) keys() map[string][]string {
	keys := make(map[string][]string, len(b))
	for subject, values := range b {
		if values == nil {
			keys[subject] = []string{subject}
		}
		for v := range values {
			keys[subject] = append(keys[subject], subject+"\x00"+v)
		}
	}
	return keys
}

// String is the same for branches that say the same.
func (b branch) String() string {
	var s strings.Builder
	for _, subject := range slices.Sorted(maps.Keys(b)) {
		s.WriteString(subject + "\x00" + strings.Join(slices.Sorted(maps.Keys(b[subject])), "\x01") + "\x02")
	}
	return s.String()
}

// writtenOut reads a list of texts.
func writtenOut(n ast.Node) (set, bool) {
	array, ok := n.(*ast.ArrayNode)
	if !ok || len(array.Nodes) == 0 {
		return nil, false
	}
	values := set{}
	for _, item := range array.Nodes {
		text, ok := textOf(item)
		if !ok {
			return nil, false
		}
		values[text] = struct{}{}
	}
	return values, true
}

// takenApart is a condition in its branches.
type takenApart struct {
	branches []branch
	reads    map[string]bool // names of fields, lists and functions that are not always the same
	known    bool
}

func takeApart(source string) takenApart {
	if strings.TrimSpace(source) == "" {
		return takenApart{branches: []branch{{}}, known: true}
	}
	tree, err := parser.Parse(source)
	if err != nil {
		return takenApart{}
	}
	names := nameCollector{}
	ast.Walk(&tree.Node, names)
	return takenApart{branchesOf(tree.Node), names, true}
}

type nameCollector map[string]bool

func (c nameCollector) Visit(node *ast.Node) {
	if n, ok := (*node).(*ast.IdentifierNode); ok {
		c[n.Value] = true
	}
}

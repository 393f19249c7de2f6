package rules

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/builtin"

	"github.com/tocsin-oncall/tocsin/rules/nearest"
)

// List is what a name stands for in expressions: texts, as vips in labels.customer in vips, or lists by
// a second name, as regions in labels.region in regions.eu.
type List struct {
	Values []string
	Lists  map[string][]string // instead of Values
}

// set is the values of a list, for membership without a search.
type set = map[string]struct{}

// list is a compiled List, or one of its lists.
type list struct {
	name   string // as it is written
	values []string
	set    set
	lists  map[string]*list // instead of values
	sets   map[string]set   // of lists
}

func newList(name string, values []string) *list {
	l := &list{name: name, values: values, set: make(set, len(values))}
	for _, v := range values {
		l.set[v] = struct{}{}
	}
	return l
}

var listName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// keywords are the words of expr that cannot be names.
var keywords = []string{"and", "or", "not", "in", "let", "if", "else", "true", "false", "nil", "matches", "contains", "startsWith", "endsWith"}

// compileLists checks the lists.
func (c *compiler) compileLists(lists map[string]List) {
	c.lists = make(map[string]*list, len(lists))
	for _, name := range slices.Sorted(maps.Keys(lists)) {
		if !c.checkListName("lists."+name, name) {
			continue
		}
		l := newList(name, lists[name].Values)
		if inner := lists[name].Lists; inner != nil {
			l.lists, l.sets = make(map[string]*list, len(inner)), make(map[string]set, len(inner))
			for key, values := range inner {
				l.lists[key] = newList(name+"."+key, values)
				l.sets[key] = l.lists[key].set
			}
		}
		c.lists[name] = l
	}
}

// checkListName says whether the name can stand for a list.
func (c *compiler) checkListName(path, name string) bool {
	taken := ""
	switch {
	case slices.Contains(keywords, name):
		taken = "a word of the language"
	case slices.ContainsFunc(fieldTable[:], func(f Field) bool { return f.Name == name }):
		taken = "a field"
	case slices.ContainsFunc(functionTable[:], func(f Function) bool { return f.Name == name }), builtin.Index[name] > 0 || name == builtin.Names[0]:
		taken = "a function"
	case !listName.MatchString(name):
		c.report(path, fmt.Sprintf("%q cannot be the name of a list", name), "use letters, digits and _, and start with a letter")
	}
	if taken != "" {
		c.report(path, fmt.Sprintf("the list cannot be called %s, which is %s", name, taken), "give it another name, such as "+name+"_list")
	}
	return taken == "" && listName.MatchString(name)
}

// list puts a list in the place of its name. What stands there in the end depends on what is around it:
// see listMember and listOperand.
func (r *rewriter) list(node *ast.Node, name string) {
	l := r.c.lists[name]
	if l == nil {
		return
	}
	r.c.uses.Lists[name] = true
	r.patchList(node, l)
}

func (r *rewriter) patchList(node *ast.Node, l *list) {
	constant := &ast.ConstantNode{Value: l.values}
	if l.lists != nil {
		constant.Value = l.sets
		r.whole[constant] = l
	}
	r.lists[constant] = l
	ast.Patch(node, constant)
}

// listMember resolves regions.eu. With a name that is not written out, regions[labels.area], it is one of the lists
// at run time, or an empty one.
func (r *rewriter) listMember(node *ast.Node, n *ast.MemberNode) {
	constant, _ := n.Node.(*ast.ConstantNode)
	l := r.lists[constant]
	if l == nil || l.lists == nil {
		return
	}
	delete(r.whole, constant)
	name, ok := n.Property.(*ast.StringNode)
	if !ok {
		return
	}
	inner := l.lists[name.Value]
	if inner == nil {
		names := slices.Sorted(maps.Keys(l.lists))
		hint := "the lists there are " + strings.Join(names, ", ")
		if near := nearest.To(name.Value, names); near != "" {
			hint = didYouMean(near)
		}
		r.report(name, fmt.Sprintf("%s has no list %q", l.name, name.Value), hint)
		inner = newList("", nil)
	}
	r.patchList(node, inner)
}

// checkWhole reports lists of lists that are used as if they were one.
func (r *rewriter) checkWhole() {
	for constant, l := range r.whole {
		r.report(constant, l.name+" holds several lists", "name one of them: "+l.name+"."+slices.Min(slices.Collect(maps.Keys(l.lists))))
	}
}

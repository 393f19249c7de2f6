package replay

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/vm"
)

// Condition is an expression over a Report, such as new.night_pages > old.night_pages * 1.2.
type Condition struct {
	Text    string
	program *vm.Program
	reads   []string // what it looks at, such as new.night_pages
}

// side is one configuration, as conditions see it.
type side struct {
	Figures
	People map[string]Load `expr:"people"`
}

// scope is what conditions know.
type scope struct {
	Old     side `expr:"old"`
	New     side `expr:"new"`
	Changed int  `expr:"changed"`
	Repaged int  `expr:"repaged"`
	Events  int  `expr:"events"`
}

// maxCondition is how long a condition may be, in bytes.
const maxCondition = 4096

// Compile reads a condition. The error says what is wrong with it, and where.
func Compile(text string) (*Condition, error) {
	if len(text) > maxCondition {
		return nil, fmt.Errorf("the condition has %d bytes; at most %d are allowed", len(text), maxCondition)
	}
	c := &Condition{Text: text}
	program, err := expr.Compile(text, expr.Env(scope{}), expr.AsBool())
	if err != nil {
		return nil, fmt.Errorf("%w\nknown are changed, repaged, events, and of old and new: %s, people[NAME].pages, .night_pages and .interrupted_nights", err, strings.Join(Names(), ", "))
	}
	c.program = program
	root := program.Node()
	ast.Walk(&root, c)
	return c, nil
}

// Visit notes what the condition reads; it is for ast.Walk.
func (c *Condition) Visit(node *ast.Node) {
	name := ""
	switch n := (*node).(type) {
	case *ast.MemberNode:
		name = n.String()
	case *ast.IdentifierNode:
		if name = n.Value; name == "old" || name == "new" {
			return
		}
	}
	if name == "" || slices.Contains(c.reads, name) || strings.HasSuffix(name, ".people") {
		return
	}
	c.reads = append(c.reads, name)
}

// Names are the figures that conditions know of each configuration.
func Names() (names []string) {
	t := reflect.TypeFor[Figures]()
	for i := range t.NumField() {
		names = append(names, t.Field(i).Tag.Get("expr"))
	}
	return names
}

// Explained are the figures with what they mean.
func Explained() (list [][2]string) {
	t := reflect.TypeFor[Figures]()
	for i := range t.NumField() {
		list = append(list, [2]string{t.Field(i).Tag.Get("expr"), t.Field(i).Tag.Get("doc")})
	}
	return list
}

// Holds reports whether a condition holds of a report, and the figures that it looked at.
func (c *Condition) Holds(r *Report) (bool, string, error) {
	env := scope{Old: side{Figures: r.Old, People: map[string]Load{}}, New: side{Figures: r.New, People: map[string]Load{}}, Changed: r.Changed, Repaged: r.Repaged, Events: r.Events}
	for _, p := range r.People {
		env.Old.People[p.Name], env.New.People[p.Name] = p.Old, p.New
	}
	got, err := expr.Run(c.program, env)
	if err != nil {
		return false, "", fmt.Errorf("the condition %s fails: %w", c.Text, err)
	}
	var figures []string
	for _, name := range c.reads {
		program, err := expr.Compile(name, expr.Env(env))
		if err != nil {
			continue // a part that means nothing by itself
		}
		if v, err := expr.Run(program, env); err == nil && reflect.TypeOf(v).Kind() != reflect.Struct {
			figures = append(figures, fmt.Sprintf("%s = %v", name, v))
		}
	}
	return got.(bool), strings.Join(figures, ", "), nil
}

package rules_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/expr-lang/expr/builtin"

	"github.com/tocsin-oncall/tocsin/rules"
)

func TestEveryExampleOfTheReferenceIsAnExpression(t *testing.T) {
	t.Parallel()
	examples := map[string]string{}
	for _, f := range rules.Fields() {
		examples[f.Name] = f.Example
	}
	for _, f := range slices.Concat(rules.Functions(), rules.Builtins()) {
		if _, twice := examples[f.Name]; twice {
			t.Errorf("%s is in the reference twice", f.Name)
		}
		examples[f.Name] = f.Example
	}
	for name, example := range examples {
		if !strings.Contains(example, name) {
			t.Errorf("the example of %s is %s", name, example)
		}
		_, problems := rules.Compile(rules.Spec{
			Windows:  []rules.Window{{Name: "business-hours"}},
			Holidays: map[string]map[rules.Date]bool{"us": {}},
			Rules:    []rules.Rule{{When: example}},
		})
		if len(problems) > 0 {
			t.Errorf("the example of %s: %s", name, problems)
		}
	}
}

func TestTheReferenceHasEveryFunctionOfExpr(t *testing.T) {
	t.Parallel()
	var listed []string
	for _, f := range rules.Builtins() {
		listed = append(listed, f.Name)
	}
	for _, name := range builtin.Names {
		bits := strings.HasPrefix(name, "bit") // one entry tells of all
		if name != "now" && !bits && !slices.Contains(listed, name) {
			t.Errorf("%s is not in the reference", name)
		}
	}
}

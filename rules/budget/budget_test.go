package budget_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/vm"

	"github.com/tocsin-oncall/tocsin/rules/budget"
)

func run(t *testing.T, source string, env map[string]any) (value any, err error) {
	t.Helper()
	work := &budget.Work{}
	env[budget.Name] = work
	program, err := expr.Compile(source, append(budget.Options(), expr.Env(env), expr.Patch(&budget.Visitor{}))...)
	if err != nil {
		t.Fatalf("%.100s: %v", source, err)
	}
	work.Reset()
	machine := vm.VM{MemoryBudget: budget.MaxElements}
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%v", p)
		}
	}()
	return machine.Run(program, env)
}

func world() map[string]any {
	return map[string]any{
		"text": strings.Repeat("a", 60_000), "pattern": strings.Repeat("x{1000}", 30), "long": strings.Repeat("x", 300), "list": []any{1, "a", nil},
		"details": map[string]any{}, "labels": map[string]string{"a": "b"}, "tags": []string{"a", "b"},
	}
}

// nested is an expression in which z is a list of two lists of two lists …, a few hundred bytes in memory and without
// end for whoever goes through it.
func nested(use string) string {
	var b strings.Builder
	b.WriteString("let a0 = [text, text]; ")
	for i := range 100 {
		fmt.Fprintf(&b, "let a%d = [a%d, a%d]; ", i+1, i, i)
	}
	return b.String() + strings.ReplaceAll(use, "z", "a100")
}

func TestNoExpressionDoesMoreThanItsShare(t *testing.T) {
	t.Parallel()
	for _, source := range []string{
		`repeat(text, 1000)`,
		`repeat(repeat("a", 1000), 1000000000)`,
		`text + text + text + text + text + text + text + text + text + text + text`,
		`reduce(1..1000, #acc + "0123456789", text)`,
		`replace(replace(text, "a", text), "a", text)`,
		`join(map(1..1000, text), text)`,
		`map(1..99999, upper(text))`,
		`map(1..99999, len(text))`,
		`any(1..99999, text contains "b")`,
		`any(1..99999, text matches "b$")`,
		`any(1..99999, labels.a + text == text)`,
		`all(1..400, all(1..400, true))`,
		`let x = 1..50000; all(x, # in x)`,
		`let x = 1..50000; all(x, # in map(x, #))`,
		`map(1..99999, split(text, ""))`,
		`map(1..99999, toJSON(text))`,
		`map(1..99999, sort(split(text, "")))`,
		`uniq(map(1..5000, #))`,
		`1..1000000000`,
		`map(1..1000, 1..1000)`,
		`concat(1..60000, 1..60000)`,
		`map(1..99999, [1, 2, 3])`,
		`text matches pattern`,
		`text matches long`,
		`text matches "(a?){300}(a){300}(b|c|d){100}x{200}"`,
		strings.Repeat(`text matches "(a?){60}(a){60}b" or `, 100) + "false",
		strings.Repeat(`text matches "(?i)out of memory" or `, 200) + "false",
		nested(`toJSON(z)`),
		nested(`string(z)`),
		nested(`flatten(z)`),
		nested(`z == a99`),
		nested(`z != [a99, a99]`),
		nested(`z in [a99, z]`),
		nested(`max(z)`),
		nested(`uniq(z)`),
		nested(`details.x[z]`),
		nested(`details?.x?.y[z] ?? details.x[z]`),
	} {
		began := time.Now()
		_, err := run(t, source, world())
		if err == nil {
			t.Errorf("%.80s: it was done", source)
		}
		if took := time.Since(began); took > 5*time.Second {
			t.Errorf("%.80s took %s", source, took)
		}
	}
}

func TestWhatIsWithinTheBudgetIsAsExprHasIt(t *testing.T) {
	t.Parallel()
	for _, source := range []string{
		`map(tags, upper(#)) == ["A", "B"]`,
		`join(map(tags, #), ",") + "!" == "a,b!"`,
		`filter(tags, # in ["a"]) == ["a"]`,
		`any(tags, # matches "^b$") and "b" matches tags[1]`,
		`list == [1, "a", nil] and list != [1]`,
		`1 in list and "a" in list and details.x not in [1]`,
		`"a" in labels and details.x not in labels`,
		`toJSON([1]) contains "1" and string(list) contains "a"`,
		`max([1, 5, 3]) == 5 and sum([1, 2]) == 3 and flatten([[1], [2]]) == [1, 2]`,
		`len(text) == 60000 and text[0:3] == "aaa"`,
		`uniq([1, 1, 2]) == [1, 2] and replace("aa", "a", "b") == "bb" and repeat("x", 3) == "xxx"`,
		`all(tags, len(#) == 1) and count(tags, # contains "a") == 1`,
		`groupBy(tags, #)["a"] == ["a"] and sortBy(tags, -len(#))[0] == "a"`,
		`let t = "a"; let n = 1; t + "b" == "ab" and n + 1 == 2`,
		`list[0] == 1 and labels["a"] == "b"`,
		`text matches "^a+$" and not (tags[0] matches "(b|c){300}")`,
	} {
		if got, err := run(t, source, world()); got != true || err != nil {
			t.Errorf("%s: got %v, %v", source, got, err)
		}
	}
}

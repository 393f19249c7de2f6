package rules_test

import (
	"fmt"
	"testing"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/vm"

	"github.com/tocsin-oncall/tocsin/rules"
)

// conditions are lists of n conditions of which only the last holds for loaded.
var conditions = []struct {
	name string
	nth  func(i int) string
}{
	{"indexed", indexed},
	{"one in a hundred not indexed", func(i int) string {
		if i%100 == 50 {
			return unindexable[i/100%len(unindexable)](i)
		}
		return indexed(i)
	}},
	{"none indexed, matchers", func(i int) string { return fmt.Sprintf(`labels.host endsWith "-%d"`, 100+i) }},
	{"none indexed, machine", func(i int) string { return fmt.Sprintf(`len(labels.host) > %d`, 100+i) }},
	{"none indexed, machine, loops", func(i int) string { return fmt.Sprintf(`count(tags, # endsWith "-%d") > 1`, i) }},
}

func indexed(i int) string {
	return fmt.Sprintf(`labels.service == "service-%d" and priority in ["P1", "P2"]`, i)
}

// unindexable are conditions of every kind that has to be tried in order: three
// that matchers answer, two for the machine.
var unindexable = []func(i int) string{
	func(i int) string { return fmt.Sprintf(`labels.env != "prod" and not (title contains "x-%d")`, i) },
	func(i int) string {
		return fmt.Sprintf(`time_between("%02d:00", "11:00") and status == "firing"`, i%10)
	},
	func(i int) string { return fmt.Sprintf(`details.value > %d`, 100+i) },
	func(i int) string { return fmt.Sprintf(`len(labels.host) > %d`, 100+i) },
	func(i int) string { return fmt.Sprintf(`len(tags) > %d`, 2+i) },
}

func loaded(n int) rules.Event {
	return rules.Event{
		Title: "disk full", Status: "firing", Priority: "P2", Tags: []string{"db", "disk"}, Details: map[string]any{"value": 97.5},
		Labels: map[string]string{"service": fmt.Sprintf("service-%d", n-1), "env": "prod", "host": "db-1", "region": "eu", "cluster": "a"},
	}
}

// BenchmarkRoute measures one decision where only the last rule matches.
func BenchmarkRoute(b *testing.B) {
	for _, list := range conditions {
		for _, n := range []int{10, 1_000, 10_000} {
			b.Run(fmt.Sprintf("%s/rules=%d", list.name, n), func(b *testing.B) {
				router := compile(b, manyRules(n, list.nth))
				ev := loaded(n)
				b.ReportAllocs()
				for b.Loop() {
					if d := router.Route(ev, noon); d.Policy != "last" {
						b.Fatalf("got policy %q", d.Policy)
					}
				}
			})
		}
	}
}

// BenchmarkRouteThroughChanges measures a decision with a hundred rules on its way that match, change a label that
// rules are found by, and continue.
func BenchmarkRouteThroughChanges(b *testing.B) {
	spec := manyRules(10_000, indexed)
	for i := range 100 {
		spec.Rules[i*100] = rules.Rule{When: `status == "firing"`, Set: &rules.Set{Labels: map[string]string{"step": fmt.Sprint(i)}}, Continue: true}
	}
	router, ev := compile(b, spec), loaded(10_000)
	b.ReportAllocs()
	for b.Loop() {
		if d := router.Route(ev, noon); d.Policy != "last" || d.Labels["step"] != "99" {
			b.Fatalf("got policy %q, step %q", d.Policy, d.Labels["step"])
		}
	}
}

// BenchmarkExpr measures the same conditions on expr alone, one after the
// other, on one machine that is used again.
func BenchmarkExpr(b *testing.B) {
	for _, n := range []int{10, 1_000, 10_000} {
		b.Run(fmt.Sprintf("rules=%d", n), func(b *testing.B) {
			ev := loaded(n)
			env := map[string]any{"labels": ev.Labels, "priority": ev.Priority}
			programs := make([]*vm.Program, n)
			for i := range programs {
				program, err := expr.Compile(indexed(i), expr.Env(env), expr.AsBool())
				if err != nil {
					b.Fatal(err)
				}
				programs[i] = program
			}
			b.ReportAllocs()
			machine := vm.VM{}
			for b.Loop() {
				for i, program := range programs {
					if matched, err := machine.Run(program, env); err != nil || matched != (i == n-1) {
						b.Fatalf("rule %d gives %v, %v", i, matched, err)
					}
				}
			}
		})
	}
}

// BenchmarkCompile measures a reload.
func BenchmarkCompile(b *testing.B) {
	for _, n := range []int{10, 1_000, 10_000} {
		spec := manyRules(n, conditions[1].nth)
		b.Run(fmt.Sprintf("rules=%d", n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				compile(b, spec)
			}
		})
	}
}

// manyRules go to the policy "last" by the last of them.
func manyRules(n int, nth func(i int) string) rules.Spec {
	spec := rules.Spec{Fallback: "everyone"}
	for i := range n - 1 {
		spec.Rules = append(spec.Rules, rules.Rule{When: nth(i), To: "policy:other"})
	}
	spec.Rules = append(spec.Rules, rules.Rule{When: indexed(n - 1), To: "policy:last"})
	return spec
}

// BenchmarkLint measures what check adds to a reload.
func BenchmarkLint(b *testing.B) {
	spec := manyRules(1_000, indexed)
	for b.Loop() {
		if problems := rules.Lint(spec); len(problems) > 0 {
			b.Fatal(problems)
		}
	}
}

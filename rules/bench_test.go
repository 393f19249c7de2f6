package rules_test

import (
	"fmt"
	"testing"

	"github.com/tocsin-oncall/tocsin/rules"
)

// BenchmarkRoute measures one decision where only the last rule matches.
func BenchmarkRoute(b *testing.B) {
	for _, n := range []int{10, 1_000, 10_000} {
		b.Run(fmt.Sprintf("rules=%d", n), func(b *testing.B) {
			router := compile(b, manyRules(n))
			ev := rules.Event{
				Title: "disk full", Status: "firing", Priority: "P2", Tags: []string{"db", "disk"},
				Labels: map[string]string{"service": fmt.Sprintf("service-%d", n-1), "env": "prod", "host": "db-1"},
			}
			b.ReportAllocs()
			for b.Loop() {
				if d := router.Route(ev, noon); d.Policy != "last" {
					b.Fatalf("got policy %q", d.Policy)
				}
			}
		})
	}
}

// BenchmarkCompile measures a reload.
func BenchmarkCompile(b *testing.B) {
	for _, n := range []int{10, 1_000} {
		spec := manyRules(n)
		b.Run(fmt.Sprintf("rules=%d", n), func(b *testing.B) {
			for b.Loop() {
				compile(b, spec)
			}
		})
	}
}

func manyRules(n int) rules.Spec {
	spec := rules.Spec{Fallback: "everyone"}
	for i := range n {
		spec.Rules = append(spec.Rules, rules.Rule{
			When: fmt.Sprintf(`labels.service == "service-%d" and priority in ["P1", "P2"]`, i), To: "policy:other",
		})
	}
	spec.Rules[n-1].To = "policy:last"
	return spec
}

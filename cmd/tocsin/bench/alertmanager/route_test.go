// Package alertmanager_test measures one routing decision against Alertmanager's
// tree of routes over the same matchers. It is a module of its own, so that
// Tocsin does not depend on Alertmanager.
package alertmanager_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/vm"
	"github.com/prometheus/alertmanager/config"
	configcommon "github.com/prometheus/alertmanager/config/common"
	"github.com/prometheus/alertmanager/dispatch"
	"github.com/prometheus/alertmanager/pkg/labels"
	"github.com/prometheus/common/model"

	"github.com/tocsin-oncall/tocsin/rules"
)

// An alert that only the last of n equality matchers takes.
func alert(n int) map[string]string {
	return map[string]string{"service": fmt.Sprintf("service-%d", n-1), "env": "prod", "host": "db-1", "region": "eu", "severity": "critical"}
}

func BenchmarkRoute(b *testing.B) {
	for _, n := range []int{10, 1_000, 10_000} {
		b.Run(fmt.Sprintf("routes=%d/tocsin", n), func(b *testing.B) { tocsin(b, n) })
		b.Run(fmt.Sprintf("routes=%d/alertmanager", n), func(b *testing.B) { alertmanager(b, n) })
		b.Run(fmt.Sprintf("routes=%d/expr", n), func(b *testing.B) { plain(b, n) })
	}
}

func tocsin(b *testing.B, n int) {
	spec := rules.Spec{Fallback: "everyone"}
	for i := range n {
		spec.Rules = append(spec.Rules, rules.Rule{When: condition(i), To: fmt.Sprintf("policy:p%d", i)})
	}
	router, problems := rules.Compile(spec)
	if len(problems) > 0 {
		b.Fatal(problems)
	}
	ev, now, want := rules.Event{Title: "disk full", Status: "firing", Labels: alert(n)}, time.Unix(1_773_144_000, 0), fmt.Sprintf("p%d", n-1)
	b.ReportAllocs()
	for b.Loop() {
		if d := router.Route(ev, now); d.Policy != want {
			b.Fatalf("got policy %q", d.Policy)
		}
	}
}

func alertmanager(b *testing.B, n int) {
	root := &config.Route{Receiver: "everyone"}
	for i := range n {
		m, err := labels.NewMatcher(labels.MatchEqual, "service", fmt.Sprintf("service-%d", i))
		if err != nil {
			b.Fatal(err)
		}
		root.Routes = append(root.Routes, &config.Route{Receiver: fmt.Sprintf("p%d", i), Matchers: configcommon.Matchers{m}})
	}
	tree := dispatch.NewRoute(root, nil)
	set, want := model.LabelSet{}, fmt.Sprintf("p%d", n-1)
	for name, value := range alert(n) {
		set[model.LabelName(name)] = model.LabelValue(value)
	}
	b.ReportAllocs()
	for b.Loop() {
		if found := tree.Match(set); len(found) != 1 || found[0].RouteOpts.Receiver != want {
			b.Fatalf("got %v", found)
		}
	}
}

func plain(b *testing.B, n int) {
	env := map[string]any{"labels": alert(n)}
	programs := make([]*vm.Program, n)
	for i := range programs {
		var err error
		if programs[i], err = expr.Compile(condition(i), expr.Env(env), expr.AsBool()); err != nil {
			b.Fatal(err)
		}
	}
	machine := vm.VM{}
	b.ReportAllocs()
	for b.Loop() {
		for i, program := range programs {
			if matched, err := machine.Run(program, env); err != nil || matched != (i == n-1) {
				b.Fatalf("rule %d gives %v, %v", i, matched, err)
			}
		}
	}
}

func condition(i int) string { return fmt.Sprintf(`labels.service == "service-%d"`, i) }

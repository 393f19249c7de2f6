package collect_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/tocsin-oncall/tocsin/engine"
	"github.com/tocsin-oncall/tocsin/engine/alert"
	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/page"
	"github.com/tocsin-oncall/tocsin/engine/record"
	"github.com/tocsin-oncall/tocsin/engine/report"
	"github.com/tocsin-oncall/tocsin/engine/report/collect"
	"github.com/tocsin-oncall/tocsin/engine/store"
	"github.com/tocsin-oncall/tocsin/engine/store/mem"
)

var april = time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC)

// filled is an engine over a store with so many closed alerts, spread over March 2026.
func filled(tb testing.TB, alerts int) *engine.Engine {
	tb.Helper()
	s := mem.New(func() time.Time { return april })
	env := directory.Env{Now: april, Dir: &directory.Directory{}}
	for n := range alerts {
		at := april.Add(-31*24*time.Hour + time.Duration(n)*(31*24*time.Hour/time.Duration(alerts))).Truncate(time.Millisecond)
		a := &alert.State{
			Format: alert.Format, ID: store.NewID(store.KindAlert, n%store.Shards), Number: uint64(n + 1), Status: alert.Closed,
			Integration: "prom", DedupKey: fmt.Sprint("key-", n), Title: "The value has been above its limit for ten minutes", Policy: "standard", Priority: "P2",
			Labels:    map[string]string{"env": "prod", "instance": fmt.Sprint("node-", n%500), "region": "eu-west-1", "alertname": "ValueTooHigh"},
			CreatedAt: at, LastEventAt: at, AckedAt: at.Add(time.Duration(60+n%300) * time.Second), AckedBy: "ethan", ClosedAt: at.Add(time.Hour), ClosedBy: "ethan",
			Pages: []page.Page{{N: 1, User: "ethan", Via: "sms", Step: 1, Status: page.Delivered, DueAt: at, SentAt: at.Add(time.Second), Attempts: 1, Ref: "SM00000000000000000000000000000000"}},
		}
		for k, kind := range []string{"created", "routed", "step", "paged", "acked", "closed"} {
			a.Timeline = append(a.Timeline, alert.Entry{At: at.Add(time.Duration(k) * time.Second), Kind: kind, Text: "step 1 pages ethan, and others are told when they are due"})
		}
		change, err := record.Change(record.Image{ID: a.ID}, a, env, nil)
		if err != nil {
			tb.Fatal(err)
		}
		if err := s.Commit(context.Background(), store.Tx{change})[0]; err != nil {
			tb.Fatal(err)
		}
	}
	return engine.New(engine.Options{Store: s, Replica: "one", World: &engine.World{Dir: env.Dir}, Run: func(f func()) { f() }})
}

func march(tb testing.TB) report.Period {
	tb.Helper()
	p, err := report.Named("2026-03", time.UTC, april)
	if err != nil {
		tb.Fatal(err)
	}
	return p
}

// The report of a month reads all of its alerts, whatever the pages in which they come.
func TestEveryAlertOfTheStoreIsCountedOnce(t *testing.T) {
	t.Parallel()
	e := filled(t, 1234)
	r, err := collect.Report(context.Background(), e, report.Input{Period: march(t), Zone: time.UTC}, directory.Env{Now: april, Dir: &directory.Directory{}})
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range r.Numbers {
		if (n.Name == "alerts" || n.Name == "pages" || n.Name == "mtta") && n.Now.Of != 1234 {
			t.Errorf("%s of %d", n.Name, n.Now.Of)
		}
	}
	if p := r.People; len(p) != 1 || p[0].Pages != 1234 {
		t.Errorf("%+v", p)
	}
}

// BenchmarkReport computes the report of a month with a hundred thousand alerts from a store in memory.
func BenchmarkReport(b *testing.B) {
	e := filled(b, 100_000)
	in := report.Input{Period: march(b), Zone: time.UTC}
	env := directory.Env{Now: april, Dir: &directory.Directory{}}
	b.ReportAllocs()
	for b.Loop() {
		r, err := collect.Report(context.Background(), e, in, env)
		if err != nil || *r.Numbers[0].Now.Value != 100_000 {
			b.Fatal(err, r)
		}
	}
}

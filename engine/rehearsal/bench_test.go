package rehearsal_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/event"
	"github.com/tocsin-oncall/tocsin/engine/rehearsal"
)

// BenchmarkRehearsal plays ten thousand alerts of ten days, each acknowledged after two minutes and over after twenty.
// An event of the figure events/s is either of the two that an alert has.
func BenchmarkRehearsal(b *testing.B) {
	w := world(b, town)
	const alerts = 10_000
	s := rehearsal.Script{
		Start: night, Until: 11 * 24 * time.Hour, Forget: time.Hour,
		Answers: map[string]time.Duration{rehearsal.Anybody: 2 * time.Minute},
	}
	for i := range alerts {
		at := time.Duration(i) * 86 * time.Second
		a := firing(fmt.Sprintf("db-%d", i), []string{"P2", "P3", "P4"}[i%3])
		a.At = at
		over := a
		over.At, over.Event.Status = at+20*time.Minute, event.Resolved
		s.Arrivals = append(s.Arrivals, a, over)
	}
	b.ReportAllocs()
	for b.Loop() {
		story, err := rehearsal.Stream(context.Background(), w, s, func(rehearsal.Entry) {})
		if err != nil {
			b.Fatal(err)
		}
		if len(story.Alerts) != alerts || story.Alerts[alerts-1].Status != "closed" {
			b.Fatalf("%d alerts, the last %+v", len(story.Alerts), story.Alerts[len(story.Alerts)-1])
		}
	}
	b.ReportMetric(float64(2*alerts*b.N)/b.Elapsed().Seconds(), "events/s")
}

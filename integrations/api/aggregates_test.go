package api_test

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/integrations/api"
	"github.com/tocsin-oncall/tocsin/rules"
)

// counted is an aggregate over the services of alerts that are tagged so.
func counted(t *testing.T, language *rules.Router) directory.Aggregate {
	t.Helper()
	a := directory.Aggregate{Name: "wide", Policy: "standard", Bounds: directory.AggregateBounds{AtLeast: 2, Within: 5 * time.Minute, Of: "service", Priority: "P2"}}
	var problems, more []rules.Problem
	a.When, problems = language.Condition("when", `"counted" in tags`)
	if a.Count, more = language.Value("count", "service"); len(problems)+len(more) > 0 {
		t.Fatal(problems, more)
	}
	return a
}

func (w *world) aggregate() api.Aggregate {
	w.Helper()
	var list api.List[api.Aggregate]
	if err := json.Unmarshal(w.get("/api/v1/aggregates", viewer).is(200).body, &list); err != nil {
		w.Fatal(err)
	}
	if len(list.Items) != 1 {
		w.Fatalf("%d aggregates, want 1", len(list.Items))
	}
	return list.Items[0]
}

func TestAggregatesAreShownWithWhatTheyCount(t *testing.T) {
	t.Parallel()
	w := begin(t)
	if _, err := w.engine.Keep(context.Background(), w.clock()); err != nil {
		t.Fatal(err)
	}
	if a := w.aggregate(); a.Name != "wide" || a.Firing || a.Count != 0 || a.AtLeast != 2 || a.Within != "5m0s" {
		t.Errorf("before any alert: %+v", a)
	}
	w.fire(`{"title":"checkout fails","service":"checkout","dedup_key":"c","tags":["counted"]}`)
	w.later(time.Minute)
	var x api.List[api.Explanation]
	if err := json.Unmarshal(w.post("/api/v1/explain", viewer, `{"title":"search fails","service":"search","tags":["counted"]}`).is(200).body, &x); err != nil {
		t.Fatal(err)
	}
	if got := x.Items[0].Aggregates; len(got) != 1 || got[0] != "wide as search" {
		t.Errorf("it is explained to count for %q", got)
	}
	w.fire(`{"title":"search fails","service":"search","dedup_key":"s","tags":["counted"]}`)
	w.later(time.Second)
	a := w.aggregate()
	if !a.Firing || a.Count != 2 || len(a.Members) != 2 || a.Members[0].Alert != 1 || a.Members[0].Value != "checkout" || !a.Members[1].Recent || !a.OverAt.IsZero() {
		t.Errorf("shown as %+v", a)
	}
	w.post("/api/v1/alerts/1/close", responder, `{"user":"ethan"}`).is(200)
	w.later(6 * time.Minute)
	if a := w.aggregate(); !a.Firing || a.OverAt.IsZero() || a.Count != 1 {
		t.Errorf("when one is closed: %+v", a)
	}
	w.later(6 * time.Minute)
	if a := w.aggregate(); a.Firing {
		t.Errorf("it does not end: %+v", a)
	}
}

package engine_test

import (
	"context"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-oncall/tocsin/engine/alert"
	"github.com/tocsin-oncall/tocsin/engine/event"
	"github.com/tocsin-oncall/tocsin/engine/incident"
	"github.com/tocsin-oncall/tocsin/engine/topology"
)

// standing is what is going on at a service.
func (tw *town) standing(name string) topology.State {
	tw.Helper()
	g, err := tw.engines[0].Services(context.Background(), tw.engines[0].Directory())
	if err != nil {
		tw.Fatal(err)
	}
	s, ok := g.Service(name)
	if !ok {
		tw.Fatalf("there is no service %s in the graph", name)
	}
	return s.State
}

func TestAServiceShowsItsAlertsAndIncidentsButNotTheCallsOfResponders(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, wide)
	first := tw.fire(event.Event{DedupKey: "a", Title: "slow", Service: "db", Priority: "P3"})
	tw.fire(event.Event{DedupKey: "b", Title: "slower", Service: "db", Priority: "P2"})
	gone := tw.fire(event.Event{DedupKey: "c", Title: "was slow", Service: "db", Priority: "P1"})
	tw.act(gone, alert.Action{Do: alert.Close, By: "ethan"})
	tw.ack(first, "ethan")
	if diff := cmp.Diff(topology.State{Open: 1, Acked: 1, Priority: "P2"}, tw.standing("db")); diff != "" {
		t.Errorf("two alerts (-want +got):\n%s", diff)
	}
	inc := tw.declare(incident.Opening{Title: "db is slow", Service: "db", Priority: "P1"}) // pages the usual suspects
	tw.settle()
	calls := slices.DeleteFunc(tw.alerts(alert.Open, alert.Acked), func(a *alert.State) bool { return a.Integration != incident.Integration })
	if len(calls) == 0 {
		t.Fatal("nobody is called")
	}
	if diff := cmp.Diff(topology.State{Open: 1, Acked: 1, Priority: "P2", Incidents: []string{inc.Name()}}, tw.standing("db")); diff != "" {
		t.Errorf("with an incident (-want +got):\n%s", diff)
	}
	tw.do(inc.Name(), incident.Action{Do: incident.Resolve, By: "ethan"})
	if got := tw.standing("db").Incidents; len(got) != 0 {
		t.Errorf("a resolved incident harms nothing: %v", got)
	}
}

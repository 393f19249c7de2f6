package engine_test

import (
	"context"
	"testing"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/event"
	"github.com/tocsin-oncall/tocsin/engine/incident"
)

func TestWhatComesNextAfterAnAckIsTheStepThatIsStillTaken(t *testing.T) {
	tw := newTown(t, 1, `
policies:
  - name: major
    steps: [{notify: ["user:amir"]}, {after: 3m, notify: ["user:ethan"]}, {after: 5m, notify: ["user:darren"], unless: closed}]
rules: [{to: "policy:major"}]
`)
	a := tw.fire(event.Event{DedupKey: "x", Title: "x"})
	tw.wait(time.Minute)
	a = tw.ack(a, "amir")
	at, targets := a.NextStep(tw.engines[0].Env())
	if len(targets) != 1 || targets[0] != target(t, "user:darren") || at != start.Add(5*time.Minute) {
		t.Errorf("next: %v at %v; want user:darren five minutes after the start", targets, at)
	}
}

func TestIncidentNumbersHaveNoGapsWhenReplicasRace(t *testing.T) {
	tw := newTown(t, 3, `
rules: [{to: "policy:standard", incident: priority == "P1"}]
`)
	tw.fire(event.Event{DedupKey: "x", Title: "x", Priority: "P1", Service: "ledger"})
	tw.wait(time.Minute)
	inc, opened, err := tw.engines[1].OpenIncident(context.Background(), incident.Opening{Title: "by hand", Priority: "P2"})
	if err != nil || !opened || inc.Name() != "INC-2" {
		t.Errorf("the second incident is %v (opened %v, %v), want INC-2", inc, opened, err)
	}
}

package engine_test

import (
	"context"
	"testing"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/incident"
)

func TestWhoIsCalledIsPagedBeforeAMailingThatWaitedLonger(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, "incident: {audiences: [{name: stakeholders, email: [cto@example.com]}]}\n")
	inc := tw.declare(incident.Opening{Title: "slow", Priority: "P1"})
	for _, act := range []incident.Action{
		{Do: incident.Tell, By: "ethan", Draft: incident.Draft{Audience: "stakeholders", Phase: incident.Investigating}},
		{Do: incident.AddResponder, By: "ethan", User: "user:amir"},
	} {
		tw.faults[0].lost = 1 // it is committed, and what follows from it is left to the next attempt
		if _, err := tw.engines[0].ActOnIncident(context.Background(), inc.Name(), act); err == nil {
			t.Fatal("the answer was to be lost")
		}
	}
	if n := len(tw.phones.got); n > 0 {
		t.Fatalf("%d messages went out at once", n)
	}
	tw.wait(time.Minute)
	var got []string
	for _, m := range tw.phones.got {
		if m.User != nil {
			got = append(got, m.User.Name)
		} else {
			got = append(got, m.Address)
		}
	}
	if len(got) < 2 || got[0] != "amir" || got[len(got)-1] != "cto@example.com" && got[1] != "cto@example.com" {
		t.Errorf("told in the order %q", got)
	}
}

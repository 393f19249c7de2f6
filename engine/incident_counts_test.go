package engine_test

import (
	"context"
	"testing"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/incident"
)

const promised = `
incident: {audiences: [{name: stakeholders, email: [cto@example.com], first_within: {P1: 10m}}]}
`

func TestAnUpdateThatAnAudienceWaitsForIsCountedUntilItIsTold(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, promised)
	untold := func() int {
		t.Helper()
		c, err := tw.engines[0].IncidentCounts(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		return c.Untold
	}
	inc := tw.declare(incident.Opening{Title: "slow", Priority: "P1"})
	tw.wait(9 * time.Minute)
	if n := untold(); n != 0 {
		t.Errorf("before the time is over %d are overdue", n)
	}
	tw.wait(2 * time.Minute)
	c, err := tw.engines[0].IncidentCounts(context.Background())
	if err != nil || c.Untold != 1 || c.ByStatus[incident.Open] != 1 || c.ByStatus[incident.Closed] != 0 {
		t.Errorf("after it: %+v, %v", c, err)
	}
	tw.do(inc.Name(), incident.Action{Do: incident.Tell, By: "ethan", Draft: incident.Draft{Audience: "stakeholders", Phase: incident.Investigating}})
	if n := untold(); n != 0 {
		t.Errorf("once it was told %d are overdue", n)
	}
}

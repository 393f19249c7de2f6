package engine_test

import (
	"context"
	"errors"
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
	tw.faults[0].unlisted = true // counting reads no incidents, of which there may be many
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

func TestIncidentsOfWhichSlackRefusesSomethingAreCountedUntilItIsBack(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, chats)
	tw.rooms()
	tw.faults[0].unlisted = true
	failing := func(want int) {
		t.Helper()
		c, err := tw.engines[0].IncidentCounts(context.Background())
		if err != nil || c.Failing["slack"] != want || c.Failing["jira"] != 0 || len(c.Failing) != 4 {
			t.Errorf("%v, %v: want %d at slack, none elsewhere", c.Failing, err, want)
		}
	}
	failing(0)
	tw.phones.refuse("slack", errors.New("502"))
	for _, title := range []string{"slow", "slower"} {
		tw.declare(incident.Opening{Title: title, Priority: "P2"})
	}
	tw.wait(time.Minute)
	failing(2)
	tw.phones.fail = nil
	tw.wait(20 * time.Minute)
	failing(0)
}

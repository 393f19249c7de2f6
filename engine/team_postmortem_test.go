package engine_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/tocsin-oncall/tocsin/engine"
	"github.com/tocsin-oncall/tocsin/engine/incident"
	"github.com/tocsin-oncall/tocsin/engine/postmortem"
)

const twoTeams = `
teams: [{name: network, members: [darren, {user: amir, role: admin}]}]
postmortem: {required_when: 'incident.priority == "P1"', due: 7d}
retention: {incidents: 30d}
`

func (tw *town) postmortem(name string) *postmortem.State {
	tw.Helper()
	s, err := tw.engines[0].Postmortem(context.Background(), name)
	if err != nil {
		tw.Fatal(err)
	}
	return s
}

func TestATeamWritesItsOwnPostmortemOfAWideIncidentAndTheIncidentStaysUntilItIsWritten(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, twoTeams)
	inc := tw.declare(incident.Opening{Title: "slow", Priority: "P1", Team: "west"})
	tw.do(inc.Name(), incident.Action{Do: incident.AddResponder, By: "darren", User: "darren"})
	ask := incident.Action{Do: incident.AskPostmortem, By: "darren", Team: "network"}
	refused := (*incident.Refused)(nil)
	if _, err := tw.engines[0].ActOnIncident(context.Background(), inc.Name(), ask); !errors.As(err, &refused) {
		t.Errorf("while the harm goes on: %v", err)
	}
	tw.do(inc.Name(), incident.Action{Do: incident.Close, By: "ethan"})
	for range 2 { // the second time it is there already
		inc = tw.do(inc.Name(), ask)
	}
	if len(inc.TeamPostmortems) != 1 || inc.Postmortem != "PM-1" || tw.postmortems() != 2 {
		t.Fatalf("the incident's is %q, those of teams %+v, of %d", inc.Postmortem, inc.TeamPostmortems, tw.postmortems())
	}
	pm := tw.postmortem("PM-2")
	if pm.Team != "network" || pm.Owner != "darren" || pm.Title != "slow (team network)" || !pm.DueAt.After(tw.clock.now()) {
		t.Errorf("PM-2 %q of %q is owned by %q, due %v", pm.Title, pm.Team, pm.Owner, pm.DueAt)
	}
	waive := func(name string) {
		if _, err := tw.engines[0].ActOnPostmortem(context.Background(), name, postmortem.Action{Do: postmortem.Waive, By: "jason", Note: "a drill"}); err != nil {
			t.Fatal(err)
		}
	}
	waive("PM-1")
	tw.jump(31 * 24 * time.Hour)
	tw.wait(time.Minute)
	tw.incident(inc.Name()) // the team's is still owed
	waive("PM-2")
	tw.jump(2 * 24 * time.Hour)
	tw.wait(time.Minute)
	if _, err := tw.engines[0].Incident(context.Background(), inc.Name()); !errors.Is(err, engine.ErrNotFound) {
		t.Errorf("the incident is still there: %v", err)
	}
}

package webhook_test

import (
	"context"
	"encoding/json"
	"net/http"
	"testing"

	"github.com/tocsin-oncall/tocsin/engine/page"
	"github.com/tocsin-oncall/tocsin/engine/postmortem"
	"github.com/tocsin-oncall/tocsin/integrations/webhook"
)

func TestAChangeOfAPostmortemIsPostedWithItsActions(t *testing.T) {
	t.Parallel()
	r := newReceiver(t, http.StatusOK)
	m := r.message("")
	m.Kind, m.Alert, m.Text = page.Notice, nil, "amir: action 1 is done"
	m.Postmortem = &postmortem.State{
		Number: 3, Status: postmortem.Open, Phase: postmortem.Drafting, Incident: "INC-7", Title: "Payments fail", Owner: "amir", Noted: 9,
		Actions: []postmortem.Item{{N: 1, Text: "Alert on the pool", Horizon: postmortem.Short, Owner: "amir", Done: true, DoneAt: now}},
	}
	if _, err := sender().Send(context.Background(), m); err != nil {
		t.Fatal(err)
	}
	var got webhook.Body
	if err := json.Unmarshal(r.bodies[0], &got); err != nil {
		t.Fatal(err)
	}
	pm := got.Data.Postmortem
	if got.Type != "postmortem.updated" || pm == nil || got.Data.Incident != nil || got.Data.Text != "amir: action 1 is done" {
		t.Fatalf("posted %s", r.bodies[0])
	}
	if pm.ID != "PM-3" || pm.Stage != "drafting" || pm.Incident != "INC-7" || pm.Revision != 9 || len(pm.Actions) != 1 || !pm.Actions[0].DoneAt.Equal(now) || pm.Actions[0].Horizon != "short" {
		t.Errorf("the postmortem is %+v", pm)
	}
}

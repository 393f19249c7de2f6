package webhook_test

import (
	"context"
	"encoding/json"
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

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

// Everything of an action is told, under the names that are documented.
func TestAVerifiedActionIsToldWithItsEvidencesDate(t *testing.T) {
	t.Parallel()
	r := newReceiver(t, http.StatusOK)
	m := r.message("")
	m.Kind, m.Alert, m.Text = page.Notice, nil, "ethan: published"
	m.Postmortem = &postmortem.State{
		Number: 4, Status: postmortem.Completed, CompletedAt: now, CompletedBy: "ethan", Priority: "P1", Service: "payments", Team: "west", Tags: []string{"eu"}, DueAt: now,
		Actions: []postmortem.Item{{N: 2, Text: "Test it", Horizon: postmortem.Mid, Owner: "amir", DueAt: now, Done: true, DoneAt: now, VerifiedAt: now, VerifiedBy: "darren", Issue: "https://example.com/1"}},
	}
	if _, err := sender().Send(context.Background(), m); err != nil {
		t.Fatal(err)
	}
	var got struct {
		Data struct {
			Postmortem map[string]any `json:"postmortem"`
		} `json:"data"`
	}
	if err := json.Unmarshal(r.bodies[0], &got); err != nil {
		t.Fatal(err)
	}
	at := now.UTC().Format("2006-01-02T15:04:05Z07:00")
	pm := got.Data.Postmortem
	for key, want := range map[string]any{"stage": "published", "completed_at": at, "completed_by": "ethan", "priority": "P1", "service": "payments", "team": "west", "due_at": at} {
		if pm[key] != want {
			t.Errorf("%s is %v, want %v", key, pm[key], want)
		}
	}
	action, _ := pm["actions"].([]any)[0].(map[string]any)
	want := map[string]any{"n": 2.0, "text": "Test it", "horizon": "mid", "owner": "amir", "due_at": at, "done_at": at, "verified_at": at, "verified_by": "darren", "issue": "https://example.com/1"}
	if diff := cmp.Diff(want, action); diff != "" {
		t.Error(diff)
	}
}

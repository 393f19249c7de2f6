package webhook_test

import (
	"context"
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/incident"
	"github.com/tocsin-oncall/tocsin/engine/page"
	"github.com/tocsin-oncall/tocsin/integrations/webhook"
)

func TestAChangeOfAnIncidentIsPostedWithAllOfIt(t *testing.T) {
	t.Parallel()
	r := newReceiver(t, http.StatusOK)
	m := r.message("")
	m.Kind, m.Alert, m.Text = page.Notice, nil, "amir: mitigated"
	m.Incident = &incident.State{
		Number: 7, Status: incident.Mitigated, Priority: "P1", Title: "Payments fail", Service: "payments", Count: 3, Left: 1,
		OpenedAt: now, MitigatedAt: now, MitigatedBy: "amir", Noted: 12, Roles: map[string]string{"commander": "amir"},
	}
	if _, err := sender().Send(context.Background(), m); err != nil {
		t.Fatal(err)
	}
	var got webhook.Body
	if err := json.Unmarshal(r.bodies[0], &got); err != nil {
		t.Fatal(err)
	}
	in := got.Data.Incident
	if got.Type != "incident.updated" || in == nil || got.Data.Alert != nil || got.Data.Text != "amir: mitigated" {
		t.Fatalf("posted %s", r.bodies[0])
	}
	if in.ID != "INC-7" || in.Severity != "SEV1" || in.Status != "mitigated" || in.Services[0] != "payments" || in.Alerts != 2 ||
		in.Revision != 12 || in.Roles["commander"] != "amir" || !in.Times[incident.Mitigation].Equal(now) {
		t.Errorf("the incident is %+v", in)
	}
}

func TestAStatusUpdateIsPostedAsWhatItIs(t *testing.T) {
	t.Parallel()
	r := newReceiver(t, http.StatusOK)
	m := r.message("")
	m.Kind, m.Alert, m.Title, m.Text = page.Update, nil, "Payments fail", "We roll it back."
	m.Incident = &incident.State{Number: 7, Title: "Payments fail", Priority: "P1", OpenedAt: now}
	m.Update = &incident.StatusUpdate{N: 2, At: now, By: "amir", Audience: "customers", Phase: incident.Identified, Title: "Payments fail", Text: "We roll it back.", NextBy: now.Add(time.Hour), Request: "secret"}
	if _, err := sender().Send(context.Background(), m); err != nil {
		t.Fatal(err)
	}
	var got webhook.Body
	if err := json.Unmarshal(r.bodies[0], &got); err != nil {
		t.Fatal(err)
	}
	u := got.Data.Update
	if got.Type != "incident.status_update" || got.Data.Incident == nil || u == nil || u.N != 2 || u.Phase != incident.Identified || u.Request != "" || !u.NextBy.Equal(now.Add(time.Hour)) {
		t.Errorf("posted %s", r.bodies[0])
	}
}

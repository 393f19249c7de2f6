package e2e

import (
	"net/http"
	"strings"
	"testing"

	"github.com/tocsin-oncall/tocsin/cmd/tocsin/programtest"
)

type incidentView struct {
	ID         string `json:"id"`
	Status     string `json:"status"`
	Priority   string `json:"priority"`
	Severity   string `json:"severity"`
	Title      string `json:"title"`
	Count      int    `json:"count"`
	Postmortem string `json:"postmortem"`
}

type postmortemView struct {
	ID        string `json:"id"`
	Status    string `json:"status"`
	Incident  string `json:"incident"`
	Owner     string `json:"owner"`
	DueAt     string `json:"due_at"`
	Overdue   bool   `json:"overdue"`
	WaivedFor string `json:"waived_for"`
}

func TestAnIncidentOwesAPostmortemUntilItIsCompletedOrWaived(t *testing.T) {
	t.Parallel()
	s := serve(t, people+reach("{via: console}")+standard(`0s: "user:ethan"`)+integrations()+providers(consoleProvider)+`
services: [{name: checkout, team: ops}, {name: search, team: ops}]
rules:
  - {to: "policy:standard", incident: 'priority == "P1"'}
postmortem: {required_when: 'incident.priority in ["P1", "P2"]', due: 7d}
`)
	incident := func(name string) incidentView {
		return as[incidentView](t, s.get("/api/v1/incidents/"+name), http.StatusOK)
	}
	act := func(path, body string) programtest.Answer { return s.post("/api/v1/"+path, body) }
	opened := func(service, id string) (number int, name string) {
		number = s.fire(map[string]any{"id": id, "title": "Checkout is down", "service": service}).Number
		a := s.untilAlert(number, "the alert to have its incident", func(a alertView) bool { return a.Incident != "" })
		return number, a.Incident
	}

	// A P1 opens an incident; another alert of the same service joins it; a P3 of another one has none.
	first, name := opened("checkout", "a")
	_, joined := opened("checkout", "b")
	if joined != name {
		t.Errorf("the second alert of the service is in %s, the first in %s", joined, name)
	}
	calm := s.fire(map[string]any{"id": "c", "priority": "P3", "service": "search"})
	if i := incident(name); i.Status != "open" || i.Severity != "SEV1" || i.Count != 2 || i.Title == "" {
		t.Errorf("the incident: %+v", i)
	}
	if a := s.alert(calm.Number); a.Incident != "" {
		t.Errorf("a P3 is in %s", a.Incident)
	}

	if a := act("incidents/"+name+"/close", `{"user":"ethan","note":"a bad deploy"}`); a.Status != http.StatusOK {
		t.Fatalf("close: %d %s", a.Status, a.Body)
	}
	var owed incidentView
	until(t, "the close to make a postmortem", func() (bool, any) {
		owed = incident(name)
		return owed.Status == "closed" && owed.Postmortem != "", owed
	})
	pm := as[postmortemView](t, s.get("/api/v1/postmortems/"+owed.Postmortem), http.StatusOK)
	if pm.Status != "open" || pm.Incident != name || pm.Owner == "" || pm.DueAt == "" || pm.Overdue {
		t.Errorf("the postmortem: %+v", pm)
	}
	until(t, "the metric of owed postmortems", func() (bool, any) {
		n := s.metric(`tocsin_postmortems{state="open"`)
		return n == 1, n
	})
	if n := s.metric("tocsin_postmortems_overdue"); n != 0 {
		t.Errorf("%v are overdue", n)
	}

	// It is completed.
	edit := s.Do(http.MethodPatch, "/api/v1/postmortems/"+pm.ID, programtest.AdminKey, "application/json", []byte(`{"user":"ethan","sections":{"summary":"A deploy broke it.","impact":"Nobody could pay.","causes":"No canary.","lessons":"Have one."},"actions":[{"text":"canary","owner":"amir"}]}`))
	if edit.Status != http.StatusOK {
		t.Errorf("edit: %d %s", edit.Status, edit.Body)
	}
	if a := act("postmortems/"+pm.ID+"/complete", `{"user":"ethan"}`); a.Status != http.StatusOK || as[postmortemView](t, a, 200).Status != "completed" {
		t.Errorf("complete: %d %s", a.Status, a.Body)
	}

	// Another one is waived, with a reason only.
	if a := act("alerts/"+itoa(first)+"/close", `{"user":"ethan"}`); a.Status != http.StatusOK {
		t.Fatalf("closing the alert: %d %s", a.Status, a.Body)
	}
	_, name = opened("search", "d")
	if a := act("incidents/"+name+"/close", `{"user":"ethan"}`); a.Status != http.StatusOK {
		t.Fatalf("close: %d %s", a.Status, a.Body)
	}
	until(t, "the second postmortem", func() (bool, any) { owed = incident(name); return owed.Postmortem != "", owed })
	if a := act("postmortems/"+owed.Postmortem+"/waive", `{"user":"ethan"}`); a.Status != http.StatusBadRequest || !strings.Contains(a.Body, "reason") {
		t.Errorf("waive without a reason: %d %s", a.Status, a.Body)
	}
	if a := act("postmortems/"+owed.Postmortem+"/waive", `{"user":"ethan","reason":"a drill"}`); a.Status != http.StatusOK || as[postmortemView](t, a, 200).WaivedFor != "a drill" {
		t.Errorf("waive: %d %s", a.Status, a.Body)
	}
	until(t, "the metrics to follow", func() (bool, any) {
		open, completed, waived := s.metric(`tocsin_postmortems{state="open"`), s.metric(`tocsin_postmortems{state="completed"`), s.metric(`tocsin_postmortems{state="waived"`)
		return open == 0 && completed == 1 && waived == 1, []float64{open, completed, waived}
	})
	checkScrape(t, s)
}

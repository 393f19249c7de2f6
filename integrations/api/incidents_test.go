package api_test

import (
	"slices"
	"testing"
	"time"

	"github.com/tocsin-oncall/tocsin/integrations/api"
)

func TestAnIncidentFromAlertToPostmortem(t *testing.T) {
	t.Parallel()
	w := begin(t)
	a := w.fire(`{"title":"Checkout is down","priority":"P1","service":"checkout","team":"ops"}`)
	if a.Incident != "INC-1" {
		t.Fatalf("the alert is of incident %q", a.Incident)
	}
	inc := into[api.Incident](w.get("/api/v1/incidents/INC-1", viewer))
	if inc.ID != "INC-1" || inc.Status != "open" || inc.Severity != "SEV1" || inc.Count != 1 || inc.Alerts[0].Number != a.Number {
		t.Errorf("the incident is %+v", inc)
	}
	w.later(30 * time.Minute)
	w.post("/api/v1/incidents/INC-1/role", responder, `{"user":"ethan","role":"commander","responder":"amir"}`).is(200)
	w.post("/api/v1/incidents/inc-1/resolve", responder, `{"user":"amir","note":"rolled back"}`).is(200)
	closed := into[api.Incident](w.post("/api/v1/incidents/1/close", responder, `{"user":"amir"}`))
	if closed.Status != "closed" || closed.ResolvedBy != "amir" || closed.Roles["commander"] != "amir" || closed.Postmortem != "PM-1" {
		t.Errorf("closed: %+v", closed)
	}
	entry := closed.Timeline[slices.IndexFunc(closed.Timeline, func(e api.NumberedEntry) bool { return e.Kind == "resolved" })]
	if entry.By != "amir" || entry.Text != "resolved: rolled back" || entry.Via != "api" {
		t.Errorf("the timeline says %+v", entry)
	}

	owed := into[api.List[api.Postmortem]](w.get("/api/v1/postmortems?status=open", viewer)).Items
	if len(owed) != 1 || owed[0].ID != "PM-1" || owed[0].Incident != "INC-1" || owed[0].Owner != "amir" || owed[0].Overdue {
		t.Fatalf("owed: %+v", owed)
	}
	pm := into[api.Postmortem](w.do("PATCH", "/api/v1/postmortems/PM-1", responder,
		`{"user":"amir","sections":{"summary":"A bad release."},"actions":[{"text":"Test it","owner":"ethan","due_at":"2026-03-20T00:00:00Z"}]}`))
	if pm.Sections["summary"] != "A bad release." || len(pm.Actions) != 1 || pm.Actions[0].Owner != "ethan" || pm.Actions[0].N != 1 {
		t.Errorf("written: %+v", pm)
	}
	pm = into[api.Postmortem](w.do("PATCH", "/api/v1/postmortems/pm-1", responder, `{"actions":[{"n":1,"done":true}]}`))
	if !pm.Actions[0].Done || pm.Actions[0].DoneBy != "api:bot" {
		t.Errorf("done: %+v", pm.Actions)
	}
	w.later(72 * time.Hour)
	if late := into[api.Postmortem](w.get("/api/v1/postmortems/PM-1", viewer)); !late.Overdue {
		t.Error("not overdue after three days")
	}
	done := into[api.Postmortem](w.post("/api/v1/postmortems/PM-1/complete", responder, ``))
	if done.Status != "completed" || done.CompletedBy != "api:bot" || done.Overdue {
		t.Errorf("completed: %+v", done)
	}
	w.post("/api/v1/postmortems/PM-1/waive", responder, `{"reason":"late"}`).is(409, "was completed")
}

func TestAPostmortemIsWaivedForAReasonOnly(t *testing.T) {
	t.Parallel()
	w := begin(t)
	w.fire(`{"title":"Down","priority":"P1","service":"checkout"}`)
	w.post("/api/v1/incidents/INC-1/close", responder, "").is(200)
	w.post("/api/v1/postmortems/PM-1/waive", responder, "").is(400, "reason: missing")
	for _, body := range []string{`{"reason":"a drill"}`, `{"note":"a drill"}`} {
		pm := into[api.Postmortem](w.post("/api/v1/postmortems/PM-1/waive", responder, body))
		if pm.Status != "waived" || pm.WaivedFor != "a drill" {
			t.Errorf("%s: %+v", body, pm)
		}
		w.post("/api/v1/postmortems/PM-1/reopen", responder, "").is(200)
	}
}

func TestAPostmortemIsHandedOn(t *testing.T) {
	t.Parallel()
	w := begin(t)
	w.fire(`{"title":"Down","priority":"P1","service":"checkout"}`)
	w.post("/api/v1/incidents/INC-1/close", responder, "").is(200)
	if pm := into[api.Postmortem](w.post("/api/v1/postmortems/PM-1/assign", responder, `{"owner":"ethan"}`)); pm.Owner != "ethan" {
		t.Errorf("the owner is %q", pm.Owner)
	}
	if pm := into[api.Postmortem](w.do("PATCH", "/api/v1/postmortems/PM-1", responder, `{"owner":"amir"}`)); pm.Owner != "amir" {
		t.Errorf("the owner is %q", pm.Owner)
	}
	for body, message := range map[string]string{
		`{}`:                             "body: nothing is to be changed",
		`{"owner":"nobody"}`:             "owner: there is no user",
		`{"owner":"amir","title":"x"}`:   "owner: it is changed on its own",
		`{"actions":[{"owner":"amri"}]}`: "actions.owner: there is no user",
		`{"due_at":"soon"}`:              "due_at: ",
		`{"sections":{"summary":5}}`:     "sections: a string was expected",
	} {
		w.do("PATCH", "/api/v1/postmortems/PM-1", responder, body).is(400, message)
	}
	w.do("PATCH", "/api/v1/postmortems/PM-1", responder, `{"actions":[{"txt":"x"}]}`).is(400, "txt: there is no such field", "actions.text, actions.owner")
	w.post("/api/v1/postmortems/PM-1/note", responder, `{"owner":"amir","note":"x"}`).is(400, "owner: only assign takes it")
	w.get("/api/v1/postmortems/PM-9", viewer).is(404)
}

func TestAnIncidentIsOpenedByHandOnce(t *testing.T) {
	t.Parallel()
	w := begin(t)
	opened := into[api.Incident](w.post("/api/v1/incidents", responder,
		`{"title":"Payments are slow","priority":"P2","service":"checkout","user":"amir","note":"customers call"}`).is(201))
	if opened.ID != "INC-1" || opened.OpenedBy != "amir" || opened.Timeline[0].Text != "customers call" {
		t.Errorf("opened: %+v", opened)
	}
	again := into[api.Incident](w.post("/api/v1/incidents", responder, `{"title":"Slow payments","service":"checkout"}`).is(200))
	if again.ID != "INC-1" || again.Title != "Payments are slow" {
		t.Errorf("a second one: %+v", again)
	}
	for body, message := range map[string]string{
		`{}`:                              "title: missing",
		`{"title":"x","priority":"SEV1"}`: "priority: ",
		`{"title":"x","service":"shop"}`:  "There is no service",
		`{"title":"x","team":"web"}`:      "There is no team",
		`{"title":"x","user":"amri"}`:     "user: there is no user",
	} {
		w.post("/api/v1/incidents", responder, body).is(400, `"code":"invalid"`, message)
	}
}

func TestEveryActionOnAnIncident(t *testing.T) {
	t.Parallel()
	w := begin(t)
	w.fire(`{"title":"Disk full","priority":"P3"}`)
	w.post("/api/v1/incidents", responder, `{"title":"Slow","team":"ops"}`).is(201)
	for _, act := range []struct{ verb, body, want string }{
		{"priority", `{"priority":"P1"}`, `"severity":"SEV1"`},
		{"title", `{"title":"Slow everywhere"}`, `"title":"Slow everywhere"`},
		{"responder", `{"responder":"ethan","user":"ethan"}`, `"responders":["ethan"]`},
		{"role", `{"role":"scribe","responder":"ethan"}`, `"roles":{"scribe":"ethan"}`},
		{"role", `{"role":"scribe"}`, `"roles":{}`},
		{"alerts", `{"alert":"1","user":"amir","note":"it fits"}`, `"by":"amir","text":"alert #1 (P3): Disk full: it fits","via":"api"`},
		{"note", `{"note":"still slow"}`, `"by":"api:bot","text":"still slow"`},
		{"resolve", ``, `"status":"resolved"`},
		{"reopen", ``, `"status":"open"`},
		{"close", ``, `"status":"closed"`},
	} {
		w.post("/api/v1/incidents/INC-1/"+act.verb, responder, act.body).is(200, act.want)
	}
	if a := into[api.Alert](w.get("/api/v1/alerts/1", viewer)); a.Incident != "INC-1" {
		t.Errorf("the alert is of incident %q", a.Incident)
	}
	w.post("/api/v1/incidents/INC-1/priority", responder, `{"priority":"P2"}`).is(409, "Reopen it first")
	for _, bad := range []struct{ verb, body, message string }{
		{"priority", `{}`, "priority: missing"},
		{"priority", `{"priority":"1"}`, "priority: "},
		{"resolve", `{"title":"x"}`, "title: resolve does not take it"},
		{"responder", `{"responder":"amri"}`, "responder: there is no user"},
		{"alerts", `{}`, "alert: missing"},
		{"note", `{}`, "note: "},
	} {
		w.post("/api/v1/incidents/INC-1/"+bad.verb, responder, bad.body).is(400, bad.message)
	}
	w.post("/api/v1/incidents/INC-1/alerts", responder, `{"alert":"99"}`).is(404, "no alert #99")
	w.get("/api/v1/incidents/INC-9", viewer).is(404, "INC-9")
	w.post("/api/v1/incidents/INC-9/resolve", responder, "").is(404)
}

func TestIncidentsAreListedByStatusAndPage(t *testing.T) {
	t.Parallel()
	w := begin(t)
	for _, title := range []string{"one", "two", "three"} {
		w.post("/api/v1/incidents", responder, `{"title":"`+title+`"}`).is(201)
		w.later(time.Minute)
	}
	w.post("/api/v1/incidents/INC-2/close", responder, "").is(200)
	first := into[api.List[api.Incident]](w.get("/api/v1/incidents?limit=2", viewer))
	rest := into[api.List[api.Incident]](w.get("/api/v1/incidents?limit=2&cursor="+first.Next, viewer))
	if len(first.Items) != 2 || first.Items[0].ID != "INC-3" || len(rest.Items) != 1 || rest.Items[0].ID != "INC-1" {
		t.Errorf("pages %+v and %+v", first, rest)
	}
	if open := into[api.List[api.Incident]](w.get("/api/v1/incidents?status=open", viewer)); len(open.Items) != 2 {
		t.Errorf("open: %+v", open.Items)
	}
}

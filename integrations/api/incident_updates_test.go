package api_test

import (
	"testing"
	"time"

	"github.com/tocsin-oncall/tocsin/integrations/api"
)

func TestAudiencesAreToldHowAnIncidentGoes(t *testing.T) {
	t.Parallel()
	w := begin(t)
	w.post("/api/v1/incidents", responder, `{"title":"Payments fail","priority":"P1","user":"amir"}`).is(201)
	const inc = "/api/v1/incidents/INC-1"
	w.post(inc+"/updates?dry_run=true", responder, `{"audience":"stakeholders"}`).
		is(200, `"text":"Payments fail: We are looking into it. The next update follows by 12:30 UTC."`)
	w.get(inc+"/updates", viewer).is(200, `"items":[]`)
	w.post(inc+"/updates", responder, `{"audience":"stakeholders","text":"We look into it.","next_in":"20m","user":"ethan","request":"r-1"}`).
		is(200, `"n":1`, `"phase":"investigating"`, `"title":"Payments fail"`, `"next_by":"2026-03-09T12:20:00Z"`, `"by":"ethan"`)
	w.later(time.Minute)
	w.post(inc+"/updates", responder, `{"audience":"stakeholders","text":"We look into it.","next_in":"20m","user":"ethan","request":"r-1"}`).is(200, `"n":1`)
	w.post(inc+"/updates", responder, `{"audience":"customers","phase":"identified"}`).is(200, `"n":2`, `"title":"Problem with our service"`)
	w.get(inc+"/updates?audience=customers", viewer).is(200, `"n":2`)
	w.get(inc, viewer).is(200, `{"name":"stakeholders","public":false,"updates":1,"phase":"investigating","told_at":"2026-03-09T12:00:00Z","next_update_due":"2026-03-09T12:20:00Z","why":"next","reminded":0}`)
	for body, want := range map[string]string{
		`{}`:                   "audience: missing",
		`{"audience":"press"}`: "There is no audience",
		`{"audience":"customers","phase":"over"}`:   "is not a phase",
		`{"audience":"customers","next_in":"soon"}`: "next_in: ",
		`{"audience":"customers","note":"x"}`:       "note: a status update has a text",
	} {
		w.post(inc+"/updates", responder, body).is(400, want)
	}
	w.post(inc+"/updates", viewer, `{"audience":"customers"}`).is(403)
	w.post("/api/v1/incidents/INC-9/updates", responder, `{"audience":"customers"}`).is(404)
}

func TestPeopleOutsideTheConfigurationAreSubscribed(t *testing.T) {
	t.Parallel()
	w := begin(t)
	w.post("/api/v1/incidents", responder, `{"title":"Payments fail","priority":"P1"}`).is(201)
	const subs = "/api/v1/incidents/INC-1/subscribers"
	w.post(subs, responder, `{"audience":"customers","email":"a@example.com","emails":["b@example.com","A@example.com"]}`).is(200, `"refused":[]`)
	for _, bad := range []string{`"a@example.com\r\nBcc: b@example.com"`, `"Amir <a@example.com>"`, `"a@example.com, b@example.com"`, `"nobody"`, `"a b@example.com"`} {
		w.post(subs, responder, `{"audience":"customers","email":`+bad+`}`).is(400, "is not an e-mail address")
	}
	w.post(subs, responder, `{"audience":"press","email":"c@example.com"}`).is(400, "there is no audience")
	w.post(subs, responder, `{"audience":"customers"}`).is(400, "email: missing")
	list := into[api.List[api.Subscriber]](w.get(subs, responder))
	if len(list.Items) != 2 {
		t.Fatalf("subscribed: %+v", list.Items)
	}
	w.do("DELETE", subs+"?email=b@example.com&audience=customers", responder, "").is(200)
	w.do("DELETE", subs+"?email=z@example.com&audience=customers", responder, "").is(404, "is not subscribed")
	w.do("DELETE", subs+"?email=b@example.com", responder, "").is(400, "audience: missing")
	if list = into[api.List[api.Subscriber]](w.get(subs, responder)); len(list.Items) != 1 || list.Items[0].By == "" {
		t.Errorf("subscribed: %+v", list.Items)
	}
	w.get(subs, viewer).is(403)
}

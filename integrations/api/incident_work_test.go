package api_test

import (
	"strings"
	"testing"
	"time"

	"github.com/tocsin-oncall/tocsin/integrations/api"
)

func TestAnIncidentIsWorkedOn(t *testing.T) {
	t.Parallel()
	w := begin(t)
	w.fire(`{"title":"Disk full","priority":"P3"}`)
	w.post("/api/v1/alerts/1/incident", responder, `{"user":"amir","title":"Disks fill up","priority":"P2"}`).is(200, `"id":"INC-1"`, `"title":"Disks fill up"`, `"severity":"SEV2"`)
	w.later(30 * time.Minute)
	const inc = "/api/v1/incidents/INC-1"
	for _, act := range []struct{ verb, body, want string }{
		{"responder", `{"user":"amir","responder":"team:ops"}`, `"to":"team:ops","status":"notified","by":"amir"`},
		{"decline", `{"user":"jason","responder":"team:ops","note":"on a plane"}`, `"to":"team:ops","status":"declined"`},
		{"aware", `{"user":"ethan","responder":"team:ops"}`, `"to":"team:ops","status":"aware"`},
		{"mitigate", `{"user":"amir","at":"2026-03-09T12:30:00Z"}`, `"mitigated":{"at":"2026-03-09T12:30:00Z","by":"amir"`},
		{"leave", `{"alert":"1","note":"another disk"}`, `"left":1`},
		{"resolve", ``, `"status":"resolved"`},
	} {
		w.post(inc+"/"+act.verb, responder, act.body).is(200, act.want)
	}
	if a := into[api.Alert](w.get("/api/v1/alerts/2", viewer)); a.Responds != "team:ops" || a.Status != "closed" {
		t.Errorf("the responder alert: %+v", a)
	}
	w.do("PATCH", inc, responder, `{"add_tags":["disk"],"add_services":["checkout"],"properties":{"region":"apac"},"add_links":[{"text":"graph","href":"https://grafana.example.com/d/1"}]}`).
		is(200, `"services":["checkout"]`, `"properties":{"region":"apac"}`, `"href":"https://grafana.example.com/d/1"`)
	for _, bad := range []struct {
		method, path, body, message string
		status                      int
	}{
		{"PATCH", inc, `{}`, "nothing is to be changed", 400},
		{"PATCH", inc, `{"add_links":[{"text":"x","href":"javascript:alert(1)"}]}`, "is not a link", 400},
		{"PATCH", inc, `{"add_services":["shop"]}`, "There is no service", 400},
		{"POST", inc + "/times", `{"times":{"impact":"2026-03-09T12:00:00Z"}}`, "is not a time of an incident", 409},
		{"POST", inc + "/times", `{"times":{"impact_start":"2026-03-09T13:00:00Z"}}`, "still to come", 409},
		{"POST", inc + "/times", `{"times":{"impact_start":"2026-03-09T12:25:00Z"}}`, ", before impact_start at 2026-03-09T12:25:00Z", 409},
		{"POST", inc + "/times", `{"times":{"impact_start":"noon"}}`, "times.impact_start: ", 400},
		{"POST", inc + "/tick", `{"item":"1"}`, "There is no checklist", 409},
		{"POST", inc + "/close", `{"force":true}`, "note: missing", 400},
		{"POST", inc + "/decline", `{"user":"amir"}`, "has not been paged", 409},
		{"POST", inc + "/responder", `{"responder":"schedule:primary"}`, "neither a user nor", 400},
		{"POST", inc + "/mitigate", `{}`, "is resolved already", 409},
		{"POST", "/api/v1/alerts/2/incident", `{}`, "cannot be part of an incident", 409},
		{"POST", "/api/v1/alerts/1/decline", `{}`, "nothing to decline", 409},
	} {
		w.do(bad.method, bad.path, responder, bad.body).is(bad.status, bad.message)
	}
	w.do("GET", inc+"/timeline?format=md", viewer, "").is(200, "# INC-1: Disks fill up", "on a plane")
	course := into[api.Course](w.get(inc+"/timeline", viewer))
	if course.Incident.ID != "INC-1" || len(course.Lines) < 10 || course.Left != 0 {
		t.Errorf("the course: %+v", course)
	}
}

func TestFilesOfAnIncidentAreKeptWithIt(t *testing.T) {
	t.Parallel()
	w := begin(t)
	w.post("/api/v1/incidents", responder, `{"title":"Disks fill up"}`).is(201)
	const files = "/api/v1/incidents/INC-1/files"
	chart := "\x89PNG\r\n\x1a\n and the rest"
	for range 2 { // the second time it is there already
		w.post(files+"?name=..%2F%22p99%22.png&note=before+and+after&user=ethan", responder, chart).
			is(200, `"files":[{"n":1,"name":"\"p99\".png","type":"image/png","size":21,`, `"by":"ethan","note":"before and after"`, `"kind":"attached"`)
	}
	page := `<script>alert(1)</script>`
	if inc := into[api.Incident](w.post(files+"?name=page.html", responder, page).is(200)); len(inc.Files) != 2 {
		t.Fatalf("there are %d files", len(inc.Files))
	}
	got := w.get(files+"/1", viewer).is(200)
	if got.header.Get("Content-Type") != "image/png" || string(got.body) != chart || got.header.Get("Content-Disposition") != `attachment; filename="\"p99\".png"` {
		t.Errorf("got %q as %v", got.body, got.header)
	}
	if got := w.get(files+"/2", viewer).is(200); got.header.Get("Content-Type") != "application/octet-stream" || got.header.Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("a browser would run it: %v", got.header)
	}
	for _, bad := range []struct {
		method, path, key, body, message string
		status                           int
	}{
		{"POST", files, responder, "x", "name: missing", 400},
		{"POST", files + "?name=x", responder, "", "is empty", 409},
		{"POST", files + "?name=x", responder, strings.Repeat("x", 5<<20+1), "more than 5242880 bytes", 413},
		{"POST", files + "?name=x", viewer, "x", "", 403},
		{"GET", files + "/3", viewer, "", "has no file 3", 404},
		{"GET", files + "/first", viewer, "", "is not the number of a file", 400},
		{"DELETE", files + "/2?reason=x", responder, "", "", 403},
		{"DELETE", files + "/2", admin, "", "say why", 400},
	} {
		w.do(bad.method, bad.path, bad.key, bad.body).is(bad.status, bad.message)
	}
	w.do("DELETE", files+"/2?reason=customers%27+names", admin, "").is(200, `"reason":"customers' names"`, `"kind":"detached"`)
	w.get(files+"/2", viewer).is(404, "was removed by api:ops: customers' names")
	w.get("/api/v1/incidents/INC-1/timeline?format=md", viewer).is(200, "## Files", "customers' names")
}

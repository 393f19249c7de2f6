package api_test

import (
	"strings"
	"testing"
	"time"

	"github.com/tocsin-oncall/tocsin/integrations/api"
)

const postmortems = "/api/v1/postmortems"

func TestAPostmortemIsWrittenCheckedReviewedAndPublished(t *testing.T) {
	t.Parallel()
	w := begin(t)
	w.fire(`{"title":"Down","priority":"P1","service":"checkout"}`)
	w.post("/api/v1/incidents/INC-1/close", responder, "").is(200)
	pm := into[api.Postmortem](w.get(postmortems+"/PM-1", viewer))
	if pm.Status != "open" || pm.Stage != "required" || len(pm.Outline) != 13 || pm.Outline[0].Title != "Executive summary" {
		t.Errorf("owed: %+v", pm)
	}
	if c := into[api.PostmortemCheck](w.get(postmortems+"/PM-1/check", viewer)); c.OK || c.Gaps[0].Code != "section_empty" || c.Gaps[0].Where != "summary" {
		t.Errorf("the check: %+v", c)
	}
	w.post(postmortems+"/PM-1/publish", responder, "").is(409, "PM-1 is not complete: section summary is empty")

	pm = into[api.Postmortem](w.do("PATCH", postmortems+"/PM-1", responder, `{"user":"amir",
		"sections":{"summary":"A release.","impact":"No sales.","detection":"An alert.","mitigation":"Rolled back."},
		"causes":[{"text":"The pool was empty","evidence":"a graph"},{"text":"It leaked","parent":1}],
		"lessons":[{"text":"Pools need an alert."}],
		"actions":[{"text":"Alert on it","owner":"ethan","due_at":"2026-03-20T00:00:00Z","horizon":"short","lesson":1,"issue":"https://jira.example.com/OPS-7"}]}`))
	if pm.Stage != "drafting" || pm.Causes[1].Parent != 1 || pm.Causes[0].Evidence != "a graph" || pm.Actions[0].Status != "open" || pm.Actions[0].Lesson != 1 {
		t.Errorf("written: %+v", pm)
	}
	pm = into[api.Postmortem](w.do("PATCH", postmortems+"/PM-1", responder, `{"causes":[{"n":2,"parent":0,"before":1},{"n":1,"remove":true}]}`))
	if len(pm.Causes) != 1 || pm.Causes[0].N != 2 || pm.Causes[0].Parent != 0 {
		t.Errorf("the causes: %+v", pm.Causes)
	}

	w.post(postmortems+"/PM-1/submit", responder, `{"reviewers":["nobody"]}`).is(400, "reviewers: there is no user")
	if pm = into[api.Postmortem](w.post(postmortems+"/PM-1/submit", responder, `{"reviewers":["ethan"]}`)); pm.Stage != "in_review" || pm.Reviews[0].Verdict != "asked" {
		t.Errorf("submitted: %+v", pm)
	}
	if list := into[api.List[api.Postmortem]](w.get(postmortems+"?stage=in_review", viewer)).Items; len(list) != 1 {
		t.Errorf("in review: %+v", list)
	}
	if list := into[api.List[api.Postmortem]](w.get(postmortems+"?stage=drafting,published", viewer)).Items; len(list) != 0 {
		t.Errorf("not in review: %+v", list)
	}
	w.post(postmortems+"/PM-1/request-changes", responder, `{"user":"ethan"}`).is(400, "reason: missing")
	w.post(postmortems+"/PM-1/approve", responder, `{}`).is(409, "A review is a person's")
	w.post(postmortems+"/PM-1/approve", responder, `{"user":"ethan"}`).is(200)
	if pm = into[api.Postmortem](w.post(postmortems+"/PM-1/publish", responder, `{"user":"amir"}`)); pm.Status != "completed" || pm.Stage != "published" || len(pm.Gaps) != 0 {
		t.Errorf("published: %+v", pm)
	}

	w.do("PATCH", postmortems+"/PM-1", responder, `{"actions":[{"n":1,"due_at":"2026-05-20T00:00:00Z"}]}`).is(409, "Say why")
	w.do("PATCH", postmortems+"/PM-1", responder, `{"actions":[{"n":1,"due_at":"2026-05-20T00:00:00Z","reason":"the vendor"}]}`).is(200)
	w.do("PATCH", postmortems+"/PM-1", responder, `{"actions":[{"n":1,"verified":true,"evidence":"a drill"}]}`).is(409, "is not done yet")
	pm = into[api.Postmortem](w.do("PATCH", postmortems+"/PM-1", responder, `{"user":"amir","actions":[{"n":1,"done":true,"verified":true,"evidence":"a drill"}]}`))
	if a := pm.Actions[0]; a.Status != "verified" || a.VerifiedBy != "amir" || a.Evidence != "a drill" || a.Slips != 1 || a.Moves[0].Why != "the vendor" {
		t.Errorf("followed: %+v", a)
	}
}

func TestAPostmortemIsExportedAsADocument(t *testing.T) {
	t.Parallel()
	w := begin(t)
	w.fire(`{"title":"Down <now>","priority":"P1","service":"checkout"}`)
	w.post("/api/v1/incidents/INC-1/close", responder, "").is(200)
	w.do("PATCH", postmortems+"/PM-1", responder, `{"sections":{"summary":"**A release.**"}}`).is(200)
	for query, want := range map[string][3]string{
		"":                                     {"text/markdown; charset=utf-8", `filename=PM-1.md`, "**A release.**"},
		"?format=html":                         {"text/html; charset=utf-8", `filename=PM-1.html`, "<strong>A release.</strong>"},
		"?format=html&audience=customers":      {"text/html; charset=utf-8", `filename=PM-1-customers.html`, "<h1>Down &lt;now&gt;</h1>"},
		"?format=confluence&audience=internal": {"application/xhtml+xml; charset=utf-8", `filename=PM-1.xml`, "<h2>Executive summary</h2>"},
	} {
		a := w.get(postmortems+"/PM-1/export"+query, viewer)
		a.is(200)
		if a.header.Get("Content-Type") != want[0] || !strings.Contains(a.header.Get("Content-Disposition"), want[1]) || !strings.Contains(string(a.body), want[2]) {
			t.Errorf("%q: %v\n%s", query, a.header, a.body)
		}
	}
	w.get(postmortems+"/PM-1/export?format=pdf", viewer).is(400, "format")
	w.get(postmortems+"/PM-9/export", viewer).is(404)
}

func TestOnlyAnAdminMovesTheDueDateOfAPostmortemTwice(t *testing.T) {
	t.Parallel()
	w := begin(t)
	w.fire(`{"title":"Down","priority":"P1","service":"checkout"}`)
	w.post("/api/v1/incidents/INC-1/close", responder, "").is(200)
	due := func(at, note string) string { return `{"due_at":"` + at + `","note":"` + note + `"}` }
	w.do("PATCH", postmortems+"/PM-1", responder, due("2026-05-01T00:00:00Z", "")).is(409, "Say why PM-1 is due on another day")
	w.do("PATCH", postmortems+"/PM-1", responder, due("2026-05-01T00:00:00Z", "the vendor")).is(200)
	w.do("PATCH", postmortems+"/PM-1", responder, due("2026-06-01T00:00:00Z", "again")).is(409, "It moves once")
	pm := into[api.Postmortem](w.do("PATCH", postmortems+"/PM-1", admin, due("2026-06-01T00:00:00Z", "again")))
	if len(pm.Moves) != 2 || !pm.Moves[1].Admin || !pm.DueAt.Equal(time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)) || !pm.Promised.Equal(pm.Moves[0].From.Time) {
		t.Errorf("moved: %+v", pm)
	}
}

func TestWhatAnActionOnAPostmortemDoesNotTakeIsRefused(t *testing.T) {
	t.Parallel()
	w := begin(t)
	w.fire(`{"title":"Down","priority":"P1","service":"checkout"}`)
	w.post("/api/v1/incidents/INC-1/close", responder, "").is(200)
	for path, c := range map[string][2]string{
		"complete": {`{"force":true}`, "force: only publish takes it"},
		"publish":  {`{"force":true}`, "reason: missing"},
		"approve":  {`{"reviewers":["amir"]}`, "reviewers: only submit takes them"},
		"submit":   {`{"reason":"x"}`, "reason: only waive"},
	} {
		w.post(postmortems+"/PM-1/"+path, responder, c[0]).is(400, c[1])
	}
}

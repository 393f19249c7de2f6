package api_test

import (
	"testing"

	"github.com/tocsin-oncall/tocsin/integrations/api"
)

func TestARetrospectiveIsShownEditedResetAndSentOnce(t *testing.T) {
	t.Parallel()
	w := begin(t)
	w.fire(`{"title":"Down","priority":"P1","service":"checkout"}`)
	w.post("/api/v1/incidents/INC-1/subscribers", responder, `{"audience":"stakeholders","email":"board@example.com"}`).is(200)
	w.post("/api/v1/incidents/INC-1/subscribers", responder, `{"audience":"customers","email":"c@example.com"}`).is(200)
	w.post("/api/v1/incidents/INC-1/close", responder, `{"user":"amir"}`).is(200)
	const path = postmortems + "/PM-1/retrospective"
	r := into[api.Retrospective](w.get(path, viewer))
	if r.State != "draft" || r.Subject != "Retrospective of INC-1: Down" || r.Text == "" || r.Recipients.Emails == 0 {
		t.Errorf("draft: %+v", r)
	}
	for body, want := range map[string]string{
		`{}`:                           "text: missing",
		`{"text":"x","reset":true}`:    "reset: give",
		`{"text":"x","html":"x"}`:      "html",
		`{"text":"x","user":"nobody"}`: "no user",
	} {
		w.do("PUT", path, responder, body).is(400, want)
	}
	w.do("PUT", path, responder, `{"subject":"x\r\nBcc: a@example.com"}`).is(409, "one line")
	w.do("PUT", path, responder, `{"text":"   "}`).is(409, "needs a text")
	w.do("PUT", path, viewer, `{"text":"x"}`).is(403)
	w.do("PUT", path, responder, `{"text":"We learned much.","subject":"What we learned","user":"amir"}`).
		is(200, `"state":"edited"`, `"subject":"What we learned"`, `"edited_by":"amir"`)
	w.do("PUT", path, responder, `{"reset":true}`).is(200, `"state":"draft"`)
	w.do("PUT", path, responder, `{"text":"We learned much."}`).is(200, `"state":"edited"`)

	w.post(path+"/send", responder, `{}`).is(409, "is not published yet")
	w.post(path+"/send", responder, `{"reason":"x"}`).is(400, "reason: it goes with force")
	w.post(path+"/send", responder, `{"force":true}`).is(409, "Say why")
	w.post(path+"/send", viewer, `{}`).is(403)
	sent := into[api.Retrospective](w.post(path+"/send", responder, `{"force":true,"reason":"the board meets today","user":"amir"}`))
	if sent.State != "sent" || sent.SentBy != "amir" || sent.Text != "We learned much." || sent.Recipients.Waiting != sent.Recipients.Emails {
		t.Errorf("sent: %+v", sent)
	}
	w.post(path+"/send", responder, `{}`).is(409, "was sent by amir already")
	w.get(postmortems+"/PM-1", viewer).is(200, "the retrospective is sent before the postmortem is published over api: the board meets today")
	w.get(postmortems+"/PM-9/retrospective", viewer).is(404)
}

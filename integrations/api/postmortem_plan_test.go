package api_test

import (
	"strings"
	"testing"
	"time"

	"github.com/tocsin-oncall/tocsin/integrations/api"
)

func TestThePlanOfAPostmortemIsShownMarkedAndSnoozed(t *testing.T) {
	t.Parallel()
	w := begin(t)
	w.fire(`{"title":"Down","priority":"P1","service":"checkout"}`)
	w.post("/api/v1/incidents/INC-1/close", responder, "").is(200)
	pm := into[api.Postmortem](w.get(postmortems+"/PM-1", viewer))
	if len(pm.Plan) != 5 || pm.Plan[0].Step != "meeting" || pm.Plan[0].State != "open" || pm.Plan[0].DueAt.IsZero() {
		t.Errorf("plan: %+v", pm.Plan)
	}
	pm = into[api.Postmortem](w.post(postmortems+"/PM-1/mark", responder, `{"step":"meeting","user":"amir","note":"in the kitchen"}`))
	if pm.Plan[0].State != "done" || pm.Plan[0].Done != "marked by amir: in the kitchen" {
		t.Errorf("marked: %+v", pm.Plan[0])
	}
	if pm = into[api.Postmortem](w.post(postmortems+"/PM-1/mark", responder, `{"step":"meeting","done":false}`)); pm.Plan[0].State != "open" {
		t.Errorf("not done after all: %+v", pm.Plan[0])
	}
	w.post(postmortems+"/PM-1/mark", responder, `{}`).is(400, "step: missing")
	w.post(postmortems+"/PM-1/mark", responder, `{"step":"actions"}`).is(409, "one by one")

	w.post(postmortems+"/PM-1/snooze", responder, `{"for":"48h"}`).is(409, "Whose reminders are snoozed?")
	w.post(postmortems+"/PM-1/assign", responder, `{"owner":"ethan"}`).is(200)
	pm = into[api.Postmortem](w.post(postmortems+"/PM-1/snooze", responder, `{"for":"48h","user":"amir"}`))
	if len(pm.Snoozes) != 1 || pm.Snoozes[0].Person != pm.Owner || pm.Snoozes[0].By != "amir" || !pm.RemindAt.After(pm.Snoozes[0].Until.Time) {
		t.Errorf("snoozed: %+v, reminded at %v", pm.Snoozes, pm.RemindAt)
	}
	w.post(postmortems+"/PM-1/snooze", responder, `{"person":"nobody","for":"48h"}`).is(400, "person: there is no user")
	w.post("/api/v1/reminders/snooze", responder, `{"for":"48h"}`).is(400, "person: missing")
	w.post("/api/v1/reminders/snooze", viewer, `{"person":"amir","for":"48h"}`).is(403)
	all := into[api.Snoozed](w.post("/api/v1/reminders/snooze", responder, `{"person":"`+pm.Owner+`","for":"72h"}`))
	if len(all.Postmortems) != 1 || all.Postmortems[0] != "PM-1" {
		t.Errorf("everything: %+v", all)
	}
}

func TestTheReviewMeetingIsSetMovedDownloadedAndCancelled(t *testing.T) {
	t.Parallel()
	w := begin(t)
	w.fire(`{"title":"Down","priority":"P1","service":"checkout"}`)
	w.post("/api/v1/incidents/INC-1/close", responder, "").is(200)
	w.get(postmortems+"/PM-1/meeting.ics", viewer).is(404, "PM-1 has no review meeting")
	if pm := into[api.Postmortem](w.get(postmortems+"/PM-1", viewer)); pm.Meeting != nil {
		t.Errorf("a meeting that nobody set: %+v", pm.Meeting)
	}
	w.post(postmortems+"/PM-1/meeting", responder, `{"at":"tomorrow"}`).is(400, "at:")
	at := into[api.Postmortem](w.get(postmortems+"/PM-1", viewer)).CreatedAt.Add(48 * time.Hour).UTC().Truncate(time.Minute)
	pm := into[api.Postmortem](w.post(postmortems+"/PM-1/meeting", responder, `{"at":"`+at.Format(time.RFC3339)+`","for":"1h","where":"https://meet.example.com/x"}`))
	if m := pm.Meeting; m == nil || !m.At.Equal(at) || m.Until.Sub(m.At.Time) != time.Hour || m.Where != "https://meet.example.com/x" || pm.Plan[0].State != "done" {
		t.Errorf("meeting: %+v, %+v", m, pm.Plan[0])
	}
	a := w.get(postmortems+"/PM-1/meeting.ics", viewer)
	a.is(200, "DTSTART:"+at.Format("20060102T150405Z"), "SEQUENCE:0")
	if got := a.header.Get("Content-Type") + a.header.Get("Content-Disposition"); !strings.HasPrefix(got, "text/calendar") || !strings.Contains(got, "PM-1.ics") {
		t.Errorf("it comes as %s", got)
	}
	w.do("DELETE", postmortems+"/PM-1/meeting?reason=ill", responder, "").is(200)
	w.get(postmortems+"/PM-1/meeting.ics", viewer).is(200, "METHOD:CANCEL", "SEQUENCE:1")
	w.do("DELETE", postmortems+"/PM-1/meeting", responder, "").is(409, "has no review meeting")
}

func TestTheReviewDigestIsShownAsItWouldBeSentNow(t *testing.T) {
	t.Parallel()
	w := begin(t)
	w.fire(`{"title":"Down","priority":"P1","service":"checkout"}`)
	w.post("/api/v1/incidents/INC-1/close", responder, "").is(200)
	w.post(postmortems+"/PM-1/complete", responder, "").is(200)
	d := into[api.ReviewDigest](w.get("/api/v1/review-digest", viewer))
	if len(d.Discuss) != 1 || d.Discuss[0] != "PM-1" || d.Room != "Room 4" || len(d.Recipients) == 0 || d.NextAt.IsZero() || !d.From.After(d.NextAt.Time) || !strings.Contains(d.Text, "PM-1 Down") {
		t.Errorf("%+v", d)
	}
}

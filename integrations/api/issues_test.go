package api_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/tocsin-oncall/tocsin/engine"
	"github.com/tocsin-oncall/tocsin/engine/deliver"
	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/integrations/api"
)

// absent is a tracker that does not answer.
type absent struct{}

func (absent) Send(context.Context, deliver.Message) (deliver.Receipt, error) {
	return deliver.Receipt{}, errors.New("jira: HTTP 503")
}

// withJira is a world with a Jira that is away.
func withJira(t *testing.T) *world {
	t.Helper()
	w := begin(t)
	dir := people(t)
	dir.Language = router(t)
	dir.Trackers = map[string]directory.Tracker{"jira": {Web: "https://jira.example.com", Project: "PAY", Type: "Task"}}
	dir.IssueRefresh = 15 * time.Minute
	w.engine.Reload(&engine.World{Dir: dir, Router: dir.Language})
	w.engine.Delivery.Configure(&deliver.Setup{Senders: map[string]deliver.Sender{"jira": absent{}, "sms": phone{}, "voice": phone{}, "console": phone{}}})
	return w
}

func TestAnIssueThatWaitsForItsTrackerIsShownWithItsAttempts(t *testing.T) {
	t.Parallel()
	w := withJira(t)
	a := w.fire(`{"title":"Payments fail","priority":"P1","service":"checkout"}`)
	inc := "/api/v1/incidents/" + a.Incident
	w.post(inc+"/issues", responder, `{"user":"amir","tracker":"jira","create":{"type":"Bug"},"relation":"is_caused_by"}`).is(201)
	w.post(inc+"/issues", responder, `{"url":"https://support.example.com/t/1","relation":"customer_request","summary":"Cards"}`).is(201, `"customer_requests":1`)
	w.later(24 * time.Hour)
	list := into[api.List[api.Issue]](w.get(inc+"/issues", viewer)).Items
	if len(list) != 2 || list[0].Pending == nil || list[0].Pending.Do != "create" || list[0].Pending.Attempts < 2 || list[0].Pending.Error != "jira: HTTP 503" ||
		!list[0].Pending.NextAt.After(w.clock()) || list[1].Pending != nil {
		t.Errorf("issues %+v", list)
	}
	for _, bad := range []struct {
		path, body, message string
		status              int
	}{
		{"/issues", `{"key":"PAY-1","url":"https://x.example.com"}`, "One of them, not several", 409},
		{"/issues", `{}`, "Say which issue", 409},
		{"/issues", `{"tracker":"github","key":"a/b#1"}`, "github is not configured", 409},
		{"/issues", `{"create":{"project":"no such"}}`, "is not the key of a Jira project", 409},
		{"/issues", `{"url":"javascript:alert(1)"}`, "is not an address", 409},
		{"/issues", `{"tracker":"jira","url":"https://elsewhere.example.com/1"}`, "is not the address of an issue in jira", 409},
		{"/issues", `{"user":"nobdy","key":"PAY-1"}`, "there is no user", 400},
	} {
		w.post(inc+bad.path, responder, bad.body).is(bad.status, bad.message)
	}
	w.post(inc+"/issues", viewer, `{"key":"PAY-1"}`).is(403)
	w.do("DELETE", inc+"/issues/x", responder, "").is(400, "is not the number")
	w.do("DELETE", inc+"/issues/1?user=amir&reason=wrong", responder, "").is(200, "is not linked any more: wrong")
	w.post(inc+"/issues/refresh", responder, "").is(200)
}

func TestActionsAreListedAcrossPostmortems(t *testing.T) {
	t.Parallel()
	w := withJira(t)
	for _, title := range []string{"Payments fail", "Search is slow"} {
		inc := into[api.Incident](w.post("/api/v1/incidents", responder, `{"title":"`+title+`","priority":"P1","team":"ops"}`))
		w.post("/api/v1/incidents/"+inc.ID+"/close", responder, "").is(200)
		w.do("PATCH", "/api/v1/postmortems/"+into[api.Incident](w.get("/api/v1/incidents/"+inc.ID, viewer)).Postmortem, responder,
			`{"actions":[{"text":"Act on `+title+`","owner":"ethan","due_at":"2026-03-20T00:00:00Z"},{"text":"Nobody does it"}]}`).is(200)
	}
	w.do("PATCH", "/api/v1/postmortems/PM-1", responder, `{"actions":[{"n":1,"done":true}]}`).is(200)
	w.post("/api/v1/postmortems/PM-2/actions/1/issue", responder, `{"key":"PAY-9"}`).is(201, `"key":"PAY-9"`, `"relation":"follow_up"`)
	w.post("/api/v1/postmortems/PM-2/issues", responder, `{"project":"OPS"}`).is(201)
	w.do("DELETE", "/api/v1/postmortems/PM-2/actions/2/issue", responder, "").is(200)
	w.later(20 * 24 * time.Hour)
	for query, want := range map[string]int{
		"": 4, "?status=open": 3, "?owner=ethan": 2, "?owner=nobody": 2, "?overdue=true": 1, "?team=ops&limit=1": 2, "?team=other": 0, "?status=done&owner=ethan": 1,
	} {
		list := into[api.List[api.PostmortemActionItem]](w.get("/api/v1/actions"+query, viewer)).Items
		if len(list) != want {
			t.Errorf("%s: %d actions, want %d", query, len(list), want)
		}
	}
	late := into[api.List[api.PostmortemActionItem]](w.get("/api/v1/actions?overdue=true", viewer)).Items[0]
	if late.Postmortem != "PM-2" || late.Title != "Search is slow" || late.Ticket == nil || late.Ticket.Key != "PAY-9" || late.Ticket.Pending == nil {
		t.Errorf("the late one: %+v", late)
	}
	w.get("/api/v1/actions?overdue=perhaps", viewer).is(400, "overdue")
}

package api_test

import (
	"testing"

	"github.com/tocsin-oncall/tocsin/engine/audit"
	"github.com/tocsin-oncall/tocsin/integrations/api"
	"github.com/tocsin-oncall/tocsin/schedules/coverage"
)

// unverified is who the audit says is on call with no verified way.
func (w *world) unverified() map[string]bool {
	w.Helper()
	out := map[string]bool{}
	for _, f := range into[api.Coverage](w.get("/api/v1/coverage?days=2", viewer)).Findings {
		if f.Kind == "unverified" {
			out[f.User] = true
		}
	}
	return out
}

func TestAWayThatWasVerifiedSatisfiesTheAudit(t *testing.T) {
	t.Parallel()
	w := begin(t)
	if got := w.unverified(); len(got) > 0 {
		t.Errorf("not asked for, and found are %v", got)
	}
	w.settings(audit.Settings{Severities: map[coverage.Kind]coverage.Severity{coverage.Unverified: coverage.Warning}})
	if got := w.unverified(); !got["ethan"] || !got["amir"] {
		t.Errorf("found are %v", got)
	}
	w.post("/api/v1/users/ethan/verify", viewer, `{"via":"sms"}`).is(403)
	w.post("/api/v1/users/dave/verify", responder, `{"via":"sms"}`).is(404)
	w.post("/api/v1/users/ethan/verify", responder, `{"via":"pigeon"}`).is(409, "no address for pigeon")
	w.post("/api/v1/users/ethan/confirm", responder, `{"via":"sms","code":"000000"}`).is(404, "no test was sent")
	sent := into[api.Contact](w.post("/api/v1/users/ethan/verify", responder, `{"via":"sms"}`).is(200))
	if sent.Verified || !sent.Waiting {
		t.Errorf("sent is %+v", sent)
	}
	w.post("/api/v1/users/ethan/verify", responder, `{"via":"sms"}`).is(409, "in a minute")
	w.post("/api/v1/users/ethan/confirm", responder, `{"via":"sms","code":"111111"}`).is(409, "not the code")
	if got := into[api.Contact](w.post("/api/v1/users/ethan/confirm", responder, `{"via":"sms","code":"000000"}`).is(200)); !got.Verified {
		t.Errorf("confirmed is %+v", got)
	}
	list := into[api.List[api.Contact]](w.get("/api/v1/users/ethan/contacts", viewer))
	if len(list.Items) != 1 || !list.Items[0].Verified || list.Items[0].Via != "sms" {
		t.Errorf("listed are %+v", list)
	}
	if got := w.unverified(); got["ethan"] || !got["amir"] {
		t.Errorf("then found are %v", got)
	}
}

func TestAFeedIsRevokedByAnAdminOrByItsUser(t *testing.T) {
	t.Parallel()
	w := begin(t)
	url := func(kind, name string) string {
		return into[api.Feed](w.get("/api/v1/"+kind+"/"+name+"/feed", responder)).URL
	}
	ethan, amir := url("users", "ethan"), url("users", "amir")
	w.do("DELETE", "/api/v1/users/ethan/feed", responder, "").is(403, "only an admin")
	w.do("DELETE", "/api/v1/users/ethan/feed?user=amir", responder, "").is(403)
	w.do("DELETE", "/api/v1/schedules/primary/feed", responder, "").is(403)
	w.do("DELETE", "/api/v1/users/dave/feed", admin, "").is(404)
	fresh := into[api.Feed](w.do("DELETE", "/api/v1/users/ethan/feed?user=ethan&reason=a+lost+laptop", responder, "").is(200)).URL
	if fresh == ethan || url("users", "ethan") != fresh || url("users", "amir") != amir {
		t.Errorf("it was %s and is %s", ethan, fresh)
	}
	w.do("DELETE", "/api/v1/schedules/primary/feed", admin, "").is(200)
	trail := into[api.List[api.AuditEntry]](w.get("/api/v1/audit", viewer))
	if len(trail.Items) != 2 || trail.Items[1].By != "ethan" || trail.Items[1].Via != "api:bot" || trail.Items[1].Did != "feed.revoked" || trail.Items[1].Why != "a lost laptop" {
		t.Errorf("the trail has %+v", trail)
	}
}

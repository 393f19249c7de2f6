package api_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-oncall/tocsin/integrations/api"
)

func TestTheCauseOfAnIncidentIsLookedForAndMarked(t *testing.T) {
	t.Parallel()
	w := begin(t)
	w.post("/api/v1/deployments", responder, `{"service":"checkout","environment":"production","version":"1.4","at":"2026-03-09T11:00:00Z","commits":[{"sha":"a1","title":"Retry less"}]}`).is(201)
	w.post("/api/v1/deployments", responder, `{"service":"checkout","environment":"staging","at":"2026-03-09T11:30:00Z"}`).is(201)
	inc := into[api.Incident](w.post("/api/v1/incidents", responder, `{"title":"Checkout fails","service":"checkout"}`).is(201))
	path := "/api/v1/incidents/" + inc.ID
	got := into[api.IncidentCauses](w.get(path+"/causes", viewer).is(200))
	if len(got.Candidates) != 1 || got.Cause != nil {
		t.Fatalf("candidates are %+v", got)
	}
	if c := got.Candidates[0]; c.Deployment.ID != "DEP-1" || c.When != "before" || c.SecondsBefore != 3600 || c.Distance != 0 || !cmp.Equal(c.Path, []string{"checkout"}) {
		t.Errorf("the candidate is %+v", c)
	}
	if all := into[api.IncidentCauses](w.get(path+"/causes?all=true", viewer).is(200)); len(all.Candidates) != 2 || all.Candidates[0].Deployment.ID != "DEP-2" {
		t.Errorf("all are %+v", all.Candidates)
	}
	if none := into[api.IncidentCauses](w.get(path+"/causes?look_back=10m", viewer).is(200)); len(none.Candidates) != 0 {
		t.Errorf("of ten minutes are %+v", none.Candidates)
	}
	w.get(path+"/causes?look_back=90d", viewer).is(400, "look_back: ")
	w.get("/api/v1/incidents/INC-9/causes", viewer).is(404)

	w.post(path+"/cause", viewer, `{"deployment":"DEP-1"}`).is(403)
	w.post(path+"/cause", responder, `{}`).is(400, "deployment: missing")
	w.post(path+"/cause", responder, `{"deployment":"DEP-9"}`).is(404)
	inc = into[api.Incident](w.post(path+"/cause", responder, `{"deployment":"1","note":"it was this","user":"ethan"}`).is(200))
	if c := inc.Cause; c == nil || c.Deployment != "DEP-1" || c.Title != "checkout 1.4 to production" || c.MarkedBy != "ethan" || c.Note != "it was this" || len(c.Commits) != 1 {
		t.Errorf("the cause is %+v", c)
	}
	if got := into[api.IncidentCauses](w.get(path+"/causes", viewer)); got.Cause == nil || !got.Candidates[0].Cause {
		t.Errorf("it is %+v", got)
	}
	if inc = into[api.Incident](w.post(path+"/uncause", responder, "").is(200)); inc.Cause != nil {
		t.Errorf("the cause is %+v", inc.Cause)
	}
}

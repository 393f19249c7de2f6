package api_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-oncall/tocsin/integrations/api"
)

func TestAMaintenanceHoldsAtOnceAndReleasesWhenItIsTakenBack(t *testing.T) {
	t.Parallel()
	w := begin(t)
	body := `{"service":"database","labels":{"env":"prod"},"for":"1h","reason":"upgrade","user":"ethan"}`
	w.post("/api/v1/maintenance", viewer, body).is(403)
	m := into[api.Maintenance](w.post("/api/v1/maintenance", responder, body).is(201))
	span := api.Span{From: api.Time{Time: noon}, Until: api.Time{Time: noon.Add(time.Hour)}}
	want := api.Maintenance{ID: "MNT-1", Status: "active", InForce: true, Condition: `service == "database" and labels["env"] == "prod"`,
		Service: "database", Labels: map[string]string{"env": "prod"}, From: span.From, Until: span.Until, Next: &span, Timezone: "UTC",
		Reason: "upgrade", By: "ethan", CreatedAt: api.Time{Time: noon}}
	if diff := cmp.Diff(want, m); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	w.post("/api/v1/alerts", responder, `{"title":"lag","service":"database","labels":{"env":"prod"}}`).is(202)
	a := into[api.Alert](w.get("/api/v1/alerts/1", viewer))
	if len(a.Held) != 1 || a.Held[0].Reason != "maintenance" || a.Held[0].Name != "MNT-1" || len(a.Pages) > 0 {
		t.Errorf("held for %+v, %d pages", a.Held, len(a.Pages))
	}
	x := into[api.List[api.Explanation]](w.get("/api/v1/explain?service=database&labels.env=prod&title=x", viewer)).Items[0]
	if !cmp.Equal(x.Held, []string{"maintenance MNT-1: upgrade, until Mon 2026-03-09 13:00 UTC"}) || !x.Steps[0].At.Equal(noon.Add(time.Hour)) {
		t.Errorf("it would be held for %v, and page at %v", x.Held, x.Steps[0].At)
	}
	w.later(time.Minute)
	gone := into[api.Maintenance](w.do("DELETE", "/api/v1/maintenance/MNT-1?user=amir&reason=done", responder, "").is(200))
	if gone.Status != "cancelled" || gone.CancelledBy != "amir" || gone.CancelledFor != "done" || gone.InForce || gone.Next != nil {
		t.Errorf("it is %+v", gone)
	}
	if a = into[api.Alert](w.get("/api/v1/alerts/1", viewer)); len(a.Held) > 0 || len(a.Pages) == 0 {
		t.Errorf("held for %+v, %d pages", a.Held, len(a.Pages))
	}
	if list := into[api.List[api.Maintenance]](w.get("/api/v1/maintenance?status=cancelled", viewer)); len(list.Items) != 1 {
		t.Errorf("listed are %+v", list)
	}
	w.get("/api/v1/maintenance/MNT-9", viewer).is(404)
}

func TestAMaintenanceThatCannotBeNamesTheField(t *testing.T) {
	t.Parallel()
	w := begin(t)
	for body, want := range map[string]string{
		`{"for":"1h","reason":"x"}`:                                                   "when: which alerts",
		`{"service":"x","for":"1h"}`:                                                  "reason: say why",
		`{"service":"x","reason":"x"}`:                                                "until: it has no end",
		`{"service":"x","reason":"x","for":"soon"}`:                                   "for: \\\"soon\\\" is not a duration",
		`{"service":"x","reason":"x","for":"1h","until":"2026-03-10"}`:                "for: give until or for",
		`{"service":"x","reason":"x","for":"1h","timezone":"Mars"}`:                   "timezone: ",
		`{"when":"labels.env = 1","reason":"x","for":"1h"}`:                           "when: ",
		`{"service":"x","reason":"x","for":"1h","rrule":"FREQ=DAILY"}`:                "ends: ",
		`{"team":"nope","reason":"x","for":"1h"}`:                                     "team: there is no team",
		`{"service":"x","reason":"x","for":"1h","zone":"UTC"}`:                        "zone: there is no such field",
		`{"service":"x","reason":"x","from":"2026-03-01","until":"2026-03-02T00:00"}`: "until: it is over already",
	} {
		w.post("/api/v1/maintenance", responder, body).is(400, want)
	}
}

package api_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-oncall/tocsin/integrations/api"
)

func TestADeploymentIsReportedTwiceAndIsOne(t *testing.T) {
	t.Parallel()
	w := begin(t)
	body := `{"id":"build-7","service":"database","environment":"prod-eu","state":"started","version":"17.2","commits":[{"sha":"a1b2","title":"Upgrade"}],"links":[{"text":"build","href":"https://ci.example.com/7"}]}`
	w.post("/api/v1/deployments", viewer, body).is(403)
	w.post("/api/v1/deployments", responder, body).is(201)
	w.later(3 * time.Minute)
	d := into[api.Deployment](w.post("/api/v1/deployments", responder, `{"id":"build-7","state":"failed"}`).is(200))
	at := func(t time.Time) api.Time { return api.Time{Time: t} }
	want := api.Deployment{ID: "DEP-1", Number: 1, Title: "database 17.2 to prod-eu", State: "failed", Service: "database", KnownService: d.KnownService,
		Environment: "prod-eu", Tier: "production", Version: "17.2", Commits: []api.Commit{{SHA: "a1b2", Title: "Upgrade"}}, Changes: 1,
		Links: []api.IncidentLink{{Text: "build", Href: "https://ci.example.com/7"}}, By: "api:bot", Integration: "api", ExternalID: "build-7",
		StartedAt: at(noon), FinishedAt: at(noon.Add(3 * time.Minute)), FailedAt: at(noon.Add(3 * time.Minute)), Seconds: 180,
		FirstReported: at(noon), UpdatedAt: at(noon.Add(3 * time.Minute))}
	if diff := cmp.Diff(want, d); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if got := into[api.Deployment](w.get("/api/v1/deployments/dep-1", viewer).is(200)); !cmp.Equal(got, d) {
		t.Errorf("by its name it is %+v", got)
	}
	w.get("/api/v1/deployments/DEP-9", viewer).is(404)
	w.get("/api/v1/deployments/INC-1", viewer).is(404)
}

func TestDeploymentsAreListedByWhatIsAskedFor(t *testing.T) {
	t.Parallel()
	w := begin(t)
	for _, body := range []string{
		`{"service":"database","environment":"production","started_at":"2026-03-09T09:00:00Z","finished_at":"2026-03-09T09:05:00Z"}`,
		`{"service":"database","environment":"staging","at":"2026-03-09T10:00:00Z"}`,
		`{"service":"search","environment":"production","at":"2026-03-09T11:00:00Z"}`,
	} {
		w.post("/api/v1/deployments", responder, body).is(201)
	}
	for query, want := range map[string][]string{
		"": {"DEP-3", "DEP-2", "DEP-1"}, "?service=database": {"DEP-2", "DEP-1"}, "?environment=production": {"DEP-3", "DEP-1"},
		"?tier=staging": {"DEP-2"}, "?since=90m": {"DEP-3"}, "?until=2026-03-09T10:30:00Z&service=database&tier=production": {"DEP-1"}, "?service=nothing": nil,
	} {
		var got []string
		for _, d := range into[api.List[api.Deployment]](w.get("/api/v1/deployments"+query, viewer).is(200)).Items {
			got = append(got, d.ID)
		}
		if !cmp.Equal(got, want) {
			t.Errorf("%q lists %v, want %v", query, got, want)
		}
	}
	w.get("/api/v1/deployments?tier=prod", viewer).is(400, "tier: ")
}

func TestAReportThatMakesNoSenseNamesTheField(t *testing.T) {
	t.Parallel()
	w := begin(t)
	for body, want := range map[string]string{
		`{}`:                               "service: missing",
		`{"service":"x","state":"done"}`:   "state: ",
		`{"service":"x","tier":"prod"}`:    "tier: ",
		`{"service":"x","at":"now"}`:       "at: ",
		`{"service":"x","enviroment":"y"}`: "enviroment: there is no such field",
		`{"service":"x","links":[{"text":"a","href":"javascript:1"}]}`:                             "links: ",
		`{"service":"x","started_at":"2026-03-09T10:00:00Z","finished_at":"2026-03-09T09:00:00Z"}`: "finished_at: it is before started_at",
	} {
		w.post("/api/v1/deployments", responder, body).is(400, want)
	}
}

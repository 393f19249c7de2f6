package api_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/tocsin-oncall/tocsin/integrations/api"
)

// learn lets the search read everything.
func (w *world) learn() {
	w.Helper()
	for {
		now := w.engine.Now()
		next, err := w.engine.Learn(w.Context(), now)
		if err != nil {
			w.Fatal(err)
		}
		if next.After(now) {
			return
		}
	}
}

const searches = "/api/v1/search?q="

// leak is an incident that is over, and what was learned of it.
func (w *world) leak() {
	w.Helper()
	w.fire(`{"title":"Connection pool exhausted","dedup_key":"pool","priority":"P1","service":"checkout","tags":["database"],"labels":{"alertname":"PoolExhausted"}}`)
	w.post("/api/v1/incidents/INC-1/note", responder, `{"note":"pgbouncer refuses <b>clients</b>"}`).is(200)
	w.post("/api/v1/incidents/INC-1/resolve", responder, `{"user":"amir","note":"rolled back to 4.1"}`).is(200)
	w.post("/api/v1/incidents/INC-1/close", responder, "").is(200)
	w.do("PATCH", postmortems+"/PM-1", responder, `{"sections":{"summary":"A release leaked connections."},"add_tags":["Capacity"],"remove_tags":["database"],
		"causes":[{"text":"Nothing closes a connection after an error","category":"Resource leak"}],"lessons":[{"text":"Every pool needs an alarm."}]}`).is(200)
}

func TestIncidentsAndPostmortemsAreSearched(t *testing.T) {
	t.Parallel()
	w := begin(t)
	w.leak()
	w.get(searches+"pool", viewer).is(503, `"code":"not_ready"`, "0 of", "try again in")
	w.learn()
	hits := into[api.Hits](w.get(searches+"pgbouncer", viewer))
	if hits.Total != 1 || hits.Items[0].ID != "INC-1" || hits.Items[0].Kind != "incident" || hits.Items[0].Status != "closed" || hits.Items[0].Service != "checkout" {
		t.Fatalf("%+v", hits)
	}
	f := hits.Items[0].Fragments
	if len(f) != 1 || f[0].Where != "timeline" || f[0].At.IsZero() || len(f[0].Runs) != 2 || !f[0].Runs[0].Mark || f[0].Runs[0].Text != "pgbouncer" || f[0].Runs[1].Text != " refuses <b>clients</b>" {
		t.Errorf("%+v", f)
	}
	for query, want := range map[string]string{
		`leaked&kind=postmortem`:               "PM-1",
		`leaked&kind=incident`:                 "",
		"&kind=postmortem":                     "PM-1",
		"connection&tag=capacity":              "PM-1",
		"connection&tag=nothing,elsewhere":     "",
		"lesson:alarm&since=7d":                "PM-1",
		"lesson:alarm&until=7d":                "",
		url.QueryEscape(`tag:"resource leak"`): "PM-1",
		url.QueryEscape(`pool -kind`) + "&service=checkout&kind=incident&limit=1": "INC-1",
	} {
		var names []string
		for _, h := range into[api.Hits](w.get(searches+query, viewer)).Items {
			names = append(names, h.ID)
		}
		if got := strings.Join(names, " "); got != want {
			t.Errorf("%s: %s, want %s", query, got, want)
		}
	}
}

func TestASearchThatCannotBeMeantSaysWhatToDo(t *testing.T) {
	t.Parallel()
	w := begin(t)
	w.learn()
	for query, want := range map[string]string{
		"":                                 "q: missing",
		"pool&limit=1000":                  "limit: ",
		"pool&kind=alert":                  "kind: ",
		"pool&since=yesterday":             "since: ",
		url.QueryEscape(`"open`):           "q: the quote",
		"colour:red":                       "fields are title, ",
		"p*l":                              "end of a word only",
		strings.Repeat("connection+", 200): "1000 are possible",
		"pool&order=date":                  "there is no such parameter",
	} {
		w.get(searches+query, viewer).is(400, want)
	}
	w.get(searches+"pool", "").is(401)
}

func TestWhoeverIsWokenSeesWhatHelpedLastTime(t *testing.T) {
	t.Parallel()
	w := begin(t)
	w.leak()
	w.learn()
	w.later(time.Hour)
	w.fire(`{"title":"Connection pool exhausted again","dedup_key":"pool-2","priority":"P1","service":"checkout","tags":["database"],"labels":{"alertname":"PoolExhausted"}}`)
	list := into[api.Alike](w.get("/api/v1/incidents/INC-2/similar", viewer)).Items
	if len(list) != 1 {
		t.Fatalf("%+v", list)
	}
	s := list[0]
	if s.Cause != nil {
		t.Errorf("nothing was marked as its cause, and it has %+v", s.Cause)
	}
	w.post("/api/v1/deployments", responder, `{"service":"checkout","version":"4.2"}`).is(201)
	w.post("/api/v1/incidents/INC-1/cause", responder, `{"deployment":"DEP-1"}`).is(200)
	list = into[api.Alike](w.get("/api/v1/incidents/INC-2/similar", viewer)).Items
	if c := list[0].Cause; c == nil || c.Deployment != "DEP-1" || c.Title != "checkout 4.2" {
		t.Errorf("its cause is %+v", c)
	}
	if s.ID != "INC-1" || s.Score < 0.8 || s.Score > 1 || s.Postmortem != "PM-1" || s.Summary != "A release leaked connections." || !strings.Contains(s.Resolution, "rolled back to 4.1") ||
		len(s.Causes) != 1 || s.Causes[0] != "Nothing closes a connection after an error" || len(s.Lessons) != 1 {
		t.Errorf("%+v", s)
	}
	sum := 0.0
	for _, y := range s.Why {
		sum += y.Score
	}
	if sum < s.Score-0.01 || sum > s.Score+0.01 || s.Why[0].What != "service" || s.Why[0].Shared[0] != "checkout" {
		t.Errorf("why: %+v", s.Why)
	}
	w.get("/api/v1/incidents/INC-2/similar?limit=0", viewer).is(400, "limit: ")
	w.get("/api/v1/incidents/INC-9/similar", viewer).is(404)
}

func TestPatternsAreWhatPostmortemsHaveInCommon(t *testing.T) {
	t.Parallel()
	w := begin(t)
	w.leak()
	w.later(24 * time.Hour)
	w.fire(`{"title":"Sockets used up","dedup_key":"sockets","priority":"P1","service":"checkout"}`)
	w.post("/api/v1/incidents/INC-2/close", responder, "").is(200)
	w.do("PATCH", postmortems+"/PM-2", responder, `{"causes":[{"text":"A socket stays open","category":"resource  LEAK"}],"actions":[{"text":"Close it"}]}`).is(200)
	w.later(time.Second)
	r := into[api.PatternReport](w.get(postmortems+"/patterns?since=7d", viewer))
	if p := r.Patterns[0]; r.Whole.Incidents != 2 || p.By != "cause" || p.Value != "resource leak" || p.Incidents != 2 || !p.Repeated || p.OpenActions != 1 || strings.Join(p.Postmortems, " ") != "PM-2 PM-1" {
		t.Errorf("%+v", r)
	}
	w.get(postmortems+"/patterns?since=2026-03-20T00:00:00Z", viewer).is(400, "since: ")
	w.get(postmortems+"/patterns", "").is(401)
	w.do("PATCH", postmortems+"/PM-2", responder, `{"add_tags":[" "]}`).is(409, "A tag is not empty")
	w.do("PATCH", postmortems+"/PM-2", responder, `{"causes":[{"n":1,"category":""}]}`).is(200)
	if c := into[api.Postmortem](w.get(postmortems+"/PM-2", viewer)).Causes[0]; c.Category != "" || c.Text != "A socket stays open" {
		t.Errorf("%+v", c)
	}
}

package api_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/report"
)

func (w *world) report(query string) report.Report {
	w.Helper()
	var r report.Report
	if err := json.Unmarshal(w.get("/api/v1/reports"+query, viewer).is(200).body, &r); err != nil {
		w.Fatal(err)
	}
	return r
}

func value(r report.Report, name string) float64 {
	for _, n := range r.Numbers {
		if n.Name == name && n.Now.Value != nil {
			return *n.Now.Value
		}
	}
	return -1
}

func TestAReportCountsWhatHappened(t *testing.T) {
	t.Parallel()
	w := begin(t)
	a := w.fire(`{"title":"Disk full","dedup_key":"disk","priority":"P2"}`)
	w.settle()
	w.later(3 * time.Minute)
	w.do("POST", "/api/v1/alerts/"+a.ID+"/ack", responder, `{"user":"ethan"}`).is(200)
	w.later(7 * time.Minute)
	w.do("POST", "/api/v1/alerts/"+a.ID+"/close", responder, `{"user":"ethan"}`).is(200)
	r := w.report("")
	for name, want := range map[string]float64{"alerts": 1, "mtta": 180, "mttr": 600, "pages": 2, "closed_unseen": 0, "incidents": 0} {
		if got := value(r, name); got != want {
			t.Errorf("%s is %g, want %g", name, got, want)
		}
	}
	if len(r.People) != 1 || r.People[0].User != "ethan" || len(r.Trend) == 0 || r.Steps[0].Step != "1" {
		t.Errorf("%+v %+v", r.People, r.Steps)
	}
	if got := value(w.report("?priority=P1"), "alerts"); got != 0 {
		t.Errorf("%g alerts of P1", got)
	}
	if got := value(w.report("?period=2026-02"), "alerts"); got != 0 {
		t.Errorf("%g alerts in February", got)
	}
	if got := w.report("?by=priority"); len(got.Groups) != 1 || got.Groups[0].Name != "P2" {
		t.Errorf("%+v", got.Groups)
	}
}

func TestAReportIsATableWhereThatIsAskedFor(t *testing.T) {
	t.Parallel()
	w := begin(t)
	w.fire(`{"title":"Disk full","dedup_key":"disk"}`)
	got := w.get("/api/v1/reports?period=day&format=csv", viewer).is(200)
	if !strings.HasPrefix(got.header.Get("Content-Type"), "text/csv") || !strings.HasPrefix(string(got.body), "section,name,number,") {
		t.Errorf("%s\n%s", got.header, got.body)
	}
	request, err := http.NewRequestWithContext(t.Context(), "GET", w.url+"/api/v1/reports", nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+viewer)
	request.Header.Set("Accept", "text/csv, */*;q=0.5")
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if kind := answer.Header.Get("Content-Type"); !strings.HasPrefix(kind, "text/csv") {
		t.Error(kind)
	}
}

func TestAPeriodThatMakesNoSenseIsRefused(t *testing.T) {
	t.Parallel()
	w := begin(t)
	for query, want := range map[string]string{
		"?period=fortnight":              "is not a period",
		"?from=2020-01-01&to=2026-01-01": "longer than 2 years",
		"?from=2026-01-02&to=2026-01-01": "before it has begun",
		"?to=2026-01-01":                 "it needs from",
		"?period=7d&from=2026-01-01":     "it excludes from and to",
		"?from=yesterday":                "from",
		"?timezone=Local":                "another zone on another machine",
		"?timezone=../../etc/passwd":     "is not a known time zone",
		"?priority=P9":                   "P9",
		"?format=pdf":                    "pdf",
		"?by=colour":                     "colour",
	} {
		w.get("/api/v1/reports"+query, viewer).is(400, want)
	}
	w.get("/api/v1/reports?team=nobdy", viewer).is(404, "nobdy")
}

func TestTheNumbersOfAReportAreDefined(t *testing.T) {
	t.Parallel()
	begin(t).get("/api/v1/reports/definitions", viewer).is(200, `"name":"mtta"`, `"definition":"From the beginning of an alert`)
}

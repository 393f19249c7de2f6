package api_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-oncall/tocsin/integrations/api"
)

func only(t *testing.T, a answer) api.Explanation {
	t.Helper()
	list := into[api.List[api.Explanation]](a)
	if len(list.Items) != 1 {
		t.Fatalf("%d explanations", len(list.Items))
	}
	return list.Items[0]
}

func TestExplainSaysWhoWouldBePagedWhen(t *testing.T) {
	t.Parallel()
	w := begin(t)
	x := only(t, w.get("/api/v1/explain?title=Disk+full&tags=critical,disk&labels.host=db1&at=2026-03-10T08:55:00Z", viewer))
	if x.Event.Labels["host"] != "db1" || x.Decision.Priority != "P1" || !x.Decision.Incident || x.Policy != "standard" || x.Integration != "api" {
		t.Errorf("the explanation is %+v", x)
	}
	var tried []string
	for _, r := range x.Tried {
		if r.Matched {
			tried = append(tried, r.Name)
		}
	}
	if diff := cmp.Diff([]string{"critical", "everything else"}, tried); diff != "" || len(x.Tried) != 4 {
		t.Errorf("matched (-want +got):\n%s\nof %+v", diff, x.Tried)
	}
	at := time.Date(2026, 3, 10, 8, 55, 0, 0, time.UTC)
	when := func(d time.Duration) api.Time { return api.Time{Time: at.Add(d)} }
	want := []api.PlannedStep{
		{Step: 1, After: "0s", At: when(0), Targets: []string{"schedule:primary", "channel:terminal"}, Unless: "acked",
			Users:    []api.PlannedUser{{User: "ethan", Ways: []api.PlannedWay{{Via: "sms", At: when(0)}, {Via: "voice", At: when(2 * time.Minute)}}}},
			Channels: []string{"terminal"}, Missing: []string{}},
		// By then it is past nine: the shifts have changed.
		{Step: 2, After: "10m0s", At: when(10 * time.Minute), Targets: []string{"schedule:backup"}, Unless: "acked",
			Users: []api.PlannedUser{
				{User: "amir", Ways: []api.PlannedWay{{Via: "sms", At: when(10 * time.Minute)}, {Via: "voice", At: when(12 * time.Minute)}}},
				{User: "jason", Ways: []api.PlannedWay{}},
			}, Channels: []string{}, Missing: []string{}},
	}
	if diff := cmp.Diff(want, x.Steps); diff != "" {
		t.Errorf("steps (-want +got):\n%s", diff)
	}
	if got, _ := titles(w, ""); len(got) != 0 {
		t.Errorf("explaining stored %v", got)
	}
}

func TestExplainResolvesTargetsWhenTheStepIsTaken(t *testing.T) {
	t.Parallel()
	w := begin(t)
	for at, want := range map[string]string{"2026-03-10T08:59:00Z": "ethan", "2026-03-10T09:00:00Z": "amir"} {
		if x := only(t, w.get("/api/v1/explain?title=x&at="+at, viewer)); x.Steps[0].Users[0].User != want {
			t.Errorf("at %s: %+v", at, x.Steps[0].Users)
		}
	}
}

func TestExplainCountsTheDelayOfARule(t *testing.T) {
	t.Parallel()
	w := begin(t)
	x := only(t, w.get("/api/v1/explain?title=x&tags=flapping", viewer))
	if !x.Steps[0].At.Equal(noon.Add(5*time.Minute)) || x.Text != "everything else: policy standard; held: delayed by 5m, until Mon 2026-03-09 12:05 UTC" {
		t.Errorf("the first step is at %s: %s", x.Steps[0].At, x.Text)
	}
}

func TestExplainSaysWhyNobodyIsPaged(t *testing.T) {
	t.Parallel()
	w := begin(t)
	x := only(t, w.get("/api/v1/explain?title=x&labels.alertname=Watchdog", viewer))
	if x.Policy != "" || len(x.Steps) != 0 || x.Text != "watchdog: recorded, pages nobody" {
		t.Errorf("the explanation is %+v", x)
	}
	x = only(t, w.get("/api/v1/explain?title=x&status=resolved", viewer))
	if x.Policy != "" || len(x.Steps) != 0 {
		t.Errorf("the end of an alert: %+v", x)
	}
}

func TestExplainAnAlertAgain(t *testing.T) {
	t.Parallel()
	w := begin(t)
	w.fire(`{"title":"Disk full","tags":["critical"],"integration":"ping"}`)
	x := only(t, w.get("/api/v1/explain?alert=1", viewer))
	if x.Event.Title != "Disk full" || x.Event.Priority != "P1" || x.Integration != "ping" || x.Policy != "standard" {
		t.Errorf("the explanation is %+v", x)
	}
	w.get("/api/v1/explain?alert=1&title=x", viewer).is(400, "title: ")
	w.get("/api/v1/explain?alert=2", viewer).is(404)
}

func TestExplainABody(t *testing.T) {
	t.Parallel()
	w := begin(t)
	x := only(t, w.post("/api/v1/explain", viewer, `{"title":"Disk full","tags":["critical"]}`))
	if x.Decision.Priority != "P1" || x.Policy != "standard" {
		t.Errorf("the explanation of an event is %+v", x)
	}
	x = only(t, w.post("/api/v1/explain?integration=ping", viewer, `down db1`))
	if x.Event.Title != "db1 is down" || x.Integration != "ping" || x.Decision.Priority != "P1" {
		t.Errorf("the explanation of a sender's body is %+v", x)
	}
	w.post("/api/v1/explain?integration=ping", viewer, `up db1`).is(400, "body: integration ping cannot read it: it does not begin with down")
	w.post("/api/v1/explain?integration=pong", viewer, `down db1`).is(400, "integration: there is none called")
	w.post("/api/v1/explain", viewer, `{"titel":"x"}`).is(400, "titel: ")
	w.get("/api/v1/explain?label.host=x", viewer).is(400, "label.host: there is no such parameter", "labels.NAME")
}

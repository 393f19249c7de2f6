package api_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-oncall/tocsin/integrations/api"
)

func TestAnAlertPagesUntilSomebodyAcknowledges(t *testing.T) {
	t.Parallel()
	w := begin(t)
	a := w.fire(`{"title":"Disk full on db1","dedup_key":"db1/disk","priority":"P2","source":"db1","tags":["disk"],
		"labels":{"host":"db1"},"details":{"free":0.5},"link":"https://graphs.example.com/db1"}`)
	if a.Number != 1 || a.Status != "open" || a.DedupKey != "db1/disk" || a.Integration != "api" || a.Policy != "standard" || a.Count != 1 ||
		a.Labels["host"] != "db1" || a.Details["free"] != 0.5 || a.Source != "db1" || !a.CreatedAt.Equal(noon) || !a.AckedAt.IsZero() {
		t.Errorf("the alert is %+v", a)
	}
	type page struct{ User, Channel, To, Status string }
	var pages []page
	for _, p := range a.Pages {
		pages = append(pages, page{p.User, p.Channel, p.To, string(p.Status)})
	}
	want := []page{{"ethan", "sms", "", "sent"}, {"ethan", "voice", "", "pending"}, {"", "console", "terminal", "sent"}}
	if diff := cmp.Diff(want, pages); diff != "" {
		t.Errorf("pages (-want +got):\n%s", diff)
	}
	if a.Next == nil || !a.Next.At.Equal(noon.Add(10*time.Minute)) || a.Next.Text != "notifies schedule:backup" {
		t.Errorf("next is %+v", a.Next)
	}

	acked := into[api.Alert](w.post("/api/v1/alerts/1/ack", responder, `{"user":"amir","note":"on it"}`))
	if acked.Status != "acked" || acked.AckedBy != "amir" || !acked.AckedAt.Equal(noon) {
		t.Errorf("acknowledged: %+v", acked)
	}
	last := acked.Timeline[slices.IndexFunc(acked.Timeline, func(e api.Entry) bool { return e.Kind == "acked" })]
	if last.By != "amir" || last.Text != "acknowledged over api: on it" {
		t.Errorf("the timeline says %+v", last)
	}
	w.later(time.Hour)
	after := into[api.Alert](w.get("/api/v1/alerts/"+a.ID, viewer))
	for _, p := range after.Pages {
		if p.Kind == "escalation" && p.Status == "pending" || p.Step > 1 {
			t.Errorf("paged after the acknowledgement: %+v", p)
		}
	}
}

func TestAlertsHaveTheFieldsThatOthersRelyOn(t *testing.T) {
	t.Parallel()
	w := begin(t)
	w.fire(`{"title":"Disk full"}`)
	var raw map[string]any
	if err := json.Unmarshal(w.get("/api/v1/alerts/1", admin).body, &raw); err != nil {
		t.Fatal(err)
	}
	for _, field := range strings.Split("id number dedup_key title status priority count tags labels details source team policy acked_by created_at acked_at closed_at incident pages timeline", " ") {
		if _, ok := raw[field]; !ok {
			t.Errorf("there is no %s", field)
		}
	}
	page := raw["pages"].([]any)[0].(map[string]any)
	for _, field := range strings.Split("step user channel status due_at sent_at attempts error ack_url", " ") {
		if _, ok := page[field]; !ok {
			t.Errorf("a page has no %s", field)
		}
	}
	if raw["tags"] == nil || raw["labels"] == nil || raw["acked_at"] != nil || raw["created_at"] != "2026-03-09T12:00:00Z" {
		t.Errorf("tags %v, labels %v, acked_at %v, created_at %v", raw["tags"], raw["labels"], raw["acked_at"], raw["created_at"])
	}
}

func TestEveryActionOnAnAlert(t *testing.T) {
	t.Parallel()
	for _, act := range []struct {
		verb, body, status, kind, by, text string
	}{
		{"ack", ``, "acked", "acked", "api:bot", "acknowledged over api"},
		{"ack", `{}`, "acked", "acked", "api:bot", "acknowledged over api"},
		{"unack", `{"user":"ethan"}`, "open", "unacked", "ethan", "open again over api"},
		{"snooze", `{"for":"1h30m"}`, "snoozed", "snoozed", "api:bot", "snoozed until 2026-03-09T13:30:00Z over api"},
		{"snooze", `{"until":"2026-03-09T20:00:00+02:00"}`, "snoozed", "snoozed", "api:bot", "snoozed until 2026-03-09T18:00:00Z over api"},
		{"snooze", `{"for":"2d"}`, "snoozed", "snoozed", "api:bot", "snoozed until 2026-03-11T12:00:00Z over api"},
		{"escalate", `{"note":"faster"}`, "open", "escalated", "api:bot", "escalated over api: faster"},
		{"assign", `{"to":"user:amir"}`, "open", "assigned", "api:bot", "assigned to user:amir over api"},
		{"responder", `{"target":"user:amir"}`, "open", "responder", "api:bot", "adds user:amir over api"},
		{"note", `{"user":"amir","note":"the disk is the old one"}`, "open", "note", "amir", "the disk is the old one"},
		{"close", `{"user":"amir"}`, "closed", "closed", "amir", "closed by amir over api"},
	} {
		t.Run(act.verb+" "+act.body, func(t *testing.T) {
			t.Parallel()
			w := begin(t)
			w.fire(`{"title":"Disk full"}`)
			if act.verb == "unack" {
				w.post("/api/v1/alerts/1/ack", responder, "").is(200)
			}
			a := into[api.Alert](w.post("/api/v1/alerts/1/"+act.verb, responder, act.body))
			i := slices.IndexFunc(a.Timeline, func(e api.Entry) bool { return e.Kind == act.kind })
			if string(a.Status) != act.status || i < 0 {
				t.Fatalf("status %s, timeline %+v", a.Status, a.Timeline)
			}
			if e := a.Timeline[i]; e.By != act.by || e.Text != act.text {
				t.Errorf("the timeline says %q by %q; want %q by %q", e.Text, e.By, act.text, act.by)
			}
		})
	}
}

func TestActionsThatMakeNoSenseAreRefusedByField(t *testing.T) {
	t.Parallel()
	w := begin(t)
	w.fire(`{"title":"Disk full"}`)
	for _, bad := range []struct{ verb, body, message string }{
		{"ack", `{"user":"amri"}`, `user: there is no user \"amri\"`},
		{"ack", `{"usr":"amir"}`, `usr: there is no such field`},
		{"ack", `{"usr":"amir"}`, `the fields are user, note, until, for, target, to`},
		{"ack", `{"user":5}`, `"message":"user: a string was expected, not a number"`},
		{"ack", `{"user":"amir"`, `body: it is not JSON`},
		{"ack", `[]`, `body: a JSON object was expected, not an array`},
		{"ack", `{} {}`, `body: there is something after`},
		{"ack", `{"for":"1h"}`, `for: only snooze takes it`},
		{"close", `{"until":"2026-03-10T00:00:00Z"}`, `until: only snooze takes it`},
		{"close", `{"target":"user:amir"}`, `target: only assign and responder`},
		{"snooze", ``, `until: missing`},
		{"snooze", `{"for":"soon"}`, `for: \"soon\" is not a duration`},
		{"snooze", `{"for":"99999999999w"}`, `for: `},
		{"snooze", `{"for":"1h","until":"2026-03-10T00:00:00Z"}`, `for: give until or for, not both`},
		{"snooze", `{"until":"tomorrow"}`, `until: \"tomorrow\" is not a time`},
		{"assign", `{}`, `target: missing`},
		{"assign", `{"target":"amir"}`, `target: \"amir\" is not a target`},
		{"assign", `{"target":"team:web"}`, `target: there is nothing called team:web`},
		{"responder", `{"to":"user:amir"}`, `to: only assign takes it`},
		{"note", `{}`, `note: a note needs a text`},
		{"note", `{"note":"` + strings.Repeat("x", 10_001) + `"}`, `note: it has 10001 bytes`},
	} {
		w.post("/api/v1/alerts/1/"+bad.verb, responder, bad.body).is(400, `"code":"invalid"`, bad.message)
	}
	if a := into[api.Alert](w.get("/api/v1/alerts/1", viewer)); a.Status != "open" {
		t.Errorf("the alert is %s", a.Status)
	}
}

func TestWhatTheEngineRefusesIs409WithItsReason(t *testing.T) {
	t.Parallel()
	w := begin(t)
	w.fire(`{"title":"Disk full"}`)
	w.post("/api/v1/alerts/1/snooze", responder, `{"until":"2026-03-09T11:00:00Z"}`).is(409, `"code":"refused"`, "still to come")
	w.post("/api/v1/alerts/1/close", responder, `{"user":"amir"}`).is(200)
	w.post("/api/v1/alerts/1/close", responder, ``).is(200) // it is what they wanted
	w.post("/api/v1/alerts/1/ack", responder, ``).is(409, "was closed by amir")
}

func TestAnAlertThatThereIsNotIs404(t *testing.T) {
	t.Parallel()
	w := begin(t)
	for _, ref := range []string{"7", "%237", "a00-00000000000000000000000000", "nonsense", "i00-00000000000000000000000000"} {
		w.get("/api/v1/alerts/"+ref, viewer).is(404, `"code":"not_found"`)
		w.post("/api/v1/alerts/"+ref+"/ack", responder, "").is(404, `"code":"not_found"`)
	}
}

func TestAlertsAreFoundByIDNumberAndWithItsSign(t *testing.T) {
	t.Parallel()
	w := begin(t)
	a := w.fire(`{"title":"Disk full"}`)
	for _, ref := range []string{a.ID, "1", "%231"} {
		if got := into[api.Alert](w.get("/api/v1/alerts/"+ref, viewer)); got.ID != a.ID {
			t.Errorf("%s is %s", ref, got.ID)
		}
	}
}

// titles lists alerts, page by page.
func titles(w *world, query string) (titles []string, pages int) {
	w.Helper()
	cursor := ""
	for {
		got := into[api.List[api.Alert]](w.get("/api/v1/alerts?"+query+cursor, viewer))
		pages++
		for _, a := range got.Items {
			titles = append(titles, a.Title)
		}
		if got.Next == "" {
			return titles, pages
		}
		cursor = "&cursor=" + got.Next
	}
}

func TestListsOfAlerts(t *testing.T) {
	t.Parallel()
	w := begin(t)
	w.fire(`{"title":"one","priority":"P2","tags":["disk"]}`)
	w.later(time.Hour)
	w.fire(`{"title":"two","priority":"P4","team":"ops"}`)
	w.later(time.Hour)
	w.fire(`{"title":"three","priority":"P2"}`)
	w.post("/api/v1/alerts/2/ack", responder, "").is(200)
	w.post("/api/v1/alerts/3/close", responder, "").is(200)
	for query, want := range map[string]string{
		"":                                "three two one",
		"limit=1":                         "three two one",
		"status=open":                     "one",
		"status=open,acked":               "two one",
		"status=open&status=closed":       "three one",
		"priority=P2":                     "three one",
		"priority=P2&status=closed":       "three",
		"tag=disk":                        "one",
		"team=ops":                        "two",
		"since=90m":                       "three two",
		"since=1d":                        "three two one",
		"since=2026-03-09T14:00:00Z":      "three",
		"since=2026-03-09T16:00:00+02:00": "three", // as people write it: the + is a space
		"since=2026-03-09T16%3A00%3A00%2B02%3A00": "three",
		"exhausted=true":             "one",
		"exhausted=true&status=open": "one",
	} {
		got, pages := titles(w, query)
		if strings.Join(got, " ") != want {
			t.Errorf("%s lists %v, want %s", query, got, want)
		}
		if query == "limit=1" && pages < 3 {
			t.Errorf("limit=1 needed %d pages", pages)
		}
	}
}

func TestListsRefuseWhatTheyDoNotKnow(t *testing.T) {
	t.Parallel()
	w := begin(t)
	for query, message := range map[string]string{
		"prio=P1":                      "prio: there is no such parameter",
		"status=opened":                `status: \"opened\" is not one of open, acked, snoozed, closed`,
		"priority=P1,P9":               `priority: \"P9\"`,
		"limit=0":                      "limit: ",
		"limit=501":                    "limit: ",
		"limit=many":                   "limit: ",
		"since=yesterday":              `since: \"yesterday\" is neither a time`,
		"since=-2h":                    "since: ",
		"cursor=xyz":                   "cursor: ",
		"cursor=MS54":                  "cursor: ",
		"cursor=%00":                   "cursor: ",
		"exhausted=maybe":              "exhausted: ",
		"exhausted=true&held=true":     "held: an alert that is held",
		"held=true&status=acked":       "status: exhausted and held",
		"exhausted=true&status=closed": "status: exhausted and held alerts are open ones",
		"tag=a&tag=b":                  "tag: given 2 times",
		"tag=%zz":                      "query: ",
	} {
		w.get("/api/v1/alerts?"+query, viewer).is(400, `"code":"invalid"`, message)
	}
	w.get("/api/v1/alerts/1?verbose=1", viewer).is(400, "takes no parameters")
}

func TestAnEmptyListIsNotNull(t *testing.T) {
	t.Parallel()
	w := begin(t)
	if got := strings.TrimSpace(string(w.get("/api/v1/alerts", viewer).body)); got != `{"items":[],"next":""}` {
		t.Errorf("got %s", got)
	}
}

func TestTheSameDedupKeyIsTheSameAlert(t *testing.T) {
	t.Parallel()
	w := begin(t)
	w.fire(`{"title":"Disk full","dedup_key":"disk"}`)
	if again := w.fire(`{"title":"Disk full","dedup_key":"disk"}`); again.Number != 1 || again.Count != 2 {
		t.Errorf("number %d, count %d", again.Number, again.Count)
	}
	if over := w.fire(`{"title":"Disk full","dedup_key":"disk","status":"resolved"}`); over.Status != "closed" {
		t.Errorf("after the end: %s", over.Status)
	}
	got := into[api.Receipts](w.post("/api/v1/alerts", responder, `{"title":"x","dedup_key":"nothing","status":"resolved"}`).is(202))
	if got.Alerts[0].Status != "ignored" || got.Alerts[0].ID != "" {
		t.Errorf("the end of nothing is %+v", got.Alerts[0])
	}
	if one, two := w.fire(`{"title":"x"}`), w.fire(`{"title":"x"}`); one.ID == two.ID || one.DedupKey == "" {
		t.Errorf("without a key, two alerts are %s and %s", one.ID, two.ID)
	}
	if a := w.fire(`{"title":"x","integration":"ping","dedup_key":"disk"}`); a.Integration != "ping" || a.Number == 1 {
		t.Errorf("of another integration: %+v", a)
	}
}

func TestWhoeverHangsUpHasSentAnAlertAllTheSame(t *testing.T) {
	t.Parallel()
	w := begin(t)
	gone, hangUp := context.WithCancel(context.Background())
	hangUp()
	r := httptest.NewRequestWithContext(gone, "POST", "/api/v1/alerts", strings.NewReader(`{"title":"Disk full"}`))
	r.Header.Set("Authorization", "Bearer "+responder)
	w.echo.ServeHTTP(httptest.NewRecorder(), r)
	if got, _ := titles(w, ""); len(got) != 1 {
		t.Errorf("stored: %v", got)
	}
}

func TestAlertsThatMakeNoSenseAreRefusedByField(t *testing.T) {
	t.Parallel()
	w := begin(t)
	tags := `["` + strings.Repeat(`x","`, 100) + `x"]`
	for body, message := range map[string]string{
		``:                                                    "title: missing",
		`{"title":" "}`:                                       "title: missing",
		`{"title":"a\nb"}`:                                    "title: it is one line",
		`{"titel":"x"}`:                                       "titel: there is no such field",
		`{"title":"x","priority":"high"}`:                     `priority: \"high\" is not P1 to P5`,
		`{"title":"x","status":"closed"}`:                     "status: ",
		`{"title":"x","status":"resolved"}`:                   "dedup_key: missing",
		`{"title":"x","integration":"unknown"}`:               `integration: there is none called \"unknown\"`,
		`{"title":"x","labels":{"a":1}}`:                      "labels: a string was expected, not a number",
		`{"title":"x","tags":"disk"}`:                         "tags: an array was expected, not a string",
		`{"title":"x","tags":` + tags + `}`:                   "tags: there are 101",
		`{"title":"x","starts_at":"yesterday"}`:               `starts_at: \"yesterday\" is not a time`,
		fmt.Sprintf(`{"title":%q}`, strings.Repeat("é", 501)): "title: it has 501 characters, 500",
		fmt.Sprintf(`{"title":"x","dedup_key":%q}`, strings.Repeat("k", 513)):                "dedup_key: ",
		fmt.Sprintf(`{"title":"x","labels":{"host":%q}}`, strings.Repeat("v", 1025)):         "labels.host: ",
		fmt.Sprintf(`{"title":"x","details":{"a":%s1%s}}`, strings.Repeat("[", 20_000), "]"): "body: ",
	} {
		w.post("/api/v1/alerts", responder, body).is(400, `"code":"invalid"`, message)
	}
	w.post("/api/v1/alerts", responder, `{"title":"x","description":"`+strings.Repeat("x", 1<<20)+`"}`).is(413, `"code":"too_large"`)
	if got, _ := titles(w, ""); len(got) != 0 {
		t.Errorf("stored: %v", got)
	}
}

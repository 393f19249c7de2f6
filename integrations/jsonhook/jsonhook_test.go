package jsonhook

import (
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-oncall/tocsin/engine/event"
)

var now = time.Date(2026, 11, 20, 8, 6, 0, 0, time.UTC)

func TestAMapTurnsABodyIntoAnEvent(t *testing.T) {
	t.Parallel()
	m := compiled(t, map[string]string{
		"dedup_key": `body.id`, "title": `body.message`, "status": `body.state == "ok" ? "resolved" : "firing"`,
		"description": `body.text ?? "nothing more is known"`, "priority": `body.level == "fatal" ? "P1" : "P3"`, "source": `headers["x-host"]`,
		"service": `query.service`, "team": `body?.owner?.team`, "tags": `body.tags`, "actions": `"restart, page"`,
		"labels": `body.labels`, "details": `{"raw": body, "agent": headers["user-agent"]}`, "link": `"https://example.com/" + string(body.id)`,
		"runbook": `nil`, "starts_at": `body.at`, "expires_at": `now + duration("10m")`,
	})
	body := `{"id":9007199254740993,"message":"Disk full","state":"bad","level":"fatal","tags":["a",7,null],"labels":{"n":1.5,"deep":{"a":1},"none":null,"b":true},"at":1795161890}`
	headers := http.Header{"X-Host": {"web-1"}, "User-Agent": {"curl"}, "Authorization": {"Bearer secret"}}
	events, err := m.Decode([]byte(body), headers, url.Values{"service": {"api"}}, now)
	if err != nil {
		t.Fatal(err)
	}
	want := []event.Event{{
		Status: event.Firing, DedupKey: "9007199254740993", Title: "Disk full", Description: "nothing more is known", Priority: "P1",
		Source: "web-1", Service: "api", Tags: []string{"a", "7"}, Actions: []string{"restart", "page"},
		Labels: map[string]string{"n": "1.5", "deep": `{"a":1}`, "b": "true"}, Link: "https://example.com/9007199254740993",
		StartsAt: time.Date(2026, 11, 20, 8, 4, 50, 0, time.UTC), ExpiresAt: now.Add(10 * time.Minute),
	}}
	opt := cmp.FilterPath(func(p cmp.Path) bool { return p.String() == "Details" }, cmp.Ignore())
	if diff := cmp.Diff(want, events, opt); diff != "" {
		t.Error(diff)
	}
	if events[0].Details["agent"] != "curl" || events[0].Details["raw"].(map[string]any)["state"] != "bad" {
		t.Errorf("details %v", events[0].Details)
	}
}

func TestDefaultsAreFiringAndTheKeyAsTitle(t *testing.T) {
	t.Parallel()
	events, err := compiled(t, map[string]string{"dedup_key": "body.id"}).Decode([]byte(`{"id":"x"}`), nil, nil, now)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]event.Event{{Status: event.Firing, DedupKey: "x", Title: "x"}}, events); diff != "" {
		t.Error(diff)
	}
}

func TestAnArrayGivesOneEventPerElementOrNoneAtAll(t *testing.T) {
	t.Parallel()
	m := compiled(t, map[string]string{"dedup_key": "body.id"})
	events, err := m.Decode([]byte(`[{"id":1},{"id":2}]`), nil, nil, now)
	if err != nil || len(events) != 2 || events[0].DedupKey != "1" || events[1].DedupKey != "2" {
		t.Errorf("got %v, %v", events, err)
	}
	events, err = m.Decode([]byte(`[{"id":1},{}]`), nil, nil, now)
	if err == nil || !strings.Contains(err.Error(), "element 2 of 2: map.dedup_key gave nothing") || events != nil {
		t.Errorf("got %v, %v", events, err)
	}
	if events, err := m.Decode([]byte(`[]`), nil, nil, now); err != nil || len(events) != 0 {
		t.Errorf("got %v, %v", events, err)
	}
}

func TestErrorsNameTheMappingAndTheReason(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ field, source, want string }{
		{"title", `body.a.b.c`, "map.title failed: cannot fetch c from <nil>"},
		{"title", `body.list`, "map.title: gave a list where text was expected"},
		{"title", `1 % body.zero`, "map.title failed: "},
		{"status", `body.state`, `map.status: gave "ok"; it must give "firing" or "resolved"`},
		{"status", `body.nothing`, `map.status: gave nothing (null); it must give`},
		{"tags", `{"a": 1}`, "map.tags: gave an object where a list"},
		{"tags", `[[1]]`, "map.tags: gave a list with a list in it"},
		{"labels", `"a"`, "map.labels: gave text where an object was expected"},
		{"details", `[1]`, "map.details: gave a list where an object was expected"},
		{"starts_at", `"yesterday"`, `map.starts_at: "yesterday" is not a time`},
		{"expires_at", `body`, "map.expires_at: a map"},
		{"dedup_key", `"  "`, "map.dedup_key gave nothing"},
	} {
		fields := map[string]string{"dedup_key": `"k"`}
		fields[c.field] = c.source
		events, err := compiled(t, fields).Decode([]byte(`{"a":{},"list":[1],"state":"ok","zero":0}`), nil, nil, now)
		if err == nil || !strings.Contains(err.Error(), c.want) || events != nil {
			t.Errorf("%s: %s gave %v, %v; want %q", c.field, c.source, events, err, c.want)
		}
	}
}

func TestPrioritiesAreTakenHoweverTheyAreWritten(t *testing.T) {
	t.Parallel()
	for source, want := range map[string]string{`"p2"`: "P2", `3`: "P3", `" P1 "`: "P1", `""`: "", `nil`: ""} {
		events, err := compiled(t, map[string]string{"dedup_key": `"k"`, "priority": source}).Decode([]byte(`{}`), nil, nil, now)
		if err != nil || events[0].Priority != want {
			t.Errorf("%s: %v, %v; want %q", source, events, err, want)
		}
	}
}

func TestCredentialsReachNoExpression(t *testing.T) {
	t.Parallel()
	m := compiled(t, map[string]string{"dedup_key": `"k"`, "labels": "headers", "details": "query"})
	headers := http.Header{"Authorization": {"Bearer s3cret"}, "Cookie": {"s3cret"}, "Proxy-Authorization": {"s3cret"}, "X-A": {"1", "2"}}
	events, err := m.Decode([]byte(`{}`), headers, url.Values{"key": {"s3cret"}, "b": {"3", "4"}}, now)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]string{"x-a": "1, 2"}, events[0].Labels); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(map[string]any{"b": "3"}, events[0].Details); diff != "" {
		t.Error(diff)
	}
}

func TestAMapIsCheckedWhole(t *testing.T) {
	t.Parallel()
	m, problems := Compile(map[string]string{
		"title": `body.a +`, "status": `bodi.state`, "priority": " ", "dedup": "body.id", "severity": "body.s", "xyzzyx": "1", "description": `now()`,
	})
	if m != nil {
		t.Error("a map with problems was compiled")
	}
	var got []string
	for _, p := range problems {
		got = append(got, p.String())
	}
	want := []string{
		"title: unexpected token EOF",
		"status: unknown name bodi (an expression sees body, headers, query and now; text stands in quotes)",
		"description: time.Time is not callable",
		"priority: the expression is empty",
		"dedup_key: a map needs dedup_key",
		`dedup: unknown key "dedup" (did you mean "dedup_key"?)`,
		`severity: unknown key "severity" (did you mean "priority"?)`,
		`xyzzyx: unknown key "xyzzyx" (the keys are dedup_key, title,`,
	}
	if len(got) != len(want) {
		t.Fatalf("got problems %q", got)
	}
	for i := range want {
		if !strings.HasPrefix(got[i], want[i]) {
			t.Errorf("problem %d is %q, want %q", i, got[i], want[i])
		}
	}
	if problems[1].Offset != 0 || problems[0].Offset != 7 {
		t.Errorf("offsets %d and %d", problems[0].Offset, problems[1].Offset)
	}
}

func TestAMappingServesManyRequestsAtOnce(t *testing.T) {
	t.Parallel()
	m := compiled(t, map[string]string{"dedup_key": "body.id", "title": `map(body.list, string(#)) | join(",")`})
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for range 50 {
				events, err := m.Decode([]byte(`{"id":1,"list":[1,2,3]}`), nil, nil, now)
				if err != nil || events[0].Title != "1,2,3" {
					t.Errorf("%v, %v", events, err)
				}
			}
		})
	}
	group.Wait()
}

func TestWhatIsNoJSONIsExplained(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{``: "the body is empty", `{"a":`: "ends too early", `a=b`: "not valid JSON at byte 1", `{}{}`: "more follows"} {
		if _, err := compiled(t, map[string]string{"dedup_key": `"k"`}).Decode([]byte(body), nil, nil, now); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", body, err, want)
		}
	}
}

func compiled(t testing.TB, fields map[string]string) *Mapping {
	t.Helper()
	m, problems := Compile(fields)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	return m
}

func FuzzDecode(f *testing.F) {
	m := compiled(f, map[string]string{
		"dedup_key": "body.id", "title": "body.title", "tags": "body.tags", "labels": "body.labels", "details": "body.details",
		"starts_at": "body.at", "priority": "body.priority", "description": "body?.a?.b ?? toJSON(body)",
	})
	for _, seed := range []string{
		`{"id":1,"title":"t","tags":["a",1],"labels":{"a":[1]},"details":{},"at":1e30,"priority":1}`, `[{"id":"x"},[]]`, `null`, `"a"`, `{"id":1e999}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		events, err := m.Decode(body, nil, nil, now)
		if err != nil && events != nil {
			t.Error("an error and events")
		}
		for _, e := range events {
			if e.DedupKey == "" || e.Title == "" {
				t.Errorf("incomplete: %+v", e)
			}
		}
	})
}

func TestAPriorityThatNobodyKnowsDoesNotCostTheAlert(t *testing.T) {
	events, err := compiled(t, map[string]string{"dedup_key": `"k"`, "priority": `"urgent"`}).Decode([]byte(`{}`), nil, nil, now)
	if err != nil || len(events) != 1 || events[0].Priority != "urgent" {
		t.Errorf("got %+v, %v; want the event with its words, which the intake notes and leaves out", events, err)
	}
}

func TestAMappingThatWouldNotEndIsRefused(t *testing.T) {
	t.Parallel()
	for _, source := range []string{
		`len(map(1..900, map(1..900, #)))`,
		`repeat(body.text, 1000000)`,
		`let a = [body.list, body.list]; let b = [a, a]; let c = [b, b]; let d = [c, c]; let e = [d, d]; let f = [e, e]; let g = [f, f]; toJSON([[g, g], [g, g], [g, g], [g, g], [g, g], [g, g]])`,
		`string(all(1..90000, body.text contains "zzz" or # > 0))`,
	} {
		m := compiled(t, map[string]string{"dedup_key": `"k"`, "title": source})
		body := `{"text": "` + strings.Repeat("a", 50_000) + `", "list": ["` + strings.Repeat("b", 50_000) + `"]}`
		if _, err := m.Decode([]byte(body), nil, nil, now); err == nil || !strings.Contains(err.Error(), "map.title failed: ") {
			t.Errorf("%.60s: got %v, want that it does too much", source, err)
		}
	}
	if _, problems := Compile(map[string]string{"dedup_key": `body.id matches "` + strings.Repeat("x{1000}", 50) + `" ? "a" : "b"`}); len(problems) != 1 {
		t.Errorf("a pattern that is too large: got %v", problems)
	}
}

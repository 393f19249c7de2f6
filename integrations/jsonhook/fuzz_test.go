package jsonhook

import (
	"net/http"
	"net/url"
	"testing"
	"time"
)

// FuzzMapAndDecode looks for an expression and a body that make a mapping panic, hang or give an event without a key.
func FuzzMapAndDecode(f *testing.F) {
	for _, seed := range []struct{ field, source, body string }{
		{"title", `body.message ?? "nothing"`, `{"id": 1, "message": "disk full"}`},
		{"status", `body.state == "ok" ? "resolved" : "firing"`, `[{"id": "a", "state": "ok"}, {"id": "b"}]`},
		{"tags", `map(body.tags, upper(string(#)))`, `{"id": 1, "tags": ["a", 1, null, [1], {"b": 2}]}`},
		{"labels", `{"a": headers["x"], "b": query.q, "c": body}`, `{"id": 1.5e300}`},
		{"details", `let a = [body, body]; let b = [a, a]; {"x": toJSON(b)}`, `{"id": {"deep": [[[[]]]]}}`},
		{"starts_at", `date(body.at) - duration("1h")`, `{"id": "x", "at": "2026-03-09T12:00:00Z"}`},
		{"expires_at", `now + duration("10m")`, `{"id": "x"}`},
		{"priority", `reduce(1..9, #acc + #acc, body.p) matches body.p`, `{"id": "x", "p": "^P1$"}`},
		{"dedup_key", `join(split(body.id, ""), "-") + repeat("x", 9)`, `{"id": "xyz"}`},
	} {
		f.Add(seed.field, seed.source, seed.body)
	}
	f.Fuzz(func(t *testing.T, field, source, body string) {
		if len(source) > 500 || len(body) > 2000 {
			t.Skip("what is long only takes long")
		}
		fields := map[string]string{"dedup_key": "string(body.id)"}
		fields[field] = source
		m, problems := Compile(fields)
		if (m == nil) != (len(problems) > 0) {
			t.Fatalf("mapping %v with problems %v", m, problems)
		}
		if m == nil {
			return
		}
		began := time.Now()
		events, err := m.Decode([]byte(body), http.Header{"X": {"y"}}, url.Values{"q": {"r"}}, now)
		if took := time.Since(began); took > 10*time.Second {
			t.Fatalf("it took %s", took)
		}
		if err != nil && events != nil {
			t.Fatalf("%d events come with the error %v", len(events), err)
		}
		for _, e := range events {
			if e.DedupKey == "" || e.Title == "" {
				t.Fatalf("an event without a key or a title: %+v", e)
			}
		}
	})
}

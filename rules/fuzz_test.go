package rules_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/tocsin-oncall/tocsin/rules"
)

// FuzzCompileAndRoute looks for a condition, times of day and details that
// make compiling or routing panic, or that lose the event.
func FuzzCompileAndRoute(f *testing.F) {
	for _, seed := range []struct{ when, from, to, details string }{
		{`priority == "P1" and labels.x == "y"`, "17:00", "06:00", `{}`},
		{`details.a.b[0] > 5 or any(details.list, # == 1)`, "09:00", "24:00", `{"a": {"b": [6]}, "list": [1, "x", null]}`},
		{`during("window") and time_between("09:00", "17:00", "Asia/Tokyo")`, "", "", `[]`},
		{`reduce(1..9, #acc + #acc, title) matches "^a{1,9}$"`, "24:00", "00:00", `null`},
		{`let x = map(tags, {"t": #}); sortBy(x, .t)[0].t == replace(title, "a", "b")`, "x", "-1:00", `{"a":1e999}`},
		{`weekday in ["sat", "sun"] ? now.Hour() > 3 : details?.x?.y ?? false`, "00:00", "00:00", `{"x": {"y": true}}`},
		{`join(split(title, ""), "-") + "x" in ["a"] || uniq([1, 1.0, nil, tags])[9] == nil`, "1", "2", ``},
		{"\xff(((", "\xff", "99:99", "\xff"},
		{`$env | toJSON() | len() > 0`, "", "", ``},
	} {
		f.Add(seed.when, seed.from, seed.to, seed.details)
	}
	f.Fuzz(func(t *testing.T, when, from, to, details string) {
		router, problems := rules.Compile(rules.Spec{
			Fallback: "everyone",
			Windows:  []rules.Window{{Name: "window", From: from, To: to, Days: []string{"mon"}}},
			Rules:    []rules.Rule{{When: when, To: "policy:x", Incident: when, GroupBy: []string{"title"}}},
		})
		if (router == nil) != (len(problems) > 0) {
			t.Fatalf("router %v with problems %v", router, problems)
		}
		if router == nil {
			return
		}
		ev := rules.Event{Title: "aaa", Tags: []string{"b", "a"}}
		_ = json.Unmarshal([]byte(details), &ev.Details)
		now := time.Date(2026, 3, 9, 12, 0, 0, 0, time.UTC)
		if d := router.Route(ev, now); d.Policy == "" {
			t.Fatalf("the event was lost: %+v", d)
		}
	})
}

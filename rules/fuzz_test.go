package rules_test

import (
	"encoding/json"
	"strings"
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
		{`labels.a in regions.eu or details.x in vips and glob(title, "a*?")`, "09:00", "17:00", `{"x": ["acme"]}`},
		{`cidr(title, "10.0.0.0/8") and not holiday("us") or cidr(details.ip, details.net)`, "09:00", "17:00", `{"ip": "::1", "net": "::/0"}`},
		{`urgency == "low" or title matches details.re or any(tags, # matches "^a+$")`, "09:00", "17:00", `{"re": "(a?){9}"}`},
		{`let a = [details, details]; let b = [a, a]; toJSON(b) == string(b) and b in [a, b] and a == b`, "09:00", "17:00", `{"x": [[[]]]}`},
		{`all(1..999, len(upper(title)) > # or title contains "x" or # in 1..9)`, "09:00", "17:00", `{}`},
		{"\xff(((", "\xff", "99:99", "\xff"},
		{`$env | toJSON() | len() > 0`, "", "", ``},
	} {
		f.Add(seed.when, seed.from, seed.to, seed.details)
	}
	f.Fuzz(func(t *testing.T, when, from, to, details string) {
		if len(when) > 500 || len(details) > 2000 {
			t.Skip("what is long only takes long")
		}
		router, problems := rules.Compile(rules.Spec{
			Fallback: "everyone",
			Windows:  []rules.Window{{Name: "window", From: from, To: to, Days: []string{"mon"}}},
			Lists:    map[string]rules.List{"vips": {Values: []string{"acme"}}, "regions": {Lists: map[string][]string{"eu": {"paris"}}}},
			Holidays: map[string]map[rules.Date]bool{"us": {{Year: 2026, Month: time.March, Day: 9}: true}},
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
		began := time.Now()
		if d := router.Route(ev, now); d.Policy == "" {
			t.Fatalf("the event was lost: %+v", d)
		}
		if took := time.Since(began); took > 10*time.Second {
			t.Fatalf("it took %s", took)
		}
	})
}

// FuzzTemplate looks for a template that panics, or gives more than its place holds.
func FuzzTemplate(f *testing.F) {
	for _, seed := range []string{
		`{{ labels.alertname }} on {{ source }}`, `{{ "}}" }}{{ '{{' }}`, `{{`, `}}`, `{{ {"a": {}} }}`, `{{ "\"}}`, "{{ `}}` }}", `{{{}}}`,
		`{{ repeat(title, 99) }}{{ tags }}{{ details }}{{ now }}`, `{{ toJSON(details) }}`, "\xff{{ title }}\n", `{{ labels.x in vips ? "P1" : priority }}`,
		`https://example.com/{{ lower(title) }}`, `javascript:{{ title }}`, `{{ map(1..50, [title]) }}`,
	} {
		f.Add(seed, "Disk full")
	}
	f.Fuzz(func(t *testing.T, template, title string) {
		if len(template) > 500 || len(title) > 1000 {
			t.Skip("what is long only takes long")
		}
		set := &rules.Set{
			Priority: template, Team: template, Title: template, Link: template,
			Tags: []string{template}, Labels: map[string]string{"x": template}, Details: map[string]string{"x": template},
		}
		router, _ := rules.Compile(rules.Spec{
			Fallback: "everyone", Teams: []rules.TeamRoutes{{Team: "a"}}, Rules: []rules.Rule{{Set: set}},
			Lists: map[string]rules.List{"vips": {Values: []string{"acme"}}},
		})
		if router == nil {
			return
		}
		before := rules.Event{Title: title, Priority: "P3", Labels: map[string]string{"alertname": title}, Details: map[string]any{"t": title}}
		d := router.Route(before, time.Date(2026, 3, 9, 12, 0, 0, 0, time.UTC))
		switch {
		case d.Policy != "everyone":
			t.Fatalf("the event was lost: %+v", d)
		case len(d.Priority) != 2:
			t.Fatalf("priority %q", d.Priority)
		case strings.Contains(template, "{{") && d.Link != "" && !strings.HasPrefix(strings.ToLower(d.Link), "http"):
			t.Fatalf("link %q", d.Link)
		case strings.Contains(template, "{{") && (len(d.Title) > 4*500 || len(d.Labels["x"]) > 4*1024 || len(d.Details["x"]) > 4*15_000):
			t.Fatalf("it is too long: %d, %d, %d bytes", len(d.Title), len(d.Labels["x"]), len(d.Details["x"]))
		}
	})
}

// FuzzWindow holds windows against the clock on the wall, minute by minute of their rule.
func FuzzWindow(f *testing.F) {
	f.Add("09:00", "17:00", "America/New_York", int64(1_772_978_400), uint8(31))
	f.Add("22:00", "06:00", "Europe/Berlin", int64(1_792_893_600), uint8(64))
	f.Add("00:00", "24:00", "", int64(0), uint8(0))
	f.Add("23:59", "00:00", "Asia/Tokyo", int64(-1), uint8(127))
	f.Add("24:00", "9:00", "Local", int64(1<<40), uint8(1))
	days := []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}
	f.Fuzz(func(t *testing.T, from, to, zone string, unix int64, mask uint8) {
		w := rules.Window{Name: "w", Zone: zone, From: from, To: to}
		for i, day := range days {
			if mask&(1<<i) != 0 {
				w.Days = append(w.Days, day)
			}
		}
		router, _ := rules.Compile(rules.Spec{Windows: []rules.Window{w}, Rules: []rules.Rule{{When: `during("w")`, To: "policy:in"}}})
		if router == nil {
			return
		}
		loc, err := time.LoadLocation(zone)
		if err != nil {
			t.Fatalf("the zone %q was taken: %v", zone, err)
		}
		now := time.Unix(unix%(1<<40), 0).In(loc)
		clock, day := now.Format("15:04"), int(now.Weekday())
		on := func(day int) bool { return mask&127 == 0 || mask&(1<<(day%7)) != 0 }
		want := on(day) && from <= clock && clock < to
		if from >= to && from+to != "" { // over midnight: what begins on a day goes on into the next
			want = on(day) && clock >= from || on(day+6) && clock < to
		}
		if from+to == "" {
			want = on(day)
		}
		if got := router.Route(rules.Event{}, now).Policy == "in"; got != want {
			t.Fatalf("%s to %s on %v in %q at %s: got %t", from, to, w.Days, zone, now, got)
		}
	})
}

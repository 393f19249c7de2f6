package intake_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/tocsin-oncall/tocsin/engine/event"
	"github.com/tocsin-oncall/tocsin/integrations/intake"
)

func TestAnOrdinaryEventIsLeftAlone(t *testing.T) {
	t.Parallel()
	e := event.Event{
		Status: event.Firing, DedupKey: "k", Title: "Disk full", Description: "two\nlines\tand a tab", Source: "web-1", Priority: "P2",
		Service: "api", Team: "it-west", Tags: []string{"a", "b"}, Actions: []string{"restart"}, Labels: map[string]string{"a": "b", "c": ""},
		Details: map[string]any{"n": 1.5, "list": []any{1.0, "x", nil}, "object": map[string]any{"a": true}},
		Link:    "https://example.com/a?b=c", Runbook: "http://example.com", StartsAt: now.Add(-time.Hour), ExpiresAt: now.Add(time.Hour),
	}
	if diff := cmp.Diff(e, intake.Clean(e, now)); diff != "" {
		t.Error(diff)
	}
}

func TestWhatIsTooLongIsCut(t *testing.T) {
	t.Parallel()
	got := intake.Clean(event.Event{
		Title: strings.Repeat("é", 501), Description: strings.Repeat("é", 15_001), Team: strings.Repeat("t", 300),
		Tags: append([]string{"a", " ", "a", "b\nc"}, strings.Split(strings.Repeat("x", 200), "")...), Actions: []string{strings.Repeat("é", 101)},
		Labels: map[string]string{"a": strings.Repeat("é", 513), "": "nameless", " b\n": "c"},
	}, now)
	want := event.Event{
		Title: strings.Repeat("é", 500), Description: strings.Repeat("é", 15_000), Team: strings.Repeat("t", 256),
		Tags: []string{"a", "b c", "x"}, Actions: []string{strings.Repeat("é", 100)}, Labels: map[string]string{"a": strings.Repeat("é", 512), "b": "c"}, StartsAt: now,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestLongKeysStayApart(t *testing.T) {
	t.Parallel()
	key := strings.Repeat("é", 400)
	a, b := intake.Clean(event.Event{DedupKey: key + "a"}, now).DedupKey, intake.Clean(event.Event{DedupKey: key + "b"}, now).DedupKey
	if a == b || len(a) > 512 || !utf8.ValidString(a) || !strings.HasPrefix(a, "éé") {
		t.Errorf("%q and %q", a, b)
	}
	if exact := strings.Repeat("k", 512); intake.Clean(event.Event{DedupKey: exact}, now).DedupKey != exact {
		t.Error("a key of 512 bytes was changed")
	}
}

func TestTheTitleIsOneLineAndNeverEmpty(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{"  a\r\n b\t": "a b", "a\x00b\x1b[31m": "ab[31m", " \n ": "the-key", "": "the-key"} {
		if got := intake.Clean(event.Event{DedupKey: "the-key", Title: in}, now).Title; got != want {
			t.Errorf("%q became %q, want %q", in, got, want)
		}
	}
}

func TestAbsurdTimesBecomeNowAndAreNoted(t *testing.T) {
	t.Parallel()
	for _, absurd := range []time.Time{
		time.Date(1, 1, 1, 0, 0, 1, 0, time.UTC), time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC), time.Unix(-1, 0), time.Unix(0, 0),
		now.Add(25 * time.Hour), time.Unix(math.MaxInt64/2, 0),
	} {
		e := intake.Clean(event.Event{StartsAt: absurd}, now)
		if !e.StartsAt.Equal(now) || e.Details["invalid_starts_at"] != absurd.UTC().String() {
			t.Errorf("%v: starts at %v, details %v", absurd, e.StartsAt, e.Details)
		}
	}
	for _, fine := range []time.Time{now, now.Add(23 * time.Hour), now.AddDate(-5, 0, 0)} {
		if e := intake.Clean(event.Event{StartsAt: fine}, now); !e.StartsAt.Equal(fine) || e.Details != nil {
			t.Errorf("%v was changed to %v, %v", fine, e.StartsAt, e.Details)
		}
	}
	never := intake.Clean(event.Event{ExpiresAt: time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)}, now)
	if !never.ExpiresAt.IsZero() || never.Details["invalid_expires_at"] == nil {
		t.Errorf("expires at %v, details %v", never.ExpiresAt, never.Details)
	}
	if e := intake.Clean(event.Event{ExpiresAt: now.AddDate(1, 0, 0)}, now); e.ExpiresAt.IsZero() {
		t.Error("an expiry in a year was dropped")
	}
}

func TestOnlyWebLinksStayLinks(t *testing.T) {
	t.Parallel()
	for link, want := range map[string]string{
		"https://a.example/x": "https://a.example/x", "HTTP://a.example": "HTTP://a.example", " https://a\n": "https://a", "": "",
		"javascript:alert(1)": "", "javascript://x%0aalert(1)": "", "/graph?x": "", "https://a/" + strings.Repeat("x", 5000): "",
	} {
		e := intake.Clean(event.Event{Link: link}, now)
		if e.Link != want || want == "" && link != "" && e.Details["invalid_link"] == nil {
			t.Errorf("%.40q became %q, details %v", link, e.Link, len(e.Details))
		}
	}
}

func TestTheImportantLabelsStayWhenThereAreTooMany(t *testing.T) {
	t.Parallel()
	labels := map[string]string{"alertname": "A", "severity": "critical", "team": "t", "service": "s"}
	for i := range 1000 {
		labels[fmt.Sprintf("a%04d", i)] = "v"
	}
	e := intake.Clean(event.Event{Labels: labels}, now)
	if len(e.Labels) != 256 || e.Details["truncated_labels"] != 1004-256 || e.Labels["a0251"] != "v" || e.Labels["a0252"] != "" {
		t.Errorf("%d labels, details %v", len(e.Labels), e.Details)
	}
	for _, name := range []string{"alertname", "severity", "team", "service"} {
		if e.Labels[name] != labels[name] {
			t.Errorf("%s is gone", name)
		}
	}
}

func TestDetailsAreCutToTheirRoom(t *testing.T) {
	t.Parallel()
	big := map[string]any{}
	for i := range 1000 {
		big[fmt.Sprintf("d%04d", i)] = "v"
	}
	e := intake.Clean(event.Event{Details: big, Priority: "urgent"}, now)
	if len(e.Details) != 256 || e.Details["invalid_priority"] != "urgent" || e.Details["truncated_details"] != 1001-255 {
		t.Errorf("%d details, %v", len(e.Details), e.Details["truncated_details"])
	}
	e = intake.Clean(event.Event{Details: map[string]any{"a": strings.Repeat("x", 1<<20), "b": "y", "c": []any{strings.Repeat("x", 1<<20)}}}, now)
	if len(e.Details["a"].(string)) != 16<<10 || e.Details["b"] != "y" || e.Details["c"] != nil || e.Details["truncated_details"] != 1 {
		t.Errorf("details %v", maps.Collect(maps.All(e.Details)))
	}
}

func TestDetailsAreWhatJSONCanHold(t *testing.T) {
	t.Parallel()
	deep := any("end")
	for range 200 {
		deep = []any{deep}
	}
	e := intake.Clean(event.Event{Details: map[string]any{
		"nan": math.NaN(), "inf": math.Inf(1), "f": func() {}, "t": now, "d": time.Minute, "m": map[string]string{"a\xff": "b"}, "s": []string{"\x00c"}, "deep": deep, "i": 7,
	}}, now)
	if _, err := json.Marshal(e); err != nil {
		t.Fatal(err)
	}
	want := map[string]any{"nan": "NaN", "inf": "+Inf", "t": "2026-11-20 08:06:00 +0000 UTC", "d": "1m0s", "m": map[string]any{"a\uFFFD": "b"}, "s": []any{"c"}, "i": 7}
	for name, value := range want {
		if diff := cmp.Diff(value, e.Details[name]); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// Whatever a decoder makes, Clean gives an event within the limits, and leaves a clean one as it is.
func TestCleanKeepsEveryLimit(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		in := drawEvent(t)
		before, _ := json.Marshal(in.Labels)
		got := intake.Clean(in, now)
		if after, _ := json.Marshal(in.Labels); string(before) != string(after) {
			t.Fatal("the argument was changed")
		}
		withinLimits(t, got)
		if diff := cmp.Diff(got, intake.Clean(got, now)); diff != "" {
			t.Fatalf("cleaning twice changes something: %s", diff)
		}
	})
}

func drawEvent(t *rapid.T) event.Event {
	odd := rapid.Custom(func(t *rapid.T) string {
		piece := rapid.SampledFrom([]string{"a", "é", "\x00", "\xff", "\n", " ", "\x1b", "漢字", "key", "\xc3", "\u2028", "\u0085"})
		s := strings.Join(rapid.SliceOfN(piece, 0, 6).Draw(t, "pieces"), "")
		return strings.Repeat(s, rapid.SampledFrom([]int{1, 1, 1, 40, 300, 9000}).Draw(t, "times"))
	})
	many := func(name string) map[string]string {
		m := rapid.MapOfN(odd, odd, 0, 5).Draw(t, name)
		for i := range rapid.SampledFrom([]int{0, 0, 3, 256, 300}).Draw(t, name+" more") {
			m[fmt.Sprint("n", i)] = "v"
		}
		return m
	}
	details := map[string]any{}
	for k, v := range many("details") {
		details[k] = v
		details[k+"x"] = []any{v, map[string]any{v: v}}
	}
	instant := rapid.Custom(func(t *rapid.T) time.Time {
		return time.Unix(rapid.Int64Range(-1<<40, 1<<40).Draw(t, "s"), rapid.Int64Range(0, 1e9-1).Draw(t, "ns"))
	})
	return event.Event{
		Status: event.Firing, DedupKey: odd.Draw(t, "key"), Title: odd.Draw(t, "title"), Description: odd.Draw(t, "description"),
		Source: odd.Draw(t, "source"), Priority: odd.Draw(t, "priority"), Service: odd.Draw(t, "service"), Team: odd.Draw(t, "team"),
		Tags: rapid.SliceOfN(odd, 0, 120).Draw(t, "tags"), Actions: rapid.SliceOfN(odd, 0, 3).Draw(t, "actions"),
		Labels: many("labels"), Details: details, Link: "https://" + odd.Draw(t, "link"), Runbook: odd.Draw(t, "runbook"),
		StartsAt: instant.Draw(t, "starts"), ExpiresAt: instant.Draw(t, "expires"),
	}
}

func withinLimits(t *rapid.T, e event.Event) {
	short := func(name, s string, runes int) {
		if !utf8.ValidString(s) || strings.ContainsRune(s, 0) || utf8.RuneCountInString(s) > runes {
			t.Fatalf("%s is not within %d runes of clean text: %.100q", name, runes, s)
		}
	}
	short("title", e.Title, intake.MaxTitle)
	short("description", e.Description, intake.MaxDescription)
	for _, s := range []string{e.Source, e.Service, e.Team} {
		short("name", s, intake.MaxName)
	}
	for _, tag := range append(e.Tags, e.Actions...) {
		short("tag", tag, intake.MaxTag)
	}
	for name, value := range e.Labels {
		short("label", name, intake.MaxLabelName)
		short("label value", value, intake.MaxLabelValue)
	}
	for _, link := range []string{e.Link, e.Runbook} {
		short("link", link, intake.MaxLink)
	}
	encoded, err := json.Marshal(e.Details)
	if err != nil || !utf8.Valid(encoded) || strings.Contains(string(encoded), `\u0000`) {
		t.Fatalf("details: %v", err)
	}
	switch {
	case len(e.DedupKey) > intake.MaxDedupKey, !utf8.ValidString(e.DedupKey):
		t.Fatalf("key %q", e.DedupKey)
	case strings.ContainsAny(e.Title, "\r\n"):
		t.Fatalf("title %q", e.Title)
	case len(e.Tags) > intake.MaxTags, len(e.Actions) > intake.MaxTags, len(e.Labels) > intake.MaxLabels, len(e.Details) > intake.MaxDetails:
		t.Fatalf("%d tags, %d actions, %d labels, %d details", len(e.Tags), len(e.Actions), len(e.Labels), len(e.Details))
	case e.StartsAt.Year() < 2000 || e.StartsAt.After(now.Add(24*time.Hour)):
		t.Fatalf("starts at %v", e.StartsAt)
	case e.Priority != "" && !event.ValidPriority(e.Priority):
		t.Fatalf("priority %q", e.Priority)
	}
}

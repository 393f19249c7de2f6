package prometheus

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-oncall/tocsin/engine/event"
)

var (
	update = flag.Bool("update", false, "write the golden files anew")
	now    = time.Date(2026, 11, 20, 8, 5, 0, 0, time.UTC)
)

// The whole stream of a real Prometheus: three alerts, resends, a resolve, repeated resolves, a second firing.
func TestTheStreamOfARealPrometheus(t *testing.T) {
	t.Parallel()
	stream, err := os.ReadFile("testdata/api-v2-alerts.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	var got bytes.Buffer
	for i, line := range slices.Collect(bytes.Lines(stream)) {
		sent := time.Date(2026, 11, 20, 8, 4, sentAt[i], 0, time.UTC).Add(600 * time.Millisecond)
		events, errs := Decode(line, sent, Options{})
		if len(errs) > 0 {
			t.Fatal(errs)
		}
		encoded, err := json.Marshal(events)
		if err != nil {
			t.Fatal(err)
		}
		got.Write(append(encoded, '\n'))
	}
	const golden = "testdata/api-v2-alerts.golden.jsonl"
	if *update {
		if err := os.WriteFile(golden, got.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got.String(), "\n")); diff != "" {
		t.Error(diff)
	}
}

// sentAt are the seconds after 08:04:00 at which Prometheus sent the lines of the stream.
var sentAt = [...]int{50, 58, 58, 62, 70, 74, 82, 82, 86, 90, 94, 98, 100, 106, 110, 112, 118, 120, 122, 130}

func TestResendsOfOneAlertHaveOneKey(t *testing.T) {
	t.Parallel()
	a := one(t, `[{"labels":{"alertname":"A","pod":""},"startsAt":"2026-11-20T08:00:00Z","endsAt":"2026-11-20T08:09:00Z"}]`)
	b := one(t, `[{"labels":{"alertname":"A"},"annotations":{"value":"7"},"startsAt":"2026-11-20T08:00:30Z","endsAt":"2026-11-20T08:04:00Z"}]`)
	if a.DedupKey != b.DedupKey || a.Status != event.Firing || b.Status != event.Resolved {
		t.Errorf("got %+v and %+v", a, b)
	}
}

func TestEndsAtDecidesBetweenExpiryAndResolve(t *testing.T) {
	t.Parallel()
	ago, ahead := now.Add(-time.Minute), now.Add(time.Minute)
	for _, c := range []struct {
		name, starts, ends string
		timeout            time.Duration
		want               event.Status
		wantStarts         time.Time
		wantExpires        time.Time
	}{
		{"none given", ``, ``, 0, event.Firing, now, now.Add(5 * time.Minute)},
		{"none given, own timeout", ``, ``, time.Hour, event.Firing, now, now.Add(time.Hour)},
		{"zero", zero, zero, 0, event.Firing, now, now.Add(5 * time.Minute)},
		{"to come", ``, stamp(ahead), 0, event.Firing, now, ahead},
		{"passed", stamp(ago), stamp(ago), 0, event.Resolved, ago, time.Time{}},
		{"just now", stamp(ago), stamp(now), 0, event.Resolved, ago, time.Time{}},
		{"passed, no start", ``, stamp(ago), 0, event.Resolved, ago, time.Time{}},
		{"passed, absurd start", "9999-01-01T00:00:00Z", stamp(ago), 0, event.Resolved, ago, time.Time{}},
		{"absurd", stamp(ago), "1969-01-01T00:00:00Z", 0, event.Firing, ago, now.Add(5 * time.Minute)},
		{"unreadable", stamp(ago), "tomorrow", 0, event.Firing, ago, now.Add(5 * time.Minute)},
	} {
		body := `[{"labels":{"alertname":"A"},"startsAt":"` + c.starts + `","endsAt":"` + c.ends + `"}]`
		events, errs := Decode([]byte(body), now, Options{ResolveTimeout: c.timeout})
		if len(events) != 1 || len(errs) > 0 {
			t.Errorf("%s: %v, %v", c.name, events, errs)
			continue
		}
		if e := events[0]; e.Status != c.want || !e.StartsAt.Equal(c.wantStarts) || !e.ExpiresAt.Equal(c.wantExpires) {
			t.Errorf("%s: %s from %v until %v; want %s from %v until %v", c.name, e.Status, e.StartsAt, e.ExpiresAt, c.want, c.wantStarts, c.wantExpires)
		}
	}
}

func TestInvalidAlertsCostOnlyThemselves(t *testing.T) {
	t.Parallel()
	events, errs := Decode([]byte(`[
		{"labels":{"alertname":"Good"}},
		{"labels":{"alertname":""}},
		{"labels":{"alertname":"Backwards"},"startsAt":"2026-11-20T08:00:00Z","endsAt":"2026-11-20T07:00:00Z"},
		{"labels":{"alertname":7}},
		"text",
		null,
		{"labels":{"alertname":"AlsoGood"}}
	]`), now, Options{})
	var titles []string
	for _, e := range events {
		titles = append(titles, e.Title)
	}
	if diff := cmp.Diff([]string{"Good", "AlsoGood"}, titles); diff != "" {
		t.Error(diff)
	}
	want := []string{"alert 4: ", "alert 5: ", "alert 2: it has no label", "alert 3: endsAt 2026-11-20T07:00:00Z is before startsAt", "alert 6: it has no label"}
	if len(errs) != len(want) {
		t.Fatalf("got errors %v", errs)
	}
	for i := range want {
		if !strings.HasPrefix(errs[i].Error(), want[i]) {
			t.Errorf("error %d is %q, want %q", i, errs[i], want[i])
		}
	}
}

func TestWhatIsNoBatchIsExplained(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		``: "the body is empty", `[{`: "not valid JSON", `{"alerts":[]}`: "an array of alerts was expected", `[{}] x`: "not valid JSON",
	} {
		events, errs := Decode([]byte(body), now, Options{})
		if len(events) > 0 || len(errs) != 1 || !strings.Contains(errs[0].Error(), want) {
			t.Errorf("%s: got %v, %v; want %q", body, events, errs, want)
		}
	}
	if events, errs := Decode([]byte(`[]`), now, Options{}); len(events) > 0 || len(errs) > 0 {
		t.Errorf("an empty batch: %v, %v", events, errs)
	}
}

const zero = "0001-01-01T00:00:00Z"

func stamp(t time.Time) string { return t.Format(time.RFC3339) }

func one(t *testing.T, body string) event.Event {
	t.Helper()
	events, errs := Decode([]byte(body), now, Options{})
	if len(errs) > 0 || len(events) != 1 {
		t.Fatalf("Decode(%s) = %v, %v; want one event", body, events, errs)
	}
	return events[0]
}

func FuzzDecode(f *testing.F) {
	for _, seed := range []string{
		`[{"labels":{"alertname":"A"},"startsAt":"2026-11-20T08:04:50.568Z","endsAt":"2026-11-20T08:05:30Z"}]`,
		`[{"labels":{"a":1}},null,7]`, `{}`, `[`, ``, `[{"labels":{"a":"\u0000"},"endsAt":17}]`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		events, _ := Decode(body, now, Options{})
		for _, e := range events {
			if e.DedupKey == "" || e.Title == "" || e.StartsAt.IsZero() || e.Status == event.Firing && !e.ExpiresAt.After(now) {
				t.Errorf("incomplete: %+v", e)
			}
		}
	})
}

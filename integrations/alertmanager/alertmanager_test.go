package alertmanager

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-oncall/tocsin/engine/event"
)

var (
	update = flag.Bool("update", false, "write the golden files anew")
	now    = time.Date(2026, 11, 20, 8, 6, 0, 0, time.UTC)
)

func TestRealWebhooksBecomeEvents(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/*.json")
	if err != nil || len(files) == 0 {
		t.Fatal("no testdata", err)
	}
	for _, file := range files {
		if strings.HasSuffix(file, ".golden.json") {
			continue
		}
		t.Run(filepath.Base(file), func(t *testing.T) {
			body, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			events, err := Decode(body, now)
			if err != nil {
				t.Fatal(err)
			}
			got, err := json.MarshalIndent(events, "", "  ")
			if err != nil {
				t.Fatal(err)
			}
			golden := strings.TrimSuffix(file, ".json") + ".golden.json"
			if *update {
				if err := os.WriteFile(golden, append(got, '\n'), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(strings.TrimSpace(string(want)), string(got)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestFingerprintIsComputedWhenTheSenderLeavesItOut(t *testing.T) {
	t.Parallel()
	body, err := os.ReadFile("testdata/webhook-v4-1-firing-DiskFillingUp.json")
	if err != nil {
		t.Fatal(err)
	}
	without := strings.Replace(string(body), `"fingerprint": "4679cb8e945845e2"`, `"fingerprint": ""`, 1)
	if without == string(body) {
		t.Fatal("the sample has no fingerprint to take away")
	}
	if e := one(t, without); e.DedupKey != "4679cb8e945845e2" {
		t.Errorf("computed %s; Alertmanager computed 4679cb8e945845e2", e.DedupKey)
	}
}

func TestFiringAndRecoveryAreTheSameAlert(t *testing.T) {
	t.Parallel()
	firing := one(t, `{"alerts":[{"status":"firing","labels":{"alertname":"A","pod":""}}]}`)
	resolved := one(t, `{"alerts":[{"status":"resolved","labels":{"alertname":"A"}}]}`)
	if firing.DedupKey != resolved.DedupKey || firing.Status != event.Firing || resolved.Status != event.Resolved {
		t.Errorf("firing %+v, resolved %+v", firing, resolved)
	}
}

func TestStatusOfTheGroupCountsWhereAnAlertHasNone(t *testing.T) {
	t.Parallel()
	if e := one(t, `{"status":"resolved","alerts":[{"labels":{"alertname":"A"}}]}`); e.Status != event.Resolved {
		t.Errorf("got %s", e.Status)
	}
}

func TestTitleFallsBackToNameAndInstance(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		`{"alerts":[{"labels":{"alertname":"A","instance":"db-1"},"annotations":{"title":"T"}}]}`: "T",
		`{"alerts":[{"labels":{"alertname":"A","instance":"db-1"}}]}`:                             "A on db-1",
		`{"alerts":[{"labels":{"alertname":"A"}}]}`:                                               "A",
		`{"alerts":[{"labels":{"x":"y"}}]}`:                                                       "alert without a name",
	} {
		if e := one(t, body); e.Title != want {
			t.Errorf("%s: title %q, want %q", body, e.Title, want)
		}
	}
}

func TestOnlyRealPrioritiesAreTakenFromTheLabel(t *testing.T) {
	t.Parallel()
	for label, want := range map[string]string{"P1": "P1", "p5": "P5", "P6": "", "high": "", "": ""} {
		e := one(t, `{"alerts":[{"labels":{"alertname":"A","severity":"critical","priority":"`+label+`"}}]}`)
		if e.Priority != want {
			t.Errorf("priority %q became %q, want %q", label, e.Priority, want)
		}
		if e.Labels["severity"] != "critical" {
			t.Errorf("severity is %q; it is for the rules to judge", e.Labels["severity"])
		}
	}
}

func TestAbsurdTimesCostNoAlert(t *testing.T) {
	t.Parallel()
	for _, starts := range []string{
		`"0000-00-00"`, `"-62135596800"`, `"9999-12-31T23:59:59Z"`, `"1969-12-31T23:59:59Z"`, `"10000-01-01T00:00:00Z"`, `17`, `{"a":1}`, `true`,
	} {
		e := one(t, `{"alerts":[{"status":"firing","labels":{"alertname":"A"},"startsAt":`+starts+`}]}`)
		if !e.StartsAt.Equal(now) || e.Details["invalid_starts_at"] == nil {
			t.Errorf("startsAt %s: starts at %v, details %v; want now and a note", starts, e.StartsAt, e.Details)
		}
	}
	for _, starts := range []string{`""`, `null`, `"0001-01-01T00:00:00Z"`} {
		e := one(t, `{"alerts":[{"status":"firing","labels":{"alertname":"A"},"startsAt":`+starts+`}]}`)
		if !e.StartsAt.Equal(now) || e.Details != nil {
			t.Errorf("startsAt %s: starts at %v, details %v; want now and no note", starts, e.StartsAt, e.Details)
		}
	}
}

func TestWhatIsNoWebhookIsExplained(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		``:                            "the body is empty",
		`{"alerts":[`:                 "not valid JSON",
		`[{"labels":{}}]`:             "wrong shape",
		`{}`:                          `no "alerts" list`,
		`{"alerts":null}`:             `no "alerts" list`,
		`{"alerts":[{"status":"x"}]}`: "alert 1 of 1: it has neither labels nor a fingerprint",
		`{"alerts":[{"status":"ok","labels":{"a":"b"}}]}`: `status "ok" is neither firing nor resolved`,
		`{"alerts":[{"labels":{"a":1}}]}`:                 "JSON number is not what belongs here",
	} {
		events, err := Decode([]byte(body), now)
		if err == nil || !strings.Contains(err.Error(), want) || events != nil {
			t.Errorf("%s: got %v and error %v, want %q in the error", body, events, err, want)
		}
	}
}

func one(t *testing.T, body string) event.Event {
	t.Helper()
	events, err := Decode([]byte(body), now)
	if err != nil || len(events) != 1 {
		t.Fatalf("Decode(%s) = %v, %v; want one event", body, events, err)
	}
	return events[0]
}

func FuzzDecode(f *testing.F) {
	for _, seed := range []string{
		`{"version":"4","truncatedAlerts":1,"alerts":[{"status":"firing","labels":{"alertname":"A"},"startsAt":"2026-11-20T08:04:50.568Z"}]}`,
		`{"alerts":[{"labels":{"\u0000":"\ud800"},"startsAt":"x"}]}`, `{"alerts":[null]}`, `[]`, ``,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		events, err := Decode(body, now)
		if err != nil && events != nil {
			t.Error("an error and events")
		}
		for _, e := range events {
			if e.DedupKey == "" || e.Title == "" || e.StartsAt.IsZero() {
				t.Errorf("incomplete: %+v", e)
			}
		}
	})
}
